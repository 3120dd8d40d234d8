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

package io.github.luceneplaid.plaid.leaves;

import io.github.luceneplaid.plaid.codebook.AbortCheck;
import io.github.luceneplaid.plaid.codebook.KMeans;
import java.io.IOException;
import org.apache.lucene.store.IndexOutput;
import org.apache.lucene.util.ArrayUtil;

/**
 * Builds the leaves of a segment: clusters the tokens of each region and lists the documents of
 * each cluster. Memory is bounded by {@link #GROUP_TOKENS} and the number of regions, not by the
 * number of tokens (unless a single region has more): regions are taken in groups, and each group
 * walks through the regions of all tokens once.
 *
 * @lucene.internal
 */
public final class LeafWriter {

  /** Tokens that are grouped by region at a time: 12 bytes each. */
  private static final int GROUP_TOKENS = 1 << 21;

  /** Tokens of a region that its leaves are trained on, at most. */
  private static final int SAMPLE = 1 << 14;

  private static final int MAX_LEAVES_OF_REGION = 1024;
  private static final int ROUNDS = 4;

  private final CodedTokens tokens;
  private final int dimension;
  private final int tokensPerLeaf;
  private final long seed;
  private final AbortCheck abort;
  private final KMeans kMeans;
  private final byte[] scratch;

  private float[] rows = new float[0];
  private int[] identity = new int[0];
  private int[] nearest = new int[0];
  private int[] leafOf = new int[0];

  /**
   * Sole constructor.
   *
   * @param tokens the tokens of the segment
   * @param tokensPerLeaf mean size of a leaf
   * @param seed seed of the clustering
   * @param abort asked now and then whether to go on
   */
  public LeafWriter(
      CodedTokens tokens, int dimension, int tokensPerLeaf, long seed, AbortCheck abort) {
    this.tokens = tokens;
    this.dimension = dimension;
    this.tokensPerLeaf = tokensPerLeaf;
    this.seed = seed;
    this.abort = abort;
    this.kMeans = new KMeans(dimension, abort);
    this.scratch = new byte[tokens.stride()];
  }

  /**
   * Writes leaves and postings.
   *
   * @param leavesOut receives the blocks of leaves
   * @param postingsOut receives the posting lists
   * @param postingWidth bytes of a posting, 2 to 4
   */
  public LeafDirectory write(IndexOutput leavesOut, IndexOutput postingsOut, int postingWidth)
      throws IOException {
    int count = tokens.regionCount();
    int[] counts = new int[count];
    tokens.forEach((region, slot, ordinal) -> counts[region]++);
    LeafBlocks blocks = new LeafBlocks(leavesOut, dimension);
    PostingWriter postings = new PostingWriter(postingsOut, postingWidth);
    LeafDirectory directory = new LeafDirectory(count);
    for (int from = 0; from < count; ) {
      abort.check();
      int to = from;
      int size = 0;
      while (to < count && (to == from || size + counts[to] <= GROUP_TOKENS)) {
        size += counts[to++];
      }
      Group group = new Group(counts, from, to, size);
      tokens.forEach(group);
      for (int region = from; region < to; region++) {
        abort.check();
        directory.startRegion(region, postings.count());
        int leaves = writeRegion(group, region, counts[region], blocks, postings);
        directory.endRegion(region, leaves);
      }
      from = to;
    }
    directory.finish(postings.count());
    blocks.finish();
    return directory;
  }

  /** The tokens of a range of regions, in document order within each. */
  private static final class Group implements CodedTokens.Visitor {
    private final int from;
    private final int to;
    private final int[] next;
    private final long[] slots;
    private final int[] ordinals;

    Group(int[] counts, int from, int to, int size) {
      this.from = from;
      this.to = to;
      this.next = new int[to - from];
      for (int i = 1; i < next.length; i++) {
        next[i] = next[i - 1] + counts[from + i - 1];
      }
      this.slots = new long[size];
      this.ordinals = new int[size];
    }

