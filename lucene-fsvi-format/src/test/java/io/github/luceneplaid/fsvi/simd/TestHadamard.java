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

import java.util.Arrays;
import org.apache.lucene.tests.util.LuceneTestCase;

/** The two halves of a rotation: signs, and the Walsh-Hadamard transform. */
public class TestHadamard extends LuceneTestCase {

  /** Stage by stage, as it is defined. */
  private static float[] expected(float[] v, int offset, int n) {
    float[] result = v.clone();
    for (int stride = 1; stride < n; stride *= 2) {
      for (int i = 0; i < n; i++) {
        if ((i & stride) == 0) {
          float a = result[offset + i];
          float b = result[offset + i + stride];
          result[offset + i] = a + b;
          result[offset + i + stride] = a - b;
        }
      }
    }
    return result;
  }

  public void testTransform() {
    // Often enough for C2 to compile it.
    for (int t = 0; t < 2000; t++) {
      int n = 1 << random().nextInt(12);
      int offset = random().nextInt(9);
      float[] v = TestMatrixKernels.randomFloats(offset + n + random().nextInt(9));
      float[] expected = expected(v, offset, n);
      for (VectorKernels kernels : TestCodedKernels.twins()) {
        float[] found = v.clone();
        kernels.hadamard(found, offset, n);
        assertTrue(kernels.name() + " n=" + n, Arrays.equals(expected, found));
      }
    }
  }

  public void testMultiply() {
    for (int n : TestCodedKernels.DIMENSIONS) {
      int offset = random().nextInt(9);
      float[] v = TestMatrixKernels.randomFloats(offset + n + random().nextInt(9));
      float[] factors = TestMatrixKernels.randomFloats(n + random().nextInt(9));
      float[] expected = v.clone();
      for (int i = 0; i < n; i++) {
        expected[offset + i] = v[offset + i] * factors[i];
      }
      for (VectorKernels kernels : TestCodedKernels.twins()) {
        float[] found = v.clone();
        kernels.multiply(found, offset, factors, n);
        assertTrue(kernels.name() + " n=" + n, Arrays.equals(expected, found));
      }
    }
  }

  public void testAdd() {
    for (int round = 0; round < 200; round++) {
      int n = random().nextInt(0, 80);
      int offset = random().nextInt(20);
      int from = random().nextInt(20);
      float[] v = TestMatrixKernels.randomFloats(offset + n + random().nextInt(20));
      float[] summands = TestMatrixKernels.randomFloats(from + n + random().nextInt(20));
      float[] expected = v.clone();
      for (int i = 0; i < n; i++) {
        expected[offset + i] = v[offset + i] + summands[from + i];
      }
      for (VectorKernels kernels : TestCodedKernels.twins()) {
        float[] found = v.clone();
        kernels.add(found, offset, summands, from, n);
        assertTrue(kernels.name() + " n=" + n, Arrays.equals(expected, found));
      }
    }
  }

  public void testRaise() {
    for (int round = 0; round < 200; round++) {
      int n = random().nextInt(0, 80);
      int offset = random().nextInt(20);
      int from = random().nextInt(20);
      float[] v = TestMatrixKernels.randomFloats(offset + n + random().nextInt(20));
      float[] others = TestMatrixKernels.randomFloats(from + n + random().nextInt(20));
      if (n > 0) {
        others[from + random().nextInt(n)] =
            random().nextBoolean() ? Float.NaN : Float.NEGATIVE_INFINITY;
      }
      float[] expected = v.clone();
      for (int i = 0; i < n; i++) {
        expected[offset + i] = Math.max(v[offset + i], others[from + i]);
      }
      for (VectorKernels kernels : TestCodedKernels.twins()) {
        float[] found = v.clone();
        kernels.raise(found, offset, others, from, n);
        assertTrue(kernels.name() + " n=" + n, Arrays.equals(expected, found));
      }
    }
  }

  public void testGolden() {
    for (VectorKernels kernels : TestCodedKernels.twins()) {
      float[] v = {9, 1, 2, 3, 4, 9};
      kernels.hadamard(v, 1, 4);
      assertArrayEquals(kernels.name(), new float[] {9, 10, -2, -4, 0, 9}, v, 0);
    }
  }

  public void testChecksArguments() {
    for (VectorKernels kernels : TestCodedKernels.twins()) {
      float[] v = new float[32];
      for (int n : new int[] {0, 3, 24, -1, Integer.MIN_VALUE}) {
        expectThrows(IllegalArgumentException.class, () -> kernels.hadamard(v, 0, n));
      }
      expectThrows(IndexOutOfBoundsException.class, () -> kernels.hadamard(v, 1, 32));
      expectThrows(IndexOutOfBoundsException.class, () -> kernels.hadamard(v, -1, 4));
      expectThrows(IndexOutOfBoundsException.class, () -> kernels.multiply(v, 1, v.clone(), 32));
      expectThrows(
          IndexOutOfBoundsException.class, () -> kernels.multiply(v, 0, new float[31], 32));
      expectThrows(IndexOutOfBoundsException.class, () -> kernels.add(v, 1, v.clone(), 0, 32));
      expectThrows(IndexOutOfBoundsException.class, () -> kernels.add(v, 0, v.clone(), 1, 32));
      expectThrows(IndexOutOfBoundsException.class, () -> kernels.raise(v, 1, v.clone(), 0, 32));
      expectThrows(IndexOutOfBoundsException.class, () -> kernels.raise(v, 0, v.clone(), 1, 32));
    }
  }
}
