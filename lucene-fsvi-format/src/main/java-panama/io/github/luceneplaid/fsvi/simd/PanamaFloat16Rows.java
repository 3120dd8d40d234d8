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
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Compares a query with rows in IEEE binary16, which the Vector API cannot convert. It loads a
 * vector of ints with two elements in each. It moves sign, exponent and fraction of an element to
 * their places in a float. The result is the element divided by 2<sup>112</sup>, also if the
 * element is subnormal, because the exponents of the formats differ by 112. The query is multiplied
 * accordingly.
 *
 * <p>The query is stored in blocks of two vectors. The first vector is multiplied with the low
 * halves of the ints, the second one with the high halves. After the last whole block, the query is
 * in its original order.
 */
final class PanamaFloat16Rows {

  private static final VectorSpecies<Float> SPECIES = PanamaFloatRows.SPECIES;
  private static final VectorSpecies<Integer> INTS =
      VectorSpecies.of(int.class, SPECIES.vectorShape());
  private static final int LENGTH = SPECIES.length();
  private static final int BLOCK = 2 * LENGTH;

  private static final int EXPONENT = 112;
  private static final FloatVector FACTOR = FloatVector.broadcast(SPECIES, 0x1p112f);

  // The sign, and exponent and fraction without the copies of the sign before them
  private static final int MASK = 0x8fffe000;

  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private PanamaFloat16Rows() {}

  /**
   * Returns the power of two that the query is multiplied with for {@link #dot}. The product stays
   * finite.
   */
  static int exponent(float[] query) {
    float largest = 0;
    for (float x : query) {
      largest = Math.max(largest, Math.abs(x));
    }
    return Math.min(EXPONENT, Float.MAX_EXPONENT - 1 - Math.getExponent(largest));
  }

  /** Returns the query in the order of blocks, multiplied with a power of two. */
  static float[] inBlocks(float[] query, float factor) {
    float[] blocks = new float[query.length];
    int whole = query.length / BLOCK * BLOCK;
    for (int i = 0; i < query.length; i++) {
      int place = i < whole ? i / BLOCK * BLOCK + i % 2 * LENGTH + i % BLOCK / 2 : i;
      blocks[place] = query[i] * factor;
    }
    return blocks;
  }

  private static FloatVector load(float[] query, int i) {
    return FloatVector.fromArray(SPECIES, query, i);
  }

  private static IntVector load(MemorySegment rows, long position) {
    return IntVector.fromMemorySegment(INTS, rows, position, ByteOrder.LITTLE_ENDIAN);
  }

  private static FloatVector low(IntVector pairs) {
    return high(pairs.lanewise(VectorOperators.LSHL, 16));
  }

  private static FloatVector high(IntVector pairs) {
    return pairs.lanewise(VectorOperators.ASHR, 3).and(MASK).reinterpretAsFloats();
  }

  private static float element(MemorySegment rows, long row, int i) {
    return Float.float16ToFloat(rows.get(SHORT, row + (long) i * Short.BYTES));
  }

  /**
   * Returns the dot product, multiplied with the power of two of the query and divided by
   * 2<sup>112</sup>.
   */
  static float dot(float[] query, MemorySegment rows, long row) {
    FloatVector low = FloatVector.zero(SPECIES);
    FloatVector high = low;
    int i = 0;
    for (; i <= query.length - BLOCK; i += BLOCK) {
      IntVector pairs = load(rows, row + (long) i * Short.BYTES);
      low = fma(load(query, i), low(pairs), low);
      high = fma(load(query, i + LENGTH), high(pairs), high);
    }
    return sum(low.add(high)) + dotRest(query, rows, row, i);
  }

  private static float dotRest(float[] query, MemorySegment rows, long row, int i) {
    float sum = 0;
    for (; i < query.length; i++) {
      sum += query[i] * (element(rows, row, i) * 0x1p-112f);
    }
    return sum;
  }

  private static FloatVector square(FloatVector query, FloatVector row, FloatVector sum) {
    FloatVector difference = fma(row, FACTOR, query);
    return fma(difference, difference, sum);
  }

  /** Returns the squared distance to the query. The elements of the query are negated. */
  static float squareDistance(float[] query, MemorySegment rows, long row) {
    FloatVector low = FloatVector.zero(SPECIES);
    FloatVector high = low;
    int i = 0;
    for (; i <= query.length - BLOCK; i += BLOCK) {
      IntVector pairs = load(rows, row + (long) i * Short.BYTES);
      low = square(load(query, i), low(pairs), low);
      high = square(load(query, i + LENGTH), high(pairs), high);
    }
    return sum(low.add(high)) + squareDistanceRest(query, rows, row, i);
  }

  private static float squareDistanceRest(float[] query, MemorySegment rows, long row, int i) {
    float sum = 0;
    for (; i < query.length; i++) {
      float difference = element(rows, row, i) + query[i];
      sum += difference * difference;
    }
    return sum;
  }
}
