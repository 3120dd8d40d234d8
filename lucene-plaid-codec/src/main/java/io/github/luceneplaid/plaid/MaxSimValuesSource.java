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
import io.github.luceneplaid.plaid.search.SearchMemory;
import io.github.luceneplaid.plaid.search.SegmentSearch;
import io.github.luceneplaid.plaid.search.SegmentSearches;
import io.github.luceneplaid.plaid.search.request.QueryTokens;
import io.github.luceneplaid.plaid.search.request.SearchRequest;
import io.github.luceneplaid.plaid.search.request.SearchSettings;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.util.Objects;
import org.apache.lucene.index.DocValues;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.DoubleValues;
import org.apache.lucene.search.DoubleValuesSource;
import org.apache.lucene.search.Explanation;
import org.apache.lucene.search.IndexSearcher;

/**
 * The MaxSim of each document, for function scores, sorting and rescoring. Values are the scores
 * that {@link LateInteractionQuery} gives to its hits. They are computed from the codes of a
 * segment, or from its raw tokens, in place; Lucene's {@link
 * org.apache.lucene.search.LateInteractionFloatValuesSource} decodes all tokens of a document
 * first. Documents without tokens of the query's dimension have no value.
 *
 * <pre>{@code
 * DoubleValuesSource maxSim = new MaxSimValuesSource("tokens", tokens);
 * Sort byMaxSim = new Sort(maxSim.getSortField(true));
 * Query scored = new FunctionScoreQuery(new TermQuery(new Term("language", "en")), maxSim);
 * }</pre>
 *
 * <p>{@link LateInteractionQuery} finds the best of many documents without looking at all of them;
 * {@link MaxSimRescorer} scores the hits of another query on all threads of a searcher.
 *
 * @lucene.experimental
 */
public final class MaxSimValuesSource extends DoubleValuesSource {

  private final String field;
  private final QueryTokens query;

  /** What segments share, as long as one of them is in use. */
  private volatile WeakReference<SearchRequest> shared = new WeakReference<>(null);

  /**
   * All query tokens count alike.
   *
   * @param field name of the field
   * @param query tokens, [tokens][dimension], of the field's dimension; copied
   * @throws IllegalArgumentException if the query is null, empty, ragged, not finite or of more
   *     than 8,192 tokens
   */
  public MaxSimValuesSource(String field, float[][] query) {
    this(field, query, null);
  }

  /**
   * Query tokens have weights.
   *
   * @param field name of the field
   * @param query tokens, [tokens][dimension], of the field's dimension; copied
   * @param tokenWeights as {@link LateInteractionQuery.Builder#tokenWeights} has them; copied
   * @throws IllegalArgumentException as {@link LateInteractionQuery.Builder#build}
   */
  public MaxSimValuesSource(String field, float[][] query, float[] tokenWeights) {
    this.field = Objects.requireNonNull(field, "field");
    this.query = QueryTokens.of(query, tokenWeights);
  }

  /** Returns the name of the field whose tokens are compared with those of the query. */
  public String getField() {
    return field;
  }

  /** Returns a copy of the query's tokens, [tokens][dimension]. */
  public float[][] getQueryTokens() {
    return query.toMatrix();
  }

  private SearchRequest request() {
    SearchRequest request = shared.get();
    if (request == null) {
      request = new SearchRequest(field, query, 1, LateInteractionOptions.DEFAULT.settings(), null);
      shared = new WeakReference<>(request);
    }
    return request;
  }

  /**
   * Opens a segment.
   *
   * @param scores not used
   * @throws IllegalArgumentException if the field has doc values of another type
   */
  @Override
  public DoubleValues getValues(LeafReaderContext context, DoubleValues scores) throws IOException {
    SegmentSearch search = SegmentSearch.of(context, request());
    return search == null ? DoubleValues.EMPTY : new MaxSimValues(search);
  }

  /**
   * Estimates from above how much memory it takes to score documents of all segments at once, as
   * {@link LateInteractionQuery#memory} does for a search.
   *
   * @param searcher of the index
   * @return bytes
   * @throws IllegalArgumentException if the field has doc values of another type
   * @throws IOException if the index cannot be read
   */
  public long memory(IndexSearcher searcher) throws IOException {
    SearchSettings exact = LateInteractionOptions.builder().exact().build().settings();
    return SearchMemory.of(searcher, field, query, 1, false, exact, 1);
  }

  private static final class MaxSimValues extends DoubleValues {
    private final SegmentSearch search;
    private int doc = -1;
    private float score = Float.NaN;

    MaxSimValues(SegmentSearch search) {
      this.search = search;
    }

    @Override
    public boolean advanceExact(int target) throws IOException {
      if (target != doc) {
        score = search.exactScore(target, null, null);
        doc = target;
      }
      return Float.isNaN(score) == false;
    }

    @Override
    public double doubleValue() {
      return score;
    }
  }

  @Override
  public boolean needsScores() {
    return false;
  }

  /**
   * Checks that the query fits the index.
   *
   * @return this
   * @throws IllegalArgumentException if the field has doc values of another type, or if its tokens
   *     have another dimension than the query's
   */
  @Override
  public DoubleValuesSource rewrite(IndexSearcher searcher) throws IOException {
    SegmentSearches.checkDimension(searcher.getIndexReader(), request());
    return this;
  }

  @Override
  public Explanation explain(LeafReaderContext context, int doc, Explanation scoreExplanation)
      throws IOException {
    DocumentMatches matches = new MatchFinder(context, request()).find(doc);
    return matches == null
        ? Explanation.noMatch("no tokens in field \"" + field + "\" that fit the query")
        : matches.explain(matches.score());
  }

  /** Values change by updates of doc values only. */
  @Override
  public boolean isCacheable(LeafReaderContext context) {
    return DocValues.isCacheable(context, field);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof MaxSimValuesSource that
        && field.equals(that.field)
        && query.equals(that.query);
  }

  @Override
  public int hashCode() {
    return Objects.hash(MaxSimValuesSource.class, field, query);
  }

  @Override
  public String toString() {
    return "MaxSimValuesSource(" + field + ":" + query + ")";
  }
}
