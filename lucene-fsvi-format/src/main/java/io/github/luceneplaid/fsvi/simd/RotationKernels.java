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
 * Kernels for the two steps of a random rotation: a multiplication with signs, and the
 * Walsh-Hadamard transform. {@link VectorKernels} states the rules for their arguments.
 *
 * @lucene.experimental
 */
public interface RotationKernels {

  /**
   * Multiplies elements in place. Twins give the same floats, bit for bit.
   *
   * @param v holds the elements
   * @param offset index of the first one
   * @param factors the factors, from index 0
   * @param n number of elements
   */
  void multiply(float[] v, int offset, float[] factors, int n);

  /**
   * Walsh-Hadamard transform in place, in natural order and not normalised: for the strides h = 1,
   * 2, 4, ... n / 2 in this order, elements i and i + h become their sum and their difference, for
   * all i that have no bit h. Twins give the same floats, bit for bit.
   *
   * @param v holds the elements
   * @param offset index of the first one
   * @param n number of elements, a power of two
   * @throws IllegalArgumentException if n is not a power of two
   */
  void hadamard(float[] v, int offset, int n);
}
