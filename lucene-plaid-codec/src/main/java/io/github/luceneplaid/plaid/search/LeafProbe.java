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
import io.github.luceneplaid.plaid.leaves.LeafDirectory;
import io.github.luceneplaid.plaid.leaves.LeafLayout;
import java.io.IOException;
import java.util.Arrays;
import org.apache.lucene.util.BitUtil;

/**
 * Scores the leaves of the regions that were found for each query token, and keeps the best of them
 * in the order of their scores.
 */
final class LeafProbe {

  private static final int BLOCK = LeafLayout.BLOCK;
  private static final int TILE = VectorKernels.TILE_LANES;
  private static final int BUCKETS = 256;

  private final PlaidSegment segment;
  private final QueryTables.Integers query;
  private final int dimension;
  private final int blockBytes;
  private final VectorKernels kernels = VectorKernels.get();

  private final byte[] blocks;
  private final short[] tile;
  private final short[] sums;
  private final short[] values;
  private final int[] tokens;

  /** The leaves that were scored: where their postings start, and how many they are. */
  private long[] starts;

  private int[] lengths;
  private int leaves;

  /** The leaves scored for each query token, and their scores. */
  private final int[][] leavesOf;

  private final float[][] scoresOf;
  private final int[] sizes;

  LeafProbe(PlaidSegment segment, QueryTables.Integers query, int count) {
    this.segment = segment;
    this.query = query;
    this.dimension = segment.dimension();
    this.blockBytes = LeafLayout.blockBytes(dimension);
    this.blocks = new byte[2 * blockBytes];
    this.tile = new short[dimension * TILE];
    this.sums = new short[VectorKernels.sumsLength(count)];
    this.values = new short[count * dimension];
    this.tokens = new int[count];
    this.leavesOf = new int[count][];
    this.scoresOf = new float[count][];
    this.sizes = new int[count];
  }

  /**
   * Scores leaves.
   *
   * @param pairs of a region and a query token, rising, see {@link RegionProbe#find}
   */
  void score(long[] pairs) throws IOException {
    allocate(pairs);
    for (int from = 0; from < pairs.length; ) {
      int region = (int) (pairs[from] >>> 32);
      int n = 0;
      while (from < pairs.length && (int) (pairs[from] >>> 32) == region) {
        int token = (int) pairs[from++];
        System.arraycopy(query.values(), token * dimension, values, n * dimension, dimension);
        tokens[n++] = token;
      }
      scoreRegion(region, n);
    }
  }

  /** Makes room for the leaves of all regions. */
  private void allocate(long[] pairs) {
    LeafDirectory directory = segment.leafDirectory();
    int all = 0;
    int previous = -1;
    for (long pair : pairs) {
      int region = (int) (pair >>> 32);
      int n = directory.firstLeaf(region + 1) - directory.firstLeaf(region);
      sizes[(int) pair] += n;
      all += region == previous ? 0 : n;
      previous = region;
    }
    starts = new long[all];
    lengths = new int[all];
    for (int q = 0; q < sizes.length; q++) {
      leavesOf[q] = new int[sizes[q]];
      scoresOf[q] = new float[sizes[q]];
    }
    leaves = 0;
    Arrays.fill(sizes, 0);
  }

  private void scoreRegion(int region, int n) throws IOException {
    LeafDirectory directory = segment.leafDirectory();
    int first = directory.firstLeaf(region);
    int end = directory.firstLeaf(region + 1);
    if (first == end) {
      return;
    }
    int firstOfAll = leaves;
    int endBlock = (end + BLOCK - 1) / BLOCK;
    for (int block = first / BLOCK; block < endBlock; block += 2) {
      int read = Math.min(2, endBlock - block);
      segment.readLeaves(block, read, blocks);
      for (int b = 0; b < read; b++) {
        int components = b * blockBytes + LeafLayout.COMPONENTS;
        kernels.decodeBlock(blocks, components, Byte.SIZE, dimension, tile, b * BLOCK);
      }
      kernels.dotTile(tile, dimension, values, 0, n, read * BLOCK, sums);
      int fromLane = Math.max(0, first - block * BLOCK);
      int toLane = Math.min(read * BLOCK, end - block * BLOCK);
      take(fromLane, toLane, n, directory.firstPosting(region));
    }
    long next = directory.firstPosting(region + 1);
    for (int leaf = leaves - 1; leaf >= firstOfAll; leaf--) {
      long length = next - starts[leaf];
      if (length < 0 || length > segment.documents()) {
        throw segment.corrupt("region " + region + " has a leaf of " + length + " postings");
      }
      lengths[leaf] = (int) length;
      next = starts[leaf];
    }
  }

  /** Takes the leaves of some lanes of the tile, for the query tokens of the region. */
  private void take(int fromLane, int toLane, int n, long firstPosting) {
    for (int lane = fromLane; lane < toLane; lane++) {
      int header = lane / BLOCK * blockBytes + lane % BLOCK * Float.BYTES;
      float scale = (float) BitUtil.VH_LE_FLOAT.get(blocks, header);
      starts[leaves] =
          firstPosting + (int) BitUtil.VH_LE_INT.get(blocks, header + LeafLayout.STARTS);
      for (int q = 0; q < n; q++) {
        int token = tokens[q];
        leavesOf[token][sizes[token]] = leaves;
        scoresOf[token][sizes[token]++] = sums[q * TILE + lane] * query.scale()[token] * scale;
      }
      leaves++;
    }
  }

  /** How many leaves were scored for a query token. */
  int size(int token) {
    return sizes[token];
  }

  /** First posting of a leaf. */
  long start(int leaf) {
    return starts[leaf];
  }

  /** Number of postings of a leaf. */
  int length(int leaf) {
    return lengths[leaf];
  }

  /**
   * Orders the leaves of a query token by score, highest first, as far as 256 steps tell them
   * apart.
   *
   * @param order receives the best leaves as numbers for {@link #start} and {@link #length}
   * @param scores receives their scores
   * @return how many, as many as there are and fit
   */
  int best(int token, int[] order, float[] scores) {
    int n = sizes[token];
    float[] all = scoresOf[token];
    float min = Float.POSITIVE_INFINITY;
    float max = Float.NEGATIVE_INFINITY;
    for (int i = 0; i < n; i++) {
      min = Math.min(min, all[i]);
      max = Math.max(max, all[i]);
    }
    float step = max > min ? (BUCKETS - 1) / (max - min) : 0;
    int[] ends = new int[BUCKETS];
    for (int i = 0; i < n; i++) {
      ends[bucket(max, all[i], step)]++;
    }
    for (int b = 0, sum = 0; b < BUCKETS; b++) {
      sum += ends[b];
      ends[b] = sum - ends[b];
    }
    int kept = Math.min(n, order.length);
    for (int i = 0; i < n; i++) {
      int at = ends[bucket(max, all[i], step)]++;
      if (at < kept) {
        order[at] = leavesOf[token][i];
        scores[at] = all[i];
      }
    }
    return kept;
  }

  private static int bucket(float max, float score, float step) {
    return (int) ((max - score) * step);
  }
}
