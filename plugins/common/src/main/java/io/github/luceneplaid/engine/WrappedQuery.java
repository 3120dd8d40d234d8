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

import org.apache.lucene.search.Query;
import org.apache.lucene.search.QueryVisitor;

/**
 * A query that behaves like another one, and runs it when the engine is ready for it.
 *
 * @lucene.internal
 */
public abstract class WrappedQuery extends Query {

  /** The other query. */
  protected final Query query;

  /** Wraps a query. */
  protected WrappedQuery(Query query) {
    this.query = query;
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
