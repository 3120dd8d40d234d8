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

public class TestCodebookTrainer extends LuceneTestCase {

  public void testDeterministic() throws IOException {
    int dim = 8 + random().nextInt(60);
    float[] sample = RandomTokens.clustered(random(), 3000, dim, 50, 0.7);
    float[] untouched = sample.clone();
    long seed = random().nextLong();
    Codebook first = CodebookTrainer.train(sample, 3000, dim, 100, seed, AbortCheck.NONE);
    assertArrayEquals(untouched, sample, 0);
    Codebook second = CodebookTrainer.train(sample, 3000, dim, 100, seed, AbortCheck.NONE);
    assertEquals(first, second);
    Codebook other = CodebookTrainer.train(sample, 3000, dim, 100, seed + 1, AbortCheck.NONE);
    assertNotEquals(first.id(), other.id());
  }

  public void testBetterThanRandomCentroids() throws IOException {
    int dim = 16 + random().nextInt(60);
    int n = 4000;
    int clusters = 40 + random().nextInt(100);
    float[] tokens = RandomTokens.clustered(random(), n + 500, dim, clusters, 0.7);
    Codebook codebook =
        CodebookTrainer.train(tokens, n, dim, 100, random().nextLong(), AbortCheck.NONE);
    assertTrue("size=" + codebook.size(), codebook.size() > 90 && codebook.size() <= 100);
    assertEquals(0.95 * n, (double) codebook.trainedTokens(), 0.02 * n);
    double trained = meanResidual(tokens, n, codebook.centroids(), dim);
    double random = meanResidual(tokens, n, Arrays.copyOf(tokens, 100 * dim), dim);
    // Over 40 seeds the ratio was 0.68, with a deviation of 0.03
    assertTrue(trained + " and " + random, trained < 0.85 * random);
    // Its mean residual of held-out tokens holds for other tokens: over 40 seeds the two differed
    // by 0.012 in the mean, a deviation of 0.015
    assertEquals(trained, codebook.meanResidual(), 0.08 * trained);
  }

  /** The mean distance of the 500 tokens from n on. */
  private static double meanResidual(float[] tokens, int n, float[] centroids, int dim) {
    double sum = 0;
    for (int i = n; i < n + 500; i++) {
      int centroid = RandomTokens.nearest(tokens, i * dim, centroids, dim);
      sum +=
          Math.sqrt(RandomTokens.squaredDistance(tokens, i * dim, centroids, centroid * dim, dim));
    }
    return sum / 500;
  }

  /** With a centroid for each token, only tokens that are not trained on have residuals. */
  public void testHeldOutTokensAreNotTrainedOn() throws IOException {
    int dim = 64;
    int n = 400;
    float[] sample = RandomTokens.uniform(random(), n, dim);
    Codebook codebook =
        CodebookTrainer.train(sample, n, dim, n, random().nextLong(), AbortCheck.NONE);
    int exact = 0;
    for (int i = 0; i < n; i++) {
      int centroid = RandomTokens.nearest(sample, i * dim, codebook.centroids(), dim);
      double distance =
          RandomTokens.squaredDistance(sample, i * dim, codebook.centroids(), centroid * dim, dim);
      exact += distance < 1e-6 ? 1 : 0;
    }
    assertTrue(codebook.trainedTokens() < n);
    assertEquals(codebook.trainedTokens(), codebook.size());
    assertEquals(codebook.size(), exact);
    assertTrue("meanResidual=" + codebook.meanResidual(), codebook.meanResidual() > 0.8);
  }

  public void testFewerTokensThanCentroids() throws IOException {
    for (int n : new int[] {1, 2, 19, 20, 70}) {
      int dim = 12;
      float[] sample = RandomTokens.uniform(random(), n, dim);
      Codebook codebook =
          CodebookTrainer.train(sample, n, dim, 1000, random().nextLong(), AbortCheck.NONE);
      assertEquals(codebook.trainedTokens(), codebook.size());
      assertTrue(codebook.size() >= 0.7 * n && codebook.size() <= n);
      if (n < 20) {
        assertEquals(n, codebook.size());
        assertEquals(0, codebook.meanResidual(), 1e-3);
      }
    }
  }

