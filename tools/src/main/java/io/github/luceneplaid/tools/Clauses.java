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
package io.github.luceneplaid.tools;

import org.apache.lucene.index.Term;
import org.apache.lucene.search.BooleanClause;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.QueryVisitor;

/** The clauses of a query, as {@link IndexSearcher} counts them when it refuses too many. */
final class Clauses extends QueryVisitor {
  private int count;

  private Clauses() {}

  /** The number of clauses on all levels. */
  static int count(Query query) {
    Clauses clauses = new Clauses();
    query.visit(clauses);
    return clauses.count;
  }

  @Override
  public QueryVisitor getSubVisitor(BooleanClause.Occur occur, Query parent) {
    return this; // Excluded clauses count, too
  }

  @Override
  public void visitLeaf(Query query) {
    count++;
  }

  @Override
  public void consumeTerms(Query query, Term... terms) {
    count++;
  }
}
