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
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.tests.util.LuceneTestCase;

public class TestBestDocs extends LuceneTestCase {

  public void testAgainstSort() {
    for (int iteration = 0; iteration < atLeast(20); iteration++) {
      List<ScoreDoc> all = new ArrayList<>();
      int n = random().nextInt(1, 200);
      BestDocs best = new BestDocs(random().nextInt(1, 50));
      BestDocs other = new BestDocs(100);
      for (int i = 0; i < n; i++) {
        // Few different scores, for ties; negative ones are estimates
        ScoreDoc hit = new ScoreDoc(i * 10_000_000, random().nextInt(-5, 10) / 3f);
        all.add(hit);
        (random().nextBoolean() ? best : other).add(hit.doc, hit.score);
      }
      best.addAll(other);
      all.sort(
          Comparator.comparingDouble((ScoreDoc hit) -> -hit.score)
              .thenComparingInt(hit -> hit.doc));
      long[] hits = best.best();
      assertEquals(best.size(), hits.length);
      assertTrue(best.isFull() || hits.length == n);
      for (int i = 0; i < hits.length; i++) {
        assertEquals(all.get(i).doc, BestDocs.doc(hits[i]));
        assertEquals(all.get(i).score, BestDocs.score(hits[i]), 0);
      }
      if (best.isFull()) {
        assertEquals(all.get(hits.length - 1).score, best.worstScore(), 0);
      }
    }
  }

  /** Many hits, whose scores are spread evenly, unevenly, not at all or without bounds. */
  public void testSort() {
    for (int iteration = 0; iteration < atLeast(50); iteration++) {
      long[] hits = new long[random().nextInt(2000)];
      int kind = random().nextInt(5);
      for (int i = 0; i < hits.length; i++) {
        float score =
            switch (kind) {
              case 0 -> random().nextFloat() * 10 - 5;
              case 1 -> (float) Math.exp(20 * random().nextGaussian());
              case 2 -> random().nextInt(5);
              case 3 -> 7;
              default -> Float.intBitsToFloat(random().nextInt());
            };
        hits[i] = BestDocs.encode(random().nextInt(100), score);
      }
      long[] expected =
          LongStream.of(hits).boxed().sorted(Comparator.reverseOrder()).mapToLong(x -> x).toArray();
      BestDocs.sort(hits);
      assertArrayEquals(expected, hits);
    }
  }

  /** So many hits that the place of the last one may be rounded up. */
  public void testSortMillions() {
    long[] hits = new long[10_000_000];
    Random random = random();
    float best;
    do {
      best = 1 + random.nextFloat() / 5;
    } while (best * ((hits.length - 1) / best) < hits.length);
    long sum = 0;
    for (int i = 0; i < hits.length; i++) {
      float score = i < 2 ? i * best : best * random.nextFloat();
      hits[i] = BestDocs.encode(i, score);
      sum += hits[i];
    }
    BestDocs.sort(hits);
    assertEquals(best, BestDocs.score(hits[0]), 0);
    for (int i = 1; i < hits.length; i++) {
      if (hits[i - 1] <= hits[i]) {
        fail("hits " + (i - 1) + " and " + i);
      }
    }
    assertEquals(sum, LongStream.of(hits).sum());
  }

  public void testExtremes() {
    for (float score : new float[] {0, Float.MIN_VALUE, Float.MAX_VALUE, -1, -Float.MAX_VALUE}) {
      for (int doc : new int[] {0, 1, Integer.MAX_VALUE - 1}) {
        long hit = BestDocs.encode(doc, score);
        assertEquals(doc, BestDocs.doc(hit));
        assertEquals(score, BestDocs.score(hit), 0);
      }
    }
  }
}
