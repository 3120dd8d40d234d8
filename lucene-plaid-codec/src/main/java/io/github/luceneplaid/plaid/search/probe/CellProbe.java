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

package io.github.luceneplaid.plaid.search.probe;

import io.github.luceneplaid.fsvi.simd.VectorKernels;
import io.github.luceneplaid.plaid.ivf.CellLayout;
import io.github.luceneplaid.plaid.ivf.CellTable;
import io.github.luceneplaid.plaid.search.request.QueryTables;
import io.github.luceneplaid.plaid.search.request.TimeLimit;
import io.github.luceneplaid.plaid.segment.PlaidSegment;
import java.io.IOException;
import java.util.Arrays;
import org.apache.lucene.util.BitUtil;

/**
 * Scores the cells of the regions that were found for each query token, and keeps the best of them
 * in the order of their scores.
 */
public final class CellProbe {

  /** Cells read at a time. */
  private static final int CHUNK = 32;

  private final TimeLimit time;
  private final PlaidSegment segment;
  private final QueryTables.Integers query;

  /** The first of the query tokens; all others are counted from it. */
  private final int firstToken;

  private final int dimension;
  private final int recordBytes;
  private final VectorKernels kernels = VectorKernels.get();

  private final byte[] records;
  private final short[] sums;
  private final short[] values;
  private final int[] tokens;

  /** The scales of the cells that were read. */
  private final float[] scales = new float[CHUNK];

  /** The first posting of each scored cell, and the number of its postings. */
  private long[] starts;

  private int[] lengths;
  private int cells;

  /** The cells scored for each query token, and their scores. */
  private final int[][] cellsOf;

  private final float[][] scoresOf;
  private final int[] sizes;

  /** The work done since the time was last checked. */
  private long work;

  /**
   * Sole constructor.
   *
   * @param firstToken the first of the query tokens
   * @param count number of query tokens
   * @param time when to stop: only cells that are scored by then are kept
   */
  public CellProbe(
      PlaidSegment segment, QueryTables.Integers query, int firstToken, int count, TimeLimit time) {
    this.firstToken = firstToken;
    this.time = time;
    this.segment = segment;
    this.query = query;
    this.dimension = segment.dimension();
    this.recordBytes = CellLayout.recordBytes(dimension);
    this.records = new byte[CHUNK * recordBytes];
    this.sums = new short[CHUNK * count];
    this.values = new short[count * dimension];
    this.tokens = new int[count];
    this.cellsOf = new int[count][];
    this.scoresOf = new float[count][];
    this.sizes = new int[count];
  }

