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
 * Products of rows with queries that lie side by side, {@code [dimension][stride]}. Queries are the
 * lanes of vectors, and zeros fill the last vector. Each product is a sum over the dimensions in
 * their order, so it does not depend on other rows.
 */
final class PanamaColumns {

  private static final VectorSpecies<Float> SPECIES =
      VectorSpecies.of(float.class, VectorShape.forBitSize(PanamaKernels.BITS));
  private static final int LENGTH = SPECIES.length();

  private final int dim;
  private final int stride;
  private final float[] queries;

  PanamaColumns(float[] rows, int count, int dim) {
    this.dim = dim;
    this.stride = stride(count);
    this.queries = new float[Math.multiplyExact(dim, stride)];
    for (int q = 0; q < count; q++) {
      for (int j = 0; j < dim; j++) {
        queries[j * stride + q] = rows[q * dim + j];
      }
    }
  }

  static int stride(int count) {
    return (count + LENGTH - 1) / LENGTH * LENGTH;
  }

  void products(float[] rows, int row, int count, float[] to, int out) {
    int query = 0;
    for (; query + 2 * LENGTH <= stride; query += 2 * LENGTH) {
      int r = 0;
      for (; r <= count - 4; r += 4) {
        two4(rows, row + r * dim, query, to, out + r * stride + query);
      }
      for (; r < count; r++) {
        two1(rows, row + r * dim, query, to, out + r * stride + query);
      }
    }
    if (query < stride) {
      int r = 0;
      for (; r <= count - 8; r += 8) {
        one8(rows, row + r * dim, query, to, out + r * stride + query);
      }
      for (; r < count; r++) {
        one1(rows, row + r * dim, query, to, out + r * stride + query);
      }
    }
  }

  private static FloatVector load(float[] from, int index) {
    return FloatVector.fromArray(SPECIES, from, index);
  }

  private void two4(float[] rows, int r0, int query, float[] to, int out) {
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
      FloatVector a = load(queries, query + j * stride);
      FloatVector b = load(queries, query + j * stride + LENGTH);
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
    a0.intoArray(to, out);
    b0.intoArray(to, out + LENGTH);
    a1.intoArray(to, out + stride);
    b1.intoArray(to, out + stride + LENGTH);
    a2.intoArray(to, out + 2 * stride);
    b2.intoArray(to, out + 2 * stride + LENGTH);
    a3.intoArray(to, out + 3 * stride);
    b3.intoArray(to, out + 3 * stride + LENGTH);
  }

  private void two1(float[] rows, int r0, int query, float[] to, int out) {
    FloatVector a0 = FloatVector.zero(SPECIES);
    FloatVector b0 = a0;
    for (int j = 0; j < dim; j++) {
      FloatVector a = load(queries, query + j * stride);
      FloatVector b = load(queries, query + j * stride + LENGTH);
      FloatVector x = FloatVector.broadcast(SPECIES, rows[r0 + j]);
      a0 = fma(a, x, a0);
      b0 = fma(b, x, b0);
    }
    a0.intoArray(to, out);
    b0.intoArray(to, out + LENGTH);
  }

  private void one8(float[] rows, int r0, int query, float[] to, int out) {
    int r1 = r0 + dim;
    int r2 = r1 + dim;
    int r3 = r2 + dim;
    int r4 = r3 + dim;
    int r5 = r4 + dim;
    int r6 = r5 + dim;
    int r7 = r6 + dim;
    FloatVector a0 = FloatVector.zero(SPECIES);
    FloatVector a1 = a0;
    FloatVector a2 = a0;
    FloatVector a3 = a0;
    FloatVector a4 = a0;
    FloatVector a5 = a0;
    FloatVector a6 = a0;
    FloatVector a7 = a0;
    for (int j = 0; j < dim; j++) {
      FloatVector a = load(queries, query + j * stride);
      FloatVector x = FloatVector.broadcast(SPECIES, rows[r0 + j]);
      a0 = fma(a, x, a0);
      x = FloatVector.broadcast(SPECIES, rows[r1 + j]);
      a1 = fma(a, x, a1);
      x = FloatVector.broadcast(SPECIES, rows[r2 + j]);
      a2 = fma(a, x, a2);
      x = FloatVector.broadcast(SPECIES, rows[r3 + j]);
      a3 = fma(a, x, a3);
      x = FloatVector.broadcast(SPECIES, rows[r4 + j]);
      a4 = fma(a, x, a4);
      x = FloatVector.broadcast(SPECIES, rows[r5 + j]);
      a5 = fma(a, x, a5);
      x = FloatVector.broadcast(SPECIES, rows[r6 + j]);
      a6 = fma(a, x, a6);
      x = FloatVector.broadcast(SPECIES, rows[r7 + j]);
      a7 = fma(a, x, a7);
    }
    a0.intoArray(to, out);
    a1.intoArray(to, out + stride);
    a2.intoArray(to, out + 2 * stride);
    a3.intoArray(to, out + 3 * stride);
    a4.intoArray(to, out + 4 * stride);
    a5.intoArray(to, out + 5 * stride);
    a6.intoArray(to, out + 6 * stride);
    a7.intoArray(to, out + 7 * stride);
  }

  private void one1(float[] rows, int r0, int query, float[] to, int out) {
    FloatVector a0 = FloatVector.zero(SPECIES);
    for (int j = 0; j < dim; j++) {
      FloatVector a = load(queries, query + j * stride);
      FloatVector x = FloatVector.broadcast(SPECIES, rows[r0 + j]);
      a0 = fma(a, x, a0);
    }
    a0.intoArray(to, out);
  }
}
