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

/**
 * What an encoder may use of a machine.
 *
 * @param threads of each call that encodes; 0 for as many as the machine has cores. With 1 the
 *     calling thread does all the work.
 * @param batchPieces pieces of text that the model sees in one run, unless one text alone has more.
 *     The memory of a run is proportional to it.
 * @lucene.experimental
 */
public record EncoderOptions(int threads, int batchPieces) {
  /** All cores, and enough pieces to keep them busy with activations still in cache. */
  public static final EncoderOptions DEFAULT = new EncoderOptions(0, 1024);

  /** Checks the values. */
  public EncoderOptions {
    if (threads < 0) {
      throw new IllegalArgumentException("threads must be at least 0, got: " + threads);
    }
    if (batchPieces < 1) {
      throw new IllegalArgumentException("batchPieces must be at least 1, got: " + batchPieces);
    }
  }
}
