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

package io.github.luceneplaid.plaid.search;

import io.github.luceneplaid.fsvi.simd.VectorKernels;
import io.github.luceneplaid.plaid.PlaidSegment;
import io.github.luceneplaid.plaid.codebook.ResidualQuantizer;
import java.io.IOException;

/**
 * MaxSim of documents from their codes, in 16-bit integers: two blocks of tokens at a time, as the
 * lanes of vectors.
 */
final class CodeScorer {

  private static final int BLOCK = VectorKernels.BLOCK_LANES;
  private static final int TILE = VectorKernels.TILE_LANES;

  /** Blocks read at a time. */
  private static final int CHUNK = 16;

  private final PlaidSegment segment;
  private final QueryTables.Integers query;
  private final float[] products;
  private final int count;
  private final int dimension;
  private final int bits;
  private final int stride;
  private final boolean unitLength;
  private final VectorKernels kernels = VectorKernels.get();

  private final byte[] blocks;
  private final short[] tile;
  private final short[] sums;
  private final int[] anchors = new int[TILE];
  private final float[] scales = new float[TILE];
  private final float[] factors = new float[TILE];

  /**
   * Sole constructor.
   *
   * @param products of the segment's anchors and the query tokens
   * @param count number of query tokens
   */
  CodeScorer(PlaidSegment segment, QueryTables tables, float[] products, int count) {
    this.segment = segment;
    this.query = tables.codes(segment.bits());
    this.products = products;
    this.count = count;
    this.dimension = segment.dimension();
    this.bits = segment.bits();
    this.stride = segment.blockStride();
    this.unitLength = segment.isUnitLength();
    this.blocks = new byte[CHUNK * stride];
    this.tile = new short[dimension * TILE];
    this.sums = new short[count * TILE];
  }

  /**
   * Raises the best similarity of each query token to that of a document's tokens.
   *
   * @param best [query tokens], in and out
   */
  void match(int ordinal, float[] best) throws IOException {
    long end = segment.firstBlock(ordinal + 1);
    for (long block = segment.firstBlock(ordinal); block < end; block += CHUNK) {
      int n = (int) Math.min(CHUNK, end - block);
      segment.readBlocks(block, n, blocks);
      for (int b = 0; b < n; b += 2) {
        matchTile(b, Math.min(2, n - b), best);
      }
    }
  }

  private void matchTile(int first, int n, float[] best) {
    for (int b = 0; b < n; b++) {
      int block = (first + b) * stride;
      int codes = block + ResidualQuantizer.CODES;
      kernels.decodeBlock(blocks, codes, bits, dimension, tile, b * BLOCK);
      readHeader(block, b * BLOCK);
    }
    kernels.dotTile(tile, dimension, query.values(), 0, count, sums);
    kernels.maxTile(
        sums, count, n * BLOCK, products, count, anchors, scales, factors, query.scale(), best);
  }

  private void readHeader(int block, int into) {
    ResidualQuantizer.readLanes(blocks, block, anchors, scales, factors, into);
    for (int lane = 0; lane < BLOCK && unitLength == false; lane++) {
      factors[into + lane] *= segment.length(blocks, block, lane);
    }
  }
}
