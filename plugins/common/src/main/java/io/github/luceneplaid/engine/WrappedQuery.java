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

package io.github.luceneplaid.engine;

import io.github.luceneplaid.fsvi.ExactKnnQuery;
import io.github.luceneplaid.fsvi.PrefixKnnQuery;
import io.github.luceneplaid.fsvi.TwoFieldKnnQuery;
import io.github.luceneplaid.fsvi.internal.HitsQuery;
import io.github.luceneplaid.plaid.LateInteractionQuery;
import io.github.luceneplaid.plaid.MaxSimValuesSource;
import java.io.IOException;
import org.apache.lucene.queries.function.FunctionScoreQuery;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.MatchNoDocsQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.QueryVisitor;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.util.IOSupplier;

/**
 * A query of a request that behaves like another one, and runs it when the engine is ready for it,
 * within the limits of the engine. The hits are found once. An engine asks for them again to
 * explain scores, to name queries and to highlight.
 *
 * @lucene.internal
 */
public abstract class WrappedQuery extends Query {

  /** The other query, as {@link LateInteractionRequest} or {@link ExactKnnRequest} made it. */
  protected final Query query;

  private final MemoryLimit limit;

  /** What the last complete search has found. */
  private volatile Found found;

  /** The reader whose scores the request holds memory for. */
  private Object held;

  /** Hits and the identity of their reader, which does not keep the reader in memory. */
  private record Found(Object reader, Query hits) {}

  /** Wraps a query. */
  protected WrappedQuery(Query query, MemoryLimit limit) {
    this.query = query;
    this.limit = limit;
  }

  /**
   * Runs the query.
   *
   * @throws IOException if the index cannot be read
   */
  protected abstract Query search(IndexSearcher searcher) throws IOException;

  /**
   * The searcher of the whole request. Hits of its segments are looked for in all of them, once. A
   * highlighter has a searcher of its own for each document.
   *
   * @return null if it is not known
   */
  protected IndexSearcher shard() {
    return null;
  }

  /** Called after hits were kept. */
  protected void keeps() {}

  /** Keeps no hits any more. */
  protected final void forget() {
    found = null;
  }

  /**
   * Returns the query that has the hits, or, for exact scores, a query that has yet to compute
   * them.
   *
   * @throws IOException if the index cannot be read
   */
  protected final Query hits(IndexSearcher searcher) throws IOException {
    if (query instanceof FunctionScoreQuery) {
      hold(searcher);
      return search(searcher);
    }
    Found last = found;
    if (last != null && last.reader == id(searcher)) {
      return last.hits;
    }
    IndexSearcher shard = shard();
    if (shard != null && id(shard) != id(searcher) && hasSegmentsOf(shard, searcher)) {
      Query all = hits(shard);
      if (isComplete(all)) {
        return all.rewrite(searcher);
      }
    }
    Query hits = withMemory(searcher, () -> search(searcher));
    if (isComplete(hits)) {
      found = new Found(id(searcher), hits);
      keeps();
    }
    return hits;
  }

  /**
   * Takes the memory of the query while something is done.
   *
   * @throws IOException if it fails
   */
  protected final <T> T withMemory(IndexSearcher searcher, IOSupplier<T> work) throws IOException {
    long bytes = bytes(searcher);
    limit.take(bytes);
    try {
      return work.get();
    } finally {
      limit.giveBack(bytes);
    }
  }

  /** Scores are computed after this, as long as the request goes on. */
  private synchronized void hold(IndexSearcher searcher) throws IOException {
    Object reader = id(searcher);
    if (held != reader && limit.takeForRequest(bytes(searcher), searcher)) {
      held = reader;
    }
  }

  /** Estimates the memory that the query holds at once. */
  private long bytes(IndexSearcher searcher) throws IOException {
    return switch (query) {
      case LateInteractionQuery search ->
          search.memory(searcher, Runtime.getRuntime().availableProcessors());
      case ExactKnnQuery search -> search.memory(searcher);
      case PrefixKnnQuery search -> search.memory(searcher);
      case TwoFieldKnnQuery search -> search.memory(searcher);
      case FunctionScoreQuery scored when scored.getSource() instanceof MaxSimValuesSource source ->
          source.memory(searcher);
      default -> 0;
    };
  }

  private static Object id(IndexSearcher searcher) {
    return searcher.getIndexReader().getContext().id();
  }

  /** Whether all segments of a searcher are segments of a shard, perhaps inside of filters. */
  private boolean hasSegmentsOf(IndexSearcher shard, IndexSearcher searcher) {
    HitsQuery none = new HitsQuery(new ScoreDoc[0], shard.getIndexReader(), query, null);
    return none.rewrite(searcher) instanceof HitsQuery;
  }

  /** Whether the search did not run out of time. */
  private static boolean isComplete(Query hits) {
    return hits instanceof HitsQuery || hits instanceof MatchNoDocsQuery;
  }

  @Override
  public final void visit(QueryVisitor visitor) {
    query.visit(visitor);
  }

  @Override
  public final boolean equals(Object other) {
    return sameClassAs(other) && query.equals(((WrappedQuery) other).query);
  }

  @Override
  public final int hashCode() {
    return 31 * classHash() + query.hashCode();
  }

  @Override
  public final String toString(String field) {
    return query.toString(field);
  }
}
