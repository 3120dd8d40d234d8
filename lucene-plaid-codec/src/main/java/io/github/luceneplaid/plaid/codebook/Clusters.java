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
import java.util.Arrays;

/** The sums, sizes and errors of clusters in one round of k-means. */
final class Clusters {

  private final VectorKernels kernels = VectorKernels.get();
  private final int dim;
  private final int[] count;
  private final float[] sum;
  private final double[] error;
  private final float[] farthestDistance;
  private final int[] farthest;

  Clusters(int clusters, int dim) {
    this.dim = dim;
    count = new int[clusters];
    sum = new float[clusters * dim];
    error = new double[clusters];
    farthestDistance = new float[clusters];
    farthest = new int[clusters];
  }

  void clear() {
    Arrays.fill(count, 0);
    Arrays.fill(sum, 0);
    Arrays.fill(error, 0);
    Arrays.fill(farthestDistance, 0);
  }

  /** Adds a row to a cluster. Its squared distance may be slightly negative by rounding. */
  void add(int cluster, float[] row, int offset, int ordinal, float squaredDistance) {
    count[cluster]++;
    kernels.add(sum, cluster * dim, row, offset, dim);
    error[cluster] += Math.max(0, squaredDistance);
    if (squaredDistance > farthestDistance[cluster]) {
      farthestDistance[cluster] = squaredDistance;
      farthest[cluster] = ordinal;
    }
  }

  /**
   * Sets the centroids to the means of their clusters. An empty cluster gets the farthest row of
   * the cluster with the largest error. Each cluster gives away at most one row.
   *
   * @return the number of centroids, which includes empty clusters
   */
  int means(float[] centroids, float[] rows) {
    for (int c = 0; c < count.length; c++) {
      if (count[c] > 0) {
        mean(c, centroids, c);
      } else {
        int donor = worst();
        if (donor >= 0) {
          System.arraycopy(rows, farthest[donor] * dim, centroids, c * dim, dim);
          error[donor] = 0;
        }
      }
    }
    return count.length;
  }

  /**
   * Sets the centroids to the means of the clusters that have rows, without gaps.
   *
   * @return their number
   */
  int meansWithoutEmpty(float[] centroids) {
    int kept = 0;
    for (int c = 0; c < count.length; c++) {
      if (count[c] > 0) {
        mean(c, centroids, kept++);
      }
    }
    return kept;
  }

  private void mean(int cluster, float[] centroids, int to) {
    float factor = 1f / count[cluster];
    for (int j = 0; j < dim; j++) {
      centroids[to * dim + j] = sum[cluster * dim + j] * factor;
    }
  }

  /** The cluster with the largest error that has several rows, or −1. */
  private int worst() {
    int worst = -1;
    for (int c = 0; c < count.length; c++) {
      if (count[c] > 1 && error[c] > 0 && (worst < 0 || error[c] > error[worst])) {
        worst = c;
      }
    }
    return worst;
  }
}
