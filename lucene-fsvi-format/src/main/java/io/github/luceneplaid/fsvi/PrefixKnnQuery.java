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
import org.apache.lucene.codecs.hnsw.FlatVectorsScorer;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.KnnVectorValues.DocIndexIterator;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.AcceptDocs;
import org.apache.lucene.search.ConjunctionUtils;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.KnnCollector;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;

/**
 * Finds documents by the first elements of their vectors, for models that put most into these
 * (Matryoshka). All vectors are scanned, and of those in {@link FsviVectorsFormat} nothing but the
 * first elements is read; then the best few times k of them are scored by all elements. Scores are
 * those of whole vectors.
 *
 * <p>First elements are compared as whole vectors are, but by cosine if that is the dot product,
 * since they are not of length 1.
 *
 * @lucene.experimental
 */
public final class PrefixKnnQuery extends VectorQuery {

  /** Candidates for each hit. */
  public static final int DEFAULT_OVERSAMPLE = 3;

  private final float[] target;
  private final int prefix;
  private final int oversample;

  /**
   * Scores {@value #DEFAULT_OVERSAMPLE}·k vectors by all elements.
   *
   * @param field name of a field of floats
   * @param target what vectors are compared with, of their dimension; is copied
   * @param prefix how many of the first elements are scanned, 1 to the dimension
   * @param k number of hits, at least 1
   * @param filter what hits have to match, or null
   * @throws IllegalArgumentException if an argument is out of its range
   */
  public PrefixKnnQuery(String field, float[] target, int prefix, int k, Query filter) {
    this(field, target, prefix, k, filter, DEFAULT_OVERSAMPLE);
  }

  /**
   * As above.
   *
   * @param field name of a field of floats
   * @param target what vectors are compared with, of their dimension; is copied
   * @param prefix how many of the first elements are scanned, 1 to the dimension
   * @param k number of hits, at least 1
   * @param filter what hits have to match, or null
   * @param oversample how many vectors are scored by all elements for each hit, at least 1
   * @throws IllegalArgumentException if an argument is out of its range
   */
  public PrefixKnnQuery(
      String field, float[] target, int prefix, int k, Query filter, int oversample) {
    super(field, k, filter);
    this.target = checked(target);
    if (prefix < 1 || prefix > target.length) {
      throw new IllegalArgumentException(
          "prefix: found " + prefix + ", expected 1 to " + target.length);
    }
    if (oversample < 1) {
      throw new IllegalArgumentException(
          "oversample: found " + oversample + ", expected at least 1");
    }
    this.prefix = prefix;
    this.oversample = oversample;
  }

  @Override
  int candidates() {
    return (int) Math.min(Integer.MAX_VALUE - 16, (long) k * oversample);
  }

  @Override
  long scannedBytes(VectorFieldLayout layout) {
    return (long) prefix * layout.fine().encoding().bytes();
  }

  @Override
  void searchSegment(
      LeafReaderContext context, OrdRange range, KnnCollector collector, AcceptDocs acceptDocs)
      throws IOException {
    LeafReader reader = context.reader();
    float[] first = Arrays.copyOf(target, prefix);
    ShownVectors shown = ShownVectors.openFloats(reader, field);
    if (shown == null) {
      return;
    }
    StoredVectors stored = shown.stored();
    if (stored != null) {
      FlatVectorsScorer.checkDimensions(target.length, stored.dimension());
      if (stored.size() > 0) {
        ExactSearch.of(stored, new PrefixScorer(stored, first))
            .search(range, collector, acceptDocs, shown.watch());
      }
      return;
    }
    FloatVectorValues values = reader.getFloatVectorValues(field);
    FlatVectorsScorer.checkDimensions(target.length, values.dimension());
    FieldInfo info = reader.getFieldInfos().fieldInfo(field);
    collect(
        values,
        first,
        PrefixScorer.similarity(info.getVectorSimilarityFunction()),
        collector,
        acceptDocs.iterator());
  }

  private static void collect(
      FloatVectorValues values,
      float[] first,
      VectorSimilarityFunction similarity,
      KnnCollector collector,
      DocIdSetIterator accepted)
      throws IOException {
    DocIndexIterator docs = values.iterator();
    DocIdSetIterator both = ConjunctionUtils.createConjunction(List.of(accepted, docs), List.of());
    for (int doc = both.nextDoc();
        doc != DocIdSetIterator.NO_MORE_DOCS && collector.earlyTerminated() == false;
        doc = both.nextDoc()) {
      float[] vector = Arrays.copyOf(values.vectorValue(docs.index()), first.length);
      collector.incVisitedCount(1);
      collector.collect(doc, PrefixScorer.score(similarity, first, vector));
    }
  }

  @Override
  ScoreDoc[] hits(ScoreDoc[] candidates, IndexSearcher searcher) throws IOException {
    float[] scores = ExactScores.scores(searcher, field, target, candidates);
    ScoreDoc[] hits = new ScoreDoc[candidates.length];
    for (int i = 0; i < hits.length; i++) {
      hits[i] = new ScoreDoc(candidates[i].doc, scores[i]);
    }
    return hits;
  }

  @Override
  boolean equalsTo(VectorQuery query) {
    PrefixKnnQuery other = (PrefixKnnQuery) query;
    return super.equalsTo(other)
        && prefix == other.prefix
        && oversample == other.oversample
        && Arrays.equals(target, other.target);
  }

  @Override
  public int hashCode() {
    return 31 * (31 * (31 * super.hashCode() + prefix) + oversample) + Arrays.hashCode(target);
  }

  @Override
  public String toString(String defaultField) {
    return "PrefixKnnQuery("
        + field
        + ", prefix="
        + prefix
        + ", k="
        + k
        + ", oversample="
        + oversample
        + (filter == null ? "" : ", " + filter)
        + ")";
  }
}
