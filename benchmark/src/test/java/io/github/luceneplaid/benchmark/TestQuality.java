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

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.lucene.tests.util.LuceneTestCase;

/** Tests the figures of a report. */
public class TestQuality extends LuceneTestCase {
  private static final List<String> IDS = List.of("a", "b", "c", "d");

  private static Hits hits(int... ids) {
    return new Hits(ids, new float[ids.length]);
  }

  public void testRecall() {
    Hits[] exact = {hits(0), hits(1, 2, 3), hits(3, 0)};
    int[][] found = {{2, 1, 0}, {3, 3, 0}};
    assertEquals((1 + 0.5) / 2, Quality.recall(exact, 1, found, 2), 1e-9);
    assertEquals((2.0 / 3 + 1) / 2, Quality.recall(exact, 1, found, 3), 1e-9);
    assertEquals(0, Quality.recall(exact, 0, new int[][] {{}}, 2), 0);
  }

  public void testNdcg() {
    Map<String, Integer> grades = Map.of("a", 1, "c", 3, "d", 0);
    double log3 = Math.log(3) / Math.log(2);
    double ideal = 3 + 1 / log3;
    assertEquals(1, Quality.ndcg(new int[] {2, 0, 1}, IDS, grades, 10), 1e-9);
    assertEquals((1 + 3 / 2.0) / ideal, Quality.ndcg(new int[] {0, 1, 2}, IDS, grades, 10), 1e-9);
    assertEquals(1 / ideal, Quality.ndcg(new int[] {0, 1, 2}, IDS, grades, 2), 1e-9);
    assertEquals(0, Quality.ndcg(new int[] {0}, IDS, Map.of(), 10), 0);
  }

  public void testReciprocalRank() {
    int[] found = {3, 1, 0};
    assertEquals(1, Quality.reciprocalRank(found, IDS, "d", 10), 0);
    assertEquals(1 / 3.0, Quality.reciprocalRank(found, IDS, "a", 10), 1e-9);
    assertEquals(0, Quality.reciprocalRank(found, IDS, "a", 2), 0);
    assertEquals(0, Quality.reciprocalRank(found, IDS, "c", 10), 0);
  }

  public void testMedian() {
    assertEquals(2, Statistics.median(3, 1, 2), 0);
    assertEquals(2.5, Statistics.median(4, 1, 3, 2), 0);
    assertTrue(Double.isNaN(Statistics.median()));
  }

  public void testPercentile() {
    double[] values = new double[200];
    for (int i = 0; i < values.length; i++) {
      values[i] = values.length - i;
    }
    assertEquals(100, Statistics.percentile(50, values), 0);
    assertEquals(198, Statistics.percentile(99, values), 0);
    assertEquals(200, Statistics.percentile(100, values), 0);
    assertEquals(7, Statistics.percentile(99, 7), 0);
  }

  public void testBestHits() {
    int count = random().nextInt(50);
    int depth = 1 + random().nextInt(20);
    BestHits best = new BestHits(depth);
    BestHits other = new BestHits(depth);
    List<float[]> all = new ArrayList<>();
    for (int id = 0; id < count; id++) {
      float score = random().nextInt(8);
      (random().nextBoolean() ? best : other).add(id, score);
      all.add(new float[] {id, score});
    }
    best.addAll(other);
    all.sort((a, b) -> a[1] != b[1] ? Float.compare(b[1], a[1]) : Float.compare(a[0], b[0]));
    Hits hits = best.hits();
    assertEquals(Math.min(depth, count), hits.ids().length);
    for (int i = 0; i < hits.ids().length; i++) {
      assertEquals((int) all.get(i)[0], hits.ids()[i]);
      assertEquals(all.get(i)[1], hits.scores()[i], 0);
    }
  }
}
