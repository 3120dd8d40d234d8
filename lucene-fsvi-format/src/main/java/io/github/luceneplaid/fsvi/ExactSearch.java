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

import io.github.luceneplaid.fsvi.slab.SlabEncoding;
import java.io.IOException;
import org.apache.lucene.index.KnnVectorValues.DocIndexIterator;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.AcceptDocs;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.KnnCollector;

/**
 * Scans a field in blocks of rows. A {@link RowFilter} first drops the rows whose score cannot be
 * competitive. A {@link RowScorer} then scores the remaining rows by the fine tier.
 *
 * <p>With two tiers the filter reads only the coarse rows. A fine score exceeds the coarse score by
 * at most an amount that depends on the distance between the two rows, and this distance is stored.
 * The hits are therefore those of a scan of the fine tier.
 *
 * <p>The filter of signed bytes computes in integers with a rounded query, and takes the rounding
 * error into account. It is used with one tier or two. With one tier of floats the filter saves
 * only the conversion of results to scores.
 */
final class ExactSearch {

  /** Largest number of vectors between two checks of the collector. */
  static final int BLOCK = 256;

  private final StoredVectors vectors;
  private final RowScorer scorer;
  // Null if all rows are scored
  private final RowFilter filter;

  private final int[] ords = new int[BLOCK];
  private final float[] scores = new float[BLOCK];
  // Null if no filter of the reader may end the scan
  private ShownVectors.ScanWatch watch;

  private ExactSearch(StoredVectors vectors, RowScorer scorer, RowFilter filter) {
    this.vectors = vectors;
    this.scorer = scorer;
    this.filter = filter;
  }

  /**
   * Prepares a search of a field of floats.
   *
   * @throws IllegalArgumentException if the query has another dimension
   */
  static ExactSearch of(StoredVectors vectors, float[] query) {
    VectorSimilarityFunction similarity = vectors.similarity();
    TierScorer scorer = TierScorer.of(vectors, vectors.fine(), similarity, query);
    RowFilter filter = scorer;
    if (vectors.coarse().encoding() == SlabEncoding.INT8) {
      filter = new Int8RowFilter(vectors, query);
    } else if (vectors.hasTwoTiers()) {
      filter = TierScorer.of(vectors, vectors.coarse(), similarity, query);
    }
    return new ExactSearch(vectors, scorer, filter);
  }

  /**
   * Prepares a search of a field of bytes.
   *
   * @throws IllegalArgumentException if the query has another dimension
   */
  static ExactSearch of(StoredVectors vectors, byte[] query) {
    TierScorer scorer = TierScorer.of(vectors, vectors.similarity(), query);
    return new ExactSearch(vectors, scorer, scorer);
  }

  /** Prepares a search that scores all rows by a scorer. */
  static ExactSearch of(StoredVectors vectors, RowScorer scorer) {
    return new ExactSearch(vectors, scorer, null);
  }

  /** Passes competitive documents to the collector, in ascending order. */
  void search(KnnCollector collector, AcceptDocs acceptDocs) throws IOException {
    search(OrdRange.ALL, collector, acceptDocs);
  }

  /**
   * Does the same for a range of vectors, and reports each block to a watch.
   *
   * @param range ordinals of the vectors, at least one
   * @param watch receives the blocks, or null
   */
  void search(
      OrdRange range, KnnCollector collector, AcceptDocs acceptDocs, ShownVectors.ScanWatch watch)
      throws IOException {
    this.watch = watch;
    search(range, collector, acceptDocs);
  }

  /** Does the same for a range of vectors, at least one. */
  void search(OrdRange range, KnnCollector collector, AcceptDocs acceptDocs) throws IOException {
    int from = range.from();
    int to = Math.min(range.to(), vectors.size());
    if (acceptDocs.bits() == null) {
      searchAll(from, to, collector);
    } else {
      int end = to == vectors.size() ? DocIdSetIterator.NO_MORE_DOCS : vectors.docs().doc(to);
      searchSome(vectors.docs().doc(from), end, collector, acceptDocs.iterator());
    }
  }

  private void searchAll(int from, int to, KnnCollector collector) throws IOException {
    for (int ord = from, n; ord < to && collector.earlyTerminated() == false; ord += n) {
      n = Math.min(block(collector), to - ord);
      for (int i = 0; i < n; i++) {
        ords[i] = ord + i;
      }
      collect(n, collector);
    }
  }

  /** Returns the size of the next block, at least 1, within the collector's visit limit. */
  private static int block(KnnCollector collector) {
    return Math.clamp(collector.visitLimit() - collector.visitedCount(), 1, BLOCK);
  }

  private void searchSome(int from, int end, KnnCollector collector, DocIdSetIterator accepted)
      throws IOException {
    DocIndexIterator docs = vectors.docs().iterator();
    int block = block(collector);
    int n = 0;
    int doc = accepted.advance(from);
    while (doc < end) {
      int found = docs.docID() < doc ? docs.advance(doc) : docs.docID();
      if (found == doc) {
        ords[n++] = docs.index();
        if (n == block) {
          if (collector.earlyTerminated()) {
            return;
          }
          collect(n, collector);
          block = block(collector);
          n = 0;
        }
        doc = accepted.nextDoc();
      } else if (found == DocIdSetIterator.NO_MORE_DOCS) {
        break;
      } else {
        doc = accepted.advance(found);
      }
    }
    if (n > 0 && collector.earlyTerminated() == false) {
      collect(n, collector);
    }
  }

  private void collect(int n, KnnCollector collector) throws IOException {
    if (watch != null) {
      watch.reach(vectors.docs().doc(ords[0]));
    }
    collector.incVisitedCount(n);
    int candidates =
        filter == null ? n : filter.candidates(ords, n, collector.minCompetitiveSimilarity());
    if (candidates > 0
        && scorer.scores(ords, candidates, scores) > collector.minCompetitiveSimilarity()) {
      for (int i = 0; i < candidates; i++) {
        collector.collect(vectors.docs().doc(ords[i]), scores[i]);
      }
    }
  }
}
