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

import io.github.luceneplaid.plaid.search.request.SearchSettings;
import java.util.List;
import org.apache.lucene.tests.util.LuceneTestCase;

public class TestLateInteractionOptions extends LuceneTestCase {

  public void testAutomatic() {
    SearchSettings options = LateInteractionOptions.DEFAULT.settings();
    assertEquals(7, options.cells(7));
    assertEquals(3, options.regions(3));
    assertFalse(options.exact());
    for (int k : new int[] {1, 10, 1000, Integer.MAX_VALUE}) {
      assertTrue(options.candidates(k, k, 1000) >= k);
      assertTrue(options.candidates(k, k, 1 << 20) >= options.candidates(k, k, 1000));
      assertTrue(options.rescore(k, false) >= k);
      assertTrue(options.rescore(k, true) >= options.rescore(k, false));
    }
  }

  public void testSet() {
    SearchSettings options =
        LateInteractionOptions.builder()
            .regions(5)
            .cells(11)
            .candidates(100)
            .rescore(30)
            .deviations(1.5f)
            .build()
            .settings();
    assertEquals(5, options.regions(3));
    assertEquals(11, options.cells(7));
    assertEquals(100, options.candidates(10, 10, 1 << 20));
    assertEquals(200, options.candidates(200, 200, 1));
    assertEquals(30, options.rescore(10, true));
    assertEquals(40, options.rescore(40, true));
    assertEquals(30, options.rescore(10, false));
    assertEquals(1.5f, options.deviations(), 0);
    assertTrue(options.stopsByDeviations());
    assertFalse(LateInteractionOptions.DEFAULT.settings().stopsByDeviations());
    assertTrue(LateInteractionOptions.builder().exact().build().settings().exact());
  }

  /** What is not set follows from the recall that is wanted. */
  public void testRecall() {
    SearchSettings defaults = LateInteractionOptions.DEFAULT.settings();
    assertEquals(0.995f, defaults.recall(), 0);
    assertEquals(16, defaults.regions(16));
    assertEquals(96, defaults.cells(96));
    int regions = 1;
    int cells = 1;
    for (float share : new float[] {0.01f, 0.5f, 0.9f, 0.95f, 0.99f, 0.995f, 0.999f}) {
      SearchSettings options = LateInteractionOptions.builder().recall(share).build().settings();
      assertTrue(options.regions(16) >= regions);
      assertTrue(options.cells(96) > cells);
      regions = options.regions(16);
      cells = options.cells(96);
    }
    SearchSettings all = LateInteractionOptions.builder().recall(1).build().settings();
    assertEquals(cells, all.cells(96), 1);
    assertEquals(
        7, LateInteractionOptions.builder().recall(0.9f).cells(7).build().settings().cells(96));
  }

  /** An index is not scanned just since its candidates may be many. */
  public void testFew() {
    for (int k : new int[] {1, 10, 1000, Integer.MAX_VALUE}) {
      for (long documents : new long[] {1, 1000, 1 << 20}) {
        int few = LateInteractionOptions.DEFAULT.settings().few(k, documents);
        assertTrue(
            few >= k
                && few <= LateInteractionOptions.DEFAULT.settings().candidates(k, k, documents));
      }
    }
    assertEquals(
        500, LateInteractionOptions.builder().candidates(500).build().settings().few(10, 1000));
  }

  public void testRefused() {
    LateInteractionOptions.Builder builder = LateInteractionOptions.builder();
    for (int wrong : new int[] {0, -1, Integer.MIN_VALUE}) {
      expectThrows(IllegalArgumentException.class, () -> builder.regions(wrong));
      expectThrows(IllegalArgumentException.class, () -> builder.cells(wrong));
      expectThrows(IllegalArgumentException.class, () -> builder.candidates(wrong));
      IllegalArgumentException e =
          expectThrows(IllegalArgumentException.class, () -> builder.rescore(wrong));
      assertEquals("rescore must be at least 1, got: " + wrong, e.getMessage());
    }
    for (float wrong : new float[] {0, -0.5f, 1.01f, Float.NaN}) {
      IllegalArgumentException e =
          expectThrows(IllegalArgumentException.class, () -> builder.recall(wrong));
      assertEquals("recall must be above 0 and up to 1, got: " + wrong, e.getMessage());
    }
    expectThrows(IllegalArgumentException.class, () -> builder.deviations(-0.1f));
    expectThrows(IllegalArgumentException.class, () -> builder.deviations(Float.NaN));
    assertEquals(LateInteractionOptions.DEFAULT, builder.build());
  }

  public void testEquals() {
    List<LateInteractionOptions> different =
        List.of(
            LateInteractionOptions.DEFAULT,
            LateInteractionOptions.builder().regions(2).build(),
            LateInteractionOptions.builder().cells(2).build(),
            LateInteractionOptions.builder().candidates(2).build(),
            LateInteractionOptions.builder().rescore(2).build(),
            LateInteractionOptions.builder().recall(0.9f).build(),
            LateInteractionOptions.builder().deviations(1).build(),
            LateInteractionOptions.builder().exact().build());
    for (int i = 0; i < different.size(); i++) {
      for (int j = 0; j < different.size(); j++) {
        assertEquals(i == j, different.get(i).equals(different.get(j)));
      }
    }
    assertEquals(different.get(1), LateInteractionOptions.builder().regions(2).build());
    assertEquals(
        different.get(1).hashCode(),
        LateInteractionOptions.builder().regions(2).build().hashCode());
  }

  /** What is built stays as it is. */
  public void testImmutable() {
    LateInteractionOptions.Builder builder = LateInteractionOptions.builder().cells(3);
    LateInteractionOptions options = builder.build();
    builder.cells(4);
    assertEquals(3, options.settings().cells(1));
  }

  public void testToString() {
    assertEquals(
        "regions=auto,cells=3,candidates=auto,rescore=auto,recall=0.995,deviations=auto",
        LateInteractionOptions.builder().cells(3).build().toString());
    assertEquals("exact", LateInteractionOptions.builder().exact().build().toString());
  }
}
