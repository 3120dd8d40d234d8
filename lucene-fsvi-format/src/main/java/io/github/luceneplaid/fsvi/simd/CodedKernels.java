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
 * Kernels for tokens that are stored as codes. {@link VectorKernels} states the rules for their
 * arguments.
 *
 * <p>A <i>block</i> holds the codes of 16 tokens, one in each lane; see {@link #decodeBlock}. A
 * <i>tile</i> holds two decoded blocks side by side, in {@code dim * 32} shorts: {@code tile[j * 32
 * + lane]} is the weight of dimension j of token {@code lane}, 0 ≤ lane &lt; 32. {@link #dotTile}
 * multiplies a tile with query tokens. {@link #maxTile} turns these sums into similarities and
 * keeps the largest one of each query token.
 *
 * @lucene.experimental
 */
public interface CodedKernels {

  /** Tokens in a block of codes. */
  int BLOCK_LANES = 16;

  /** Tokens in a tile, two blocks. */
  int TILE_LANES = 32;

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
   * @throws IllegalArgumentException if bits has another value
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
   * @throws IllegalArgumentException if bits has another value
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
   * Lays out query tokens for {@link #dotTile(short[], TileQuery, int, short[])} and {@link
   * #dotTiles} of the same kernels.
   *
   * @param queries [nq][dim], which must not change afterwards
   * @param nq number of query tokens
   * @param dim number of dimensions
   */
  TileQuery tileQuery(short[] queries, int nq, int dim);

  /**
   * Multiplies a tile with query tokens of integers, in wrapping 16-bit arithmetic: {@code sums[q *
   * 32 + lane] = (short) Σ_j tile[j * 32 + lane] * queries[q * dim + j]}. The result is the true
   * sum whenever that fits into 16 bits, whatever the partial sums did.
   *
   * @param tile of dim * 32 weights
   * @param query from {@link #tileQuery}
   * @param lanes number of tokens in the tile, 0 to 32. Up to 16 cost half as much. The sums of the
   *     other lanes are undefined.
   * @param sums [nq][32]
   */
  void dotTile(short[] tile, TileQuery query, int lanes, short[] sums);

  /**
   * Does {@link #dotTile(short[], TileQuery, int, short[])} with two tiles at once, which is faster
   * than one tile after the other. The first tile has 32 tokens.
   *
   * @param tile of dim * 32 weights
   * @param other of dim * 32 weights
   * @param query from {@link #tileQuery}
   * @param otherLanes number of tokens in the other tile, 0 to 32. The sums of its other lanes are
   *     undefined.
   * @param sums [nq][32]
   * @param otherSums [nq][32], of the other tile
   */
  void dotTiles(
      short[] tile,
      short[] other,
      TileQuery query,
      int otherLanes,
      short[] sums,
      short[] otherSums);

  /**
   * Multiplies a tile with some query tokens of floats: {@code sums[i * 32 + lane] = Σ_j tile[j *
   * 32 + lane] * queries[which[i] * dim + j]}. The sum for a token does not depend on what other
   * tokens there are.
   *
   * @param tile of dim * 32 weights
   * @param dim number of dimensions
   * @param queries [query tokens][dim]
   * @param which [n], indexes of query tokens
   * @param n number of these query tokens
   * @param sums [n][32]
   */
  void dotTile(short[] tile, int dim, float[] queries, int[] which, int n, float[] sums);

  /**
   * Raises {@code max[q]} to the largest similarity of query token q with a token of a tile, {@code
   * (table[rows[lane] * tableStride + q] + scale[lane] * queryScale[q] * sums[q * 32 + lane]) *
   * factor[lane]} over all 0 ≤ lane &lt; lanes. A similarity that is not a number is ignored.
   *
   * @param sums [nq][32], from {@link #dotTile}, followed by working space, see {@link
   *     VectorKernels#sumsLength}
   * @param nq number of query tokens
   * @param lanes number of tokens in the tile, 0 to 32
   * @param table products of centroids and query tokens, [centroids][tableStride]
   * @param tableStride elements from one centroid to the next one, ≥ nq
   * @param rows [lanes], centroid of each token
   * @param scale [lanes], length of each token's residual
   * @param factor [lanes], of each token's similarity
   * @param queryScale [nq], value of a unit of sums; fastest if its length is {@link
   *     VectorKernels#padded}
   * @param max [nq], in and out; if it is longer, up to {@link VectorKernels#padded}, the rest is
   *     undefined
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
   * + lane]) * factor[lane]} over all 0 ≤ lane &lt; lanes. A similarity that is not a number is
   * ignored. Twins give the same floats, bit for bit.
   *
   * @param sums [n][32], from {@link #dotTile(short[], int, float[], int[], int, float[])},
   *     followed by working space
   * @param which [n], indexes of query tokens
   * @param n number of these query tokens
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
}
