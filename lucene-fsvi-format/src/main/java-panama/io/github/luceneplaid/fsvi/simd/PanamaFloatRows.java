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

import static io.github.luceneplaid.fsvi.simd.PanamaMatrix.fma;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * Compares a query with rows of floats: four rows at a time, so that each load of the query serves
 * four, with two sums per row.
 */
final class PanamaFloatRows {

  static final VectorSpecies<Float> SPECIES =
      VectorSpecies.of(float.class, VectorShape.forBitSize(PanamaKernels.BITS));
  private static final int LENGTH = SPECIES.length();
  private static final long BYTES = (long) LENGTH * Float.BYTES;

  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private PanamaFloatRows() {}

  private static final VectorShuffle<Float> BY_EIGHT = VectorShuffle.iota(SPECIES, 8, 1, true);
  private static final VectorShuffle<Float> BY_FOUR = VectorShuffle.iota(SPECIES, 4, 1, true);
  private static final VectorShuffle<Float> BY_TWO = VectorShuffle.iota(SPECIES, 2, 1, true);

  /** The sum of all lanes, always in the same order; {@code reduceLanes} leaves that open. */
  static float sum(FloatVector vector) {
    FloatVector v = vector;
    v = LENGTH == 16 ? v.add(v.rearrange(BY_EIGHT)) : v;
    v = LENGTH >= 8 ? v.add(v.rearrange(BY_FOUR)) : v;
    v = v.add(v.rearrange(BY_TWO));
    return v.lane(0) + v.lane(1);
  }

  private static FloatVector load(float[] query, int i) {
    return FloatVector.fromArray(SPECIES, query, i);
  }

  private static FloatVector load(MemorySegment rows, long position) {
    return FloatVector.fromMemorySegment(SPECIES, rows, position, ByteOrder.LITTLE_ENDIAN);
  }

  private static float element(MemorySegment rows, long row, int i) {
    return rows.get(FLOAT, row + (long) i * Float.BYTES);
  }

  static void dot4(
      float[] query, MemorySegment rows, long r0, long r1, long r2, long r3, float[] out, int o) {
    FloatVector a0 = FloatVector.zero(SPECIES);
    FloatVector a1 = a0;
    FloatVector b0 = a0;
    FloatVector b1 = a0;
    FloatVector c0 = a0;
    FloatVector c1 = a0;
    FloatVector d0 = a0;
    FloatVector d1 = a0;
    int i = 0;
    for (; i <= query.length - 2 * LENGTH; i += 2 * LENGTH) {
      long p = (long) i * Float.BYTES;
      FloatVector q = load(query, i);
      a0 = fma(q, load(rows, r0 + p), a0);
      b0 = fma(q, load(rows, r1 + p), b0);
      c0 = fma(q, load(rows, r2 + p), c0);
      d0 = fma(q, load(rows, r3 + p), d0);
      p += BYTES;
      q = load(query, i + LENGTH);
      a1 = fma(q, load(rows, r0 + p), a1);
      b1 = fma(q, load(rows, r1 + p), b1);
      c1 = fma(q, load(rows, r2 + p), c1);
      d1 = fma(q, load(rows, r3 + p), d1);
    }
    if (i <= query.length - LENGTH) {
      long p = (long) i * Float.BYTES;
      FloatVector q = load(query, i);
      a0 = fma(q, load(rows, r0 + p), a0);
      b0 = fma(q, load(rows, r1 + p), b0);
      c0 = fma(q, load(rows, r2 + p), c0);
      d0 = fma(q, load(rows, r3 + p), d0);
      i += LENGTH;
    }
    out[o] = sum(a0.add(a1)) + dotRest(query, rows, r0, i);
    out[o + 1] = sum(b0.add(b1)) + dotRest(query, rows, r1, i);
    out[o + 2] = sum(c0.add(c1)) + dotRest(query, rows, r2, i);
    out[o + 3] = sum(d0.add(d1)) + dotRest(query, rows, r3, i);
  }

