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

package io.github.luceneplaid.plaid.search.request;

import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.QueryTimeout;
import org.apache.lucene.util.BitSet;
import org.apache.lucene.util.IOFunction;

/**
 * What one search looks for; shared by all its segments and threads.
 *
 * @param field name of the late-interaction field
 * @param query the tokens to look for
 * @param k number of hits asked for, at least 1
 * @param parents returns the parents among the documents of a segment: hits are the best children
 *     of different parents. Null if hits may be any documents.
 * @param options how much work to do
 * @param time when to give up
 * @param tables what trained segments share
 * @param counters the counts of what the search does
 */
public record SearchRequest(
    String field,
    QueryTokens query,
    int k,
    IOFunction<LeafReaderContext, BitSet> parents,
    SearchSettings options,
    TimeLimit time,
    QueryTables tables,
    SearchCounters counters) {

  /** Documents to look for, for each parent that is wanted. */
  private static final int CHILDREN = 4;

  /** A request that stops when a timeout says so; null for no timeout. */
  public SearchRequest(
      String field, QueryTokens query, int k, SearchSettings options, QueryTimeout timeout) {
    this(field, query, k, options, timeout == null ? TimeLimit.NONE : new TimeLimit(timeout));
  }

  private SearchRequest(
      String field, QueryTokens query, int k, SearchSettings options, TimeLimit time) {
    this(field, query, k, null, options, time, new QueryTables(query, time), new SearchCounters());
  }

  /** The same request, with hits that are children of different parents. */
  public SearchRequest withParents(IOFunction<LeafReaderContext, BitSet> others) {
    return new SearchRequest(field, query, k, others, options, time, tables, counters);
  }

  /**
   * How many documents to look for: as many as there are hits, or more if several of them are
   * likely to have the same parent.
   */
  public int depth() {
    return depth(k, parents != null);
  }

  /** The same for a request that is not made yet, with or without parents. */
  public static int depth(int k, boolean parents) {
    return parents ? (int) Math.min(Integer.MAX_VALUE, (long) CHILDREN * k) : k;
  }

  /** Whether time is out, so that the search should end with the hits that it has. */
  public boolean timedOut() {
    return time.isOver();
  }
}
