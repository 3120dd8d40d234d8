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

import com.carrotsearch.randomizedtesting.generators.RandomPicks;
import io.github.luceneplaid.plaid.LateInteractionOptions;
import io.github.luceneplaid.plaid.LateInteractionQuery;
import io.github.luceneplaid.plaid.PlaidDocValuesFormat;
import io.github.luceneplaid.plaid.PlaidStatistics;
import io.github.luceneplaid.plaid.RawTokens;
import io.github.luceneplaid.plaid.exchange.PlaidFolder;
import io.github.luceneplaid.plaid.exchange.PlaidImport;
import io.github.luceneplaid.plaid.exchange.RandomDirectories;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.lucene.codecs.DocValuesFormat;
import org.apache.lucene.document.LateInteractionField;
import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TopDocs;
import org.apache.lucene.store.Directory;
import org.apache.lucene.tests.util.TestUtil;
import org.apache.lucene.util.BytesRef;

/** Whatever tokens of documents and queries are like, hits are in order and have exact scores. */
public class TestExtremes extends LateInteractionTestCase {

  /** Products of any two of these are floats, or by far too large. */
  private static final float[][] LENGTHS = {
    {0, Float.MIN_VALUE, 1e-40f, 1e-36f, 1e-30f, 1e-10f, 1, 1, 1, 1e6f, 1e13f},
    {0, Float.MIN_VALUE, 1e-40f, 1e-36f, 1e-30f, 1e-10f, 1, 1, 1, 1e6f, 1e30f}
  };

  private static final int K = 10;
  private static final int THRESHOLD = 50;

  private DocValuesFormat format;
  private float[] lengths;

  @Override
  public void setUp() throws Exception {
    super.setUp();
    dimension = 8 * random().nextInt(1, 5);
    lengths = LENGTHS[random().nextInt(LENGTHS.length)];
  }

  @Override
  protected DocValuesFormat docValuesFormat() {
    return format;
  }

  private static PlaidDocValuesFormat format(int trainingThreshold) {
    return PlaidDocValuesFormat.builder()
        .bits(RandomPicks.randomFrom(random(), List.of(1, 2, 3, 4, 8)))
        .raw(RandomPicks.randomFrom(random(), RawTokens.values()))
        .trainingThreshold(trainingThreshold)
        .tokensPerCell(random().nextInt(1, 20))
        .build();
  }

  /** Tokens of one extreme length or of several, all equal, or equal but for the sign. */
  private float[][] extremes(int n) {
    float[][] tokens = tokens(n);
    int kind = random().nextInt(4);
    float one = lengths[random().nextInt(lengths.length)];
    for (int i = 0; i < n; i++) {
      float length = kind == 0 ? lengths[random().nextInt(lengths.length)] : one;
      for (int j = 0; j < dimension; j++) {
        tokens[i][j] *= length;
      }
      if (kind == 2) {
        tokens[i] = tokens[0];
      } else if (kind == 3 && i > 0) {
        tokens[i] = tokens[0].clone();
        tokens[i][random().nextInt(dimension)] *= -1;
      }
    }
    return tokens;
  }

  private void index(Directory directory, int documents, int tokens) throws IOException {
    try (IndexWriter writer = new IndexWriter(directory, config().setMaxBufferedDocs(1_000))) {
      float[][] same = extremes(tokens);
      // Extremes in a few documents, or in most
      int ordinary = random().nextInt(0, 20);
      for (int id = 0; id < documents; id++) {
        int kind = random().nextInt(ordinary + 3);
        int n = random().nextInt(1, 2 * tokens);
        writer.addDocument(document(id, kind == 0 ? same : kind < 3 ? extremes(n) : tokens(n)));
      }
      writer.forceMerge(1);
    }
  }

  public void testFlat() throws IOException {
    format = format(1 << 30);
    assertExtremes(random().nextInt(K, 60), 4, false, false);
  }

  public void testProvisional() throws IOException {
    format = format(1 << 30);
    assertExtremes(random().nextInt(200, 400), 8, false, true);
  }

  public void testTrained() throws IOException {
    format = format(THRESHOLD);
    assertExtremes(random().nextInt(100, 400), 8, true, true);
  }

