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

package io.github.luceneplaid.plaid.search.score;

import io.github.luceneplaid.fsvi.simd.ResidualTables;
import io.github.luceneplaid.fsvi.simd.VectorKernels;
import io.github.luceneplaid.plaid.codebook.CodeBlock;
import io.github.luceneplaid.plaid.search.request.QueryTables;
import io.github.luceneplaid.plaid.search.request.TimeLimit;
import io.github.luceneplaid.plaid.segment.PlaidSegment;
import java.io.IOException;
import java.util.Arrays;

/**
 * MaxSim of documents from their codes, in 16-bit integers or in floats: two blocks of tokens at a
 * time, as the lanes of vectors.
 */
public final class CodeScorer {

  static final int TILE = VectorKernels.TILE_LANES;

  /** Half blocks of a tile. */
  private static final int HALVES = 4;

  /** Blocks read at a time. */
  private static final int CHUNK = 16;

  /** Blocks of two tiles. */
  private static final int PAIR = 4;

  private final TimeLimit time;
  private final PlaidSegment segment;
  private final QueryTables.Integers query;
  private final CentroidProducts products;
  private final int count;
  private final int dimension;
  private final int bits;
  private final int stride;
  private final boolean unitLength;
  private final VectorKernels kernels = VectorKernels.get();

  private final byte[] blocks;
  private final short[] tile;
  private final short[] sums;

  /** The second tile, which is multiplied together with the first one. */
  private final short[] otherTile;

  private final short[] otherSums;
  private final int[] centroids = new int[TILE];
  private final float[] scales = new float[TILE];
  private final float[] factors = new float[TILE];

  /** The rotated query, and the value of one unit of its products with weights. */
  private final float[] rotated;

  private final float unit;
  private float[] floatSums;

  private final float[] tileBest;
  private final float[] least;
  private final int[] which;

  /** Null if exact scores come from raw tokens. */
  private final TileMaxima maxima;

  /**
   * Sole constructor.
   *
   * @param products of the segment's centroids and the query tokens, for the calling thread
   * @param count number of query tokens
   * @param time when to give up
   */
  public CodeScorer(
      PlaidSegment segment,
      QueryTables tables,
      CentroidProducts products,
      int count,
      TimeLimit time) {
    this.time = time;
    this.segment = segment;
    this.query = tables.codes(segment.bits());
    this.products = products;
    this.count = count;
    this.dimension = segment.dimension();
    this.bits = segment.bits();
    this.stride = segment.codes().stride();
    this.unitLength = segment.isUnitLength();
    this.blocks = new byte[CHUNK * stride];
    this.tile = new short[dimension * TILE];
    this.sums = new short[VectorKernels.sumsLength(count)];
    this.otherTile = new short[dimension * TILE];
    this.otherSums = new short[VectorKernels.sumsLength(count)];
    this.rotated = tables.rotated();
    this.unit = (float) (1 / (ResidualTables.unit(bits) * Math.sqrt(dimension)));
    this.tileBest = new float[VectorKernels.padded(count)];
    this.least = new float[count];
    this.which = new int[count];
    this.maxima = segment.rows() == null ? new TileMaxima(count) : null;
  }

  /**
   * Raises the best similarity of each query token to that of a document's tokens.
   *
   * @param best [query tokens], in and out
   * @return false if time ran out before all tokens were looked at
   */
  public boolean match(int ordinal, float[] best) throws IOException {
    long start = segment.firstHalf(ordinal);
    long end = segment.firstHalf(ordinal + 1);
    int number = maxima == null ? -1 : maxima.add(ordinal, tiles(start, end));
    int tileNumber = 0;
    int sinceLook = 0;
    int mostTiles = tilesBetweenLooks(TimeLimit.SHORT_PRODUCTS);
    int step = mostTiles < 2 ? PAIR / 2 : PAIR;
    for (long half = start; half < end; half += 2 * CHUNK) {
      int n = segment.codes().readBlocks(half, (int) Math.min(2 * CHUNK, end - half), blocks);
      for (int b = 0; b < n; b += step) {
        sinceLook += step / 2;
        if (sinceLook > mostTiles) {
          sinceLook = step / 2;
          if (time.isOver()) {
            return false;
          }
        }
        multiply(b, Math.min(step, n - b));
        raise(b, Math.min(2, n - b), sums, number, tileNumber++, best);
        if (step > 2 && n - b > 2) {
          raise(b + 2, Math.min(2, n - b - 2), otherSums, number, tileNumber++, best);
        }
      }
    }
    return true;
  }

  private int tilesBetweenLooks(int work) {
    return TimeLimit.rows(work, (long) TILE * count * dimension);
  }

  private static int tiles(long start, long end) {
    return (int) Math.min(Integer.MAX_VALUE, (end - start + HALVES - 1) / HALVES);
  }

