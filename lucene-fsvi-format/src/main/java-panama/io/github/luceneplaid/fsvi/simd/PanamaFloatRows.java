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
 * Compares a query with rows of floats, with eight sums. Row by row, although that loads the query
 * for each of them: four rows side by side are read at half the speed of memory, since the
 * processor fetches ahead best what is read in order.
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

  static float dot(float[] query, MemorySegment rows, long row) {
    FloatVector s0 = FloatVector.zero(SPECIES);
    FloatVector s1 = s0;
    FloatVector s2 = s0;
    FloatVector s3 = s0;
    FloatVector s4 = s0;
    FloatVector s5 = s0;
    FloatVector s6 = s0;
    FloatVector s7 = s0;
    int i = 0;
    for (; i <= query.length - 8 * LENGTH; i += 8 * LENGTH) {
      long p = row + (long) i * Float.BYTES;
      s0 = fma(load(query, i), load(rows, p), s0);
      s1 = fma(load(query, i + LENGTH), load(rows, p + BYTES), s1);
      s2 = fma(load(query, i + 2 * LENGTH), load(rows, p + 2 * BYTES), s2);
      s3 = fma(load(query, i + 3 * LENGTH), load(rows, p + 3 * BYTES), s3);
      s4 = fma(load(query, i + 4 * LENGTH), load(rows, p + 4 * BYTES), s4);
      s5 = fma(load(query, i + 5 * LENGTH), load(rows, p + 5 * BYTES), s5);
      s6 = fma(load(query, i + 6 * LENGTH), load(rows, p + 6 * BYTES), s6);
      s7 = fma(load(query, i + 7 * LENGTH), load(rows, p + 7 * BYTES), s7);
    }
    for (; i <= query.length - LENGTH; i += LENGTH) {
      s0 = fma(load(query, i), load(rows, row + (long) i * Float.BYTES), s0);
    }
    FloatVector low = s0.add(s1).add(s2.add(s3));
    FloatVector high = s4.add(s5).add(s6.add(s7));
    return sum(low.add(high)) + dotRest(query, rows, row, i);
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

  static float squareDistance(float[] query, MemorySegment rows, long row) {
    FloatVector s0 = FloatVector.zero(SPECIES);
    FloatVector s1 = s0;
    FloatVector s2 = s0;
    FloatVector s3 = s0;
    FloatVector s4 = s0;
    FloatVector s5 = s0;
    FloatVector s6 = s0;
    FloatVector s7 = s0;
    int i = 0;
    for (; i <= query.length - 8 * LENGTH; i += 8 * LENGTH) {
      long p = row + (long) i * Float.BYTES;
      s0 = square(load(query, i), load(rows, p), s0);
      s1 = square(load(query, i + LENGTH), load(rows, p + BYTES), s1);
      s2 = square(load(query, i + 2 * LENGTH), load(rows, p + 2 * BYTES), s2);
      s3 = square(load(query, i + 3 * LENGTH), load(rows, p + 3 * BYTES), s3);
      s4 = square(load(query, i + 4 * LENGTH), load(rows, p + 4 * BYTES), s4);
      s5 = square(load(query, i + 5 * LENGTH), load(rows, p + 5 * BYTES), s5);
      s6 = square(load(query, i + 6 * LENGTH), load(rows, p + 6 * BYTES), s6);
      s7 = square(load(query, i + 7 * LENGTH), load(rows, p + 7 * BYTES), s7);
    }
    for (; i <= query.length - LENGTH; i += LENGTH) {
      s0 = square(load(query, i), load(rows, row + (long) i * Float.BYTES), s0);
    }
    FloatVector low = s0.add(s1).add(s2.add(s3));
    FloatVector high = s4.add(s5).add(s6.add(s7));
    return sum(low.add(high)) + squareDistanceRest(query, rows, row, i);
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
