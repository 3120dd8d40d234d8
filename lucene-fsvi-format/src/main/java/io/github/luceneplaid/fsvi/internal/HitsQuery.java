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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.apache.lucene.index.FilterLeafReader;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.Explanation;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.QueryVisitor;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.ScoreMode;
import org.apache.lucene.search.Scorer;
import org.apache.lucene.search.ScorerSupplier;
import org.apache.lucene.search.Weight;
import org.apache.lucene.util.Bits;

/**
 * Documents of one reader, with their scores. A query that finds its best documents when it is
 * rewritten is rewritten to this query. Two such queries are equal if they have the same documents
 * and scores in the same reader. They can be cached.
 *
 * <p>The query can be rewritten for another reader. If that reader has some segments of the first
 * reader, or filter readers around them, the result has the hits in these segments. A highlighter
 * makes such a reader for each document. For any other reader the query is rewritten to the query
 * that found the hits, which then searches that reader.
 *
 * @lucene.internal
 */
public final class HitsQuery extends Query {

  /** Explains the scores of documents. */
  public interface Explainer {
    /**
     * Explains the score of a hit.
     *
     * @param context segment of the document
     * @param doc number of the document in the segment
     * @param score score of the hit
     * @throws IOException if the index cannot be read
     */
    Explanation explainHit(LeafReaderContext context, int doc, float score) throws IOException;

    /**
     * Explains the score of a document that is not among the hits.
     *
     * @param context segment of the document
     * @param doc number of the document in the segment
     * @return null if there is no explanation
     * @throws IOException if the index cannot be read
     */
    default Explanation explainMiss(LeafReaderContext context, int doc) throws IOException {
      return null;
    }
  }

  private final int[] docs;
  private final float[] scores;

  /** Index of the first hit of each segment, then the number of hits. */
  private final int[] starts;

  /** First document of each segment. */
  private final int[] docBases;

  /** Identities of the segments' readers. They do not keep the readers in memory. */
  private final Object[] leafIds;

  private final Object readerId;
  private final Query source;
  private final Explainer explainer;

  /**
   * Sole constructor.
   *
   * @param hits the hits, in any order
   * @param reader reader that the hits are documents of
   * @param source query that found the hits
   * @param explainer explains the scores
   */
  public HitsQuery(ScoreDoc[] hits, IndexReader reader, Query source, Explainer explainer) {
    ScoreDoc[] byDoc = hits.clone();
    Arrays.sort(byDoc, (a, b) -> Integer.compare(a.doc, b.doc));
    this.docs = new int[hits.length];
    this.scores = new float[hits.length];
    for (int i = 0; i < hits.length; i++) {
      docs[i] = byDoc[i].doc;
      scores[i] = byDoc[i].score;
    }
    List<LeafReaderContext> leaves = reader.leaves();
    this.starts = new int[leaves.size() + 1];
    this.docBases = new int[leaves.size()];
    this.leafIds = new Object[leaves.size()];
    for (int leaf = 0; leaf < leaves.size(); leaf++) {
      int start = Arrays.binarySearch(docs, leaves.get(leaf).docBase);
      starts[leaf] = start < 0 ? -1 - start : start;
      docBases[leaf] = leaves.get(leaf).docBase;
      leafIds[leaf] = leaves.get(leaf).reader().getContext().id();
    }
    starts[leaves.size()] = docs.length;
    this.readerId = reader.getContext().id();
    this.source = source;
    this.explainer = explainer;
  }

  @Override
  public Query rewrite(IndexSearcher searcher) {
    IndexReader reader = searcher.getIndexReader();
    if (reader.getContext().id() == readerId) {
      return this;
    }
    List<ScoreDoc> hits = new ArrayList<>();
    for (LeafReaderContext context : reader.leaves()) {
      int leaf = leafBehind(context.reader());
      if (leaf < 0) {
        return source;
      }
      // A filter reader may hide hits, and the weight counts them without looking
      Bits live = context.reader().getLiveDocs();
      for (int hit = starts[leaf]; hit < starts[leaf + 1]; hit++) {
        int doc = docs[hit] - docBases[leaf];
        if (live == null || live.get(doc)) {
          hits.add(new ScoreDoc(doc + context.docBase, scores[hit]));
        }
      }
    }
    return new HitsQuery(hits.toArray(ScoreDoc[]::new), reader, source, explainer);
  }

  /** Returns the index of the segment that a reader is, or is a filter of. Returns -1 for none. */
  private int leafBehind(LeafReader reader) {
    LeafReader behind = reader;
    while (true) {
      int leaf = Arrays.asList(leafIds).indexOf(behind.getContext().id());
      if (leaf >= 0 || behind instanceof FilterLeafReader == false) {
        return leaf;
      }
      behind = ((FilterLeafReader) behind).getDelegate();
    }
  }

  @Override
  public Weight createWeight(IndexSearcher searcher, ScoreMode scoreMode, float boost) {
    if (searcher.getIndexReader().getContext().id() != readerId) {
      throw new IllegalStateException(
          "these hits belong to another reader: rewrite the query for this reader");
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
      int hit = Arrays.binarySearch(docs, context.docBase + doc);
      if (hit < 0) {
        Explanation miss = explainer.explainMiss(context, doc);
        String reason = "not among the " + docs.length + " hits";
        return miss == null ? Explanation.noMatch(reason) : Explanation.noMatch(reason, miss);
      }
      Explanation explained = explainer.explainHit(context, doc, scores[hit]);
      return boost == 1f
          ? explained
          : Explanation.match(
              scores[hit] * boost, "product of:", explained, Explanation.match(boost, "boost"));
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
    // Highlighters need the terms of the original query
    source.visit(visitor);
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
