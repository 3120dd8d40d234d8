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
 * Kernels for rows of floats: dot products, and operations on whole rows. {@link VectorKernels}
 * states the rules for their arguments.
 *
 * @lucene.experimental
 */
public interface MatrixKernels {

  /**
   * Dot product of two vectors.
   *
   * @param a holds one vector of dim elements
   * @param aOffset index of its first element
   * @param b holds the other one
   * @param bOffset index of its first element
   * @param dim number of elements
   * @return Σ a[aOffset + i] * b[bOffset + i]
   */
  float dot(float[] a, int aOffset, float[] b, int bOffset, int dim);

  /**
   * All dot products of two matrices: {@code out[outOffset + r * nq + q]} = query q · row r.
   *
   * @param queries [nq][dim], from index 0
   * @param nq number of queries
   * @param rows [rowCount][dim]
   * @param rowsOffset index of the first element of rows, an element not a row
   * @param rowCount number of rows
   * @param dim number of elements of a row
   * @param out [rowCount][nq]
   * @param outOffset index of the first element of out
   */
  void matrix(
      float[] queries,
      int nq,
      float[] rows,
      int rowsOffset,
      int rowCount,
      int dim,
      float[] out,
      int outOffset);

  /**
   * Raises {@code max[q]} to the largest dot product of query q with a row: {@code max[q] =
   * max(max[q], max over r of query q · row r)}. A product that is not a number is ignored. Queries
   * that meet many rows in small portions should be {@link #prepare prepared}.
   *
   * @param queries [nq][dim], from index 0
   * @param nq number of queries
   * @param rows [rowCount][dim]
   * @param rowsOffset index of the first element of rows, an element not a row
   * @param rowCount number of rows; 0 leaves max unchanged
   * @param dim number of elements of a row
   * @param max [nq], in and out
   */
  void maxSim(
      float[] queries, int nq, float[] rows, int rowsOffset, int rowCount, int dim, float[] max);

  /**
   * Copies queries for many calls of {@link #maxSim}.
   *
   * @param queries [nq][dim], from index 0
   * @param nq number of queries
   * @param dim number of elements of a query
   * @return the queries, in a layout of these kernels
   */
  QueryMatrix prepare(float[] queries, int nq, int dim);

  /**
   * Finds the first row that has an element above a limit of its own.
   *
   * @param rows [to][limits.length]
   * @param from first row to look at
   * @param to one behind the last row
   * @param limits one for each column; an element that is not a number is not above its limit
   * @return the row, or {@code to} if there is none
   */
  int firstAbove(float[] rows, int from, int to, float[] limits);

  /**
   * Adds to elements in place. Twins give the same floats, bit for bit.
   *
   * @param v holds the elements
   * @param offset index of the first one
   * @param summands holds the summands; an array other than v
   * @param from index of the first one of these
   * @param n number of elements
   */
  void add(float[] v, int offset, float[] summands, int from, int n);

  /**
   * Replaces elements by the larger ones of another array, as {@link Math#max(float, float)} does.
   * Twins give the same floats, bit for bit.
   *
   * @param v holds the elements
   * @param offset index of the first one
   * @param others holds the other elements; an array other than v
   * @param from index of the first one of these
   * @param n number of elements
   */
  void raise(float[] v, int offset, float[] others, int from, int n);
}
