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

package io.github.luceneplaid.plaid;

import io.github.luceneplaid.fsvi.slab.SlabEncoding;

/**
 * What a trained segment keeps of the original tokens beside their codes.
 *
 * @lucene.experimental
 */
public enum RawTokens {
  /** Nothing: values read back are the decoded tokens. */
  NONE(null),
  /** The tokens rounded to 16-bit floats. */
  FLOAT16(SlabEncoding.FLOAT16),
  /** The tokens bit for bit. */
  FLOAT32(SlabEncoding.FLOAT32);

  private final SlabEncoding encoding;

  RawTokens(SlabEncoding encoding) {
    this.encoding = encoding;
  }

  /**
   * Returns the encoding of the rows that are kept, null for none.
   *
   * @lucene.internal
   */
  public SlabEncoding encoding() {
    return encoding;
  }

  static RawTokens of(SlabEncoding encoding) {
    for (RawTokens raw : values()) {
      if (raw.encoding == encoding) {
        return raw;
      }
    }
    throw new AssertionError(encoding);
  }
}
