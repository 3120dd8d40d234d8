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
 * The inner loops of this project. There are two implementations, twins that compute the same: one
 * for the Panama Vector API and one in plain Java. Integer results are equal bit for bit; floating
 * point results differ by the order of summation only, so by less than {@code dim * 2^-23 * Σ|a_i *
 * b_i|} for a dot product.
 *
 * <p>All methods work on caller-owned arrays, keep no state and are safe for use by several
 * threads. Matrices are row-major without gaps. Dimensions may be any number ≥ 1, counts any number
 * ≥ 0. Output never overlaps input. A range outside of its array gives an {@link
 * IndexOutOfBoundsException}; the output is undefined then.
 *
 * <h2>Integer scoring of coded tokens</h2>
 *
 * A block holds the codes of 16 tokens (lanes), see {@link #decodeBlock}. Two decoded blocks lie
 * side by side in a <i>tile</i> of {@code dim * 32} shorts: {@code tile[j * 32 + lane]} is the
 * weight of dimension j of token {@code lane}, 0 ≤ lane &lt; 32. {@link #dotTile} multiplies a tile
 * with query tokens of integers, {@link #maxTile} turns these sums into similarities and keeps the
 * largest of each query token.
 *
 * @lucene.experimental
 */
public interface VectorKernels {

  /** Largest magnitude of a query in {@link #compareLevels}. */
  int MAX_LEVEL = 64;

  /** Tokens in a block of codes. */
  int BLOCK_LANES = 16;

  /** Tokens in a tile, two blocks. */
  int TILE_LANES = 32;

  /**
   * Returns the kernels of this virtual machine: those for the Panama Vector API if module {@code
   * jdk.incubator.vector} is there and vectors have at least 128 bits, else those in plain Java, of
   * which a warning is logged. The system property {@code plaid.kernels} with value {@code scalar}
   * or {@code panama} demands one of them.
   *
   * @return always the same instance
   * @throws ExceptionInInitializerError at the first call, if the system property demands kernels
   *     that this machine cannot have
   */
  static VectorKernels get() {
    return KernelsLookup.INSTANCE;
  }

  /**
   * Returns the best length for the sums of a tile. That is [nq][32] and working space for {@link
   * #maxTile} behind them; without, some kernels would have to allocate it at each call.
   *
   * @param nq number of query tokens
   * @return length of an array of shorts
   */
  static int sumsLength(int nq) {
    return Math.multiplyExact(2 * padded(nq), TILE_LANES);
  }

  /**
   * Returns the best length for what {@link #maxTile} knows of query tokens: their number, filled
   * up to whole vectors.
   *
   * @param nq number of query tokens
   * @return length of an array of floats
   */
  static int padded(int nq) {
    return Math.addExact(nq, 15) / 16 * 16;
  }

  /**
   * Says which kernels these are.
   *
   * @return {@code scalar} or, for example, {@code panama, 256 bits}
   */
  String name();

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
   * max(max[q], max over r of query q · row r)}. A product that is not a number raises nothing. For
   * a query that meets many rows in small portions, {@link #prepare} it.
   *
   * @param queries [nq][dim], from index 0
   * @param nq number of queries
   * @param rows [rowCount][dim]
   * @param rowsOffset index of the first element of rows, an element not a row
   * @param rowCount number of rows, 0 leaves max as it is
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
   * Returns access to a memory-mapped file in place.
   *
   * @param data the file or a slice of it; wrappers of Lucene's test framework are looked through
   * @return for the calling thread; null if the file is not mapped or these kernels work on arrays
   *     only
   * @throws IOException from the input
   */
  MappedInput mapped(IndexInput data) throws IOException;

  /**
   * Expands the codes of one block to weights: {@code tile[tileOffset + j * 32 + lane]} is the
   * weight of dimension j of token {@code lane}, 0 ≤ lane &lt; 16. Nothing else in the tile
   * changes.
   *
   * <p>Codes lie dimension-major. A <i>group</i> is 16 bytes, one for each token, and holds the
   * level numbers of 8 / bits dimensions, the lowest dimension in the lowest bits: for 4 bits,
   * group g holds dimensions 2g (low nibble) and 2g+1 (high nibble); for 2 bits, dimensions 4g to
   * 4g+3; for 1 bit, dimensions 8g to 8g+7. For 3 bits there is first a section as for 2 bits with
   * the two low bits of each level number, then a section as for 1 bit with the high bit. For 8
   * bits, group j holds the weights of dimension j themselves, as signed bytes. Bits that belong to
   * no dimension, in the last group of a section, are ignored. Level numbers become weights by
   * {@link ResidualTables#weights}.
   *
   * @param codes holds the block's codes, {@link ResidualTables#codeBytes} many
   * @param codesOffset index of their first byte
   * @param bits of a level number: 1, 2, 3, 4 or 8
   * @param dim number of dimensions
   * @param tile of dim * 32 weights
   * @param tileOffset 0 for the left half of the tile, 16 for the right half
   * @throws IllegalArgumentException if bits is none of these
   */
  void decodeBlock(byte[] codes, int codesOffset, int bits, int dim, short[] tile, int tileOffset);

  /**
   * Does {@link #decodeBlock(byte[], int, int, int, short[], int)} with weights of the caller's own
   * instead of {@link ResidualTables#weights}. Codes of 8 bits are level numbers here, too:
   * unsigned bytes.
   *
   * @param codes holds the block's codes, {@link ResidualTables#codeBytes} many
   * @param codesOffset index of their first byte
   * @param weights [2^bits], weight of each level number
   * @param bits of a level number: 1, 2, 4 or 8
   * @param dim number of dimensions
   * @param tile of dim * 32 weights
   * @param tileOffset 0 for the left half of the tile, 16 for the right half
   * @throws IllegalArgumentException if bits is none of these
   */
  void decodeBlock(
      byte[] codes,
      int codesOffset,
      byte[] weights,
      int bits,
      int dim,
      short[] tile,
      int tileOffset);

  /**
   * Multiplies a tile with query tokens of integers, in wrapping 16-bit arithmetic: {@code sums[q *
   * 32 + lane] = (short) Σ_j tile[j * 32 + lane] * queries[queriesOffset + q * dim + j]}. The
   * result is the true sum whenever that fits into 16 bits, whatever the partial sums did.
   *
   * @param tile of dim * 32 weights
   * @param dim number of dimensions
   * @param queries [nq][dim]
   * @param queriesOffset index of the first element of queries
   * @param nq number of query tokens
   * @param lanes number of tokens in the tile, 0 to 32; 16 or less cost half as much. What the sums
   *     of the other lanes are is undefined.
   * @param sums [nq][32]
   */
  void dotTile(
      short[] tile, int dim, short[] queries, int queriesOffset, int nq, int lanes, short[] sums);

  /**
   * Does {@link #dotTile(short[], int, short[], int, int, int, short[])} with two tiles at once,
   * which takes less time than one after the other. The first one has 32 tokens.
   *
   * @param tile of dim * 32 weights
   * @param other of dim * 32 weights
   * @param dim number of dimensions
   * @param queries [nq][dim]
   * @param queriesOffset index of the first element of queries
   * @param nq number of query tokens
   * @param otherLanes number of tokens in the other tile, 0 to 32. What the sums of its other lanes
   *     are is undefined.
   * @param sums [nq][32]
   * @param otherSums [nq][32], of the other tile
   */
  void dotTiles(
      short[] tile,
      short[] other,
      int dim,
      short[] queries,
      int queriesOffset,
      int nq,
      int otherLanes,
      short[] sums,
      short[] otherSums);

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
   * Multiplies a tile with some query tokens of floats: {@code sums[i * 32 + lane] = Σ_j tile[j *
   * 32 + lane] * queries[which[i] * dim + j]}. The sum for a token does not depend on what other
   * tokens there are.
   *
   * @param tile of dim * 32 weights
   * @param dim number of dimensions
   * @param queries [query tokens][dim]
   * @param which [n], query tokens
   * @param n how many of them
   * @param sums [n][32]
   */
  void dotTile(short[] tile, int dim, float[] queries, int[] which, int n, float[] sums);

  /**
   * Raises {@code max[q]} to the largest similarity of query token q with a token of a tile, {@code
   * (table[rows[lane] * tableStride + q] + scale[lane] * queryScale[q] * sums[q * 32 + lane]) *
   * factor[lane]} over all 0 ≤ lane &lt; lanes. A similarity that is not a number raises nothing.
   *
   * @param sums [nq][32], from {@link #dotTile}, and then working space, see {@link #sumsLength}
   * @param nq number of query tokens
   * @param lanes number of tokens in the tile, 0 to 32
   * @param table products of centroids and query tokens, [centroids][tableStride]
   * @param tableStride elements from one centroid to the next one, ≥ nq
   * @param rows [lanes], centroid of each token
   * @param scale [lanes], length of each token's residual
   * @param factor [lanes], of each token's similarity
   * @param queryScale [nq], value of a unit of sums; fastest if its length is {@link #padded}
   * @param max [nq], in and out; if it is longer, up to {@link #padded}, the rest is undefined
   */
  void maxTile(
      short[] sums,
      int nq,
      int lanes,
      float[] table,
      int tableStride,
      int[] rows,
      float[] scale,
      float[] factor,
      float[] queryScale,
      float[] max);

  /**
   * Raises {@code max[q]} for some query tokens, {@code q = which[i]}, to the largest similarity
   * with a token of a tile, {@code (table[rows[lane] * tableStride + q] + scale[lane] * sums[i * 32
   * + lane]) * factor[lane]} over all 0 ≤ lane &lt; lanes. A similarity that is not a number raises
   * nothing. Twins give the same floats, bit for bit.
   *
   * @param sums [n][32], from {@link #dotTile(short[], int, float[], int[], int, float[])}, and
   *     then working space
   * @param which [n], query tokens
   * @param n how many of them
   * @param lanes number of tokens in the tile, 0 to 32
   * @param table products of centroids and query tokens, [centroids][tableStride]
   * @param tableStride elements from one centroid to the next one
   * @param rows [lanes], centroid of each token
   * @param scale [32], length of each token's residual, divided by that of its weights
   * @param factor [32], of each token's similarity
   * @param max [query tokens], in and out
   */
  void maxTile(
      float[] sums,
      int[] which,
      int n,
      int lanes,
      float[] table,
      int tableStride,
      int[] rows,
      float[] scale,
      float[] factor,
      float[] max);

  /**
   * Finds the first row that has an element above a limit of its own.
   *
   * @param rows [to][limits.length]
   * @param from first row to look at
   * @param to one behind the last row
   * @param limits one for each column; what is not a number is above nothing
   * @return the row, to if there is none
   */
  int firstAbove(float[] rows, int from, int to, float[] limits);

  /**
   * Converts IEEE binary16 to floats, exactly.
   *
   * @param from bits of binary16
   * @param fromOffset index of the first one
   * @param to receives the floats
   * @param toOffset index of the first one
   * @param n how many
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
   * @param n how many
   */
  void floatToFloat16(float[] from, int fromOffset, short[] to, int toOffset, int n);

  /**
   * Multiplies elements in place. Twins give the same floats, bit for bit.
   *
   * @param v holds the elements
   * @param offset index of the first one
   * @param factors what to multiply them with, from index 0
   * @param n number of elements
   */
  void multiply(float[] v, int offset, float[] factors, int n);

  /**
   * Adds to elements in place. Twins give the same floats, bit for bit.
   *
   * @param v holds the elements
   * @param offset index of the first one
   * @param summands what to add to them; another array
   * @param from index of the first of these
   * @param n number of elements
   */
  void add(float[] v, int offset, float[] summands, int from, int n);

  /**
   * Raises elements in place to those of another array, as {@link Math#max(float, float)} does.
   * Twins give the same floats, bit for bit.
   *
   * @param v holds the elements
   * @param offset index of the first one
   * @param others what to raise them to; another array
   * @param from index of the first of these
   * @param n number of elements
   */
  void raise(float[] v, int offset, float[] others, int from, int n);

  /**
   * Walsh-Hadamard transform in place, in natural order and not normalised: for the strides h = 1,
   * 2, 4, ... n / 2 in this order, elements i and i + h become their sum and their difference, for
   * all i that have no bit h. Twins give the same floats, bit for bit.
   *
   * @param v holds the elements
   * @param offset index of the first one
   * @param n number of elements, a power of two
   * @throws IllegalArgumentException if n is no power of two
   */
  void hadamard(float[] v, int offset, int n);

  /**
   * Prepares a query for comparisons with rows of floats.
   *
   * @param measure what is to be computed
   * @param query is copied
   * @return a comparison for the calling thread
   * @throws IllegalArgumentException if the query has no elements
   */
  RowComparison compareFloat32(RowComparison.Measure measure, float[] query);

  /**
   * Prepares a query for comparisons with rows of IEEE binary16, all finite.
   *
   * @param measure what is to be computed
   * @param query is copied
   * @return a comparison for the calling thread
   * @throws IllegalArgumentException if the query has no elements
   */
  RowComparison compareFloat16(RowComparison.Measure measure, float[] query);

  /**
   * Prepares a query for comparisons with rows of signed bytes that, multiplied with a scale of the
   * row, stand for floats.
   *
   * @param measure what is to be computed
   * @param query is copied
   * @return a comparison for the calling thread
   * @throws IllegalArgumentException if the query has no elements
   */
  RowComparison compareInt8(RowComparison.Measure measure, float[] query);

  /**
   * Prepares a query for comparisons with rows of signed bytes.
   *
   * @param measure what is to be computed
   * @param query is copied
   * @return a comparison for the calling thread
   * @throws IllegalArgumentException if the query has no elements
   */
  RowComparison compareBytes(RowComparison.Measure measure, byte[] query);

  /**
   * Prepares a query of small integers for dot products with rows of signed bytes, none of them
   * -128: faster than {@link #compareBytes}.
   *
   * @param query of magnitude 64 or less, is copied
   * @return a comparison for the calling thread
   * @throws IllegalArgumentException if the query has no elements or larger ones
   */
  RowComparison compareLevels(byte[] query);
}
