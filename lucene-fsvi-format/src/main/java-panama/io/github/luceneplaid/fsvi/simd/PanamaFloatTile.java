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
      for (int i = 0; i < n; i += 4) {
        dot4(tile, column, dim, queries, which, i, n - 1, sums);
      }
    }
  }

  private static FloatVector row(short[] tile, int offset) {
    ShortVector row = ShortVector.fromArray(SHORTS, tile, offset);
    return (FloatVector) row.convertShape(VectorOperators.S2F, FLOATS, 0);
  }

  /**
   * Multiplies up to four query tokens; in place of those beyond the last one, the last one is
   * multiplied again. A kernel for fewer would be so small that it is inlined, and in a large
   * method its vectors may be boxed. Two vectors lie side by side, because each product waits for
   * the one before.
   */
  private static void dot4(
      short[] tile,
      int column,
      int dim,
      float[] queries,
      int[] which,
      int i,
      int last,
      float[] sums) {
    int i1 = Math.min(i + 1, last);
    int i2 = Math.min(i + 2, last);
    int i3 = Math.min(i + 3, last);
    int q0 = which[i] * dim;
    int q1 = which[i1] * dim;
    int q2 = which[i2] * dim;
    int q3 = which[i3] * dim;
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
    store(a0, b0, sums, i * ROW + column);
    store(a1, b1, sums, i1 * ROW + column);
    store(a2, b2, sums, i2 * ROW + column);
    store(a3, b3, sums, i3 * ROW + column);
  }

  private static void store(FloatVector a, FloatVector b, float[] sums, int offset) {
    a.intoArray(sums, offset);
    b.intoArray(sums, offset + LENGTH);
  }
}
