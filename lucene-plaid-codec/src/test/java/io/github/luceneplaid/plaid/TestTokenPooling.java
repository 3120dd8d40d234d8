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

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.util.VectorUtil;

public class TestTokenPooling extends LuceneTestCase {

  /** Against the definition: all pairs of clusters are looked at before each merge. */
  public void testLikeNaiveWard() {
    int dimension = random().nextInt(3, 20);
    float[][] tokens = tokens(random().nextInt(1, 60), dimension);
    TokenPooling pooling = new TokenPooling(random().nextInt(1, 6), random().nextInt(4));
    int protectedTokens = Math.min(pooling.protectedTokens(), tokens.length);
    int others = tokens.length - protectedTokens;
    int wanted = Math.ceilDiv(others, pooling.factor());
    List<List<Integer>> clusters = naive(tokens, protectedTokens, wanted);
    float[][] pooled = pooling.pool(tokens);
    assertEquals(protectedTokens + wanted, pooled.length);
    int[] found = pooling.clusters(tokens);
    for (int i = 0; i < protectedTokens; i++) {
      assertEquals(i, found[i]);
      assertArrayEquals(tokens[i], pooled[i], 0);
    }
    for (int i = 0; i < wanted; i++) {
      List<Integer> cluster = clusters.get(i);
      for (int token : cluster) {
        assertEquals(protectedTokens + i, found[token]);
      }
      double[] mean = mean(tokens, cluster);
      // Lucene's function leaves vectors as they are that are nearly of length 1
      double length = Math.sqrt(Arrays.stream(mean).map(x -> x * x).sum());
      float[] expected = floats(Arrays.stream(mean).map(x -> x / length).toArray());
      assertArrayEquals(expected, pooled[protectedTokens + i], (float) (1e-6 / length));
    }
  }

  private static float[][] tokens(int n, int dimension) {
    float[][] tokens = new float[n][dimension];
    for (float[] token : tokens) {
      for (int j = 0; j < dimension; j++) {
        token[j] = (float) random().nextGaussian();
      }
      VectorUtil.l2normalize(token);
    }
    return tokens;
  }

  private static List<List<Integer>> naive(float[][] tokens, int from, int wanted) {
    List<List<Integer>> clusters = new ArrayList<>();
    for (int i = from; i < tokens.length; i++) {
      clusters.add(new ArrayList<>(List.of(i)));
    }
    while (clusters.size() > wanted) {
      int bestA = 0;
      int bestB = 0;
      double least = Double.POSITIVE_INFINITY;
      for (int a = 0; a < clusters.size(); a++) {
        for (int b = a + 1; b < clusters.size(); b++) {
          double cost = cost(tokens, clusters.get(a), clusters.get(b));
          if (cost < least) {
            least = cost;
            bestA = a;
            bestB = b;
          }
        }
      }
      clusters.get(bestA).addAll(clusters.remove(bestB));
    }
    return clusters;
  }

  /** By how much a merge raises the sum of squared distances from the means. */
  private static double cost(float[][] tokens, List<Integer> a, List<Integer> b) {
    double[] meanA = mean(tokens, a);
    double[] meanB = mean(tokens, b);
    double squares = 0;
    for (int j = 0; j < meanA.length; j++) {
      squares += (meanA[j] - meanB[j]) * (meanA[j] - meanB[j]);
    }
    return squares * a.size() * b.size() / (a.size() + b.size());
  }

  private static double[] mean(float[][] tokens, List<Integer> cluster) {
    double[] mean = new double[tokens[0].length];
    for (int j = 0; j < mean.length; j++) {
      int component = j;
      mean[j] = cluster.stream().mapToDouble(i -> tokens[i][component]).average().orElseThrow();
    }
    return mean;
  }

  private static float[] floats(double[] doubles) {
    float[] floats = new float[doubles.length];
    for (int j = 0; j < floats.length; j++) {
      floats[j] = (float) doubles[j];
    }
    return floats;
  }

