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
package io.github.luceneplaid.fsvi;

import io.github.luceneplaid.fsvi.internal.HitsQuery;
import io.github.luceneplaid.fsvi.internal.PartialHitsQuery;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.QueryTimeout;
import org.apache.lucene.search.AcceptDocs;
import org.apache.lucene.search.BooleanClause;
import org.apache.lucene.search.Explanation;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.KnnCollector;
import org.apache.lucene.search.MatchNoDocsQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.QueryVisitor;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.ScoreMode;
import org.apache.lucene.search.TimeLimitingKnnCollectorManager;
import org.apache.lucene.search.TopKnnCollector;
import org.apache.lucene.search.Weight;
import org.apache.lucene.search.knn.KnnCollectorManager;
import org.apache.lucene.search.knn.KnnSearchStrategy;

/**
 * A query that finds its best documents when it is rewritten. One task searches each segment, or
 * several tasks if a large segment is scanned. The hits and their scores do not depend on the
 * number of threads.
 *
 * <p>If the searcher's timeout stops the rewrite, the rewritten query has the hits found so far.
 * {@link IndexSearcher#search} checks the timeout again before it collects hits. It then returns no
 * hits, and {@link IndexSearcher#timedOut} returns true.
 */
abstract class VectorQuery extends Query {

  private static final Comparator<ScoreDoc> BEST_FIRST =
      (a, b) ->
          a.score == b.score ? Integer.compare(a.doc, b.doc) : Float.compare(b.score, a.score);

  /** An entry of a heap, a {@link ScoreDoc}, and its places in three lists that may double. */
  private static final int HIT_BYTES = 8 + 24 + 3 * 2 * 8;

  /** What {@link #hits} adds: another such hit, scores, and a place in the order of documents. */
  private static final int CANDIDATE_BYTES = 24 + 8 + 2 * 4 + 16 + 8;

  final String field;
  final int k;
  final Query filter;

  VectorQuery(String field, int k, Query filter) {
    Arguments.checkAtLeast("k", k, 1);
    this.field = Objects.requireNonNull(field, "field");
    this.k = k;
    this.filter = filter;
  }

  /** Returns the name of the field that is searched. */
  public final String getField() {
    return field;
  }

  /** Returns the number of hits. */
  public final int getK() {
    return k;
  }

  /** Returns the query that hits must match, or null if all documents are allowed. */
  public final Query getFilter() {
    return filter;
  }

  /** Number of candidates to find in each segment, and to keep of all segments together. */
  int candidates() {
    return k;
  }

  /**
   * Returns the vectors of a segment that the query scans, so that the scan can be split.
   *
   * @return null if the segment is in another format, or is not scanned
   */
  StoredVectors scanned(LeafReader reader) throws IOException {
    ShownVectors shown = ShownVectors.open(reader, field);
    return shown == null ? null : shown.stored();
  }

  /** Number of bytes that a scan reads for each vector. */
  long scannedBytes(VectorFieldLayout layout) {
    return layout.coarse().rowBytes(layout.dimension());
  }

  /**
   * Collects the candidates of a segment.
   *
   * @param range ordinals of the vectors to scan; all of them unless the scan is split
   */
  abstract void searchSegment(
      LeafReaderContext context, OrdRange range, KnnCollector collector, AcceptDocs acceptDocs)
      throws IOException;

  /**
   * Turns candidates into hits.
   *
   * @param candidates the best one first
   * @return in any order
   */
  ScoreDoc[] hits(ScoreDoc[] candidates, IndexSearcher searcher) throws IOException {
    return candidates;
  }

  @Override
  public final Query rewrite(IndexSearcher searcher) throws IOException {
    Weight filterWeight = null;
    if (filter != null) {
      Query rewritten = searcher.rewrite(filter);
      if (rewritten instanceof MatchNoDocsQuery) {
        return rewritten;
      }
      filterWeight = searcher.createWeight(rewritten, ScoreMode.COMPLETE_NO_SCORES, 1);
    }
    ScoreDoc[] best = hits(best(search(searcher, filterWeight), candidates()), searcher);
    QueryTimeout timeout = searcher.getTimeout();
    boolean partial = timeout != null && timeout.shouldExit();
    if (best.length == 0 && partial == false) {
      return new MatchNoDocsQuery("no document matches");
    }
    HitsQuery hits =
        new HitsQuery(
            best(Arrays.asList(best), k), searcher.getIndexReader(), this, this::explainHit);
    return partial ? new PartialHitsQuery(hits) : hits;
  }

