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

import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.util.VectorUtil;

/**
 * Converts dot products or squared distances to scores, by Lucene's formulas.
 *
 * @param similarity similarity of the field
 * @param bytes whether vectors are bytes, for which Lucene has other formulas
 * @param dimension dimension of the vectors
 * @param queryNorm norm of the query
 */
record ScoreFormula(
    VectorSimilarityFunction similarity, boolean bytes, int dimension, float queryNorm) {

  /** Bound on the relative rounding error of a few operations in floats. */
  private static final double ROUNDING = 0x1p-20;

  boolean isDistance() {
    return similarity == VectorSimilarityFunction.EUCLIDEAN;
  }

  private boolean isDot() {
    return similarity == VectorSimilarityFunction.DOT_PRODUCT;
  }

  boolean needsNorms() {
    return similarity == VectorSimilarityFunction.COSINE;
  }

  /**
   * Keeps the rows that may score above a limit, and moves their ordinals to the front. It keeps
   * rows whose bound is NaN.
   *
   * @param ords ordinals of the rows, in and out
   * @param n number of rows
   * @param bounds upper bounds on dot products, or lower bounds on squared distances
   * @param norms norms of the vectors, if they are needed
   * @param limit score that a row must exceed
   * @return number of rows that are kept
   */
  int candidates(int[] ords, int n, float[] bounds, float[] norms, float limit) {
    if (limit == Float.NEGATIVE_INFINITY) {
      return n;
    }
    float least = leastResult(limit);
    int candidates = 0;
    for (int i = 0; i < n; i++) {
      boolean worse =
          switch (similarity) {
            case EUCLIDEAN -> bounds[i] >= least;
            case DOT_PRODUCT, MAXIMUM_INNER_PRODUCT -> bounds[i] <= least;
            // A vector of norm 0 has no direction, so there is no bound on its cosine
            case COSINE ->
                queryNorm > 0 && norms[i] > 0 && bounds[i] <= least * queryNorm * norms[i];
          };
      if (worse == false) {
        ords[candidates++] = ords[i];
      }
    }
    return candidates;
  }

  /**
   * Computes a result such that all worse results score at most a limit. For the cosine it is a
   * result for vectors of norm 1.
   */
  private float leastResult(float limit) {
    double score = limit;
    double exact =
        switch (similarity) {
          case EUCLIDEAN -> score > 0 ? 1 / score - 1 : Double.POSITIVE_INFINITY;
          case DOT_PRODUCT, COSINE -> {
            double unit = score >= 0 ? 2 * score - 1 : Double.NEGATIVE_INFINITY;
            yield bytes && isDot() ? unit * dimension * 0x1p14 : unit;
          }
          case MAXIMUM_INNER_PRODUCT -> {
            if (score >= 1) {
              yield score - 1;
            }
            yield score > 0 ? 1 - 1 / score : Double.NEGATIVE_INFINITY;
          }
        };
    // Scores are rounded
    double slack = ROUNDING * (1 + Math.abs(exact));
    return (float) (isDistance() ? exact + slack : exact - slack);
  }

  /**
   * Computes a score.
   *
   * @param result dot product of query and vector, or their squared distance
   * @param norm norm of the vector, if it is needed
   */
  float score(float result, float norm) {
    return orLeast(unchecked(result, norm));
  }

  /**
   * Returns a score, or 0 if it is NaN. It is NaN if a product of large numbers is infinite in both
   * directions. Lucene's queues would rank such a vector first.
   */
  static float orLeast(float score) {
    return Float.isNaN(score) ? 0 : score;
  }

  private float unchecked(float result, float norm) {
    return switch (similarity) {
      case EUCLIDEAN -> 1 / (1 + result);
      case DOT_PRODUCT ->
          bytes
              ? 0.5f + result / (float) (dimension * (1L << 15))
              : VectorUtil.normalizeToUnitInterval(result);
      case COSINE -> {
        // A vector of norm 0 has no direction. Lucene's score would be NaN.
        double lengths = (double) queryNorm * norm;
        float cosine = lengths == 0 ? 0 : (float) (result / lengths);
        // Norms are rounded, so the cosine of opposite vectors may be below -1
        yield VectorUtil.normalizeToUnitInterval(cosine);
      }
      case MAXIMUM_INNER_PRODUCT -> VectorUtil.scaleMaxInnerProductScore(result);
    };
  }
}
