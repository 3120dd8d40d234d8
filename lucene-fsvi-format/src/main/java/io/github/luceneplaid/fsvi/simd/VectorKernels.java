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
package io.github.luceneplaid.fsvi.simd;

/**
 * The inner loops of this project. Two implementations, called twins, compute the same results: one
 * uses the Panama Vector API, the other is plain Java. Integer results of the twins are equal bit
 * for bit. Their floating point results differ only by the order of summation. The difference is
 * less than {@code dim * 2^-23 * Σ|a_i * b_i|} for a dot product. Some methods promise the same
 * floats, bit for bit.
 *
 * <p>All methods work on arrays of the caller, keep no state and can be called by several threads.
 * Matrices are row-major without gaps. A dimension may be any number ≥ 1, and a count may be any
 * number ≥ 0. Output never overlaps input. A range outside of its array leads to an {@link
 * IndexOutOfBoundsException}; the output is undefined then.
 *
 * @lucene.experimental
 */
public interface VectorKernels
    extends MatrixKernels, StoredRowKernels, CodedKernels, RotationKernels {

  /**
   * Returns the kernels of this virtual machine. They use the Panama Vector API if the module
   * {@code jdk.incubator.vector} is present and vectors have at least 128 bits. Otherwise they are
   * plain Java, and a warning is logged. The system property {@code plaid.kernels} selects the
   * kernels by the value {@code scalar} or {@code panama}.
   *
   * @return always the same instance
   * @throws ExceptionInInitializerError at the first call, if the system property selects kernels
   *     that this machine cannot run
   */
  static VectorKernels get() {
    return KernelsLookup.INSTANCE;
  }

  /**
   * Returns the best length of an array for the sums of a tile. It holds the sums, [nq][32], and
   * behind them working space for {@link #maxTile}. Some kernels allocate this space at each call
   * if the array is shorter.
   *
   * @param nq number of query tokens
   * @return length of an array of shorts
   */
  static int sumsLength(int nq) {
    return Math.multiplyExact(2 * padded(nq), TILE_LANES);
  }

  /**
   * Rounds a number of query tokens up to whole vectors. {@link #maxTile} is fastest if its arrays
   * with an element for each query token have this length.
   *
   * @param nq number of query tokens
   * @return length of an array of floats
   */
  static int padded(int nq) {
    return Math.addExact(nq, 15) / 16 * 16;
  }

  /**
   * Returns the name of these kernels.
   *
   * @return {@code scalar} or, for example, {@code panama, 256 bits}
   */
  String name();
}
