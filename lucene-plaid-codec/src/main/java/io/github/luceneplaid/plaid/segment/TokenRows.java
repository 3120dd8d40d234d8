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
import io.github.luceneplaid.fsvi.slab.SlabEncoding;
import io.github.luceneplaid.fsvi.slab.SlabWriter;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.store.DataInput;
import org.apache.lucene.store.DataOutput;

/**
 * A slab of tokens in the vector file.
 *
 * @param encoding of the rows, FLOAT16 or FLOAT32
 * @param offset first byte
 * @lucene.internal
 */
public record TokenRows(SlabEncoding encoding, long offset) {

  /**
   * The encoding of each number in a segment. The numbers do not depend on the order of the enum.
   * The encoding null means that there are no rows.
   */
  private static final List<SlabEncoding> NUMBERS =
      Arrays.asList(null, SlabEncoding.FLOAT16, SlabEncoding.FLOAT32);

  public TokenRows {
    check(encoding);
    Limits.checkAligned("offset of rows", offset, SlabWriter.ALIGNMENT);
  }

  static void check(SlabEncoding encoding) {
    if (encoding == null || NUMBERS.contains(encoding) == false) {
      throw new IllegalArgumentException(
          "raw tokens: found " + encoding + ", expected FLOAT16 or FLOAT32");
    }
  }

  /** Writes the place of rows, or a mark that there are none. */
  static void write(TokenRows rows, DataOutput meta) throws IOException {
    writeEncoding(rows == null ? null : rows.encoding, meta);
    if (rows != null) {
      meta.writeVLong(rows.offset);
    }
  }

  /** Reads the place of rows; null if there are none. */
  static TokenRows read(DataInput meta) throws IOException {
    SlabEncoding encoding = readEncoding(meta);
    return encoding == null ? null : new TokenRows(encoding, meta.readVLong());
  }

  /** Writes the number of an encoding, which is null if there are no rows. */
  static void writeEncoding(SlabEncoding encoding, DataOutput out) throws IOException {
    out.writeByte((byte) NUMBERS.indexOf(encoding));
  }

  /** Reads the number of an encoding; null if there are no rows. */
  static SlabEncoding readEncoding(DataInput in) throws IOException {
    byte number = in.readByte();
    if (number < 0 || number >= NUMBERS.size()) {
      throw new CorruptIndexException("raw tokens: found " + number + ", expected 0, 1 or 2", in);
    }
    return NUMBERS.get(number);
  }
}
