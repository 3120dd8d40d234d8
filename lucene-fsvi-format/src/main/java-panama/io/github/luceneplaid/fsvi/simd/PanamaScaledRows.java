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
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/** {@link PanamaFloatRows} for rows of signed bytes, which become floats. */
final class PanamaScaledRows {

  private static final VectorSpecies<Float> SPECIES = PanamaFloatRows.SPECIES;
  private static final int LENGTH = SPECIES.length();
  private static final VectorSpecies<Byte> BYTES =
      VectorSpecies.of(byte.class, VectorShape.forBitSize(Math.max(64, 8 * LENGTH)));

  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private PanamaScaledRows() {}

  private static FloatVector load(float[] query, int i) {
    return FloatVector.fromArray(SPECIES, query, i);
  }

  private static FloatVector load(MemorySegment rows, long position) {
    // There are no vectors of 4 bytes.
    ByteVector bytes =
        LENGTH == 4
            ? IntVector.broadcast(IntVector.SPECIES_128, rows.get(INT, position))
                .reinterpretAsBytes()
            : ByteVector.fromMemorySegment(BYTES, rows, position, ByteOrder.LITTLE_ENDIAN);
    return (FloatVector) bytes.convertShape(VectorOperators.B2F, SPECIES, 0);
  }

  private static float element(MemorySegment rows, long row, int i) {
    return rows.get(ValueLayout.JAVA_BYTE, row + i);
  }

  static void dot4(
      float[] query, MemorySegment rows, long r0, long r1, long r2, long r3, float[] out, int o) {
    FloatVector a = FloatVector.zero(SPECIES);
    FloatVector b = a;
    FloatVector c = a;
    FloatVector d = a;
    int i = 0;
    for (; i <= query.length - LENGTH; i += LENGTH) {
      long p = i;
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
      s = fma(load(query, i), load(rows, row + i), s);
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

  private static FloatVector square(
      FloatVector q, FloatVector row, FloatVector scale, FloatVector sum) {
    FloatVector difference = q.sub(row.mul(scale));
    return fma(difference, difference, sum);
  }

  static void squareDistance4(
      float[] query,
      MemorySegment rows,
      long r0,
      long r1,
      long r2,
      long r3,
      float[] scales,
      float[] out,
      int o) {
    FloatVector scaleA = FloatVector.broadcast(SPECIES, scales[o]);
    FloatVector scaleB = FloatVector.broadcast(SPECIES, scales[o + 1]);
    FloatVector scaleC = FloatVector.broadcast(SPECIES, scales[o + 2]);
    FloatVector scaleD = FloatVector.broadcast(SPECIES, scales[o + 3]);
    FloatVector a = FloatVector.zero(SPECIES);
    FloatVector b = a;
    FloatVector c = a;
    FloatVector d = a;
    int i = 0;
    for (; i <= query.length - LENGTH; i += LENGTH) {
      long p = i;
      FloatVector q = load(query, i);
      a = square(q, load(rows, r0 + p), scaleA, a);
      b = square(q, load(rows, r1 + p), scaleB, b);
      c = square(q, load(rows, r2 + p), scaleC, c);
      d = square(q, load(rows, r3 + p), scaleD, d);
    }
    out[o] = sum(a) + squareDistanceRest(query, rows, r0, scales[o], i);
    out[o + 1] = sum(b) + squareDistanceRest(query, rows, r1, scales[o + 1], i);
    out[o + 2] = sum(c) + squareDistanceRest(query, rows, r2, scales[o + 2], i);
    out[o + 3] = sum(d) + squareDistanceRest(query, rows, r3, scales[o + 3], i);
  }

  static float squareDistance(float[] query, MemorySegment rows, long row, float scale) {
    FloatVector factor = FloatVector.broadcast(SPECIES, scale);
    FloatVector s = FloatVector.zero(SPECIES);
    int i = 0;
    for (; i <= query.length - LENGTH; i += LENGTH) {
      s = square(load(query, i), load(rows, row + i), factor, s);
    }
    return sum(s) + squareDistanceRest(query, rows, row, scale, i);
  }

  private static float squareDistanceRest(
      float[] query, MemorySegment rows, long row, float scale, int i) {
    float sum = 0;
    for (; i < query.length; i++) {
      float difference = query[i] - scale * element(rows, row, i);
      sum += difference * difference;
    }
    return sum;
  }
}
