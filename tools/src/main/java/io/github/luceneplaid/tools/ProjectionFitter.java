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
package io.github.luceneplaid.tools;

import io.github.luceneplaid.encoder.Projection;
import java.util.stream.IntStream;

/** Fits a {@link Projection} to vectors: their mean and their first principal components. */
final class ProjectionFitter {
  private static final int MAX_SWEEPS = 40;

  private final int dimension;
  private final double[] sum;
  private final double[][] products;
  private long count;

  ProjectionFitter(int dimension) {
    this.dimension = dimension;
    sum = new double[dimension];
    products = new double[dimension][dimension];
  }

  long count() {
    return count;
  }

  void add(float[][] vectors) {
    for (float[] vector : vectors) {
      for (int i = 0; i < dimension; i++) {
        sum[i] += vector[i];
        double[] row = products[i];
        for (int j = 0; j <= i; j++) {
          row[j] += (double) vector[i] * vector[j];
        }
      }
    }
    count += vectors.length;
  }

  /**
   * What was fitted.
   *
   * @param projection the mean and the components
   * @param explained the part of the variance that the components hold, 0 to 1
   */
  record Fit(Projection projection, double explained) {}

  /**
   * Fits a projection to all vectors so far.
   *
   * @param components how many to keep, 1 to the vectors' dimension
   */
  Fit fit(int components) {
    if (count < dimension) {
      throw new UserException(
          "fitting needs at least " + dimension + " tokens, the text has " + count);
    }
    double[][] covariance = new double[dimension][dimension];
    float[] mean = new float[dimension];
    for (int i = 0; i < dimension; i++) {
      mean[i] = (float) (sum[i] / count);
      for (int j = 0; j <= i; j++) {
        covariance[i][j] = products[i][j] / count - sum[i] / count * (sum[j] / count);
        covariance[j][i] = covariance[i][j];
      }
    }
    double[][] vectors = diagonalize(covariance);
    double variance = 0;
    double kept = 0;
    int[] order =
        IntStream.range(0, dimension)
            .boxed()
            .sorted((a, b) -> Double.compare(covariance[b][b], covariance[a][a]))
            .mapToInt(Integer::intValue)
            .toArray();
    float[][] rows = new float[components][];
    for (int c = 0; c < dimension; c++) {
      double value = covariance[order[c]][order[c]];
      variance += value;
      if (c < components) {
        kept += value;
        rows[c] = signed(vectors[order[c]]);
      }
    }
    return new Fit(new Projection(mean, rows), kept / variance);
  }

  /** Flips an axis, if needed, so that its largest component is positive. */
  private static float[] signed(double[] vector) {
    double largest = 0;
    for (double component : vector) {
      if (Math.abs(component) > Math.abs(largest)) {
        largest = component;
      }
    }
    float[] result = new float[vector.length];
    for (int i = 0; i < result.length; i++) {
      result[i] = (float) (largest < 0 ? -vector[i] : vector[i]);
    }
    return result;
  }

  /**
   * Cyclic Jacobi rotations.
   *
   * @param a symmetric; its diagonal holds the eigenvalues afterwards
   * @return the eigenvectors as rows
   */
  private static double[][] diagonalize(double[][] a) {
    int n = a.length;
    double[][] vectors = new double[n][n];
    double trace = 0;
    for (int i = 0; i < n; i++) {
      vectors[i][i] = 1;
      trace += a[i][i];
    }
    for (int sweep = 0; sweep < MAX_SWEEPS; sweep++) {
      double off = 0;
      for (int p = 1; p < n; p++) {
        for (int q = 0; q < p; q++) {
          off += a[p][q] * a[p][q];
        }
      }
      if (off <= 1e-24 * trace * trace) {
        return vectors;
      }
      for (int p = 1; p < n; p++) {
        for (int q = 0; q < p; q++) {
          rotate(a, vectors, p, q);
        }
      }
    }
    throw new IllegalStateException("no convergence in " + MAX_SWEEPS + " sweeps");
  }

  private static void rotate(double[][] a, double[][] vectors, int p, int q) {
    if (a[p][q] == 0) {
      return;
    }
    double theta = (a[q][q] - a[p][p]) / (2 * a[p][q]);
    double t = Math.copySign(1, theta) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
    double c = 1 / Math.sqrt(t * t + 1);
    double s = t * c;
    int n = a.length;
    for (int k = 0; k < n; k++) {
      double kp = a[k][p];
      double kq = a[k][q];
      a[k][p] = c * kp - s * kq;
      a[k][q] = s * kp + c * kq;
    }
    combine(a[p], a[q], c, s);
    combine(vectors[p], vectors[q], c, s);
  }

  private static void combine(double[] rowP, double[] rowQ, double c, double s) {
    for (int k = 0; k < rowP.length; k++) {
      double p = rowP[k];
      double q = rowQ[k];
      rowP[k] = c * p - s * q;
      rowQ[k] = s * p + c * q;
    }
  }
}
