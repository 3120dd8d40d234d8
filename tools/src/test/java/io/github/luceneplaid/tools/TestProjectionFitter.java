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

import org.apache.lucene.tests.util.LuceneTestCase;

public class TestProjectionFitter extends LuceneTestCase {
  /** Vectors with known axes: the fit finds the mean, and the axes by their variance. */
  public void testFindsAxes() {
    int dimension = 6;
    float[][] axes = orthonormal(dimension);
    double[] deviations = {5, 3, 2, 1, 0.5, 0.1};
    ProjectionFitter fitter = new ProjectionFitter(dimension);
    int n = 20_000;
    float[][] vectors = new float[n][dimension];
    for (float[] vector : vectors) {
      for (int a = 0; a < dimension; a++) {
        double length = deviations[a] * random().nextGaussian();
        for (int i = 0; i < dimension; i++) {
          vector[i] += (float) (length * axes[a][i]);
        }
      }
      for (int i = 0; i < dimension; i++) {
        vector[i] += 10 * i;
      }
    }
    fitter.add(vectors);
    assertEquals(n, fitter.count());
    ProjectionFitter.Fit fit = fitter.fit(3);
    assertEquals(dimension, fit.projection().from());
    assertEquals(3, fit.projection().to());
    assertEquals((25 + 9 + 4) / (25 + 9 + 4 + 1 + 0.25 + 0.01), fit.explained(), 0.01);
    for (int a = 0; a < 3; a++) {
      float[] point = new float[dimension];
      for (int i = 0; i < dimension; i++) {
        point[i] = 10 * i + axes[a][i];
      }
      float[] projected = fit.projection().apply(point);
      for (int c = 0; c < 3; c++) {
        // The mean of the first axis, the longest, is off by 5 / √n = 0.035 in a deviation
        assertEquals(c == a ? 1 : 0, Math.abs(projected[c]), 0.2);
      }
    }
  }

  public void testTooFewVectors() {
    ProjectionFitter fitter = new ProjectionFitter(8);
    fitter.add(new float[7][8]);
    UserException e = expectThrows(UserException.class, () -> fitter.fit(2));
    assertTrue(e.getMessage(), e.getMessage().contains("at least 8 tokens, the text has 7"));
  }

  /** Random orthonormal rows, by Gram-Schmidt. */
  private static float[][] orthonormal(int dimension) {
    float[][] rows = new float[dimension][dimension];
    for (int r = 0; r < dimension; r++) {
      for (int i = 0; i < dimension; i++) {
        rows[r][i] = (float) random().nextGaussian();
      }
      for (int s = 0; s < r; s++) {
        float dot = dot(rows[r], rows[s]);
        for (int i = 0; i < dimension; i++) {
          rows[r][i] -= dot * rows[s][i];
        }
      }
      float norm = (float) Math.sqrt(dot(rows[r], rows[r]));
      for (int i = 0; i < dimension; i++) {
        rows[r][i] /= norm;
      }
    }
    return rows;
  }

  private static float dot(float[] a, float[] b) {
    float sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }
}
