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

package io.github.luceneplaid.plaid.search.request;

import java.util.Arrays;
import org.apache.lucene.util.ArrayUtil;

/**
 * The tokens of a query: a checked copy of the caller's matrix, and the rule that computes a score.
 */
public final class QueryTokens {

  /** The most tokens a query may have. */
  public static final int MAX_COUNT = 8192;

  private final float[] rows;
  private final int count;
  private final int dimension;
  private final int hash;

  private QueryTokens(float[] rows, int count, int dimension) {
    this.rows = rows;
    this.count = count;
    this.dimension = dimension;
    this.hash = 31 * dimension + Arrays.hashCode(rows);
  }

  /**
   * Copies a matrix with one row per query token.
   *
   * @throws IllegalArgumentException if it is null or empty, if its rows differ in length, if there
   *     are more than {@link #MAX_COUNT} of them, or if a component is NaN or infinite
   */
  public static QueryTokens of(float[][] query) {
    if (query == null || query.length == 0) {
      throw new IllegalArgumentException(
          "the query must have at least one token, got: " + (query == null ? "null" : "none"));
    }
    if (query.length > MAX_COUNT) {
      throw new IllegalArgumentException(
          "the query must have at most " + MAX_COUNT + " tokens, got: " + query.length);
    }
    int dimension = query[0] == null ? 0 : query[0].length;
    if (dimension == 0) {
      throw new IllegalArgumentException("query token 0 must not be null or empty");
    }
    if ((long) query.length * dimension > ArrayUtil.MAX_ARRAY_LENGTH) {
      throw new IllegalArgumentException(
          "the query must have at most "
              + ArrayUtil.MAX_ARRAY_LENGTH
              + " components, got: "
              + query.length
              + " tokens of "
              + dimension);
    }
    float[] rows = new float[query.length * dimension];
    for (int i = 0; i < query.length; i++) {
      copyRow(query[i], i, rows, dimension);
    }
    return new QueryTokens(rows, query.length, dimension);
  }

  private static void copyRow(float[] row, int index, float[] rows, int dimension) {
    if (row == null || row.length != dimension) {
      throw new IllegalArgumentException(
          "all query tokens must have the dimension of the first, "
              + dimension
              + "; query token "
              + index
              + " has "
              + (row == null ? "none (null)" : row.length));
    }
    for (int j = 0; j < dimension; j++) {
      if (Float.isFinite(row[j]) == false) {
        throw new IllegalArgumentException(
            "query components must be finite, got: "
                + row[j]
                + " in query token "
                + index
                + " at dimension "
                + j);
      }
    }
    System.arraycopy(row, 0, rows, index * dimension, dimension);
  }

  /** The tokens one after the other, {@code count x dimension} floats; not to be written to. */
  public float[] rows() {
    return rows;
  }

  public int count() {
    return count;
  }

  public int dimension() {
    return dimension;
  }

  /**
   * What one query token adds to the score of a document: its best similarity, a dot product,
   * brought to Lucene's scale as {@code max(0, (1 + similarity) / 2)}.
   */
  public static float contribution(float similarity) {
    return Math.max(0f, (1f + similarity) / 2f);
  }

  /**
   * Adds up the contributions of all query tokens.
   *
   * @param best the best similarity of each query token, negative infinity where nothing matches
   * @return the score, finite and not negative; NaN if one of the similarities is NaN or positive
   *     infinity
   */
  public float score(float[] best) {
    double sum = 0;
    for (int i = 0; i < count; i++) {
      sum += contribution(best[i]);
    }
    return Double.isFinite(sum) == false ? Float.NaN : (float) Math.min(sum, Float.MAX_VALUE);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof QueryTokens that
        && dimension == that.dimension
        && Arrays.equals(rows, that.rows);
  }

  @Override
  public int hashCode() {
    return hash;
  }

  /** The shape, never the matrix. */
  @Override
  public String toString() {
    return count + "x" + dimension;
  }
}
