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
package io.github.luceneplaid.plaid.codebook;

import io.github.luceneplaid.fsvi.simd.VectorKernels;
import java.io.IOException;
import java.util.Arrays;

/**
 * Finds the nearest anchor of tokens without comparing them with all anchors. About √count groups
 * of anchors have centroids of their own; a token is compared with these and with the members of
 * the {@value #PROBES} nearest groups. Up to {@value #EXHAUSTIVE} anchors it is compared with all.
 *
 * <p>An anchor other than the nearest one costs no correctness, only a slightly longer residual.
 * The answer depends on the anchors and on the tokens of the call only. Keeps scratch memory, so an
 * instance belongs to one thread.
 *
 * @lucene.internal
 */
public final class AnchorRouter {

  static final int EXHAUSTIVE = 64;
  static final int PROBES = 6;

  private static final int BATCH = 256;
  private static final int MEMBER_BLOCK = 64;
  private static final int ITERATIONS = 6;

  private final VectorKernels kernels = VectorKernels.get();
  private final int dim;
  private final int[] single = new int[1];

  /** Group centroids, or the anchors themselves if there are no groups. */
  private final float[] tops;

  private final int topCount;
  private final float[] topHalfNorms;
  private final float[] topScores;

  /** All of the following is null if there are no groups. */
  private final Groups groups;

  private final float[] bestScore;
  private final int[] visits;
  private final int[] visitStart;
  private final int[] visitors;
  private final float[] gathered;
  private final float[] memberScores;

  /** Anchors sorted by group. */
  private static final class Groups {
    final int[] start;
    final int[] ids;
    final float[] anchors;
    final float[] halfNorms;

    Groups(int[] start, int[] ids, float[] anchors, float[] halfNorms) {
      this.start = start;
      this.ids = ids;
      this.anchors = anchors;
      this.halfNorms = halfNorms;
    }
  }

  /**
   * Makes a router.
   *
   * @param anchors [count][dim], rotated; further rows are ignored. Up to {@value #EXHAUSTIVE}
   *     anchors the array is kept, not copied
   * @param count number of anchors, ≥ 1
   * @param dim components of an anchor
   * @param abort asked while anchors are put into groups
   * @throws IOException from the abort check
   */
  public AnchorRouter(float[] anchors, int count, int dim, AbortCheck abort) throws IOException {
    if (count < 1 || anchors.length < (long) count * dim) {
      throw new IllegalArgumentException(
          anchors.length + " numbers are not " + count + " anchors of dimension " + dim);
    }
    this.dim = dim;
    if (count <= EXHAUSTIVE) {
      tops = anchors;
      topCount = count;
      groups = null;
    } else {
      KMeans kmeans = new KMeans(dim, abort);
      int[] ids = new int[count];
      Arrays.setAll(ids, i -> i);
      int wanted = (int) Math.round(Math.sqrt(count));
      tops = kmeans.cluster(anchors, ids, 0, count, wanted, ITERATIONS, count);
      topCount = tops.length / dim;
      int[] group = new int[count];
      kmeans.assign(anchors, ids, 0, count, tops, group);
      groups = sort(anchors, group);
    }
    topHalfNorms = halfNorms(tops, topCount);
    topScores = new float[BATCH * topCount];
    boolean grouped = groups != null;
    int probes = Math.min(PROBES, topCount);
    bestScore = grouped ? new float[BATCH] : null;
    visits = grouped ? new int[BATCH * probes] : null;
    visitStart = grouped ? new int[topCount + 1] : null;
    visitors = grouped ? new int[BATCH * probes] : null;
    gathered = grouped ? new float[BATCH * dim] : null;
    memberScores = grouped ? new float[BATCH * MEMBER_BLOCK] : null;
  }

  private Groups sort(float[] anchors, int[] group) {
    int[] start = new int[topCount + 1];
    for (int g : group) {
      start[g + 1]++;
    }
    for (int g = 0; g < topCount; g++) {
      start[g + 1] += start[g];
    }
    int[] next = Arrays.copyOf(start, topCount);
    int[] ids = new int[group.length];
    float[] sorted = new float[group.length * dim];
    for (int id = 0; id < group.length; id++) {
      int position = next[group[id]]++;
      ids[position] = id;
      System.arraycopy(anchors, id * dim, sorted, position * dim, dim);
    }
    return new Groups(start, ids, sorted, halfNorms(sorted, group.length));
  }

