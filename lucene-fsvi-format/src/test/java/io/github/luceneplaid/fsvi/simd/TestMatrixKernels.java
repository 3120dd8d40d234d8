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
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.tests.util.TestUtil;

/** Compares the kernels of both twins on floats with sums in double precision. */
public class TestMatrixKernels extends LuceneTestCase {

  static float[] randomFloats(int length) {
    float[] floats = new float[length];
    for (int i = 0; i < length; i++) {
      floats[i] = random().nextFloat() * 2 - 1;
    }
    return floats;
  }

  /** A dot product, and the bound for its error that {@link VectorKernels} states. */
  private record Dot(double value, double bound) {
    static Dot of(float[] a, int aOffset, float[] b, int bOffset, int dim) {
      double value = 0;
      double magnitude = 0;
      for (int i = 0; i < dim; i++) {
        double product = (double) a[aOffset + i] * b[bOffset + i];
        value += product;
        magnitude += Math.abs(product);
      }
      return new Dot(value, dim * 0x1p-23 * magnitude);
    }
  }

  public void testDot() {
    for (int dim : TestCodedKernels.DIMENSIONS) {
      int aOffset = random().nextInt(9);
      int bOffset = random().nextInt(9);
      float[] a = randomFloats(aOffset + dim);
      float[] b = randomFloats(bOffset + dim);
      Dot expected = Dot.of(a, aOffset, b, bOffset, dim);
      for (VectorKernels kernels : TestCodedKernels.twins()) {
        float found = kernels.dot(a, aOffset, b, bOffset, dim);
        assertEquals(kernels.name() + " " + dim, expected.value, found, expected.bound);
      }
    }
  }

  public void testDotFloat16() {
    int[] dimensions = Arrays.copyOf(TestCodedKernels.DIMENSIONS, 20);
    dimensions[18] = 2048;
    dimensions[19] = 2500;
    for (int dim : dimensions) {
      int aOffset = random().nextInt(9);
      int bOffset = random().nextInt(9);
      float[] a = randomFloats(aOffset + dim);
      float[] b = randomFloats(bOffset + dim);
      short[] shorts = new short[b.length];
      for (int i = 0; i < b.length; i++) {
        shorts[i] = Float.floatToFloat16(b[i]);
        b[i] = Float.float16ToFloat(shorts[i]);
      }
      Dot expected = Dot.of(a, aOffset, b, bOffset, dim);
      for (VectorKernels kernels : TestCodedKernels.twins()) {
        float found = kernels.dotFloat16(a, aOffset, shorts, bOffset, dim);
        assertEquals(kernels.name() + " " + dim, expected.value, found, expected.bound);
      }
    }
  }

  private static void assertProducts(int nq, int rowCount, int dim) {
    int rowsOffset = random().nextInt(9);
    int outOffset = random().nextInt(9);
    float[] queries = randomFloats(nq * dim);
    float[] rows = randomFloats(rowsOffset + rowCount * dim);
    float[] start = randomFloats(nq);
    Dot[] dots = new Dot[rowCount * nq];
    for (int r = 0; r < rowCount; r++) {
      for (int q = 0; q < nq; q++) {
        dots[r * nq + q] = Dot.of(queries, q * dim, rows, rowsOffset + r * dim, dim);
      }
    }
    for (VectorKernels kernels : TestCodedKernels.twins()) {
      String message = kernels.name() + " nq=" + nq + " rows=" + rowCount + " dim=" + dim;
      float[] out = new float[outOffset + rowCount * nq + 5];
      Arrays.fill(out, 4711);
      kernels.matrix(queries, nq, rows, rowsOffset, rowCount, dim, out, outOffset);
      assertMatrix(message, dots, out, outOffset);
      float[] max = start.clone();
      kernels.maxSim(queries, nq, rows, rowsOffset, rowCount, dim, max);
      assertMax(message, start, dots, rowCount, max);
      max = start.clone();
      QueryMatrix prepared = kernels.prepare(queries, nq, dim);
      assertEquals(nq, prepared.count());
      assertEquals(dim, prepared.dimension());
      prepared.maxSim(rows, rowsOffset, rowCount, max);
      assertMax(message + " prepared", start, dots, rowCount, max);
      float[] spacious = Arrays.copyOf(start, prepared.maxLength());
      Arrays.fill(spacious, nq, spacious.length, Float.NaN);
      prepared.maxSim(rows, rowsOffset, rowCount, spacious);
      assertArrayEquals(message + " working space", max, Arrays.copyOf(spacious, nq), 0);
      Arrays.fill(out, 4711);
      prepared.matrix(rows, rowsOffset, rowCount, out, outOffset);
      assertMatrix(message + " prepared", dots, out, outOffset);
    }
  }

