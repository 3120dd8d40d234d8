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

  private final TimeLimit time;
  private final PlaidSegment segment;
  private final QueryTables.Integers query;

  /** The first of the query tokens; all others are counted from it. */
  private final int firstToken;

  private final int dimension;
  private final int blockBytes;
  private final VectorKernels kernels = VectorKernels.get();

  private final byte[] blocks;
  private final short[] tile;
  private final short[] sums;
  private final short[] values;
  private final int[] tokens;

  /** Of the leaves in the tile: scale, and first posting, counted from that of their region. */
  private final float[] scales = new float[TILE];

  private final int[] firstPostings = new int[TILE];

  /** The leaves that were scored: where their postings start, and how many they are. */
  private long[] starts;

  private int[] lengths;
  private int leaves;

  /** The leaves scored for each query token, and their scores. */
  private final int[][] leavesOf;

  private final float[][] scoresOf;
  private final int[] sizes;

  /** What the calling thread has done since it looked at the time. */
  private long work;

  /**
   * Sole constructor.
   *
   * @param firstToken the first of the query tokens
   * @param count number of query tokens
   * @param time when to give up: what is scored by then is all there is
   */
  LeafProbe(
      PlaidSegment segment, QueryTables.Integers query, int firstToken, int count, TimeLimit time) {
    this.firstToken = firstToken;
    this.time = time;
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
   * Scores the leaves of some regions.
   *
   * @param pairs of a region and a query token, rising, see {@link RegionProbe#find}
   */
  void score(long[] pairs) throws IOException {
    allocate(pairs);
    for (int from = 0; from < pairs.length && isOver(0) == false; ) {
      int region = (int) (pairs[from] >>> 32);
      int n = 0;
      while (from < pairs.length && (int) (pairs[from] >>> 32) == region) {
        int token = (int) pairs[from++];
        int at = (firstToken + token) * dimension;
        System.arraycopy(query.values(), at, values, n * dimension, dimension);
        tokens[n++] = token;
      }
      scoreRegion(region, n);
    }
  }

  /** Counts multiplications, and asks for the time when they are many. */
  private boolean isOver(long products) {
    work += products;
    if (work < TimeLimit.SHORT_PRODUCTS) {
      return time.wasOver();
    }
    work = 0;
    return time.isOver();
  }

  /** Makes room for the leaves of all regions. */
  private void allocate(long[] pairs) throws IOException {
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
    int firstOfAll = leaves;
    for (int block = first / BLOCK; block * BLOCK < end; block += 2) {
      int lanes = load(block, end);
      kernels.dotTile(tile, dimension, values, 0, n, lanes, sums);
      work += (long) n * lanes * dimension;
      int fromLane = Math.max(0, first - block * BLOCK);
      int toLane = Math.min(lanes, end - block * BLOCK);
      take(fromLane, toLane, n, directory.firstPosting(region));
    }
    if (leaves > firstOfAll) {
      setLengths(firstOfAll, directory.firstPosting(region + 1));
    }
  }

  /** Takes the leaves of some lanes of the tile, for the query tokens of the region. */
  private void take(int fromLane, int toLane, int n, long firstPosting) {
    for (int lane = fromLane; lane < toLane; lane++) {
      starts[leaves] = firstPosting + firstPostings[lane];
      for (int q = 0; q < n; q++) {
        int token = tokens[q];
        leavesOf[token][sizes[token]] = leaves;
        scoresOf[token][sizes[token]++] =
            sums[q * TILE + lane] * query.scale()[firstToken + token] * scales[lane];
      }
      leaves++;
    }
  }

  /** Scores all leaves of the segment for each query token. */
  void scoreAll() throws IOException {
    LeafDirectory directory = segment.leafDirectory();
    int all = directory.leaves();
    int[] everyLeaf = new int[all];
    for (int leaf = 0; leaf < all; leaf++) {
      everyLeaf[leaf] = leaf;
    }
    starts = new long[all];
    lengths = new int[all];
    for (int q = 0; q < sizes.length; q++) {
      leavesOf[q] = everyLeaf;
      scoresOf[q] = new float[all];
      sizes[q] = all;
    }
    int region = 0;
    for (leaves = 0; leaves < all; ) {
      if (isOver((long) TILE * sizes.length * dimension)) {
        Arrays.fill(sizes, 0);
        return;
      }
      int lanes = load(leaves / BLOCK, all);
      int from = firstToken * dimension;
      kernels.dotTile(tile, dimension, query.values(), from, sizes.length, lanes, sums);
      int n = Math.min(lanes, all - leaves);
      for (int q = 0; q < sizes.length; q++) {
        float scale = query.scale()[firstToken + q];
        for (int lane = 0; lane < n; lane++) {
          scoresOf[q][leaves + lane] = sums[q * TILE + lane] * scale * scales[lane];
        }
      }
      for (int lane = 0; lane < n; lane++, leaves++) {
        while (leaves >= directory.firstLeaf(region + 1)) {
          region++;
        }
        starts[leaves] = directory.firstPosting(region) + firstPostings[lane];
      }
    }
    if (all > 0) {
      setLengths(0, directory.postings());
    }
  }

  /** Loads up to two blocks of leaves, of those before the given end, and returns their lanes. */
  private int load(int block, int end) throws IOException {
    int n = Math.min(2, (end + BLOCK - 1) / BLOCK - block);
    segment.readLeaves(block, n, blocks);
    for (int b = 0; b < n; b++) {
      int at = b * blockBytes;
      kernels.decodeBlock(
          blocks, at + LeafLayout.COMPONENTS, Byte.SIZE, dimension, tile, b * BLOCK);
      for (int lane = b * BLOCK; lane < (b + 1) * BLOCK; lane++, at += Float.BYTES) {
        scales[lane] = (float) BitUtil.VH_LE_FLOAT.get(blocks, at);
        firstPostings[lane] = (int) BitUtil.VH_LE_INT.get(blocks, at + LeafLayout.STARTS);
      }
    }
    return n * BLOCK;
  }

  /** Sets the lengths of the leaves from one on, whose lists lie one behind the other. */
  private void setLengths(int from, long end) throws IOException {
    long next = end;
    for (int leaf = leaves - 1; leaf >= from; leaf--) {
      long length = next - starts[leaf];
      if (length < 0 || length > segment.documents()) {
        throw segment.corrupt("a leaf has " + length + " postings from " + starts[leaf]);
      }
      lengths[leaf] = (int) length;
      next = starts[leaf];
    }
  }

  /** First posting of a leaf. */
  long start(int leaf) {
    return starts[leaf];
  }

  /** Number of postings of a leaf. */
  int length(int leaf) {
    return lengths[leaf];
  }

  /** Number of postings of some leaves. */
  long postings(int[] leaves) {
    long sum = 0;
    for (int leaf : leaves) {
      sum += lengths[leaf];
    }
    return sum;
  }

  /** Number of leaves that were scored. */
  int size(int token) {
    return sizes[token];
  }

  /** The highest score of a leaf, negative infinity if there are none. */
  float highest(int token) {
    float highest = Float.NEGATIVE_INFINITY;
    float[] scores = scoresOf[token];
    for (int i = 0; i < sizes[token]; i++) {
      highest = Math.max(highest, scores[i]);
    }
    return highest;
  }

  /** The lowest score of a leaf, infinity if there are none. */
  float lowest(int token) {
    float lowest = Float.POSITIVE_INFINITY;
    float[] scores = scoresOf[token];
    for (int i = 0; i < sizes[token]; i++) {
      lowest = Math.min(lowest, scores[i]);
    }
    return lowest;
  }

  /** Counts the leaves of each step. */
  void count(int token, LeafCut cut, int[] histogram) {
    float[] scores = scoresOf[token];
    for (int i = 0; i < sizes[token]; i++) {
      histogram[cut.step(token, scores[i])]++;
    }
  }

  /**
   * Leaves to walk.
   *
   * @param order numbers for {@link #start} and {@link #length}, best step first
   * @param scores of each
   */
  record Walk(int[] order, float[] scores) {}

  /** Orders the leaves of a query token that are to be walked by their steps. */
  Walk walk(int token, LeafCut cut) {
    int walked = cut.walked(token);
    float[] all = scoresOf[token];
    int[] ends = new int[LeafCut.STEPS + 1];
    for (int i = 0; i < sizes[token]; i++) {
      ends[cut.step(token, all[i]) + 1]++;
    }
    for (int step = 1; step <= walked; step++) {
      ends[step] += ends[step - 1];
    }
    int[] order = new int[ends[walked]];
    float[] scores = new float[order.length];
    for (int i = 0; i < sizes[token]; i++) {
      int step = cut.step(token, all[i]);
      if (step < walked) {
        int at = ends[step]++;
        order[at] = leavesOf[token][i];
        scores[at] = all[i];
      }
    }
    return new Walk(order, scores);
  }
}
