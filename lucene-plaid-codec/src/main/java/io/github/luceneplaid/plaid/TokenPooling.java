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

package io.github.luceneplaid.plaid;

import java.util.Arrays;

/**
 * Pools the tokens of a document before it is indexed: tokens that are alike become one, the mean
 * of their cluster. An index of a factor of 2 is half as large; queries are not pooled.
 *
 * <p>Clusters come from hierarchical clustering by Ward's criterion on squared distances of
 * directions, which are twice the cosine distances, as in Clavié, Chaffin and Adams, "Reducing the
 * Footprint of Multi-Vector Retrieval with Minimal Performance Impact via Token Pooling", 2024. A
 * document of n tokens takes time of O(n²) and 4 n² bytes of memory. Of more than 2,048 tokens,
 * each run of so many is pooled by itself.
 *
 * @param factor how many tokens become one on average, at least 1, which leaves all as they are; 2
 *     to 4 are sensible
 * @param protectedTokens how many tokens at the beginning of a document are left as they are, such
 *     as [CLS] and the marker of documents
 * @lucene.experimental
 */
public record TokenPooling(int factor, int protectedTokens) {

  /** The most tokens that are clustered together. */
  static final int RUN = 2048;

  /**
   * Checks the parameters.
   *
   * @throws IllegalArgumentException if the factor is less than 1 or the number of protected tokens
   *     negative
   */
  public TokenPooling {
    if (factor < 1) {
      throw new IllegalArgumentException("factor must be at least 1, got: " + factor);
    }
    if (protectedTokens < 0) {
      throw new IllegalArgumentException(
          "protectedTokens must be at least 0, got: " + protectedTokens);
    }
  }

  /**
   * Pools the tokens of a document.
   *
   * @param tokens [n][dimension]; not changed
   * @return the protected tokens, then ceil(m / factor) for the other m (of each run), by their
   *     first tokens. A pooled token has the direction of its cluster's mean and the mean length of
   *     the tokens in it: unit length where all of them have that. Tokens that are left as they are
   *     are not copied.
   * @throws IllegalArgumentException if the factor is not 1 and tokens differ in dimension, or if a
   *     component is NaN or infinite
   */
  public float[][] pool(float[][] tokens) {
    if (factor == 1) {
      return tokens.clone();
    }
    return pool(tokens, clusters(tokens));
  }

  /**
   * Pools the tokens of a document whose clusters are known.
   *
   * @param tokens [n][dimension]; not changed
   * @param clusters as {@link #clusters} found them for these tokens
   * @return as {@link #pool(float[][])}
   * @throws IllegalArgumentException if these are not as many as the tokens
   */
  public static float[][] pool(float[][] tokens, int[] clusters) {
    if (clusters.length != tokens.length) {
      throw new IllegalArgumentException(
          "clusters must be one for each of " + tokens.length + " tokens, got: " + clusters.length);
    }
    int count = Arrays.stream(clusters).max().orElse(-1) + 1;
    int[] sizes = new int[count];
    for (int cluster : clusters) {
      sizes[cluster]++;
    }
    int[][] members = new int[count][];
    Arrays.setAll(members, cluster -> new int[sizes[cluster]]);
    for (int token = tokens.length - 1; token >= 0; token--) {
      members[clusters[token]][--sizes[clusters[token]]] = token;
    }
    float[][] pooled = new float[count][];
    Arrays.setAll(pooled, cluster -> mean(tokens, members[cluster]));
    return pooled;
  }

  /**
   * Tells what becomes of the tokens of a document.
   *
   * @param tokens [n][dimension]; not changed
   * @return for each token the index of the pooled token it is part of
   * @throws IllegalArgumentException as {@link #pool(float[][])}
   */
  public int[] clusters(float[][] tokens) {
    check(tokens);
    int[] clusters = new int[tokens.length];
    Arrays.setAll(clusters, token -> token);
    int count = protectedTokens;
    for (int from = protectedTokens; from < tokens.length && factor > 1; from += RUN) {
      float[][] run = Arrays.copyOfRange(tokens, from, Math.min(from + RUN, tokens.length));
      int wanted = Math.ceilDiv(run.length, factor);
      int[] found = new WardClustering(run).cut(wanted);
      for (int token = 0; token < run.length; token++) {
        clusters[from + token] = count + found[token];
      }
      count += wanted;
    }
    return clusters;
  }

  private static void check(float[][] tokens) {
    for (int i = 0; i < tokens.length; i++) {
      if (tokens[i].length != tokens[0].length) {
        throw new IllegalArgumentException(
            "token "
                + i
                + " must have the dimension of the first, "
                + tokens[0].length
                + ", got: "
                + tokens[i].length);
      }
      for (int j = 0; j < tokens[i].length; j++) {
        if (Float.isFinite(tokens[i][j]) == false) {
          throw new IllegalArgumentException(
              "component " + j + " of token " + i + " must be finite, got: " + tokens[i][j]);
        }
      }
    }
  }

  private static float[] mean(float[][] tokens, int[] members) {
    float[] first = tokens[members[0]];
    if (members.length == 1) {
      return first;
    }
    double[] sum = new double[first.length];
    double lengths = 0;
    for (int member : members) {
      for (int j = 0; j < sum.length; j++) {
        sum[j] += tokens[member][j];
      }
      lengths += WardClustering.length(tokens[member]);
    }
    double squares = Arrays.stream(sum).map(component -> component * component).sum();
    if (squares == 0) {
      // Opposites, which have no direction in common
      return first;
    }
    double scale = lengths / members.length / Math.sqrt(squares);
    float[] mean = new float[sum.length];
    for (int j = 0; j < mean.length; j++) {
      mean[j] = (float) (sum[j] * scale);
    }
    return mean;
  }
}
