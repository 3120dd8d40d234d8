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
 * Finds candidates by the vectors of one field, which is fast, and scores them by those of another
 * one, which is good. Each field's scores of the candidates are stretched to 0 to 1, and a hit's
 * score is their weighted mean. A document without a vector in the second field keeps its score in
 * the first one, stretched likewise.
 *
 * @lucene.experimental
 */
public final class TwoFieldKnnQuery extends VectorQuery {

  /** Candidates for each hit. */
  public static final int DEFAULT_OVERSAMPLE = 3;

  /** Weight of the second field's score; the first one has the rest. */
  public static final float DEFAULT_QUALITY_WEIGHT = 0.7f;

  private final float[] fastTarget;
  private final String qualityField;
  private final float[] qualityTarget;
  private final int oversample;
  private final float qualityWeight;

  /**
   * Scores {@value #DEFAULT_OVERSAMPLE}·k candidates with the default weight.
   *
   * @param fastField name of a field of floats in any format, searched as the format does it
   * @param fastTarget what its vectors are compared with; is copied
   * @param qualityField name of another field of floats
   * @param qualityTarget what its vectors are compared with; is copied
   * @param k number of hits, at least 1
   * @param filter what hits have to match, or null
   * @throws IllegalArgumentException if an argument is out of its range
   */
  public TwoFieldKnnQuery(
      String fastField,
      float[] fastTarget,
      String qualityField,
      float[] qualityTarget,
      int k,
      Query filter) {
    this(
        fastField,
        fastTarget,
        qualityField,
        qualityTarget,
        k,
        filter,
        DEFAULT_OVERSAMPLE,
        DEFAULT_QUALITY_WEIGHT);
  }

  /**
   * As above.
   *
   * @param fastField name of a field of floats in any format, searched as the format does it
   * @param fastTarget what its vectors are compared with; is copied
   * @param qualityField name of another field of floats
   * @param qualityTarget what its vectors are compared with; is copied
   * @param k number of hits, at least 1
   * @param filter what hits have to match, or null
   * @param oversample candidates for each hit, at least 1
   * @param qualityWeight weight of the second field, 0 to 1
   * @throws IllegalArgumentException if an argument is out of its range
   */
  public TwoFieldKnnQuery(
      String fastField,
      float[] fastTarget,
      String qualityField,
      float[] qualityTarget,
      int k,
      Query filter,
      int oversample,
      float qualityWeight) {
    super(fastField, k, filter);
    this.fastTarget = checked(fastTarget);
    this.qualityField = Objects.requireNonNull(qualityField);
    this.qualityTarget = checked(qualityTarget);
    if (oversample < 1) {
      throw new IllegalArgumentException(
          "oversample: found " + oversample + ", expected at least 1");
    }
    if (qualityWeight >= 0 == false || qualityWeight > 1) {
      throw new IllegalArgumentException(
          "weight of the second field: found " + qualityWeight + ", expected 0 to 1");
    }
    this.oversample = oversample;
    this.qualityWeight = qualityWeight;
  }

  @Override
  int candidates() {
    return (int) Math.min(Integer.MAX_VALUE - 16, (long) k * oversample);
  }

  @Override
  StoredVectors scanned(LeafReader reader) throws IOException {
    // Others search as they do, by a graph or with the checks of a reader that can be ended.
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
    stretch(fast);
    stretch(quality);
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

  /** Maps the least score to 0 and the largest one to 1, or all to 1 if they are equal. */
  private static void stretch(float[] scores) {
    float min = Float.POSITIVE_INFINITY;
    float max = Float.NEGATIVE_INFINITY;
    for (float score : scores) {
      if (Float.isNaN(score) == false) {
        min = Math.min(min, score);
        max = Math.max(max, score);
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
}
