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

package io.github.luceneplaid.plaid.ivf;

import io.github.luceneplaid.fsvi.simd.VectorKernels;
import io.github.luceneplaid.plaid.codebook.AbortCheck;
import io.github.luceneplaid.plaid.codebook.CodeBlock;
import io.github.luceneplaid.plaid.codebook.CountingSort;
import io.github.luceneplaid.plaid.codebook.KMeans;
import java.io.IOException;
import java.util.Arrays;
import org.apache.lucene.store.IndexOutput;
import org.apache.lucene.util.ArrayUtil;

/**
 * Builds the cells of a segment. It clusters the tokens of each region, and writes a posting list
 * of the documents of each cluster. It reads all tokens twice. The first pass counts the tokens of
 * each region. The second pass sorts them by groups of regions. The first group is held in memory.
 * Other groups go through a temporary file. Memory is bounded by a constant and the number of
 * regions, unless a single region has more than {@link #GROUP_TOKENS} tokens.
 *
 * @lucene.internal
 */
public final class CellWriter {

  /** Tokens that are held in memory at a time, with 12 bytes each. */
  private static final int GROUP_TOKENS = 1 << 21;

  /** If there are at most this many components, all tokens are decoded at once, block by block. */
  private static final int DECODED = 1 << 19;

  /** Largest number of tokens of a region that its cells are trained on. */
  private static final int SAMPLE = 1 << 14;

  private static final int MAX_CELLS_OF_REGION = 1024;
  private static final int ROUNDS = 4;

  private final VectorKernels kernels = VectorKernels.get();
  private final CodedTokens tokens;
  private final int dimension;
  private final int tokensPerCell;
  private final long seed;
  private final AbortCheck abort;
  private final TemporaryFiles files;
  private final int groupTokens;
  private final KMeans kMeans;
  private final byte[] scratch;

  private float[] rows = new float[0];
  private int[] identity = new int[0];
  private int[] nearest = new int[0];
  private int[] cellOf = new int[0];

  /**
   * Makes a writer for the tokens of a segment.
   *
   * @param tokens the tokens of the segment
   * @param tokensPerCell mean number of tokens of a cell
   * @param seed seed of the clustering
   * @param abort checked at intervals
   * @param files temporary files for tokens that do not fit in memory
   */
  public CellWriter(
      CodedTokens tokens,
      int dimension,
      int tokensPerCell,
      long seed,
      AbortCheck abort,
      TemporaryFiles files) {
    this(tokens, dimension, tokensPerCell, seed, abort, files, GROUP_TOKENS);
  }

  CellWriter(
      CodedTokens tokens,
      int dimension,
      int tokensPerCell,
      long seed,
      AbortCheck abort,
      TemporaryFiles files,
      int groupTokens) {
    this.tokens = tokens;
    this.dimension = dimension;
    this.tokensPerCell = tokensPerCell;
    this.seed = seed;
    this.abort = abort;
    this.files = files;
    this.groupTokens = groupTokens;
    this.kMeans = new KMeans(dimension, abort);
    this.scratch = new byte[tokens.stride()];
  }

  /** The outputs of cells, postings and the cell table. */
  private record Output(CellRecords records, PostingWriter postings, CellTable directory) {}

  /**
   * Writes cells and postings.
   *
   * @param cellsOut receives the cells
   * @param postingsOut receives the posting lists
   * @param postingWidth bytes of a posting, 2 to 4
   */
  public CellTable write(IndexOutput cellsOut, IndexOutput postingsOut, int postingWidth)
      throws IOException {
    int[] counts = new int[tokens.regionCount()];
    forEachToken((region, slot, ordinal) -> count(counts, region));
    RegionGroups groups = new RegionGroups(counts, groupTokens);
    Output output =
        new Output(
            new CellRecords(cellsOut, dimension),
            new PostingWriter(postingsOut, postingWidth),
            new CellTable(counts.length));
    Group first = new Group(counts, groups, 0);
    if (groups.count() == 1) {
      forEachToken(first.slots.length <= DECODED / dimension ? decoding(first) : first);
      writeGroup(first, output);
    } else {
      writeGroups(counts, groups, first, output);
    }
    output.directory.finish(output.postings.count());
    return output.directory;
  }

  /** Counts a token of a region. The tokens of a region have to fit into an array. */
  static void count(int[] counts, int region) {
    if (counts[region] == ArrayUtil.MAX_ARRAY_LENGTH) {
      throw new IllegalStateException(
          "tokens of region "
              + region
              + ": found more than "
              + ArrayUtil.MAX_ARRAY_LENGTH
              + ", which cannot be clustered");
    }
    counts[region]++;
  }

  /**
   * Decodes tokens while a group collects them. So each block is decoded once; otherwise it is
   * decoded once for each of its tokens.
   */
  private CodedTokens.Visitor decoding(Group group) {
    group.rows = new float[group.slots.length * dimension];
    float[] block = new float[CodeBlock.LANES * dimension];
    int[] centroids = new int[CodeBlock.LANES];
    return (region, slot, ordinal) -> {
      int lane = (int) (slot % CodeBlock.LANES);
      if (lane == 0) {
        tokens.decodeBlock(slot / CodeBlock.LANES, scratch, CodeBlock.LANES, block, centroids);
      }
      int at = group.take(region, slot, ordinal);
      System.arraycopy(block, lane * dimension, group.rows, at * dimension, dimension);
    };
  }

