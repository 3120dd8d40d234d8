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
import io.github.luceneplaid.fsvi.simd.VectorKernels;
import java.io.IOException;

/**
 * Bounds by signed bytes, in integers: the query is rounded to small ones, and what that changes is
 * bounded by the lengths of its error and of the row (Cauchy-Schwarz). Of worth even if there is no
 * finer tier, as bytes that meet floats have to be converted. For one thread.
 */
final class Int8RowFilter implements RowFilter {

  /** What floats round here, for a query and a row of length 1: a few times 2^-24. */
  private static final double ROUNDING = 0x1p-20;

  private final StoredVectors vectors;
  private final StoredTier tier;
  private final ScoreFormula formula;
  private final RowComparison comparison;
  private final float queryScale;
  private final float queryNorm;
  private final float queryError;
  private final float summation;

  private float[] bounds = new float[0];
  private float[] scales = new float[0];
  private float[] errors = new float[0];
  private float[] norms = new float[0];

  /** Sole constructor, for a query of the field's dimension. */
  Int8RowFilter(StoredVectors vectors, float[] query) {
    this.vectors = vectors;
    this.tier = vectors.coarse();
    this.formula =
        new ScoreFormula(vectors.similarity(), false, vectors.dimension(), Rounding.norm(query));
    this.summation = (float) Rounding.summation(query.length);
    byte[] levels = new byte[query.length];
    this.queryScale = Rounding.toLevels(query, VectorKernels.MAX_LEVEL, levels);
    this.comparison = VectorKernels.get().compareLevels(levels);
    this.queryNorm = Math.nextUp(formula.queryNorm());
    this.queryError =
        Math.nextUp((float) (error(query, levels, queryScale) + ROUNDING * queryNorm));
  }

  /** How far the rounded query is from the query. */
  private static double error(float[] query, byte[] levels, float scale) {
    double squares = 0;
    for (int i = 0; i < query.length; i++) {
      double difference = query[i] - (double) levels[i] * scale;
      squares += difference * difference;
    }
    return Math.sqrt(squares);
  }

  @Override
  public int candidates(int[] ords, int n, float limit) throws IOException {
    grow(n);
    tier.rows().compare(comparison, ords, n, null, bounds);
    StoredTier.read(tier.scales(), ords, n, scales);
    StoredTier.read(vectors.norms(), ords, n, norms);
    readErrors(ords, n);
    for (int i = 0; i < n; i++) {
      // A coarse row is not longer than the fine one and its error together.
      bounds[i] =
          bounds[i] * (queryScale * scales[i])
              + queryError * (norms[i] + errors[i])
              + queryNorm * errors[i];
    }
    if (formula.isDistance()) {
      for (int i = 0; i < n; i++) {
        bounds[i] = lowerSquare(bounds[i], norms[i]);
      }
    }
    return formula.candidates(ords, n, bounds, norms, limit);
  }

  private void grow(int n) {
    if (bounds.length < n) {
      bounds = new float[n];
      scales = new float[n];
      errors = new float[n];
      norms = new float[n];
    }
  }

  /** If there is one tier, all that is to be feared is what floats round. */
  private void readErrors(int[] ords, int n) throws IOException {
    if (tier.errors() != null) {
      StoredTier.read(tier.errors(), ords, n, errors);
      return;
    }
    for (int i = 0; i < n; i++) {
      errors[i] = summation * norms[i];
    }
  }

  /** The square that the distance to a fine row has at least, if it is computed in floats. */
  private float lowerSquare(float dot, float norm) {
    double squares = (double) queryNorm * queryNorm + (double) norm * norm;
    double square = squares * (1 - ROUNDING) - 2.0 * dot;
    return square <= 0 ? 0 : Math.nextDown((float) (square * (1 - summation)));
  }
}