  /**
   * Estimates from above how much memory a search holds at once, so that it can be refused if there
   * is too little. Nothing is searched. The filter is not counted, except for the documents that it
   * keeps.
   *
   * @param searcher of the index
   * @return bytes
   * @throws IOException if the index cannot be read
   */
  public final long memory(IndexSearcher searcher) throws IOException {
    long hits = 0;
    long bits = 0;
    for (LeafReaderContext context : searcher.getIndexReader().leaves()) {
      int maxDoc = context.reader().maxDoc();
      hits += (long) ranges(context.reader()).size() * Math.min(candidates(), maxDoc);
      bits += filter == null ? 0 : maxDoc / Byte.SIZE;
    }
    return hits * HIT_BYTES + Math.min(hits, candidates()) * CANDIDATE_BYTES + bits;
  }

  private Explanation explainHit(LeafReaderContext context, int doc, float score) {
    return Explanation.match(score, "a hit of " + this);
  }

  private List<ScoreDoc> search(IndexSearcher searcher, Weight filterWeight) throws IOException {
    KnnCollectorManager manager =
        new TimeLimitingKnnCollectorManager(
            (visitLimit, strategy, context) ->
                new TopKnnCollector(
                    Math.min(candidates(), context.reader().maxDoc()), visitLimit, strategy),
            searcher.getTimeout());
    List<Callable<ScoreDoc[]>> tasks = new ArrayList<>();
    for (LeafReaderContext context : searcher.getIndexReader().leaves()) {
      SegmentAcceptDocs docs = new SegmentAcceptDocs(context, filterWeight);
      List<OrdRange> ranges = ranges(context.reader());
      for (OrdRange range : ranges) {
        tasks.add(
            () -> {
              boolean alone = ranges.size() == 1;
              AcceptDocs acceptDocs = alone ? docs.forOneThread() : docs.forManyThreads();
              return search(context, range, acceptDocs, manager);
            });
      }
    }
    List<ScoreDoc> hits = new ArrayList<>();
    for (ScoreDoc[] ofSegment : searcher.getTaskExecutor().invokeAll(tasks)) {
      hits.addAll(Arrays.asList(ofSegment));
    }
    return hits;
  }

  private List<OrdRange> ranges(LeafReader reader) throws IOException {
    StoredVectors stored = scanned(reader);
    return stored == null
        ? List.of(OrdRange.ALL)
        : OrdRange.split(stored.size(), scannedBytes(stored.layout()), candidates());
  }

  private ScoreDoc[] search(
      LeafReaderContext context, OrdRange range, AcceptDocs acceptDocs, KnnCollectorManager manager)
      throws IOException {
    KnnCollector collector =
        manager.newCollector(Integer.MAX_VALUE, KnnSearchStrategy.Hnsw.DEFAULT, context);
    searchSegment(context, range, collector, acceptDocs);
    ScoreDoc[] hits = collector.topDocs().scoreDocs;
    for (ScoreDoc hit : hits) {
      hit.doc += context.docBase;
    }
    return hits;
  }

  /** Returns the best n hits, the best one first. */
  static ScoreDoc[] best(List<ScoreDoc> hits, int n) {
    return hits.stream().sorted(BEST_FIRST).limit(n).toArray(ScoreDoc[]::new);
  }

  @Override
  public void visit(QueryVisitor visitor) {
    if (visitor.acceptField(field)) {
      visitor.visitLeaf(this);
    }
    if (filter != null) {
      filter.visit(visitor.getSubVisitor(BooleanClause.Occur.FILTER, this));
    }
  }

  /** Whether a query of the same class is equal. Subclasses add their own fields. */
  boolean equalsTo(VectorQuery other) {
    return field.equals(other.field) && k == other.k && Objects.equals(filter, other.filter);
  }

  @Override
  public boolean equals(Object other) {
    return sameClassAs(other) && equalsTo((VectorQuery) other);
  }

  @Override
  public int hashCode() {
    return Objects.hash(classHash(), field, k, filter);
  }

  /**
   * Checks and copies a target.
   *
   * @param name of the argument, for messages
   * @throws IllegalArgumentException if it is empty or has an element that is not finite
   */
  static float[] checked(String name, float[] target) {
    Objects.requireNonNull(target, name);
    checkNotEmpty(name, target.length);
    for (int i = 0; i < target.length; i++) {
      if (Float.isFinite(target[i]) == false) {
        throw new IllegalArgumentException(
            name + " must be finite, got: " + target[i] + " at dimension " + i);
      }
    }
    return target.clone();
  }

  static void checkNotEmpty(String name, int length) {
    if (length == 0) {
      throw new IllegalArgumentException(name + " must have at least 1 dimension, got: " + length);
    }
  }
}
