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
import io.github.luceneplaid.plaid.RawTokens;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.apache.lucene.codecs.DocValuesFormat;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.LateInteractionField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TopDocs;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.tests.util.TestUtil;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.BytesRef;

/** Makes documents with random tokens, and computes MaxSim of an index's values by brute force. */
public abstract class LateInteractionTestCase extends LuceneTestCase {

  public static final String FIELD = "tokens";

  /** The dimension of all tokens of the test that are not odd on purpose. */
  public int dimension;

  @Override
  public void setUp() throws Exception {
    super.setUp();
    dimension = random().nextInt(1, 40);
  }

  /** What the field is written with. */
  protected DocValuesFormat docValuesFormat() {
    return TestUtil.getDefaultDocValuesFormat();
  }

  /** A format that codes small segments, with or without raw tokens, or one that does not. */
  public static DocValuesFormat randomFormat() {
    return RandomPicks.randomFrom(
        random(),
        List.of(
            PlaidDocValuesFormat.builder().trainingThreshold(60).tokensPerCell(4).build(),
            PlaidDocValuesFormat.builder()
                .trainingThreshold(60)
                .raw(RandomPicks.randomFrom(random(), RawTokens.values()))
                .build(),
            PlaidDocValuesFormat.builder().build(),
            TestUtil.getDefaultDocValuesFormat()));
  }

  protected IndexWriterConfig config() {
    return newIndexWriterConfig().setCodec(TestUtil.alwaysDocValuesFormat(docValuesFormat()));
  }

  /** Random tokens of length 1. */
  public float[][] tokens(int n) {
    float[][] tokens = new float[n][dimension];
    for (float[] token : tokens) {
      double squares = 0;
      for (int j = 0; j < dimension; j++) {
        token[j] = (float) random().nextGaussian();
        squares += token[j] * token[j];
      }
      for (int j = 0; j < dimension; j++) {
        token[j] /= (float) Math.sqrt(squares);
      }
    }
    return tokens;
  }

  public float[][] query() {
    return tokens(random().nextInt(1, 12));
  }

  /** A document with an id and one of three groups; with tokens unless there are none. */
  public Document document(int id, float[][] tokens) {
    Document document = new Document();
    document.add(new StringField("id", Integer.toString(id), Field.Store.YES));
    document.add(new StringField("group", Integer.toString(id % 3), Field.Store.NO));
    if (tokens != null) {
      document.add(new LateInteractionField(FIELD, tokens));
    }
    return document;
  }

  /** The scores of all live documents that have one, best first. */
  public static List<ScoreDoc> bruteForce(IndexReader reader, float[][] query) throws IOException {
    return bruteForce(reader, query, null);
  }

  /** The same, with weights of query tokens; null for 1 each. */
  public static List<ScoreDoc> bruteForce(IndexReader reader, float[][] query, float[] weights)
      throws IOException {
    List<ScoreDoc> hits = new ArrayList<>();
    for (LeafReaderContext leaf : reader.leaves()) {
      BinaryDocValues values = leaf.reader().getBinaryDocValues(FIELD);
      Bits live = leaf.reader().getLiveDocs();
      for (int doc = 0; values != null && doc < leaf.reader().maxDoc(); doc++) {
        if ((live == null || live.get(doc)) && values.advanceExact(doc)) {
          double score = maxSim(query, weights, values.binaryValue());
          if (Double.isNaN(score) == false) {
            hits.add(new ScoreDoc(leaf.docBase + doc, (float) score));
          }
        }
      }
    }
    hits.sort(
        Comparator.comparingDouble((ScoreDoc hit) -> -hit.score).thenComparingInt(hit -> hit.doc));
    return hits;
  }

  /** The score of a value; NaN if it has no tokens of the query's dimension. */
  public static double maxSim(float[][] query, BytesRef value) {
    return maxSim(query, null, value);
  }

  /** The same, with weights of query tokens; null for 1 each. */
  public static double maxSim(float[][] query, float[] weights, BytesRef value) {
    float[][] tokens;
    try {
      tokens = LateInteractionField.decode(value);
    } catch (RuntimeException e) {
      return Double.NaN;
    }
    if (tokens.length == 0 || tokens[0].length != query[0].length) {
      return Double.NaN;
    }
    double score = 0;
    for (int q = 0; q < query.length; q++) {
      double best = Double.NEGATIVE_INFINITY;
      for (float[] token : tokens) {
        double dot = dot(query[q], token);
        best = Float.isFinite((float) dot) ? Math.max(best, dot) : best;
      }
      score += (weights == null ? 1 : weights[q]) * Math.max(0, (1 + best) / 2);
    }
    return score;
  }

  public static double dot(float[] a, float[] b) {
    double dot = 0;
    for (int j = 0; j < a.length; j++) {
      dot += (double) a[j] * b[j];
    }
    return dot;
  }

  /** Checks that hits are the best of all expected documents; ties may go either way. */
  public static void assertBest(List<ScoreDoc> expected, int k, TopDocs hits) {
    assertEquals(Math.min(k, expected.size()), hits.scoreDocs.length);
    for (int i = 0; i < hits.scoreDocs.length; i++) {
      assertScore("rank " + i, expected.get(i).score, hits.scoreDocs[i].score);
    }
    assertScores(expected, hits);
  }

  /** Checks that hits are in order and have the scores that were expected of them. */
  public static void assertScores(List<ScoreDoc> expected, TopDocs hits) {
    ScoreDoc last = new ScoreDoc(-1, Float.POSITIVE_INFINITY);
    for (ScoreDoc hit : hits.scoreDocs) {
      ScoreDoc same =
          expected.stream()
              .filter(other -> other.doc == hit.doc)
              .findFirst()
              .orElseThrow(() -> new AssertionError("unexpected hit " + hit));
      assertScore(same.toString(), same.score, hit.score);
      assertTrue(
          last + " before " + hit,
          last.score > hit.score || (last.score == hit.score && last.doc < hit.doc));
      last = hit;
    }
  }

  private static void assertScore(String message, float expected, float score) {
    assertEquals(message, expected, score, 1e-4 * Math.max(1, expected));
  }

  public static void assertSame(TopDocs expected, TopDocs hits) {
    assertEquals(expected.scoreDocs.length, hits.scoreDocs.length);
    for (int i = 0; i < expected.scoreDocs.length; i++) {
      assertEquals("rank " + i, expected.scoreDocs[i].doc, hits.scoreDocs[i].doc);
      assertEquals("rank " + i, expected.scoreDocs[i].score, hits.scoreDocs[i].score, 0);
    }
  }

  /** A query that must give the ranking of the stored vectors, by one of the two ways to ask. */
  public static LateInteractionQuery exactQuery(
      float[][] query, int k, Query filter, int documents) {
    LateInteractionOptions options =
        random().nextBoolean()
            ? LateInteractionOptions.builder().exact().build()
            : LateInteractionOptions.builder().candidates(Math.max(1, documents)).build();
    return new LateInteractionQuery(FIELD, query, k, filter, options);
  }
}
