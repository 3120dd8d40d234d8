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
package io.github.luceneplaid.tools;

import java.util.List;
import org.apache.lucene.search.ScoreDoc;

/** Ways to merge two rankings into one, by their names on the command line. */
enum Fusion {
  /** Adds the reciprocal values of 60 and the rank. */
  rrf {
    @Override
    double share(List<ScoreDoc> ranking, int i) {
      return 1.0 / (RANK + i + 1);
    }
  },

  /** Adds scores, after those of each ranking are scaled: the last is 0, the first is 1. */
  sum {
    @Override
    double share(List<ScoreDoc> ranking, int i) {
      double first = ranking.getFirst().score;
      double last = ranking.getLast().score;
      return first > last ? (ranking.get(i).score - last) / (first - last) : 1;
    }
  };

  /** The usual constant; it makes ranks far down differ little. */
  private static final int RANK = 60;

  /** The share of the score that a hit gets from its place in a ranking. */
  abstract double share(List<ScoreDoc> ranking, int i);
}
