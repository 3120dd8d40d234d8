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
package io.github.luceneplaid.plaid.codebook;

import org.apache.lucene.tests.util.LuceneTestCase;

public class TestRotation extends LuceneTestCase {

  private static final int[] DIMS = {
    1, 2, 3, 4, 5, 7, 8, 15, 16, 48, 63, 64, 96, 100, 127, 128, 129, 255, 384, 768, 1023, 1024
  };

  /** Fixed numbers: the rotation is part of the format. */
  public void testGolden() {
    assertRotated(new float[] {1}, -1);
    assertRotated(new float[] {1, 2, 3}, 1.8964466f, 2.8838832f, -1.4445436f);
    assertRotated(new float[] {1, 2, 3, 4}, 2, 1, -4, -3);
    assertRotated(
        new float[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10},
        -5f,
        -6.37132f,
        -3.7755725f,
        0.47227192f,
        2.172019f,
        -7.636485f,
        -6.313262f,
        13.477475f,
        4.1993012f,
        1.6616106f);
  }

  private static void assertRotated(float[] v, float... expected) {
    Rotation.of(v.length).rotate(v, 0);
    assertArrayEquals(expected, v, 2e-6f);
  }

  /** The definition of the class comment, in doubles and without any shortcut. */
  public void testDefinition() {
    for (int dim : DIMS) {
      float[] v = RandomTokens.uniform(random(), 1, dim);
      double[] expected = new double[dim];
      for (int j = 0; j < dim; j++) {
        expected[j] = v[j];
      }
      int window = Integer.highestOneBit(dim);
      SplitMix64 bits = new SplitMix64(0x706C6169642D7631L);
      long[] words = new long[4 * dim / 64 + 1];
      for (int i = 0; i < words.length; i++) {
        words[i] = bits.nextLong();
      }
      for (int round = 0; round < 4; round++) {
        if (round == 2 && window < dim) {
          int half = dim / 2;
          for (int i = 0; i < half; i++) {
            double a = expected[i];
            double b = expected[dim - half + i];
            expected[i] = (a + b) / Math.sqrt(2);
            expected[dim - half + i] = (a - b) / Math.sqrt(2);
          }
        }
        for (int j = 0; j < dim; j++) {
          int bit = round * dim + j;
          if ((words[bit / 64] >>> (bit % 64) & 1) == 1) {
            expected[j] = -expected[j];
          }
        }
        int start = round % 2 == 0 ? 0 : dim - window;
        double[] transformed = new double[window];
        for (int i = 0; i < window; i++) {
          for (int j = 0; j < window; j++) {
            int sign = Integer.bitCount(i & j) % 2 == 0 ? 1 : -1;
            transformed[i] += sign * expected[start + j] / Math.sqrt(window);
          }
        }
        System.arraycopy(transformed, 0, expected, start, window);
      }
      Rotation.of(dim).rotate(v, 0);
      for (int j = 0; j < dim; j++) {
        assertEquals("dim=" + dim + ", j=" + j, expected[j], v[j], 2e-6);
      }
    }
  }

  public void testOrthogonal() {
    for (int dim : DIMS) {
      Rotation rotation = Rotation.of(dim);
      float[] images = new float[dim * dim];
      for (int i = 0; i < dim; i++) {
        images[i * dim + i] = 1;
        rotation.rotate(images, i * dim);
      }
      int tries = Math.min(dim * dim, 2000);
      for (int t = 0; t < tries; t++) {
        int a = dim < 45 ? t / dim : random().nextInt(dim);
        int b = dim < 45 ? t % dim : random().nextInt(dim);
        double product = RandomTokens.dot(images, a * dim, images, b * dim, dim);
        assertEquals("dim=" + dim, a == b ? 1 : 0, product, 1e-5);
      }
    }
  }

  public void testRoundTrip() {
    for (int dim : DIMS) {
      Rotation rotation = Rotation.of(dim);
      assertEquals(dim, rotation.dimension());
      float[] v = RandomTokens.uniform(random(), 3, dim);
      float[] w = v.clone();
      rotation.rotate(w, dim);
      assertEquals(1, RandomTokens.dot(w, dim, w, dim, dim), 1e-5);
      rotation.rotateBack(w, dim);
      assertArrayEquals("dim=" + dim, v, w, 1e-6f);
    }
  }

  /** The worst input is one that has few components: these must spread over all of them. */
  public void testSpreads() {
    for (int dim : DIMS) {
      if (dim < 48) {
        continue;
      }
      Rotation rotation = Rotation.of(dim);
      for (int i = 0; i < dim; i++) {
        float[] v = new float[dim];
        v[i] = 1;
        rotation.rotate(v, 0);
        double fourth = 0;
        float max = 0;
        for (float x : v) {
          fourth += Math.pow(x, 4) * dim;
          max = Math.max(max, Math.abs(x));
        }
        // 3 is the kurtosis of the normal distribution, 1 that of a single Hadamard transform.
        assertTrue("dim=" + dim + ", i=" + i + ", kurtosis=" + fourth, fourth < 7);
        assertTrue("dim=" + dim + ", i=" + i + ", max=" + max, max * Math.sqrt(dim) < 6.5);
        double firstHalf = RandomTokens.dot(v, 0, v, 0, dim / 2);
        assertEquals("dim=" + dim + ", i=" + i, 0.5, firstHalf, 0.4);
      }
    }
  }

  public void testIllegalArguments() {
    expectThrows(IllegalArgumentException.class, () -> Rotation.of(0));
    expectThrows(IllegalArgumentException.class, () -> Rotation.of(1025));
    expectThrows(IndexOutOfBoundsException.class, () -> Rotation.of(8).rotate(new float[8], 1));
    expectThrows(IndexOutOfBoundsException.class, () -> Rotation.of(8).rotateBack(new float[7], 0));
  }
}
