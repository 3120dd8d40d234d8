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
package io.github.luceneplaid.fsvi.internal;

import java.io.IOException;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.FilterWeight;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.QueryVisitor;
import org.apache.lucene.search.ScoreMode;
import org.apache.lucene.search.Scorer;
import org.apache.lucene.search.ScorerSupplier;
import org.apache.lucene.search.Weight;

/**
 * The hits, if any, that a search had found when its time ran out. This query always has a scorer,
 * even in a segment without hits. An {@link IndexSearcher} therefore checks its timeout before it
 * collects hits, and then {@link IndexSearcher#timedOut} returns true. The query is never cached.
 *
 * <p>It can be rewritten for another reader, and be visited, as the {@link HitsQuery} can.
 *
 * @lucene.internal
 */
public final class PartialHitsQuery extends Query {

  private final HitsQuery hits;

  /**
   * Sole constructor.
   *
   * @param hits hits found so far
   */
  public PartialHitsQuery(HitsQuery hits) {
    this.hits = hits;
  }

  @Override
  public Query rewrite(IndexSearcher searcher) {
    Query rewritten = hits.rewrite(searcher);
    if (rewritten.equals(hits)) {
      return this;
    }
    // For an unknown reader it is the query that found the hits, which searches again
    return rewritten instanceof HitsQuery known ? new PartialHitsQuery(known) : rewritten;
  }

  @Override
  public Weight createWeight(IndexSearcher searcher, ScoreMode scoreMode, float boost) {
    return new PartialWeight(hits.createWeight(searcher, scoreMode, boost));
  }

  private final class PartialWeight extends FilterWeight {
    PartialWeight(Weight in) {
      super(PartialHitsQuery.this, in);
    }

    @Override
    public ScorerSupplier scorerSupplier(LeafReaderContext context) throws IOException {
      ScorerSupplier some = in.scorerSupplier(context);
      return some == null ? new DefaultScorerSupplier(new NoHits()) : some;
    }

    @Override
    public int count(LeafReaderContext context) {
      return -1;
    }

    @Override
    public boolean isCacheable(LeafReaderContext context) {
      return false;
    }
  }

  /** A scorer of no documents. */
  private static final class NoHits extends Scorer {
    private final DocIdSetIterator none = DocIdSetIterator.empty();

    @Override
    public int docID() {
      return none.docID();
    }

    @Override
    public DocIdSetIterator iterator() {
      return none;
    }

    @Override
    public float getMaxScore(int upTo) {
      return 0;
    }

    @Override
    public float score() {
      throw new IllegalStateException("there are no hits");
    }
  }

  @Override
  public void visit(QueryVisitor visitor) {
    hits.visit(visitor);
  }

  @Override
  public boolean equals(Object other) {
    return sameClassAs(other) && hits.equals(((PartialHitsQuery) other).hits);
  }

  @Override
  public int hashCode() {
    return 31 * classHash() + hits.hashCode();
  }

  @Override
  public String toString(String field) {
    return "PartialHitsQuery(" + hits.toString(field) + ")";
  }
}