    @Override
    public void token(int region, long slot, int ordinal) {
      if (region >= from && region < to) {
        int at = next[region - from]++;
        slots[at] = slot;
        ordinals[at] = ordinal;
      }
    }

    /** One behind the last token of a region, once all tokens are in. */
    int end(int region) {
      return next[region - from];
    }
  }

  private int writeRegion(Group group, int region, int n, LeafBlocks blocks, PostingWriter postings)
      throws IOException {
    if (n == 0) {
      return 0;
    }
    int start = group.end(region) - n;
    int k = Math.clamp(Math.round((float) n / tokensPerLeaf), 1, MAX_LEAVES_OF_REGION);
    leafOf = ArrayUtil.growNoCopy(leafOf, n);
    float[] means = cluster(group, start, n, k);
    int[] ends = new int[k];
    int[] byLeaf = sortByLeaf(n, ends);
    long base = postings.count();
    int leaves = 0;
    for (int leaf = 0, at = 0; leaf < k; at = ends[leaf++]) {
      if (at < ends[leaf]) {
        blocks.add(means, leaf * dimension, Math.toIntExact(postings.count() - base));
        postings.write(group.ordinals, start, byLeaf, at, ends[leaf]);
        leaves++;
      }
    }
    return leaves;
  }

  /** Orders the tokens of a region by leaf, in document order within each. */
  private int[] sortByLeaf(int n, int[] ends) {
    for (int i = 0; i < n; i++) {
      ends[leafOf[i]]++;
    }
    int sum = 0;
    for (int leaf = 0; leaf < ends.length; leaf++) {
      sum += ends[leaf];
      ends[leaf] = sum - ends[leaf];
    }
    int[] byLeaf = new int[n];
    for (int i = 0; i < n; i++) {
      byLeaf[ends[leafOf[i]]++] = i;
    }
    return byLeaf;
  }

  /**
   * Clusters the tokens of a region.
   *
   * @return the means of the clusters; {@link #leafOf} gets the cluster of each token
   */
  private float[] cluster(Group group, int start, int n, int k) throws IOException {
    int sample = Math.min(n, SAMPLE);
    rows = ArrayUtil.grow(rows, sample * dimension);
    for (int i = 0; i < sample; i++) {
      int token = start + (int) ((long) i * n / sample);
      tokens.decode(group.slots[token], scratch, rows, i * dimension);
    }
    float[] centroids =
        k == 1
            ? new float[dimension]
            : kMeans.cluster(rows, identity(sample), 0, sample, k, ROUNDS, seed);
    float[] sums = new float[k * dimension];
    int[] sizes = new int[k];
    for (int from = 0; from < n; from += sample) {
      abort.check();
      int size = Math.min(sample, n - from);
      if (sample < n) {
        for (int i = 0; i < size; i++) {
          tokens.decode(group.slots[start + from + i], scratch, rows, i * dimension);
        }
      }
      kMeans.assign(rows, identity(size), 0, size, centroids, nearest);
      System.arraycopy(nearest, 0, leafOf, from, size);
      for (int i = 0; i < size; i++) {
        int leaf = leafOf[from + i];
        sizes[leaf]++;
        for (int j = 0; j < dimension; j++) {
          sums[leaf * dimension + j] += rows[i * dimension + j];
        }
      }
    }
    for (int leaf = 0; leaf < k; leaf++) {
      for (int j = 0; j < dimension && sizes[leaf] > 0; j++) {
        sums[leaf * dimension + j] /= sizes[leaf];
      }
    }
    return sums;
  }

  /** The numbers from 0. */
  private int[] identity(int n) {
    for (int i = identity.length; i < n; ) {
      identity = ArrayUtil.grow(identity, n);
      for (; i < identity.length; i++) {
        identity[i] = i;
      }
    }
    nearest = ArrayUtil.growNoCopy(nearest, n);
    return identity;
  }
}
