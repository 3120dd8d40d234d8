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

/**
 * Trains codebooks by k-means in two levels. The first level makes about √centroids groups. The
 * second level makes centroids in each group, in proportion to its tokens. A few rounds over all
 * centroids follow, in which a {@link CentroidRouter} finds the centroid of each token. One token
 * in {@value #HELD_OUT} is held out, to measure the residuals of tokens that were not trained on.
 *
 * @lucene.internal
 */
public final class CodebookTrainer {

  private static final int HELD_OUT = 20;
  private static final int GROUP_ITERATIONS = 6;
  private static final int MEMBER_ITERATIONS = 6;
  private static final int JOINT_ITERATIONS = 3;
  private static final int BLOCK = 256;

  private final float[] sample;
  private final int dim;
  private final long seed;
  private final AbortCheck abort;
  private final float[] block;
  private final int[] nearest = new int[BLOCK];

  private CodebookTrainer(float[] sample, int dim, long seed, AbortCheck abort) {
    this.sample = sample;
    this.dim = dim;
    this.seed = seed;
    this.abort = abort;
    this.block = new float[BLOCK * dim];
  }

  /**
   * Trains a codebook. The result depends on the arguments, and by rounding on the kernels.
   *
   * @param rotatedSample [n][dim] tokens of unit length, rotated; only read
   * @param n number of tokens, ≥ 1
   * @param dim components of a token, 1 to {@value Rotation#MAX_DIMENSION}
   * @param centroids number of centroids wanted, 1 to {@value Codebook#MAX_CENTROIDS}
   * @param seed of all random choices
   * @param abort asked every few milliseconds
   * @return a codebook with that many centroids, or fewer if there are fewer different tokens to
   *     train on
   * @throws IllegalArgumentException if an argument is out of its range or a token is not finite
   * @throws IOException from the abort check
   */
  public static Codebook train(
      float[] rotatedSample, int n, int dim, int centroids, long seed, AbortCheck abort)
      throws IOException {
    if (dim < 1 || dim > Rotation.MAX_DIMENSION) {
      throw new IllegalArgumentException(
          "dim=" + dim + ", must be in [1, " + Rotation.MAX_DIMENSION + "]");
    }
    if (n < 1 || rotatedSample.length < (long) n * dim) {
      throw new IllegalArgumentException(
          rotatedSample.length + " numbers are not " + n + " tokens of dimension " + dim);
    }
    if (centroids < 1 || centroids > Codebook.MAX_CENTROIDS) {
      throw new IllegalArgumentException(
          "centroids=" + centroids + ", must be in [1, " + Codebook.MAX_CENTROIDS + "]");
    }
    return new CodebookTrainer(rotatedSample, dim, seed, abort).train(n, centroids);
  }

  private Codebook train(int n, int wanted) throws IOException {
    int[] ordinals = new int[n];
    int training = split(ordinals);
    float[] centroids = initialCentroids(ordinals, training, Math.min(wanted, training));
    for (int i = 0; i < JOINT_ITERATIONS; i++) {
      centroids = improve(centroids, ordinals, training, i == JOINT_ITERATIONS - 1);
    }
    // There are too few tokens to hold any out, so their own residuals are measured
    int measureFrom = training < n ? training : 0;
    float meanResidual = meanResidual(centroids, ordinals, measureFrom, n);
    return new Codebook(centroids, dim, meanResidual, training);
  }

  /** Puts the rows to train on before those that are held out, and returns their number. */
  private int split(int[] ordinals) {
    int front = 0;
    int back = ordinals.length;
    for (int i = 0; i < ordinals.length; i++) {
      boolean out = Long.remainderUnsigned(SplitMix64.mix(seed + i), HELD_OUT) == 0;
      if (out && ordinals.length >= HELD_OUT) {
        ordinals[--back] = i;
      } else {
        ordinals[front++] = i;
      }
    }
    return front;
  }

  private float[] initialCentroids(int[] ordinals, int training, int wanted) throws IOException {
    KMeans kmeans = new KMeans(dim, abort);
    int groups = (int) Math.round(Math.sqrt(wanted));
    float[] centers = kmeans.cluster(sample, ordinals, 0, training, groups, GROUP_ITERATIONS, seed);
    groups = centers.length / dim;
    int[] group = new int[training];
    kmeans.assign(sample, ordinals, 0, training, centers, group);
    int[] start = sortByGroup(ordinals, group, groups);
    int[] shares = shares(start, wanted);

    float[] centroids = new float[wanted * dim];
    int filled = 0;
    for (int g = 0; g < groups; g++) {
      if (shares[g] > 0) {
        float[] members =
            kmeans.cluster(
                sample, ordinals, start[g], start[g + 1], shares[g], MEMBER_ITERATIONS, seed + g);
        System.arraycopy(members, 0, centroids, filled, members.length);
        filled += members.length;
      }
    }
    return Arrays.copyOf(centroids, filled);
  }

