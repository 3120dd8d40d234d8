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

import java.util.List;
import java.util.stream.Stream;

/**
 * A part of a text that the model sees completely, with its tokens.
 *
 * @param text of the part; the whole text if it fits
 * @param vectors one row of unit length per token
 * @lucene.experimental
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record EncodedPart(String text, float[][] vectors) {

  /** Returns the vectors of all parts of a text as one matrix. */
  public static float[][] matrix(List<EncodedPart> parts) {
    return parts.stream().flatMap(part -> Stream.of(part.vectors)).toArray(float[][]::new);
  }
}
