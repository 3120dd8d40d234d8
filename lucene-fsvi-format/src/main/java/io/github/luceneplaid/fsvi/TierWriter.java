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
package io.github.luceneplaid.fsvi;

import io.github.luceneplaid.fsvi.slab.SlabEncoding;
import io.github.luceneplaid.fsvi.slab.SlabWriter;
import java.io.IOException;
import org.apache.lucene.index.VectorEncoding;
import org.apache.lucene.store.IndexOutput;
import org.apache.lucene.util.ArrayUtil;

/**
 * Writes a slab and then its columns, which wait in memory: at most 8 bytes for each row. To be fed
 * with all rows of the field.
 */
final class TierWriter {

  private final IndexOutput out;
  private final SlabWriter rows;
  private final SlabEncoding encoding;
  private final int dim;
  private final Column scales;
  private final Column errors;
  private final float[] rounded;
  private final byte[] raw;

  /**
   * Starts a slab.
   *
   * @param vectors what the field's vectors are
   * @param coarse whether there is a finer tier, that errors refer to
   */
  TierWriter(
      IndexOutput out, VectorEncoding vectors, SlabEncoding encoding, int dim, boolean coarse)
      throws IOException {
    this.out = out;
    this.rows = new SlabWriter(out, encoding, dim);
    this.encoding = encoding;
    this.dim = dim;
    boolean scaled = vectors == VectorEncoding.FLOAT32 && encoding == SlabEncoding.INT8;
    this.scales = scaled ? new Column() : null;
    this.errors = coarse ? new Column() : null;
    this.rounded = new float[dim];
    this.raw = new byte[dim * encoding.bytes()];
  }

  /** Adds a vector of floats that fits the encoding; for a coarse tier, as the fine tier has it. */
  void add(float[] vector) throws IOException {
    if (scales != null) {
      float scale = Rounding.scale(vector);
      Rounding.toLevels(vector, scale, rounded);
      rows.append(rounded, 0, 1);
      scales.add(scale);
    } else {
      rows.append(vector, 0, 1);
    }
    if (errors != null) {
      Rounding.roundTrip(encoding, vector, rounded);
      errors.add(Rounding.error(vector, rounded));
    }
  }

  /** Adds a vector of bytes. */
  void add(byte[] vector) throws IOException {
    rows.appendRawBytes(vector, 0, 1);
  }

  /** Adds a row of another slab of this encoding, as it is. */
  void copy(StoredTier from, int ord) throws IOException {
    assert from.encoding() == encoding && from.rows().dimension() == dim;
    from.rows().readRawBytes(ord, 1, raw, 0);
    rows.appendRawBytes(raw, 0, 1);
    if (scales != null) {
      scales.add(from.scale(ord));
    }
    if (errors != null) {
      errors.add(from.error(ord));
    }
  }

  /** Writes the columns. */
  FieldEntry.Tier finish() throws IOException {
    return new FieldEntry.Tier(
        encoding,
        rows.offset(),
        scales == null ? FieldEntry.NONE : scales.write(out),
        errors == null ? FieldEntry.NONE : errors.write(out));
  }

  /** A float for each row. */
  static final class Column {

    private float[] values = new float[16];
    private int size;

    void add(float value) {
      values = ArrayUtil.grow(values, size + 1);
      values[size++] = value;
    }

    /** Writes the column and returns its offset. */
    long write(IndexOutput out) throws IOException {
      SlabWriter column = new SlabWriter(out, SlabEncoding.FLOAT32, 1);
      column.append(values, 0, size);
      return column.offset();
    }
  }
}
