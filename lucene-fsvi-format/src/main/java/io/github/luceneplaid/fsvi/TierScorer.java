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

import io.github.luceneplaid.fsvi.simd.RowComparison;
import io.github.luceneplaid.fsvi.simd.RowComparison.Measure;
import io.github.luceneplaid.fsvi.simd.VectorKernels;
import io.github.luceneplaid.fsvi.slab.SlabEncoding;
import java.io.IOException;
import org.apache.lucene.codecs.hnsw.FlatVectorsScorer;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.util.ArrayUtil;

/** Scores and filters rows of one tier by Lucene's formulas. For one thread. */
final class TierScorer implements RowScorer, RowFilter {

  private final StoredVectors vectors;
  private final StoredTier tier;
  private final ScoreFormula formula;
  private final RowComparison comparison;

  private final int[] oneOrd = new int[1];
  private final float[] oneScore = new float[1];
  private float[] scales = new float[1];
  private float[] norms = new float[1];
  private float[] errors = new float[1];
  private float[] bounds = new float[1];

  private TierScorer(
      StoredVectors vectors, StoredTier tier, ScoreFormula formula, RowComparison comparison) {
    this.vectors = vectors;
    this.tier = tier;
    this.formula = formula;
    this.comparison = comparison;
  }

  /**
   * Makes a scorer for a query of floats.
   *
   * @throws IllegalArgumentException if the query has another dimension
   */
  static TierScorer of(
      StoredVectors vectors, StoredTier tier, VectorSimilarityFunction similarity, float[] query) {
    FlatVectorsScorer.checkDimensions(query.length, vectors.dimension());
    return new TierScorer(
        vectors,
        tier,
        new ScoreFormula(similarity, false, vectors.dimension(), Rounding.norm(query)),
        comparison(tier.encoding(), measure(similarity), query));
  }

  /**
   * Makes a scorer for a query of bytes.
   *
   * @throws IllegalArgumentException if the query has another dimension
   */
  static TierScorer of(StoredVectors vectors, VectorSimilarityFunction similarity, byte[] query) {
    FlatVectorsScorer.checkDimensions(query.length, vectors.dimension());
    return new TierScorer(
        vectors,
        vectors.fine(),
        new ScoreFormula(similarity, true, vectors.dimension(), Rounding.norm(query)),
        VectorKernels.get().compareBytes(measure(similarity), query));
  }

  private static Measure measure(VectorSimilarityFunction similarity) {
    return similarity == VectorSimilarityFunction.EUCLIDEAN ? Measure.SQUARE_DISTANCE : Measure.DOT;
  }

  static RowComparison comparison(SlabEncoding encoding, Measure measure, float[] query) {
    VectorKernels kernels = VectorKernels.get();
    return switch (encoding) {
      case FLOAT32 -> kernels.compareFloat32(measure, query);
      case FLOAT16 -> kernels.compareFloat16(measure, query);
      case INT8 -> kernels.compareInt8(measure, query);
    };
  }

  float score(int ord) throws IOException {
    oneOrd[0] = ord;
    scores(oneOrd, 1, oneScore);
    return oneScore[0];
  }

  @Override
  public float scores(int[] ords, int n, float[] scores) throws IOException {
    compare(ords, n, scores);
    readNorms(ords, n);
    float max = Float.NEGATIVE_INFINITY;
    for (int i = 0; i < n; i++) {
      scores[i] = formula.score(scores[i], norms[i]);
      max = Math.max(max, scores[i]);
    }
    return max;
  }

  @Override
  public int candidates(int[] ords, int n, float limit) throws IOException {
    bounds = ArrayUtil.grow(bounds, n);
    compare(ords, n, bounds);
    readNorms(ords, n);
    if (tier.errors() != null) {
      addErrors(ords, n);
    }
    return formula.candidates(ords, n, bounds, norms, limit);
  }

  /** Turns results for this coarse tier into bounds for the fine tier. */
  private void addErrors(int[] ords, int n) throws IOException {
    errors = ArrayUtil.grow(errors, n);
    StoredTier.read(tier.errors(), ords, n, errors);
    for (int i = 0; i < n; i++) {
      bounds[i] =
          formula.isDistance()
              ? lowerDistance(bounds[i], errors[i])
              : Math.nextUp(bounds[i] + errors[i] * formula.queryNorm());
    }
  }

  /** Computes a lower bound on the squared distance to the fine row. */
  private float lowerDistance(float square, float error) {
    double rounding = Rounding.summation(vectors.dimension());
    double distance = Math.sqrt(square) * (1 - rounding) - error - formula.queryNorm() * 0x1p-22;
    return distance <= 0 ? 0 : Math.nextDown((float) (distance * distance * (1 - rounding)));
  }

  /** Computes dot products with the vectors, or squared distances. */
  private void compare(int[] ords, int n, float[] out) throws IOException {
    if (tier.scales() != null) {
      scales = ArrayUtil.grow(scales, n);
      StoredTier.read(tier.scales(), ords, n, scales);
    }
    tier.rows().compare(comparison, ords, n, scales, out);
    if (tier.scales() != null && formula.isDistance() == false) {
      for (int i = 0; i < n; i++) {
        out[i] *= scales[i];
      }
    }
  }

  /** Reads norms if the formula needs them. Makes room for them in any case. */
  private void readNorms(int[] ords, int n) throws IOException {
    norms = ArrayUtil.grow(norms, n);
    if (formula.needsNorms()) {
      StoredTier.read(vectors.norms(), ords, n, norms);
    }
  }
}
