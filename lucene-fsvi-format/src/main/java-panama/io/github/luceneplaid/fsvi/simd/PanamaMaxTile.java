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
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.MAX;
import static jdk.incubator.vector.VectorOperators.S2F;

import java.util.Arrays;
import java.util.Objects;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * Computes similarities from the sums of a tile. The products of a centroid are in the order of
 * query tokens, and the sums of a query token are in the order of lanes. So one of the two has to
 * be transposed. This class transposes the sums of 8 query tokens at a time (4 with short vectors),
 * by shifts and masks in registers. This takes half the time of gathering the products of the
 * centroids.
 *
 * <p>A group of query tokens may overlap with the one before. This does not change a maximum.
 *
 * <p>Transpositions call no methods of their own. C2 does not inline these any more where a method
 * has many operations on vectors, and it boxes their arguments.
 */
final class PanamaMaxTile {

  private static final VectorSpecies<Short> SHORTS =
      VectorSpecies.of(short.class, VectorShape.forBitSize(PanamaKernels.BITS));
  private static final VectorSpecies<Long> LONGS =
      VectorSpecies.of(long.class, VectorShape.forBitSize(PanamaKernels.BITS));
  private static final VectorShuffle<Long> SWAP = VectorShuffle.fromOp(LONGS, i -> i ^ 1);
  private static final VectorMask<Long> ODD = VectorMask.fromLong(LONGS, 0xAAAAAAAAAAAAAAAAL);
  private static final VectorSpecies<Float> FLOATS =
      VectorSpecies.of(float.class, VectorShape.forBitSize(PanamaKernels.BITS));
  private static final VectorSpecies<Float> FLOATS_4 = FloatVector.SPECIES_128;
  private static final VectorSpecies<Float> FLOATS_8 = FloatVector.SPECIES_256;

  private static final int LANES = VectorKernels.TILE_LANES;
  private static final int WIDTH = SHORTS.length();
  private static final boolean EIGHT = PanamaKernels.BITS >= 256;

  // The places of the sums of a lane after transpose4 and transpose8
  private static final int[] PLACE_4 = new int[LANES];
  private static final int[] PLACE_8 = new int[LANES];

  static {
    for (int lane = 0; lane < LANES; lane++) {
      int column = lane / WIDTH * WIDTH;
      int i = lane % WIDTH;
      PLACE_4[lane] = column * 4 + i % 4 * WIDTH + i / 4 * 4;
      PLACE_8[lane] = i / 4 % 2 * 4 * LANES + column * 4 + i % 4 * WIDTH + i / 8 * 8;
    }
  }

  private PanamaMaxTile() {}

  /** Raises the maxima of at least 4 query tokens. */
  static void max(
      short[] sums,
      int nq,
      int lanes,
      float[] table,
      int stride,
      int[] rows,
      float[] scale,
      float[] factor,
      float[] queryScale,
      float[] max) {
    Objects.checkFromIndexSize(0, Math.multiplyExact(nq, LANES), sums.length);
    Objects.checkFromIndexSize(0, lanes, LANES);
    boolean spare = sums.length >= VectorKernels.sumsLength(nq);
    short[] work = spare ? sums : new short[VectorKernels.sumsLength(nq) - nq * LANES];
    int at = spare ? nq * LANES : 0;
    if (EIGHT && nq >= 8) {
      // All are stored before the first use, so that it does not wait for stores
      for (int q = 0, to = at; q < nq; q += 8, to += 8 * LANES) {
        transpose8(sums, Math.min(q, nq - 8) * LANES, work, to);
      }
      int q = 0;
      for (; q <= nq - 16; q += 16, at += 16 * LANES) {
        max16(work, at, q, lanes, table, stride, rows, scale, factor, queryScale, max);
      }
      for (; q < nq; q += 8, at += 8 * LANES) {
        int last = Math.min(q, nq - 8);
        max8(work, at, last, lanes, table, stride, rows, scale, factor, queryScale, max);
      }
    } else {
      for (int i = 0; i < nq; i += 4) {
        int q = Math.min(i, nq - 4);
        transpose4(sums, q * LANES, work, at);
        max4(work, at, q, lanes, table, stride, rows, scale, factor, queryScale, max);
      }
    }
  }

