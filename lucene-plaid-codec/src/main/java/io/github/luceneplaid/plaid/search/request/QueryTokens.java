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
 * Tokens of weight 0 are left out: the search does not see them. All others are searched under
 * numbers of their own, from 0 on; {@link #number} gives the caller's number of each.
 */
public final class QueryTokens {

  /** The most tokens a query may have. */
  public static final int MAX_COUNT = 8192;

  /** All tokens as the caller gave them, and their weights, null if all are 1. */
  private final float[] given;

  private final float[] givenWeights;
  private final int dimension;
  private final int hash;

  /** The tokens that are searched, and their weights, null if all are 1. */
  private final float[] rows;

  private final float[] weights;
  private final int count;

  /** The caller's number of each token that is searched, null if these are all. */
  private final int[] numbers;

  private QueryTokens(float[] given, float[] givenWeights, int dimension) {
    this.given = given;
    this.givenWeights = givenWeights;
    this.dimension = dimension;
    this.hash = 31 * (31 * dimension + Arrays.hashCode(given)) + Arrays.hashCode(givenWeights);
    this.numbers = numbers(givenWeights);
    if (numbers == null) {
      this.rows = given;
      this.weights = givenWeights;
      this.count = given.length / dimension;
      return;
    }
    this.count = numbers.length;
    this.rows = new float[count * dimension];
    float[] kept = new float[count];
    for (int i = 0; i < count; i++) {
      System.arraycopy(given, numbers[i] * dimension, rows, i * dimension, dimension);
      kept[i] = givenWeights[numbers[i]];
    }
    this.weights = unlessAllAreOne(kept);
  }

  /** The numbers of tokens with a weight above 0, null if that is all of them. */
  private static int[] numbers(float[] weights) {
    if (weights == null) {
      return null;
    }
    int[] numbers = new int[weights.length];
    int kept = 0;
    for (int i = 0; i < weights.length; i++) {
      numbers[kept] = i;
      kept += weights[i] > 0 ? 1 : 0;
    }
    return kept == weights.length ? null : Arrays.copyOf(numbers, kept);
  }

  private static float[] unlessAllAreOne(float[] weights) {
    for (float weight : weights) {
      if (weight != 1f) {
        return weights;
      }
    }
    return null;
  }

  /**
   * Copies a matrix with one row per query token.
   *
   * @throws IllegalArgumentException if it is null or empty, if its rows differ in length, if there
   *     are more than {@link #MAX_COUNT} of them, or if a component is NaN or infinite
   */
  public static QueryTokens of(float[][] query) {
    return of(query, null);
  }

  /**
   * Copies a matrix with one row per query token, and their weights.
   *
   * @param weights one for each token; null if all are 1
   * @throws IllegalArgumentException as {@link #of(float[][])}, or if weights are not as many as
   *     tokens, negative, NaN or infinite, or all 0
   */
  public static QueryTokens of(float[][] query, float[] weights) {
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
      throw new IllegalArgumentException(
          "query token 0 must have at least one component, got: "
              + (query[0] == null ? "null" : "none"));
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
    return new QueryTokens(
        rows, weights == null ? null : copyWeights(weights, query.length), dimension);
  }

  private static void copyRow(float[] row, int index, float[] rows, int dimension) {
    if (row == null || row.length != dimension) {
      throw new IllegalArgumentException(
          "query token "
              + index
              + " must have the dimension of the first, "
              + dimension
              + ", got: "
              + (row == null ? "null" : row.length));
    }
    for (int j = 0; j < dimension; j++) {
      if (Float.isFinite(row[j]) == false) {
        throw new IllegalArgumentException(
            "component " + j + " of query token " + index + " must be finite, got: " + row[j]);
      }
    }
    System.arraycopy(row, 0, rows, index * dimension, dimension);
  }

  /** Checks weights, and returns null if all of them are 1. */
  private static float[] copyWeights(float[] weights, int count) {
    if (weights.length != count) {
      throw new IllegalArgumentException(
          "tokenWeights must be one for each of "
              + count
              + " query tokens, got: "
              + weights.length);
    }
    float[] copy = new float[count];
    float largest = 0;
    for (int i = 0; i < count; i++) {
      if (weights[i] >= 0 == false || weights[i] > Float.MAX_VALUE) {
        throw new IllegalArgumentException(
            "the weight of query token "
                + i
                + " must be at least 0 and finite, got: "
                + weights[i]);
      }
      // There is one zero only, so that equal weights have equal bits
      copy[i] = weights[i] + 0f;
      largest = Math.max(largest, copy[i]);
    }
    if (largest == 0) {
      throw new IllegalArgumentException(
          "tokenWeights must have at least one above 0, got: " + count + " of 0");
    }
    return unlessAllAreOne(copy);
  }

  /** Returns a copy of all tokens as they were given, a matrix with one row for each. */
  public float[][] toMatrix() {
    float[][] matrix = new float[given.length / dimension][];
    for (int i = 0; i < matrix.length; i++) {
      matrix[i] = ArrayUtil.copyOfSubArray(given, i * dimension, (i + 1) * dimension);
    }
    return matrix;
  }

  /** Returns a copy of the weights of all tokens as they were given. */
  public float[] toWeights() {
    if (givenWeights != null) {
      return givenWeights.clone();
    }
    float[] ones = new float[given.length / dimension];
    Arrays.fill(ones, 1f);
    return ones;
  }

  /** Returns all tokens as they were given, each with weight 1. */
  public QueryTokens unweighted() {
    return givenWeights == null ? this : new QueryTokens(given, null, dimension);
  }

  /**
   * The tokens that are searched one after the other, {@code count x dimension} floats; not to be
   * written to.
   */
  public float[] rows() {
    return rows;
  }

  /** The number of tokens that are searched: those with a weight above 0. */
  public int count() {
    return count;
  }

  public int dimension() {
    return dimension;
  }

  /** The caller's number of a token that is searched. */
  public int number(int token) {
    return numbers == null ? token : numbers[token];
  }

  /** The weight of a token that is searched, above 0. */
  public float weight(int token) {
    return weights == null ? 1f : weights[token];
  }

  /**
   * What one query token of weight 1 adds to the score of a document: its best similarity, a dot
   * product, brought to Lucene's scale as {@code max(0, (1 + similarity) / 2)}.
   */
  public static float contribution(float similarity) {
    return Math.max(0f, (1f + similarity) / 2f);
  }

  /** What a token that is searched adds to the score of a document, with its weight. */
  public float contribution(int token, float similarity) {
    return weights == null
        ? contribution(similarity)
        : (float) Math.min((double) weights[token] * contribution(similarity), Float.MAX_VALUE);
  }

  /**
   * Adds up the contributions of all query tokens.
   *
   * @param best the best similarity of each query token, negative infinity where nothing matches
   * @return the score, finite and not negative; NaN if one of the similarities is NaN or positive
   *     infinity
   */
  public float score(float[] best) {
    double sum = weights == null ? sum(best) : weightedSum(best);
    return Double.isFinite(sum) == false ? Float.NaN : (float) Math.min(sum, Float.MAX_VALUE);
  }

  private double sum(float[] best) {
    double sum = 0;
    for (int i = 0; i < count; i++) {
      sum += contribution(best[i]);
    }
    return sum;
  }

  private double weightedSum(float[] best) {
    double sum = 0;
    for (int i = 0; i < count; i++) {
      sum += (double) weights[i] * contribution(best[i]);
    }
    return sum;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof QueryTokens that
        && dimension == that.dimension
        && Arrays.equals(given, that.given)
        && Arrays.equals(givenWeights, that.givenWeights);
  }

  @Override
  public int hashCode() {
    return hash;
  }

  /** The shape, and the range of weights unless all are 1; never the matrix. */
  @Override
  public String toString() {
    String shape = given.length / dimension + "x" + dimension;
    if (givenWeights == null) {
      return shape;
    }
    float[] sorted = givenWeights.clone();
    Arrays.sort(sorted);
    return shape + ",weights=" + sorted[0] + ".." + sorted[sorted.length - 1];
  }
}
