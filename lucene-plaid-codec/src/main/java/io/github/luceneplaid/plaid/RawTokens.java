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

import java.io.IOException;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.store.DataInput;

/**
 * What a trained segment keeps of the original tokens beside their codes.
 *
 * @lucene.experimental
 */
public enum RawTokens {
  /** Nothing: values read back are the decoded tokens. */
  NONE(0),
  /** The tokens rounded to 16-bit floats. */
  FLOAT16(1),
  /** The tokens bit for bit. */
  FLOAT32(2);

  private final byte wireNumber;

  RawTokens(int wireNumber) {
    this.wireNumber = (byte) wireNumber;
  }

  /** The number that stands for this constant in a segment, whatever its place in this enum. */
  byte wireNumber() {
    return wireNumber;
  }

  /** Reads a wire number. */
  static RawTokens read(DataInput in) throws IOException {
    byte number = in.readByte();
    for (RawTokens raw : values()) {
      if (raw.wireNumber == number) {
        return raw;
      }
    }
    throw new CorruptIndexException("raw tokens: found " + number + ", expected 0, 1 or 2", in);
  }
}
