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
import java.util.Objects;
import org.apache.lucene.index.CodecReader;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.AcceptDocs;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.KnnCollector;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.QueryVisitor;
import org.apache.lucene.search.ScoreDoc;

/**
 * Finds documents by the vectors of two fields: a fast field selects candidates, and a quality
 * field ranks them.
 *
 * <ol>
 *   <li>The query searches the fast field for its best c = {@linkplain Builder#oversample
 *       oversample}·k documents that match the filter. It searches as the field's format does, so a
 *       graph may miss some of them.
 *   <li>It scores these candidates by the quality field, from the most precise vectors that the
 *       format stores.
 *   <li>It maps the fast scores of the candidates linearly to 0 to 1: the least becomes 0 and the
 *       largest becomes 1. If all are equal, all become 1. It maps the quality scores of those
 *       candidates that have one in the same way.
 *   <li>The score of a candidate is w · quality + (1 − w) · fast, where w is the {@linkplain
 *       Builder#qualityWeight weight}. A candidate without a vector in the quality field has its
 *       mapped fast score. The best k candidates are the hits.
 * </ol>
 *
 * <p><b>A score depends on the other candidates.</b> The mapping uses the least and the largest
 * score of all candidates. The same document with the same vectors may therefore score differently
 * if k, oversample or the filter changes, if documents are added or deleted, or if a graph finds
 * other candidates after a merge. Scores are from 0 to 1. They order the hits of one search of one
 * reader. Scores of different searches, shards or indexes cannot be compared, and a threshold on
 * them has no fixed meaning.
 *
 * <pre>{@code
 * Query query =
 *     TwoFieldKnnQuery.builder()
 *         .fast("small", smallTarget)
 *         .quality("large", largeTarget)
 *         .k(10)
 *         .build();
 * }</pre>
 *
 * @lucene.experimental
 */
public final class TwoFieldKnnQuery extends VectorQuery {

  /** Default of {@link Builder#oversample}: the number of candidates for each hit. */
  public static final int DEFAULT_OVERSAMPLE = 3;

  /** Default of {@link Builder#qualityWeight}: the weight of the quality field. */
  public static final float DEFAULT_QUALITY_WEIGHT = 0.7f;

  private final float[] fastTarget;
  private final String qualityField;
  private final float[] qualityTarget;
  private final int oversample;
  private final float qualityWeight;

  private TwoFieldKnnQuery(Builder builder) {
    super(builder.fastField, builder.k, builder.filter);
    this.fastTarget = checked("fastTarget", builder.fastTarget);
    this.qualityField = Objects.requireNonNull(builder.qualityField, "qualityField");
    this.qualityTarget = checked("qualityTarget", builder.qualityTarget);
    this.oversample = builder.oversample;
    // -0 becomes 0: they are equal, and equal queries need the same hash code
    this.qualityWeight = builder.qualityWeight + 0f;
    Arguments.checkAtLeast("oversample", oversample, 1);
    if (qualityWeight >= 0 == false || qualityWeight > 1) {
      throw new IllegalArgumentException(
          "qualityWeight must be from 0 to 1, got: " + qualityWeight);
    }
  }

  /**
   * Starts a query. {@link Builder#fast}, {@link Builder#quality} and {@link Builder#k} have no
   * default.
   */
  public static Builder builder() {
    return new Builder();
  }

  /** Returns a copy of the target of the fast field. */
  public float[] getFastTargetCopy() {
    return fastTarget.clone();
  }

  /** Returns the name of the quality field. {@link #getField} returns that of the fast field. */
  public String getQualityField() {
    return qualityField;
  }

  /** Returns a copy of the target of the quality field. */
  public float[] getQualityTargetCopy() {
    return qualityTarget.clone();
  }

  /** Returns the number of candidates for each hit. */
  public int getOversample() {
    return oversample;
  }

  /** Returns the weight of the quality field. */
  public float getQualityWeight() {
    return qualityWeight;
  }

  @Override
  int candidates() {
    return (int) Math.min(Integer.MAX_VALUE - 16, (long) k * oversample);
  }

  @Override
  StoredVectors scanned(LeafReader reader) throws IOException {
    // Other readers search in their own way: by a graph, or with checks of the time.
    if (reader instanceof CodecReader == false) {
      return null;
    }
    StoredVectors stored = super.scanned(reader);
    return stored != null && stored.hasGraphs() ? null : stored;
  }

  @Override
  void searchSegment(
      LeafReaderContext context, OrdRange range, KnnCollector collector, AcceptDocs acceptDocs)
      throws IOException {
    LeafReader reader = context.reader();
    ShownVectors shown = ShownVectors.openFloats(reader, field);
    if (shown != null && shown.arePassedOn() && range.equals(OrdRange.ALL)) {
      reader.searchNearestVectors(field, fastTarget, collector, acceptDocs);
    } else {
      ExactScores.collect(reader, field, fastTarget, range, collector, acceptDocs);
    }
  }

