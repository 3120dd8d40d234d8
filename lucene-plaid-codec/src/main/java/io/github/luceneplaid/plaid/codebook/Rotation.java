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

import io.github.luceneplaid.fsvi.simd.VectorKernels;
import java.util.Objects;

/**
 * The orthogonal map that is applied to every token and query before it is compared with trained
 * centroids. It spreads each vector over all of its components, for any model. The components of a
 * residual are then nearly normally distributed, so one constant table of levels suits all
 * dimensions of all fields. Dot products and lengths do not change.
 *
 * <p>The map depends only on the dimension and is part of the format. With w the largest power of
 * two ≤ dim, it consists of {@value #ROUNDS} rounds; round r = 0, 1, ... does to a vector v
 *
 * <ol>
 *   <li>if r = {@value #BUTTERFLY_ROUND} and w &lt; dim: a butterfly between the halves,
 *       (v<sub>i</sub>, v<sub>dim−h+i</sub>) ← (v<sub>i</sub> + v<sub>dim−h+i</sub>, v<sub>i</sub>
 *       − v<sub>dim−h+i</sub>) / √2 for i &lt; h = ⌊dim / 2⌋. Without it, windows that overlap
 *       little would hardly mix, for example those of dimension 127;
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

  private final VectorKernels kernels = VectorKernels.get();
  private final int dim;
  private final int window;

  /** Signs of each round, times the divisors of the butterfly and the transform. */
  private final float[][] factors = new float[ROUNDS][];

  private Rotation(int dim) {
    this.dim = dim;
    this.window = Integer.highestOneBit(dim);
    double transform = Math.sqrt(window);
    double butterfly = Math.sqrt(2);
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
          scale /= transform;
        }
        if (butterfly(round) && (j < dim / 2 || j >= dim - dim / 2)) {
          scale /= butterfly;
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
  int dimension() {
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
      kernels.multiply(v, offset, factors[round], dim);
      kernels.hadamard(v, offset + windowStart(round), window);
    }
  }

  /** Rotates a copy of rows. */
  float[] rotated(float[] rows) {
    float[] rotated = rows.clone();
    for (int i = 0; i < rotated.length; i += dim) {
      rotate(rotated, i);
    }
    return rotated;
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
      kernels.hadamard(v, offset + windowStart(round), window);
      kernels.multiply(v, offset, factors[round], dim);
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
}
