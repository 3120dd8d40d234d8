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
import org.apache.lucene.store.IndexInput;

/**
 * Kernels for rows as they are stored: IEEE binary16 numbers, signed bytes, and rows of a
 * memory-mapped file. {@link VectorKernels} states the rules for their arguments.
 *
 * @lucene.experimental
 */
public interface StoredRowKernels {

  /** Largest magnitude of an element of a query in {@link #compareLevels}. */
  int MAX_LEVEL = 64;

  /**
   * Returns access to a memory-mapped file in place.
   *
   * @param data the file or a slice of it; wrappers of Lucene's test framework are looked through
   * @return the access, for the calling thread; null if the file is not mapped or these kernels
   *     work on arrays only
   * @throws IOException from the input
   */
  MappedInput mapped(IndexInput data) throws IOException;

  /**
   * Dot product of a float vector and one in IEEE binary16.
   *
   * @param a holds one vector of dim floats
   * @param aOffset index of its first element
   * @param b holds the other one, as bits of binary16
   * @param bOffset index of its first element
   * @param dim number of elements
   * @return Σ a[aOffset + i] * float(b[bOffset + i])
   */
  float dotFloat16(float[] a, int aOffset, short[] b, int bOffset, int dim);

  /**
   * Converts IEEE binary16 to floats, exactly.
   *
   * @param from bits of binary16
   * @param fromOffset index of the first one
   * @param to receives the floats
   * @param toOffset index of the first one
   * @param n number of elements
   */
  void float16ToFloat(short[] from, int fromOffset, float[] to, int toOffset, int n);

  /**
   * Converts floats to IEEE binary16, rounding to the nearest number, ties to even. Numbers of
   * magnitude 65520 or more become infinite.
   *
   * @param from floats
   * @param fromOffset index of the first one
   * @param to receives the bits of binary16
   * @param toOffset index of the first one
   * @param n number of elements
   */
  void floatToFloat16(float[] from, int fromOffset, short[] to, int toOffset, int n);

  /**
   * Multiplies rows of signed bytes with query tokens of integers, in wrapping 16-bit arithmetic:
   * {@code sums[q * rowCount + r] = (short) Σ_j rows[rowsOffset + r * rowStride + j] *
   * queries[queriesOffset + q * dim + j]}. The result is the true sum whenever that fits into 16
   * bits, whatever the partial sums did.
   *
   * @param rows holds the rows
   * @param rowsOffset index of the first element of the first row
   * @param rowStride elements from one row to the next one, ≥ dim
   * @param rowCount number of rows
   * @param dim number of dimensions
   * @param queries [nq][dim]
   * @param queriesOffset index of the first element of queries
   * @param nq number of query tokens
   * @param sums [nq][rowCount]
   */
  void dotRows(
      byte[] rows,
      int rowsOffset,
      int rowStride,
      int rowCount,
      int dim,
      short[] queries,
      int queriesOffset,
      int nq,
      short[] sums);

  /**
   * Prepares a query for comparisons with rows of floats.
   *
   * @param measure the measure to compute
   * @param query the query, which is copied
   * @return a comparison for the calling thread
   * @throws IllegalArgumentException if the query has no elements
   */
  RowComparison compareFloat32(RowComparison.Measure measure, float[] query);

  /**
   * Prepares a query for comparisons with rows of IEEE binary16, all finite.
   *
   * @param measure the measure to compute
   * @param query the query, which is copied
   * @return a comparison for the calling thread
   * @throws IllegalArgumentException if the query has no elements
   */
  RowComparison compareFloat16(RowComparison.Measure measure, float[] query);

  /**
   * Prepares a query for comparisons with rows of signed bytes. Each row has a scale. The bytes
   * multiplied by the scale are the numbers of the row.
   *
   * @param measure the measure to compute
   * @param query the query, which is copied
   * @return a comparison for the calling thread
   * @throws IllegalArgumentException if the query has no elements
   */
  RowComparison compareInt8(RowComparison.Measure measure, float[] query);

  /**
   * Prepares a query for comparisons with rows of signed bytes.
   *
   * @param measure the measure to compute
   * @param query the query, which is copied
   * @return a comparison for the calling thread
   * @throws IllegalArgumentException if the query has no elements
   */
  RowComparison compareBytes(RowComparison.Measure measure, byte[] query);

  /**
   * Prepares a query of small integers for dot products with rows of signed bytes, none of them
   * -128. Such a comparison is faster than one of {@link #compareBytes}.
   *
   * @param query elements of magnitude 64 or less, which are copied
   * @return a comparison for the calling thread
   * @throws IllegalArgumentException if the query is empty or has an element of a larger magnitude
   */
  RowComparison compareLevels(byte[] query);
}
