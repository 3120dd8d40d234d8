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

/** Rounds vectors of floats as encodings do, and bounds the errors. */
final class Rounding {

  // The smallest number that does not fit binary16, and the smallest one with full precision
  private static final float FLOAT16_LIMIT = 65520f;
  private static final float FLOAT16_NORMAL = 0x1p-14f;

  // Below the first a scale may be subnormal. Above the second its product with 127 may overflow
  private static final float INT8_MIN = 0x1p-100f;
  private static final float INT8_MAX = 0x1p126f;

  /** Largest magnitude of an element in a row of signed bytes. */
  static final int INT8_LEVELS = 127;

  private static final float LEAST_SCALE = INT8_MIN / INT8_LEVELS;
  private static final float LARGEST_SCALE = INT8_MAX / INT8_LEVELS;

  private Rounding() {}

  /** Returns whether an encoding fits a vector, so that the errors are within their bounds. */
  static boolean fits(SlabEncoding encoding, float[] vector) {
    if (encoding == SlabEncoding.FLOAT32) {
      return true;
    }
    float largest = largest(vector);
    if (largest == 0) {
      return true;
    }
    // NaN does not fit either
    return encoding == SlabEncoding.FLOAT16
        ? largest >= FLOAT16_NORMAL && largest < FLOAT16_LIMIT
        : largest >= INT8_MIN && largest <= INT8_MAX;
  }

  /** Returns whether a row of signed bytes can have a scale. */
  static boolean isScale(float scale) {
    return scale == 0 || (scale >= LEAST_SCALE && scale <= LARGEST_SCALE);
  }

  /** Returns the largest magnitude of an element, or NaN if an element is NaN. */
  static float largest(float[] vector) {
    float largest = 0;
    for (float x : vector) {
      largest = Math.max(largest, Math.abs(x));
    }
    return largest;
  }

  /** Returns the scale of a row of signed bytes. It is 0 for a vector of zeros. */
  static float scale(float[] vector) {
    return largest(vector) / INT8_LEVELS;
  }

  /** Divides a vector by its scale, and rounds the elements to integers. */
  static void toLevels(float[] vector, float scale, float[] levels) {
    for (int i = 0; i < vector.length; i++) {
      levels[i] = scale == 0 ? 0 : (float) Math.rint(vector[i] / scale);
    }
  }

  /**
   * Rounds a vector to integers.
   *
   * @param max largest magnitude of an integer, ≤ 127
   * @return the scale: the vector is about the integers times the scale
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
    // An int can hold the sum of 65,535 squares of at most 2^14
    int sum = 0;
    for (byte x : vector) {
      sum += x * x;
    }
    return (float) Math.sqrt(sum);
  }

  /**
   * Bounds the difference between the dot products of a query of norm 1 with a coarse row and with
   * the fine row, both computed in floats. It is the distance of the rows, plus the rounding error
   * of sums in four lanes.
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

  /** Bounds the relative rounding error of a sum of products that is computed in four lanes. */
  static double summation(int dimension) {
    return (dimension / 4 + 8) * 0x1p-23;
  }
}
