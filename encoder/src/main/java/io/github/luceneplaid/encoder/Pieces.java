/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License at
 *
 *     http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations under
 * the License.
 */
package io.github.luceneplaid.encoder;

import java.util.Arrays;

/**
 * A text cut into the pieces a model sees.
 *
 * @param ids piece ids, as the model takes them
 * @param attention 1 for a piece the others see, else 0
 * @param kept the positions of the pieces that become tokens, ascending
 * @param starts per kept piece, where it starts in the text (in chars); −1 if it is not in the text
 * @param ends per kept piece, where it ends in the text (in chars, exclusive); −1 likewise
 * @lucene.experimental
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record Pieces(long[] ids, long[] attention, int[] kept, int[] starts, int[] ends) {
  /** The number of pieces. */
  int length() {
    return ids.length;
  }

  /** The number of pieces that become tokens. */
  public int tokens() {
    return kept.length;
  }

  /** The tokens, if those are their vectors. */
  EncodedText with(float[][] vectors) {
    int[] numbers = Arrays.stream(kept).map(i -> (int) ids[i]).toArray();
    return new EncodedText(vectors, numbers, starts, ends);
  }
}
