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
package io.github.luceneplaid.fsvi.simd;

import static io.github.luceneplaid.fsvi.simd.PanamaMatrix.fma;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * Products of many rows, close to the machine's peak. As many queries as two vectors hold are
 * copied to a panel, {@code panel[j][query]}, which is multiplied with single elements of four
 * rows. So results are vectors of queries, as they are stored, and no sum over a vector is needed.
 */
final class PanamaPanel {

  private static final VectorSpecies<Float> SPECIES =
      VectorSpecies.of(float.class, VectorShape.forBitSize(PanamaKernels.BITS));
  private static final int LENGTH = SPECIES.length();
  private static final int WIDTH = 2 * LENGTH;

  // With fewer queries in it a panel is slower than products one by one.
  private static final int MIN_QUERIES = WIDTH * 5 / 8;

  // The copy must pay, and stay in the L1 cache.
  private static final int MIN_ROWS = 64;
  private static final int MAX_DIM = 1024;

  private PanamaPanel() {}

  /** Returns the number of queries whose products it has computed, from the first one on. */
  static int matrix(
      float[] queries,
      int nq,
      float[] rows,
      int rowsOffset,
      int rowCount,
      int dim,
      float[] out,
      int outOffset) {
    if (rowCount < MIN_ROWS || dim > MAX_DIM || nq < MIN_QUERIES) {
      return 0;
    }
    float[] panel = new float[dim * WIDTH];
    int q = 0;
    for (; q <= nq - WIDTH; q += WIDTH) {
      pack(queries, q, WIDTH, dim, panel);
      full(panel, rows, rowsOffset, rowCount, dim, out, outOffset + q, nq);
    }
    if (nq - q < MIN_QUERIES) {
      return q;
    }
    // What the last queries of the panel before have left behind gives products nobody reads.
    pack(queries, q, nq - q, dim, panel);
    partial(panel, nq - q, rows, rowsOffset, rowCount, dim, out, outOffset + q, nq);
    return nq;
  }

  private static void pack(float[] queries, int q, int count, int dim, float[] panel) {
    for (int c = 0; c < count; c++) {
      int query = (q + c) * dim;
      for (int j = 0; j < dim; j++) {
        panel[j * WIDTH + c] = queries[query + j];
      }
    }
  }

  private static void full(
      float[] panel, float[] rows, int row, int count, int dim, float[] out, int o, int nq) {
    int r = 0;
    for (; r <= count - 4; r += 4) {
      panel4(panel, rows, row + r * dim, dim, out, o + r * nq, nq);
    }
    for (; r < count; r++) {
      panel1(panel, rows, row + r * dim, dim, out, o + r * nq);
    }
  }

  private static void partial(
      float[] panel,
      int queries,
      float[] rows,
      int row,
      int count,
      int dim,
      float[] out,
      int o,
      int nq) {
    float[] products = new float[4 * WIDTH];
    for (int r = 0; r < count; r += 4) {
      int n = Math.min(4, count - r);
      full(panel, rows, row + r * dim, n, dim, products, 0, WIDTH);
      for (int i = 0; i < n; i++) {
        System.arraycopy(products, i * WIDTH, out, o + (r + i) * nq, queries);
      }
    }
  }

  private static FloatVector load(float[] from, int index) {
    return FloatVector.fromArray(SPECIES, from, index);
  }

  private static void panel4(
      float[] panel, float[] rows, int r0, int dim, float[] out, int o, int nq) {
    int r1 = r0 + dim;
    int r2 = r1 + dim;
    int r3 = r2 + dim;
    FloatVector a0 = FloatVector.zero(SPECIES);
    FloatVector b0 = a0;
    FloatVector a1 = a0;
    FloatVector b1 = a0;
    FloatVector a2 = a0;
    FloatVector b2 = a0;
    FloatVector a3 = a0;
    FloatVector b3 = a0;
    for (int j = 0; j < dim; j++) {
      FloatVector a = load(panel, j * WIDTH);
      FloatVector b = load(panel, j * WIDTH + LENGTH);
      FloatVector x = FloatVector.broadcast(SPECIES, rows[r0 + j]);
      a0 = fma(a, x, a0);
      b0 = fma(b, x, b0);
      x = FloatVector.broadcast(SPECIES, rows[r1 + j]);
      a1 = fma(a, x, a1);
      b1 = fma(b, x, b1);
      x = FloatVector.broadcast(SPECIES, rows[r2 + j]);
      a2 = fma(a, x, a2);
      b2 = fma(b, x, b2);
      x = FloatVector.broadcast(SPECIES, rows[r3 + j]);
      a3 = fma(a, x, a3);
      b3 = fma(b, x, b3);
    }
    a0.intoArray(out, o);
    b0.intoArray(out, o + LENGTH);
    a1.intoArray(out, o + nq);
    b1.intoArray(out, o + nq + LENGTH);
    a2.intoArray(out, o + 2 * nq);
    b2.intoArray(out, o + 2 * nq + LENGTH);
    a3.intoArray(out, o + 3 * nq);
    b3.intoArray(out, o + 3 * nq + LENGTH);
  }

  private static void panel1(float[] panel, float[] rows, int row, int dim, float[] out, int o) {
    FloatVector a0 = FloatVector.zero(SPECIES);
    FloatVector b0 = a0;
    for (int j = 0; j < dim; j++) {
      FloatVector x = FloatVector.broadcast(SPECIES, rows[row + j]);
      a0 = fma(load(panel, j * WIDTH), x, a0);
      b0 = fma(load(panel, j * WIDTH + LENGTH), x, b0);
    }
    a0.intoArray(out, o);
    b0.intoArray(out, o + LENGTH);
  }
}
