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

package io.github.luceneplaid.plaid.ivf;

import java.util.Arrays;
import org.apache.lucene.tests.util.LuceneTestCase;

public class TestNBest extends LuceneTestCase {

  public void testKeepsTheHighestScores() {
    int n = 1 + random().nextInt(10);
    int start = random().nextInt(5);
    int firstId = random().nextInt(5);
    float[] scores = new float[start + n + 1];
    int[] ids = new int[firstId + n + 1];
    Arrays.fill(scores, start, start + n, Float.NEGATIVE_INFINITY);
    float[] all = new float[n + random().nextInt(50)];
    for (int id = 0; id < all.length; id++) {
      all[id] = random().nextFloat();
      if (all[id] > scores[start]) {
        NBest.insert(scores, start, ids, firstId, n, all[id], id);
      }
    }
    for (int i = 0; i < n; i++) {
      assertEquals(all[ids[firstId + i]], scores[start + i], 0);
    }
    float[] sorted = all.clone();
    Arrays.sort(sorted);
    float[] kept = Arrays.copyOfRange(scores, start, start + n);
    assertArrayEquals(Arrays.copyOfRange(sorted, all.length - n, all.length), kept, 0);
    assertEquals("a score behind the last one", 0, scores[start + n], 0);
    assertEquals("an id behind the last one", 0, ids[firstId + n]);
  }
}
