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
import static io.github.luceneplaid.fsvi.simd.PanamaFma.fma;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * The counterpart of {@link PanamaFloatRows} for rows of signed bytes, which are converted to
 * floats.
 */
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
    // Vectors of 4 bytes do not exist
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

  static float dot(float[] query, MemorySegment rows, long row) {
    FloatVector sum = FloatVector.zero(SPECIES);
    int i = 0;
    for (; i <= query.length - LENGTH; i += LENGTH) {
      sum = fma(load(query, i), load(rows, row + i), sum);
    }
    return sum(sum) + dotRest(query, rows, row, i);
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

  static float squareDistance(float[] query, MemorySegment rows, long row, float scale) {
    FloatVector factor = FloatVector.broadcast(SPECIES, scale);
    FloatVector sum = FloatVector.zero(SPECIES);
    int i = 0;
    for (; i <= query.length - LENGTH; i += LENGTH) {
      sum = square(load(query, i), load(rows, row + i), factor, sum);
    }
    return sum(sum) + squareDistanceRest(query, rows, row, scale, i);
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