  private static void assertMatrix(String message, Dot[] dots, float[] out, int outOffset) {
    for (int i = 0; i < dots.length; i++) {
      assertEquals(message + " " + i, dots[i].value, out[outOffset + i], dots[i].bound);
    }
    for (int i = 0; i < out.length; i++) {
      if (i < outOffset || i >= outOffset + dots.length) {
        assertEquals(message, 4711f, out[i], 0f);
      }
    }
  }

  private static void assertMax(
      String message, float[] start, Dot[] dots, int rowCount, float[] max) {
    int nq = start.length;
    for (int q = 0; q < nq; q++) {
      double expected = start[q];
      double bound = 0;
      for (int r = 0; r < rowCount; r++) {
        expected = Math.max(expected, dots[r * nq + q].value);
        bound = Math.max(bound, dots[r * nq + q].bound);
      }
      assertEquals(message + " max " + q, expected, max[q], bound);
    }
  }

  public void testPreparedQueriesAreCopies() {
    for (VectorKernels kernels : TestCodedKernels.twins()) {
      for (int nq : new int[] {1, 32, 37}) {
        float[] queries = new float[nq * 4];
        Arrays.fill(queries, 1);
        QueryMatrix prepared = kernels.prepare(queries, nq, 4);
        Arrays.fill(queries, 0);
        float[] max = new float[nq];
        prepared.maxSim(new float[] {1, 2, 3, 4}, 0, 1, max);
        for (float similarity : max) {
          assertEquals(kernels.name(), 10f, similarity, 0f);
        }
      }
    }
  }

  public void testDimensions() {
    for (int dim : TestCodedKernels.DIMENSIONS) {
      assertProducts(TestUtil.nextInt(random(), 1, 12), TestUtil.nextInt(random(), 1, 20), dim);
      assertProducts(37, TestUtil.nextInt(random(), 64, 70), dim);
    }
    assertProducts(40, 66, 1500);
  }

  public void testQueries() {
    for (int nq : TestCodedKernels.QUERIES) {
      assertProducts(nq, TestUtil.nextInt(random(), 1, 9), 48);
      assertProducts(nq, TestUtil.nextInt(random(), 64, 70), 24);
    }
  }

  public void testRows() {
    for (int rowCount : new int[] {0, 1, 2, 3, 4, 5, 15, 16, 17, 33, 63, 64, 65, 66, 67, 200}) {
      assertProducts(5, rowCount, 32);
      assertProducts(20, rowCount, 33);
      assertProducts(0, rowCount, 7);
    }
  }

  public void testChecksArguments() {
    float[] eight = new float[8];
    for (VectorKernels kernels : TestCodedKernels.twins()) {
      for (int wrong = 0; wrong < 3; wrong++) {
        float[] queries = new float[wrong == 0 ? 7 : 8];
        float[] rows = new float[wrong == 1 ? 7 : 8];
        float[] out = new float[wrong == 2 ? 3 : 4];
        expectThrows(
            IndexOutOfBoundsException.class,
            () -> kernels.matrix(queries, 2, rows, 0, 2, 4, out, 0));
      }
      expectThrows(
          IndexOutOfBoundsException.class,
          () -> kernels.maxSim(eight, 2, eight, 1, 2, 4, new float[2]));
      expectThrows(
          IndexOutOfBoundsException.class,
          () -> kernels.maxSim(eight, 2, eight, 0, 2, 4, new float[1]));
      expectThrows(IndexOutOfBoundsException.class, () -> kernels.prepare(eight, 3, 3));
      QueryMatrix prepared = kernels.prepare(eight, 2, 4);
      expectThrows(
          IndexOutOfBoundsException.class, () -> prepared.maxSim(eight, 1, 2, new float[2]));
      expectThrows(
          IndexOutOfBoundsException.class, () -> prepared.maxSim(eight, 0, 2, new float[1]));
      expectThrows(
          IndexOutOfBoundsException.class, () -> prepared.matrix(eight, 1, 2, new float[4], 0));
      expectThrows(
          IndexOutOfBoundsException.class, () -> prepared.matrix(eight, 0, 2, new float[4], 1));
    }
  }

