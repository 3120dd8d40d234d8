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

package io.github.luceneplaid.plaid.exchange;

import io.github.luceneplaid.plaid.LateInteractionOptions;
import io.github.luceneplaid.plaid.PlaidDocValuesFormat;
import io.github.luceneplaid.plaid.PlaidStatistics;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.store.Directory;
import org.apache.lucene.tests.util.TestUtil;

/**
 * Searches of an imported index that are not exact, before and after {@code forceMerge(1)}: first
 * the centroids of the directory are the cells, then the format's own clusters.
 */
public class TestImportedHits extends ImportTestCase {

  private static final int K = 10;

  /** Looks at an index before and after it is merged. */
  private interface Look {
    void at(IndexReader reader, boolean merged) throws IOException;
  }

  private static void beforeAndAfterMerge(PlaidFolder plaid, Look look) throws IOException {
    try (Directory directory = newDirectory()) {
      IndexWriterConfig config = config().setMergePolicy(newLogMergePolicy());
      try (IndexWriter writer = new IndexWriter(directory, config)) {
        PlaidImport.into(writer, plaid, FIELD, ORDER);
        // A single segment would be left as it is
        Document other = new Document();
        other.add(new StringField("id", "other", Field.Store.NO));
        writer.addDocument(other);
        writer.commit();
        try (DirectoryReader reader = DirectoryReader.open(directory)) {
          look.at(reader, false);
        }
        writer.forceMerge(1);
        writer.commit();
        TestUtil.checkIndex(directory);
        try (DirectoryReader reader = DirectoryReader.open(directory)) {
          assertEquals(1, reader.leaves().size());
          look.at(reader, true);
        }
      }
    }
  }

  private static void assertSame(String message, ScoreDoc[] expected, ScoreDoc[] found) {
    assertEquals(message, expected.length, found.length);
    for (int i = 0; i < expected.length; i++) {
      assertEquals(message, expected[i].doc, found[i].doc);
      assertEquals(message, expected[i].score, found[i].score, 0);
    }
  }

  /** Where all documents are candidates, as by default with so few of them, hits are exact. */
  public void testGolden() throws IOException {
    assumeGoldenFiles();
    for (String program : List.of("next-plaid", "next-plaid-1.8.5", "fast-plaid")) {
      for (GoldenDirectory golden : GoldenDirectory.all(program)) {
        try (PlaidFolder plaid = PlaidFolder.open(golden.index())) {
          List<ScoreDoc[]> before = new ArrayList<>();
          beforeAndAfterMerge(
              plaid,
              (reader, merged) -> {
                for (int q = 0; q < golden.queries().length; q++) {
                  float[][] query = golden.queries()[q];
                  ScoreDoc[] hits = search(reader, query, K, LateInteractionOptions.DEFAULT);
                  if (merged) {
                    assertSame(golden + ", query " + q, before.get(q), hits);
                  } else {
                    before.add(hits);
                  }
                }
              });
        }
      }
    }
  }

  public void testCandidatesOfGolden() throws IOException {
    assumeGoldenFiles();
    for (GoldenDirectory golden : GoldenDirectory.all("next-plaid-1.8.5")) {
      try (PlaidFolder plaid = PlaidFolder.open(golden.index())) {
        checkCandidates(golden.name(), plaid, golden.queries());
      }
    }
  }

  public void testCandidatesOfRandom() throws IOException {
    for (int i = 0; i < atLeast(4); i++) {
      int bits = 1 << random().nextInt(4);
      int dimension = 8 * TestUtil.nextInt(random(), 1, 12);
      int documents = TestUtil.nextInt(random(), 2 * K, 600);
      Path folder = createTempDir();
      RandomDirectories.write(random(), folder, dimension, bits, false, documents);
      float[][][] queries = new float[5][][];
      Arrays.setAll(
          queries,
          q -> RandomDirectories.tokens(random(), TestUtil.nextInt(random(), 1, 30), dimension));
      try (PlaidFolder plaid = PlaidFolder.open(folder)) {
        checkCandidates("random", plaid, queries);
      }
    }
  }

  /**
   * If cells find all documents, and all but one are candidates, no more than one of the exact hits
   * can be missed. Whatever is found has its exact score.
   */
  private static void checkCandidates(String message, PlaidFolder plaid, float[][][] queries)
      throws IOException {
    int withTokens = 0;
    for (int doc = 0; doc < plaid.documents(); doc++) {
      withTokens += plaid.tokens(doc).length > 0 ? 1 : 0;
    }
    LateInteractionOptions options =
        LateInteractionOptions.builder()
            .regions(Integer.MAX_VALUE)
            .cells(Integer.MAX_VALUE)
            .candidates(Math.max(1, withTokens - 1))
            .rescore(Math.max(1, withTokens))
            .deviations(Float.POSITIVE_INFINITY)
            .build();
    List<Map<Integer, Float>> scores = new ArrayList<>();
    beforeAndAfterMerge(
        plaid,
        (reader, merged) -> {
          for (int q = 0; q < queries.length; q++) {
            ScoreDoc[] exact = exhaustively(reader, queries[q]);
            if (merged == false) {
              Map<Integer, Float> all = new HashMap<>();
              for (ScoreDoc hit : exact) {
                all.put(hit.doc, hit.score);
              }
              scores.add(all);
            }
            int n = Math.min(K, exact.length);
            ScoreDoc[] hits = search(reader, queries[q], K, options);
            assertEquals(message, n, hits.length);
            int found = 0;
            for (ScoreDoc hit : hits) {
              assertEquals(message, scores.get(q).get(hit.doc), hit.score, 0);
              found += hit.score >= exact[n - 1].score ? 1 : 0;
            }
            assertTrue(message + ": " + found + " of " + n + " by query " + q, found >= n - 1);
          }
        });
  }

  /** A merge makes cells of its own of the centroids that were the cells. */
  public void testCells() throws IOException {
    Path folder = createTempDir();
    RandomDirectories.write(random(), folder, 16, 4, false, TestUtil.nextInt(random(), 400, 600));
    try (PlaidFolder plaid = PlaidFolder.open(folder)) {
      long[] used = new long[plaid.centroids()];
      PlaidFolder.Cursor cursor = plaid.cursor();
      for (int doc = 0; doc < plaid.documents(); doc++) {
        cursor.moveTo(doc);
        int[] centroids = new int[cursor.tokenCount()];
        cursor.centroids(0, centroids.length, centroids);
        for (int centroid : Arrays.stream(centroids).distinct().toArray()) {
          used[centroid]++;
        }
      }
      beforeAndAfterMerge(
          plaid,
          (reader, merged) -> {
            LeafReader leaf = reader.leaves().get(0).reader();
            PlaidStatistics statistics = PlaidDocValuesFormat.statistics(leaf, FIELD);
            assertEquals(plaid.centroids(), statistics.centroids());
            int cells = (int) Arrays.stream(used).filter(n -> n > 0).count();
            if (merged) {
              assertTrue(statistics.cells() > cells);
            } else {
              assertEquals(cells, statistics.cells());
              assertEquals(Arrays.stream(used).sum(), statistics.postings());
            }
          });
    }
  }
}
