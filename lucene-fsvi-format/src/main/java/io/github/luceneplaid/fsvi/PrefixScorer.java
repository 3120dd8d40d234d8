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
import io.github.luceneplaid.fsvi.slab.Slab;
import io.github.luceneplaid.fsvi.slab.SlabEncoding;
import java.io.IOException;
import java.util.Arrays;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.util.ArrayUtil;
import org.apache.lucene.util.VectorUtil;

/**
 * Scores rows by the first dimensions of their vectors, in the coarse tier if there are two. It
 * uses the cosine in place of the dot product, because the first dimensions of a vector of norm 1
 * do not have norm 1.
 */
final class PrefixScorer implements RowScorer {

  private final StoredTier tier;
  private final VectorSimilarityFunction similarity;
  private final RowComparison dot;
  // Distance from the query; for the cosine from 0, which is the squared norm
  private final RowComparison squareDistance;
  private final float norm;
  private float[] scales = new float[1];
  private float[] squares = new float[1];

  /**
   * Sole constructor.
   *
   * @param prefix first dimensions of the query
   */
  PrefixScorer(StoredVectors vectors, float[] prefix) {
    this.tier = vectors.coarse();
    this.similarity = similarity(vectors.similarity());
    SlabEncoding encoding = tier.encoding();
    this.dot = TierScorer.comparison(encoding, Measure.DOT, prefix);
    float[] from =
        similarity == VectorSimilarityFunction.COSINE ? new float[prefix.length] : prefix;
    this.squareDistance = TierScorer.comparison(encoding, Measure.SQUARE_DISTANCE, from);
    this.norm = Rounding.norm(prefix);
  }

  /** Returns the similarity for first dimensions of vectors with a similarity. */
  static VectorSimilarityFunction similarity(VectorSimilarityFunction ofVectors) {
    return ofVectors == VectorSimilarityFunction.DOT_PRODUCT
        ? VectorSimilarityFunction.COSINE
        : ofVectors;
  }

  /** Scores the first dimensions of one vector. If all of them are 0, the cosine is 0. */
  static float score(VectorSimilarityFunction similarity, float[] prefix, float[] ofVector) {
    boolean noCosine =
        similarity == VectorSimilarityFunction.COSINE
            && (Rounding.norm(prefix) == 0 || Rounding.norm(ofVector) == 0);
    return noCosine ? 0.5f : ScoreFormula.orLeast(similarity.compare(prefix, ofVector));
  }

  @Override
  public float scores(int[] ords, int n, float[] scores) throws IOException {
    scales = ArrayUtil.grow(scales, n);
    if (tier.scales() == null) {
      Arrays.fill(scales, 0, n, 1);
    } else {
      StoredTier.read(tier.scales(), ords, n, scales);
    }
    compare(ords, n, scores);
    float max = Float.NEGATIVE_INFINITY;
    for (int i = 0; i < n; i++) {
      scores[i] = ScoreFormula.orLeast(scores[i]);
      max = Math.max(max, scores[i]);
    }
    return max;
  }

  private void compare(int[] ords, int n, float[] scores) throws IOException {
    Slab rows = tier.rows();
    switch (similarity) {
      case EUCLIDEAN -> {
        rows.compare(squareDistance, ords, n, scales, scores);
        for (int i = 0; i < n; i++) {
          scores[i] = VectorUtil.normalizeDistanceToUnitInterval(scores[i]);
        }
      }
      case MAXIMUM_INNER_PRODUCT -> {
        rows.compare(dot, ords, n, scales, scores);
        for (int i = 0; i < n; i++) {
          scores[i] = VectorUtil.scaleMaxInnerProductScore(scores[i] * scales[i]);
        }
      }
      default -> {
        rows.compare(dot, ords, n, scales, scores);
        squares = ArrayUtil.grow(squares, n);
        rows.compare(squareDistance, ords, n, scales, squares);
        for (int i = 0; i < n; i++) {
          double lengths = norm * Math.sqrt(squares[i]);
          float cosine = lengths > 0 ? (float) (scores[i] * scales[i] / lengths) : 0;
          scores[i] = VectorUtil.normalizeToUnitInterval(cosine);
        }
      }
    }
  }
}
