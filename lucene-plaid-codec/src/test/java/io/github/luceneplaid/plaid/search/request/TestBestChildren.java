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

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.lucene.tests.util.LuceneTestCase;

public class TestBestChildren extends LuceneTestCase {

  /** The first of each parent in the order of all hits, whatever the order they came in. */
  public void testAgainstSorting() {
    for (int iteration = 0; iteration < atLeast(50); iteration++) {
      int capacity = random().nextInt(1, 20);
      int perParent = random().nextInt(1, 10);
      int documents = random().nextInt(1, 200);
      BestHits best = new BestChildren(capacity, 1, doc -> parent(doc, perParent));
      BestHits other = new BestChildren(capacity, 1, doc -> parent(doc, perParent));
      List<Long> all = new ArrayList<>();
      for (int i = 0; i < documents; i++) {
        // Equal scores, the same documents again, and with other scores
        long hit = BestDocs.encode(random().nextInt(150), random().nextInt(30));
        (random().nextBoolean() ? best : other).add(hit);
        all.add(hit);
      }
      best.addAll(other);
      all.sort(Collections.reverseOrder());
      List<Long> expected = new ArrayList<>();
      Set<Integer> parents = new HashSet<>();
      for (long hit : all) {
        int parent = parent(BestDocs.doc(hit), perParent);
        if (parent >= 0 && expected.size() < capacity && parents.add(parent)) {
          expected.add(hit);
        }
      }
      long[] found = best.best();
      assertEquals(expected, Arrays.stream(found).boxed().toList());
      assertEquals(found.length, best.size());
      assertEquals(found.length == capacity, best.isFull());
      if (best.isFull()) {
        assertEquals(BestDocs.score(found[capacity - 1]), best.worstScore(), 0);
      }
    }
  }

  /** With room for all, the best children of each parent; else of the best parents some of them. */
  public void testSeveralChildren() {
    for (int iteration = 0; iteration < atLeast(50); iteration++) {
      int capacity = random().nextBoolean() ? 1000 : random().nextInt(1, 20);
      int children = random().nextInt(1, 5);
      int perParent = random().nextInt(1, 10);
      BestHits one = new BestChildren(capacity, 1, doc -> parent(doc, perParent));
      BestHits several = new BestChildren(capacity, children, doc -> parent(doc, perParent));
      Map<Integer, List<Long>> byParent = new HashMap<>();
      int[] docs = IntStream.range(0, 150).toArray();
      for (int doc : docs) {
        long hit = BestDocs.encode(doc, random().nextInt(30));
        one.add(hit);
        several.add(hit);
        several.add(hit);
        if (parent(doc, perParent) >= 0) {
          byParent.computeIfAbsent(parent(doc, perParent), key -> new ArrayList<>()).add(hit);
        }
      }
      List<Long> found = Arrays.stream(several.best()).boxed().toList();
      assertEquals(one.size(), several.size());
      List<Long> sorted = new ArrayList<>(found);
      sorted.sort(Collections.reverseOrder());
      assertEquals(sorted, found);
      int expected = 0;
      for (long best : one.best()) {
        List<Long> siblings = byParent.get(parent(BestDocs.doc(best), perParent));
        siblings.sort(Collections.reverseOrder());
        List<Long> kept = found.stream().filter(siblings::contains).toList();
        assertEquals(best, (long) kept.get(0));
        assertTrue(kept.size() <= children);
        if (capacity == 1000) {
          assertEquals(siblings.subList(0, Math.min(children, siblings.size())), kept);
        }
        expected += kept.size();
      }
      assertEquals(expected, found.size());
    }
  }

  /** Documents from 140 on have no parent. */
  private static int parent(int doc, int perParent) {
    return doc < 140 ? doc / perParent : -1;
  }
}