  /**
   * Scores the cells of some regions.
   *
   * @param pairs of a region and a query token, rising, see {@link RegionProbe#find}
   */
  public void score(long[] pairs) throws IOException {
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

  /** Counts multiplications, and checks the time after many of them. */
  private boolean isOver(long products) {
    work += products;
    if (work < TimeLimit.SHORT_PRODUCTS) {
      return time.wasOver();
    }
    work = 0;
    return time.isOver();
  }

  /** Makes room for the cells of all regions. */
  private void allocate(long[] pairs) throws IOException {
    CellTable directory = segment.cellTable();
    int all = 0;
    int previous = -1;
    for (long pair : pairs) {
      int region = (int) (pair >>> 32);
      int n = directory.firstCell(region + 1) - directory.firstCell(region);
      sizes[(int) pair] += n;
      all += region == previous ? 0 : n;
      previous = region;
    }
    starts = new long[all];
    lengths = new int[all];
    for (int q = 0; q < sizes.length; q++) {
      cellsOf[q] = new int[sizes[q]];
      scoresOf[q] = new float[sizes[q]];
    }
    cells = 0;
    Arrays.fill(sizes, 0);
  }

  private void scoreRegion(int region, int n) throws IOException {
    CellTable directory = segment.cellTable();
    int firstOfAll = cells;
    int end = directory.firstCell(region + 1);
    for (int first = directory.firstCell(region); first < end; first += CHUNK) {
      int size = Math.min(CHUNK, end - first);
      segment.readCells(first, size, records);
      multiply(size, values, 0, n);
      take(size, n, directory.firstPosting(region));
    }
    if (cells > firstOfAll) {
      setLengths(firstOfAll, directory.firstPosting(region), directory.firstPosting(region + 1));
    }
  }

  private void multiply(int size, short[] queries, int offset, int n) {
    kernels.dotRows(
        records, CellLayout.COMPONENTS, recordBytes, size, dimension, queries, offset, n, sums);
    work += (long) n * size * dimension;
  }

  /** Takes the cells that were read, for the query tokens of their region. */
  private void take(int size, int n, long firstPosting) {
    readHeaders(size, firstPosting);
    for (int q = 0; q < n; q++) {
      int token = tokens[q];
      int[] numbers = cellsOf[token];
      float[] scores = scoresOf[token];
      float scale = query.scale()[firstToken + token];
      int at = sizes[token];
      for (int i = 0; i < size; i++) {
        numbers[at + i] = cells + i;
        scores[at + i] = sums[q * size + i] * scale * scales[i];
      }
      sizes[token] = at + size;
    }
    cells += size;
  }

  /** Reads where postings start, and scales. */
  private void readHeaders(int size, long firstPosting) {
    for (int i = 0, at = 0; i < size; i++, at += recordBytes) {
      scales[i] = (float) BitUtil.VH_LE_FLOAT.get(records, at);
      starts[cells + i] =
          firstPosting + (int) BitUtil.VH_LE_INT.get(records, at + CellLayout.START);
    }
  }

  /** Scores all cells of the segment for each query token. */
  public void scoreAll() throws IOException {
    CellTable directory = segment.cellTable();
    int all = directory.cells();
    int[] everyCell = new int[all];
    for (int cell = 0; cell < all; cell++) {
      everyCell[cell] = cell;
    }
    starts = new long[all];
    lengths = new int[all];
    for (int q = 0; q < sizes.length; q++) {
      cellsOf[q] = everyCell;
      scoresOf[q] = new float[all];
      sizes[q] = all;
    }
    int n = sizes.length;
    for (cells = 0; cells < all; ) {
      if (isOver(0)) {
        Arrays.fill(sizes, 0);
        return;
      }
      int size = Math.min(CHUNK, all - cells);
      segment.readCells(cells, size, records);
      multiply(size, query.values(), firstToken * dimension, n);
      readHeaders(size, 0);
      for (int q = 0; q < n; q++) {
        float scale = query.scale()[firstToken + q];
        for (int i = 0; i < size; i++) {
          scoresOf[q][cells + i] = sums[q * size + i] * scale * scales[i];
        }
      }
      cells += size;
    }
    for (int region = 0; region < directory.regions(); region++) {
      for (int cell = directory.firstCell(region); cell < directory.firstCell(region + 1); cell++) {
        starts[cell] += directory.firstPosting(region);
      }
    }
    if (all > 0) {
      setLengths(0, 0, directory.postings());
    }
  }

  /** Sets the lengths of consecutive cells, whose lists lie one after another. */
  private void setLengths(int from, long start, long end) throws IOException {
    if (starts[from] < start) {
      throw segment.corrupt("a cell has postings from " + starts[from] + " before " + start);
    }
    long next = end;
    for (int cell = cells - 1; cell >= from; cell--) {
      long length = next - starts[cell];
      if (length < 0 || length > segment.documents()) {
        throw segment.corrupt("a cell has " + length + " postings from " + starts[cell]);
      }
      lengths[cell] = (int) length;
      next = starts[cell];
    }
  }

  /** Number of cells that were scored. */
  int size() {
    return cells;
  }

  /** First posting of a cell. */
  long start(int cell) {
    return starts[cell];
  }

  /** Number of postings of a cell. */
  int length(int cell) {
    return lengths[cell];
  }

  /** Number of postings of some cells. */
  public long postings(int[] cells) {
    long sum = 0;
    for (int cell : cells) {
      sum += lengths[cell];
    }
    return sum;
  }

  /** Number of cells that were scored. */
  int size(int token) {
    return sizes[token];
  }

  /** The highest score of a cell, negative infinity if there are none. */
  float highest(int token) {
    float highest = Float.NEGATIVE_INFINITY;
    float[] scores = scoresOf[token];
    for (int i = 0; i < sizes[token]; i++) {
      highest = scores[i] > highest ? scores[i] : highest;
    }
    return highest;
  }

  /** The lowest score of a cell, infinity if there are none. */
  float lowest(int token) {
    float lowest = Float.POSITIVE_INFINITY;
    float[] scores = scoresOf[token];
    for (int i = 0; i < sizes[token]; i++) {
      lowest = scores[i] < lowest ? scores[i] : lowest;
    }
    return lowest;
  }

  /** Counts the cells of each step. */
  void count(int token, CellCut cut, int[] histogram) {
    float[] scores = scoresOf[token];
    for (int i = 0; i < sizes[token]; i++) {
      histogram[cut.step(token, scores[i])]++;
    }
  }

  /**
   * Cells to walk.
   *
   * @param order the cells as numbers for {@link #start} and {@link #length}, best step first
   * @param scores the score of each cell
   */
  public record Walk(int[] order, float[] scores) {}

  /**
   * Orders the cells that are to be walked for a query token by their steps.
   *
   * @param ends for the cells of each step, overwritten: [{@link CellCut#STEPS} + 1]
   */
  public Walk walk(int token, CellCut cut, int[] ends) {
    int walked = cut.walked(token);
    float[] all = scoresOf[token];
    byte[] steps = new byte[sizes[token]];
    Arrays.fill(ends, 0);
    for (int i = 0; i < steps.length; i++) {
      int step = cut.step(token, all[i]);
      steps[i] = (byte) step;
      ends[step + 1]++;
    }
    for (int step = 1; step <= walked; step++) {
      ends[step] += ends[step - 1];
    }
    int[] order = new int[ends[walked]];
    float[] scores = new float[order.length];
    for (int i = 0; i < steps.length; i++) {
      int step = Byte.toUnsignedInt(steps[i]);
      if (step < walked) {
        int at = ends[step]++;
        order[at] = cellsOf[token][i];
        scores[at] = all[i];
      }
    }
    return new Walk(order, scores);
  }
}