  /** Three groups that lie apart, in any order, become three tokens. */
  public void testGroups() {
    float[][] centers = {{1, 0, 0, 0}, {0, 1, 0, 0}, {0, 0, 1, 0}};
    float[][] tokens = new float[3 * random().nextInt(1, 100)][4];
    int[] groups = new int[tokens.length];
    for (int i = 0; i < tokens.length; i++) {
      groups[i] = i % 3;
    }
    for (int i = tokens.length - 1; i > 2; i--) {
      int other = random().nextInt(3, i + 1);
      int group = groups[i];
      groups[i] = groups[other];
      groups[other] = group;
    }
    for (int i = 0; i < tokens.length; i++) {
      for (int j = 0; j < 4; j++) {
        tokens[i][j] = centers[groups[i]][j] + (float) random().nextGaussian() / 100;
      }
    }
    TokenPooling pooling = new TokenPooling(tokens.length / 3, 0);
    assertArrayEquals(groups, pooling.clusters(tokens));
  }

  /** Equal tokens merge first, and nothing depends on how ties are broken. */
  public void testEqualTokens() {
    float[][] different = tokens(random().nextInt(1, 20), 8);
    int copies = random().nextInt(2, 6);
    float[][] tokens = new float[different.length * copies][];
    for (int i = 0; i < tokens.length; i++) {
      tokens[i] = different[i % different.length].clone();
    }
    float[][] pooled = new TokenPooling(copies, 0).pool(tokens);
    assertEquals(different.length, pooled.length);
    for (int i = 0; i < pooled.length; i++) {
      assertArrayEquals(different[i], pooled[i], 1e-6f);
    }
  }

  /** TokenNormalizer make the clusters; the length of a pooled token is the mean length. */
  public void testLengths() {
    float[][] tokens = {{2, 0}, {0, 3}, {40, 0}, {0, 5}};
    float[][] pooled = new TokenPooling(2, 0).pool(tokens);
    assertEquals(2, pooled.length);
    assertArrayEquals(new float[] {21, 0}, pooled[0], 1e-5f);
    assertArrayEquals(new float[] {0, 4}, pooled[1], 1e-5f);
    tokens = new float[][] {{0, 0}, {1, 0}, {-1, 0}};
    for (float[] token : new TokenPooling(3, 0).pool(tokens)) {
      assertArrayEquals(new float[] {0, 0}, token, 0);
    }
  }

  /** Longer documents are pooled in runs. */
  public void testRuns() {
    float[][] tokens = tokens(TokenPooling.RUN + random().nextInt(2, 50), 2);
    int[] clusters = new TokenPooling(3, 1).clusters(tokens);
    int first = 1 + Math.ceilDiv(TokenPooling.RUN, 3);
    int second = Math.ceilDiv(tokens.length - 1 - TokenPooling.RUN, 3);
    assertEquals(first + second, Arrays.stream(clusters).distinct().count());
    for (int i = 0; i < tokens.length; i++) {
      assertEquals(i > TokenPooling.RUN, clusters[i] >= first);
    }
  }

  public void testNothingToPool() {
    float[][] tokens = tokens(random().nextInt(10), 3);
    assertArrayEquals(tokens, new TokenPooling(1, 0).pool(tokens));
    assertArrayEquals(tokens, new TokenPooling(3, 9).pool(tokens));
    assertEquals(0, new TokenPooling(2, 0).pool(new float[0][]).length);
  }

  public void testRefusals() {
    refuse("factor must be at least 1, got: 0", () -> new TokenPooling(0, 1));
    refuse("protectedTokens must be at least 0, got: -1", () -> new TokenPooling(2, -1));
    TokenPooling pooling = new TokenPooling(2, 0);
    refuse(
        "token 1 must have the dimension of the first, 2, got: 1",
        () -> pooling.pool(new float[][] {{1, 0}, {1}}));
    refuse(
        "component 0 of token 1 must be finite, got: NaN",
        () -> pooling.pool(new float[][] {{1, 0}, {Float.NaN, 1}}));
    refuse(
        "clusters must be one for each of 2 tokens, got: 1",
        () -> TokenPooling.pool(new float[][] {{1, 0}, {0, 1}}, new int[1]));
  }

  private static void refuse(String message, ThrowingRunnable action) {
    Exception e = expectThrows(IllegalArgumentException.class, action);
    assertTrue(e.getMessage(), e.getMessage().contains(message));
  }
}