  @Override
  ScoreDoc[] hits(ScoreDoc[] candidates, IndexSearcher searcher) throws IOException {
    float[] fast = new float[candidates.length];
    for (int i = 0; i < fast.length; i++) {
      fast[i] = candidates[i].score;
    }
    float[] quality = ExactScores.scores(searcher, qualityField, qualityTarget, candidates);
    mapToUnitInterval(fast);
    mapToUnitInterval(quality);
    ScoreDoc[] hits = new ScoreDoc[candidates.length];
    for (int i = 0; i < hits.length; i++) {
      float score =
          Float.isNaN(quality[i])
              ? fast[i]
              : qualityWeight * quality[i] + (1 - qualityWeight) * fast[i];
      hits[i] = new ScoreDoc(candidates[i].doc, score);
    }
    return hits;
  }

  /**
   * Maps the least score to 0 and the largest one to 1, or all scores to 1 if they are equal. It
   * leaves NaN, the score of a document without a vector, as it is. A product of large numbers may
   * be infinite: it counts as the largest float.
   */
  private static void mapToUnitInterval(float[] scores) {
    float min = Float.POSITIVE_INFINITY;
    float max = Float.NEGATIVE_INFINITY;
    for (int i = 0; i < scores.length; i++) {
      if (Float.isNaN(scores[i]) == false) {
        scores[i] = Math.min(scores[i], Float.MAX_VALUE);
        min = Math.min(min, scores[i]);
        max = Math.max(max, scores[i]);
      }
    }
    for (int i = 0; i < scores.length; i++) {
      if (Float.isNaN(scores[i]) == false) {
        scores[i] = max > min ? (scores[i] - min) / (max - min) : 1;
      }
    }
  }

  @Override
  public void visit(QueryVisitor visitor) {
    super.visit(visitor);
    if (visitor.acceptField(qualityField)) {
      visitor.visitLeaf(this);
    }
  }

  @Override
  boolean equalsTo(VectorQuery query) {
    TwoFieldKnnQuery other = (TwoFieldKnnQuery) query;
    return super.equalsTo(other)
        && qualityField.equals(other.qualityField)
        && oversample == other.oversample
        && qualityWeight == other.qualityWeight
        && Arrays.equals(fastTarget, other.fastTarget)
        && Arrays.equals(qualityTarget, other.qualityTarget);
  }

  @Override
  public int hashCode() {
    return Objects.hash(
        super.hashCode(),
        qualityField,
        oversample,
        qualityWeight,
        Arrays.hashCode(fastTarget),
        Arrays.hashCode(qualityTarget));
  }

  @Override
  public String toString(String defaultField) {
    return "TwoFieldKnnQuery("
        + field
        + ", "
        + qualityField
        + ", k="
        + k
        + ", oversample="
        + oversample
        + ", qualityWeight="
        + qualityWeight
        + (filter == null ? "" : ", " + filter)
        + ")";
  }

  /** Builds a query by named steps. */
  public static final class Builder {

    private String fastField;
    private float[] fastTarget;
    private String qualityField;
    private float[] qualityTarget;
    private int k;
    private Query filter;
    private int oversample = DEFAULT_OVERSAMPLE;
    private float qualityWeight = DEFAULT_QUALITY_WEIGHT;

    private Builder() {}

    /**
     * Sets the field that selects the candidates.
     *
     * @param field name of a field of floats, in any format
     * @param target vector that the field's vectors are compared with; it is copied by {@link
     *     #build}
     */
    public Builder fast(String field, float[] target) {
      this.fastField = field;
      this.fastTarget = target;
      return this;
    }

    /**
     * Sets the field that ranks the candidates.
     *
     * @param field name of a field of floats, in any format
     * @param target vector that the field's vectors are compared with; it is copied by {@link
     *     #build}
     */
    public Builder quality(String field, float[] target) {
      this.qualityField = field;
      this.qualityTarget = target;
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
     * Sets the weight of the quality field: 0 to 1, {@value #DEFAULT_QUALITY_WEIGHT} by default.
     * The fast field has the rest.
     */
    public Builder qualityWeight(float qualityWeight) {
      this.qualityWeight = qualityWeight;
      return this;
    }

    /**
     * Makes the query.
     *
     * @throws IllegalArgumentException if a number is out of its range, or a target is empty or not
     *     finite
     * @throws NullPointerException if a field or a target is missing
     */
    public TwoFieldKnnQuery build() {
      return new TwoFieldKnnQuery(this);
    }
  }
}
