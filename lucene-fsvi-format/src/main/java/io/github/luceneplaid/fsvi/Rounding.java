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
package io.github.luceneplaid.fsvi;

import io.github.luceneplaid.fsvi.slab.SlabEncoding;

/** What encodings make of vectors of floats. */
final class Rounding {

  // The first number that binary16 cannot hold, and the smallest one that it holds in full
  // precision.
  private static final float FLOAT16_LIMIT = 65520f;
  private static final float FLOAT16_NORMAL = 0x1p-14f;

  // Beyond, a scale would be subnormal, or its product with 127 not finite.
  private static final float INT8_MIN = 0x1p-100f;
  private static final float INT8_MAX = 0x1p126f;

  /** Magnitude of the largest element of a row of signed bytes. */
  static final int INT8_LEVELS = 127;

  private Rounding() {}

  /** Whether an encoding keeps its promise about errors for a vector. */
  static boolean fits(SlabEncoding encoding, float[] vector) {
    if (encoding == SlabEncoding.FLOAT32) {
      return true;
    }
    float largest = largest(vector);
    if (largest == 0) {
      return true;
    }
    // False for what is not a number, too
    return encoding == SlabEncoding.FLOAT16
        ? largest >= FLOAT16_NORMAL && largest < FLOAT16_LIMIT
        : largest >= INT8_MIN && largest <= INT8_MAX;
  }

  /** The largest magnitude of an element; not a number if there is one that is none. */
  private static float largest(float[] vector) {
    float largest = 0;
    for (float x : vector) {
      largest = Math.max(largest, Math.abs(x));
    }
    return largest;
  }

  /** The value of a unit of a row of signed bytes, 0 for a vector of zeros. */
  static float scale(float[] vector) {
    return largest(vector) / INT8_LEVELS;
  }

  /** Divides by the scale and rounds to integers. */
  static void toLevels(float[] vector, float scale, float[] levels) {
    for (int i = 0; i < vector.length; i++) {
      levels[i] = scale == 0 ? 0 : (float) Math.rint(vector[i] / scale);
    }
  }

  /**
   * Rounds a vector to integers.
   *
   * @param max largest magnitude of an integer, ≤ 127
   * @return what a unit of the integers is worth
   */
  static float toLevels(float[] vector, int max, byte[] levels) {
    float scale = largest(vector) / max;
    for (int i = 0; i < vector.length; i++) {
      double level = scale == 0 ? 0 : Math.rint(vector[i] / (double) scale);
      levels[i] = (byte) Math.clamp(level, -max, max);
    }
    return scale;
  }

  static float norm(float[] vector) {
    double sum = 0;
    for (float x : vector) {
      sum += (double) x * x;
    }
    return (float) Math.sqrt(sum);
  }

  static float norm(byte[] vector) {
    // Fits: 65 535 squares of magnitude 2^14 or less.
    int sum = 0;
    for (byte x : vector) {
      sum += x * x;
    }
    return (float) Math.sqrt(sum);
  }

  /**
   * How far the dot product of a query of length 1 with a coarse row, computed in floats, may be
   * from that with the fine row, computed in floats: the distance of the rows, and what summation
   * rounds in vectors of four elements.
   */
  static float error(float[] fine, float[] coarse) {
    double distance = 0;
    double length = 0;
    for (int i = 0; i < fine.length; i++) {
      double difference = (double) fine[i] - coarse[i];
      distance += difference * difference;
      length += (double) fine[i] * fine[i];
    }
    return Math.nextUp((float) (Math.sqrt(distance) + summation(fine.length) * Math.sqrt(length)));
  }

  /** What the summation of so many products rounds in vectors of four elements, relatively. */
  static double summation(int dimension) {
    return (dimension / 4 + 8) * 0x1p-23;
  }
}