  /** Sorts the first ordinals by group, in place and stably; returns where each group starts. */
  private static int[] sortByGroup(int[] ordinals, int[] group, int groups) {
    int[] start = CountingSort.startsOf(group, group.length, groups);
    int[] order = CountingSort.order(group, group.length, start);
    for (int i = 0; i < order.length; i++) {
      order[i] = ordinals[order[i]];
    }
    System.arraycopy(order, 0, ordinals, 0, order.length);
    return start;
  }

  /**
   * Splits the centroids in proportion to the sizes of groups. A group with tokens gets at least
   * one centroid, and at most as many as it has tokens.
   */
  private static int[] shares(int[] start, int wanted) {
    int groups = start.length - 1;
    int[] shares = new int[groups];
    long tokens = start[groups];
    int left = wanted;
    for (int g = 0; g < groups; g++) {
      int size = start[g + 1] - start[g];
      shares[g] = size == 0 ? 0 : (int) Math.max(1, wanted * (long) size / tokens);
      left -= shares[g];
    }
    // Missing centroids go to groups with the most tokens per centroid; spare ones leave those with
    // the fewest
    for (; left > 0; left--) {
      shares[extreme(start, shares, true)]++;
    }
    for (; left < 0; left++) {
      shares[extreme(start, shares, false)]--;
    }
    return shares;
  }

  /**
   * Returns the group with the most tokens per centroid, or with the fewest if it has several
   * centroids.
   */
  private static int extreme(int[] start, int[] shares, boolean most) {
    int found = -1;
    double foundLoad = 0;
    for (int g = 0; g < shares.length; g++) {
      double load = (double) (start[g + 1] - start[g]) / shares[g];
      boolean candidate = most ? load > 1 : shares[g] > 1;
      if (candidate && (found < 0 || (most ? load > foundLoad : load < foundLoad))) {
        found = g;
        foundLoad = load;
      }
    }
    assert found >= 0 : "more centroids than tokens, or fewer than groups";
    return found;
  }

  /**
   * Makes one round of k-means over all centroids. The last round drops centroids without tokens.
   */
  private float[] improve(float[] centroids, int[] ordinals, int training, boolean last)
      throws IOException {
    int count = centroids.length / dim;
    CentroidRouter router = new CentroidRouter(centroids, count, dim, abort);
    Clusters clusters = new Clusters(count, dim);
    for (int from = 0; from < training; from += BLOCK) {
      int n = gatherNearest(router, ordinals, from, training);
      for (int i = 0; i < n; i++) {
        float distance = squaredDistance(centroids, nearest[i], i);
        clusters.add(nearest[i], block, i * dim, ordinals[from + i], distance);
      }
    }
    float[] improved = centroids.clone();
    int kept = last ? clusters.meansWithoutEmpty(improved) : clusters.means(improved, sample);
    return kept == count ? improved : Arrays.copyOf(improved, kept * dim);
  }

  private float meanResidual(float[] centroids, int[] ordinals, int from, int to)
      throws IOException {
    CentroidRouter router = new CentroidRouter(centroids, centroids.length / dim, dim, abort);
    double sum = 0;
    for (int start = from; start < to; start += BLOCK) {
      int n = gatherNearest(router, ordinals, start, to);
      for (int i = 0; i < n; i++) {
        sum += Math.sqrt(squaredDistance(centroids, nearest[i], i));
      }
    }
    return (float) (sum / (to - from));
  }

  /** Copies a block of tokens, finds their centroids and returns their number. */
  private int gatherNearest(CentroidRouter router, int[] ordinals, int from, int to)
      throws IOException {
    abort.check();
    int n = Math.min(BLOCK, to - from);
    for (int i = 0; i < n; i++) {
      System.arraycopy(sample, ordinals[from + i] * dim, block, i * dim, dim);
    }
    router.nearest(block, 0, n, nearest);
    return n;
  }

  /**
   * Computed from differences, because |x|² − 2 x·a + |a|² loses its digits for short residuals.
   */
  private float squaredDistance(float[] centroids, int centroid, int i) {
    float s0 = 0, s1 = 0;
    for (int j = 0; j < dim; j++) {
      float difference = block[i * dim + j] - centroids[centroid * dim + j];
      if ((j & 1) == 0) {
        s0 += difference * difference;
      } else {
        s1 += difference * difference;
      }
    }
    return s0 + s1;
  }
}
