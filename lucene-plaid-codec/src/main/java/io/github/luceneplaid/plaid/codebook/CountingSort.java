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

import java.util.Arrays;

/**
 * A stable sort of items by the group that they belong to.
 *
 * @lucene.internal
 */
public final class CountingSort {

  private CountingSort() {}

  /**
   * Returns where each group starts if items are sorted by group.
   *
   * @param counts number of items of each group
   * @param from first group
   * @param to one behind the last group
   * @return [to - from + 1], the first item of each group and the number of items
   */
  public static int[] starts(int[] counts, int from, int to) {
    int[] starts = new int[to - from + 1];
    for (int group = from; group < to; group++) {
      starts[group - from + 1] = starts[group - from] + counts[group];
    }
    return starts;
  }

  /**
   * Returns where each group starts if items are sorted by group.
   *
   * @param groupOf group of each item
   * @param n number of items
   * @param groups number of groups
   * @return [groups + 1], the first item of each group and the number of items
   */
  public static int[] startsOf(int[] groupOf, int n, int groups) {
    int[] counts = new int[groups];
    for (int i = 0; i < n; i++) {
      counts[groupOf[i]]++;
    }
    return starts(counts, 0, groups);
  }

  /**
   * Returns the items sorted by group. The items of a group keep their order.
   *
   * @param groupOf group of each item
   * @param n number of items
   * @param starts where each group starts, from {@link #startsOf}
   * @return [n], the items
   */
  public static int[] order(int[] groupOf, int n, int[] starts) {
    int[] next = Arrays.copyOf(starts, starts.length - 1);
    int[] order = new int[n];
    for (int i = 0; i < n; i++) {
      order[next[groupOf[i]]++] = i;
    }
    return order;
  }
}
