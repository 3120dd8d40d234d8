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
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * Multiplies a tile with query tokens of floats. As {@link PanamaTile}, with the weights widened as
 * they are read: a column of the tile, as many lanes as a vector has floats, is walked down once
 * for up to four query tokens.
 */
final class PanamaFloatTile {

  private static final VectorSpecies<Float> FLOATS =
      VectorSpecies.of(float.class, VectorShape.forBitSize(PanamaKernels.BITS));
  private static final VectorSpecies<Short> SHORTS =
      VectorSpecies.of(short.class, VectorShape.forBitSize(Math.max(64, PanamaKernels.BITS / 2)));
  private static final int LENGTH = FLOATS.length();
  private static final int ROW = VectorKernels.TILE_LANES;

  private PanamaFloatTile() {}

  static void dot(short[] tile, int dim, float[] queries, int nq, float[] sums) {
    Objects.checkFromIndexSize(0, Math.multiplyExact(dim, ROW), tile.length);
    Objects.checkFromIndexSize(0, Math.multiplyExact(nq, dim), queries.length);
    Objects.checkFromIndexSize(0, Math.multiplyExact(nq, ROW), sums.length);
    for (int column = 0; column < ROW; column += LENGTH) {
      int q = 0;
      for (; q + 4 <= nq; q += 4) {
        dot4(tile, column, dim, queries, q * dim, sums, q * ROW + column);
      }
      for (; q < nq; q++) {
        dot1(tile, column, dim, queries, q * dim, sums, q * ROW + column);
      }
    }
  }

  private static FloatVector row(short[] tile, int offset) {
    ShortVector row = ShortVector.fromArray(SHORTS, tile, offset);
    return (FloatVector) row.convertShape(VectorOperators.S2F, FLOATS, 0);
  }

  private static void dot4(
      short[] tile, int column, int dim, float[] queries, int q0, float[] sums, int out) {
    int q1 = q0 + dim;
    int q2 = q1 + dim;
    int q3 = q2 + dim;
    FloatVector s0 = FloatVector.zero(FLOATS);
    FloatVector s1 = s0;
    FloatVector s2 = s0;
    FloatVector s3 = s0;
    for (int j = 0; j < dim; j++) {
      FloatVector row = row(tile, column + j * ROW);
      s0 = row.fma(FloatVector.broadcast(FLOATS, queries[q0 + j]), s0);
      s1 = row.fma(FloatVector.broadcast(FLOATS, queries[q1 + j]), s1);
      s2 = row.fma(FloatVector.broadcast(FLOATS, queries[q2 + j]), s2);
      s3 = row.fma(FloatVector.broadcast(FLOATS, queries[q3 + j]), s3);
    }
    s0.intoArray(sums, out);
    s1.intoArray(sums, out + ROW);
    s2.intoArray(sums, out + 2 * ROW);
    s3.intoArray(sums, out + 3 * ROW);
  }

  private static void dot1(
      short[] tile, int column, int dim, float[] queries, int q, float[] sums, int out) {
    FloatVector s = FloatVector.zero(FLOATS);
    for (int j = 0; j < dim; j++) {
      s = row(tile, column + j * ROW).fma(FloatVector.broadcast(FLOATS, queries[q + j]), s);
    }
    s.intoArray(sums, out);
  }
}
