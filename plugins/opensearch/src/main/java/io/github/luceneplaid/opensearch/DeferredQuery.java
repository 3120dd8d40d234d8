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

package io.github.luceneplaid.opensearch;

import io.github.luceneplaid.engine.MemoryLimit;
import io.github.luceneplaid.engine.WatchedSource;
import io.github.luceneplaid.engine.WrappedQuery;
import java.io.IOException;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.QueryTimeout;
import org.apache.lucene.search.ConstantScoreQuery;
import org.apache.lucene.search.Explanation;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.MatchNoDocsQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreMode;
import org.apache.lucene.search.ScorerSupplier;
import org.apache.lucene.search.Weight;
import org.opensearch.index.query.QueryBuilder;
import org.opensearch.index.query.QueryShardContext;
import org.opensearch.search.internal.ContextIndexSearcher;
import org.opensearch.search.query.QueryPhase;

/**
 * A query that does its work when it is rewritten. The rewrite is delayed until the weight is made,
 * because OpenSearch rewrites a request's query before the time limit of the request starts.
 */
final class DeferredQuery extends WrappedQuery {

  DeferredQuery(Query query, MemoryLimit limit) {
    super(query, limit);
  }

  /**
   * Makes a filter from that of a request. A query of its own would be cut: OpenSearch stops
   * queries of ranges and of all documents after as many documents as the hits of the request need.
   *
   * @return null if there is none
   */
  static Query filter(QueryBuilder filter, QueryShardContext context) throws IOException {
    Query query = filter == null ? null : filter.toQuery(context);
    return query == null ? null : new ConstantScoreQuery(query);
  }

  @Override
  public Weight createWeight(IndexSearcher searcher, ScoreMode scoreMode, float boost)
      throws IOException {
    return searcher instanceof ContextIndexSearcher
        ? weight(searcher, scoreMode, boost)
        : new LateWeight(searcher, scoreMode, boost);
  }

  private Weight weight(IndexSearcher searcher, ScoreMode scoreMode, float boost)
      throws IOException {
    Query hits;
    try {
      hits = hits(searcher);
      QueryTimeout timeout = searcher.getTimeout();
      if (timeout != null) {
        hits = WatchedSource.watched(hits, () -> look(timeout));
      }
    } catch (
        @SuppressWarnings("unused")
        QueryPhase.TimeExceededException e) {
      // The searcher checks the time again before it looks at a segment, and reports the timeout in
      // its result
      hits = new MatchNoDocsQuery("time was out");
    }
    return searcher.createWeight(hits, scoreMode, boost);
  }

  /**
   * Rewrites the query. The searcher's own rewrite would start the clock of a profiler, which is
   * started again to rewrite the filter.
   */
  @SuppressWarnings("ReferenceEquality") // a query that needs no rewrite returns itself
  @Override
  protected Query search(IndexSearcher searcher) throws IOException {
    Query before = query;
    Query rewritten = before.rewrite(searcher);
    while (rewritten != before) {
      before = rewritten;
      rewritten = before.rewrite(searcher);
    }
    return rewritten;
  }

  /**
   * Searches when it is asked for documents. Searchers without a time limit do not always ask: one
   * of them only gathers the statistics of terms, before the search.
   */
  private final class LateWeight extends Weight {
    private final IndexSearcher searcher;
    private final ScoreMode scoreMode;
    private final float boost;
    private Weight weight;

    LateWeight(IndexSearcher searcher, ScoreMode scoreMode, float boost) {
      super(DeferredQuery.this);
      this.searcher = searcher;
      this.scoreMode = scoreMode;
      this.boost = boost;
    }

    private synchronized Weight weight() throws IOException {
      if (weight == null) {
        weight = DeferredQuery.this.weight(searcher, scoreMode, boost);
      }
      return weight;
    }

    @Override
    public ScorerSupplier scorerSupplier(LeafReaderContext context) throws IOException {
      return weight().scorerSupplier(context);
    }

    @Override
    public Explanation explain(LeafReaderContext context, int doc) throws IOException {
      return weight().explain(context, doc);
    }

    @Override
    public boolean isCacheable(LeafReaderContext context) {
      return false;
    }
  }

  /** The searcher ends a search in this way both if time is out and if it was cancelled. */
  private static void look(QueryTimeout timeout) {
    if (timeout.shouldExit()) {
      throw new QueryPhase.TimeExceededException();
    }
  }
}
