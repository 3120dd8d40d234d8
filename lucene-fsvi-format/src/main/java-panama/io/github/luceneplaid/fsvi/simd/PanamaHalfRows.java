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

import static io.github.luceneplaid.fsvi.simd.PanamaFloatRows.sum;
import static io.github.luceneplaid.fsvi.simd.PanamaMatrix.fma;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link PanamaFloatRows} for rows in IEEE binary16. These become floats by moving sign, exponent
 * and fraction to their places and a multiplication that corrects the exponent; the Vector API has
 * no conversion.
 */
final class PanamaHalfRows {

  private static final VectorSpecies<Float> SPECIES = PanamaFloatRows.SPECIES;
  private static final VectorSpecies<Integer> INTS =
      VectorSpecies.of(int.class, SPECIES.vectorShape());
  private static final VectorSpecies<Short> SHORTS =
      VectorSpecies.of(short.class, VectorShape.forBitSize(SPECIES.vectorBitSize() / 2));

  // Exponents of the two formats differ by 112.
  private static final float EXPONENT = 0x1p112f;
  private static final int MAGNITUDE_SHIFT = 13;
  // After the shift: the sign, and exponent and fraction without copies of the sign.
  private static final int MASK = 0x8fffe000;

  private static final int LENGTH = SPECIES.length();

  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private PanamaHalfRows() {}

  private static FloatVector load(float[] query, int i) {
    return FloatVector.fromArray(SPECIES, query, i);
  }

  /** Finite numbers only, subnormal ones as well. */
  private static FloatVector load(MemorySegment rows, long position) {
    return ((IntVector)
            ShortVector.fromMemorySegment(SHORTS, rows, position, ByteOrder.LITTLE_ENDIAN)
                .convertShape(VectorOperators.S2I, INTS, 0))
        .lanewise(VectorOperators.LSHL, MAGNITUDE_SHIFT)
        .and(MASK)
        .reinterpretAsFloats()
        .mul(EXPONENT);
  }

  private static float element(MemorySegment rows, long row, int i) {
    return Float.float16ToFloat(rows.get(SHORT, row + (long) i * Short.BYTES));
  }

  static void dot4(
      float[] query, MemorySegment rows, long r0, long r1, long r2, long r3, float[] out, int o) {
    FloatVector a = FloatVector.zero(SPECIES);
    FloatVector b = a;
    FloatVector c = a;
    FloatVector d = a;
    int i = 0;
    for (; i <= query.length - LENGTH; i += LENGTH) {
      long p = (long) i * Short.BYTES;
      FloatVector q = load(query, i);
      a = fma(q, load(rows, r0 + p), a);
      b = fma(q, load(rows, r1 + p), b);
      c = fma(q, load(rows, r2 + p), c);
      d = fma(q, load(rows, r3 + p), d);
    }
    out[o] = sum(a) + dotRest(query, rows, r0, i);
    out[o + 1] = sum(b) + dotRest(query, rows, r1, i);
    out[o + 2] = sum(c) + dotRest(query, rows, r2, i);
    out[o + 3] = sum(d) + dotRest(query, rows, r3, i);
  }

  static float dot(float[] query, MemorySegment rows, long row) {
    FloatVector s = FloatVector.zero(SPECIES);
    int i = 0;
    for (; i <= query.length - LENGTH; i += LENGTH) {
      s = fma(load(query, i), load(rows, row + (long) i * Short.BYTES), s);
    }
    return sum(s) + dotRest(query, rows, row, i);
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
    FloatVector a = FloatVector.zero(SPECIES);
    FloatVector b = a;
    FloatVector c = a;
    FloatVector d = a;
    int i = 0;
    for (; i <= query.length - LENGTH; i += LENGTH) {
      long p = (long) i * Short.BYTES;
      FloatVector q = load(query, i);
      a = square(q, load(rows, r0 + p), a);
      b = square(q, load(rows, r1 + p), b);
      c = square(q, load(rows, r2 + p), c);
      d = square(q, load(rows, r3 + p), d);
    }
    out[o] = sum(a) + squareDistanceRest(query, rows, r0, i);
    out[o + 1] = sum(b) + squareDistanceRest(query, rows, r1, i);
    out[o + 2] = sum(c) + squareDistanceRest(query, rows, r2, i);
    out[o + 3] = sum(d) + squareDistanceRest(query, rows, r3, i);
  }

  static float squareDistance(float[] query, MemorySegment rows, long row) {
    FloatVector s = FloatVector.zero(SPECIES);
    int i = 0;
    for (; i <= query.length - LENGTH; i += LENGTH) {
      s = square(load(query, i), load(rows, row + (long) i * Short.BYTES), s);
    }
    return sum(s) + squareDistanceRest(query, rows, row, i);
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
