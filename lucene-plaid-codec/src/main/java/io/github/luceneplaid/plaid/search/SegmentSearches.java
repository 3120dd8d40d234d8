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

import io.github.luceneplaid.plaid.search.request.BestChildren;
import io.github.luceneplaid.plaid.search.request.BestDocs;
import io.github.luceneplaid.plaid.search.request.BestHits;
import io.github.luceneplaid.plaid.search.request.SearchRequest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.ReaderUtil;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Weight;
import org.apache.lucene.util.BitSet;

/** The segments that a search has to look at, and how their documents are scored in parallel. */
public final class SegmentSearches {

  /** The number of dot products that justifies a task of its own. */
  static final long TASK_COST = 1 << 19;

  /**
   * The children of a parent that are scored exactly, because quicker scores may be wrong about the
   * best one.
   */
  private static final int CHILDREN = 3;

  private final IndexSearcher searcher;
  private final SearchRequest request;
  private final SegmentDocs[] byOrd;
  private final List<SegmentDocs> segments = new ArrayList<>();

  /**
   * Opens the segments that have values of the field, until time runs out.
   *
   * @throws IllegalArgumentException if the field has doc values of another type, or if its tokens
   *     have another dimension than the query
   */
  public SegmentSearches(IndexSearcher searcher, SearchRequest request) throws IOException {
    this.searcher = searcher;
    this.request = request;
    List<LeafReaderContext> contexts = searcher.getIndexReader().leaves();
    this.byOrd = new SegmentDocs[contexts.size()];
    for (LeafReaderContext context : contexts) {
      if (request.timedOut()) {
        return;
      }
      SegmentSearch search = SegmentSearch.of(context, request);
      BitSet parents = search == null ? null : parents(context);
      if (search != null && (parents != null || request.parents() == null)) {
        byOrd[context.ord] = new SegmentDocs(context, parents, search);
        segments.add(byOrd[context.ord]);
      }
    }
    checkDimension();
  }

  private BitSet parents(LeafReaderContext context) throws IOException {
    return request.parents() == null ? null : request.parents().apply(context);
  }

  private void checkDimension() throws IOException {
    List<SegmentSearch> searches = new ArrayList<>(segments.size());
    for (SegmentDocs segment : segments) {
      if (segment.current().dimension() == request.query().dimension()) {
        return;
      }
      searches.add(segment.current());
    }
    checkDimension(searches, request);
  }

  /**
   * Checks that a query fits a reader. Opens as few segments as possible: usually one.
   *
   * @throws IllegalArgumentException if the field has doc values of another type, or if its tokens
   *     have another dimension than the query
   */
  public static void checkDimension(IndexReader reader, SearchRequest request) throws IOException {
    List<SegmentSearch> searches = new ArrayList<>();
    for (LeafReaderContext context : reader.leaves()) {
      SegmentSearch search = SegmentSearch.of(context, request);
      if (search != null && search.dimension() == request.query().dimension()) {
        return;
      }
      if (search != null) {
        searches.add(search);
      }
    }
    checkDimension(searches, request);
  }

  /**
   * Checks that some document has the query's dimension. Segments may differ if a field has odd
   * documents, or has been embedded anew, so one document is enough. Most searches know of one
   * without looking at any.
   *
   * @param searches of segments that mostly have tokens of another dimension
   */
  private static void checkDimension(List<SegmentSearch> searches, SearchRequest request)
      throws IOException {
    int expected = 0;
    for (SegmentSearch search : searches) {
      if (search.findsDimension() || request.timedOut()) {
        return;
      }
      expected = expected > 0 ? expected : search.dimension();
    }
    if (expected != 0) {
      throw new IllegalArgumentException(
          "the query must have dimension "
              + expected
              + ", that of field \""
              + request.field()
              + "\", got: "
              + request.query().dimension());
    }
  }

  /** Restricts the search to what a filter matches. */
  public void filter(Weight filter) throws IOException {
    List<Callable<Void>> tasks = new ArrayList<>(segments.size());
    for (SegmentDocs segment : segments) {
      tasks.add(
          () -> {
            segment.filter(filter, request.time());
            return null;
          });
    }
    run(tasks);
  }

