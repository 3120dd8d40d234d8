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

import io.github.luceneplaid.fsvi.slab.Slab;
import io.github.luceneplaid.fsvi.slab.SlabEncoding;
import java.io.IOException;
import org.apache.lucene.store.IndexInput;

/** A tier: a slab and its columns. A column has one float for each row. For one thread. */
final class StoredTier {

  private final Slab rows;
  private final Slab scales;
  private final Slab errors;
  private final float[] one = new float[1];

  StoredTier(IndexInput data, VectorFieldLayout layout, VectorFieldLayout.Tier tier)
      throws IOException {
    this.rows = Slab.open(data, tier.rows(), layout.size(), layout.dimension(), tier.encoding());
    this.scales = column(data, tier.scales(), layout.size());
    this.errors = column(data, tier.errors(), layout.size());
  }

  /** Opens a column. Returns null if the offset is {@link VectorFieldLayout#NONE}. */
  static Slab column(IndexInput data, long offset, int size) throws IOException {
    return offset == VectorFieldLayout.NONE
        ? null
        : Slab.open(data, offset, size, 1, SlabEncoding.FLOAT32);
  }

  /**
   * Reads a column for some rows. Consecutive ordinals are read at once.
   *
   * @param column the column
   * @param ords ordinals of the rows
   * @param n number of rows
   * @param into receives a float for each row
   */
  static void read(Slab column, int[] ords, int n, float[] into) throws IOException {
    for (int i = 0; i < n; ) {
      int run = 1;
      while (i + run < n && ords[i + run] == ords[i] + run) {
        run++;
      }
      column.readRows(ords[i], run, into, i);
      i += run;
    }
  }

  Slab rows() {
    return rows;
  }

  SlabEncoding encoding() {
    return rows.encoding();
  }

  /** Scales of the rows, or null if rows are not scaled. */
  Slab scales() {
    return scales;
  }

  /** Errors of the rows, or null if this is not a coarse tier. */
  Slab errors() {
    return errors;
  }

  float scale(int ord) throws IOException {
    scales.readRows(ord, 1, one, 0);
    return one[0];
  }

  float error(int ord) throws IOException {
    errors.readRows(ord, 1, one, 0);
    return one[0];
  }

  /** Decodes a row into a vector. */
  void decode(int ord, float[] into) throws IOException {
    rows.readRows(ord, 1, into, 0);
    if (scales != null) {
      float scale = scale(ord);
      for (int i = 0; i < into.length; i++) {
        into[i] *= scale;
      }
    }
  }
}
