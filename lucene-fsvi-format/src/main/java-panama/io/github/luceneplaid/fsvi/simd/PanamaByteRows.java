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

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * The counterpart of {@link PanamaFloatRows} for queries and rows of signed bytes. It computes in
 * integers, and the query is already widened. No lane overflows. For 65 535 elements, a lane of the
 * shortest vectors sums up 16 384 products of magnitude 2^16 or less.
 */
final class PanamaByteRows {

  private static final VectorSpecies<Integer> SPECIES =
      VectorSpecies.of(int.class, VectorShape.forBitSize(PanamaKernels.BITS));
  private static final int LENGTH = SPECIES.length();
  private static final VectorSpecies<Byte> BYTES =
      VectorSpecies.of(byte.class, VectorShape.forBitSize(Math.max(64, 8 * LENGTH)));

  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private PanamaByteRows() {}

  private static IntVector load(int[] query, int i) {
    return IntVector.fromArray(SPECIES, query, i);
  }

  private static IntVector load(MemorySegment rows, long position) {
    // Vectors of 4 bytes do not exist
    ByteVector bytes =
        LENGTH == 4
            ? IntVector.broadcast(IntVector.SPECIES_128, rows.get(INT, position))
                .reinterpretAsBytes()
            : ByteVector.fromMemorySegment(BYTES, rows, position, ByteOrder.LITTLE_ENDIAN);
    return (IntVector) bytes.convertShape(VectorOperators.B2I, SPECIES, 0);
  }

  private static int element(MemorySegment rows, long row, int i) {
    return rows.get(ValueLayout.JAVA_BYTE, row + i);
  }

  static float dot(int[] query, MemorySegment rows, long row) {
    IntVector sum = IntVector.zero(SPECIES);
    int i = 0;
    for (; i <= query.length - LENGTH; i += LENGTH) {
      sum = sum.add(load(query, i).mul(load(rows, row + i)));
    }
    return dotRest(sum, query, rows, row, i);
  }

  private static float dotRest(IntVector lanes, int[] query, MemorySegment rows, long row, int i) {
    int sum = lanes.reduceLanes(VectorOperators.ADD);
    for (; i < query.length; i++) {
      sum += query[i] * element(rows, row, i);
    }
    return sum;
  }

  private static IntVector square(IntVector q, IntVector row, IntVector sum) {
    IntVector difference = q.sub(row);
    return sum.add(difference.mul(difference));
  }

  static float squareDistance(int[] query, MemorySegment rows, long row) {
    IntVector sum = IntVector.zero(SPECIES);
    int i = 0;
    for (; i <= query.length - LENGTH; i += LENGTH) {
      sum = square(load(query, i), load(rows, row + i), sum);
    }
    return squareDistanceRest(sum, query, rows, row, i);
  }

  private static float squareDistanceRest(
      IntVector lanes, int[] query, MemorySegment rows, long row, int i) {
    // The sum of the lanes may overflow an int
    long sum = 0;
    for (int lane : lanes.toIntArray()) {
      sum += lane;
    }
    for (; i < query.length; i++) {
      int difference = query[i] - element(rows, row, i);
      sum += (long) difference * difference;
    }
    return sum;
  }
}
