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

package io.github.luceneplaid.plaid.codebook;

import java.util.Comparator;
import java.util.stream.IntStream;
import org.apache.lucene.tests.util.LuceneTestCase;

public class TestCountingSort extends LuceneTestCase {

  public void testOrderIsStable() {
    int groups = 1 + random().nextInt(8);
    int n = random().nextInt(100);
    int[] groupOf = random().ints(n + random().nextInt(3), 0, groups).toArray();
    int[] starts = CountingSort.startsOf(groupOf, n, groups);
    int[] expected =
        IntStream.range(0, n)
            .boxed()
            .sorted(Comparator.comparingInt(i -> groupOf[i]))
            .mapToInt(i -> i)
            .toArray();
    assertArrayEquals(expected, CountingSort.order(groupOf, n, starts));
    assertEquals(groups + 1, starts.length);
    for (int group = 0; group <= groups; group++) {
      int limit = group;
      long before = IntStream.range(0, n).filter(i -> groupOf[i] < limit).count();
      assertEquals(before, starts[group]);
    }
  }

  public void testStartsOfARange() {
    assertArrayEquals(new int[] {0, 5, 5, 7}, CountingSort.starts(new int[] {3, 5, 0, 2, 9}, 1, 4));
    assertArrayEquals(new int[] {0}, CountingSort.starts(new int[] {3, 5}, 1, 1));
  }
}
