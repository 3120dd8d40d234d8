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
package io.github.luceneplaid.plaid.codebook;

import java.util.Random;

/** Random tokens of unit length. */
public final class RandomTokens {

  private RandomTokens() {}

  /** Tokens of any direction. */
  public static float[] uniform(Random random, int n, int dim) {
    float[] tokens = new float[n * dim];
    for (int i = 0; i < tokens.length; i++) {
      tokens[i] = (float) random.nextGaussian();
    }
    for (int i = 0; i < n; i++) {
      normalize(tokens, i * dim, dim);
    }
    return tokens;
  }

  /** Tokens around this many random directions, at a distance of about noise. */
  public static float[] clustered(Random random, int n, int dim, int clusters, double noise) {
    float[] centers = uniform(random, clusters, dim);
    float[] tokens = new float[n * dim];
    for (int i = 0; i < n; i++) {
      int center = random.nextInt(clusters) * dim;
      for (int j = 0; j < dim; j++) {
        double error = random.nextGaussian() * noise / Math.sqrt(dim);
        tokens[i * dim + j] = (float) (centers[center + j] + error);
      }
      normalize(tokens, i * dim, dim);
    }
    return tokens;
  }

  public static void normalize(float[] v, int offset, int dim) {
    double factor = 1 / Math.sqrt(dot(v, offset, v, offset, dim));
    for (int j = offset; j < offset + dim; j++) {
      v[j] = (float) (v[j] * factor);
    }
  }

  public static double dot(float[] a, int aOffset, float[] b, int bOffset, int dim) {
    double sum = 0;
    for (int j = 0; j < dim; j++) {
      sum += (double) a[aOffset + j] * b[bOffset + j];
    }
    return sum;
  }

  public static double squaredDistance(float[] a, int aOffset, float[] b, int bOffset, int dim) {
    double sum = 0;
    for (int j = 0; j < dim; j++) {
      double difference = (double) a[aOffset + j] - b[bOffset + j];
      sum += difference * difference;
    }
    return sum;
  }

  /** The nearest centroid, by comparing with each. */
  public static int nearest(float[] tokens, int offset, float[] centroids, int dim) {
    int best = 0;
    double bestDistance = Double.POSITIVE_INFINITY;
    for (int a = 0; a < centroids.length / dim; a++) {
      double distance = squaredDistance(tokens, offset, centroids, a * dim, dim);
      if (distance < bestDistance) {
        bestDistance = distance;
        best = a;
      }
    }
    return best;
  }
}