  /** Copies a token of a group to a row. */
  private void decode(Group group, int token, int row) throws IOException {
    if (group.rows != null) {
      System.arraycopy(group.rows, token * dimension, rows, row * dimension, dimension);
    } else {
      tokens.decode(group.slots[token], scratch, rows, row * dimension);
    }
  }

  private void forEachToken(CodedTokens.Visitor visitor) throws IOException {
    tokens.forEach(visitor, abort);
  }

  private void writeGroups(int[] counts, RegionGroups groups, Group first, Output output)
      throws IOException {
    TokenPartitions[] others = new TokenPartitions[1];
    files.through(
        "tokens",
        out -> {
          TokenPartitions partitions = new TokenPartitions(out, groups.count() - 1, true);
          forEachToken(
              (region, slot, ordinal) -> {
                int group = groups.of(region);
                if (group == 0) {
                  first.token(region, slot, ordinal);
                } else {
                  partitions.add(group - 1, region, slot, ordinal);
                }
              });
          partitions.finish();
          others[0] = partitions;
        },
        in -> {
          writeGroup(first, output);
          for (int number = 1; number < groups.count(); number++) {
            Group group = new Group(counts, groups, number);
            others[0].forEach(in, number - 1, group);
            writeGroup(group, output);
          }
          return null;
        });
  }

  private void writeGroup(Group group, Output output) throws IOException {
    CellTable directory = output.directory;
    for (int region = group.from; region < group.to; region++) {
      abort.check();
      directory.startRegion(region, output.postings.count());
      int cells = writeRegion(group, region, output.records, output.postings);
      directory.endRegion(region, cells);
    }
  }

  /** The tokens of a range of regions. Those of a region are in document order. */
  private static final class Group implements CodedTokens.Visitor {
    private final int from;
    private final int to;
    private final int[] starts;
    private final int[] next;
    private final long[] slots;
    private final int[] ordinals;

    /** The decoded tokens; null if tokens are decoded at each use. */
    private float[] rows;

    Group(int[] counts, RegionGroups groups, int number) {
      this.from = groups.start(number);
      this.to = groups.start(number + 1);
      this.starts = CountingSort.starts(counts, from, to);
      this.next = Arrays.copyOf(starts, to - from);
      this.slots = new long[starts[next.length]];
      this.ordinals = new int[slots.length];
    }

    @Override
    public void token(int region, long slot, int ordinal) {
      take(region, slot, ordinal);
    }

    int take(int region, long slot, int ordinal) {
      int at = next[region - from]++;
      slots[at] = slot;
      ordinals[at] = ordinal;
      return at;
    }

    int start(int region) {
      return starts[region - from];
    }

    int size(int region) {
      return starts[region - from + 1] - starts[region - from];
    }
  }

  private int writeRegion(Group group, int region, CellRecords records, PostingWriter postings)
      throws IOException {
    int n = group.size(region);
    if (n == 0) {
      return 0;
    }
    int start = group.start(region);
    int k = Math.clamp(Math.round((float) n / tokensPerCell), 1, MAX_CELLS_OF_REGION);
    cellOf = ArrayUtil.growNoCopy(cellOf, n);
    float[] cells = cluster(group, start, n, k);
    int[] starts = CountingSort.startsOf(cellOf, n, k);
    int[] byCell = CountingSort.order(cellOf, n, starts);
    long base = postings.count();
    int written = 0;
    for (int cell = 0; cell < k; cell++) {
      if (starts[cell] < starts[cell + 1]) {
        records.add(cells, cell * dimension, Math.toIntExact(postings.count() - base));
        postings.write(group.ordinals, start, byCell, starts[cell], starts[cell + 1]);
        written++;
      }
    }
    return written;
  }

  /**
   * Clusters the tokens of a region.
   *
   * @return the vectors of the cells, of length 1. {@link #cellOf} receives the cell of each token
   */
  private float[] cluster(Group group, int start, int n, int k) throws IOException {
    int sample = Math.min(n, SAMPLE);
    rows = ArrayUtil.grow(rows, sample * dimension);
    for (int i = 0; i < sample; i++) {
      int token = start + (int) ((long) i * n / sample);
      decode(group, token, i);
    }
    float[] centroids =
        k == 1 ? null : kMeans.cluster(rows, identity(sample), 0, sample, k, ROUNDS, seed);
    float[] sums = new float[k * dimension];
    for (int from = 0; from < n; from += sample) {
      abort.check();
      int size = Math.min(sample, n - from);
      if (sample < n) {
        for (int i = 0; i < size; i++) {
          decode(group, start + from + i, i);
        }
      }
      if (k == 1) {
        Arrays.fill(cellOf, from, from + size, 0);
      } else {
        kMeans.assign(rows, identity(size), 0, size, centroids, nearest);
        System.arraycopy(nearest, 0, cellOf, from, size);
      }
      for (int i = 0; i < size; i++) {
        int cell = cellOf[from + i];
        kernels.add(sums, cell * dimension, rows, i * dimension, dimension);
      }
    }
    for (int cell = 0; cell < k; cell++) {
      normalize(sums, cell * dimension);
    }
    return sums;
  }

  /**
   * Brings a sum of tokens to length 1. The mean of tokens that differ much is short, so its
   * product with a query would underestimate the best of these tokens.
   */
  private void normalize(float[] sums, int offset) {
    double squares = 0;
    for (int j = offset; j < offset + dimension; j++) {
      squares += (double) sums[j] * sums[j];
    }
    if (squares > 0) {
      double length = Math.sqrt(squares);
      for (int j = offset; j < offset + dimension; j++) {
        sums[j] = (float) (sums[j] / length);
      }
    }
  }

  /** Returns the numbers from 0. */
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
