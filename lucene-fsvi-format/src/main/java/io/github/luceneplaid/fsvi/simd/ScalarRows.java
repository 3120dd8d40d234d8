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

/** The loops of {@link ScalarRowComparison}. Each has eight sums, like the lanes of a vector. */
final class ScalarRows {

  private static final int SUMS = 8;

  private ScalarRows() {}

  static float dot(float[] a, float[] b) {
    float[] sums = new float[SUMS];
    int i = 0;
    for (; i <= a.length - SUMS; i += SUMS) {
      for (int lane = 0; lane < SUMS; lane++) {
        sums[lane] += a[i + lane] * b[i + lane];
      }
    }
    for (; i < a.length; i++) {
      sums[0] += a[i] * b[i];
    }
    return sum(sums);
  }

  static float squareDistance(float[] a, float[] b, float scale) {
    float[] sums = new float[SUMS];
    int i = 0;
    for (; i <= a.length - SUMS; i += SUMS) {
      for (int lane = 0; lane < SUMS; lane++) {
        float difference = a[i + lane] - scale * b[i + lane];
        sums[lane] += difference * difference;
      }
    }
    for (; i < a.length; i++) {
      float difference = a[i] - scale * b[i];
      sums[0] += difference * difference;
    }
    return sum(sums);
  }

  private static float sum(float[] s) {
    return ((s[0] + s[4]) + (s[1] + s[5])) + ((s[2] + s[6]) + (s[3] + s[7]));
  }
}
