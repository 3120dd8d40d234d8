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
import java.util.Objects;
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
 * Finds documents by the first dimensions of their vectors, for models that put most of the
 * information into these dimensions (Matryoshka). The search has two steps:
 *
 * <ol>
 *   <li>It compares the first {@linkplain Builder#prefixDimensions dimensions} of every vector with
 *       those of the target, and keeps the best {@linkplain Builder#oversample oversample}·k
 *       documents as candidates. It reads only these dimensions of vectors in {@link
 *       FsviVectorsFormat}.
 *   <li>It scores the candidates by their whole vectors, and returns the best k.
 * </ol>
 *
 * The scores of hits are those of whole vectors. The first step uses the similarity of the field,
 * with one exception: it replaces the dot product by the cosine, because the first dimensions of a
 * vector of length 1 are not of length 1.
 *
 * <pre>{@code
 * Query query = PrefixKnnQuery.builder("vector", target).prefixDimensions(128).k(10).build();
 * }</pre>
 *
 * @lucene.experimental
 */
public final class PrefixKnnQuery extends VectorQuery {

  /** Default of {@link Builder#oversample}: the number of candidates for each hit. */
  public static final int DEFAULT_OVERSAMPLE = 3;

  private final float[] target;
  private final int prefixDimensions;
  private final int oversample;

  private PrefixKnnQuery(Builder builder) {
    super(builder.field, builder.k, builder.filter);
    this.target = checked("target", builder.target);
    this.prefixDimensions = builder.prefixDimensions;
    this.oversample = builder.oversample;
    Arguments.checkRange("prefixDimensions", prefixDimensions, 1, target.length);
    Arguments.checkAtLeast("oversample", oversample, 1);
  }

  /**
   * Starts a query. {@link Builder#k} and {@link Builder#prefixDimensions} have no default.
   *
   * @param field name of a field of floats
   * @param target vector that the field's vectors are compared with, of the field's dimension; it
   *     is copied by {@link Builder#build}
   */
  public static Builder builder(String field, float[] target) {
    return new Builder(field, target);
  }

  /** Returns a copy of the target. */
  public float[] getTargetCopy() {
    return target.clone();
  }

  /** Returns the number of dimensions that select the candidates. */
  public int getPrefixDimensions() {
    return prefixDimensions;
  }

  /** Returns the number of candidates for each hit. */
  public int getOversample() {
    return oversample;
  }

  @Override
  int candidates() {
    return (int) Math.min(Integer.MAX_VALUE - 16, (long) k * oversample);
  }

  @Override
  long scannedBytes(VectorFieldLayout layout) {
    return (long) prefixDimensions * layout.coarse().encoding().bytes();
  }

  @Override
  void searchSegment(
      LeafReaderContext context, OrdRange range, KnnCollector collector, AcceptDocs acceptDocs)
      throws IOException {
    LeafReader reader = context.reader();
    float[] first = Arrays.copyOf(target, prefixDimensions);
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
        && prefixDimensions == other.prefixDimensions
        && oversample == other.oversample
        && Arrays.equals(target, other.target);
  }

  @Override
  public int hashCode() {
    return Objects.hash(super.hashCode(), prefixDimensions, oversample, Arrays.hashCode(target));
  }

  @Override
  public String toString(String defaultField) {
    return "PrefixKnnQuery("
        + field
        + ", prefixDimensions="
        + prefixDimensions
        + ", k="
        + k
        + ", oversample="
        + oversample
        + (filter == null ? "" : ", " + filter)
        + ")";
  }

  /** Builds a query by named steps. */
  public static final class Builder {

    private final String field;
    private final float[] target;
    private int prefixDimensions;
    private int k;
    private Query filter;
    private int oversample = DEFAULT_OVERSAMPLE;

    private Builder(String field, float[] target) {
      this.field = field;
      this.target = target;
    }

    /** Sets the number of first dimensions that select the candidates: 1 to the dimension. */
    public Builder prefixDimensions(int prefixDimensions) {
      this.prefixDimensions = prefixDimensions;
      return this;
    }

    /** Sets the number of hits: at least 1. */
    public Builder k(int k) {
      this.k = k;
      return this;
    }

    /** Sets a query that hits must match. Null, the default, allows all documents. */
    public Builder filter(Query filter) {
      this.filter = filter;
      return this;
    }

    /**
     * Sets the number of candidates for each hit: at least 1, {@value #DEFAULT_OVERSAMPLE} by
     * default.
     */
    public Builder oversample(int oversample) {
      this.oversample = oversample;
      return this;
    }

    /**
     * Makes the query.
     *
     * @throws IllegalArgumentException if a number is out of its range, or the target is empty or
     *     not finite
     */
    public PrefixKnnQuery build() {
      return new PrefixKnnQuery(this);
    }
  }
}
