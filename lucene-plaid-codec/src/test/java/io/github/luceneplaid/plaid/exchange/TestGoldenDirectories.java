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

import io.github.luceneplaid.plaid.PlaidStatistics;
import java.io.IOException;
import java.util.List;
import java.util.stream.DoubleStream;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.store.Directory;
import org.apache.lucene.tests.util.TestUtil;

/** Directories that next-plaid and fast-plaid have written, read and imported. */
public class TestGoldenDirectories extends ImportTestCase {

  public void testNextPlaid161() throws IOException {
    check("next-plaid", 1e-6f, 1e-4);
  }

  public void testNextPlaid185() throws IOException {
    check("next-plaid-1.8.5", 1e-6f, 1e-4);
  }

  /** Its arithmetic is in 16-bit floats. */
  public void testFastPlaid() throws IOException {
    check("fast-plaid", 2e-3f, 3e-3);
  }

  private void check(String program, float tolerance, double scoreTolerance) throws IOException {
    assumeGoldenFiles();
    List<GoldenDirectory> all = GoldenDirectory.all(program);
    assertFalse(all.isEmpty());
    for (GoldenDirectory golden : all) {
      check(golden, tolerance, scoreTolerance);
    }
  }

  private void check(GoldenDirectory golden, float tolerance, double scoreTolerance)
      throws IOException {
    try (PlaidFolder plaid = PlaidFolder.open(golden.index());
        Directory directory = newDirectory()) {
      for (int i = 0; i < golden.documents().length; i++) {
        assertTokens(
            golden.name(),
            new float[][][] {golden.documents()[i]},
            List.<float[][]>of(plaid.tokens(i)),
            tolerance);
      }
      try (IndexWriter writer = writer(directory)) {
        PlaidImport.Result result = PlaidImport.into(writer, plaid, FIELD, ORDER);
        assertEquals(plaid.documents(), result.documents());
        assertEquals(plaid.tokens(), result.tokens());
      }
      TestUtil.checkIndex(directory);
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        assertEquals(plaid.documents(), reader.numDocs());
        PlaidStatistics statistics = statistics(reader);
        assertEquals(plaid.tokens(), statistics.copiedTokens());
        assertEquals(0, statistics.encodedTokens() + statistics.reencodedTokens());
        assertEquals(1, statistics.timesEncoded());
        if (golden.documents().length > 0) {
          assertTokens(golden.name(), golden.documents(), documents(reader), tolerance);
        }
        checkScores(golden, reader, scoreTolerance);
      }
    }
  }

  private void checkScores(GoldenDirectory golden, DirectoryReader reader, double tolerance)
      throws IOException {
    for (int q = 0; q < golden.queries().length; q++) {
      float[][] query = golden.queries()[q];
      String message = golden + ", query " + q;
      ScoreDoc[] hits = exhaustively(reader, query);
      float[] theirs = scoresById(golden, q);
      for (ScoreDoc hit : hits) {
        double[] maxima = GoldenDirectory.maxima(query, golden.documents()[hit.doc]);
        double sum = DoubleStream.of(maxima).sum();
        double score = DoubleStream.of(maxima).map(s -> Math.max(0, (1 + s) / 2)).sum();
        assertEquals(message, score, hit.score, tolerance * Math.max(1, score / 10));
        // Binary directories are scored with a query of signed bytes
        assertEquals(message, theirs[hit.doc], sum, golden.isBinary() ? 0.15 : tolerance);
      }
      for (int i = 1; i < hits.length && golden.isBinary() == false && tolerance <= 1e-4; i++) {
        assertTrue(message, theirs[hits[i - 1].doc] >= theirs[hits[i].doc] - 1e-5);
      }
    }
  }

  private static float[] scoresById(GoldenDirectory golden, int query) {
    float[] scores = new float[golden.documents().length];
    GoldenDirectory.Hits hits = golden.hits().get(query);
    for (int i = 0; i < hits.ids().length; i++) {
      scores[hits.ids()[i]] = hits.scores()[i];
    }
    return scores;
  }
}
