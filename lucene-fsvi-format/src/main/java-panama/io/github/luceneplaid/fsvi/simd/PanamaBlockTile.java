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

import java.util.Objects;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * Multiplies the blocks of a tile one after the other, by the method of {@link PanamaTile}. A
 * vector of 256 bits holds the lanes of a block, so longer vectors do not help. Two vectors side by
 * side would use each query value twice after it is spread over a vector. They still take a fifth
 * more time, because fewer query tokens fit into the registers.
 */
final class PanamaBlockTile {

  private static final VectorSpecies<Short> SPECIES =
      VectorSpecies.of(short.class, VectorShape.forBitSize(Math.min(256, PanamaKernels.BITS)));
  private static final int LENGTH = SPECIES.length();
  private static final int ROW = VectorKernels.TILE_LANES;

  private PanamaBlockTile() {}

  /** Computes the sums of the first lanes. */
  static void dot(
      short[] tile, int dim, short[] queries, int offset, int nq, int lanes, short[] sums) {
    Objects.checkFromIndexSize(0, Math.multiplyExact(dim, ROW), tile.length);
    Objects.checkFromIndexSize(offset, Math.multiplyExact(nq, dim), queries.length);
    Objects.checkFromIndexSize(0, Math.multiplyExact(nq, ROW), sums.length);
    for (int column = 0; column < lanes; column += LENGTH) {
      int query = offset;
      int out = column;
      int left = nq;
      for (; left >= 8; left -= 8, query += 8 * dim, out += 8 * ROW) {
        dot8(tile, column, dim, queries, query, sums, out);
      }
      if (left >= 4) {
        dotFew(4, tile, column, dim, queries, query, sums, out);
        left -= 4;
        query += 4 * dim;
        out += 4 * ROW;
      }
      if (left >= 2) {
        dotFew(2, tile, column, dim, queries, query, sums, out);
        left -= 2;
        query += 2 * dim;
        out += 2 * ROW;
      }
      if (left > 0) {
        dotFew(1, tile, column, dim, queries, query, sums, out);
      }
    }
  }

  private static ShortVector spread(short[] queries, int index) {
    return ShortVector.broadcast(SPECIES, queries[index]);
  }

  private static void dot8(
      short[] tile, int column, int dim, short[] queries, int q0, short[] sums, int out) {
    int q1 = q0 + dim;
    int q2 = q1 + dim;
    int q3 = q2 + dim;
    int q4 = q3 + dim;
    int q5 = q4 + dim;
    int q6 = q5 + dim;
    int q7 = q6 + dim;
    ShortVector s0 = ShortVector.zero(SPECIES);
    ShortVector s1 = s0;
    ShortVector s2 = s0;
    ShortVector s3 = s0;
    ShortVector s4 = s0;
    ShortVector s5 = s0;
    ShortVector s6 = s0;
    ShortVector s7 = s0;
    for (int j = 0; j < dim; j++) {
      ShortVector row = ShortVector.fromArray(SPECIES, tile, column + j * ROW);
      s0 = s0.add(row.mul(spread(queries, q0 + j)));
      s1 = s1.add(row.mul(spread(queries, q1 + j)));
      s2 = s2.add(row.mul(spread(queries, q2 + j)));
      s3 = s3.add(row.mul(spread(queries, q3 + j)));
      s4 = s4.add(row.mul(spread(queries, q4 + j)));
      s5 = s5.add(row.mul(spread(queries, q5 + j)));
      s6 = s6.add(row.mul(spread(queries, q6 + j)));
      s7 = s7.add(row.mul(spread(queries, q7 + j)));
    }
    s0.intoArray(sums, out);
    s1.intoArray(sums, out + ROW);
    s2.intoArray(sums, out + 2 * ROW);
    s3.intoArray(sums, out + 3 * ROW);
    s4.intoArray(sums, out + 4 * ROW);
    s5.intoArray(sums, out + 5 * ROW);
    s6.intoArray(sums, out + 6 * ROW);
    s7.intoArray(sums, out + 7 * ROW);
  }

  /**
   * Multiplies 1, 2 or 4 query tokens. The bodies are in one method, so that it is larger than the
   * 325 bytes up to which C2 inlines. If C2 inlines such a body into a search, it does not always
   * keep vectors in registers.
   */
  private static void dotFew(
      int n, short[] tile, int column, int dim, short[] queries, int q0, short[] sums, int out) {
    if (n == 4) {
      int q1 = q0 + dim;
      int q2 = q1 + dim;
      int q3 = q2 + dim;
      ShortVector s0 = ShortVector.zero(SPECIES);
      ShortVector s1 = s0;
      ShortVector s2 = s0;
      ShortVector s3 = s0;
      for (int j = 0; j < dim; j++) {
        ShortVector row = ShortVector.fromArray(SPECIES, tile, column + j * ROW);
        s0 = s0.add(row.mul(spread(queries, q0 + j)));
        s1 = s1.add(row.mul(spread(queries, q1 + j)));
        s2 = s2.add(row.mul(spread(queries, q2 + j)));
        s3 = s3.add(row.mul(spread(queries, q3 + j)));
      }
      s0.intoArray(sums, out);
      s1.intoArray(sums, out + ROW);
      s2.intoArray(sums, out + 2 * ROW);
      s3.intoArray(sums, out + 3 * ROW);
    } else if (n == 2) {
      int q1 = q0 + dim;
      ShortVector s0 = ShortVector.zero(SPECIES);
      ShortVector s1 = s0;
      for (int j = 0; j < dim; j++) {
        ShortVector row = ShortVector.fromArray(SPECIES, tile, column + j * ROW);
        s0 = s0.add(row.mul(spread(queries, q0 + j)));
        s1 = s1.add(row.mul(spread(queries, q1 + j)));
      }
      s0.intoArray(sums, out);
      s1.intoArray(sums, out + ROW);
    } else {
      ShortVector s0 = ShortVector.zero(SPECIES);
      for (int j = 0; j < dim; j++) {
        ShortVector row = ShortVector.fromArray(SPECIES, tile, column + j * ROW);
        s0 = s0.add(row.mul(spread(queries, q0 + j)));
      }
      s0.intoArray(sums, out);
    }
  }
}
