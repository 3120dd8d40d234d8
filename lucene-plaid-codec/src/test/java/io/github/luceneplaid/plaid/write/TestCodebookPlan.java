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

package io.github.luceneplaid.plaid.write;

import io.github.luceneplaid.plaid.codebook.Codebook;
import io.github.luceneplaid.plaid.codebook.PlaidQuantizer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.tests.util.TestUtil;

/** Tests plans for random sources of a merge. */
public class TestCodebookPlan extends LuceneTestCase {

  private static final PlaidQuantizer BUCKETS =
      PlaidQuantizer.ofResiduals(new float[1], new float[] {-1, 1}, new float[1], 0);

  private static Codebook codebook(int centroids, boolean imported) {
    float[] rows = new float[centroids];
    for (int i = 0; i < centroids; i++) {
      rows[i] = random().nextFloat();
    }
    return imported ? Codebook.imported(rows, BUCKETS, 1, 0, 1) : new Codebook(rows, 1, 0, 1);
  }

  private static int randomSize() {
    return switch (random().nextInt(4)) {
      case 0 -> TestUtil.nextInt(random(), 1, 100);
      case 1 -> 1 << random().nextInt(17);
      case 2 -> TestUtil.nextInt(random(), 1, 1 << 16);
      default -> TestUtil.nextInt(random(), 1, 8000);
    };
  }

  private static FieldSurvey survey(List<Codebook> own, Map<Codebook, Long> imported) {
    long coded = own.isEmpty() ? 0 : TestUtil.nextLong(random(), 1, 1 << 30);
    long fresh = random().nextBoolean() ? 0 : TestUtil.nextLong(random(), 1, 1 << 30);
    long copyable = imported.values().stream().mapToLong(Long::longValue).sum();
    long tokens = coded + fresh + copyable;
    return new FieldSurvey(1, 1, 0, tokens, coded, true, own, imported, 0);
  }

  private static FieldSurvey randomSurvey() {
    List<Codebook> own = new ArrayList<>();
    for (int i = random().nextBoolean() ? 0 : TestUtil.nextInt(random(), 1, 18); i > 0; i--) {
      // The format trains at most 16,384 centroids, but a later version may train more
      own.add(codebook(random().nextInt(8) == 0 ? randomSize() : 1 << random().nextInt(13), false));
    }
    Map<Codebook, Long> imported = new LinkedHashMap<>();
    int most = random().nextBoolean() ? 4 : 40;
    for (int i = random().nextInt(most); i > 0; i--) {
      imported.put(codebook(randomSize(), true), TestUtil.nextLong(random(), 1, 1 << 20));
    }
    if (own.isEmpty() && imported.isEmpty()) {
      imported.put(codebook(1, true), 1L);
    }
    return survey(own, imported);
  }

  private static int centroids(List<Codebook> codebooks) {
    return codebooks.stream().mapToInt(Codebook::size).sum();
  }

  private static void assertWithinLimits(CodebookPlan plan) {
    assertTrue(plan.codebooks().size() <= 16);
    assertTrue(centroids(plan.codebooks()) <= 65_536);
    assertEquals(plan.codebooks().subList(0, plan.imported().size()), plan.imported());
  }

  /**
   * Whether there was no room for each dropped imported codebook beside the kept ones with more
   * tokens.
   */
  private static void assertKeepsAll(
      FieldSurvey survey, CodebookPlan plan, int otherBlocks, int otherCentroids) {
    long before = Long.MAX_VALUE;
    for (Codebook kept : plan.imported()) {
      assertTrue(survey.imported().get(kept) <= before);
      before = survey.imported().get(kept);
    }
    for (Codebook codebook : survey.imported().keySet()) {
      if (plan.imported().contains(codebook) == false) {
        long tokens = survey.imported().get(codebook);
        List<Codebook> preferred =
            plan.imported().stream().filter(kept -> survey.imported().get(kept) >= tokens).toList();
        assertTrue(
            preferred.size() + otherBlocks + 1 > 16
                || centroids(preferred) + otherCentroids + codebook.size() > 65_536);
      }
    }
  }

  private static long copied(FieldSurvey survey, CodebookPlan plan) {
    long copied = plan.copies() ? survey.codedTokens() : 0;
    for (Map.Entry<Codebook, Long> imported : survey.imported().entrySet()) {
      copied += plan.codebooks().contains(imported.getKey()) ? imported.getValue() : 0;
    }
    return copied;
  }

