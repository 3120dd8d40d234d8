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
package io.github.luceneplaid.plaid;

/**
 * The rotation of tokens in doubles, as the Javadoc of {@link
 * io.github.luceneplaid.plaid.codebook.Rotation} defines it. It does not use that class.
 */
final class TableRotation {

  private static final int ROUNDS = 4;

  private final int dimension;
  private final int window;
  private final double[][] signs;

  TableRotation(int dimension) {
    this.dimension = dimension;
    this.window = Integer.highestOneBit(dimension);
    this.signs = new double[ROUNDS][dimension];
    long state = 0x706C6169642D7631L;
    long word = 0;
    for (int i = 0; i < ROUNDS * dimension; i++) {
      if (i % Long.SIZE == 0) {
        state += 0x9E3779B97F4A7C15L;
        word = (state ^ (state >>> 30)) * 0xBF58476D1CE4E5B9L;
        word = (word ^ (word >>> 27)) * 0x94D049BB133111EBL;
        word ^= word >>> 31;
      }
      signs[i / dimension][i % dimension] = ((word >>> (i % Long.SIZE)) & 1) == 1 ? -1 : 1;
    }
  }

  /** Returns the rotated vector. */
  double[] rotate(double[] vector) {
    double[] v = vector.clone();
    for (int round = 0; round < ROUNDS; round++) {
      butterfly(v, round);
      multiply(v, signs[round]);
      transform(v, round);
    }
    return v;
  }

  /** Undoes {@link #rotate}. Each step is its own inverse. */
  double[] rotateBack(double[] vector) {
    double[] v = vector.clone();
    for (int round = ROUNDS - 1; round >= 0; round--) {
      transform(v, round);
      multiply(v, signs[round]);
      butterfly(v, round);
    }
    return v;
  }

  private void butterfly(double[] v, int round) {
    int half = round == 2 && window < dimension ? dimension / 2 : 0;
    for (int i = 0; i < half; i++) {
      int other = dimension - half + i;
      double sum = v[i] + v[other];
      double difference = v[i] - v[other];
      v[i] = sum / Math.sqrt(2);
      v[other] = difference / Math.sqrt(2);
    }
  }

  private static void multiply(double[] v, double[] factors) {
    for (int j = 0; j < v.length; j++) {
      v[j] *= factors[j];
    }
  }

  /** The Walsh-Hadamard transform of the first or the last components. */
  private void transform(double[] v, int round) {
    int start = round % 2 == 0 ? 0 : dimension - window;
    double[] transformed = new double[window];
    for (int i = 0; i < window; i++) {
      for (int j = 0; j < window; j++) {
        int sign = Integer.bitCount(i & j) % 2 == 0 ? 1 : -1;
        transformed[i] += sign * v[start + j] / Math.sqrt(window);
      }
    }
    System.arraycopy(transformed, 0, v, start, window);
  }
}