  public void testEqualTokens() throws IOException {
    int dim = 1 + random().nextInt(40);
    int n = 1 + random().nextInt(300);
    float[] token = RandomTokens.uniform(random(), 1, dim);
    float[] sample = new float[n * dim];
    for (int i = 0; i < n; i++) {
      System.arraycopy(token, 0, sample, i * dim, dim);
    }
    int centroids = 1 + random().nextInt(100);
    Codebook codebook =
        CodebookTrainer.train(sample, n, dim, centroids, random().nextLong(), AbortCheck.NONE);
    assertEquals(1, codebook.size());
    assertArrayEquals(token, codebook.centroids(), 1e-5f);
    assertEquals(0, codebook.meanResidual(), 1e-4);
  }

  public void testDimensions() throws IOException {
    for (int dim : new int[] {1, 2, 3, 5, 129, 1024}) {
      float[] sample = RandomTokens.uniform(random(), 200, dim);
      Codebook codebook =
          CodebookTrainer.train(sample, 200, dim, 16, random().nextLong(), AbortCheck.NONE);
      assertEquals(dim, codebook.dimension());
      // In one dimension there are two different tokens.
      assertTrue(codebook.size() >= Math.min(dim * 2, 8) && codebook.size() <= 16);
    }
  }

  /** One large group and some of a single token: each of these gets a centroid. */
  public void testSkewedGroups() throws IOException {
    int dim = 32;
    int n = 2000;
    float[] sample = RandomTokens.clustered(random(), n, dim, 1, 0.2);
    float[] others = RandomTokens.uniform(random(), 5, dim);
    for (int i = 0; i < 5; i++) {
      for (int copy = 0; copy < 30; copy++) {
        System.arraycopy(others, i * dim, sample, (100 * i + copy) * dim, dim);
      }
    }
    Codebook codebook =
        CodebookTrainer.train(sample, n, dim, 64, random().nextLong(), AbortCheck.NONE);
    for (int i = 0; i < 5; i++) {
      int centroid = RandomTokens.nearest(others, i * dim, codebook.centroids(), dim);
      double distance =
          RandomTokens.squaredDistance(others, i * dim, codebook.centroids(), centroid * dim, dim);
      assertEquals(0, distance, 0.05);
    }
  }

  public void testAbort() throws IOException {
    float[] sample = RandomTokens.uniform(random(), 2000, 16);
    int[] checks = {0};
    long seed = random().nextLong();
    CodebookTrainer.train(sample, 2000, 16, 100, seed, () -> checks[0]++);
    int all = checks[0];
    assertTrue("checks=" + all, all > 50);
    int allowed = random().nextInt(all);
    checks[0] = 0;
    expectThrows(
        IOException.class,
        () ->
            CodebookTrainer.train(
                sample,
                2000,
                16,
                100,
                seed,
                () -> {
                  if (checks[0]++ == allowed) {
                    throw new IOException("stop");
                  }
                }));
  }

  public void testIllegalArguments() {
    float[] sample = new float[8];
    illegal(sample, 0, 4, 1);
    illegal(sample, 3, 4, 1);
    illegal(sample, 2, 0, 1);
    illegal(sample, 2, 4, 0);
    illegal(sample, 2, 4, Codebook.MAX_CENTROIDS + 1);
    illegal(new float[1025], 1, 1025, 1);
    illegal(new float[] {1, Float.NaN}, 1, 2, 1);
  }

  private static void illegal(float[] sample, int n, int dim, int centroids) {
    expectThrows(
        IllegalArgumentException.class,
        () -> CodebookTrainer.train(sample, n, dim, centroids, 1, AbortCheck.NONE));
  }
}
