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

import static io.github.luceneplaid.fsvi.simd.PanamaFma.fma;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * Products of many rows, close to the peak of the processor. It copies as many queries as two
 * vectors hold to a panel, {@code panel[j][query]}. It multiplies the panel with single elements of
 * four rows. The results are vectors of queries and are stored in this order, so no lanes have to
 * be summed up.
 */
final class PanamaPanel {

  private static final VectorSpecies<Float> SPECIES =
      VectorSpecies.of(float.class, VectorShape.forBitSize(PanamaKernels.BITS));
  private static final int LENGTH = SPECIES.length();

  /** Queries in a panel. */
  static final int WIDTH = 2 * LENGTH;

  // With fewer queries, a panel is slower than single products
  private static final int MIN_QUERIES = WIDTH * 9 / 16;

  // A panel should stay in the L1 cache.
  private static final int MAX_DIM = 1024;

  private PanamaPanel() {}

  /** Returns the number of queries, from the first one on, that should be in panels. */
  static int covered(int nq, int dim) {
    int rest = nq % WIDTH;
    return dim > MAX_DIM ? 0 : rest < MIN_QUERIES ? nq - rest : nq;
  }

  /** Returns panels of the queries. Zeros fill the last panel. */
  static float[][] pack(float[] queries, int nq, int dim) {
    float[][] panels = new float[(nq + WIDTH - 1) / WIDTH][dim * WIDTH];
    for (int q = 0; q < nq; q++) {
      float[] panel = panels[q / WIDTH];
      for (int j = 0, i = q % WIDTH; j < dim; j++, i += WIDTH) {
        panel[i] = queries[q * dim + j];
      }
    }
    return panels;
  }

  /** Computes all products of the queries in the panels. */
  static void matrix(
      float[][] panels,
      int covered,
      float[] rows,
      int row,
      int count,
      int dim,
      float[] out,
      int o,
      int nq) {
    float[] partial = null;
    for (int p = 0, q = 0; p < panels.length; p++, q += WIDTH) {
      if (covered - q >= WIDTH) {
        multiply(panels[p], rows, row, count, dim, out, o + q, nq);
        continue;
      }
      if (partial == null) {
        partial = new float[4 * WIDTH];
      }
      for (int r = 0; r < count; r += 4) {
        int n = Math.min(4, count - r);
        multiply(panels[p], rows, row + r * dim, n, dim, partial, 0, WIDTH);
        for (int i = 0; i < n; i++) {
          System.arraycopy(partial, i * WIDTH, out, o + (r + i) * nq + q, covered - q);
        }
      }
    }
  }

  /** Writes products of the queries of a panel to rows of out, which are stride elements apart. */
  static void multiply(
      float[] panel, float[] rows, int row, int count, int dim, float[] out, int o, int stride) {
    int r = 0;
    for (; r <= count - 4; r += 4) {
      multiply4(panel, rows, row + r * dim, dim, out, o + r * stride, stride);
    }
    for (; r < count; r++) {
      multiply1(panel, rows, row + r * dim, dim, out, o + r * stride);
    }
  }

  private static FloatVector load(float[] from, int index) {
    return FloatVector.fromArray(SPECIES, from, index);
  }

  private static void multiply4(
      float[] panel, float[] rows, int r0, int dim, float[] out, int o, int stride) {
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
    a1.intoArray(out, o + stride);
    b1.intoArray(out, o + stride + LENGTH);
    a2.intoArray(out, o + 2 * stride);
    b2.intoArray(out, o + 2 * stride + LENGTH);
    a3.intoArray(out, o + 3 * stride);
    b3.intoArray(out, o + 3 * stride + LENGTH);
  }

  private static void multiply1(float[] panel, float[] rows, int row, int dim, float[] out, int o) {
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
