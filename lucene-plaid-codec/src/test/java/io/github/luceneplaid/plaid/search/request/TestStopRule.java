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

import io.github.luceneplaid.plaid.LateInteractionOptions;
import org.apache.lucene.tests.util.LuceneTestCase;

/** Tests when a search stops. */
public class TestStopRule extends LuceneTestCase {

  private static StopRule rule(float recall, int k) {
    return new StopRule(LateInteractionOptions.builder().recall(recall).build().settings(), k);
  }

  private static long[] docs(float... estimates) {
    long[] docs = new long[estimates.length];
    for (int i = 0; i < docs.length; i++) {
      docs[i] = BestDocs.encode(i, estimates[i]);
    }
    return docs;
  }

  /** Values of tables of the normal distribution. */
  public void testNormalDistribution() {
    assertEquals(0.5, StopRule.above(0), 2e-5);
    assertEquals(0.308538, StopRule.above(0.5), 2e-5);
    assertEquals(0.158655, StopRule.above(1), 2e-5);
    assertEquals(0.022750, StopRule.above(2), 2e-5);
    assertEquals(0.001350, StopRule.above(3), 2e-5);
    assertEquals(0.841345, StopRule.above(-1), 2e-5);
    assertEquals(1, StopRule.above(-40), 0);
    assertEquals(0, StopRule.above(40), 0);
    assertEquals(0, StopRule.above(Double.POSITIVE_INFINITY), 0);
  }

  /** Chances add up, beginning with the next document. */
  public void testMissed() {
    StopRule rule = rule(0.5f, 100);
    long[] docs = docs(13, 12, 11, 10, 9, 1);
    double all = 0;
    for (double distance : new double[] {-3, -2, -1, 0, 1}) {
      all += StopRule.above(distance);
    }
    assertEquals(all, rule.missed(docs, 0, 10, 1), 1e-9);
    assertEquals(StopRule.above(0) + StopRule.above(0.5), rule.missed(docs, 3, 10, 2), 1e-4);
    assertEquals(0, rule.missed(docs, docs.length, 10, 1), 0);
  }

  /** The count stops once it is above the number of hits that may be missed. */
  public void testLimit() {
    StopRule rule = rule(0.9f, 10);
    assertEquals(1, rule.allowed(), 1e-6);
    float[] estimates = new float[1000];
    double missed = rule.missed(docs(estimates), 0, 0, 1);
    assertTrue("" + missed, missed > rule.allowed() && missed <= rule.allowed() + 0.51);
  }

  /** Estimates without errors decide which documents are hits. */
  public void testNoErrors() {
    StopRule rule = rule(0.5f, 100);
    assertEquals(2, rule.missed(docs(12, 11, 9, 8), 0, 10, 0), 0);
    assertEquals(0, rule.missed(docs(9, 8), 0, 10, 0), 0);
  }

  /** A wish for fewer hits ends a search at a candidate that is less promising. */
  public void testWorth() {
    assertEquals(0, rule(0.1f, 10).worth(), 0);
    assertEquals(0, rule(0.75f, 10).worth(), 1e-6);
    assertEquals(1, rule(0.875f, 10).worth(), 1e-6);
    assertEquals(2, rule(0.9375f, 10).worth(), 1e-6);
    assertEquals(5.6, rule(0.995f, 10).worth(), 0.1);
    LateInteractionOptions set = LateInteractionOptions.builder().deviations(1.5f).build();
    assertEquals(1.5, new StopRule(set.settings(), 10).worth(), 0);
  }

  public void testKinds() {
    assertTrue(rule(1, 10).neverStops());
    assertFalse(rule(0.999f, 10).neverStops());
    assertFalse(rule(0.99f, 10).goesByNext());
    LateInteractionOptions.Builder builder = LateInteractionOptions.builder().recall(1);
    StopRule rule = new StopRule(builder.deviations(2).build().settings(), 10);
    assertTrue(rule.goesByNext());
    assertFalse(rule.neverStops());
    assertEquals(2, rule.deviations(), 0);
    rule = new StopRule(builder.deviations(Float.POSITIVE_INFINITY).build().settings(), 10);
    assertTrue(rule.neverStops());
    assertTrue(Double.isFinite(rule.deviations()));
  }
}
