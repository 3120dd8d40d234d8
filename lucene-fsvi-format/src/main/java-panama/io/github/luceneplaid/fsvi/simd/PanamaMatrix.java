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

import java.util.Objects;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * Dot products of floats, by vectors along the dimensions. It multiplies four queries with two rows
 * at a time, and sums up the lanes of the eight vectors at the end. Longer vectors do not make this
 * last step faster, so 256 bits are enough. {@link PanamaPanel} is for many rows.
 */
final class PanamaMatrix {

  static final VectorSpecies<Float> SPECIES =
      VectorSpecies.of(float.class, VectorShape.forBitSize(Math.min(256, PanamaKernels.BITS)));
  private static final int LENGTH = SPECIES.length();

  private static final VectorShuffle<Float> BY_FOUR = VectorShuffle.iota(SPECIES, 4, 1, true);
  private static final VectorShuffle<Float> BY_TWO = VectorShuffle.iota(SPECIES, 2, 1, true);

  // With fewer rows, copying queries to panels costs more time than panels save
  private static final int MIN_PANEL_ROWS = 64;

  // Rows whose products with the queries maxSim holds at a time.
  static final int BATCH = 16;

  private static final int FLOAT16_CHUNK = 1024;

  private PanamaMatrix() {}

  private static FloatVector load(float[] from, int index) {
    return FloatVector.fromArray(SPECIES, from, index);
  }

  /**
   * Returns the sum of the lanes. Its order may differ between calls, because {@code reduceLanes}
   * does not promise an order.
   */
  static float sum(FloatVector vector) {
    FloatVector v = LENGTH == 8 ? vector.add(vector.rearrange(BY_FOUR)) : vector;
    v = v.add(v.rearrange(BY_TWO));
    return v.lane(0) + v.lane(1);
  }

  static float dot(float[] a, int aOffset, float[] b, int bOffset, int dim) {
    int i = 0;
    float rest = 0;
    if (dim >= LENGTH) {
      FloatVector s0 = FloatVector.zero(SPECIES);
      FloatVector s1 = s0;
      FloatVector s2 = s0;
      FloatVector s3 = s0;
      for (; i <= dim - 4 * LENGTH; i += 4 * LENGTH) {
        int j = aOffset + i;
        int k = bOffset + i;
        s0 = fma(load(a, j), load(b, k), s0);
        s1 = fma(load(a, j + LENGTH), load(b, k + LENGTH), s1);
        s2 = fma(load(a, j + 2 * LENGTH), load(b, k + 2 * LENGTH), s2);
        s3 = fma(load(a, j + 3 * LENGTH), load(b, k + 3 * LENGTH), s3);
      }
      for (; i <= dim - LENGTH; i += LENGTH) {
        s0 = fma(load(a, aOffset + i), load(b, bOffset + i), s0);
      }
      rest = sum(s0.add(s1).add(s2.add(s3)));
    }
    for (; i < dim; i++) {
      rest += a[aOffset + i] * b[bOffset + i];
    }
    return rest;
  }

  static float dotFloat16(float[] a, int aOffset, short[] b, int bOffset, int dim) {
    // A plain loop converts first. C2 compiles it to conversion instructions, which the Vector API
    // lacks
    float[] floats = new float[Math.min(dim, FLOAT16_CHUNK)];
    float sum = 0;
    for (int i = 0; i < dim; i += FLOAT16_CHUNK) {
      int n = Math.min(FLOAT16_CHUNK, dim - i);
      for (int j = 0; j < n; j++) {
        floats[j] = Float.float16ToFloat(b[bOffset + i + j]);
      }
      sum += dot(a, aOffset + i, floats, 0, n);
    }
    return sum;
  }

  static void matrix(
      float[] queries,
      int nq,
      float[] rows,
      int rowsOffset,
      int rowCount,
      int dim,
      float[] out,
      int outOffset) {
    check(queries, nq, rows, rowsOffset, rowCount, dim);
    Objects.checkFromIndexSize(outOffset, Math.multiplyExact(nq, rowCount), out.length);
    int covered = rowCount < MIN_PANEL_ROWS ? 0 : PanamaPanel.covered(nq, dim);
    if (covered > 0) {
      float[][] panels = PanamaPanel.pack(queries, covered, dim);
      PanamaPanel.matrix(panels, covered, rows, rowsOffset, rowCount, dim, out, outOffset, nq);
    }
    dots(queries, covered, nq, rows, rowsOffset, rowCount, dim, out, outOffset, nq);
  }

  static void maxSim(
      float[] queries, int nq, float[] rows, int rowsOffset, int rowCount, int dim, float[] max) {
    check(queries, nq, rows, rowsOffset, rowCount, dim);
    Objects.checkFromIndexSize(0, nq, max.length);
    if (rowCount < MIN_PANEL_ROWS) {
      float[] products = new float[Math.min(BATCH, rowCount) * nq];
      maxSim(queries, 0, nq, rows, rowsOffset, rowCount, dim, max, products, 0);
    } else {
      new PanamaQueryMatrix(queries, nq, dim).maxSim(rows, rowsOffset, rowCount, max);
    }
  }

