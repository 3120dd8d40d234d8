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
import java.io.Closeable;
import java.io.IOException;
import org.apache.lucene.index.SegmentWriteState;
import org.apache.lucene.index.VectorEncoding;
import org.apache.lucene.store.IndexOutput;
import org.apache.lucene.util.IOUtils;

/** Writes a tier: a slab with all rows of a field, and then its columns. */
final class TierWriter implements Closeable {

  private final IndexOutput out;
  private final SlabWriter rows;
  private final SlabEncoding encoding;
  private final int dim;
  private final ColumnWriter scales;
  private final ColumnWriter errors;
  private final RoundTrip roundTrip;
  private final float[] rounded;
  private final byte[] raw;

  /**
   * Starts the slab.
   *
   * @param vectors type of the vectors
   * @param coarse whether the field also has a fine tier, which errors refer to
   */
  TierWriter(
      SegmentWriteState state,
      IndexOutput out,
      VectorEncoding vectors,
      SlabEncoding encoding,
      int dim,
      boolean coarse)
      throws IOException {
    this.out = out;
    this.rows = new SlabWriter(out, encoding, dim);
    this.encoding = encoding;
    this.dim = dim;
    boolean scaled = vectors == VectorEncoding.FLOAT32 && encoding == SlabEncoding.INT8;
    this.scales = scaled ? new ColumnWriter(state) : null;
    this.errors = coarse ? new ColumnWriter(state) : null;
    this.roundTrip = new RoundTrip(encoding, dim);
    this.rounded = new float[dim];
    this.raw = new byte[dim * encoding.bytes()];
  }

  /**
   * Adds a vector of floats. The encoding must fit it. A coarse tier needs the vector that the fine
   * tier returns.
   */
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
      roundTrip.apply(vector, rounded);
      errors.add(Rounding.error(vector, rounded));
    }
  }

  /** Adds a vector of bytes. */
  void add(byte[] vector) throws IOException {
    rows.appendRawBytes(vector, 0, 1);
  }

  /** Copies a row of another tier of the same encoding. */
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

  /** Writes the columns, and returns the places of all parts. */
  VectorFieldLayout.Tier finish() throws IOException {
    return new VectorFieldLayout.Tier(
        encoding,
        rows.offset(),
        scales == null ? VectorFieldLayout.NONE : scales.write(out),
        errors == null ? VectorFieldLayout.NONE : errors.write(out));
  }

  @Override
  public void close() throws IOException {
    IOUtils.close(scales, errors);
  }
}
