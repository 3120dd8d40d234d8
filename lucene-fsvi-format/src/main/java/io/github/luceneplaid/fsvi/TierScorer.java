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
import org.apache.lucene.index.VectorEncoding;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.util.ArrayUtil;
import org.apache.lucene.util.VectorUtil;

/** Scores rows of a tier against a query, by the formulas of Lucene. For one thread. */
final class TierScorer implements RowScorer {

  private final StoredVectors vectors;
  private final StoredTier tier;
  private final VectorSimilarityFunction similarity;
  private final boolean bytes;
  private final RowComparison comparison;
  private final float queryNorm;

  private final int[] oneOrd = new int[1];
  private final float[] oneScore = new float[1];
  private float[] scales = new float[1];
  private float[] norms = new float[1];
  private float[] errors = new float[1];

  private TierScorer(
      StoredVectors vectors,
      StoredTier tier,
      VectorSimilarityFunction similarity,
      RowComparison comparison,
      float queryNorm) {
    this.vectors = vectors;
    this.tier = tier;
    this.similarity = similarity;
    this.bytes = vectors.encoding() == VectorEncoding.BYTE;
    this.comparison = comparison;
    this.queryNorm = queryNorm;
  }

  /**
   * Scores against a query of floats.
   *
   * @throws IllegalArgumentException if the query has another dimension
   */
  static TierScorer of(
      StoredVectors vectors, StoredTier tier, VectorSimilarityFunction similarity, float[] query) {
    FlatVectorsScorer.checkDimensions(query.length, vectors.dimension());
    return new TierScorer(
        vectors,
        tier,
        similarity,
        comparison(tier.encoding(), measure(similarity), query),
        Rounding.norm(query));
  }

  /**
   * Scores against a query of bytes.
   *
   * @throws IllegalArgumentException if the query has another dimension
   */
  static TierScorer of(StoredVectors vectors, VectorSimilarityFunction similarity, byte[] query) {
    FlatVectorsScorer.checkDimensions(query.length, vectors.dimension());
    return new TierScorer(
        vectors,
        vectors.fine(),
        similarity,
        VectorKernels.get().compareBytes(measure(similarity), query),
        Rounding.norm(query));
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
      scores[i] = score(scores[i], i);
      max = Math.max(max, scores[i]);
    }
    return max;
  }

  /** Bounds from above of what the fine tier scores for n rows of this coarse one. */
  void upperBounds(int[] ords, int n, float[] bounds) throws IOException {
    compare(ords, n, bounds);
    readNorms(ords, n);
    errors = ArrayUtil.grow(errors, n);
    StoredTier.read(tier.errors(), ords, n, errors);
    for (int i = 0; i < n; i++) {
      float bound =
          similarity == VectorSimilarityFunction.EUCLIDEAN
              ? lowerDistance(bounds[i], errors[i])
              : Math.nextUp(bounds[i] + errors[i] * queryNorm);
      bounds[i] = score(bound, i);
    }
  }

  /** Square of the least distance to the fine row, given the square of that to the coarse one. */
  private float lowerDistance(float square, float error) {
    double rounding = (vectors.dimension() / 4 + 8) * 0x1p-23;
    double distance = Math.sqrt(square) * (1 - rounding) - error - queryNorm * 0x1p-22;
    return distance <= 0 ? 0 : Math.nextDown((float) (distance * distance * (1 - rounding)));
  }

  /** Dot products with the vectors, or squares of distances. */
  private void compare(int[] ords, int n, float[] out) throws IOException {
    if (tier.scales() != null) {
      scales = ArrayUtil.grow(scales, n);
      StoredTier.read(tier.scales(), ords, n, scales);
    }
    tier.rows().compare(comparison, ords, n, scales, out);
    if (tier.scales() != null && similarity != VectorSimilarityFunction.EUCLIDEAN) {
      for (int i = 0; i < n; i++) {
        out[i] *= scales[i];
      }
    }
  }

  private void readNorms(int[] ords, int n) throws IOException {
    if (similarity == VectorSimilarityFunction.COSINE) {
      norms = ArrayUtil.grow(norms, n);
      StoredTier.read(vectors.norms(), ords, n, norms);
    }
  }

  /** The score for a result of the comparison with the i-th row. */
  private float score(float result, int i) {
    return switch (similarity) {
      case EUCLIDEAN -> 1 / (1 + result);
      case DOT_PRODUCT ->
          bytes
              ? 0.5f + result / (float) (vectors.dimension() * (1L << 15))
              : VectorUtil.normalizeToUnitInterval(result);
      case COSINE -> {
        // A vector of length 0 has no direction; Lucene's score would be no number.
        double lengths = (double) queryNorm * norms[i];
        float cosine = lengths == 0 ? 0 : (float) (result / lengths);
        yield bytes ? (1 + cosine) / 2 : VectorUtil.normalizeToUnitInterval(cosine);
      }
      case MAXIMUM_INNER_PRODUCT -> VectorUtil.scaleMaxInnerProductScore(result);
    };
  }
}