  /**
   * Replaces segments that have to be searched in another way, see {@link SegmentDocs#adapted}.
   *
   * @return whether there were any
   */
  boolean adapt() throws IOException {
    boolean any = false;
    for (int i = 0; i < segments.size(); i++) {
      SegmentDocs segment = segments.get(i);
      SegmentDocs adapted = segment.adapted(request);
      if (adapted != segment) {
        any = true;
        segments.set(i, adapted);
        byOrd[adapted.ord()] = adapted;
      }
    }
    return any;
  }

  public List<SegmentDocs> all() {
    return segments;
  }

  /**
   * Returns which segment has a document.
   *
   * @throws IllegalArgumentException if none has
   */
  static int segmentOf(int doc, IndexReader reader) {
    if (doc < 0 || doc >= reader.maxDoc()) {
      throw new IllegalArgumentException(
          "a document must be at least 0 and less than " + reader.maxDoc() + ", got: " + doc);
    }
    return ReaderUtil.subIndex(doc, reader.leaves());
  }

  /** Keeps the best documents, or the best child of each of as many parents. */
  BestHits best(int capacity) {
    return best(capacity, 1);
  }

  /**
   * Keeps documents that will be scored exactly, or several children of each of as many parents.
   */
  BestHits toRescore(int capacity) {
    return best(capacity, CHILDREN);
  }

  private BestHits best(int capacity, int children) {
    return request.parents() == null
        ? new BestDocs(capacity)
        : new BestChildren(capacity, children, this::parent);
  }

  /** Returns the parent of a document, which may be itself; -1 if it has none. */
  int parent(int doc) {
    SegmentDocs segment = of(doc);
    int parent = segment.parent(doc - segment.docBase());
    return parent < 0 ? -1 : segment.docBase() + parent;
  }

  /** Returns the segment of a document, null if the segment has no values. */
  SegmentDocs of(int doc) {
    return byOrd[segmentOf(doc, searcher.getIndexReader())];
  }

  /**
   * Scores documents quickly where a segment can do so, until the request times out.
   *
   * @param docs docIDs of the index, in any order
   * @return their scores in the same order; NaN for documents without tokens of the query's
   *     dimension, and for those that were left when time ran out
   */
  float[] quickScores(int[] docs) throws IOException {
    return score(docs, true);
  }

  /**
   * Scores documents exactly, until the request times out.
   *
   * @param docs docIDs of the index, in any order
   * @return their scores in the same order; NaN for documents without tokens of the query's
   *     dimension, and for those that were left when time ran out
   */
  public float[] exactScores(int[] docs) throws IOException {
    return score(docs, false);
  }

  private float[] score(int[] docs, boolean quick) throws IOException {
    long cost = 0;
    long[] byDoc = new long[docs.length];
    for (int i = 0; i < docs.length; i++) {
      byDoc[i] = (long) docs[i] << 32 | i;
      SegmentDocs segment = of(docs[i]);
      cost += segment == null ? 0 : segment.current().costPerDocument();
    }
    Arrays.sort(byDoc);
    float[] scores = new float[docs.length];
    int parts = Math.clamp(cost / TASK_COST, 1, docs.length / 2 + 1);
    List<Callable<Void>> tasks = new ArrayList<>(parts);
    for (int part = 0; part < parts; part++) {
      int from = (int) ((long) docs.length * part / parts);
      int to = (int) ((long) docs.length * (part + 1) / parts);
      tasks.add(
          () -> {
            score(byDoc, from, to, quick, scores);
            return null;
          });
    }
    run(tasks);
    return scores;
  }

  private void score(long[] byDoc, int from, int to, boolean quick, float[] scores)
      throws IOException {
    for (int i = from; i < to; i++) {
      int doc = (int) (byDoc[i] >>> 32);
      SegmentDocs segment = of(doc);
      boolean skip = segment == null || request.timedOut();
      scores[(int) byDoc[i]] = skip ? Float.NaN : segment.score(doc - segment.docBase(), quick);
    }
  }

  /** Runs tasks on the searcher's executor, but a single task in the calling thread. */
  <T> List<T> run(List<Callable<T>> tasks) throws IOException {
    return searcher.getTaskExecutor().invokeAll(tasks);
  }
}
