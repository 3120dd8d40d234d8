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

import java.io.IOException;
import org.apache.lucene.search.BooleanClause;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.join.BitSetProducer;
import org.apache.lucene.search.join.ToChildBlockJoinQuery;
import org.elasticsearch.common.lucene.search.Queries;
import org.elasticsearch.index.query.QueryBuilder;
import org.elasticsearch.index.query.SearchExecutionContext;

/**
 * The filter of the k hits of a shard. It includes the filter of an alias, so that k hits match
 * both.
 */
final class ShardFilter {

  private ShardFilter() {}

  /**
   * Makes the filter.
   *
   * @param own filter of the request, or null
   * @param field that is searched, which may be in nested objects
   * @return null if all documents are allowed
   */
  static Query of(QueryBuilder own, SearchExecutionContext context, String field)
      throws IOException {
    Query ownQuery = own == null ? null : own.toQuery(context);
    if (context.getAliasFilter() == null) {
      return ownQuery;
    }
    // The filter is about whole documents, even where a nested query has entered its objects. Only
    // a new context is outside of them. It has no filter of an alias either, so a filter that is a
    // query of this plugin does not ask for itself.
    Query alias = context.getAliasFilter().toQuery(new AliasContext(context));
    if (context.nestedLookup().getNestedParent(field) != null) {
      Query roots = Queries.newNonNestedFilter(context.indexVersionCreated());
      BitSetProducer rootBits = context.bitsetFilter(roots);
      alias = new ToChildBlockJoinQuery(Queries.filtered(alias, roots), rootBits);
    }
    BooleanQuery.Builder both = new BooleanQuery.Builder().add(alias, BooleanClause.Occur.FILTER);
    if (ownQuery != null) {
      both.add(ownQuery, BooleanClause.Occur.FILTER);
    }
    return both.build();
  }

  /** Counts its memory to the search, because only that gives it back. */
  private static final class AliasContext extends SearchExecutionContext {
    private final SearchExecutionContext search;

    AliasContext(SearchExecutionContext search) {
      super(search);
      this.search = search;
    }

    @Override
    public void addCircuitBreakerMemory(long bytes, long reserved, String label) {
      search.addCircuitBreakerMemory(bytes, reserved, label);
    }

    @Override
    public void releaseQueryConstructionMemory(long bytes) {
      search.releaseQueryConstructionMemory(bytes);
    }
  }
}
