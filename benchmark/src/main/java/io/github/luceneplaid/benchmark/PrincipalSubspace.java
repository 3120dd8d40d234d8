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
package io.github.luceneplaid.benchmark;

import java.util.SplittableRandom;

/**
 * A mean, and the subspace around it in which vectors vary most. Its axes are any orthonormal ones:
 * products and lengths do not depend on them.
 */
final class PrincipalSubspace {
  /** More iterations would only mix directions of nearly equal variance. */
  private static final int ITERATIONS = 100;

  private final double[] mean;
  private final double[][] axes;

  private PrincipalSubspace(double[] mean, double[][] axes) {
    this.mean = mean;
    this.axes = axes;
  }

  /** The part of a vector that lies in the subspace, at length 1. */
  float[] project(float[] vector) {
    double[] products = new double[axes.length];
    double squares = 0;
    for (int a = 0; a < axes.length; a++) {
      for (int i = 0; i < mean.length; i++) {
        products[a] += axes[a][i] * (vector[i] - mean[i]);
      }
      squares += products[a] * products[a];
    }
    double factor = squares == 0 ? 1 : 1 / Math.sqrt(squares);
    float[] result = new float[axes.length];
    for (int a = 0; a < result.length; a++) {
      result[a] = (float) (products[a] * factor);
    }
    return result;
  }

  /** Sums up vectors. */
  static final class Fitter {
    private final double[] sum;
    private final double[][] products;
    private long count;

    Fitter(int dimension) {
      sum = new double[dimension];
      products = new double[dimension][dimension];
    }

    void add(float[] vector) {
      for (int i = 0; i < sum.length; i++) {
        double x = vector[i];
        sum[i] += x;
        double[] row = products[i];
        for (int j = 0; j < sum.length; j++) {
          row[j] += x * vector[j];
        }
      }
      count++;
    }

    /** Orthogonal iteration: the axes times the covariance, made orthonormal again and again. */
    PrincipalSubspace fit(int dimension) {
      double[] mean = new double[sum.length];
      for (int i = 0; i < mean.length; i++) {
        mean[i] = sum[i] / count;
      }
      double[][] covariance = new double[sum.length][sum.length];
      for (int i = 0; i < mean.length; i++) {
        for (int j = 0; j < mean.length; j++) {
          covariance[i][j] = products[i][j] / count - mean[i] * mean[j];
        }
      }
      SplittableRandom random = new SplittableRandom(dimension);
      double[][] axes = new double[dimension][mean.length];
      for (double[] axis : axes) {
        for (int i = 0; i < axis.length; i++) {
          axis[i] = random.nextGaussian();
        }
      }
      for (int iteration = 0; iteration < ITERATIONS; iteration++) {
        for (int a = 0; a < dimension; a++) {
          axes[a] = times(covariance, axes[a]);
        }
        orthonormalize(axes);
      }
      return new PrincipalSubspace(mean, axes);
    }
  }

  private static double[] times(double[][] symmetric, double[] vector) {
    double[] result = new double[vector.length];
    for (int i = 0; i < vector.length; i++) {
      double x = vector[i];
      double[] row = symmetric[i];
      for (int j = 0; j < result.length; j++) {
        result[j] += x * row[j];
      }
    }
    return result;
  }

  private static void orthonormalize(double[][] axes) {
    for (int a = 0; a < axes.length; a++) {
      for (int b = 0; b < a; b++) {
        double product = dot(axes[a], axes[b]);
        for (int i = 0; i < axes[a].length; i++) {
          axes[a][i] -= product * axes[b][i];
        }
      }
      double length = Math.sqrt(dot(axes[a], axes[a]));
      for (int i = 0; i < axes[a].length; i++) {
        axes[a][i] /= length;
      }
    }
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }
}
