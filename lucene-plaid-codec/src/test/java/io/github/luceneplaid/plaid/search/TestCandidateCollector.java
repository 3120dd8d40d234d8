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
import io.github.luceneplaid.plaid.LateInteractionQuery;
import io.github.luceneplaid.plaid.PlaidDocValuesFormat;
import io.github.luceneplaid.plaid.search.request.BestDocs;
import io.github.luceneplaid.plaid.search.request.QueryTokens;
import io.github.luceneplaid.plaid.search.request.SearchRequest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.lucene.codecs.DocValuesFormat;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.NoMergePolicy;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TopDocs;
import org.apache.lucene.store.Directory;

/** Memory bounds change the order of the work, not its result. Extreme queries are no errors. */
public class TestCandidateCollector extends LateInteractionTestCase {

  private static final int DOCUMENTS = 120;
  private static final int PLENTY = 1 << 20;

  @Override
  public void setUp() throws Exception {
    super.setUp();
    dimension = random().nextInt(8, 40);
  }

  @Override
  protected DocValuesFormat docValuesFormat() {
    return PlaidDocValuesFormat.builder()
        .trainingThreshold(30)
        .tokensPerCell(random().nextInt(1, 20))
        .build();
  }

  /** Takes a reader of one or several trained segments. */
  private interface Check {
    void accept(DirectoryReader reader) throws IOException;
  }

  private void withIndex(Check check) throws IOException {
    try (Directory directory = newDirectory();
        IndexWriter writer =
            new IndexWriter(directory, config().setMergePolicy(NoMergePolicy.INSTANCE))) {
      int perSegment = random().nextInt(40, DOCUMENTS + 1);
      for (int id = 0; id < DOCUMENTS; id++) {
        writer.addDocument(document(id, tokens(random().nextInt(4, 10))));
        if (id % perSegment == perSegment - 1) {
          writer.commit();
        }
      }
      try (DirectoryReader reader = DirectoryReader.open(writer)) {
        check.accept(reader);
      }
    }
  }

  /** The estimates of all documents that are found in some posting list. */
  private static Map<Integer, Float> estimates(
      IndexSearcher searcher, float[][] query, int wanted, int scores, int window)
      throws IOException {
    SearchRequest request =
        new SearchRequest(
            FIELD, QueryTokens.of(query), 10, LateInteractionOptions.DEFAULT.settings(), null);
    SegmentSearches segments = new SegmentSearches(searcher, request);
    List<SegmentDocs> probed = new ArrayList<>();
    for (SegmentDocs segment : segments.all()) {
      if (segment.approximate() != null) {
        probed.add(segment);
      }
    }
    CandidateCollector collector =
        new CandidateCollector(segments, request, DOCUMENTS, DOCUMENTS, scores, window);
    Map<Integer, Float> estimates = new HashMap<>();
    for (long[] part : collector.run(probed, wanted)) {
      for (long hit : part) {
        assertNull(estimates.put(BestDocs.doc(hit), BestDocs.score(hit)));
      }
    }
    return estimates;
  }

  public void testBounds() throws Exception {
    withIndex(
        reader -> {
          IndexSearcher searcher = new IndexSearcher(reader);
          float[][] query = tokens(random().nextInt(2, 40));
          int wanted = random().nextInt(1, 20);
          Map<Integer, Float> expected = estimates(searcher, query, wanted, PLENTY, PLENTY);
          assertFalse(expected.isEmpty());
          int scores = random().nextInt(1, 4000);
          int window = random().nextInt(1, DOCUMENTS);
          Map<Integer, Float> found = estimates(searcher, query, wanted, scores, window);
          assertEquals(expected.keySet(), found.keySet());
          // Each block rescales the fixed-point sums
          expected.forEach(
              (doc, score) -> assertEquals(score, found.get(doc), 1e-3 * query.length));
        });
  }

  /** Very short, very long and equal tokens, few and many, by default and with extreme options. */
  public void testExtremes() throws Exception {
    withIndex(
        reader -> {
          IndexSearcher searcher = new IndexSearcher(reader);
          float[] lengths = {0, Float.MIN_VALUE, 1e-40f, 1e-37f, 1e-30f, 1e-10f, 1, 1e6f, 1e13f};
          for (float length : lengths) {
            float[][] query = tokens(random().nextInt(1, 4));
            for (float[] token : query) {
              for (int j = 0; j < dimension; j++) {
                token[j] *= length;
              }
            }
            List<ScoreDoc> expected = bruteForce(reader, query);
            LateInteractionOptions most =
                LateInteractionOptions.builder()
                    .regions(Integer.MAX_VALUE)
                    .cells(Integer.MAX_VALUE)
                    .candidates(random().nextInt(1, 100))
                    .rescore(Integer.MAX_VALUE)
                    .deviations(random().nextBoolean() ? Float.POSITIVE_INFINITY : Float.MAX_VALUE)
                    .build();
            LateInteractionOptions few = LateInteractionOptions.builder().candidates(20).build();
            for (LateInteractionOptions options : List.of(few, most)) {
              TopDocs hits =
                  searcher.search(new LateInteractionQuery(FIELD, query, 10, null, options), 10);
              assertEquals("length " + length, 10, hits.scoreDocs.length);
              assertScores(expected, hits);
            }
          }
        });
  }

  /** More tokens than a block has, with bounds as they are. */
  public void testManyTokens() throws Exception {
    withIndex(
        reader -> {
          float[][] query = new float[QueryTokens.MAX_COUNT][];
          float[][] some = tokens(5);
          for (int q = 0; q < query.length; q++) {
            query[q] = some[q % some.length];
          }
          LateInteractionOptions few = LateInteractionOptions.builder().candidates(20).build();
          TopDocs hits =
              new IndexSearcher(reader)
                  .search(new LateInteractionQuery(FIELD, query, 3, null, few), 3);
          assertEquals(3, hits.scoreDocs.length);
          assertScores(bruteForce(reader, query), hits);
        });
  }
}
