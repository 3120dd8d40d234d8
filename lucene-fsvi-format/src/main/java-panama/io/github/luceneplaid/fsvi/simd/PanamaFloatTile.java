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
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * Multiplies a tile with query tokens of floats. It works like {@link PanamaTile}, and widens
 * weights when it reads them. A column of the tile has as many lanes as a vector has floats. It is
 * read once for up to four query tokens.
 */
final class PanamaFloatTile {

  private static final VectorSpecies<Float> FLOATS =
      VectorSpecies.of(float.class, VectorShape.forBitSize(PanamaKernels.BITS));
  private static final VectorSpecies<Short> SHORTS =
      VectorSpecies.of(short.class, VectorShape.forBitSize(Math.max(64, PanamaKernels.BITS / 2)));
  private static final int LENGTH = FLOATS.length();
  private static final int ROW = VectorKernels.TILE_LANES;

  private PanamaFloatTile() {}

  static void dot(short[] tile, int dim, float[] queries, int[] which, int n, float[] sums) {
    Objects.checkFromIndexSize(0, Math.multiplyExact(dim, ROW), tile.length);
    Objects.checkFromIndexSize(0, n, which.length);
    for (int i = 0; i < n; i++) {
      Objects.checkFromIndexSize(Math.multiplyExact(which[i], dim), dim, queries.length);
    }
    Objects.checkFromIndexSize(0, Math.multiplyExact(n, ROW), sums.length);
    for (int column = 0; column < ROW; column += 2 * LENGTH) {
      int i = 0;
      for (; i + 4 <= n; i += 4) {
        dot4(tile, column, dim, queries, which, i, sums);
      }
      for (; i < n; i++) {
        dot1(tile, column, dim, queries, which[i] * dim, sums, i * ROW + column);
      }
    }
  }

  private static FloatVector row(short[] tile, int offset) {
    ShortVector row = ShortVector.fromArray(SHORTS, tile, offset);
    return (FloatVector) row.convertShape(VectorOperators.S2F, FLOATS, 0);
  }

  /** Two vectors side by side, because each product waits for the one before */
  private static void dot4(
      short[] tile, int column, int dim, float[] queries, int[] which, int i, float[] sums) {
    int q0 = which[i] * dim;
    int q1 = which[i + 1] * dim;
    int q2 = which[i + 2] * dim;
    int q3 = which[i + 3] * dim;
    int out = i * ROW + column;
    FloatVector a0 = FloatVector.zero(FLOATS);
    FloatVector a1 = a0;
    FloatVector a2 = a0;
    FloatVector a3 = a0;
    FloatVector b0 = a0;
    FloatVector b1 = a0;
    FloatVector b2 = a0;
    FloatVector b3 = a0;
    for (int j = 0; j < dim; j++) {
      FloatVector a = row(tile, column + j * ROW);
      FloatVector b = row(tile, column + LENGTH + j * ROW);
      FloatVector query = FloatVector.broadcast(FLOATS, queries[q0 + j]);
      a0 = fma(a, query, a0);
      b0 = fma(b, query, b0);
      query = FloatVector.broadcast(FLOATS, queries[q1 + j]);
      a1 = fma(a, query, a1);
      b1 = fma(b, query, b1);
      query = FloatVector.broadcast(FLOATS, queries[q2 + j]);
      a2 = fma(a, query, a2);
      b2 = fma(b, query, b2);
      query = FloatVector.broadcast(FLOATS, queries[q3 + j]);
      a3 = fma(a, query, a3);
      b3 = fma(b, query, b3);
    }
    a0.intoArray(sums, out);
    b0.intoArray(sums, out + LENGTH);
    a1.intoArray(sums, out + ROW);
    b1.intoArray(sums, out + ROW + LENGTH);
    a2.intoArray(sums, out + 2 * ROW);
    b2.intoArray(sums, out + 2 * ROW + LENGTH);
    a3.intoArray(sums, out + 3 * ROW);
    b3.intoArray(sums, out + 3 * ROW + LENGTH);
  }

  private static void dot1(
      short[] tile, int column, int dim, float[] queries, int q, float[] sums, int out) {
    FloatVector a0 = FloatVector.zero(FLOATS);
    FloatVector b0 = a0;
    for (int j = 0; j < dim; j++) {
      FloatVector query = FloatVector.broadcast(FLOATS, queries[q + j]);
      a0 = fma(row(tile, column + j * ROW), query, a0);
      b0 = fma(row(tile, column + LENGTH + j * ROW), query, b0);
    }
    a0.intoArray(sums, out);
    b0.intoArray(sums, out + LENGTH);
  }
}
