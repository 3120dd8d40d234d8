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

import io.github.luceneplaid.fsvi.slab.Limits;
import io.github.luceneplaid.fsvi.slab.SlabEncoding;
import io.github.luceneplaid.fsvi.slab.SlabWriter;
import java.io.IOException;
import org.apache.lucene.store.DataInput;
import org.apache.lucene.store.DataOutput;

/**
 * A slab of tokens in the vector file.
 *
 * @param raw encoding of the rows, FLOAT16 or FLOAT32
 * @param offset first byte
 */
record TokenRows(RawTokens raw, long offset) {

  TokenRows {
    if (raw == RawTokens.NONE) {
      throw new IllegalArgumentException("rows: found NONE, expected FLOAT16 or FLOAT32");
    }
    Limits.checkAligned("offset of rows", offset, SlabWriter.ALIGNMENT);
  }

  SlabEncoding encoding() {
    return raw == RawTokens.FLOAT16 ? SlabEncoding.FLOAT16 : SlabEncoding.FLOAT32;
  }

  /** Writes rows, or that there are none. */
  static void write(TokenRows rows, DataOutput meta) throws IOException {
    meta.writeByte((rows == null ? RawTokens.NONE : rows.raw).wireNumber());
    if (rows != null) {
      meta.writeVLong(rows.offset);
    }
  }

  /** Null if there are none. */
  static TokenRows read(DataInput meta) throws IOException {
    RawTokens raw = RawTokens.read(meta);
    return raw == RawTokens.NONE ? null : new TokenRows(raw, meta.readVLong());
  }
}