  /**
   * Raises max for a range of queries, by single products.
   *
   * @param work receives products from an index on, at most those of a batch of rows
   */
  static void maxSim(
      float[] queries,
      int from,
      int to,
      float[] rows,
      int rowsOffset,
      int rowCount,
      int dim,
      float[] max,
      float[] work,
      int at) {
    int n = to - from;
    for (int r = 0; r < rowCount; r += BATCH) {
      int count = Math.min(BATCH, rowCount - r);
      dots(queries, from, to, rows, rowsOffset + r * dim, count, dim, work, at - from, n);
      raise(max, from, n, work, at, n, count);
    }
  }

  /**
   * Raises n elements of max to the largest of their columns of products. Each call creates its
   * first vector in this method. The compiler would have to guess the class of a vector from a
   * method of several species. After a wrong guess each vector would be an object.
   */
  static void raise(float[] max, int from, int n, float[] products, int at, int stride, int count) {
    int q = 0;
    for (; q <= n - LENGTH; q += LENGTH) {
      FloatVector best = load(max, from + q);
      for (int r = 0; r < count; r++) {
        FloatVector next = load(products, at + r * stride + q);
        best = best.blend(next, next.compare(VectorOperators.GT, best));
      }
      best.intoArray(max, from + q);
    }
    for (; q < n; q++) {
      float best = max[from + q];
      for (int r = 0; r < count; r++) {
        float product = products[at + r * stride + q];
        best = product > best ? product : best;
      }
      max[from + q] = best;
    }
  }

  private static void check(
      float[] queries, int nq, float[] rows, int rowsOffset, int rowCount, int dim) {
    Objects.checkFromIndexSize(0, Math.multiplyExact(nq, dim), queries.length);
    Objects.checkFromIndexSize(rowsOffset, Math.multiplyExact(rowCount, dim), rows.length);
  }

  /** Writes products of queries to rows of out, which are stride elements apart. */
  static void dots(
      float[] queries,
      int from,
      int to,
      float[] rows,
      int row,
      int count,
      int dim,
      float[] out,
      int o,
      int stride) {
    int r = 0;
    for (; r <= count - 2; r += 2) {
      int q = from;
      for (; q <= to - 4; q += 4) {
        dots4x2(queries, q * dim, rows, row + r * dim, dim, out, o + r * stride + q, stride);
      }
      for (; q < to; q++) {
        int i = o + r * stride + q;
        out[i] = dot(queries, q * dim, rows, row + r * dim, dim);
        out[i + stride] = dot(queries, q * dim, rows, row + (r + 1) * dim, dim);
      }
    }
    if (r < count) {
      for (int q = from; q < to; q++) {
        out[o + r * stride + q] = dot(queries, q * dim, rows, row + r * dim, dim);
      }
    }
  }

  private static void dots4x2(
      float[] queries, int q0, float[] rows, int r0, int dim, float[] out, int o, int stride) {
    int q1 = q0 + dim;
    int q2 = q1 + dim;
    int q3 = q2 + dim;
    int r1 = r0 + dim;
    FloatVector a0 = FloatVector.zero(SPECIES);
    FloatVector a1 = a0;
    FloatVector a2 = a0;
    FloatVector a3 = a0;
    FloatVector b0 = a0;
    FloatVector b1 = a0;
    FloatVector b2 = a0;
    FloatVector b3 = a0;
    int j = 0;
    for (; j <= dim - LENGTH; j += LENGTH) {
      FloatVector a = load(rows, r0 + j);
      FloatVector b = load(rows, r1 + j);
      FloatVector query = load(queries, q0 + j);
      a0 = fma(query, a, a0);
      b0 = fma(query, b, b0);
      query = load(queries, q1 + j);
      a1 = fma(query, a, a1);
      b1 = fma(query, b, b1);
      query = load(queries, q2 + j);
      a2 = fma(query, a, a2);
      b2 = fma(query, b, b2);
      query = load(queries, q3 + j);
      a3 = fma(query, a, a3);
      b3 = fma(query, b, b3);
    }
    out[o] = sum(a0);
    out[o + 1] = sum(a1);
    out[o + 2] = sum(a2);
    out[o + 3] = sum(a3);
    out[o + stride] = sum(b0);
    out[o + stride + 1] = sum(b1);
    out[o + stride + 2] = sum(b2);
    out[o + stride + 3] = sum(b3);
    for (; j < dim; j++) {
      float a = rows[r0 + j];
      float b = rows[r1 + j];
      out[o] += a * queries[q0 + j];
      out[o + 1] += a * queries[q1 + j];
      out[o + 2] += a * queries[q2 + j];
      out[o + 3] += a * queries[q3 + j];
      out[o + stride] += b * queries[q0 + j];
      out[o + stride + 1] += b * queries[q1 + j];
      out[o + stride + 2] += b * queries[q2 + j];
      out[o + stride + 3] += b * queries[q3 + j];
    }
  }

  static int firstAbove(float[] rows, int from, int to, float[] limits) {
    Objects.checkFromToIndex(from, to, rows.length / limits.length);
    int covered = SPECIES.loopBound(limits.length);
    for (int row = from, at = from * limits.length; row < to; row++, at += limits.length) {
      for (int i = 0; i < covered; i += LENGTH) {
        FloatVector elements = FloatVector.fromArray(SPECIES, rows, at + i);
        FloatVector limit = FloatVector.fromArray(SPECIES, limits, i);
        if (elements.compare(VectorOperators.GT, limit).anyTrue()) {
          return row;
        }
      }
      for (int i = covered; i < limits.length; i++) {
        if (rows[at + i] > limits[i]) {
          return row;
        }
      }
    }
    return to;
  }
}
