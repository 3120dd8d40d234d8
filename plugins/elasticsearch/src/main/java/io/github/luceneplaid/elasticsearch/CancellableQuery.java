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

package io.github.luceneplaid.elasticsearch;

import io.github.luceneplaid.engine.WatchedSource;
import io.github.luceneplaid.engine.WrappedQuery;
import java.io.IOException;
import org.apache.lucene.index.QueryTimeout;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.elasticsearch.index.query.SearchExecutionContext;
import org.elasticsearch.search.internal.ContextIndexSearcher;

/**
 * A query that does its work when it is rewritten. At that point Elasticsearch does not check time
 * limits and cancelled tasks by itself, because it does not pass them to Lucene's searcher as a
 * timeout.
 */
final class CancellableQuery extends WrappedQuery {

  private final IndexSearcher shard;

  CancellableQuery(Query query, SearchExecutionContext context) {
    super(query, new BreakerLimit(context));
    this.shard = context.searcher();
  }

  @Override
  protected IndexSearcher shard() {
    return shard;
  }

  @Override
  public Query rewrite(IndexSearcher searcher) throws IOException {
    return hits(searcher);
  }

  @Override
  protected Query search(IndexSearcher searcher) throws IOException {
    if (searcher instanceof ContextIndexSearcher == false) {
      return query.rewrite(searcher);
    }
    ContextIndexSearcher cancellable = (ContextIndexSearcher) searcher;
    QueryTimeout timeout = searcher.getTimeout();
    searcher.setTimeout(
        () -> {
          cancellable.checkCancelled();
          return timeout != null && timeout.shouldExit();
        });
    try {
      return WatchedSource.watched(query.rewrite(searcher), cancellable::checkCancelled);
    } finally {
      searcher.setTimeout(timeout);
    }
  }
}