  private static void checkCopying(FieldSurvey survey, CodebookPlan plan, int trained) {
    List<Codebook> own = survey.codebooks();
    int spare = trained == 0 ? 0 : 1;
    if (plan == null) {
      boolean fits = own.size() + spare <= 16 && centroids(own) + trained <= 65_536;
      // Without a trained codebook the other tokens cannot be encoded
      assertTrue(fits == false || own.isEmpty());
      return;
    }
    assertWithinLimits(plan);
    assertEquals(own, plan.own());
    assertEquals(centroids(own), plan.ownCentroidCount());
    assertTrue(plan.copies());
    assertKeepsAll(survey, plan, own.size() + spare, centroids(own) + trained);
    assertEquals(copied(survey, plan), plan.copiedTokens(survey));
    if (trained > 0) {
      assertWithinLimits(plan.with(codebook(trained, false)));
    }
  }

  public void testRandomSurveys() {
    for (int i = 0; i < atLeast(60); i++) {
      FieldSurvey survey = randomSurvey();
      int trained = CodebookPlan.idealCentroids(survey.tokens());

      CodebookPlan copying = CodebookPlan.copying(survey);
      checkCopying(survey, copying, 0);
      if (copying != null && survey.codebooks().isEmpty()) {
        assertEquals(survey.tokens(), copying.copiedTokens(survey));
      }
      checkCopying(survey, CodebookPlan.copyingWithRoom(survey), trained);

      CodebookPlan ofImports = CodebookPlan.ofImports(survey);
      assertEquals(List.of(), ofImports.own());
      assertFalse(ofImports.copies());
      assertKeepsAll(survey, ofImports, 1, trained);
      assertEquals(copied(survey, ofImports), ofImports.copiedTokens(survey));
      assertWithinLimits(ofImports.with(codebook(trained, false)));
    }
  }

  /** If everything fits, everything is copied. */
  public void testAllFits() {
    for (int own = 0; own <= 16; own++) {
      List<Codebook> codebooks = new ArrayList<>();
      Map<Codebook, Long> imported = new LinkedHashMap<>();
      for (int i = 0; i < 16; i++) {
        if (i < own) {
          codebooks.add(codebook(1 << 12, false));
        } else {
          imported.put(codebook(1 << 12, true), 1L + random().nextInt(1000));
        }
      }
      long copyable = imported.values().stream().mapToLong(Long::longValue).sum();
      long coded = own == 0 ? 0 : 500;
      FieldSurvey survey =
          new FieldSurvey(1, 1, 0, coded + copyable, coded, true, codebooks, imported, 0);
      CodebookPlan plan = CodebookPlan.copying(survey);
      assertEquals(survey.tokens(), plan.copiedTokens(survey));
      assertEquals(16, plan.codebooks().size());
      assertEquals(65_536, centroids(plan.codebooks()));
    }
  }

  public void testLimits() {
    List<Codebook> blocks = new ArrayList<>();
    for (int i = 0; i < 16; i++) {
      blocks.add(codebook(1, false));
    }
    CodebookPlan full = new CodebookPlan(blocks, false);
    IllegalArgumentException e =
        expectThrows(IllegalArgumentException.class, () -> full.with(codebook(1, false)));
    assertEquals("codebook blocks: found 17, expected at most 16", e.getMessage());

    CodebookPlan most = new CodebookPlan(List.of(codebook(65_535, true)), false);
    assertEquals(65_536, centroids(most.with(codebook(1, false)).codebooks()));
    e = expectThrows(IllegalArgumentException.class, () -> most.with(codebook(2, false)));
    assertEquals("centroids: found 65537, expected at most 65536", e.getMessage());

    CodebookPlan own = new CodebookPlan(List.of(codebook(1, false)), true);
    expectThrows(IllegalArgumentException.class, () -> own.with(codebook(1, true)));
  }

  public void testIdealCentroids() {
    int[][] expected = {{1, 1}, {2, 2}, {4, 2}, {5, 4}, {16, 4}, {17, 8}, {65_536, 256}};
    for (int[] pair : expected) {
      assertEquals(pair[1], CodebookPlan.idealCentroids(pair[0]));
    }
    assertEquals(1 << 14, CodebookPlan.idealCentroids(1 << 28));
    assertEquals(1 << 14, CodebookPlan.idealCentroids(Long.MAX_VALUE));
    // 64 centroids are ideal for 4,096 tokens and suffice for 65,536, but not for one more
    assertTrue(CodebookPlan.suffices(64, 65_536));
    assertFalse(CodebookPlan.suffices(64, 65_537));
  }
}
