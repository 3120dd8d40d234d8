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
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * The counterpart of {@link PanamaFloatRows} for queries and rows of small integers. It computes in
 * 16 bits. Four products of magnitude 64 * 127 or less fit into a lane, so only their sum is
 * widened. The query is already widened.
 */
final class PanamaLevelRows {

  private static final VectorSpecies<Short> SPECIES =
      VectorSpecies.of(short.class, VectorShape.forBitSize(PanamaKernels.BITS));
  private static final VectorSpecies<Byte> BYTES =
      VectorSpecies.of(byte.class, VectorShape.forBitSize(PanamaKernels.BITS / 2));
  private static final VectorSpecies<Integer> INTS =
      VectorSpecies.of(int.class, SPECIES.vectorShape());
  private static final int LENGTH = SPECIES.length();

  /** Elements of a step of the loop. */
  static final int STEP = 4 * LENGTH;

  private PanamaLevelRows() {}

  private static ShortVector product(short[] query, MemorySegment rows, long row, int i) {
    ByteVector bytes = ByteVector.fromMemorySegment(BYTES, rows, row + i, ByteOrder.LITTLE_ENDIAN);
    ShortVector elements = (ShortVector) bytes.convertShape(VectorOperators.B2S, SPECIES, 0);
    return ShortVector.fromArray(SPECIES, query, i).mul(elements);
  }

  private static IntVector low(ShortVector pairs) {
    return high(pairs.reinterpretAsInts().lanewise(VectorOperators.LSHL, 16));
  }

  private static IntVector high(IntVector pairs) {
    return pairs.lanewise(VectorOperators.ASHR, 16);
  }

  /**
   * The dot product.
   *
   * @param step {@link #STEP} as a variable. With a constant C2 would unroll the loop, and spend
   *     more time before and after it than in it
   */
  static float dot(short[] query, MemorySegment rows, long row, int step) {
    IntVector low = IntVector.zero(INTS);
    IntVector high = low;
    int i = 0;
    for (; i <= query.length - STEP; i += step) {
      ShortVector a = product(query, rows, row, i).add(product(query, rows, row, i + LENGTH));
      ShortVector b =
          product(query, rows, row, i + 2 * LENGTH).add(product(query, rows, row, i + 3 * LENGTH));
      ShortVector sums = a.add(b);
      low = low.add(low(sums));
      high = high.add(high(sums.reinterpretAsInts()));
    }
    for (; i <= query.length - LENGTH; i += LENGTH) {
      ShortVector products = product(query, rows, row, i);
      low = low.add(low(products));
      high = high.add(high(products.reinterpretAsInts()));
    }
    int sum = low.add(high).reduceLanes(VectorOperators.ADD);
    for (; i < query.length; i++) {
      sum += query[i] * rows.get(ValueLayout.JAVA_BYTE, row + i);
    }
    return sum;
  }
}
