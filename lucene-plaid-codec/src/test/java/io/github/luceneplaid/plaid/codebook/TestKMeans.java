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

import java.io.IOException;
import java.util.Arrays;
import org.apache.lucene.tests.util.LuceneTestCase;

public class TestKMeans extends LuceneTestCase {

  /** Two well separated clusters are found, even if both centroids start in one of them. */
  public void testFindsClusters() throws IOException {
    int dim = 2 + random().nextInt(30);
    int clusters = 2;
    int n = 500;
    float[] rows = new float[n * dim];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < dim; j++) {
        rows[i * dim + j] = (float) (random().nextGaussian() * 1e-3);
      }
      rows[i * dim + i % clusters] += 1;
    }
    KMeans kmeans = new KMeans(dim, AbortCheck.NONE);
    int[] ordinals = identity(n);
    float[] centroids = kmeans.cluster(rows, ordinals, 0, n, clusters, 20, random().nextLong());
    assertEquals(clusters, centroids.length / dim);
    int[] nearest = new int[n];
    kmeans.assign(rows, ordinals, 0, n, centroids, nearest);
    for (int i = 0; i < n; i++) {
      assertEquals(nearest[i % clusters], nearest[i]);
      double distance =
          RandomTokens.squaredDistance(rows, i * dim, centroids, nearest[i] * dim, dim);
      assertTrue("row " + i + ": " + distance, distance < 1e-3);
    }
  }

  /** Centroids are means of the rows nearest to them once nothing moves any more. */
  public void testConverges() throws IOException {
    int dim = 3;
    int n = 200;
    float[] rows = RandomTokens.uniform(random(), n, dim);
    KMeans kmeans = new KMeans(dim, AbortCheck.NONE);
    int[] ordinals = identity(n);
    float[] centroids = kmeans.cluster(rows, ordinals, 0, n, 10, 200, random().nextLong());
    int[] nearest = new int[n];
    kmeans.assign(rows, ordinals, 0, n, centroids, nearest);
    for (int c = 0; c < centroids.length / dim; c++) {
      for (int j = 0; j < dim; j++) {
        double sum = 0;
        int count = 0;
        for (int i = 0; i < n; i++) {
          if (nearest[i] == c) {
            sum += rows[i * dim + j];
            count++;
          }
        }
        assertEquals(sum / count, centroids[c * dim + j], 1e-5);
      }
    }
  }

  public void testUsesChosenRowsOnly() throws IOException {
    int dim = 4;
    float[] rows = RandomTokens.uniform(random(), 100, dim);
    float[] others = rows.clone();
    int[] ordinals = new int[50];
    Arrays.setAll(ordinals, i -> 2 * i);
    for (int i = 0; i < 100; i++) {
      if (i % 2 == 1 || i < 10 || i >= 80) {
        Arrays.fill(others, i * dim, (i + 1) * dim, Float.NaN);
      }
    }
    KMeans kmeans = new KMeans(dim, AbortCheck.NONE);
    long seed = random().nextLong();
    float[] expected = kmeans.cluster(rows, ordinals, 5, 40, 6, 5, seed);
    assertArrayEquals(expected, kmeans.cluster(others, ordinals, 5, 40, 6, 5, seed), 0);
    int[] nearest = new int[50];
    Arrays.fill(nearest, -1);
    kmeans.assign(others, ordinals, 5, 40, expected, nearest);
    for (int i = 0; i < 50; i++) {
      assertEquals(i < 5 || i >= 40, nearest[i] == -1);
    }
  }

  public void testDeterministic() throws IOException {
    int dim = 10;
    float[] rows = RandomTokens.uniform(random(), 300, dim);
    KMeans kmeans = new KMeans(dim, AbortCheck.NONE);
    long seed = random().nextLong();
    float[] first = kmeans.cluster(rows, identity(300), 0, 300, 17, 5, seed);
    kmeans.cluster(rows, identity(300), 0, 100, 40, 2, seed + 1);
    float[] second = kmeans.cluster(rows, identity(300), 0, 300, 17, 5, seed);
    assertArrayEquals(first, second, 0);
    float[] other = kmeans.cluster(rows, identity(300), 0, 300, 17, 5, seed + 1);
    assertFalse(Arrays.equals(first, other));
  }

  /** Fewer different rows than clusters: each gets a centroid of its own, and there are no more. */
  public void testFewDifferentRows() throws IOException {
    int dim = 6;
    float[] different = RandomTokens.uniform(random(), 3, dim);
    float[] rows = new float[60 * dim];
    for (int i = 0; i < 60; i++) {
      System.arraycopy(different, i % 3 * dim, rows, i * dim, dim);
    }
    KMeans kmeans = new KMeans(dim, AbortCheck.NONE);
    float[] centroids = kmeans.cluster(rows, identity(60), 0, 60, 20, 10, random().nextLong());
    assertEquals(3, centroids.length / dim);
    for (int i = 0; i < 3; i++) {
      int nearest = RandomTokens.nearest(different, i * dim, centroids, dim);
      assertEquals(
          0, RandomTokens.squaredDistance(different, i * dim, centroids, nearest * dim, dim), 1e-9);
    }
  }

  public void testFewRows() throws IOException {
    float[] rows = {1, 2, 3, 4};
    KMeans kmeans = new KMeans(2, AbortCheck.NONE);
    assertArrayEquals(rows, kmeans.cluster(rows, identity(2), 0, 2, 50, 3, 1), 0);
    assertArrayEquals(new float[] {2, 3}, kmeans.cluster(rows, identity(2), 0, 2, 1, 3, 1), 1e-6f);
  }

  public void testAbort() {
    float[] rows = RandomTokens.uniform(random(), 1000, 4);
    int[] checks = {20};
    KMeans kmeans =
        new KMeans(
            4,
            () -> {
              if (checks[0]-- == 0) {
                throw new IOException("stop");
              }
            });
    expectThrows(
        IOException.class,
        () -> kmeans.cluster(rows, identity(1000), 0, 1000, 10, 100, random().nextLong()));
  }

  public void testIllegalArguments() {
    KMeans kmeans = new KMeans(1, AbortCheck.NONE);
    float[] rows = {1};
    int[] ordinals = {0};
    expectThrows(
        IllegalArgumentException.class, () -> kmeans.cluster(rows, ordinals, 0, 0, 1, 1, 1));
    expectThrows(
        IllegalArgumentException.class, () -> kmeans.cluster(rows, ordinals, 0, 1, 0, 1, 1));
    expectThrows(
        IllegalArgumentException.class, () -> kmeans.cluster(rows, ordinals, 0, 1, 1, 0, 1));
  }

  private static int[] identity(int n) {
    int[] ordinals = new int[n];
    Arrays.setAll(ordinals, i -> i);
    return ordinals;
  }
}
