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
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * Multiplies a tile with query tokens. Vectors have up to 256 bits, so a vector holds the lanes of
 * a block or fewer. A body multiplies two vectors side by side with five query tokens: their ten
 * sums stay in registers, and each query value is spread over a vector once for both. The values
 * lie in memory in the order in which a body reads them, so that their addresses need no
 * arithmetic. Each fills an int twice, because to spread an int takes no more than to load it.
 */
final class PanamaBlockTile {

  private static final VectorShape SHAPE =
      VectorShape.forBitSize(Math.min(256, PanamaKernels.BITS));
  private static final VectorSpecies<Short> SPECIES = VectorSpecies.of(short.class, SHAPE);
  private static final VectorSpecies<Integer> INTS = VectorSpecies.of(int.class, SHAPE);
  private static final int LENGTH = SPECIES.length();
  private static final int ROW = VectorKernels.TILE_LANES;

  /** Query tokens whose values lie together. */
  private static final int GROUP = 5;

  private PanamaBlockTile() {}

  /**
   * Lays out query tokens: [groups][dim][5], where a value is in both halves of an int. The last
   * group is filled up with zeros.
   */
  static int[] spread(short[] queries, int nq, int dim) {
    int groups = (nq + GROUP - 1) / GROUP;
    int[] spread = new int[Math.multiplyExact(groups * GROUP, dim)];
    for (int q = 0; q < nq; q++) {
      int at = q / GROUP * GROUP * dim + q % GROUP;
      for (int j = 0; j < dim; j++) {
        spread[at + j * GROUP] = (queries[q * dim + j] & 0xffff) * 0x10001;
      }
    }
    return spread;
  }

  /** Computes the sums of the first lanes. */
  static void dot(short[] tile, TileQuery query, int lanes, short[] sums) {
    int dim = query.dimension;
    int nq = query.count;
    Objects.checkFromIndexSize(0, Math.multiplyExact(dim, ROW), tile.length);
    Objects.checkFromIndexSize(0, Math.multiplyExact(nq, ROW), sums.length);
    int column = 0;
    for (; column + LENGTH < lanes; column += 2 * LENGTH) {
      for (int q = 0; q < nq; q += GROUP) {
        int n = Math.min(GROUP, nq - q);
        if (n > 2) {
          five(tile, column, dim, query.spread, q * dim, n, sums, q * ROW + column);
        } else {
          fewer(2, tile, column, dim, query.spread, q * dim, n, sums, q * ROW + column);
        }
      }
    }
    for (; column < lanes; column += LENGTH) {
      for (int q = 0; q < nq; q += 2 * GROUP) {
        int n = Math.min(2 * GROUP, nq - q);
        if (n > GROUP) {
          ten(tile, column, dim, query.spread, q * dim, n, sums, q * ROW + column);
        } else {
          fewer(1, tile, column, dim, query.spread, q * dim, n, sums, q * ROW + column);
        }
      }
    }
  }

  private static ShortVector value(int[] spread, int index) {
    return IntVector.broadcast(INTS, spread[index]).reinterpretAsShorts();
  }

  /** Multiplies two vectors with three to five query tokens. */
  private static void five(
      short[] tile, int row, int dim, int[] spread, int value, int n, short[] sums, int out) {
    ShortVector a0 = ShortVector.zero(SPECIES);
    ShortVector a1 = a0;
    ShortVector a2 = a0;
    ShortVector a3 = a0;
    ShortVector a4 = a0;
    ShortVector b0 = a0;
    ShortVector b1 = a0;
    ShortVector b2 = a0;
    ShortVector b3 = a0;
    ShortVector b4 = a0;
    for (int j = 0; j < dim; j++, row += ROW, value += GROUP) {
      ShortVector a = ShortVector.fromArray(SPECIES, tile, row);
      ShortVector b = ShortVector.fromArray(SPECIES, tile, row + LENGTH);
      ShortVector query = value(spread, value);
      a0 = a0.add(a.mul(query));
      b0 = b0.add(b.mul(query));
      query = value(spread, value + 1);
      a1 = a1.add(a.mul(query));
      b1 = b1.add(b.mul(query));
      query = value(spread, value + 2);
      a2 = a2.add(a.mul(query));
      b2 = b2.add(b.mul(query));
      query = value(spread, value + 3);
      a3 = a3.add(a.mul(query));
      b3 = b3.add(b.mul(query));
      query = value(spread, value + 4);
      a4 = a4.add(a.mul(query));
      b4 = b4.add(b.mul(query));
    }
    a0.intoArray(sums, out);
    b0.intoArray(sums, out + LENGTH);
    a1.intoArray(sums, out + ROW);
    b1.intoArray(sums, out + ROW + LENGTH);
    a2.intoArray(sums, out + 2 * ROW);
    b2.intoArray(sums, out + 2 * ROW + LENGTH);
    if (n > 3) {
      a3.intoArray(sums, out + 3 * ROW);
      b3.intoArray(sums, out + 3 * ROW + LENGTH);
    }
    if (n > 4) {
      a4.intoArray(sums, out + 4 * ROW);
      b4.intoArray(sums, out + 4 * ROW + LENGTH);
    }
  }