  /** Transposes four rows of sums. The four sums of each lane are at PLACE_4. */
  private static void transpose4(short[] sums, int from, short[] work, int to) {
    for (int column = 0; column < LANES; column += WIDTH, from += WIDTH, to += 4 * WIDTH) {
      IntVector row0 = ShortVector.fromArray(SHORTS, sums, from).reinterpretAsInts();
      IntVector row1 = ShortVector.fromArray(SHORTS, sums, from + LANES).reinterpretAsInts();
      IntVector row2 = ShortVector.fromArray(SHORTS, sums, from + 2 * LANES).reinterpretAsInts();
      IntVector row3 = ShortVector.fromArray(SHORTS, sums, from + 3 * LANES).reinterpretAsInts();
      LongVector even01 = row0.and(0xFFFF).or(row1.lanewise(LSHL, 16)).reinterpretAsLongs();
      LongVector even23 = row2.and(0xFFFF).or(row3.lanewise(LSHL, 16)).reinterpretAsLongs();
      LongVector odd01 = row0.lanewise(LSHR, 16).or(row1.and(0xFFFF0000)).reinterpretAsLongs();
      LongVector odd23 = row2.lanewise(LSHR, 16).or(row3.and(0xFFFF0000)).reinterpretAsLongs();
      LongVector next = even01.and(0xFFFFFFFFL).or(even23.lanewise(LSHL, 32));
      next.reinterpretAsShorts().intoArray(work, to);
      next = odd01.and(0xFFFFFFFFL).or(odd23.lanewise(LSHL, 32));
      next.reinterpretAsShorts().intoArray(work, to + WIDTH);
      next = even01.lanewise(LSHR, 32).or(even23.and(0xFFFFFFFF00000000L));
      next.reinterpretAsShorts().intoArray(work, to + 2 * WIDTH);
      next = odd01.lanewise(LSHR, 32).or(odd23.and(0xFFFFFFFF00000000L));
      next.reinterpretAsShorts().intoArray(work, to + 3 * WIDTH);
    }
  }

