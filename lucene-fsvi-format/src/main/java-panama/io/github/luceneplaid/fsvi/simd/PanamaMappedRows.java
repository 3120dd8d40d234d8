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
import static io.github.luceneplaid.fsvi.simd.PanamaMatrix.sum;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The counterpart of {@link PanamaMatrix} for rows in a memory segment. The two are separate,
 * because in Java 21 vectors cannot be read from segments of float arrays.
 */
final class PanamaMappedRows {

  private static final VectorSpecies<Float> SPECIES = PanamaMatrix.SPECIES;
  private static final int LENGTH = SPECIES.length();
  private static final long VECTOR_BYTES = (long) LENGTH * Float.BYTES;

  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private PanamaMappedRows() {}

  private static FloatVector load(MemorySegment rows, long position) {
    return FloatVector.fromMemorySegment(SPECIES, rows, position, ByteOrder.LITTLE_ENDIAN);
  }

  private static FloatVector load(float[] queries, int index) {
    return FloatVector.fromArray(SPECIES, queries, index);
  }

  /** Products [count][nq], from an index on. */
  static void dots(
      float[] queries,
      int nq,
      MemorySegment rows,
      long row,
      int count,
      int dim,
      float[] out,
      int o) {
    long rowBytes = (long) dim * Float.BYTES;
    int r = 0;
    for (; r <= count - 2; r += 2, row += 2 * rowBytes) {
      int q = 0;
      for (; q <= nq - 4; q += 4) {
        dots4x2(queries, q * dim, rows, row, dim, out, o + r * nq + q, nq);
      }
      for (; q < nq; q++) {
        out[o + r * nq + q] = dot(queries, q * dim, rows, row, dim);
        out[o + (r + 1) * nq + q] = dot(queries, q * dim, rows, row + rowBytes, dim);
      }
    }
    if (r < count) {
      for (int q = 0; q < nq; q++) {
        out[o + r * nq + q] = dot(queries, q * dim, rows, row, dim);
      }
    }
  }

  private static float dot(float[] queries, int query, MemorySegment rows, long row, int dim) {
    FloatVector s0 = FloatVector.zero(SPECIES);
    FloatVector s1 = s0;
    FloatVector s2 = s0;
    FloatVector s3 = s0;
    int i = 0;
    for (; i <= dim - 4 * LENGTH; i += 4 * LENGTH) {
      int j = query + i;
      long k = row + (long) i * Float.BYTES;
      s0 = fma(load(queries, j), load(rows, k), s0);
      s1 = fma(load(queries, j + LENGTH), load(rows, k + VECTOR_BYTES), s1);
      s2 = fma(load(queries, j + 2 * LENGTH), load(rows, k + 2 * VECTOR_BYTES), s2);
      s3 = fma(load(queries, j + 3 * LENGTH), load(rows, k + 3 * VECTOR_BYTES), s3);
    }
    for (; i <= dim - LENGTH; i += LENGTH) {
      FloatVector vector = load(rows, row + (long) i * Float.BYTES);
      s0 = fma(load(queries, query + i), vector, s0);
    }
    float sum = sum(s0.add(s1).add(s2.add(s3)));
    for (; i < dim; i++) {
      sum += queries[query + i] * rows.get(FLOAT, row + (long) i * Float.BYTES);
    }
    return sum;
  }

  private static void dots4x2(
      float[] queries, int q0, MemorySegment rows, long r0, int dim, float[] out, int o, int nq) {
    int q1 = q0 + dim;
    int q2 = q1 + dim;
    int q3 = q2 + dim;
    long r1 = r0 + (long) dim * Float.BYTES;
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
      FloatVector a = load(rows, r0 + (long) j * Float.BYTES);
      FloatVector b = load(rows, r1 + (long) j * Float.BYTES);
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
    out[o + nq] = sum(b0);
    out[o + nq + 1] = sum(b1);
    out[o + nq + 2] = sum(b2);
    out[o + nq + 3] = sum(b3);
    for (; j < dim; j++) {
      float a = rows.get(FLOAT, r0 + (long) j * Float.BYTES);
      float b = rows.get(FLOAT, r1 + (long) j * Float.BYTES);
      out[o] += a * queries[q0 + j];
      out[o + 1] += a * queries[q1 + j];
      out[o + 2] += a * queries[q2 + j];
      out[o + 3] += a * queries[q3 + j];
      out[o + nq] += b * queries[q0 + j];
      out[o + nq + 1] += b * queries[q1 + j];
      out[o + nq + 2] += b * queries[q2 + j];
      out[o + nq + 3] += b * queries[q3 + j];
    }
  }
}
