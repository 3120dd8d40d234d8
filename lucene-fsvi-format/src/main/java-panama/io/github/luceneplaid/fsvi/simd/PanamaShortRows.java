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

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * Multiplies a row of signed bytes with query tokens of integers, in 16 bits. Elements of the row
 * are loaded and widened once for up to four query tokens.
 */
final class PanamaShortRows {

  private static final VectorSpecies<Short> SPECIES =
      VectorSpecies.of(short.class, VectorShape.forBitSize(PanamaKernels.BITS));
  private static final VectorSpecies<Byte> BYTES =
      VectorSpecies.of(byte.class, VectorShape.forBitSize(PanamaKernels.BITS / 2));
  private static final int LENGTH = SPECIES.length();

  private PanamaShortRows() {}

  /**
   * Computes the sums of a row, see {@link VectorKernels#dotRows}.
   *
   * @param out index of the first sum
   * @param step elements from one sum to the next one
   */
  static void dot(
      byte[] rows,
      int row,
      int dim,
      short[] queries,
      int offset,
      int nq,
      short[] sums,
      int out,
      int step) {
    int q = 0;
    for (; q + 4 <= nq; q += 4) {
      dot4(rows, row, dim, queries, offset + q * dim, sums, out + q * step, step);
    }
    if (q + 2 <= nq) {
      dot2(rows, row, dim, queries, offset + q * dim, sums, out + q * step, step);
      q += 2;
    }
    if (q < nq) {
      dot1(rows, row, dim, queries, offset + q * dim, sums, out + q * step);
    }
    int done = dim - dim % LENGTH;
    if (done < dim) {
      addRest(rows, row, done, dim, queries, offset, nq, sums, out, step);
    }
  }

  /** Adds the dimensions that do not fill a vector. */
  private static void addRest(
      byte[] rows,
      int row,
      int from,
      int dim,
      short[] queries,
      int offset,
      int nq,
      short[] sums,
      int out,
      int step) {
    for (int q = 0; q < nq; q++) {
      int sum = sums[out + q * step];
      for (int j = from; j < dim; j++) {
        sum += rows[row + j] * queries[offset + q * dim + j];
      }
      sums[out + q * step] = (short) sum;
    }
  }

  private static ShortVector widen(byte[] rows, int at) {
    return (ShortVector)
        ByteVector.fromArray(BYTES, rows, at).convertShape(VectorOperators.B2S, SPECIES, 0);
  }

  private static ShortVector query(short[] queries, int at) {
    return ShortVector.fromArray(SPECIES, queries, at);
  }

  private static void dot1(
      byte[] rows, int row, int dim, short[] queries, int q0, short[] sums, int out) {
    ShortVector s0 = ShortVector.zero(SPECIES);
    for (int j = 0; j <= dim - LENGTH; j += LENGTH) {
      s0 = s0.add(widen(rows, row + j).mul(query(queries, q0 + j)));
    }
    sums[out] = s0.reduceLanes(VectorOperators.ADD);
  }

  private static void dot2(
      byte[] rows, int row, int dim, short[] queries, int q0, short[] sums, int out, int step) {
    int q1 = q0 + dim;
    ShortVector s0 = ShortVector.zero(SPECIES);
    ShortVector s1 = s0;
    for (int j = 0; j <= dim - LENGTH; j += LENGTH) {
      ShortVector elements = widen(rows, row + j);
      s0 = s0.add(elements.mul(query(queries, q0 + j)));
      s1 = s1.add(elements.mul(query(queries, q1 + j)));
    }
    sums[out] = s0.reduceLanes(VectorOperators.ADD);
    sums[out + step] = s1.reduceLanes(VectorOperators.ADD);
  }

  private static void dot4(
      byte[] rows, int row, int dim, short[] queries, int q0, short[] sums, int out, int step) {
    int q1 = q0 + dim;
    int q2 = q1 + dim;
    int q3 = q2 + dim;
    ShortVector s0 = ShortVector.zero(SPECIES);
    ShortVector s1 = s0;
    ShortVector s2 = s0;
    ShortVector s3 = s0;
    for (int j = 0; j <= dim - LENGTH; j += LENGTH) {
      ShortVector elements = widen(rows, row + j);
      s0 = s0.add(elements.mul(query(queries, q0 + j)));
      s1 = s1.add(elements.mul(query(queries, q1 + j)));
      s2 = s2.add(elements.mul(query(queries, q2 + j)));
      s3 = s3.add(elements.mul(query(queries, q3 + j)));
    }
    sums[out] = s0.reduceLanes(VectorOperators.ADD);
    sums[out + step] = s1.reduceLanes(VectorOperators.ADD);
    sums[out + 2 * step] = s2.reduceLanes(VectorOperators.ADD);
    sums[out + 3 * step] = s3.reduceLanes(VectorOperators.ADD);
  }
}
