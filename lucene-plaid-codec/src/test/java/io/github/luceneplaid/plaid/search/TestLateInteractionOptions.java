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

package io.github.luceneplaid.plaid.search;

import java.util.List;
import org.apache.lucene.tests.util.LuceneTestCase;

public class TestLateInteractionOptions extends LuceneTestCase {

  public void testAutomatic() {
    LateInteractionOptions options = LateInteractionOptions.DEFAULT;
    assertEquals(7, options.probes(7));
    assertEquals(3, options.anchors(3));
    assertFalse(options.exact());
    for (int k : new int[] {1, 10, 1000, Integer.MAX_VALUE}) {
      assertTrue(options.candidates(k, 1000) >= k);
      assertTrue(options.candidates(k, 1 << 20) >= options.candidates(k, 1000));
      assertTrue(options.rescore(k, false) >= k);
      assertTrue(options.rescore(k, true) >= options.rescore(k, false));
    }
  }

  public void testSet() {
    LateInteractionOptions options =
        LateInteractionOptions.builder()
            .anchors(5)
            .probes(11)
            .candidates(100)
            .rescore(30)
            .confidence(1.5f)
            .build();
    assertEquals(5, options.anchors(3));
    assertEquals(11, options.probes(7));
    assertEquals(100, options.candidates(10, 1 << 20));
    assertEquals(200, options.candidates(200, 1));
    assertEquals(30, options.rescore(10, true));
    assertEquals(40, options.rescore(40, true));
    assertEquals(30, options.rescore(10, false));
    assertEquals(1.5f, options.confidence(), 0);
    assertTrue(LateInteractionOptions.builder().exact().build().exact());
  }

  public void testRefused() {
    LateInteractionOptions.Builder builder = LateInteractionOptions.builder();
    for (int wrong : new int[] {0, -1, Integer.MIN_VALUE}) {
      expectThrows(IllegalArgumentException.class, () -> builder.anchors(wrong));
      expectThrows(IllegalArgumentException.class, () -> builder.probes(wrong));
      expectThrows(IllegalArgumentException.class, () -> builder.candidates(wrong));
      IllegalArgumentException e =
          expectThrows(IllegalArgumentException.class, () -> builder.rescore(wrong));
      assertEquals("rescore must be at least 1, got: " + wrong, e.getMessage());
    }
    expectThrows(IllegalArgumentException.class, () -> builder.confidence(-0.1f));
    expectThrows(IllegalArgumentException.class, () -> builder.confidence(Float.NaN));
    assertEquals(LateInteractionOptions.DEFAULT, builder.build());
  }

  public void testEquals() {
    List<LateInteractionOptions> different =
        List.of(
            LateInteractionOptions.DEFAULT,
            LateInteractionOptions.builder().anchors(2).build(),
            LateInteractionOptions.builder().probes(2).build(),
            LateInteractionOptions.builder().candidates(2).build(),
            LateInteractionOptions.builder().rescore(2).build(),
            LateInteractionOptions.builder().confidence(1).build(),
            LateInteractionOptions.builder().exact().build());
    for (int i = 0; i < different.size(); i++) {
      for (int j = 0; j < different.size(); j++) {
        assertEquals(i == j, different.get(i).equals(different.get(j)));
      }
    }
    assertEquals(different.get(1), LateInteractionOptions.builder().anchors(2).build());
    assertEquals(
        different.get(1).hashCode(),
        LateInteractionOptions.builder().anchors(2).build().hashCode());
  }

  /** What is built stays as it is. */
  public void testImmutable() {
    LateInteractionOptions.Builder builder = LateInteractionOptions.builder().probes(3);
    LateInteractionOptions options = builder.build();
    builder.probes(4);
    assertEquals(3, options.probes(1));
  }

  public void testToString() {
    assertEquals(
        "anchors=auto,probes=3,candidates=auto,rescore=auto,confidence=3.0",
        LateInteractionOptions.builder().probes(3).build().toString());
    assertEquals("exact", LateInteractionOptions.builder().exact().build().toString());
  }
}
