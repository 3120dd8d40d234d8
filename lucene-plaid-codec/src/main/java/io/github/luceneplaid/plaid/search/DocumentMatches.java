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

import io.github.luceneplaid.plaid.search.request.QueryTokens;
import java.util.ArrayList;
import java.util.List;
import org.apache.lucene.search.Explanation;

/** Explains a document's score by its best token for each query token. */
public final class DocumentMatches {

  private final QueryTokens query;
  private final float score;

  /** For each query token that is searched; -1 where there is none. */
  private final int[] bestToken;

  private final float[] similarity;

  DocumentMatches(QueryTokens query, float score, int[] bestToken, float[] similarity) {
    this.query = query;
    this.score = score;
    this.bestToken = bestToken;
    this.similarity = similarity;
  }

  public float score() {
    return score;
  }

  /** Takes the match of a query token. */
  public interface Collector<T> {
    /** Converts a match. The query token has the caller's number. */
    T match(int queryToken, int documentToken, float similarity);
  }

  /** Returns the matches by query token; nothing for those without a match or of weight 0. */
  public <T> List<T> list(Collector<T> collector) {
    List<T> matches = new ArrayList<>(bestToken.length);
    for (int i = 0; i < bestToken.length; i++) {
      if (bestToken[i] >= 0) {
        matches.add(collector.match(query.number(i), bestToken[i], similarity[i]));
      }
    }
    return matches;
  }

  /**
   * Explains a score, one detail per query token that has a match.
   *
   * @param value the score as the search found it, which may be rounded differently
   */
  public Explanation explain(float value) {
    List<Explanation> details = new ArrayList<>(bestToken.length);
    for (int i = 0; i < bestToken.length; i++) {
      if (bestToken[i] >= 0) {
        details.add(explainToken(i));
      }
    }
    return Explanation.match(value, "MaxSim, over the query tokens the sum of:", details);
  }

  private Explanation explainToken(int i) {
    Explanation contribution =
        Explanation.match(
            QueryTokens.contribution(similarity[i]),
            "max(0, (1 + s) / 2) for query token "
                + query.number(i)
                + ", s = "
                + similarity[i]
                + " to document token "
                + bestToken[i]);
    return query.weight(i) == 1f
        ? contribution
        : Explanation.match(
            query.contribution(i, similarity[i]),
            "product of:",
            contribution,
            Explanation.match(query.weight(i), "weight of query token " + query.number(i)));
  }
}
