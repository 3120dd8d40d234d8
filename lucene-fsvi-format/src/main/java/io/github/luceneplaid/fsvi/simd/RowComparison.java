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

import java.io.IOException;

/**
 * A query, made for many comparisons with rows: its dot product with each of them, or its squared
 * distance. From {@link VectorKernels#compareFloat32} and its siblings, which say what a row is.
 *
 * <p>A row may be longer than the query, which is compared with its first elements then. Rows of
 * floats must be finite. An instance belongs to one thread at a time.
 *
 * <p>Results differ from the true ones by the order of summation only, as those of all {@link
 * VectorKernels}; with rows and queries of bytes they are the true integers, rounded to a float.
 * The result for a row does not depend on which other rows there are.
 *
 * @lucene.experimental
 */
public interface RowComparison {

  /** What is computed of a query q and a row x. */
  enum Measure {
    /** Σ q_i * x_i, not multiplied with the row's scale. */
    DOT,
    /** Σ (q_i - scale * x_i)², where only rows of signed bytes have a scale. */
    SQUARE_DISTANCE
  }

  /**
   * Returns the number of elements that are compared.
   *
   * @return elements of the query, ≥ 1
   */
  int dimension();

  /**
   * Compares rows of a memory-mapped file in place.
   *
   * @param file from {@link VectorKernels#mapped}
   * @param position of row 0 in the file, in bytes
   * @param rowBytes from one row to the next one
   * @param rows numbers of the rows, in any order
   * @param n how many of them
   * @param scales [n], scale of each row, for distances from scaled rows; else not looked at
   * @param out [n], receives a result for each row
   * @return whether that was done; false if a row lies in two pieces of the file or these kernels
   *     do not read files, and out is undefined then
   * @throws IOException from the input
   */
  boolean compare(
      MappedInput file,
      long position,
      long rowBytes,
      int[] rows,
      int n,
      float[] scales,
      float[] out)
      throws IOException;

  /**
   * Compares rows that have been copied to an array.
   *
   * @param bytes rows as they are in the file, from index 0
   * @param rowBytes from one row to the next one
   * @param n number of rows
   * @param scales [n], as above
   * @param out [n] from outOffset, receives a result for each row
   * @param outOffset index of the first one; also of the first scale
   */
  void compare(byte[] bytes, int rowBytes, int n, float[] scales, float[] out, int outOffset);
}
