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

import java.util.Objects;

/**
 * The orthogonal map that is applied to every token and query before it meets a codebook. It
 * spreads each vector over all of its components, whatever the model made of them; afterwards the
 * components of a residual are close to normally distributed, so that one constant table of levels
 * suits all dimensions of all fields. Dot products and lengths stay what they are.
 *
 * <p>The map is a function of the dimension only and part of the format. With w the largest power
 * of two ≤ dim, it consists of {@value #ROUNDS} rounds; round r = 0, 1, ... does to a vector v
 *
 * <ol>
 *   <li>if r = {@value #BUTTERFLY_ROUND} and w &lt; dim: a butterfly between the halves,
 *       (v<sub>i</sub>, v<sub>dim−h+i</sub>) ← (v<sub>i</sub> + v<sub>dim−h+i</sub>, v<sub>i</sub>
 *       − v<sub>dim−h+i</sub>) / √2 for i &lt; h = ⌊dim / 2⌋. Without it, windows that overlap
 *       little, such as those of dimension 127, would hardly mix;
 *   <li>v<sub>j</sub> changes its sign if bit number r · dim + j of the sign bits is 1. The sign
 *       bits are the successive numbers of splitmix64 with initial state {@code
 *       0x706C6169642D7631L}, lowest bit first;
 *   <li>the Walsh-Hadamard transform in natural order, divided by √w, of a window: components 0 to
 *       w − 1 if r is even, the last w components if r is odd.
 * </ol>
 *
 * Instances are immutable.
 *
 * @lucene.internal
 */
public final class Rotation {

  /** Largest dimension, that of Lucene's vectors. */
  public static final int MAX_DIMENSION = 1024;

  static final int ROUNDS = 4;
  static final int BUTTERFLY_ROUND = 2;

  private static final long SEED = 0x706C6169642D7631L;

  private final int dim;
  private final int window;

  /** Signs of each round, times what the butterfly and the transform leave to be divided by. */
  private final float[][] factors = new float[ROUNDS][];

  private Rotation(int dim) {
    this.dim = dim;
    this.window = Integer.highestOneBit(dim);
    SplitMix64 bits = new SplitMix64(SEED);
    long word = 0;
    int used = Long.SIZE;
    for (int round = 0; round < ROUNDS; round++) {
      float[] f = new float[dim];
      for (int j = 0; j < dim; j++, used++) {
        if (used == Long.SIZE) {
          word = bits.nextLong();
          used = 0;
        }
        double scale = (word >>> used & 1) == 0 ? 1 : -1;
        if (j >= windowStart(round) && j < windowStart(round) + window) {
          scale /= Math.sqrt(window);
        }
        if (butterfly(round) && (j < dim / 2 || j >= dim - dim / 2)) {
          scale /= Math.sqrt(2);
        }
        f[j] = (float) scale;
      }
      factors[round] = f;
    }
  }

  /**
   * Returns the rotation for a dimension.
   *
   * @param dim 1 to {@value #MAX_DIMENSION}
   * @return the rotation
   * @throws IllegalArgumentException if dim is out of its range
   */
  public static Rotation of(int dim) {
    if (dim < 1 || dim > MAX_DIMENSION) {
      throw new IllegalArgumentException("dim=" + dim + ", must be in [1, " + MAX_DIMENSION + "]");
    }
    return new Rotation(dim);
  }

  /**
   * Returns the dimension of the vectors.
   *
   * @return 1 to {@value #MAX_DIMENSION}
   */
  public int dimension() {
    return dim;
  }

  /**
   * Rotates a vector in place.
   *
   * @param v holds the vector
   * @param offset index of its first component
   */
  public void rotate(float[] v, int offset) {
    Objects.checkFromIndexSize(offset, dim, v.length);
    for (int round = 0; round < ROUNDS; round++) {
      if (butterfly(round)) {
        butterfly(v, offset);
      }
      multiply(factors[round], v, offset);
      hadamard(v, offset + windowStart(round), window);
    }
  }

  /**
   * Undoes {@link #rotate} in place, up to rounding.
   *
   * @param v holds the vector
   * @param offset index of its first component
   */
  public void rotateBack(float[] v, int offset) {
    Objects.checkFromIndexSize(offset, dim, v.length);
    for (int round = ROUNDS - 1; round >= 0; round--) {
      hadamard(v, offset + windowStart(round), window);
      multiply(factors[round], v, offset);
      if (butterfly(round)) {
        butterfly(v, offset);
      }
    }
  }

  private int windowStart(int round) {
    return (round & 1) == 0 ? 0 : dim - window;
  }

  private boolean butterfly(int round) {
    return round == BUTTERFLY_ROUND && window < dim;
  }

  private void multiply(float[] factors, float[] v, int offset) {
    for (int j = 0; j < dim; j++) {
      v[offset + j] *= factors[j];
    }
  }

  private void butterfly(float[] v, int offset) {
    int half = dim / 2;
    int distance = dim - half;
    for (int i = offset; i < offset + half; i++) {
      float a = v[i];
      float b = v[i + distance];
      v[i] = a + b;
      v[i + distance] = a - b;
    }
  }

  /** Walsh-Hadamard transform of n = 2^k components, not normalised. */
  private static void hadamard(float[] v, int offset, int n) {
    int stride = 1;
    if (n >= 8) {
      hadamard8(v, offset, n);
      stride = 8;
    }
    // Two stages at a time halve the traffic; a single one is left over for every other n.
    for (; stride * 4 <= n; stride *= 4) {
      hadamard4(v, offset, n, stride);
    }
    if (stride < n) {
      for (int i = offset; i < offset + stride; i++) {
        float a = v[i];
        float b = v[i + stride];
        v[i] = a + b;
        v[i + stride] = a - b;
      }
    }
  }

  /** Stages of stride 1, 2 and 4. */
  private static void hadamard8(float[] v, int offset, int n) {
    for (int i = offset; i < offset + n; i += 8) {
      float a0 = v[i] + v[i + 1];
      float a1 = v[i] - v[i + 1];
      float a2 = v[i + 2] + v[i + 3];
      float a3 = v[i + 2] - v[i + 3];
      float a4 = v[i + 4] + v[i + 5];
      float a5 = v[i + 4] - v[i + 5];
      float a6 = v[i + 6] + v[i + 7];
      float a7 = v[i + 6] - v[i + 7];
      float b0 = a0 + a2;
      float b1 = a1 + a3;
      float b2 = a0 - a2;
      float b3 = a1 - a3;
      float b4 = a4 + a6;
      float b5 = a5 + a7;
      float b6 = a4 - a6;
      float b7 = a5 - a7;
      v[i] = b0 + b4;
      v[i + 1] = b1 + b5;
      v[i + 2] = b2 + b6;
      v[i + 3] = b3 + b7;
      v[i + 4] = b0 - b4;
      v[i + 5] = b1 - b5;
      v[i + 6] = b2 - b6;
      v[i + 7] = b3 - b7;
    }
  }

  /** Stages of this stride and twice this stride. */
  private static void hadamard4(float[] v, int offset, int n, int stride) {
    for (int block = offset; block < offset + n; block += 4 * stride) {
      for (int i = block; i < block + stride; i++) {
        float a = v[i];
        float b = v[i + stride];
        float c = v[i + 2 * stride];
        float d = v[i + 3 * stride];
        v[i] = (a + b) + (c + d);
        v[i + stride] = (a - b) + (c - d);
        v[i + 2 * stride] = (a + b) - (c + d);
        v[i + 3 * stride] = (a - b) - (c - d);
      }
    }
  }
}