  public void testMaxSimIgnoresNaN() {
    float[] rows = new float[3 * 24];
    rows[24] = Float.NaN;
    rows[2 * 24] = 2;
    for (VectorKernels kernels : TestCodedKernels.twins()) {
      for (int nq : new int[] {1, 4, 20}) {
        float[] queries = new float[nq * 24];
        for (int q = 0; q < nq; q++) {
          queries[q * 24] = q + 1;
        }
        float[] max = new float[nq];
        kernels.maxSim(queries, nq, rows, 0, 3, 24, max);
        float[] prepared = new float[nq];
        kernels.prepare(queries, nq, 24).maxSim(rows, 0, 3, prepared);
        for (int q = 0; q < nq; q++) {
          assertEquals(kernels.name(), 2f * (q + 1), max[q], 0f);
          assertEquals(kernels.name(), 2f * (q + 1), prepared[q], 0f);
        }
      }
    }
  }

  public void testFloat16ToFloatOfAllNumbers() {
    short[] from = new short[(1 << 16) + 3];
    for (int i = 0; i < from.length; i++) {
      from[i] = (short) (i - 3);
    }
    for (VectorKernels kernels : TestCodedKernels.twins()) {
      float[] to = new float[(1 << 16) + 2];
      kernels.float16ToFloat(from, 3, to, 2, 1 << 16);
      for (int i = 0; i < 1 << 16; i++) {
        float expected = Float.float16ToFloat((short) i);
        assertEquals(Float.floatToIntBits(expected), Float.floatToIntBits(to[i + 2]));
      }
    }
  }

  public void testFloatToFloat16() {
    float[] from = {
      4711,
      0,
      -0f,
      1,
      -1,
      65504,
      65519.99f,
      65520,
      -65520,
      1e9f,
      0x1p-24f,
      0x1p-25f,
      0x1.8p-25f,
      1f / 3
    };
    int[] expected = {
      0, 0x8000, 0x3C00, 0xBC00, 0x7BFF, 0x7BFF, 0x7C00, 0xFC00, 0x7C00, 1, 0, 1, 0x3555
    };
    for (VectorKernels kernels : TestCodedKernels.twins()) {
      short[] to = new short[from.length];
      kernels.floatToFloat16(from, 1, to, 0, from.length - 1);
      for (int i = 0; i < expected.length; i++) {
        assertEquals(kernels.name() + " " + i, (short) expected[i], to[i]);
      }
    }
  }

  /** Often enough for C2 to compile it. */
  public void testCompiled() {
    for (int i = 0; i < 60; i++) {
      assertProducts(TestUtil.nextInt(random(), 30, 40), 150, 64);
    }
  }

  /** Otherwise the scores of a search would change after C2 has compiled it. */
  public void testSameSumsEachTime() {
    int dim = random().nextInt(8, 40);
    int nq = 6;
    int rowCount = 9;
    float[] queries = randomFloats(nq * dim);
    float[] rows = randomFloats(rowCount * dim);
    for (VectorKernels kernels : TestCodedKernels.twins()) {
      float[] expected = new float[nq * rowCount];
      kernels.matrix(queries, nq, rows, 0, rowCount, dim, expected, 0);
      float[] found = new float[nq * rowCount];
      for (int i = 0; i < 20_000; i++) {
        kernels.matrix(queries, nq, rows, 0, rowCount, dim, found, 0);
        assertArrayEquals(kernels.name(), expected, found, 0f);
      }
    }
  }

