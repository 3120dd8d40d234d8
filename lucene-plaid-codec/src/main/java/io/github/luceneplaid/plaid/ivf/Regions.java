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
import java.io.IOException;
import java.util.Arrays;
import org.apache.lucene.store.IndexOutput;
import org.apache.lucene.util.packed.PackedLongValues;

/**
 * The regions of a segment with several codebooks. Regions contain the cells, and a search looks at
 * them first. In a segment with one codebook, the centroids are the regions. The centroids of
 * several codebooks overlap and would spread similar tokens over many cells. So such a segment has
 * regions of its own. A token is assigned to the nearest one of the regions near its centroid.
 *
 * @lucene.internal
 */
public final class Regions {

  /** Regions that a token is compared with. */
  private static final int NEAR = 96;

  /** Centroids that are compared with all regions at a time. */
  private static final int BATCH = 64;

  private final VectorKernels kernels = VectorKernels.get();
  private final float[] rows;
  private final int count;
  private final int dimension;
  private final float[] halfSquares;
  private final AbortCheck abort;

  /**
   * Sole constructor.
   *
   * @param rows the regions, row after row
   * @param count number of regions, up to 65 536
   * @param dimension components of a row
   * @param abort checked at intervals
   */
  public Regions(float[] rows, int count, int dimension, AbortCheck abort) {
    this.rows = rows;
    this.count = count;
    this.dimension = dimension;
    this.abort = abort;
    this.halfSquares = new float[count];
    for (int i = 0; i < count; i++) {
      halfSquares[i] = kernels.dot(rows, i * dimension, rows, i * dimension, dimension) / 2;
    }
  }

  /**
   * Finds the region of each token.
   *
   * @param tokens the coded tokens
   * @param out receives <b>[uint16]</b> × 16, the regions of each block of tokens
   */
  public void assign(CodedTokens tokens, IndexOutput out) throws IOException {
    int[] near = near(tokens.centroids(), tokens.centroidCount());
    int width = near.length / tokens.centroidCount();
    byte[] block = new byte[tokens.stride()];
    float[] decoded = new float[CodeBlock.LANES * dimension];
    int[] ids = new int[CodeBlock.LANES];
    long blocks = 0;
    for (PackedLongValues.Iterator it = tokens.counts().iterator(); it.hasNext(); ) {
      long n = it.next();
      for (long from = 0; from < n; from += CodeBlock.LANES, blocks++) {
        if (blocks % 256 == 0) {
          abort.check();
        }
        int lanes = (int) Math.min(CodeBlock.LANES, n - from);
        tokens.decodeBlock(blocks, block, lanes, decoded, ids);
        for (int lane = 0; lane < CodeBlock.LANES; lane++) {
          int region =
              lane < lanes ? nearest(decoded, lane * dimension, near, ids[lane] * width, width) : 0;
          out.writeShort((short) region);
        }
      }
    }
  }

  private int nearest(float[] tokens, int token, int[] near, int from, int width) {
    int best = 0;
    float highest = Float.NEGATIVE_INFINITY;
    for (int i = from; i < from + width; i++) {
      int region = near[i];
      float score =
          kernels.dot(tokens, token, rows, region * dimension, dimension) - halfSquares[region];
      if (score > highest) {
        highest = score;
        best = region;
      }
    }
    return best;
  }

  /** Returns the regions nearest to each centroid, centroid after centroid. */
  private int[] near(float[] centroids, int centroidCount) throws IOException {
    int width = Math.min(NEAR, count);
    int[] near = new int[centroidCount * width];
    float[] products = new float[BATCH * count];
    float[] highest = new float[width];
    for (int from = 0; from < centroidCount; from += BATCH) {
      abort.check();
      int n = Math.min(BATCH, centroidCount - from);
      kernels.matrix(rows, count, centroids, from * dimension, n, dimension, products, 0);
      for (int i = 0; i < n; i++) {
        Arrays.fill(highest, Float.NEGATIVE_INFINITY);
        for (int region = 0; region < count; region++) {
          float score = products[i * count + region] - halfSquares[region];
          if (score > highest[0]) {
            NBest.insert(highest, 0, near, (from + i) * width, width, score, region);
          }
        }
      }
    }
    return near;
  }
}
