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
 * A query that is compared with many rows. The result is the dot product with each row, or the
 * squared distance. {@link VectorKernels#compareFloat32} and similar methods create it, and state
 * the form of rows.
 *
 * <p>A row may be longer than the query. The query is then compared with its first elements. Rows
 * of floats must be finite. An instance belongs to one thread at a time.
 *
 * <p>Results have the accuracy that {@link VectorKernels} states. With rows and queries of bytes
 * they are the exact integers, rounded to a float. The result of a row does not depend on other
 * rows.
 *
 * @lucene.experimental
 */
public interface RowComparison {

  /** The measure of a query q and a row x. */
  enum Measure {
    /** The dot product Σ q_i * x_i, without the scale of the row. */
    DOT,
    /** The squared distance Σ (q_i - scale * x_i)². Only rows of signed bytes have a scale. */
    SQUARE_DISTANCE
  }

  /**
   * Returns the number of elements that are compared.
   *
   * @return the number of elements of the query, ≥ 1
   */
  int dimension();

  /**
   * Compares rows of a memory-mapped file in place.
   *
   * @param file from {@link VectorKernels#mapped}
   * @param position of row 0 in the file, in bytes
   * @param rowBytes bytes from one row to the next one
   * @param rows numbers of the rows, in any order
   * @param n number of rows to compare
   * @param scales [n], scale of each row, for distances from scaled rows; ignored otherwise
   * @param out [n], receives a result for each row
   * @return whether the rows were compared; false if a row lies in two pieces of the file or these
   *     kernels do not read files. Out is undefined then
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
   * @param bytes rows in the form of the file, from index 0
   * @param rowBytes bytes from one row to the next one
   * @param n number of rows
   * @param scales [n], as above
   * @param out [n] from outOffset, receives a result for each row
   * @param outOffset index of the first result, and of the first scale
   */
  void compare(byte[] bytes, int rowBytes, int n, float[] scales, float[] out, int outOffset);
}
