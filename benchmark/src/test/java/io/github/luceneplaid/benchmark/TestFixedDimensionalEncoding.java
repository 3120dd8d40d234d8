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
package io.github.luceneplaid.benchmark;

import io.github.luceneplaid.benchmark.FixedDimensionalEncoding.Settings;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.util.VectorUtil;

/** How products of encodings relate to MaxSim. */
public class TestFixedDimensionalEncoding extends LuceneTestCase {
  private static final int DIMENSION = 32;

  private static float[][] tokens(int count) {
    float[][] tokens = new float[count][DIMENSION];
    for (float[] token : tokens) {
      for (int i = 0; i < DIMENSION; i++) {
        token[i] = (float) random().nextGaussian();
      }
      VectorUtil.l2normalize(token);
    }
    return tokens;
  }

  private static double maxSim(float[][] query, float[][] document) {
    double sum = 0;
    for (float[] q : query) {
      double best = Double.NEGATIVE_INFINITY;
      for (float[] d : document) {
        best = Math.max(best, VectorUtil.dotProduct(q, d));
      }
      sum += best;
    }
    return sum;
  }

  private static FixedDimensionalEncoding encoding(
      int repetitions, int bits, int projected, int dimension) {
    return new FixedDimensionalEncoding(
        DIMENSION, new Settings(repetitions, bits, projected, dimension), random().nextLong());
  }

  private static double product(
      FixedDimensionalEncoding encoding, float[][] query, float[][] document) {
    float[] q = encoding.query(query);
    float[] d = encoding.document(document);
    assertEquals(encoding.dimension(), q.length);
    assertEquals(encoding.dimension(), d.length);
    return VectorUtil.dotProduct(q, d);
  }

  /** One cell: the sum of the query times the mean of the document. */
  public void testOneCell() {
    float[][] query = tokens(5);
    float[][] document = tokens(7);
    double expected = 0;
    for (float[] q : query) {
      for (float[] d : document) {
        expected += VectorUtil.dotProduct(q, d) / 7;
      }
    }
    assertEquals(3 * expected, product(encoding(3, 0, DIMENSION, 0), query, document), 1e-4);
  }

  /** A document of one token has it in all cells, so nothing is lost. */
  public void testEmptyCellsAreFilled() {
    float[][] query = tokens(9);
    float[][] document = tokens(1);
    assertEquals(
        4 * maxSim(query, document), product(encoding(4, 3, DIMENSION, 0), query, document), 1e-4);
  }

  /** A query cell gets the document's tokens of that cell only, where it has any. */
  public void testOwnCell() {
    float[] token = tokens(1)[0];
    float[] opposite = token.clone();
    for (int i = 0; i < opposite.length; i++) {
      opposite[i] = -token[i];
    }
    // Their signs differ for every random vector, so they are in different cells.
    float[][] document = {token, opposite};
    FixedDimensionalEncoding encoding = encoding(1, 1 + random().nextInt(16), DIMENSION, 0);
    for (float[] own : document) {
      assertEquals(1, product(encoding, new float[][] {own}, document), 1e-4);
    }
  }

  /** Projections and folding have errors, but no bias: the mean of many draws is right. */
  public void testProjectionsAreUnbiased() {
    float[][] document = tokens(1);
    float[][] query = tokens(4);
    query[0] = document[0];
    query[1] = document[0];
    double expected = maxSim(query, document);
    // The standard deviation of one draw is about 1, that of the mean .05.
    int draws = 400;
    double projected = 0;
    double folded = 0;
    for (int i = 0; i < draws; i++) {
      projected += product(encoding(4, 2, 8, 0), query, document) / 4 / draws;
      folded += product(encoding(4, 2, 8, 64), query, document) / 4 / draws;
    }
    assertEquals(expected, projected, 0.4);
    assertEquals(expected, folded, 0.4);
  }

  public void testDimensions() {
    assertEquals(10_240, encoding(20, 5, 16, 0).dimension());
    assertEquals(2_560, encoding(20, 5, 16, 2_560).dimension());
    expectThrows(IllegalArgumentException.class, () -> new Settings(0, 5, 16, 0));
    expectThrows(IllegalArgumentException.class, () -> new Settings(20, 17, 16, 0));
  }
}
