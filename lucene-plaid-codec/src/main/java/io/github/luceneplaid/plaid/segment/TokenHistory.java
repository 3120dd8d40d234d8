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

package io.github.luceneplaid.plaid.segment;

import io.github.luceneplaid.fsvi.slab.Limits;
import java.io.IOException;
import org.apache.lucene.store.DataInput;
import org.apache.lucene.store.DataOutput;

/**
 * The number of tokens that were copied and encoded when a segment was written.
 *
 * @param copied tokens whose codes were copied
 * @param encoded tokens that were encoded for the first time
 * @param reencoded tokens that were decoded and encoded again
 * @param timesEncoded the largest number of times any token has been encoded
 * @lucene.internal
 */
public record TokenHistory(long copied, long encoded, long reencoded, int timesEncoded) {

  /** Largest number of times encoded that is counted. */
  static final int MAX_TIMES_ENCODED = 1 << 16;

  public TokenHistory {
    Limits.check("copied tokens", copied, 0, Long.MAX_VALUE);
    Limits.check("encoded tokens", encoded, 0, Long.MAX_VALUE);
    Limits.check("tokens encoded anew", reencoded, 0, Long.MAX_VALUE);
    Limits.check("timesEncoded", timesEncoded, 0, MAX_TIMES_ENCODED);
  }

  /** Returns the times encoded of tokens that are encoded from tokens with another number. */
  public static int next(int timesEncoded) {
    return Math.min(timesEncoded + 1, MAX_TIMES_ENCODED);
  }

  /** Returns the number of tokens with codes that are not provisional. */
  public long tokens() {
    return Math.addExact(copied, Math.addExact(encoded, reencoded));
  }

  void write(DataOutput meta) throws IOException {
    meta.writeVLong(copied);
    meta.writeVLong(encoded);
    meta.writeVLong(reencoded);
    meta.writeVInt(timesEncoded);
  }

  static TokenHistory read(DataInput meta) throws IOException {
    return new TokenHistory(meta.readVLong(), meta.readVLong(), meta.readVLong(), meta.readVInt());
  }
}