  /**
   * Transposes eight rows of sums. The eight sums of each lane are at PLACE_8. The two halves are
   * transposed as four rows are, and then the odd longs of the first half change places with the
   * even ones of the second.
   */
  private static void transpose8(short[] sums, int from, short[] work, int to) {
    for (int column = 0; column < LANES; column += WIDTH, from += WIDTH, to += 4 * WIDTH) {
      IntVector row0 = ShortVector.fromArray(SHORTS, sums, from).reinterpretAsInts();
      IntVector row1 = ShortVector.fromArray(SHORTS, sums, from + LANES).reinterpretAsInts();
      IntVector row2 = ShortVector.fromArray(SHORTS, sums, from + 2 * LANES).reinterpretAsInts();
      IntVector row3 = ShortVector.fromArray(SHORTS, sums, from + 3 * LANES).reinterpretAsInts();
      LongVector even01 = row0.and(0xFFFF).or(row1.lanewise(LSHL, 16)).reinterpretAsLongs();
      LongVector even23 = row2.and(0xFFFF).or(row3.lanewise(LSHL, 16)).reinterpretAsLongs();
      LongVector odd01 = row0.lanewise(LSHR, 16).or(row1.and(0xFFFF0000)).reinterpretAsLongs();
      LongVector odd23 = row2.lanewise(LSHR, 16).or(row3.and(0xFFFF0000)).reinterpretAsLongs();
      row0 = ShortVector.fromArray(SHORTS, sums, from + 4 * LANES).reinterpretAsInts();
      row1 = ShortVector.fromArray(SHORTS, sums, from + 5 * LANES).reinterpretAsInts();
      row2 = ShortVector.fromArray(SHORTS, sums, from + 6 * LANES).reinterpretAsInts();
      row3 = ShortVector.fromArray(SHORTS, sums, from + 7 * LANES).reinterpretAsInts();
      LongVector even45 = row0.and(0xFFFF).or(row1.lanewise(LSHL, 16)).reinterpretAsLongs();
      LongVector even67 = row2.and(0xFFFF).or(row3.lanewise(LSHL, 16)).reinterpretAsLongs();
      LongVector odd45 = row0.lanewise(LSHR, 16).or(row1.and(0xFFFF0000)).reinterpretAsLongs();
      LongVector odd67 = row2.lanewise(LSHR, 16).or(row3.and(0xFFFF0000)).reinterpretAsLongs();
      int half = to + 4 * LANES;
      LongVector a = even01.and(0xFFFFFFFFL).or(even23.lanewise(LSHL, 32));
      LongVector b = even45.and(0xFFFFFFFFL).or(even67.lanewise(LSHL, 32));
      a.blend(b.rearrange(SWAP), ODD).reinterpretAsShorts().intoArray(work, to);
      a.rearrange(SWAP).blend(b, ODD).reinterpretAsShorts().intoArray(work, half);
      a = odd01.and(0xFFFFFFFFL).or(odd23.lanewise(LSHL, 32));
      b = odd45.and(0xFFFFFFFFL).or(odd67.lanewise(LSHL, 32));
      a.blend(b.rearrange(SWAP), ODD).reinterpretAsShorts().intoArray(work, to + WIDTH);
      a.rearrange(SWAP).blend(b, ODD).reinterpretAsShorts().intoArray(work, half + WIDTH);
      a = even01.lanewise(LSHR, 32).or(even23.and(0xFFFFFFFF00000000L));
      b = even45.lanewise(LSHR, 32).or(even67.and(0xFFFFFFFF00000000L));
      a.blend(b.rearrange(SWAP), ODD).reinterpretAsShorts().intoArray(work, to + 2 * WIDTH);
      a.rearrange(SWAP).blend(b, ODD).reinterpretAsShorts().intoArray(work, half + 2 * WIDTH);
      a = odd01.lanewise(LSHR, 32).or(odd23.and(0xFFFFFFFF00000000L));
      b = odd45.lanewise(LSHR, 32).or(odd67.and(0xFFFFFFFF00000000L));
      a.blend(b.rearrange(SWAP), ODD).reinterpretAsShorts().intoArray(work, to + 3 * WIDTH);
      a.rearrange(SWAP).blend(b, ODD).reinterpretAsShorts().intoArray(work, half + 3 * WIDTH);
    }
  }

  private static void max16(
      short[] work,
      int at,
      int q,
      int lanes,
      float[] table,
      int stride,
      int[] rows,
      float[] scale,
      float[] factor,
      float[] queryScale,
      float[] max) {
    FloatVector best0 = FloatVector.fromArray(FLOATS_8, max, q);
    FloatVector best1 = FloatVector.fromArray(FLOATS_8, max, q + 8);
    FloatVector unit0 = FloatVector.fromArray(FLOATS_8, queryScale, q);
    FloatVector unit1 = FloatVector.fromArray(FLOATS_8, queryScale, q + 8);
    for (int lane = 0; lane < lanes; lane++) {
      int row = rows[lane] * stride + q;
      int place = at + PLACE_8[lane];
      FloatVector length = FloatVector.broadcast(FLOATS_8, scale[lane]);
      FloatVector times = FloatVector.broadcast(FLOATS_8, factor[lane]);
      FloatVector centroid = FloatVector.fromArray(FLOATS_8, table, row);
      FloatVector sum = floats8(work, place);
      FloatVector next = fma(sum, unit0.mul(length), centroid).mul(times);
      best0 = best0.blend(next, next.compare(GT, best0));
      centroid = FloatVector.fromArray(FLOATS_8, table, row + 8);
      sum = floats8(work, place + 8 * LANES);
      next = fma(sum, unit1.mul(length), centroid).mul(times);
      best1 = best1.blend(next, next.compare(GT, best1));
    }
    best0.intoArray(max, q);
    best1.intoArray(max, q + 8);
  }

