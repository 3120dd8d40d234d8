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
package io.github.luceneplaid.tools;

import io.github.luceneplaid.fsvi.simd.VectorKernels;
import io.github.luceneplaid.plaid.codebook.BlockDecoder;
import io.github.luceneplaid.plaid.codebook.CodeBlock;
import io.github.luceneplaid.plaid.ivf.CellTable;
import io.github.luceneplaid.plaid.segment.PlaidSegment;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.lucene.util.ArrayUtil;

/**
 * Checks that regions list the documents of their tokens, in a segment with several codebooks. Each
 * token belongs to the nearest of the regions near its centroid. So one of these lists the document
 * of the token, and a region lists no other documents. Another machine may have summed up in
 * another order, so regions that are equally near up to rounding are taken for equal.
 */
final class RegionCheck {
  /** The number of regions that are near a centroid. */
  private static final int NEAR = 96;

  /** Tokens whose regions are held in memory at a time. */
  private static final int WINDOW = 1 << 22;

  private static final float ROUNDING = 1e-4f;
  private static final int BATCH = 1024;

  private final VectorKernels kernels = VectorKernels.get();
  private final PlaidSegment segment;
  private final List<String> problems;
  private final BlockDecoder decoder;
  private final int dimension;
  private final float[] regions;
  private final float[] centroids;
  private final float[] halfSquares;
  private final Map<Integer, Near> near = new HashMap<>();

  /** Pairs of an ordinal and a region that lists it, in the upper and lower half, ascending. */
  private long[] listed = new long[0];

  private int size;

  /**
   * The regions that may be near a centroid.
   *
   * @param ids the regions
   * @param certain whether each is one of the nearest beyond rounding
   */
  private record Near(int[] ids, boolean[] certain) {}

  /**
   * For one segment with several codebooks.
   *
   * @param problems receives what is wrong
   */
  RegionCheck(PlaidSegment segment, List<String> problems) throws IOException {
    this.segment = segment;
    this.problems = problems;
    this.decoder = new BlockDecoder(segment.codebooks(), segment.bits());
    this.dimension = segment.dimension();
    this.regions = segment.regions();
    this.centroids = segment.codebooks().centroids();
    this.halfSquares = new float[regions.length / dimension];
    for (int i = 0; i < halfSquares.length; i++) {
      halfSquares[i] = product(regions, i, i) / 2;
    }
  }

  private float product(float[] rows, int row, int region) {
    return kernels.dot(rows, row * dimension, regions, region * dimension, dimension);
  }

  private float score(float[] rows, int row, int region) {
    return product(rows, row, region) - halfSquares[region];
  }

  private float rounding(float[] rows, int row) {
    float square = kernels.dot(rows, row * dimension, rows, row * dimension, dimension);
    return ROUNDING * (1 + (float) Math.sqrt(square));
  }

  /** Checks all documents. */
  void run() throws IOException {
    for (int from = 0; from < segment.documents(); ) {
      int to = from;
      long end = segment.firstToken(from) + WINDOW;
      while (to < segment.documents() && (to == from || segment.firstToken(to + 1) <= end)) {
        to++;
      }
      readPostings(from, to);
      int at = 0;
      for (int ordinal = from; ordinal < to; ordinal++) {
        int first = at;
        while (at < size && (int) (listed[at] >>> Integer.SIZE) == ordinal) {
          at++;
        }
        check(ordinal, first, at);
      }
      from = to;
    }
  }

  private void readPostings(int from, int to) throws IOException {
    CellTable directory = segment.cellTable();
    int width = segment.postingWidth();
    byte[] bytes = new byte[BATCH * width];
    size = 0;
    for (int region = 0; region < directory.regions(); region++) {
      long end = directory.firstPosting(region + 1);
      for (long at = directory.firstPosting(region); at < end; at += BATCH) {
        int n = (int) Math.min(BATCH, end - at);
        segment.readPostings(at, n, bytes, 0);
        for (int i = 0; i < n; i++) {
          int ordinal = SegmentCheck.ordinal(bytes, i * width, width);
          if (ordinal >= from && ordinal < to) {
            listed = ArrayUtil.grow(listed, size + 1);
            listed[size++] = (long) ordinal << Integer.SIZE | region;
          }
        }
      }
    }
    Arrays.sort(listed, 0, size);
  }

  /** Checks a document, which the regions of {@code listed} from first to end list. */
  private void check(int ordinal, int first, int end) throws IOException {
    int n = segment.tokenCount(ordinal);
    float[] token = new float[dimension];
    int halves = (int) (segment.firstHalf(ordinal + 1) - segment.firstHalf(ordinal));
    int stride = segment.codes().stride();
    byte[] blocks = new byte[(halves + 1) / 2 * stride];
    segment.codes().readBlocks(segment.firstHalf(ordinal), halves, blocks);
    boolean[] belongs = new boolean[end - first];
    for (int i = 0; i < n; i++) {
      int block = i / CodeBlock.LANES * stride;
      int lane = i % CodeBlock.LANES;
      // Without its length, which may be 0
      decoder.decodeRotated(blocks, block, lane, 1, token, 0);
      int centroid = CodeBlock.centroidId(blocks, block, lane);
      if (isListed(token, near(centroid), first, belongs) == false) {
        problems.add(
            "token "
                + i
                + " of ordinal "
                + ordinal
                + ": found no posting in its region, expected one");
        return;
      }
    }
    for (int i = 0; i < belongs.length; i++) {
      if (belongs[i] == false) {
        problems.add(
            "postings of region "
                + (int) listed[first + i]
                + ": found ordinal "
                + ordinal
                + ", which has no token there");
        return;
      }
    }
  }

  private boolean isListed(float[] token, Near near, int first, boolean[] belongs) {
    float best = Float.NEGATIVE_INFINITY;
    for (int i = 0; i < near.ids.length; i++) {
      best = near.certain[i] ? Math.max(best, score(token, 0, near.ids[i])) : best;
    }
    boolean isListed = false;
    float least = best - rounding(token, 0);
    for (int i = 0; i < belongs.length; i++) {
      int region = (int) listed[first + i];
      if (Arrays.binarySearch(near.ids, region) >= 0 && score(token, 0, region) >= least) {
        belongs[i] = true;
        isListed = true;
      }
    }
    return isListed;
  }

  private Near near(int centroid) {
    return near.computeIfAbsent(centroid, this::findNear);
  }

  private Near findNear(int centroid) {
    float[] scores = new float[halfSquares.length];
    for (int region = 0; region < scores.length; region++) {
      scores[region] = score(centroids, centroid, region);
    }
    float[] sorted = scores.clone();
    Arrays.sort(sorted);
    boolean all = scores.length <= NEAR;
    float cut = all ? Float.NEGATIVE_INFINITY : sorted[scores.length - NEAR];
    float rounding = rounding(centroids, centroid);
    int[] ids = new int[scores.length];
    boolean[] certain = new boolean[scores.length];
    int n = 0;
    for (int region = 0; region < scores.length; region++) {
      if (scores[region] >= cut - rounding) {
        certain[n] = all || scores[region] > cut + rounding;
        ids[n++] = region;
      }
    }
    return new Near(Arrays.copyOf(ids, n), Arrays.copyOf(certain, n));
  }
}
