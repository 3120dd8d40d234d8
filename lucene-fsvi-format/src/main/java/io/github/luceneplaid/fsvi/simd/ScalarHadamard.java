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

import java.util.Objects;

/** The Walsh-Hadamard transform in plain Java. */
final class ScalarHadamard {

  private ScalarHadamard() {}

  /** Checks the arguments of {@link VectorKernels#hadamard}. */
  static void check(float[] v, int offset, int n) {
    if (Integer.bitCount(n) != 1 || n < 0) {
      throw new IllegalArgumentException("n=" + n + ", must be a power of two");
    }
    Objects.checkFromIndexSize(offset, n, v.length);
  }

  static void transform(float[] v, int offset, int n) {
    int stride = 1;
    if (n >= 8) {
      stages124(v, offset, n);
      stride = 8;
    }
    // Two stages at a time need half the memory accesses. If the number of stages is odd, one is
    // done alone
    for (; stride * 4 <= n; stride *= 4) {
      twoStages(v, offset, n, stride);
    }
    if (stride < n) {
      for (int i = offset; i < offset + stride; i++) {
        float a = v[i];
        float b = v[i + stride];
        v[i] = a + b;
        v[i + stride] = a - b;
      }
    }
  }

  /** Stages of stride 1, 2 and 4. */
  private static void stages124(float[] v, int offset, int n) {
    for (int i = offset; i < offset + n; i += 8) {
      float a0 = v[i] + v[i + 1];
      float a1 = v[i] - v[i + 1];
      float a2 = v[i + 2] + v[i + 3];
      float a3 = v[i + 2] - v[i + 3];
      float a4 = v[i + 4] + v[i + 5];
      float a5 = v[i + 4] - v[i + 5];
      float a6 = v[i + 6] + v[i + 7];
      float a7 = v[i + 6] - v[i + 7];
      float b0 = a0 + a2;
      float b1 = a1 + a3;
      float b2 = a0 - a2;
      float b3 = a1 - a3;
      float b4 = a4 + a6;
      float b5 = a5 + a7;
      float b6 = a4 - a6;
      float b7 = a5 - a7;
      v[i] = b0 + b4;
      v[i + 1] = b1 + b5;
      v[i + 2] = b2 + b6;
      v[i + 3] = b3 + b7;
      v[i + 4] = b0 - b4;
      v[i + 5] = b1 - b5;
      v[i + 6] = b2 - b6;
      v[i + 7] = b3 - b7;
    }
  }

  /** Stages of this stride and twice this stride. */
  private static void twoStages(float[] v, int offset, int n, int stride) {
    for (int block = offset; block < offset + n; block += 4 * stride) {
      for (int i = block; i < block + stride; i++) {
        float a = v[i];
        float b = v[i + stride];
        float c = v[i + 2 * stride];
        float d = v[i + 3 * stride];
        v[i] = (a + b) + (c + d);
        v[i + stride] = (a - b) + (c - d);
        v[i + 2 * stride] = (a + b) - (c + d);
        v[i + 3 * stride] = (a - b) - (c - d);
      }
    }
  }
}
