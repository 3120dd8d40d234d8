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

import io.github.luceneplaid.fsvi.simd.VectorKernels;
import java.io.IOException;
import java.util.Arrays;

/**
 * Lloyd's algorithm with Euclidean distances, over chosen rows of a matrix. The result depends on
 * the arguments only. An instance keeps scratch memory for the next call and belongs to one thread.
 *
 * @lucene.internal
 */
public final class KMeans {

  private static final int BLOCK = 256;

  private final VectorKernels kernels = VectorKernels.get();
  private final int dim;
  private final AbortCheck abort;

  // Grown to the largest number of rows of a call, because most calls have few rows
  private float[] block = {};
  private float[] scores = {};
  private float[] halfSquares = {};

  /**
   * Makes an instance.
   *
   * @param dim components of a row, ≥ 1
   * @param abort checked after every block of rows
   */
  public KMeans(int dim, AbortCheck abort) {
    this.dim = dim;
    this.abort = abort;
  }

  /**
   * Finds centroids of rows. It starts with distinct rows, chosen at random. A cluster that loses
   * all of its rows restarts at the farthest row of the cluster with the largest sum of squared
   * distances.
   *
   * @param rows matrix of rows
   * @param ordinals the chosen rows, at positions {@code from} to {@code to − 1}
   * @param from first position
   * @param to position behind the last one, &gt; from
   * @param clusters number of centroids wanted, ≥ 1
   * @param iterations rounds of assignment and update, ≥ 1
   * @param seed of the choice of rows
   * @return [n][dim] centroids, 1 ≤ n ≤ clusters. There are fewer than wanted if there are fewer
   *     distinct rows
   * @throws IOException from the abort check
   */
  public float[] cluster(
      float[] rows, int[] ordinals, int from, int to, int clusters, int iterations, long seed)
      throws IOException {
    if (from >= to || clusters < 1 || iterations < 1) {
      throw new IllegalArgumentException(
          "from=" + from + ", to=" + to + ", clusters=" + clusters + ", iterations=" + iterations);
    }
    int k = Math.min(clusters, to - from);
    float[] centroids = chooseRows(rows, ordinals, from, to, k, seed);
    Clusters state = new Clusters(k, dim);
    for (int iteration = 0; iteration < iterations; iteration++) {
      state.clear();
      prepare(centroids, k, to - from);
      for (int start = from; start < to; start += BLOCK) {
        int n = Math.min(BLOCK, to - start);
        scoreBlock(rows, ordinals, start, n, centroids, k);
        for (int i = 0; i < n; i++) {
          int best = best(i, k);
          float norm = kernels.dot(block, i * dim, block, i * dim, dim);
          state.add(best, block, i * dim, ordinals[start + i], norm - 2 * scores[i * k + best]);
        }
      }
      boolean last = iteration == iterations - 1;
      k = last ? state.meansWithoutEmpty(centroids) : state.means(centroids, rows);
    }
    return Arrays.copyOf(centroids, k * dim);
  }

  /**
   * Finds the nearest centroid of each row.
   *
   * @param rows matrix of rows
   * @param ordinals the chosen rows, at positions {@code from} to {@code to − 1}
   * @param from first position
   * @param to position behind the last one
   * @param centroids [n][dim], n ≥ 1
   * @param nearest receives the number of the centroid, at the position of the row; the lowest one
   *     of several at the same distance
   * @throws IOException from the abort check
   */
  public void assign(
      float[] rows, int[] ordinals, int from, int to, float[] centroids, int[] nearest)
      throws IOException {
    int k = centroids.length / dim;
    prepare(centroids, k, to - from);
    for (int start = from; start < to; start += BLOCK) {
      int n = Math.min(BLOCK, to - start);
      scoreBlock(rows, ordinals, start, n, centroids, k);
      for (int i = 0; i < n; i++) {
        nearest[start + i] = best(i, k);
      }
    }
  }

  /**
   * Selection sampling. Each row of the range has the same probability, and rows keep their order.
   */
  private float[] chooseRows(float[] rows, int[] ordinals, int from, int to, int count, long seed) {
    SplitMix64 random = new SplitMix64(seed);
    float[] chosen = new float[count * dim];
    int taken = 0;
    for (int i = from; taken < count; i++) {
      if (random.nextDouble() * (to - i) < count - taken) {
        System.arraycopy(rows, ordinals[i] * dim, chosen, taken * dim, dim);
        taken++;
      }
    }
    return chosen;
  }

  private void prepare(float[] centroids, int k, int n) {
    int size = Math.min(n, BLOCK);
    if (block.length < size * dim) {
      block = new float[size * dim];
    }
    if (scores.length < size * k) {
      scores = new float[size * k];
    }
    if (halfSquares.length < k) {
      halfSquares = new float[k];
    }
    for (int c = 0; c < k; c++) {
      halfSquares[c] = kernels.dot(centroids, c * dim, centroids, c * dim, dim) / 2;
    }
  }

  private void scoreBlock(float[] rows, int[] ordinals, int start, int n, float[] centroids, int k)
      throws IOException {
    abort.check();
    for (int i = 0; i < n; i++) {
      System.arraycopy(rows, ordinals[start + i] * dim, block, i * dim, dim);
    }
    kernels.matrix(centroids, k, block, 0, n, dim, scores, 0);
    for (int i = 0; i < n; i++) {
      for (int c = 0; c < k; c++) {
        scores[i * k + c] -= halfSquares[c];
      }
    }
  }

  private int best(int i, int k) {
    int best = 0;
    float bestScore = scores[i * k];
    for (int c = 1; c < k; c++) {
      float score = scores[i * k + c];
      if (score > bestScore) {
        bestScore = score;
        best = c;
      }
    }
    return best;
  }
}