  private float[] halfNorms(float[] rows, int count) {
    float[] halves = new float[count];
    for (int r = 0; r < count; r++) {
      halves[r] = kernels.dot(rows, r * dim, rows, r * dim, dim) / 2;
    }
    return halves;
  }

  /**
   * Finds the nearest anchor of a token.
   *
   * @param token rotated
   * @param offset index of its first component
   * @return the id of the anchor
   */
  public int nearest(float[] token, int offset) {
    nearest(token, offset, 1, single);
    return single[0];
  }

  /**
   * Finds the nearest anchors of tokens; faster than one by one.
   *
   * @param tokens [n][dim], rotated
   * @param offset index of the first component of the first token
   * @param n number of tokens
   * @param nearest receives the ids of the anchors, from index 0
   */
  public void nearest(float[] tokens, int offset, int n, int[] nearest) {
    for (int done = 0; done < n; done += BATCH) {
      int batch = Math.min(BATCH, n - done);
      int start = offset + done * dim;
      kernels.matrix(tops, topCount, tokens, start, batch, dim, topScores, 0);
      if (groups == null) {
        for (int i = 0; i < batch; i++) {
          nearest[done + i] = nearestTop(i);
        }
      } else {
        chooseGroups(batch);
        Arrays.fill(bestScore, 0, batch, Float.NEGATIVE_INFINITY);
        for (int g = 0; g < topCount; g++) {
          visit(g, tokens, start, nearest, done);
        }
      }
    }
  }

  private int nearestTop(int token) {
    int best = 0;
    float bestTop = Float.NEGATIVE_INFINITY;
    for (int t = 0; t < topCount; t++) {
      float score = topScores[token * topCount + t] - topHalfNorms[t];
      if (score > bestTop) {
        bestTop = score;
        best = t;
      }
    }
    return best;
  }

  /** Fills visitors, sorted by group, with the tokens that look at each group. */
  private void chooseGroups(int batch) {
    int probes = visits.length / BATCH;
    Arrays.fill(visitStart, 0);
    for (int i = 0; i < batch; i++) {
      int row = i * topCount;
      for (int t = 0; t < topCount; t++) {
        topScores[row + t] -= topHalfNorms[t];
      }
      for (int p = 0; p < probes; p++) {
        int best = 0;
        for (int t = 1; t < topCount; t++) {
          if (topScores[row + t] > topScores[row + best]) {
            best = t;
          }
        }
        topScores[row + best] = Float.NEGATIVE_INFINITY;
        visits[i * probes + p] = best;
        visitStart[best + 1]++;
      }
    }
    for (int t = 0; t < topCount; t++) {
      visitStart[t + 1] += visitStart[t];
    }
    // Filled from behind, which leaves each start where it belongs.
    for (int i = batch * probes - 1; i >= 0; i--) {
      visitors[--visitStart[visits[i] + 1]] = i / probes;
    }
    System.arraycopy(visitStart, 1, visitStart, 0, topCount);
    visitStart[topCount] = batch * probes;
  }

  /** Compares the tokens that look at a group with all of its members. */
  private void visit(int group, float[] tokens, int start, int[] nearest, int done) {
    int firstVisitor = visitStart[group];
    int nv = visitStart[group + 1] - firstVisitor;
    if (nv == 0) {
      return;
    }
    for (int v = 0; v < nv; v++) {
      int from = start + visitors[firstVisitor + v] * dim;
      System.arraycopy(tokens, from, gathered, v * dim, dim);
    }
    int end = groups.start[group + 1];
    for (int first = groups.start[group]; first < end; first += MEMBER_BLOCK) {
      int members = Math.min(MEMBER_BLOCK, end - first);
      kernels.matrix(gathered, nv, groups.anchors, first * dim, members, dim, memberScores, 0);
      for (int m = 0; m < members; m++) {
        float half = groups.halfNorms[first + m];
        int id = groups.ids[first + m];
        for (int v = 0; v < nv; v++) {
          float score = memberScores[m * nv + v] - half;
          int token = visitors[firstVisitor + v];
          if (score > bestScore[token]
              || (score == bestScore[token] && id < nearest[done + token])) {
            bestScore[token] = score;
            nearest[done + token] = id;
          }
        }
      }
    }
  }
}
