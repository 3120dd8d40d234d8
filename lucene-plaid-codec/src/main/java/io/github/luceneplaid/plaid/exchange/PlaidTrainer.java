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

package io.github.luceneplaid.plaid.exchange;

import io.github.luceneplaid.plaid.codebook.AbortCheck;
import io.github.luceneplaid.plaid.codebook.CentroidRouter;
import io.github.luceneplaid.plaid.codebook.Codebook;
import io.github.luceneplaid.plaid.codebook.CodebookTrainer;
import io.github.luceneplaid.plaid.codebook.PlaidQuantizer;
import java.io.IOException;
import java.util.Arrays;

/**
 * Trains a codebook as PLAID does. Centroids have length 1. Cutoffs and weights of buckets are
 * quantiles of the components of residuals. One token in {@value #HELD_OUT} is held out from the
 * training of centroids. The residuals are those of the held-out tokens.
 */
final class PlaidTrainer {

  private static final int HELD_OUT = 20;
  private static final int MAX_HELD_OUT = 50_000;

  /** Outliers are farther from all centroids than this quantile of the distances. */
  private static final double OUTLIERS = 0.75;

  private PlaidTrainer() {}

  /**
   * Returns PLAID's number of centroids for a number of tokens, limited to a number that can be
   * imported.
   */
  static int centroids(long tokens) {
    long wanted = (long) (16 * Math.sqrt((double) tokens));
    return (int) Math.min(Math.max(1, Long.highestOneBit(wanted)), Codebook.MAX_CENTROIDS);
  }

  /**
   * Trains a codebook.
   *
   * @param sample [n][dimension] tokens of length 1, in random order
   * @param bits of a component: 1, 2, 4 or 8
   */
  static Codebook train(
      float[] sample, int n, int dimension, int centroids, int bits, long tokens, long seed)
      throws IOException {
    int held = Math.min(n / HELD_OUT, MAX_HELD_OUT);
    int training = n - held;
    Codebook trained =
        CodebookTrainer.train(
            sample, training, dimension, Math.min(centroids, training), seed, AbortCheck.NONE);
    float[] rows = trained.centroids().clone();
    for (int i = 0; i < rows.length; i += dimension) {
      normalize(rows, i, dimension);
    }
    // There are too few tokens to hold any out, so their own residuals are measured
    int from = held == 0 ? 0 : training;
    float[] residuals = residuals(rows, sample, from, n, dimension);
    float[] distances = new float[n - from];
    float[] average = new float[dimension];
    for (int i = 0; i < residuals.length; i++) {
      average[i % dimension] += Math.abs(residuals[i]) / (n - from);
      distances[i / dimension] += residuals[i] * residuals[i];
    }
    double mean = 0;
    for (int i = 0; i < distances.length; i++) {
      distances[i] = (float) Math.sqrt(distances[i]);
      mean += distances[i] / distances.length;
    }
    Arrays.sort(distances);
    Arrays.sort(residuals);
    int buckets = 1 << bits;
    float[] cutoffs = new float[buckets - 1];
    float[] weights = new float[buckets];
    for (int i = 0; i < buckets; i++) {
      weights[i] = quantile(residuals, (i + 0.5) / buckets);
      if (i > 0) {
        cutoffs[i - 1] = quantile(residuals, (double) i / buckets);
      }
    }
    float threshold = quantile(distances, OUTLIERS);
    return Codebook.imported(
        rows,
        PlaidQuantizer.ofResiduals(cutoffs, weights, average, threshold),
        dimension,
        (float) mean,
        tokens);
  }

  /** Brings a row to length 1, unless it is zero. */
  static void normalize(float[] rows, int from, int dimension) {
    double squares = 0;
    for (int j = from; j < from + dimension; j++) {
      squares += (double) rows[j] * rows[j];
    }
    double factor = squares == 0 ? 0 : 1 / Math.sqrt(squares);
    for (int j = from; j < from + dimension; j++) {
      rows[j] = (float) (rows[j] * factor);
    }
  }

  private static float[] residuals(
      float[] centroids, float[] sample, int from, int to, int dimension) throws IOException {
    int[] nearest = new int[to - from];
    new CentroidRouter(centroids, centroids.length / dimension, dimension, AbortCheck.NONE)
        .nearest(sample, from * dimension, to - from, nearest);
    float[] residuals = new float[(to - from) * dimension];
    for (int i = 0; i < residuals.length; i++) {
      int centroid = nearest[i / dimension] * dimension;
      residuals[i] = sample[from * dimension + i] - centroids[centroid + i % dimension];
    }
    return residuals;
  }

  /** Returns a quantile of sorted numbers, by linear interpolation. */
  static float quantile(float[] sorted, double q) {
    double position = q * (sorted.length - 1);
    int below = (int) position;
    int above = Math.min(below + 1, sorted.length - 1);
    double part = position - below;
    return (float) (sorted[below] * (1 - part) + sorted[above] * part);
  }
}
