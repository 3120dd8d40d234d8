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

import static io.github.luceneplaid.fsvi.simd.PanamaFma.wideFma;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * The counterpart of {@link PanamaMaxTile} for vectors of 512 bits. It transposes 16 query tokens
 * at a time, which are then the lanes of a vector. If there are fewer, it also processes the array
 * elements after them.
 *
 * <p>Both steps are unrolled, so that they are larger than methods that C2 inlines, see {@link
 * PanamaTile#dotFew}.
 */
final class PanamaWideMaxTile {

  /** Query tokens at a time. */
  private static final int WIDTH = 16;

  /** With fewer query tokens half a vector is faster. */
  private static final int MIN_QUERIES = 6;

  private static final int LANES = VectorKernels.TILE_LANES;
  private static final int WORK = WIDTH * LANES;

  private static final VectorSpecies<Short> SHORTS = ShortVector.SPECIES_512;
  private static final VectorSpecies<Short> HALF = ShortVector.SPECIES_256;
  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_512;

  // A lane changes places with the lane at a distance of 1, 2, 4 or 8
  private static final VectorShuffle<Short> SWAP_1 = VectorShuffle.fromOp(SHORTS, i -> i ^ 1);
  private static final VectorShuffle<Short> SWAP_2 = VectorShuffle.fromOp(SHORTS, i -> i ^ 2);
  private static final VectorShuffle<Short> SWAP_4 = VectorShuffle.fromOp(SHORTS, i -> i ^ 4);
  private static final VectorShuffle<Short> SWAP_8 = VectorShuffle.fromOp(SHORTS, i -> i ^ 8);
  private static final VectorMask<Short> ODD_1 = VectorMask.fromLong(SHORTS, 0xAAAA_AAAAL);
  private static final VectorMask<Short> ODD_2 = VectorMask.fromLong(SHORTS, 0xCCCC_CCCCL);
  private static final VectorMask<Short> ODD_4 = VectorMask.fromLong(SHORTS, 0xF0F0_F0F0L);
  private static final VectorMask<Short> ODD_8 = VectorMask.fromLong(SHORTS, 0xFF00_FF00L);

  private PanamaWideMaxTile() {}

  /** Whether this class is the fastest one, and the arrays are long enough for it. */
  static boolean suits(int nq, int stride, float[] queryScale, float[] max) {
    if (nq >= WIDTH) {
      return true;
    }
    int padded = VectorKernels.padded(nq);
    boolean longEnough = stride >= padded && queryScale.length >= padded && max.length >= padded;
    return nq >= MIN_QUERIES && longEnough;
  }

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
    int groups = VectorKernels.padded(nq) / WIDTH;
    int length = VectorKernels.sumsLength(nq);
    short[] work = sums.length >= length ? sums : Arrays.copyOf(sums, length);
    // All are stored before the first use, so that it does not wait for stores
    for (int g = 0; g < groups; g++) {
      transpose(work, first(g, nq) * LANES, (groups + g) * WORK);
    }
    for (int g = 0; g < groups; g++) {
      int at = (groups + g) * WORK;
      int q = first(g, nq);
      raise(work, at, q, lanes, table, stride, rows, scale, factor, queryScale, max);
    }
  }

  /** The last group may overlap with the one before. This does not change a maximum. */
  private static int first(int group, int nq) {
    return Math.max(0, Math.min(group * WIDTH, nq - WIDTH));
  }

  /**
   * Transposes two blocks of 16 rows and columns that lie side by side: row i then holds the 16
   * sums of lane i, followed by those of lane i + 16.
   */
  private static void transpose(short[] sums, int from, int to) {
    for (int at = to; at < to + WORK; at += 4 * LANES, from += 4 * LANES) {
      ShortVector a = ShortVector.fromArray(SHORTS, sums, from);
      ShortVector b = ShortVector.fromArray(SHORTS, sums, from + LANES);
      ShortVector c = ShortVector.fromArray(SHORTS, sums, from + 2 * LANES);
      ShortVector d = ShortVector.fromArray(SHORTS, sums, from + 3 * LANES);
      ShortVector a1 = a.blend(b.rearrange(SWAP_1), ODD_1);
      ShortVector b1 = a.rearrange(SWAP_1).blend(b, ODD_1);
      ShortVector c1 = c.blend(d.rearrange(SWAP_1), ODD_1);
      ShortVector d1 = c.rearrange(SWAP_1).blend(d, ODD_1);
      a1.blend(c1.rearrange(SWAP_2), ODD_2).intoArray(sums, at);
      b1.blend(d1.rearrange(SWAP_2), ODD_2).intoArray(sums, at + LANES);
      a1.rearrange(SWAP_2).blend(c1, ODD_2).intoArray(sums, at + 2 * LANES);
      b1.rearrange(SWAP_2).blend(d1, ODD_2).intoArray(sums, at + 3 * LANES);
    }
    for (int at = to; at < to + 4 * LANES; at += LANES) {
      ShortVector a = ShortVector.fromArray(SHORTS, sums, at);
      ShortVector b = ShortVector.fromArray(SHORTS, sums, at + 4 * LANES);
      ShortVector c = ShortVector.fromArray(SHORTS, sums, at + 8 * LANES);
      ShortVector d = ShortVector.fromArray(SHORTS, sums, at + 12 * LANES);
      ShortVector a4 = a.blend(b.rearrange(SWAP_4), ODD_4);
      ShortVector b4 = a.rearrange(SWAP_4).blend(b, ODD_4);
      ShortVector c4 = c.blend(d.rearrange(SWAP_4), ODD_4);
      ShortVector d4 = c.rearrange(SWAP_4).blend(d, ODD_4);
      a4.blend(c4.rearrange(SWAP_8), ODD_8).intoArray(sums, at);
      b4.blend(d4.rearrange(SWAP_8), ODD_8).intoArray(sums, at + 4 * LANES);
      a4.rearrange(SWAP_8).blend(c4, ODD_8).intoArray(sums, at + 8 * LANES);
      b4.rearrange(SWAP_8).blend(d4, ODD_8).intoArray(sums, at + 12 * LANES);
    }
  }

  private static void raise(
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
    FloatVector unit = FloatVector.fromArray(FLOATS, queryScale, q);
    FloatVector best = FloatVector.fromArray(FLOATS, max, q);
    // Three more maxima, because each one waits for the one before
    FloatVector best1 = best;
    FloatVector best2 = best;
    FloatVector best3 = best;
    int lane = 0;
    for (; lane <= lanes - 4; lane += 4) {
      int place = at + lane % WIDTH * LANES + lane / WIDTH * WIDTH;
      FloatVector sum = floats(work, place);
      FloatVector centroid = FloatVector.fromArray(FLOATS, table, rows[lane] * stride + q);
      FloatVector next = wideFma(sum, unit.mul(scale[lane]), centroid).mul(factor[lane]);
      best = best.blend(next, next.compare(VectorOperators.GT, best));
      sum = floats(work, place + LANES);
      centroid = FloatVector.fromArray(FLOATS, table, rows[lane + 1] * stride + q);
      next = wideFma(sum, unit.mul(scale[lane + 1]), centroid).mul(factor[lane + 1]);
      best1 = best1.blend(next, next.compare(VectorOperators.GT, best1));
      sum = floats(work, place + 2 * LANES);
      centroid = FloatVector.fromArray(FLOATS, table, rows[lane + 2] * stride + q);
      next = wideFma(sum, unit.mul(scale[lane + 2]), centroid).mul(factor[lane + 2]);
      best2 = best2.blend(next, next.compare(VectorOperators.GT, best2));
      sum = floats(work, place + 3 * LANES);
      centroid = FloatVector.fromArray(FLOATS, table, rows[lane + 3] * stride + q);
      next = wideFma(sum, unit.mul(scale[lane + 3]), centroid).mul(factor[lane + 3]);
      best3 = best3.blend(next, next.compare(VectorOperators.GT, best3));
    }
    for (; lane < lanes; lane++) {
      FloatVector sum = floats(work, at + lane % WIDTH * LANES + lane / WIDTH * WIDTH);
      FloatVector centroid = FloatVector.fromArray(FLOATS, table, rows[lane] * stride + q);
      FloatVector next = wideFma(sum, unit.mul(scale[lane]), centroid).mul(factor[lane]);
      best = best.blend(next, next.compare(VectorOperators.GT, best));
    }
    best = best.blend(best1, best1.compare(VectorOperators.GT, best));
    best2 = best2.blend(best3, best3.compare(VectorOperators.GT, best2));
    best.blend(best2, best2.compare(VectorOperators.GT, best)).intoArray(max, q);
  }

  private static FloatVector floats(short[] work, int place) {
    ShortVector shorts = ShortVector.fromArray(HALF, work, place);
    return (FloatVector) shorts.convertShape(VectorOperators.S2F, FLOATS, 0);
  }
}
