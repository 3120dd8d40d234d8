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

package io.github.luceneplaid.plaid.search;

import java.util.Arrays;

/** Finds the regions nearest to each query token. */
final class RegionProbe {

  /** Regions of a group. */
  private static final int GROUP = 16;

  private final int count;
  private final int stride;
  private final int perToken;

  /** The best of one query token so far, rising. */
  private final float[] best;

  private final int[] regions;

  /**
   * Sole constructor.
   *
   * @param count number of query tokens
   * @param stride elements from the products of one region to those of the next
   * @param perToken regions to find for each
   */
  RegionProbe(int count, int stride, int perToken) {
    this.count = count;
    this.stride = stride;
    this.perToken = perToken;
    this.best = new float[perToken];
    this.regions = new int[perToken];
  }

  /**
   * Finds the regions.
   *
   * @param products of regions and query tokens, [n][stride]; n is at least the regions to find
   * @return pairs of an region and a query token, {@code region << 32 | token}, rising
   */
  long[] find(float[] products, int n) {
    int groups = (n + GROUP - 1) / GROUP;
    float[] maxima = maxima(products, n, groups);
    long[] pairs = new long[count * perToken];
    for (int q = 0; q < count; q++) {
      // As many groups have an region that is as good as this, so worse ones cannot be wanted
      float least = groups < perToken ? Float.NEGATIVE_INFINITY : leastOfBest(maxima, groups, q);
      Arrays.fill(best, Float.NEGATIVE_INFINITY);
      for (int group = 0; group < groups; group++) {
        if (maxima[group * count + q] >= least) {
          int end = Math.min(n, (group + 1) * GROUP);
          for (int region = group * GROUP; region < end; region++) {
            float product = products[region * stride + q];
            if (product >= least && product > best[0]) {
              insert(product, region);
            }
          }
        }
      }
      for (int i = 0; i < perToken; i++) {
        pairs[q * perToken + i] = (long) regions[i] << 32 | q;
      }
    }
    Arrays.sort(pairs);
    return pairs;
  }

  /** The largest product of each query token with the regions of each group. */
  private float[] maxima(float[] products, int n, int groups) {
    float[] maxima = new float[groups * count];
    Arrays.fill(maxima, Float.NEGATIVE_INFINITY);
    for (int region = 0; region < n; region++) {
      int row = region * stride;
      int group = region / GROUP * count;
      for (int q = 0; q < count; q++) {
        maxima[group + q] = Math.max(maxima[group + q], products[row + q]);
      }
    }
    return maxima;
  }

  private float leastOfBest(float[] maxima, int groups, int q) {
    Arrays.fill(best, Float.NEGATIVE_INFINITY);
    for (int group = 0; group < groups; group++) {
      if (maxima[group * count + q] > best[0]) {
        insert(maxima[group * count + q], group);
      }
    }
    return best[0];
  }

  /** Puts a product where it belongs; the worst one goes. */
  private void insert(float product, int region) {
    int i = 1;
    for (; i < perToken && best[i] < product; i++) {
      best[i - 1] = best[i];
      regions[i - 1] = regions[i];
    }
    best[i - 1] = product;
    regions[i - 1] = region;
  }
}
