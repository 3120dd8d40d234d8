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

import io.github.luceneplaid.fsvi.simd.VectorKernels;
import io.github.luceneplaid.plaid.codebook.CodeBlock;
import io.github.luceneplaid.plaid.codebook.Codebook;
import io.github.luceneplaid.plaid.codebook.PlaidBlockCodec;
import io.github.luceneplaid.plaid.search.request.QueryTables;
import io.github.luceneplaid.plaid.search.request.TimeLimit;
import io.github.luceneplaid.plaid.segment.PlaidSegment;
import java.io.IOException;
import java.util.Arrays;

/**
 * MaxSim of documents from their imported codes, in 16-bit integers, with rounded weights and
 * norms. Unlike in {@link CodeScorer}, codes describe the token without rotation, so the query is
 * not rotated either.
 */
public final class ImportedCodeScorer {

  private static final int TILE = VectorKernels.TILE_LANES;

  /** Half blocks read at a time. */
  private static final int CHUNK = 32;

  private final TimeLimit time;
  private final PlaidSegment segment;
  private final QueryTables tables;
  private final CentroidProducts products;
  private final int count;
  private final int dimension;
  private final int stride;
  private final VectorKernels kernels = VectorKernels.get();

  private final byte[] blocks;
  private final short[] tile;
  private final short[] sums;
  private final int[] centroids = new int[TILE];
  private final float[] scales = new float[TILE];
  private final float[] factors = new float[TILE];

  /** The products used if codes are signs only: zeros, because such codes have no centroid. */
  private final float[] zeros;

  private Codebook codebook;
  private QueryTables.Integers query;
  private byte[] weights;

  /**
   * Sole constructor.
   *
   * @param products of the segment's centroids and the query tokens, for the calling thread
   * @param count number of query tokens
   * @param time when to give up
   */
  public ImportedCodeScorer(
      PlaidSegment segment,
      QueryTables tables,
      CentroidProducts products,
      int count,
      TimeLimit time) {
    this.time = time;
    this.segment = segment;
    this.tables = tables;
    this.products = products;
    this.count = count;
    this.dimension = segment.dimension();
    this.stride = segment.codes().stride();
    this.blocks = new byte[CHUNK / 2 * stride];
    this.tile = new short[dimension * TILE];
    this.sums = new short[VectorKernels.sumsLength(count)];
    this.zeros = new float[products.stride()];
    Arrays.fill(scales, 1);
  }

  /**
   * Raises the best similarity of each query token to that of a document's tokens.
   *
   * @param imported what the document is coded against
   * @param best [query tokens], in and out
   * @return false if time ran out before all tokens were looked at
   */
  public boolean match(int ordinal, Codebook imported, float[] best) throws IOException {
    if (codebook == null || codebook.id().equals(imported.id()) == false) {
      codebook = imported;
      query = tables.codes(imported);
      weights = imported.buckets().roundedWeights();
    }
    int tiles = 0;
    int between = TimeLimit.rows(TimeLimit.SHORT_PRODUCTS, (long) TILE * count * dimension);
    long end = segment.firstHalf(ordinal + 1);
    for (long half = segment.firstHalf(ordinal); half < end; half += CHUNK) {
      int n = segment.codes().readBlocks(half, (int) Math.min(CHUNK, end - half), blocks);
      for (int b = 0; b < n; b += 2) {
        if (tiles++ % between == between - 1 && time.isOver()) {
          return false;
        }
        matchTile(b, Math.min(2, n - b), best);
      }
    }
    return true;
  }

  private void matchTile(int first, int n, float[] best) {
    for (int b = 0; b < n; b++) {
      int block = (first + b) * stride;
      int codes = block + CodeBlock.CODES;
      kernels.decodeBlock(
          blocks, codes, weights, segment.bits(), dimension, tile, b * CodeBlock.LANES);
      PlaidBlockCodec.readLanes(blocks, block, centroids, factors, b * CodeBlock.LANES);
    }
    int lanes = n * CodeBlock.LANES;
    boolean signs = codebook.buckets().areSigns();
    if (signs) {
      Arrays.fill(centroids, 0, lanes, 0);
    } else {
      products.rows(centroids, lanes);
    }
    kernels.dotTile(tile, query.tile(), lanes, sums);
    kernels.maxTile(
        sums,
        count,
        lanes,
        signs ? zeros : products.table(),
        products.stride(),
        centroids,
        scales,
        factors,
        query.scale(),
        best);
  }
}
