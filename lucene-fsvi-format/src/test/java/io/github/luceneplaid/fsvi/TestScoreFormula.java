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
package io.github.luceneplaid.fsvi;

import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.tests.util.LuceneTestCase;

/** Rows that a limit drops do not score above it. Rows that it keeps score nearly as well. */
public class TestScoreFormula extends LuceneTestCase {

  private static final int ROWS = 50;

  private static float[] random(float from, float to) {
    float[] values = new float[ROWS];
    for (int i = 0; i < ROWS; i++) {
      values[i] = from + (to - from) * random().nextFloat();
    }
    return values;
  }

  private static void assertCandidates(
      ScoreFormula formula, float[] results, float[] norms, float limit) {
    int[] ords = new int[ROWS];
    for (int i = 0; i < ROWS; i++) {
      ords[i] = i;
    }
    int n = formula.candidates(ords, ROWS, results, norms, limit);
    boolean[] kept = new boolean[ROWS];
    for (int i = 0; i < n; i++) {
      kept[ords[i]] = true;
    }
    for (int i = 0; i < ROWS; i++) {
      float score = formula.score(results[i], norms[i]);
      if (score > limit) {
        assertTrue(formula + ", score " + score + ", limit " + limit, kept[i]);
      } else if (score < limit * 0.999f - 0.001f && norms[i] > 0) {
        assertFalse(formula + ", score " + score + ", limit " + limit, kept[i]);
      }
    }
  }

  public void testLimits() {
    for (VectorSimilarityFunction similarity : VectorSimilarityFunction.values()) {
      for (boolean bytes : new boolean[] {false, true}) {
        int dim = 1 + random().nextInt(1000);
        assertLimits(new ScoreFormula(similarity, bytes, dim, 1));
        assertLimits(new ScoreFormula(similarity, bytes, dim, 10 * random().nextFloat()));
        assertLimits(new ScoreFormula(similarity, bytes, dim, 0));
      }
    }
  }

  private static void assertLimits(ScoreFormula formula) {
    float[] norms = random(0, 2);
    norms[0] = 0;
    float scale = formula.bytes() ? formula.dimension() * 5000f : 2;
    float[] results = formula.isDistance() ? random(0, scale) : random(-scale, scale);
    if (formula.needsNorms()) {
      for (int i = 0; i < ROWS; i++) {
        results[i] *= formula.queryNorm() * norms[i] / scale;
      }
    }
    assertCandidates(formula, results, norms, Float.NEGATIVE_INFINITY);
    for (int i = 0; i < ROWS; i++) {
      float limit = formula.score(results[i], norms[i]);
      assertCandidates(formula, results, norms, limit);
      assertCandidates(formula, results, norms, Math.nextDown(limit));
      assertCandidates(formula, results, norms, limit / 2);
    }
  }

  /** Norms are rounded, up or down. */
  public void testOppositeVectors() {
    for (boolean bytes : new boolean[] {false, true}) {
      for (int square = 1; square < 1000; square++) {
        float norm = (float) Math.sqrt(square);
        ScoreFormula formula = new ScoreFormula(VectorSimilarityFunction.COSINE, bytes, 2, norm);
        float score = formula.score(-square, norm);
        assertTrue(score + " for " + square, score >= 0 && score < 1e-6f);
      }
    }
  }

  public void testNotANumber() {
    for (VectorSimilarityFunction similarity : VectorSimilarityFunction.values()) {
      int[] ords = {7};
      float[] norms = {1};
      assertEquals(
          1,
          new ScoreFormula(similarity, false, 4, 1)
              .candidates(ords, 1, new float[] {Float.NaN}, norms, 0.5f));
      assertEquals(7, ords[0]);
    }
  }
}