  private void assertExtremes(int documents, int tokens, boolean trained, boolean cells)
      throws IOException {
    try (Directory directory = newDirectory()) {
      index(directory, documents, tokens);
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        PlaidStatistics statistics =
            PlaidDocValuesFormat.statistics(getOnlyLeafReader(reader), FIELD);
        // Extreme documents may be stored as their original bytes, which leaves few or no tokens
        // for codes
        long left = statistics == null ? 0 : statistics.tokens();
        boolean coded = trained ? left >= THRESHOLD : cells && left >= 512;
        assertEquals(trained && coded, statistics != null && statistics.trained());
        assertEquals(coded, statistics != null && statistics.cells() > 0);
        assertHits(reader);
      }
    }
  }

  /** Imported codes come from an ordinary directory: only queries are extreme. */
  public void testImported() throws IOException {
    format = new PlaidDocValuesFormat();
    Path folder = createTempDir();
    int bits = 1 << random().nextInt(4);
    int documents = random().nextInt(100, 400);
    RandomDirectories.write(random(), folder, dimension, bits, false, documents);
    try (PlaidFolder plaid = PlaidFolder.open(folder);
        Directory directory = newDirectory()) {
      try (IndexWriter writer = new IndexWriter(directory, config())) {
        PlaidImport.into(writer, plaid, FIELD, "order");
        if (random().nextBoolean()) {
          writer.addDocument(document(documents, null));
          writer.forceMerge(1);
        }
      }
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        assertHits(reader);
      }
      TestUtil.checkIndex(directory);
    }
  }

  private void assertHits(IndexReader reader) throws IOException {
    IndexSearcher searcher = new IndexSearcher(reader);
    for (int i = 0; i < 6; i++) {
      float[][] query = extremes(random().nextInt(1, 6));
      Map<Integer, Double> errors = errors(reader, query);
      List<ScoreDoc> expected = bruteForce(reader, query);
      TopDocs exact = search(searcher, query, LateInteractionOptions.builder().exact().build());
      assertHits(expected, errors, exact);
      assertNoneIsBetter(expected, errors, exact);
      assertHits(expected, errors, search(searcher, query, LateInteractionOptions.DEFAULT));
      assertHits(expected, errors, search(searcher, query, options()));
    }
  }

  private static LateInteractionOptions options() {
    float[] confidences = {0, Float.MIN_VALUE, 1, Float.MAX_VALUE, Float.POSITIVE_INFINITY};
    int most = random().nextBoolean() ? Integer.MAX_VALUE : 3;
    return LateInteractionOptions.builder()
        .regions(random().nextInt(1, most))
        .cells(random().nextInt(1, most))
        .candidates(random().nextInt(1, 60))
        .rescore(random().nextInt(1, most))
        .deviations(confidences[random().nextInt(confidences.length)])
        .build();
  }

  private static TopDocs search(
      IndexSearcher searcher, float[][] query, LateInteractionOptions options) throws IOException {
    return searcher.search(new LateInteractionQuery(FIELD, query, K, null, options), K);
  }

  private static void assertHits(
      List<ScoreDoc> expected, Map<Integer, Double> errors, TopDocs hits) {
    assertEquals(Math.min(K, expected.size()), hits.scoreDocs.length);
    Map<Integer, Float> scores = new HashMap<>();
    expected.forEach(hit -> scores.put(hit.doc, hit.score));
    ScoreDoc last = new ScoreDoc(-1, Float.POSITIVE_INFINITY);
    for (ScoreDoc hit : hits.scoreDocs) {
      float score = scores.get(hit.doc);
      assertEquals(hit.toString(), score, hit.score, errors.get(hit.doc));
      boolean inOrder = last.score > hit.score || (last.score == hit.score && last.doc < hit.doc);
      assertTrue(last + " before " + hit, inOrder);
      last = hit;
    }
  }

  /** Checks that no document is better than the last hit. */
  private static void assertNoneIsBetter(
      List<ScoreDoc> expected, Map<Integer, Double> errors, TopDocs hits) {
    ScoreDoc last = hits.scoreDocs[hits.scoreDocs.length - 1];
    for (ScoreDoc other : expected) {
      if (Arrays.stream(hits.scoreDocs).noneMatch(hit -> hit.doc == other.doc)) {
        assertEquals(K, hits.scoreDocs.length);
        double error = errors.get(last.doc) + errors.get(other.doc);
        assertTrue(other + " is no hit, " + last + " is", other.score <= last.score + error);
      }
    }
  }

  /**
   * The most that rounding may change the score of each document: a part of products of lengths.
   */
  private static Map<Integer, Double> errors(IndexReader reader, float[][] query)
      throws IOException {
    Map<Integer, Double> errors = new HashMap<>();
    for (LeafReaderContext leaf : reader.leaves()) {
      BinaryDocValues values = leaf.reader().getBinaryDocValues(FIELD);
      for (int doc = 0; values != null && doc < leaf.reader().maxDoc(); doc++) {
        if (values.advanceExact(doc)) {
          BytesRef value = BytesRef.deepCopyOf(values.binaryValue());
          double products = largestProducts(query, LateInteractionField.decode(value));
          errors.put(leaf.docBase + doc, 1e-5 * (query.length + products));
        }
      }
    }
    return errors;
  }

  /** The sum over query tokens of the largest product of lengths that does not overflow. */
  private static double largestProducts(float[][] query, float[][] tokens) {
    double sum = 0;
    for (float[] q : query) {
      double largest = 0;
      for (float[] token : tokens) {
        double product = Math.sqrt(dot(q, q)) * Math.sqrt(dot(token, token));
        largest = product <= Float.MAX_VALUE ? Math.max(largest, product) : largest;
      }
      sum += largest;
    }
    return sum;
  }
}
