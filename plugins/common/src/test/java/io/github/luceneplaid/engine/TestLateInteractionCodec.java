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

package io.github.luceneplaid.engine;

import io.github.luceneplaid.plaid.PlaidDocValuesFormat;
import io.github.luceneplaid.plaid.PlaidStatistics;
import io.github.luceneplaid.plaid.RawTokens;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import org.apache.lucene.codecs.Codec;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.FieldType;
import org.apache.lucene.document.NumericDocValuesField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.SegmentReader;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.store.Directory;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.util.Version;

/** Writes, merges, reopens and searches as an engine does, on the oldest Lucene of the engines. */
public class TestLateInteractionCodec extends LuceneTestCase {

  private static final String FIELD = "tokens";
  private static final int DIMS = 16;

  private final LateInteractionFieldSettings settings =
      new LateInteractionFieldSettings(DIMS, 2, RawTokens.FLOAT32, 500, 8192, 8192, 1);
  private final FieldType type = settings.fieldType();

  private float[][] tokens(int count) {
    float[][] tokens = new float[count][DIMS];
    for (float[] token : tokens) {
      double squares = 0;
      for (int i = 0; i < DIMS; i++) {
        token[i] = (float) random().nextGaussian();
        squares += token[i] * token[i];
      }
      for (int i = 0; i < DIMS; i++) {
        token[i] /= (float) Math.sqrt(squares);
      }
    }
    return tokens;
  }

  private Document document(int id, float[][] tokens) {
    Document document = new Document();
    document.add(new StringField("id", Integer.toString(id), Field.Store.YES));
    document.add(new StringField("parity", id % 2 == 0 ? "even" : "odd", Field.Store.NO));
    document.add(new NumericDocValuesField("number", id));
    if (tokens != null) {
      document.add(LateInteractionFieldSettings.luceneField(FIELD, tokens, type));
    }
    return document;
  }

  private static IndexWriterConfig config() {
    Codec stock = Codec.getDefault();
    Codec codec = new LateInteractionCodec(stock, FIELD::equals, field -> null);
    assertEquals(stock.getName(), codec.getName());
    return newIndexWriterConfig().setCodec(codec);
  }

  private static double score(float[][] query, float[][] document) {
    double sum = 0;
    for (float[] q : query) {
      double best = Double.NEGATIVE_INFINITY;
      for (float[] d : document) {
        double dot = 0;
        for (int i = 0; i < DIMS; i++) {
          dot += q[i] * d[i];
        }
        best = Math.max(best, dot);
      }
      sum += Math.max(0, (1 + best) / 2);
    }
    return sum;
  }

  private static List<Integer> best(List<float[][]> documents, float[][] query, int k, int parity) {
    List<Integer> ids = new ArrayList<>();
    for (int id = 0; id < documents.size(); id++) {
      if (documents.get(id) != null && (parity < 0 || id % 2 == parity)) {
        ids.add(id);
      }
    }
    ids.sort(Comparator.comparingDouble(id -> -score(query, documents.get(id))));
    return ids.subList(0, Math.min(k, ids.size()));
  }

  /** Checks hits by their scores, because rounding decides about scores that are nearly equal. */
  private static void assertBest(
      List<float[][]> documents, float[][] query, int k, int parity, List<Integer> hits) {
    List<Integer> best = best(documents, query, k, parity);
    assertEquals(best.size(), hits.size());
    assertEquals(hits.size(), new HashSet<>(hits).size());
    for (int i = 0; i < hits.size(); i++) {
      float[][] hit = documents.get(hits.get(i));
      assertTrue(parity < 0 || hits.get(i) % 2 == parity);
      assertEquals(score(query, documents.get(best.get(i))), score(query, hit), 1e-5);
    }
  }

  private static List<Integer> hits(IndexReader reader, Query query, int k) throws IOException {
    IndexSearcher searcher = new IndexSearcher(reader);
    List<Integer> ids = new ArrayList<>();
    for (ScoreDoc hit : searcher.search(query, k).scoreDocs) {
      ids.add(Integer.parseInt(searcher.storedFields().document(hit.doc).get("id")));
    }
    return ids;
  }

  /** The versions of Lucene on the class path are those that this module supports. */
  public void testVersion() {
    assertEquals(10, Version.LATEST.major);
    assertEquals(3, Version.LATEST.minor);
  }

  public void testLife() throws IOException {
    List<float[][]> documents = new ArrayList<>();
    try (Directory directory = newDirectory()) {
      try (IndexWriter writer = new IndexWriter(directory, config())) {
        for (int id = 0; id < 200; id++) {
          documents.add(random().nextInt(10) == 0 ? null : tokens(1 + random().nextInt(12)));
          writer.addDocument(document(id, documents.get(id)));
          if (random().nextInt(40) == 0) {
            writer.commit();
          }
        }
        for (int id = 0; id < 200; id += 7) {
          documents.set(id, tokens(3));
          writer.updateDocument(
              new Term("id", Integer.toString(id)), document(id, documents.get(id)));
        }
        try (DirectoryReader reader = DirectoryReader.open(writer)) {
          check(reader, documents);
        }
        writer.forceMerge(1);
      }
      // Opened by the stock codec, which the segments name
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        check(reader, documents);
        LeafReader leaf = getOnlyLeafReader(reader);
        assertEquals(
            Codec.getDefault().getName(),
            ((SegmentReader) leaf).getSegmentInfo().info.getCodec().getName());
        FieldInfo number = leaf.getFieldInfos().fieldInfo("number");
        assertFalse(number.attributes().containsValue(PlaidDocValuesFormat.NAME));
        PlaidStatistics statistics = PlaidDocValuesFormat.statistics(leaf, FIELD);
        assertTrue(statistics.trained());
        assertEquals(2, statistics.bits());
      }
    }
  }

  private void check(IndexReader reader, List<float[][]> documents) throws IOException {
    int k = 10;
    for (int i = 0; i < 10; i++) {
      float[][] query = tokens(1 + random().nextInt(5));
      // With as many candidates as documents, there is no approximation
      LateInteractionRequest all = new LateInteractionRequest(k, 1000, null, null, false);
      LateInteractionRequest exact = new LateInteractionRequest(null, null, null, null, true);
      Query even = new TermQuery(new Term("parity", "even"));
      for (LateInteractionRequest request : Arrays.asList(all, exact)) {
        assertBest(documents, query, k, -1, hits(reader, request.toQuery(FIELD, query, null), k));
        assertBest(documents, query, k, 0, hits(reader, request.toQuery(FIELD, query, even), k));
      }
      Query defaults =
          new LateInteractionRequest(null, null, null, null, false).toQuery(FIELD, query, null);
      assertBest(documents, query, 1, -1, hits(reader, defaults, 1));
      assertEquals(k, hits(reader, defaults, 100).size());
    }
  }

  /** A shard without the field has no hits. */
  public void testNoField() throws IOException {
    try (Directory directory = newDirectory()) {
      try (IndexWriter writer = new IndexWriter(directory, config())) {
        writer.addDocument(document(0, null));
        for (boolean exact : new boolean[] {false, true}) {
          try (DirectoryReader reader = DirectoryReader.open(writer)) {
            Query query =
                new LateInteractionRequest(null, null, null, null, exact)
                    .toQuery(FIELD, tokens(2), null);
            assertEquals(List.of(), hits(reader, query, 1));
          }
        }
      }
    }
  }
}
