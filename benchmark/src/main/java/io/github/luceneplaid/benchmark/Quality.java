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
package io.github.luceneplaid.benchmark;

import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Measures of the quality of rankings. */
final class Quality {
  private Quality() {}

  /** Mean share of the best k exact hits that are among the first k hits found. */
  static double recall(Hits[] exact, int from, int[][] found, int k) {
    double sum = 0;
    for (int q = 0; q < found.length; q++) {
      int[] best = exact[from + q].ids();
      int expected = Math.min(k, best.length);
      Set<Integer> wanted = new HashSet<>();
      Arrays.stream(best).limit(expected).forEach(wanted::add);
      long hits = Arrays.stream(found[q]).limit(k).distinct().filter(wanted::contains).count();
      sum += expected == 0 ? 1 : (double) hits / expected;
    }
    return sum / found.length;
  }

  /** Discounted cumulative gain over that of the best ranking; grades are gains. */
  static double ndcg(int[] found, List<String> ids, Map<String, Integer> grades, int k) {
    int[] gains = Arrays.stream(found).map(doc -> grades.getOrDefault(ids.get(doc), 0)).toArray();
    int[] best =
        grades.values().stream()
            .sorted(Collections.reverseOrder())
            .mapToInt(Integer::intValue)
            .toArray();
    double ideal = dcg(best, k);
    return ideal == 0 ? 0 : dcg(gains, k) / ideal;
  }

  private static double dcg(int[] gains, int k) {
    double sum = 0;
    for (int rank = 0; rank < Math.min(k, gains.length); rank++) {
      sum += gains[rank] * Math.log(2) / Math.log(rank + 2);
    }
    return sum;
  }

  /** 1 / rank of the only relevant document, 0 if it is not among the first k. */
  static double reciprocalRank(int[] found, List<String> ids, String relevant, int k) {
    for (int rank = 0; rank < Math.min(k, found.length); rank++) {
      if (ids.get(found[rank]).equals(relevant)) {
        return 1.0 / (rank + 1);
      }
    }
    return 0;
  }
}