  /** Products in rows of a stride, which do not depend on what other rows there are. */
  public void testProducts() {
    for (VectorKernels kernels : TestCodedKernels.twins()) {
      for (int nq : new int[] {1, 3, 8, 10, 16, 20, 32, 33, 70}) {
        int dim = TestUtil.nextInt(random(), 1, 140);
        int n = TestUtil.nextInt(random(), 0, 40);
        int offset = random().nextInt(4);
        float[] queries = randomFloats(nq * dim);
        float[] rows = randomFloats(offset + n * dim);
        QueryMatrix matrix = kernels.prepare(queries, nq, dim);
        int stride = matrix.stride();
        assertTrue(stride >= nq);
        float[] all = new float[offset + n * stride + 1];
        all[offset + n * stride] = 4711;
        matrix.products(rows, offset, n, all, offset);
        assertEquals(4711, all[offset + n * stride], 0);
        float[] one = new float[stride];
        for (int r = 0; r < n; r++) {
          matrix.products(rows, offset + r * dim, 1, one, 0);
          for (int q = 0; q < nq; q++) {
            double expected = 0;
            for (int j = 0; j < dim; j++) {
              expected += (double) queries[q * dim + j] * rows[offset + r * dim + j];
            }
            assertEquals(kernels.name(), expected, one[q], 1e-4);
            assertEquals(kernels.name(), one[q], all[offset + r * stride + q], 0);
          }
        }
        expectThrows(
            IndexOutOfBoundsException.class,
            () -> matrix.products(rows, offset, n + 1, new float[(n + 1) * stride], 0));
      }
    }
  }

  public void testFirstAbove() {
    for (VectorKernels kernels : TestCodedKernels.twins()) {
      int columns = TestUtil.nextInt(random(), 1, 40);
      int n = TestUtil.nextInt(random(), 0, 60);
      float[] rows = randomFloats(n * columns);
      float[] limits = new float[columns];
      Arrays.fill(limits, random().nextFloat() * 0.1f + 0.9f);
      limits[random().nextInt(columns)] = Float.POSITIVE_INFINITY;
      int from = TestUtil.nextInt(random(), 0, n);
      int expected = from;
      for (; expected < n; expected++) {
        boolean above = false;
        for (int i = 0; i < columns; i++) {
          above |= rows[expected * columns + i] > limits[i];
        }
        if (above) {
          break;
        }
      }
      assertEquals(kernels.name(), expected, kernels.firstAbove(rows, from, n, limits));
      Arrays.fill(rows, Float.NaN);
      assertEquals(kernels.name(), n, kernels.firstAbove(rows, from, n, limits));
      expectThrows(
          IndexOutOfBoundsException.class,
          () -> kernels.firstAbove(rows, n, n + 1, new float[columns]));
    }
  }

  /** Threads that share queries from their first use on. */
  public void testProductsOfThreads() throws Exception {
    int dim = 1 + random().nextInt(40);
    int nq = 1 + random().nextInt(40);
    float[] queries = randomFloats(nq * dim);
    float[] row = randomFloats(dim);
    QueryMatrix alone = VectorKernels.get().prepare(queries, nq, dim);
    float[] expected = new float[alone.stride()];
    alone.products(row, 0, 1, expected, 0);
    for (int trial = 0; trial < 20; trial++) {
      QueryMatrix shared = VectorKernels.get().prepare(queries, nq, dim);
      CyclicBarrier start = new CyclicBarrier(4);
      float[][] found = new float[4][shared.stride()];
      Thread[] threads = new Thread[4];
      for (int t = 0; t < threads.length; t++) {
        float[] out = found[t];
        threads[t] =
            new Thread(
                () -> {
                  try {
                    start.await();
                  } catch (InterruptedException | BrokenBarrierException e) {
                    throw new AssertionError(e);
                  }
                  shared.products(row, 0, 1, out, 0);
                });
        threads[t].start();
      }
      for (int t = 0; t < threads.length; t++) {
        threads[t].join();
        assertArrayEquals(expected, found[t], 0);
      }
    }
  }
}