  /** Multiplies up to two tiles of blocks. */
  private void multiply(int first, int n) {
    decode(first, Math.min(2, n), tile);
    if (n <= 2) {
      kernels.dotTile(tile, query.tile(), n * CodeBlock.LANES, sums);
      return;
    }
    decode(first + 2, n - 2, otherTile);
    int lanes = (n - 2) * CodeBlock.LANES;
    kernels.dotTiles(tile, otherTile, query.tile(), lanes, sums, otherSums);
  }

  /** Raises the best similarities to those of a tile. */
  private void raise(int first, int n, short[] tileSums, int number, int tileNumber, float[] best) {
    int lanes = n * CodeBlock.LANES;
    readHeaders(first, n);
    Arrays.fill(tileBest, Float.NEGATIVE_INFINITY);
    kernels.maxTile(
        tileSums,
        count,
        lanes,
        products.table(),
        products.stride(),
        centroids,
        scales,
        factors,
        query.scale(),
        tileBest);
    for (int q = 0; q < count; q++) {
      best[q] = Math.max(best[q], tileBest[q]);
    }
    if (number >= 0) {
      float spread = 0;
      for (int lane = 0; lane < lanes; lane++) {
        float own = scales[lane] * factors[lane];
        spread = own > spread ? own : spread;
      }
      maxima.set(number, tileNumber, tileBest, spread);
    }
  }

  private void decode(int first, int n, short[] into) {
    for (int b = 0; b < n; b++) {
      int codes = (first + b) * stride + CodeBlock.CODES;
      kernels.decodeBlock(blocks, codes, bits, dimension, into, b * CodeBlock.LANES);
    }
  }

  private void readHeaders(int first, int n) {
    for (int b = 0; b < n; b++) {
      readHeader((first + b) * stride, b * CodeBlock.LANES);
    }
    products.rows(centroids, n * CodeBlock.LANES);
  }

  /**
   * Finds the best similarity of each query token with a document's tokens in floats: those of the
   * decoded tokens, but for rounding.
   *
   * @param best [query tokens], in and out
   * @return false if time ran out before all tokens were looked at
   */
  public boolean matchExactly(int ordinal, float[] best) throws IOException {
    long start = segment.firstHalf(ordinal);
    long end = segment.firstHalf(ordinal + 1);
    int number = maxima == null ? -1 : maxima.find(ordinal);
    if (number >= 0) {
      maxima.bounds(number, tiles(start, end), query.error(), least);
    }
    int block = tilesBetweenLooks(TimeLimit.PRODUCTS);
    for (long half = start; half < end; half += HALVES) {
      int tileNumber = (int) ((half - start) / HALVES);
      if (tileNumber % block == block - 1 && time.isOver()) {
        return false;
      }
      int n = number >= 0 ? maxima.select(number, tileNumber, least, which) : selectAll();
      if (n > 0) {
        int lanes = multiplyExactly(half, (int) Math.min(HALVES, end - half), n);
        kernels.maxTile(
            floatSums,
            which,
            n,
            lanes,
            products.table(),
            products.stride(),
            centroids,
            scales,
            factors,
            best);
      }
    }
    return true;
  }

  /**
   * Computes the similarities of all query tokens with all tokens of a document in floats: those of
   * the decoded tokens, but for rounding.
   */
  public void pairs(int ordinal, TokenPairs pairs) throws IOException {
    int tokens = segment.tokenCount(ordinal);
    long end = segment.firstHalf(ordinal + 1);
    long half = segment.firstHalf(ordinal);
    for (int from = 0; from < tokens; from += TILE, half += HALVES) {
      multiplyExactly(half, (int) Math.min(HALVES, end - half), selectAll());
      for (int lane = 0; lane < Math.min(TILE, tokens - from); lane++) {
        int row = centroids[lane] * products.stride();
        for (int q = 0; q < count; q++) {
          float residual = scales[lane] * floatSums[q * TILE + lane];
          pairs.accept(q, from + lane, (products.table()[row + q] + residual) * factors[lane]);
        }
      }
    }
  }

  private int selectAll() {
    for (int q = 0; q < count; q++) {
      which[q] = q;
    }
    return count;
  }

  /** Multiplies the blocks of a tile with n query tokens and returns the number of lanes. */
  private int multiplyExactly(long half, int halves, int n) throws IOException {
    if (floatSums == null) {
      floatSums = new float[count * TILE];
    }
    int size = segment.codes().readBlocks(half, halves, blocks);
    decode(0, size, tile);
    readHeaders(0, size);
    kernels.dotTile(tile, dimension, rotated, which, n, floatSums);
    int lanes = size * CodeBlock.LANES;
    for (int lane = 0; lane < lanes; lane++) {
      scales[lane] *= unit;
    }
    return lanes;
  }

  private void readHeader(int block, int into) {
    CodeBlock.readLanes(blocks, block, centroids, scales, factors, into);
    for (int lane = 0; lane < CodeBlock.LANES && unitLength == false; lane++) {
      factors[into + lane] *= segment.codes().length(blocks, block, lane);
    }
  }
}
