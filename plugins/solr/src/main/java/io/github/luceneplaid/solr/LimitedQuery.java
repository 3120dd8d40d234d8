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

package io.github.luceneplaid.solr;

import io.github.luceneplaid.engine.MemoryLimit;
import io.github.luceneplaid.engine.WrappedQuery;
import io.github.luceneplaid.plaid.LateInteractionQuery;
import io.github.luceneplaid.plaid.SearchProfile;
import java.io.IOException;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.solr.request.SolrRequestInfo;
import org.apache.solr.search.QueryLimits;
import org.apache.solr.search.SolrIndexSearcher;

/** A query that holds memory of its node while it searches. */
final class LimitedQuery extends WrappedQuery {

  LimitedQuery(Query query, MemoryLimit limit) {
    super(query, limit);
  }

  /**
   * Searches again, to tell what a search takes.
   *
   * @return null if the request may do no more, or if the query is no search
   */
  SearchProfile profile(SolrIndexSearcher searcher) throws IOException {
    QueryLimits limits = QueryLimits.getCurrentLimits();
    if (query instanceof LateInteractionQuery == false || limits.shouldExit()) {
      return null;
    }
    IndexSearcher limited = new IndexSearcher(searcher.getIndexReader());
    limited.setTimeout(limits);
    SearchProfile profile =
        withMemory(limited, () -> ((LateInteractionQuery) query).profile(limited));
    return limits.shouldExit() ? null : profile;
  }

  @Override
  public Query rewrite(IndexSearcher searcher) throws IOException {
    return hits(searcher);
  }

  @Override
  protected Query search(IndexSearcher searcher) throws IOException {
    return query.rewrite(searcher);
  }

  @Override
  protected IndexSearcher shard() {
    SolrRequestInfo request = SolrRequestInfo.getRequestInfo();
    return request == null ? null : request.getReq().getSearcher();
  }

  /** Caches keep queries longer than requests, and have the documents of the hits themselves. */
  @Override
  protected void keeps() {
    SolrRequestInfo request = SolrRequestInfo.getRequestInfo();
    if (request == null) {
      forget();
    } else {
      request.addCloseHook(this::forget);
    }
  }
}
