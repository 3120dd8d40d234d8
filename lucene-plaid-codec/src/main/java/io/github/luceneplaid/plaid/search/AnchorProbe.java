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

/** Finds the anchors nearest to each query token. */
final class AnchorProbe {

  private final int count;
  private final int perToken;
  private final float[] best;
  private final int[] anchors;
  private final float[] worst;

  /**
   * Sole constructor.
   *
   * @param count number of query tokens
   * @param perToken anchors to find for each
   */
  AnchorProbe(int count, int perToken) {
    this.count = count;
    this.perToken = perToken;
    this.best = new float[count * perToken];
    this.anchors = new int[count * perToken];
    this.worst = new float[count];
  }

  /**
   * Finds the anchors.
   *
   * @param products of anchors and query tokens, [n][count]; n is at least the anchors to find
   * @return pairs of an anchor and a query token, {@code anchor << 32 | token}, rising
   */
  long[] find(float[] products, int n) {
    Arrays.fill(best, Float.NEGATIVE_INFINITY);
    Arrays.fill(worst, Float.NEGATIVE_INFINITY);
    for (int anchor = 0; anchor < n; anchor++) {
      int row = anchor * count;
      for (int q = 0; q < count; q++) {
        if (products[row + q] > worst[q]) {
          replaceWorst(q, anchor, products[row + q]);
        }
      }
    }
    long[] pairs = new long[count * perToken];
    for (int i = 0; i < pairs.length; i++) {
      pairs[i] = (long) anchors[i] << 32 | i / perToken;
    }
    Arrays.sort(pairs);
    return pairs;
  }

  private void replaceWorst(int q, int anchor, float product) {
    int from = q * perToken;
    int at = from;
    float next = Float.POSITIVE_INFINITY;
    boolean replaced = false;
    for (int i = from; i < from + perToken; i++) {
      if (replaced == false && best[i] == worst[q]) {
        at = i;
        replaced = true;
      } else {
        next = Math.min(next, best[i]);
      }
    }
    best[at] = product;
    anchors[at] = anchor;
    worst[q] = Math.min(next, product);
  }
}
