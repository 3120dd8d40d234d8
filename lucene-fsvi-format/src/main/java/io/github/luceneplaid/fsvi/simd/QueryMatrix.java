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
 * Query vectors in the layout that is fastest for the kernels, from {@link VectorKernels#prepare}.
 * It saves time for queries that meet more than a few dozen rows. Immutable, and safe for use by
 * several threads.
 *
 * @lucene.experimental
 */
public interface QueryMatrix {

  /**
   * Returns the number of queries.
   *
   * @return ≥ 0
   */
  int count();

  /**
   * Returns the number of elements of a query.
   *
   * @return ≥ 1
   */
  int dimension();

  /**
   * Does the same as {@link VectorKernels#matrix}: {@code out[outOffset + r * count + q]} = query q
   * · row r.
   *
   * @param rows [rowCount][dimension]
   * @param rowsOffset index of the first element of rows, an element not a row
   * @param rowCount number of rows
   * @param out [rowCount][count]
   * @param outOffset index of the first element of out
   */
  void matrix(float[] rows, int rowsOffset, int rowCount, float[] out, int outOffset);

  /**
   * Returns the elements from one row of {@link #products} to the next.
   *
   * @return at least the number of queries
   */
  int stride();

  /**
   * Computes all dot products with rows: {@code out[outOffset + r * stride + q]} = query q · row r.
   * The bits of a product do not depend on the other rows.
   *
   * @param rows [rowCount][dimension]
   * @param rowsOffset index of the first element of rows, an element not a row
   * @param rowCount number of rows
   * @param out [rowCount][stride]; the elements after the products of a row are overwritten
   * @param outOffset index of the first element of out
   */
  void products(float[] rows, int rowsOffset, int rowCount, float[] out, int outOffset);

  /**
   * Returns the best length of an array for {@link #maxSim(float[], int, int, float[])}: [count],
   * and working space after it. Some kernels allocate this space at each call if the array is
   * shorter.
   *
   * @return at least the number of queries
   */
  int maxLength();

  /**
   * Does the same as {@link VectorKernels#maxSim} with rows in an array.
   *
   * @param rows [rowCount][dimension]
   * @param rowsOffset index of the first element of rows, an element not a row
   * @param rowCount number of rows; 0 leaves max unchanged
   * @param max [count], in and out, followed by working space, see {@link #maxLength}
   */
  void maxSim(float[] rows, int rowsOffset, int rowCount, float[] max);

  /**
   * Does the same as {@link VectorKernels#maxSim} with rows of floats in a memory-mapped file.
   *
   * @param rows file from the same kernels
   * @param position position of the first row in the file
   * @param rowCount number of rows; 0 leaves max unchanged
   * @param max [count], in and out, followed by working space, see {@link #maxLength}
   * @return whether max was raised; false also if these kernels are faster with rows in an array
   *     for this number of queries
   * @throws IOException from the input
   */
  boolean maxSim(MappedInput rows, long position, int rowCount, float[] max) throws IOException;
}