  private static void max8(
      short[] work,
      int at,
      int q,
      int lanes,
      float[] table,
      int stride,
      int[] rows,
      float[] scale,
      float[] factor,
      float[] queryScale,
      float[] max) {
    FloatVector best = FloatVector.fromArray(FLOATS_8, max, q);
    FloatVector unit = FloatVector.fromArray(FLOATS_8, queryScale, q);
    for (int lane = 0; lane < lanes; lane++) {
      FloatVector centroid = FloatVector.fromArray(FLOATS_8, table, rows[lane] * stride + q);
      FloatVector sum = floats8(work, at + PLACE_8[lane]);
      FloatVector next = fma(sum, unit.mul(scale[lane]), centroid).mul(factor[lane]);
      best = best.blend(next, next.compare(GT, best));
    }
    best.intoArray(max, q);
  }

  private static FloatVector floats8(short[] work, int place) {
    ShortVector shorts = ShortVector.fromArray(ShortVector.SPECIES_128, work, place);
    return (FloatVector) shorts.convertShape(S2F, FLOATS_8, 0);
  }

  private static void max4(
      short[] work,
      int at,
      int q,
      int lanes,
      float[] table,
      int stride,
      int[] rows,
      float[] scale,
      float[] factor,
      float[] queryScale,
      float[] max) {
    FloatVector best = FloatVector.fromArray(FLOATS_4, max, q);
    FloatVector unit = FloatVector.fromArray(FLOATS_4, queryScale, q);
    for (int lane = 0; lane < lanes; lane++) {
      FloatVector centroid = FloatVector.fromArray(FLOATS_4, table, rows[lane] * stride + q);
      ShortVector shorts = ShortVector.fromArray(ShortVector.SPECIES_64, work, at + PLACE_4[lane]);
      FloatVector sum = (FloatVector) shorts.convertShape(S2F, FLOATS_4, 0);
      FloatVector next = fma(sum, unit.mul(scale[lane]), centroid).mul(factor[lane]);
      best = best.blend(next, next.compare(GT, best));
    }
    best.intoArray(max, q);
  }

  /**
   * Does the same with sums of floats. They are not transposed. The products of the centroids are
   * loaded one by one. It uses no fused operations, because the twin has none.
   */
  static void max(
      float[] sums,
      int[] which,
      int n,
      int lanes,
      float[] table,
      int stride,
      int[] rows,
      float[] scale,
      float[] factor,
      float[] max) {
    Objects.checkFromIndexSize(0, Math.multiplyExact(n, LANES), sums.length);
    Objects.checkFromIndexSize(0, lanes, LANES);
    for (int i = 0; i < LANES; i += FLOATS.length()) {
      FloatVector length = FloatVector.fromArray(FLOATS, scale, i);
      for (int at = i; at < n * LANES; at += LANES) {
        FloatVector.fromArray(FLOATS, sums, at).mul(length).intoArray(sums, at);
      }
    }
    for (int lane = 0; lane < lanes; lane++) {
      int row = rows[lane] * stride;
      for (int i = 0; i < n; i++) {
        sums[i * LANES + lane] += table[row + which[i]];
      }
    }
    if (lanes < LANES) {
      for (int i = 0; i < n; i++) {
        Arrays.fill(sums, i * LANES + lanes, (i + 1) * LANES, Float.NaN);
      }
    }
    for (int i = 0; i < n; i++) {
      FloatVector best = FloatVector.broadcast(FLOATS, max[which[i]]);
      for (int lane = 0; lane < LANES; lane += FLOATS.length()) {
        FloatVector sum = FloatVector.fromArray(FLOATS, sums, i * LANES + lane);
        FloatVector next = sum.mul(FloatVector.fromArray(FLOATS, factor, lane));
        best = best.blend(next, next.compare(GT, best));
      }
      max[which[i]] = best.reduceLanes(MAX);
    }
  }
}
