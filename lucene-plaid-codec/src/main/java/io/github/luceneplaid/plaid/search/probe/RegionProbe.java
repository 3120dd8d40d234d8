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

package io.github.luceneplaid.plaid.search.probe;

import io.github.luceneplaid.fsvi.simd.VectorKernels;
import io.github.luceneplaid.plaid.ivf.NBest;
import io.github.luceneplaid.plaid.search.request.TimeLimit;
import java.util.Arrays;

/** Finds the regions nearest to each query token. */
public final class RegionProbe {

  private final TimeLimit time;
  private final int count;
  private final int stride;
  private final int perToken;
  private final VectorKernels kernels = VectorKernels.get();

  /** The best products of each query token so far, rising, and their regions: [count][perToken]. */
  private final float[] best;

  private final int[] regions;

  /**
   * The product that the next region must exceed, and infinity after the last query token:
   * [stride].
   */
  private final float[] least;

  /** Groups of regions for each region to find; the maxima of the groups give lower bounds. */
  private static final int GROUPS = 4;

  /** Lower bounds of the products of the regions to find: [count]. */
  private final float[] floors;

  /**
   * Sole constructor.
   *
   * @param count number of query tokens
   * @param stride elements from the products of one region to those of the next
   * @param perToken regions to find for each
   * @param time when to give up
   */
  public RegionProbe(int count, int stride, int perToken, TimeLimit time) {
    this.time = time;
    this.count = count;
    this.stride = stride;
    this.perToken = perToken;
    this.best = new float[count * perToken];
    this.regions = new int[count * perToken];
    this.least = new float[stride];
    Arrays.fill(best, Float.NEGATIVE_INFINITY);
    Arrays.fill(least, 0, count, Float.NEGATIVE_INFINITY);
    Arrays.fill(least, count, stride, Float.POSITIVE_INFINITY);
    this.floors = new float[count];
    Arrays.fill(floors, Float.NEGATIVE_INFINITY);
  }

  /**
   * Finds the regions.
   *
   * @param products of regions and query tokens, [n][stride]; n is at least the regions to find
   * @return pairs of a region and a query token, {@code region << 32 | token}, rising; none if time
   *     ran out
   */
  public long[] find(float[] products, int n) {
    int block = TimeLimit.rows(TimeLimit.ELEMENTS, count);
    raiseFloors(products, Math.min(n, block));
    for (int from = 0; from < n; from += block) {
      if (time.isOver()) {
        return new long[0];
      }
      find(products, from, Math.min(n, from + block));
    }
    long[] pairs = new long[count * perToken];
    for (int i = 0; i < pairs.length; i++) {
      pairs[i] = (long) regions[i] << 32 | i / perToken;
    }
    Arrays.sort(pairs);
    return pairs;
  }

  /**
   * Finds a lower bound of the products of the regions to find. The regions are split into groups,
   * and each group has a maximum. If {@code perToken} groups have a maximum of at least x, then at
   * least {@code perToken} regions have a product of at least x. Without these bounds, many regions
   * would be inserted for some query token.
   */
  private void raiseFloors(float[] products, int n) {
    int groups = GROUPS * perToken;
    if (n < 2 * groups) {
      return;
    }
    float[] maxima = Arrays.copyOf(products, groups * stride);
    for (int from = maxima.length; from <= n * stride - maxima.length; from += maxima.length) {
      kernels.raise(maxima, 0, products, from, maxima.length);
    }
    find(maxima, 0, groups);
    for (int q = 0; q < count; q++) {
      floors[q] = Math.nextDown(best[q * perToken]);
      least[q] = floors[q];
    }
    Arrays.fill(best, Float.NEGATIVE_INFINITY);
  }

  private void find(float[] products, int start, int n) {
    for (int region = kernels.firstAbove(products, start, n, least);
        region < n;
        region = kernels.firstAbove(products, region + 1, n, least)) {
      int row = region * stride;
      for (int q = 0; q < count; q++) {
        if (products[row + q] > least[q]) {
          int first = q * perToken;
          NBest.insert(best, first, regions, first, perToken, products[row + q], region);
          least[q] = Math.max(floors[q], best[first]);
        }
      }
    }
  }
}
