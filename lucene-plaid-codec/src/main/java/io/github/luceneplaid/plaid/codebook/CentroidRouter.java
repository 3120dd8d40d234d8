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

import io.github.luceneplaid.fsvi.simd.QueryMatrix;
import io.github.luceneplaid.fsvi.simd.VectorKernels;
import java.io.IOException;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Finds the nearest centroid of tokens without comparing them with all centroids. The centroids are
 * in about √count groups. A token is compared with the means of all groups, and with the members of
 * the {@value #PROBES} nearest groups. If there are at most {@value #EXHAUSTIVE} centroids, it is
 * compared with all of them.
 *
 * <p>The result may be another centroid than the nearest one. Codes stay correct then, with a
 * slightly longer residual. The result depends only on the centroids and on the tokens of the call.
 * An instance keeps scratch memory and belongs to one thread.
 *
 * @lucene.internal
 */
public final class CentroidRouter {

  static final int EXHAUSTIVE = 64;
  static final int PROBES = 5;

  private static final int ITERATIONS = 6;

  // The kernels are faster with many rows at a time, the first-level cache with few
  private static final int BATCH = 1024;
  private static final int VISITORS = 256;
  private static final int MAX_SCORES = 1 << 16;

  private final VectorKernels kernels = VectorKernels.get();
  private final int dim;
  private final int[] single = new int[1];

  /** Means of the groups, or the centroids themselves if there are no groups. */
  private final QueryMatrix tops;

  private final int topCount;
  private final float[] topHalfSquares;

  /** Null if there are no groups. */
  private final Group[] groups;

  private final int probes;
  private final int largest;

  // Grown to the largest number of tokens of a call, because most calls have few tokens
  private int room;
  private float[] topScores;

  // The tokens that are compared with group g: visitors[visitStart[g]] to before visitStart[g + 1]
  private final int[] visitStart;
  private int[] visits;
  private int[] visitors;
  private float[] gathered;
  private float[] scores;
  private float[] bestScore;

  /** Centroids that have the same nearest mean. */
  private static final class Group {
    final int[] ids;
    final QueryMatrix centroids;
    final float[] halfSquares;

    Group(int[] ids, QueryMatrix centroids, float[] halfSquares) {
      this.ids = ids;
      this.centroids = centroids;
      this.halfSquares = halfSquares;
    }
  }

  /**
   * Makes a router.
   *
   * @param centroids [count][dim], rotated; further rows are ignored. The array is not kept
   * @param count number of centroids, ≥ 1
   * @param dim components of a centroid
   * @param abort checked while centroids are grouped
   * @throws IOException from the abort check
   */
  public CentroidRouter(float[] centroids, int count, int dim, AbortCheck abort)
      throws IOException {
    if (count < 1 || centroids.length < (long) count * dim) {
      throw new IllegalArgumentException(
          centroids.length + " numbers are not " + count + " centroids of dimension " + dim);
    }
    this.dim = dim;
    int largest = 0;
    float[] means = centroids;
    if (count <= EXHAUSTIVE) {
      topCount = count;
      groups = null;
    } else {
      KMeans kmeans = new KMeans(dim, abort);
      int[] ids = new int[count];
      Arrays.setAll(ids, i -> i);
      int wanted = (int) Math.round(Math.sqrt(count));
      means = kmeans.cluster(centroids, ids, 0, count, wanted, ITERATIONS, count);
      topCount = means.length / dim;
      int[] group = new int[count];
      kmeans.assign(centroids, ids, 0, count, means, group);
      groups = new Group[topCount];
      for (int g = 0; g < topCount; g++) {
        groups[g] = group(centroids, group, g);
        largest = Math.max(largest, groups[g].ids.length);
      }
    }
    tops = kernels.prepare(means, topCount, dim);
    topHalfSquares = halfSquares(means, topCount);
    this.probes = Math.min(PROBES, topCount);
    this.largest = largest;
    this.visitStart = new int[topCount + 1];
  }

  /** Grows the scratch memory for this number of tokens. */
  private void reserve(int batch) {
    if (batch <= room) {
      return;
    }
    room = batch;
    topScores = new float[batch * topCount];
    if (groups != null) {
      visits = new int[batch * probes];
      visitors = new int[batch * probes];
      int most = Math.min(batch, VISITORS);
      gathered = new float[most * dim];
      scores = new float[Math.max(largest, Math.min(MAX_SCORES, most * largest))];
      bestScore = new float[batch];
    }
  }

  private Group group(float[] centroids, int[] groupOf, int g) {
    int[] ids = IntStream.range(0, groupOf.length).filter(id -> groupOf[id] == g).toArray();
    float[] members = new float[ids.length * dim];
    for (int m = 0; m < ids.length; m++) {
      System.arraycopy(centroids, ids[m] * dim, members, m * dim, dim);
    }
    QueryMatrix prepared = kernels.prepare(members, ids.length, dim);
    return new Group(ids, prepared, halfSquares(members, ids.length));
  }

  private float[] halfSquares(float[] rows, int count) {
    float[] halves = new float[count];
    for (int r = 0; r < count; r++) {
      halves[r] = kernels.dot(rows, r * dim, rows, r * dim, dim) / 2;
    }
    return halves;
  }

  /**
   * Finds the nearest centroid of a token.
   *
   * @param token rotated
   * @param offset index of its first component
   * @return the id of the centroid
   */
  public int nearest(float[] token, int offset) {
    nearest(token, offset, 1, single);
    return single[0];
  }

  /**
   * Finds the nearest centroids of tokens. For hundreds of tokens this is several times faster than
   * one call for each.
   *
   * @param tokens [n][dim], rotated
   * @param offset index of the first component of the first token
   * @param n number of tokens
   * @param nearest receives the ids of the centroids, from index 0
   */
  public void nearest(float[] tokens, int offset, int n, int[] nearest) {
    reserve(Math.min(n, BATCH));
    for (int done = 0; done < n; done += BATCH) {
      int batch = Math.min(BATCH, n - done);
      int start = offset + done * dim;
      tops.matrix(tokens, start, batch, topScores, 0);
      if (groups == null) {
        for (int i = 0; i < batch; i++) {
          nearest[done + i] = nearestTop(i * topCount);
        }
      } else {
        chooseGroups(batch);
        sortVisits(batch);
        Arrays.fill(bestScore, 0, batch, Float.NEGATIVE_INFINITY);
        for (int g = 0; g < topCount; g++) {
          visit(g, tokens, start, nearest, done);
        }
      }
    }
  }

  private int nearestTop(int row) {
    int best = 0;
    float bestTop = Float.NEGATIVE_INFINITY;
    for (int t = 0; t < topCount; t++) {
      float score = topScores[row + t] - topHalfSquares[t];
      if (score > bestTop) {
        bestTop = score;
        best = t;
      }
    }
    return best;
  }

  /** Writes the nearest groups of each token to visits. */
  private void chooseGroups(int batch) {
    float[] best = new float[probes];
    for (int i = 0; i < batch; i++) {
      int row = i * topCount;
      int out = i * probes;
      Arrays.fill(best, Float.NEGATIVE_INFINITY);
      for (int t = 0; t < topCount; t++) {
        float score = topScores[row + t] - topHalfSquares[t];
        if (score > best[probes - 1]) {
          int p = probes - 1;
          for (; p > 0 && score > best[p - 1]; p--) {
            best[p] = best[p - 1];
            visits[out + p] = visits[out + p - 1];
          }
          best[p] = score;
          visits[out + p] = t;
        }
      }
    }
  }

  /** Fills visitors with the tokens of each group, one group after another. */
  private void sortVisits(int batch) {
    int count = batch * probes;
    Arrays.fill(visitStart, 0);
    for (int i = 0; i < count; i++) {
      visitStart[visits[i]]++;
    }
    for (int t = 1; t <= topCount; t++) {
      visitStart[t] += visitStart[t - 1];
    }
    // Each end is decreased for each token, and becomes the start of its group
    for (int i = count - 1; i >= 0; i--) {
      visitors[--visitStart[visits[i]]] = i / probes;
    }
  }

  /** Compares the tokens of a group's visits with all members of the group. */
  private void visit(int g, float[] tokens, int start, int[] nearest, int done) {
    Group group = groups[g];
    int members = group.ids.length;
    int step = Math.max(1, Math.min(VISITORS, MAX_SCORES / Math.max(1, members)));
    int end = visitStart[g + 1];
    for (int first = visitStart[g]; first < end; first += step) {
      int count = Math.min(step, end - first);
      for (int v = 0; v < count; v++) {
        System.arraycopy(tokens, start + visitors[first + v] * dim, gathered, v * dim, dim);
      }
      group.centroids.matrix(gathered, 0, count, scores, 0);
      for (int v = 0; v < count; v++) {
        int token = visitors[first + v];
        float best = bestScore[token];
        int bestMember = -1;
        for (int m = 0; m < members; m++) {
          float score = scores[v * members + m] - group.halfSquares[m];
          if (score > best) {
            best = score;
            bestMember = m;
          }
        }
        if (bestMember >= 0) {
          bestScore[token] = best;
          nearest[done + token] = group.ids[bestMember];
        }
      }
    }
  }
}
