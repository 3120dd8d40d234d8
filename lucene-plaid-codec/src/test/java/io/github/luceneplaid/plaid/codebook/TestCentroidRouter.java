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

public class TestCentroidRouter extends LuceneTestCase {

  /** A token is compared with all of few centroids. */
  public void testExhaustive() throws IOException {
    int dim = 1 + random().nextInt(100);
    int count = 1 + random().nextInt(CentroidRouter.EXHAUSTIVE);
    float[] centroids = RandomTokens.uniform(random(), count, dim);
    CentroidRouter router = new CentroidRouter(centroids, count, dim, AbortCheck.NONE);
    float[] tokens = RandomTokens.uniform(random(), 100, dim);
    for (int i = 0; i < 100; i++) {
      int found = router.nearest(tokens, i * dim);
      int nearest = RandomTokens.nearest(tokens, i * dim, centroids, dim);
      double distance = RandomTokens.squaredDistance(tokens, i * dim, centroids, found * dim, dim);
      double best = RandomTokens.squaredDistance(tokens, i * dim, centroids, nearest * dim, dim);
      assertEquals(best, distance, 1e-5);
    }
  }

  /** Centroids and tokens with a structure of two levels, as real ones have. */
  public void testAgainstExhaustive() throws IOException {
    int dim = 32 + random().nextInt(100);
    int count = CentroidRouter.EXHAUSTIVE + 1 + random().nextInt(600);
    int n = 2000;
    float[] all = RandomTokens.clustered(random(), count, dim, 40, 0.8);
    float[] tokens = new float[n * dim];
    for (int i = 0; i < n; i++) {
      int centroid = random().nextInt(count) * dim;
      for (int j = 0; j < dim; j++) {
        double noise = random().nextGaussian() * 0.5 / Math.sqrt(dim);
        tokens[i * dim + j] = (float) (all[centroid + j] + noise);
      }
      RandomTokens.normalize(tokens, i * dim, dim);
    }
    CentroidRouter router = new CentroidRouter(all, count, dim, AbortCheck.NONE);
    int[] found = new int[n];
    router.nearest(tokens, 0, n, found);
    int agree = 0;
    double distances = 0;
    double best = 0;
    for (int i = 0; i < n; i++) {
      int nearest = RandomTokens.nearest(tokens, i * dim, all, dim);
      agree += nearest == found[i] ? 1 : 0;
      double distance = RandomTokens.squaredDistance(tokens, i * dim, all, found[i] * dim, dim);
      distances += distance;
      best += RandomTokens.squaredDistance(tokens, i * dim, all, nearest * dim, dim);
      assertTrue("token " + i + ": " + distance, distance < 2);
    }
    assertTrue(agree + " of " + n, agree >= 0.97 * n);
    assertTrue(distances + " and " + best, distances < 1.01 * best);
  }

  /** Centroids find themselves, whatever group they are in. */
  public void testCentroidsThemselves() throws IOException {
    int dim = 8 + random().nextInt(100);
    int count = 100 + random().nextInt(2000);
    float[] centroids = RandomTokens.uniform(random(), count, dim);
    CentroidRouter router = new CentroidRouter(centroids, count, dim, AbortCheck.NONE);
    int[] found = new int[count];
    router.nearest(centroids, 0, count, found);
    for (int i = 0; i < count; i++) {
      assertEquals(i, found[i]);
    }
  }

  public void testOffsetAndCount() throws IOException {
    int dim = 16;
    for (int count : new int[] {20, 200}) {
      float[] centroids = RandomTokens.uniform(random(), count + 5, dim);
      CentroidRouter router = new CentroidRouter(centroids, count, dim, AbortCheck.NONE);
      float[] tokens = RandomTokens.uniform(random(), 700, dim);
      int[] all = new int[700];
      router.nearest(tokens, 0, 700, all);
      int from = random().nextInt(300);
      int n = random().nextInt(400);
      int[] some = new int[n + 1];
      some[n] = -7;
      router.nearest(tokens, from * dim, n, some);
      assertEquals(-7, some[n]);
      assertArrayEquals(Arrays.copyOfRange(all, from, from + n), Arrays.copyOf(some, n));
      assertTrue(Arrays.stream(all).allMatch(id -> id >= 0 && id < count));
    }
  }

  public void testDeterministic() throws IOException {
    int dim = 24;
    int count = 300;
    float[] centroids = RandomTokens.uniform(random(), count, dim);
    float[] tokens = RandomTokens.uniform(random(), 500, dim);
    int[] first = new int[500];
    int[] second = new int[500];
    new CentroidRouter(centroids, count, dim, AbortCheck.NONE).nearest(tokens, 0, 500, first);
    CentroidRouter router = new CentroidRouter(centroids, count, dim, AbortCheck.NONE);
    router.nearest(centroids, 0, 300, second);
    router.nearest(tokens, 0, 500, second);
    assertArrayEquals(first, second);
  }

  /** Equal centroids make one group, with more members than are compared at a time. */
  public void testEqualCentroids() throws IOException {
    int dim = 5;
    float[] centroids = new float[300 * dim];
    Arrays.fill(centroids, 0.4f);
    CentroidRouter router = new CentroidRouter(centroids, 300, dim, AbortCheck.NONE);
    assertEquals(0, router.nearest(centroids, 0));
  }

  public void testAbort() {
    float[] centroids = RandomTokens.uniform(random(), 500, 8);
    IOException stop = new IOException("stop");
    IOException thrown =
        expectThrows(
            IOException.class,
            () ->
                new CentroidRouter(
                    centroids,
                    500,
                    8,
                    () -> {
                      throw stop;
                    }));
    assertSame(stop, thrown);
  }

  public void testIllegalArguments() {
    float[] centroids = new float[6];
    expectThrows(
        IllegalArgumentException.class, () -> new CentroidRouter(centroids, 0, 3, AbortCheck.NONE));
    expectThrows(
        IllegalArgumentException.class, () -> new CentroidRouter(centroids, 3, 3, AbortCheck.NONE));
  }
}
