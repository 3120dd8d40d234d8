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

package io.github.luceneplaid.plaid.ivf;

import org.apache.lucene.util.ArrayUtil;

/**
 * Groups of successive regions. The tokens of a group fit in memory. A region with too many tokens
 * is a group by itself.
 */
final class RegionGroups {

  private int[] starts = new int[1];
  private int count;
  private final int[] groupOf;

  /**
   * Groups regions.
   *
   * @param counts tokens of each region
   * @param most largest number of tokens of a group of several regions
   */
  RegionGroups(int[] counts, int most) {
    this.groupOf = new int[counts.length];
    int size = 0;
    for (int region = 0; region < counts.length; region++) {
      if (region == 0 || (long) size + counts[region] > most) {
        starts = ArrayUtil.grow(starts, count + 2);
        starts[count++] = region;
        size = 0;
      }
      size += counts[region];
      groupOf[region] = count - 1;
    }
    starts[count] = counts.length;
  }

  /** Number of groups. */
  int count() {
    return count;
  }

  /** The group of a region. */
  int of(int region) {
    return groupOf[region];
  }

  /** Returns the first region of a group. {@code start(group + 1)} is the end of its regions. */
  int start(int group) {
    return starts[group];
  }
}
