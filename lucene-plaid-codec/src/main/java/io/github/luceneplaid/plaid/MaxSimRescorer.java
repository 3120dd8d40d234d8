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

package io.github.luceneplaid.plaid;

import io.github.luceneplaid.plaid.search.DocumentMatches;
import io.github.luceneplaid.plaid.search.MatchFinder;
import io.github.luceneplaid.plaid.search.SegmentSearches;
import io.github.luceneplaid.plaid.search.request.QueryTokens;
import io.github.luceneplaid.plaid.search.request.SearchRequest;
import java.io.IOException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Objects;
import org.apache.lucene.search.Explanation;
import org.apache.lucene.search.FieldDoc;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Rescorer;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TopDocs;

/**
 * Scores the hits of another query by MaxSim, exactly, on whatever the index stores of their
 * tokens; see {@link LateInteractionQuery} for the score. Hits without tokens of the query's
 * dimension get a score that the caller chooses. As with Lucene's rescorers, the searcher's timeout
 * is not asked.
 *
 * @lucene.experimental
 */
public final class MaxSimRescorer extends Rescorer {

  private final String field;
  private final QueryTokens query;
  private final Float missing;

  /**
   * Hits without tokens get score 0.
   *
   * @param field name of the field
   * @param query tokens, [tokens][dimension]; copied
   * @throws IllegalArgumentException if the query is null, empty, ragged, not finite or of more
   *     than 8,192 tokens
   */
  public MaxSimRescorer(String field, float[][] query) {
    this(field, query, null);
  }

  /**
   * Hits without tokens get score 0. Query tokens have weights.
   *
   * @param field name of the field
   * @param query tokens, [tokens][dimension]; copied
   * @param tokenWeights as {@link LateInteractionQuery.Builder#tokenWeights} has them; copied
   * @throws IllegalArgumentException as {@link LateInteractionQuery.Builder#build}
   */
  public MaxSimRescorer(String field, float[][] query, float[] tokenWeights) {
    this(field, QueryTokens.of(query, tokenWeights), 0f);
  }

  private MaxSimRescorer(String field, QueryTokens query, Float missing) {
    this.field = Objects.requireNonNull(field, "field");
    this.query = query;
    this.missing = missing;
  }

  /**
   * A rescorer that gives hits without tokens the score they came with.
   *
   * @param field name of the field
   * @param query tokens, [tokens][dimension]; copied
   * @return a new rescorer
   * @throws IllegalArgumentException as {@link #MaxSimRescorer(String, float[][])}
   */
  public static MaxSimRescorer keepingFirstPassScores(String field, float[][] query) {
    return keepingFirstPassScores(field, query, null);
  }

  /**
   * A rescorer that gives hits without tokens the score they came with. Query tokens have weights.
   *
   * @param field name of the field
   * @param query tokens, [tokens][dimension]; copied
   * @param tokenWeights as {@link LateInteractionQuery.Builder#tokenWeights} has them; copied
   * @return a new rescorer
   * @throws IllegalArgumentException as {@link LateInteractionQuery.Builder#build}
   */
  public static MaxSimRescorer keepingFirstPassScores(
      String field, float[][] query, float[] tokenWeights) {
    return new MaxSimRescorer(field, QueryTokens.of(query, tokenWeights), null);
  }

  /**
   * Scores hits.
   *
   * @param searcher of the index that the hits are from
   * @param firstPassTopDocs the hits; not changed
   * @param topN how many to return at most
   * @return the hits with the highest scores, best first, ties by document; a {@link FieldDoc}
   *     stays one, with the fields that it has
   * @throws IllegalArgumentException if a hit is not a document of the index, or as {@link
   *     LateInteractionQuery#rewrite}
   */
  @Override
  public TopDocs rescore(IndexSearcher searcher, TopDocs firstPassTopDocs, int topN)
      throws IOException {
    ScoreDoc[] hits = firstPassTopDocs.scoreDocs;
    if (hits.length == 0 || topN <= 0) {
      return new TopDocs(firstPassTopDocs.totalHits, new ScoreDoc[0]);
    }
    SearchRequest request =
        new SearchRequest(
            field, query, hits.length, LateInteractionOptions.DEFAULT.settings(), null);
    int[] docs = Arrays.stream(hits).mapToInt(hit -> hit.doc).toArray();
    float[] scores = new SegmentSearches(searcher, request).exactScores(docs);
    ScoreDoc[] rescored = new ScoreDoc[hits.length];
    for (int i = 0; i < hits.length; i++) {
      float score = Float.isNaN(scores[i]) ? missing(hits[i].score) : scores[i];
      rescored[i] = withScore(hits[i], score);
    }
    Arrays.sort(
        rescored,
        Comparator.comparingDouble((ScoreDoc hit) -> -hit.score).thenComparingInt(hit -> hit.doc));
    return new TopDocs(
        firstPassTopDocs.totalHits, Arrays.copyOf(rescored, Math.min(topN, rescored.length)));
  }

  /** A hit of the same kind, with what it was sorted by. */
  private static ScoreDoc withScore(ScoreDoc hit, float score) {
    return hit instanceof FieldDoc sorted
        ? new FieldDoc(hit.doc, score, sorted.fields, hit.shardIndex)
        : new ScoreDoc(hit.doc, score, hit.shardIndex);
  }

  private float missing(float firstPassScore) {
    return missing == null ? firstPassScore : missing;
  }

  @Override
  public Explanation explain(IndexSearcher searcher, Explanation firstPassExplanation, int docID)
      throws IOException {
    SearchRequest request =
        new SearchRequest(field, query, 1, LateInteractionOptions.DEFAULT.settings(), null);
    DocumentMatches matches = MatchFinder.find(searcher, request, new int[] {docID})[0];
    float firstPassScore = firstPassExplanation.getValue().floatValue();
    Explanation first = Explanation.match(firstPassScore, "first pass score", firstPassExplanation);
    if (matches != null) {
      return Explanation.match(
          matches.score(),
          "second pass, computed as MaxSim from:",
          first,
          matches.explain(matches.score()));
    }
    return Explanation.match(
        missing(firstPassScore),
        "second pass, computed as for documents without tokens in field \"" + field + "\" from:",
        first);
  }
}
