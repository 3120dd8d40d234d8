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

package io.github.luceneplaid.plaid.write;

import io.github.luceneplaid.plaid.codebook.Rotation;

/**
 * Prepares tokens for encoding. It brings them to length 1 and rotates them.
 *
 * @param dimension components of a token
 * @param rotation rotation of the dimension
 */
record TokenNormalizer(int dimension, Rotation rotation) {

  static TokenNormalizer of(int dimension) {
    return new TokenNormalizer(dimension, Rotation.of(dimension));
  }

  /**
   * Brings n rows to length 1 and rotates them, in place. A zero vector stays zero; imported codes
   * may decode to it.
   */
  void normalize(float[] rows, int n) {
    for (int i = 0; i < n; i++) {
      double length = length(rows, i);
      scale(rows, i, length == 0 ? 0 : 1 / length);
      rotation.rotate(rows, i * dimension);
    }
  }

  /** Computes the lengths of n rows. */
  void lengths(float[] rows, int n, float[] lengths) {
    for (int i = 0; i < n; i++) {
      lengths[i] = (float) length(rows, i);
    }
  }

  private void scale(float[] rows, int i, double factor) {
    for (int j = i * dimension; j < (i + 1) * dimension; j++) {
      rows[j] = (float) (rows[j] * factor);
    }
  }

  private double length(float[] rows, int i) {
    double squares = 0;
    for (int j = i * dimension; j < (i + 1) * dimension; j++) {
      squares += (double) rows[j] * rows[j];
    }
    return Math.sqrt(squares);
  }
}
