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

package io.github.luceneplaid.plaid.search.score;

import io.github.luceneplaid.fsvi.simd.QueryMatrix;
import io.github.luceneplaid.plaid.segment.PlaidSegment;
import java.io.IOException;
import java.util.Arrays;
import org.apache.lucene.util.ArrayUtil;

/**
 * Products of a segment's centroids with the query tokens, in rows of a table. If there are a few
 * thousand centroids at most, all products are computed at once: in the order of the centroids,
 * that takes a third of the time. The tokens of candidates use only some of a larger number of
 * centroids. Their products are computed when the centroid is first met, and again if there are too
 * many query tokens for the table to hold all rows.
 */
public final class CentroidProducts {

  /**
   * Rows that kernels compute at a time: a few unneeded rows cost less than an incomplete batch.
   */
  private static final int BATCH = 8;

  /** The most floats of the table, unless a tile takes more. A full table is cleared. */
  private static final int MAX_TABLE = 1 << 21;

  /** The rows at first: most searches meet fewer centroids. */
  private static final int FIRST_ROWS = 1024;

  private final QueryMatrix query;
  private final float[] centroids;
  private final int dimension;
  private float[] table;

  /** One more than the row of each centroid, 0 where there is none; null if centroids are rows. */
  private final int[] rows;

  private int size;
  private float[] pending;
  private final int[] met;

  private CentroidProducts(QueryMatrix query, float[] centroids, float[] table, int[] rows) {
    this.query = query;
    this.centroids = centroids;
    this.dimension = query.dimension();
    this.table = table;
    this.rows = rows;
    this.met = new int[CodeScorer.TILE];
  }

  /**
   * Opens the products of a segment.
   *
   * @param query the rotated query for the format's own centroids, the original query for imported
   *     ones
   * @param all the products of all centroids, [centroids][stride]; null if they are not known
   */
  public static CentroidProducts of(PlaidSegment segment, QueryMatrix query, float[] all)
      throws IOException {
    if (all != null) {
      return new CentroidProducts(query, segment.centroidRows(), all, null);
    }
    int[] rows = new int[segment.centroidRows().length / segment.dimension()];
    int capacity = Math.min(rows.length + BATCH, FIRST_ROWS);
    capacity = Math.min(capacity, CodeScorer.TILE + BATCH + MAX_TABLE / query.stride());
    return new CentroidProducts(
        query, segment.centroidRows(), new float[capacity * query.stride()], rows);
  }

  /** Elements from one row of the table to the next. */
  int stride() {
    return query.stride();
  }

  /** The table as it is after the last call of {@link #rows}. */
  float[] table() {
    return table;
  }

  /**
   * Replaces centroids by their rows in the table, which are computed where they are new.
   *
   * @param ids centroids, and then rows
   * @param n how many, up to those of a tile
   */
  void rows(int[] ids, int n) {
    if (rows == null) {
      return;
    }
    if (size > 0 && (long) (size + n + BATCH) * query.stride() > MAX_TABLE) {
      Arrays.fill(rows, 0);
      size = 0;
    }
    int fresh = 0;
    for (int i = 0; i < n; i++) {
      int centroid = ids[i];
      if (rows[centroid] == 0) {
        met[fresh++] = centroid;
        rows[centroid] = size + fresh;
      }
      ids[i] = rows[centroid] - 1;
    }
    if (fresh > 0) {
      compute(fresh);
    }
  }

  private void compute(int fresh) {
    pending = pending == null ? new float[CodeScorer.TILE * dimension] : pending;
    for (int i = 0; i < fresh; i++) {
      System.arraycopy(centroids, met[i] * dimension, pending, i * dimension, dimension);
    }
    int stride = query.stride();
    int n = (fresh + BATCH - 1) / BATCH * BATCH;
    if (table.length < (size + n) * stride) {
      int most = Math.max((size + n) * stride, MAX_TABLE);
      table = ArrayUtil.growExact(table, Math.min(2 * (size + n) * stride, most));
    }
    query.products(pending, 0, n, table, size * stride);
    size += fresh;
  }
}
