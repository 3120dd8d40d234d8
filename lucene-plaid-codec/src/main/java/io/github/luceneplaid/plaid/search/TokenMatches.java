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
import io.github.luceneplaid.plaid.search.request.SearchRequest;
import io.github.luceneplaid.plaid.search.score.TokenPairs;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.Explanation;
import org.apache.lucene.search.IndexSearcher;

/** Explains a document's score by its best token for each query token. */
public final class TokenMatches {

  private final float score;
  private final int[] bestToken;
  private final float[] similarity;

  private TokenMatches(float score, int[] bestToken, float[] similarity) {
    this.score = score;
    this.bestToken = bestToken;
    this.similarity = similarity;
  }

  /**
   * Looks at a document of an index.
   *
   * @param doc a document, deleted ones included
   * @return null if it has no tokens of the query's dimension
   * @throws IllegalArgumentException if there is no such document
   */
  public static TokenMatches of(IndexSearcher searcher, SearchRequest request, int doc)
      throws IOException {
    LeafReaderContext leaf = leaf(searcher, doc);
    return of(leaf, request, doc - leaf.docBase);
  }

  /** Looks at a document of a leaf; null if it has no tokens of the query's dimension. */
  public static TokenMatches of(LeafReaderContext leaf, SearchRequest request, int doc)
      throws IOException {
    SegmentSearch search = SegmentSearch.of(leaf, request);
    if (search == null) {
      return null;
    }
    int count = request.query().count();
    int[] bestToken = new int[count];
    float[] highest = new float[count];
    Arrays.fill(bestToken, -1);
    Arrays.fill(highest, Float.NEGATIVE_INFINITY);
    TokenPairs pairs =
        (queryToken, documentToken, dot) -> {
          if (dot > highest[queryToken] && Float.isFinite(dot)) {
            highest[queryToken] = dot;
            bestToken[queryToken] = documentToken;
          }
        };
    float[] similarity = new float[count];
    float score = search.exactScore(doc, pairs, similarity);
    return Float.isNaN(score) ? null : new TokenMatches(score, bestToken, similarity);
  }

  /**
   * Collects all similarities, from which the matches of a document are chosen.
   *
   * @param doc a document, deleted ones included
   * @return [query tokens][document tokens]; without columns if it has no tokens of the query's
   *     dimension
   * @throws IllegalArgumentException if there is no such document
   */
  public static float[][] similarities(IndexSearcher searcher, SearchRequest request, int doc)
      throws IOException {
    LeafReaderContext leaf = leaf(searcher, doc);
    SegmentSearch search = SegmentSearch.of(leaf, request);
    int count = request.query().count();
    List<float[]> columns = new ArrayList<>();
    if (search != null) {
      TokenPairs pairs =
          (queryToken, documentToken, dot) -> {
            if (documentToken == columns.size()) {
              columns.add(new float[count]);
            }
            columns.get(documentToken)[queryToken] = dot;
          };
      search.exactScore(doc - leaf.docBase, pairs, null);
    }
    float[][] matrix = new float[count][columns.size()];
    for (int q = 0; q < count; q++) {
      for (int token = 0; token < columns.size(); token++) {
        matrix[q][token] = columns.get(token)[q];
      }
    }
    return matrix;
  }

  private static LeafReaderContext leaf(IndexSearcher searcher, int doc) {
    List<LeafReaderContext> leaves = searcher.getIndexReader().leaves();
    return leaves.get(SegmentSearches.segmentOf(doc, searcher.getIndexReader()));
  }

  public float score() {
    return score;
  }

  /** Takes the match of a query token. */
  public interface Collector<T> {
    /** Makes something of a match. */
    T match(int queryToken, int documentToken, float similarity);
  }

  /** Returns the matches by query token; nothing for those without a match. */
  public <T> List<T> list(Collector<T> collector) {
    List<T> matches = new ArrayList<>(bestToken.length);
    for (int i = 0; i < bestToken.length; i++) {
      if (bestToken[i] >= 0) {
        matches.add(collector.match(i, bestToken[i], similarity[i]));
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
    List<Explanation> details =
        list(
            (queryToken, documentToken, similarity) ->
                Explanation.match(
                    QueryTokens.contribution(similarity),
                    "max(0, (1 + s) / 2) for query token "
                        + queryToken
                        + ", s = "
                        + similarity
                        + " to document token "
                        + documentToken));
    return Explanation.match(value, "MaxSim, over the query tokens the sum of:", details);
  }
}
