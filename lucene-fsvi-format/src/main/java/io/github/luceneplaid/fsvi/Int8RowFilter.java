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
 * Filters rows of signed bytes in integer arithmetic. It rounds the query to small integers. The
 * product of the norms of the rounding error and of the row bounds the change of the dot product
 * (Cauchy-Schwarz). The filter is useful even without a finer tier, because dot products of bytes
 * with floats need a conversion of the bytes. For one thread.
 */
final class Int8RowFilter implements RowFilter {

  /** Bound on the rounding errors here for a query and a row of norm 1: a few times 2^-24. */
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

  /** Sole constructor. The query must have the field's dimension. */
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

  /** Computes the distance of the rounded query from the query. */
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
      // The norm of a coarse row is at most that of the fine row plus the error.
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

  /** Reads the errors of a coarse tier. For the only tier they are rounding errors of sums. */
  private void readErrors(int[] ords, int n) throws IOException {
    if (tier.errors() != null) {
      StoredTier.read(tier.errors(), ords, n, errors);
      return;
    }
    for (int i = 0; i < n; i++) {
      errors[i] = summation * norms[i];
    }
  }

  /** Computes a lower bound on the squared distance to a fine row, as floats compute it. */
  private float lowerSquare(float dot, float norm) {
    double squares = (double) queryNorm * queryNorm + (double) norm * norm;
    double square = squares * (1 - ROUNDING) - 2.0 * dot;
    return square <= 0 ? 0 : Math.nextDown((float) (square * (1 - summation)));
  }
}