  static float dot(float[] query, MemorySegment rows, long row) {
    FloatVector s0 = FloatVector.zero(SPECIES);
    FloatVector s1 = s0;
    int i = 0;
    for (; i <= query.length - 2 * LENGTH; i += 2 * LENGTH) {
      long p = row + (long) i * Float.BYTES;
      s0 = fma(load(query, i), load(rows, p), s0);
      s1 = fma(load(query, i + LENGTH), load(rows, p + BYTES), s1);
    }
    if (i <= query.length - LENGTH) {
      s0 = fma(load(query, i), load(rows, row + (long) i * Float.BYTES), s0);
      i += LENGTH;
    }
    return sum(s0.add(s1)) + dotRest(query, rows, row, i);
  }

  private static float dotRest(float[] query, MemorySegment rows, long row, int i) {
    float sum = 0;
    for (; i < query.length; i++) {
      sum += query[i] * element(rows, row, i);
    }
    return sum;
  }

  private static FloatVector square(FloatVector q, FloatVector row, FloatVector sum) {
    FloatVector difference = q.sub(row);
    return fma(difference, difference, sum);
  }

  static void squareDistance4(
      float[] query, MemorySegment rows, long r0, long r1, long r2, long r3, float[] out, int o) {
    FloatVector a0 = FloatVector.zero(SPECIES);
    FloatVector a1 = a0;
    FloatVector b0 = a0;
    FloatVector b1 = a0;
    FloatVector c0 = a0;
    FloatVector c1 = a0;
    FloatVector d0 = a0;
    FloatVector d1 = a0;
    int i = 0;
    for (; i <= query.length - 2 * LENGTH; i += 2 * LENGTH) {
      long p = (long) i * Float.BYTES;
      FloatVector q = load(query, i);
      a0 = square(q, load(rows, r0 + p), a0);
      b0 = square(q, load(rows, r1 + p), b0);
      c0 = square(q, load(rows, r2 + p), c0);
      d0 = square(q, load(rows, r3 + p), d0);
      p += BYTES;
      q = load(query, i + LENGTH);
      a1 = square(q, load(rows, r0 + p), a1);
      b1 = square(q, load(rows, r1 + p), b1);
      c1 = square(q, load(rows, r2 + p), c1);
      d1 = square(q, load(rows, r3 + p), d1);
    }
    if (i <= query.length - LENGTH) {
      long p = (long) i * Float.BYTES;
      FloatVector q = load(query, i);
      a0 = square(q, load(rows, r0 + p), a0);
      b0 = square(q, load(rows, r1 + p), b0);
      c0 = square(q, load(rows, r2 + p), c0);
      d0 = square(q, load(rows, r3 + p), d0);
      i += LENGTH;
    }
    out[o] = sum(a0.add(a1)) + squareDistanceRest(query, rows, r0, i);
    out[o + 1] = sum(b0.add(b1)) + squareDistanceRest(query, rows, r1, i);
    out[o + 2] = sum(c0.add(c1)) + squareDistanceRest(query, rows, r2, i);
    out[o + 3] = sum(d0.add(d1)) + squareDistanceRest(query, rows, r3, i);
  }

  static float squareDistance(float[] query, MemorySegment rows, long row) {
    FloatVector s0 = FloatVector.zero(SPECIES);
    FloatVector s1 = s0;
    int i = 0;
    for (; i <= query.length - 2 * LENGTH; i += 2 * LENGTH) {
      long p = row + (long) i * Float.BYTES;
      s0 = square(load(query, i), load(rows, p), s0);
      s1 = square(load(query, i + LENGTH), load(rows, p + BYTES), s1);
    }
    if (i <= query.length - LENGTH) {
      s0 = square(load(query, i), load(rows, row + (long) i * Float.BYTES), s0);
      i += LENGTH;
    }
    return sum(s0.add(s1)) + squareDistanceRest(query, rows, row, i);
  }

  private static float squareDistanceRest(float[] query, MemorySegment rows, long row, int i) {
    float sum = 0;
    for (; i < query.length; i++) {
      float difference = query[i] - element(rows, row, i);
      sum += difference * difference;
    }
    return sum;
  }
}
