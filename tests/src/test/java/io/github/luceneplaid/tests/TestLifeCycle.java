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

package io.github.luceneplaid.tests;

import io.github.luceneplaid.plaid.LateInteractionOptions;
import io.github.luceneplaid.plaid.LateInteractionQuery;
import io.github.luceneplaid.plaid.PlaidDocValuesFormat;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.LateInteractionField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.FieldExistsQuery;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.store.Directory;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.tests.util.TestUtil;

/**
 * An index changes for 200 rounds: documents are added, updated and deleted, readers reopened,
 * segments merged. It always has the right documents, and finds them as well as an index that is
 * built afresh from them.
 */
public class TestLifeCycle extends LuceneTestCase {

  private static final String FIELD = "tokens";
  private static final int DIMENSION = 32;
  private static final int TOPICS = 40;
  private static final int ROUNDS = 200;
  private static final int K = 10;

  /** Fewer candidates than documents, so that there is something to miss. */
  private static final LateInteractionOptions OPTIONS =
      LateInteractionOptions.builder().candidates(100).build();

  private final Map<Integer, float[][]> live = new HashMap<>();
  private float[][] topics;
  private int nextId;

  private static PlaidDocValuesFormat format() {
    return PlaidDocValuesFormat.builder().trainingThreshold(1500).tokensPerCell(16).build();
  }

  private static IndexWriterConfig config() {
    return newIndexWriterConfig().setCodec(TestUtil.alwaysDocValuesFormat(format()));
  }

  /** Unit tokens around a few of the topics. */
  private float[][] tokens(Random random, int n) {
    float[][] tokens = new float[n][];
    for (int i = 0; i < n; i++) {
      float[] topic = topics[random.nextInt(TOPICS)];
      tokens[i] = new float[DIMENSION];
      for (int j = 0; j < DIMENSION; j++) {
        tokens[i][j] = topic[j] + 0.12f * (float) random.nextGaussian();
      }
      UnitVectors.normalize(tokens[i]);
    }
    return tokens;
  }

  private static Document document(int id, float[][] tokens) {
    Document document = new Document();
    document.add(new StringField("id", Integer.toString(id), Field.Store.YES));
    document.add(new LateInteractionField(FIELD, tokens));
    return document;
  }

  public void testTwoHundredRounds() throws IOException {
    topics = new float[TOPICS][DIMENSION];
    for (float[] topic : topics) {
      for (int j = 0; j < DIMENSION; j++) {
        topic[j] = (float) (random().nextGaussian() / Math.sqrt(DIMENSION));
      }
    }
    double lived = 0;
    double fresh = 0;
    int checks = 0;
    try (Directory directory = newDirectory();
        IndexWriter writer = new IndexWriter(directory, config())) {
      DirectoryReader reader = DirectoryReader.open(writer);
      for (int round = 0; round < ROUNDS; round++) {
        change(writer);
        if (random().nextInt(20) == 0) {
          writer.forceMerge(random().nextInt(1, 4));
        }
        if (random().nextInt(10) == 0) {
          writer.commit();
        }
        DirectoryReader next = DirectoryReader.openIfChanged(reader, writer);
        if (next != null) {
          reader.close();
          reader = next;
        }
        checkDocuments(reader);
        if (round % 25 == 24) {
          List<float[][]> queries = queries();
          lived += recall(reader, queries);
          fresh += recallOfFreshIndex(queries);
          checks++;
        }
      }
      reader.close();
    }
    lived /= checks;
    fresh /= checks;
    String message = "recall@10 of the index that lived: " + lived + ", afresh: " + fresh;
    // Over 9 seeds, a fresh index had 0.955 with a deviation of 0.006; the changed index had 0.011
    // more, with a deviation of 0.004
    assertTrue(message, fresh >= 0.92);
    assertTrue(message, lived >= 0.92);
    assertTrue(message, lived >= fresh - 0.02);
  }

  /** Adds some documents, and updates and deletes some of those that are there. */
  private void change(IndexWriter writer) throws IOException {
    for (int i = random().nextInt(1, 15); i > 0; i--) {
      int id = nextId++;
      live.put(id, tokens(random(), random().nextInt(1, 25)));
      writer.addDocument(document(id, live.get(id)));
    }
    List<Integer> ids = new ArrayList<>(live.keySet());
    for (int i = random().nextInt(4); i > 0; i--) {
      int id = ids.get(random().nextInt(ids.size()));
      live.put(id, tokens(random(), random().nextInt(1, 25)));
      writer.updateDocument(new Term("id", Integer.toString(id)), document(id, live.get(id)));
    }
    for (int i = random().nextInt(4); i > 0; i--) {
      int id = ids.get(random().nextInt(ids.size()));
      live.remove(id);
      writer.deleteDocuments(new Term("id", Integer.toString(id)));
    }
  }

  private void checkDocuments(DirectoryReader reader) throws IOException {
    Set<Integer> found = new HashSet<>();
    IndexSearcher searcher = new IndexSearcher(reader);
    for (ScoreDoc hit :
        searcher.search(new FieldExistsQuery(FIELD), Math.max(1, reader.maxDoc())).scoreDocs) {
      found.add(id(searcher, hit.doc));
    }
    assertEquals(live.keySet(), found);
  }

  private static int id(IndexSearcher searcher, int doc) throws IOException {
    return Integer.parseInt(searcher.storedFields().document(doc).get("id"));
  }

  private List<float[][]> queries() {
    List<float[][]> queries = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      queries.add(tokens(random(), random().nextInt(2, 12)));
    }
    return queries;
  }

  /** Builds an index of the documents that are live, of one merged segment. */
  private double recallOfFreshIndex(List<float[][]> queries) throws IOException {
    try (Directory directory = newDirectory();
        IndexWriter writer = new IndexWriter(directory, config())) {
      for (Map.Entry<Integer, float[][]> entry : live.entrySet()) {
        writer.addDocument(document(entry.getKey(), entry.getValue()));
      }
      writer.forceMerge(1);
      try (DirectoryReader reader = DirectoryReader.open(writer)) {
        return recall(reader, queries);
      }
    }
  }

  /** The share of the exact best 10 by the original tokens that a search finds. */
  private double recall(DirectoryReader reader, List<float[][]> queries) throws IOException {
    IndexSearcher searcher = new IndexSearcher(reader);
    int hits = 0;
    for (float[][] query : queries) {
      Set<Integer> best = best(query);
      LateInteractionQuery search = new LateInteractionQuery(FIELD, query, K, null, OPTIONS);
      for (ScoreDoc hit : searcher.search(search, K).scoreDocs) {
        hits += best.contains(id(searcher, hit.doc)) ? 1 : 0;
      }
    }
    return (double) hits / queries.size() / K;
  }

  private Set<Integer> best(float[][] query) {
    Map<Integer, Double> scores = new HashMap<>();
    live.forEach((id, tokens) -> scores.put(id, maxSim(query, tokens)));
    List<Integer> ids = new ArrayList<>(scores.keySet());
    ids.sort((a, b) -> Double.compare(scores.get(b), scores.get(a)));
    return new HashSet<>(ids.subList(0, Math.min(K, ids.size())));
  }

  private static double maxSim(float[][] query, float[][] tokens) {
    double sum = 0;
    for (float[] q : query) {
      double max = Double.NEGATIVE_INFINITY;
      for (float[] token : tokens) {
        double dot = 0;
        for (int j = 0; j < DIMENSION; j++) {
          dot += q[j] * token[j];
        }
        max = Math.max(max, dot);
      }
      sum += max;
    }
    return sum;
  }
}
