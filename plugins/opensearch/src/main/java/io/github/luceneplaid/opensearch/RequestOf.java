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

import java.io.IOException;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.MatchNoDocsQuery;
import org.apache.lucene.search.QueryVisitor;
import org.opensearch.search.approximate.ApproximateQuery;
import org.opensearch.search.approximate.ApproximateScoreQuery;
import org.opensearch.search.internal.SearchContext;

/**
 * Finds the request that a searcher belongs to. OpenSearch tells it to approximate queries only,
 * when they are rewritten. This one approximates nothing.
 */
final class RequestOf extends ApproximateQuery {

  private SearchContext request;

  private RequestOf() {}

  /** Returns null if it is not known. */
  static SearchContext searcher(IndexSearcher searcher) throws IOException {
    RequestOf asked = new RequestOf();
    searcher.rewrite(new ApproximateScoreQuery(new MatchNoDocsQuery("only a question"), asked));
    return asked.request;
  }

  @Override
  protected boolean canApproximate(SearchContext context) {
    request = context;
    return false;
  }

  @Override
  public void visit(QueryVisitor visitor) {}

  @Override
  public String toString(String field) {
    return "RequestOf";
  }

  @Override
  public boolean equals(Object other) {
    return this == other;
  }

  @Override
  public int hashCode() {
    return System.identityHashCode(this);
  }
}
