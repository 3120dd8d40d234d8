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

package io.github.luceneplaid.plaid.search;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.Explanation;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.QueryVisitor;
import org.apache.lucene.search.ScoreMode;
import org.apache.lucene.search.Scorer;
import org.apache.lucene.search.ScorerSupplier;
import org.apache.lucene.search.Weight;

/** The hits of a {@link LateInteractionQuery}: what it is rewritten to, for one reader. */
final class HitsQuery extends Query {

  private final int[] docs;
  private final float[] scores;
  private final int[] starts;
  private final Object readerId;
  private final LateInteractionQuery source;

  /** Takes documents in rising order, and where those of each leaf start. */
  private HitsQuery(
      int[] docs, float[] scores, int[] starts, Object readerId, LateInteractionQuery source) {
    this.docs = docs;
    this.scores = scores;
    this.starts = starts;
    this.readerId = readerId;
    this.source = source;
  }

  /**
   * Makes the query.
   *
   * @param hits in the form of {@link BestDocs}, in any order
   * @param source what found them
   */
  static HitsQuery of(long[] hits, IndexReader reader, LateInteractionQuery source) {
    long[] byDoc = new long[hits.length];
    for (int i = 0; i < hits.length; i++) {
      byDoc[i] = (long) BestDocs.doc(hits[i]) << 32 | i;
    }
    Arrays.sort(byDoc);
    int[] docs = new int[hits.length];
    float[] scores = new float[hits.length];
    for (int i = 0; i < hits.length; i++) {
      docs[i] = (int) (byDoc[i] >>> 32);
      scores[i] = BestDocs.score(hits[(int) byDoc[i]]);
    }
    List<LeafReaderContext> leaves = reader.leaves();
    int[] starts = new int[leaves.size() + 1];
    for (int leaf = 0; leaf < leaves.size(); leaf++) {
      int start = Arrays.binarySearch(docs, leaves.get(leaf).docBase);
      starts[leaf] = start < 0 ? -1 - start : start;
    }
    starts[leaves.size()] = docs.length;
    return new HitsQuery(docs, scores, starts, reader.getContext().id(), source);
  }

  @Override
  public Weight createWeight(IndexSearcher searcher, ScoreMode scoreMode, float boost) {
    if (searcher.getIndexReader().getContext().id() != readerId) {
      throw new IllegalStateException(
          "these hits belong to another reader: rewrite the LateInteractionQuery with this one");
    }
    return new HitsWeight(boost);
  }

  private final class HitsWeight extends Weight {
    private final float boost;

    HitsWeight(float boost) {
      super(HitsQuery.this);
      this.boost = boost;
    }

    @Override
    public Explanation explain(LeafReaderContext context, int doc) throws IOException {
      TokenMatches matches = TokenMatches.of(context, source.request(null), doc);
      int hit = Arrays.binarySearch(docs, context.docBase + doc);
      if (hit < 0) {
        String reason = "not among the " + docs.length + " hits";
        return matches == null
            ? Explanation.noMatch(reason)
            : Explanation.noMatch(reason, matches.explain(matches.score()));
      }
      Explanation maxSim = matches.explain(scores[hit]);
      return boost == 1f
          ? maxSim
          : Explanation.match(
              scores[hit] * boost, "product of:", maxSim, Explanation.match(boost, "boost"));
    }

    @Override
    public int count(LeafReaderContext context) {
      return starts[context.ord + 1] - starts[context.ord];
    }

    @Override
    public ScorerSupplier scorerSupplier(LeafReaderContext context) {
      int from = starts[context.ord];
      int to = starts[context.ord + 1];
      return from == to
          ? null
          : new DefaultScorerSupplier(new HitsScorer(context, from, to, boost));
    }

    @Override
    public boolean isCacheable(LeafReaderContext context) {
      return true;
    }
  }

  private final class HitsScorer extends Scorer {
    private final int docBase;
    private final int from;
    private final int to;
    private final float boost;
    private int hit;
    private int doc = -1;

    HitsScorer(LeafReaderContext context, int from, int to, float boost) {
      this.docBase = context.docBase;
      this.from = from;
      this.to = to;
      this.boost = boost;
      this.hit = from - 1;
    }

    @Override
    public int docID() {
      return doc;
    }

    @Override
    public float score() {
      return scores[hit] * boost;
    }

    @Override
    public float getMaxScore(int upTo) {
      float max = 0;
      for (int i = Math.max(hit, from); i < to && docs[i] - docBase <= upTo; i++) {
        max = Math.max(max, scores[i]);
      }
      return max * boost;
    }

    @Override
    public DocIdSetIterator iterator() {
      return new DocIdSetIterator() {
        @Override
        public int docID() {
          return doc;
        }

        @Override
        public int nextDoc() {
          return moveTo(hit + 1);
        }

        @Override
        public int advance(int target) {
          if ((long) docBase + target > docs[to - 1]) {
            return moveTo(to);
          }
          int next = Arrays.binarySearch(docs, Math.max(hit, from), to, docBase + target);
          return moveTo(next < 0 ? -1 - next : next);
        }

        private int moveTo(int next) {
          hit = next;
          doc = hit < to ? docs[hit] - docBase : NO_MORE_DOCS;
          return doc;
        }

        @Override
        public long cost() {
          return (long) to - from;
        }
      };
    }
  }

  @Override
  public void visit(QueryVisitor visitor) {
    visitor.visitLeaf(this);
  }

  @Override
  public boolean equals(Object other) {
    return sameClassAs(other) && equalsTo((HitsQuery) other);
  }

  private boolean equalsTo(HitsQuery other) {
    return readerId == other.readerId
        && Arrays.equals(docs, other.docs)
        && Arrays.equals(scores, other.scores);
  }

  @Override
  public int hashCode() {
    return Objects.hash(classHash(), readerId, Arrays.hashCode(docs), Arrays.hashCode(scores));
  }

  @Override
  public String toString(String field) {
    return "HitsQuery(" + docs.length + " hits of " + source.toString(field) + ")";
  }
}
