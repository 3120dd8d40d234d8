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

import io.github.luceneplaid.plaid.LateInteractionOptions;
import io.github.luceneplaid.plaid.search.request.BestDocs;
import io.github.luceneplaid.plaid.search.request.QueryTokens;
import io.github.luceneplaid.plaid.search.request.SearchRequest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.lucene.codecs.DocValuesFormat;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.store.Directory;
import org.apache.lucene.tests.util.TestUtil;

/** Which candidates get quick and exact scores, and when the scorers stop. */
public class TestScorers extends LateInteractionTestCase {

  private static final int DOCUMENTS = 200;

  /** Documents of very few dimensions have the same scores. */
  @Override
  public void setUp() throws Exception {
    super.setUp();
    dimension = random().nextInt(8, 40);
  }

  /** Quick scores of values in any other format are exact ones. */
  @Override
  protected DocValuesFormat docValuesFormat() {
    return TestUtil.getDefaultDocValuesFormat();
  }

  /** What a scorer is given. */
  private record Given(SegmentSearches segments, SearchRequest request, List<ScoreDoc> expected) {}

  private interface Check {
    void accept(Given given) throws IOException;
  }

  /** Nothing may be missed. */
  private static LateInteractionOptions all() {
    LateInteractionOptions.Builder builder = LateInteractionOptions.builder();
    return random().nextBoolean()
        ? builder.deviations(Float.POSITIVE_INFINITY).build()
        : builder.recall(1).build();
  }

  /** Something may be missed. */
  private static LateInteractionOptions most() {
    LateInteractionOptions.Builder builder = LateInteractionOptions.builder();
    return random().nextBoolean()
        ? builder.deviations(random().nextInt(1, 4)).build()
        : builder.recall(random().nextFloat(0.5f, 0.999f)).build();
  }

  private void withIndex(int k, LateInteractionOptions options, Check check) throws IOException {
    try (Directory directory = newDirectory()) {
      try (IndexWriter writer = new IndexWriter(directory, config())) {
        for (int id = 0; id < DOCUMENTS; id++) {
          writer.addDocument(document(id, tokens(random().nextInt(1, 6))));
        }
        writer.forceMerge(1);
      }
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        float[][] query = query();
        SearchRequest request =
            new SearchRequest(FIELD, QueryTokens.of(query), k, options.settings(), null);
        SegmentSearches segments = new SegmentSearches(new IndexSearcher(reader), request);
        check.accept(new Given(segments, request, bruteForce(reader, query)));
      }
    }
  }

  /** Scores that all have the same error, best first. */
  private static long[] off(List<ScoreDoc> scores, float by) {
    long[] hits = new long[scores.size()];
    for (int i = 0; i < hits.length; i++) {
      hits[i] = BestDocs.encode(scores.get(i).doc, scores.get(i).score + by);
    }
    BestDocs.sort(hits);
    return hits;
  }

  private static void assertHits(List<ScoreDoc> expected, int k, BestDocs hits) {
    long[] best = hits.best();
    assertEquals(Math.min(k, expected.size()), best.length);
    for (int i = 0; i < best.length; i++) {
      assertEquals(expected.get(i).score, BestDocs.score(best[i]), 1e-3);
    }
  }

  private static float offset() {
    return (random().nextBoolean() ? 1 : -1) * random().nextInt(1, 4);
  }

  /** All that is given is scored if nothing may be missed, in whatever order it comes. */
  public void testExactScoresOfAll() throws IOException {
    int k = random().nextInt(1, 30);
    withIndex(
        k,
        all(),
        given -> {
          List<ScoreDoc> wrong = new ArrayList<>();
          for (ScoreDoc hit : given.expected) {
            wrong.add(new ScoreDoc(hit.doc, random().nextFloat()));
          }
          BestDocs hits = new BestDocs(k);
          new ExactScorer(given.segments, given.request).score(off(wrong, 0), hits);
          assertEquals(DOCUMENTS, given.request.counters().exact());
          assertHits(given.expected, k, hits);
        });
  }

  /** Errors that are all the same are learned, and the first round is enough. */
  public void testExactScoresLearn() throws IOException {
    int k = random().nextInt(1, 30);
    withIndex(
        k,
        most(),
        given -> {
          BestDocs hits = new BestDocs(k);
          new ExactScorer(given.segments, given.request).score(off(given.expected, offset()), hits);
          long scored = given.request.counters().exact();
          // Rounding of offsets and equal scores may take another round or two
          assertTrue(scored + " scored", scored >= Math.max(8, k) && scored <= Math.max(8, k) + 12);
          assertHits(given.expected, k, hits);
        });
  }

  /** Candidates come in parts of different quality; each part is scored from its best one on. */
  private void assertQuick(int k, LateInteractionOptions options, int limit, int mostScored)
      throws IOException {
    withIndex(
        k,
        options,
        given -> {
          List<ScoreDoc> one = new ArrayList<>();
          List<ScoreDoc> other = new ArrayList<>();
          for (ScoreDoc hit : given.expected) {
            (hit.doc % 4 == 0 ? one : other).add(hit);
          }
          BestDocs hits = new BestDocs(k);
          BestDocs scored = new BestDocs(DOCUMENTS);
          float offset = offset();
          new CandidateScorer(given.segments, given.request, k)
              .score(
                  List.of(off(one, offset), off(other, offset)),
                  new int[] {DOCUMENTS / 4, DOCUMENTS},
                  limit,
                  hits,
                  scored);
          assertTrue(scored.size() + " scored", scored.size() <= mostScored);
          assertEquals(scored.size(), given.request.counters().quick());
          assertHits(given.expected, k, hits);
          for (long hit : scored.best()) {
            ScoreDoc same =
                given.expected.stream()
                    .filter(doc -> doc.doc == BestDocs.doc(hit))
                    .findFirst()
                    .orElseThrow();
            assertEquals(same.score, BestDocs.score(hit), 1e-3);
          }
        });
  }

  public void testQuickScoresOfAll() throws IOException {
    assertQuick(random().nextInt(1, 30), all(), DOCUMENTS, DOCUMENTS);
  }

  /**
   * At most the allowed number of candidates is scored. They are the most promising ones, and the
   * best are among them.
   */
  public void testQuickScoresUpToLimit() throws IOException {
    int k = random().nextInt(1, 10);
    int limit = random().nextInt(40, 100);
    assertQuick(k, all(), limit, limit);
  }

  public void testQuickScoresLearn() throws IOException {
    int k = random().nextInt(1, 30);
    assertQuick(k, most(), DOCUMENTS, Math.max(16, k + 4) + 24);
  }
}
