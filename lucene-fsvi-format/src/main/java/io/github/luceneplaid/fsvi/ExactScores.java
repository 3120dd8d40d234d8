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

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.ReaderUtil;
import org.apache.lucene.search.AcceptDocs;
import org.apache.lucene.search.DocAndFloatFeatureBuffer;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.KnnCollector;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.VectorScorer;

/** Computes exact scores of vectors in any format. */
final class ExactScores {

  private ExactScores() {}

  /**
   * Scores accepted documents of a segment by a field of floats.
   *
   * @param range ordinals of the vectors to scan; ignored if the segment is not in this format
   */
  static void collect(
      LeafReader reader,
      String field,
      float[] target,
      OrdRange range,
      KnnCollector collector,
      AcceptDocs acceptDocs)
      throws IOException {
    ShownVectors shown = ShownVectors.openFloats(reader, field);
    if (shown == null) {
      return;
    }
    StoredVectors stored = shown.stored();
    if (stored == null) {
      collect(shown.scorer(target), shown, collector, acceptDocs);
    } else if (stored.size() > 0) {
      ExactSearch.of(stored, target).search(range, collector, acceptDocs, shown.watch());
    }
  }

  /** Does the same by a field of bytes. */
  static void collect(
      LeafReader reader,
      String field,
      byte[] target,
      OrdRange range,
      KnnCollector collector,
      AcceptDocs acceptDocs)
      throws IOException {
    ShownVectors shown = ShownVectors.openBytes(reader, field);
    if (shown == null) {
      return;
    }
    StoredVectors stored = shown.stored();
    if (stored == null) {
      collect(shown.scorer(target), shown, collector, acceptDocs);
    } else if (stored.size() > 0) {
      ExactSearch.of(stored, target).search(range, collector, acceptDocs, shown.watch());
    }
  }

  private static void collect(
      VectorScorer scorer, ShownVectors shown, KnnCollector collector, AcceptDocs acceptDocs)
      throws IOException {
    if (scorer == null) {
      return;
    }
    VectorScorer.Bulk bulk = scorer.bulk(shown.accepted(acceptDocs));
    DocAndFloatFeatureBuffer buffer = new DocAndFloatFeatureBuffer();
    while (collector.earlyTerminated() == false) {
      bulk.nextDocsAndScores(DocIdSetIterator.NO_MORE_DOCS, null, buffer);
      if (buffer.size == 0) {
        break;
      }
      collector.incVisitedCount(buffer.size);
      for (int i = 0; i < buffer.size; i++) {
        collector.collect(buffer.docs[i], shown.finite(buffer.features[i]));
      }
    }
  }

  /**
   * Scores some documents of an index.
   *
   * @param hits the documents; their scores are ignored
   * @return a score for each document, NaN for a document without a vector
   */
  static float[] scores(IndexSearcher searcher, String field, float[] target, ScoreDoc[] hits)
      throws IOException {
    float[] scores = new float[hits.length];
    Arrays.fill(scores, Float.NaN);
    Integer[] byDoc = new Integer[hits.length];
    Arrays.setAll(byDoc, i -> i);
    Arrays.sort(byDoc, (a, b) -> Integer.compare(hits[a].doc, hits[b].doc));
    List<LeafReaderContext> leaves = searcher.getIndexReader().leaves();
    LeafReaderContext leaf = null;
    ShownVectors shown = null;
    VectorScorer scorer = null;
    for (int i : byDoc) {
      int doc = hits[i].doc;
      if (leaf == null || doc >= leaf.docBase + leaf.reader().maxDoc()) {
        leaf = leaves.get(ReaderUtil.subIndex(doc, leaves));
        shown = ShownVectors.openFloats(leaf.reader(), field);
        scorer = shown == null ? null : shown.scorer(target);
      }
      if (scorer != null && moveTo(scorer.iterator(), doc - leaf.docBase)) {
        scores[i] = shown.finite(scorer.score());
      }
    }
    return scores;
  }

  private static boolean moveTo(DocIdSetIterator docs, int doc) throws IOException {
    int found = docs.docID() < doc ? docs.advance(doc) : docs.docID();
    return found == doc;
  }
}
