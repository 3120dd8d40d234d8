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

import java.io.IOException;
import java.util.Objects;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.queries.function.FunctionScoreQuery;
import org.apache.lucene.search.DoubleValues;
import org.apache.lucene.search.DoubleValuesSource;
import org.apache.lucene.search.Explanation;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;

/**
 * Values with a look before each document. An engine looks after some thousand documents only,
 * which are too many if a query has thousands of vectors.
 *
 * @lucene.internal
 */
public final class WatchedSource extends DoubleValuesSource {

  private final DoubleValuesSource source;
  private final Runnable look;

  private WatchedSource(DoubleValuesSource source, Runnable look) {
    this.source = source;
    this.look = look;
  }

  /**
   * Looks before each document if a query scores documents by values.
   *
   * @param query that is rewritten
   * @param look throws an exception if the search has to end
   */
  public static Query watched(Query query, Runnable look) {
    return query instanceof FunctionScoreQuery scored
            && scored.getSource() instanceof WatchedSource == false
        ? new FunctionScoreQuery(
            scored.getWrappedQuery(), new WatchedSource(scored.getSource(), look))
        : query;
  }

  @Override
  public DoubleValues getValues(LeafReaderContext context, DoubleValues scores) throws IOException {
    DoubleValues values = source.getValues(context, scores);
    return new DoubleValues() {
      @Override
      public boolean advanceExact(int doc) throws IOException {
        look.run();
        return values.advanceExact(doc);
      }

      @Override
      public double doubleValue() throws IOException {
        return values.doubleValue();
      }
    };
  }

  @Override
  public boolean needsScores() {
    return source.needsScores();
  }

  @Override
  public DoubleValuesSource rewrite(IndexSearcher searcher) throws IOException {
    DoubleValuesSource rewritten = source.rewrite(searcher);
    return rewritten.equals(source) ? this : new WatchedSource(rewritten, look);
  }

  @Override
  public Explanation explain(LeafReaderContext context, int doc, Explanation score)
      throws IOException {
    return source.explain(context, doc, score);
  }

  @Override
  public boolean isCacheable(LeafReaderContext context) {
    return source.isCacheable(context);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof WatchedSource that && source.equals(that.source);
  }

  @Override
  public int hashCode() {
    return Objects.hash(WatchedSource.class, source);
  }

  @Override
  public String toString() {
    return source.toString();
  }
}