  /** Multiplies one vector with six to ten query tokens, which are in two groups. */
  private static void ten(
      short[] tile, int row, int dim, int[] spread, int value, int n, short[] sums, int out) {
    int next = value + GROUP * dim;
    ShortVector a0 = ShortVector.zero(SPECIES);
    ShortVector a1 = a0;
    ShortVector a2 = a0;
    ShortVector a3 = a0;
    ShortVector a4 = a0;
    ShortVector b0 = a0;
    ShortVector b1 = a0;
    ShortVector b2 = a0;
    ShortVector b3 = a0;
    ShortVector b4 = a0;
    for (int j = 0; j < dim; j++, row += ROW, value += GROUP, next += GROUP) {
      ShortVector tokens = ShortVector.fromArray(SPECIES, tile, row);
      a0 = a0.add(tokens.mul(value(spread, value)));
      a1 = a1.add(tokens.mul(value(spread, value + 1)));
      a2 = a2.add(tokens.mul(value(spread, value + 2)));
      a3 = a3.add(tokens.mul(value(spread, value + 3)));
      a4 = a4.add(tokens.mul(value(spread, value + 4)));
      b0 = b0.add(tokens.mul(value(spread, next)));
      b1 = b1.add(tokens.mul(value(spread, next + 1)));
      b2 = b2.add(tokens.mul(value(spread, next + 2)));
      b3 = b3.add(tokens.mul(value(spread, next + 3)));
      b4 = b4.add(tokens.mul(value(spread, next + 4)));
    }
    a0.intoArray(sums, out);
    a1.intoArray(sums, out + ROW);
    a2.intoArray(sums, out + 2 * ROW);
    a3.intoArray(sums, out + 3 * ROW);
    a4.intoArray(sums, out + 4 * ROW);
    b0.intoArray(sums, out + 5 * ROW);
    if (n > 6) {
      b1.intoArray(sums, out + 6 * ROW);
    }
    if (n > 7) {
      b2.intoArray(sums, out + 7 * ROW);
    }
    if (n > 8) {
      b3.intoArray(sums, out + 8 * ROW);
    }
    if (n > 9) {
      b4.intoArray(sums, out + 9 * ROW);
    }
  }

  /**
   * Multiplies two vectors with one or two query tokens, or one vector with one to five. The bodies
   * are in one method, so that it is larger than the 325 bytes up to which C2 inlines. If C2
   * inlines such a body into a search, it does not always keep vectors in registers.
   */
  private static void fewer(
      int vectors,
      short[] tile,
      int row,
      int dim,
      int[] spread,
      int value,
      int n,
      short[] sums,
      int out) {
    if (vectors == 2) {
      ShortVector a0 = ShortVector.zero(SPECIES);
      ShortVector a1 = a0;
      ShortVector b0 = a0;
      ShortVector b1 = a0;
      for (int j = 0; j < dim; j++, row += ROW, value += GROUP) {
        ShortVector a = ShortVector.fromArray(SPECIES, tile, row);
        ShortVector b = ShortVector.fromArray(SPECIES, tile, row + LENGTH);
        ShortVector query = value(spread, value);
        a0 = a0.add(a.mul(query));
        b0 = b0.add(b.mul(query));
        query = value(spread, value + 1);
        a1 = a1.add(a.mul(query));
        b1 = b1.add(b.mul(query));
      }
      a0.intoArray(sums, out);
      b0.intoArray(sums, out + LENGTH);
      if (n > 1) {
        a1.intoArray(sums, out + ROW);
        b1.intoArray(sums, out + ROW + LENGTH);
      }
    } else {
      ShortVector a0 = ShortVector.zero(SPECIES);
      ShortVector a1 = a0;
      ShortVector a2 = a0;
      ShortVector a3 = a0;
      ShortVector a4 = a0;
      for (int j = 0; j < dim; j++, row += ROW, value += GROUP) {
        ShortVector a = ShortVector.fromArray(SPECIES, tile, row);
        ShortVector query = value(spread, value);
        a0 = a0.add(a.mul(query));
        query = value(spread, value + 1);
        a1 = a1.add(a.mul(query));
        query = value(spread, value + 2);
        a2 = a2.add(a.mul(query));
        query = value(spread, value + 3);
        a3 = a3.add(a.mul(query));
        query = value(spread, value + 4);
        a4 = a4.add(a.mul(query));
      }
      a0.intoArray(sums, out);
      if (n > 1) {
        a1.intoArray(sums, out + ROW);
      }
      if (n > 2) {
        a2.intoArray(sums, out + 2 * ROW);
      }
      if (n > 3) {
        a3.intoArray(sums, out + 3 * ROW);
      }
      if (n > 4) {
        a4.intoArray(sums, out + 4 * ROW);
      }
    }
  }
}
