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
package io.github.luceneplaid.tools;

import io.github.luceneplaid.plaid.PlaidDocValuesFormat;
import io.github.luceneplaid.plaid.PlaidStatistics;
import io.github.luceneplaid.plaid.search.LateInteractionOptions;
import io.github.luceneplaid.plaid.search.LateInteractionQuery;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.LateInteractionField;
import org.apache.lucene.document.NumericDocValuesField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.MultiDocValues;
import org.apache.lucene.index.NoMergePolicy;
import org.apache.lucene.index.NumericDocValues;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.store.Directory;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.tests.util.TestUtil;
import org.junit.AfterClass;
import org.junit.BeforeClass;

/**
 * What searches find among the passages of the demo, which are there in each clone: real text by a
 * real model.
 *
 * <p>Recall is the share of the ten best by the vectors as they were encoded, over all queries.
 * Passages come in another order each time, in other segments, and others are deleted.
 */
public class TestCorpusRecall extends LuceneTestCase {

  private static final int K = 10;
  private static final String TOKENS = "tokens";
  private static final String ID = "id";
  private static final String GROUP = "group";
  private static final int GROUPS = 3;

  /** So few that the order in which documents become candidates matters. */
  private static final LateInteractionOptions FEW =
      LateInteractionOptions.builder().candidates(50).build();

  /** By passage. */
  private static float[][][] passages;

  private static float[][][] queries;

  /** By query and passage. */
  private static double[][] scores;

  /** Queries that people might ask, and the titles of every other passage. */
  @BeforeClass
  public static void encode() throws IOException {
    Path corpus = Path.of(System.getProperty(DemoCommand.HOME), "corpus");
    List<Passage> read = TextFiles.read(List.of(corpus.resolve("passages")), "--text");
    List<String> asked = new ArrayList<>(Files.readAllLines(corpus.resolve("queries.txt")));
    for (int i = 0; i < read.size(); i += 2) {
      asked.add(read.get(i).title());
    }
    passages = new float[read.size()][][];
    queries = new float[asked.size()][][];
    try (TextEncoder encoder = TextEncoder.open(null)) {
      encoder.encodeDocuments(
          read.stream().map(Passage::body).toList(), (i, text) -> passages[i] = text.vectors());
      for (int q = 0; q < queries.length; q++) {
        queries[q] = encoder.encodeQuery(asked.get(q)).vectors();
      }
    }
    scores = new double[queries.length][passages.length];
    for (int q = 0; q < queries.length; q++) {
      for (int i = 0; i < passages.length; i++) {
        scores[q][i] = maxSim(queries[q], passages[i]);
      }
    }
    log("encoded");
  }

  static void log(String x) throws IOException {
    Files.writeString(
        Path.of("/tmp/corpus.stat"),
        x
            + " cpu "
            + java.lang.ProcessHandle.current().info().totalCpuDuration().get().toMillis() / 1e3
            + "\n",
        java.nio.file.StandardOpenOption.CREATE,
        java.nio.file.StandardOpenOption.APPEND);
  }

  @AfterClass
  public static void forget() {
    passages = null;
    queries = null;
    scores = null;
  }

  private static double maxSim(float[][] query, float[][] tokens) {
    double sum = 0;
    for (float[] q : query) {
      double best = Double.NEGATIVE_INFINITY;
      for (float[] token : tokens) {
        double dot = 0;
        for (int j = 0; j < q.length; j++) {
          dot += (double) q[j] * token[j];
        }
        best = Math.max(best, dot);
      }
      sum += best;
    }
    return sum;
  }

  /** The best passages of a query, of those that are there. */
  private static Set<Integer> best(int query, IntPredicate there) {
    double[] score = scores[query];
    return new HashSet<>(
        IntStream.range(0, score.length)
            .filter(there)
            .boxed()
            .sorted((a, b) -> Double.compare(score[b], score[a]))
            .limit(K)
            .toList());
  }

  private static double recall(
      IndexReader reader, LateInteractionOptions options, Query filter, IntPredicate there)
      throws IOException {
    int[] passage = new int[reader.maxDoc()];
    NumericDocValues ids = MultiDocValues.getNumericValues(reader, ID);
    for (int doc = ids.nextDoc(); doc < passage.length; doc = ids.nextDoc()) {
      passage[doc] = (int) ids.longValue();
    }
    IndexSearcher searcher = newSearcher(reader);
    int found = 0;
    for (int q = 0; q < queries.length; q++) {
      Set<Integer> best = best(q, there);
      assertEquals(K, best.size());
      Query query = new LateInteractionQuery(TOKENS, queries[q], K, filter, options);
      for (ScoreDoc hit : searcher.search(query, K).scoreDocs) {
        found += best.contains(passage[hit.doc]) ? 1 : 0;
      }
    }
    return (double) found / K / queries.length;
  }

  private static IndexWriterConfig config(int bits) {
    PlaidDocValuesFormat format =
        PlaidDocValuesFormat.builder().bits(bits).trainingThreshold(1).build();
    return new IndexWriterConfig()
        .setCodec(TestUtil.alwaysDocValuesFormat(format))
        .setMergePolicy(NoMergePolicy.INSTANCE);
  }

  /** Each segment has a codebook of its own, also those that are merged. */
  private static void index(IndexWriter writer, int segments) throws IOException {
    List<Integer> order = new ArrayList<>(IntStream.range(0, passages.length).boxed().toList());
    Collections.shuffle(order, random());
    Set<Integer> cuts = new HashSet<>();
    while (cuts.size() < segments - 1) {
      cuts.add(random().nextInt(passages.length - 1));
    }
    for (int i = 0; i < passages.length; i++) {
      int passage = order.get(i);
      Document document = new Document();
      document.add(new NumericDocValuesField(ID, passage));
      document.add(new StringField(ID, Integer.toString(passage), Field.Store.NO));
      document.add(
          new StringField(GROUP, Integer.toString(passage % GROUPS), Field.Store.NO));
      document.add(new LateInteractionField(TOKENS, passages[passage]));
      writer.addDocument(document);
      if (cuts.contains(i)) {
        writer.flush();
      }
    }
  }

  private static Set<Integer> delete(IndexWriter writer) throws IOException {
    Set<Integer> deleted = new HashSet<>();
    for (int i = 0; i < passages.length; i++) {
      if (random().nextInt(4) == 0) {
        deleted.add(i);
        writer.deleteDocuments(new Term(ID, Integer.toString(i)));
      }
    }
    return deleted;
  }

  public void testMeasure() throws IOException {
    for (int bits : new int[] {1, 2, 3, 4, 8}) {
      for (int segments : new int[] {1, TestUtil.nextInt(random(), 2, 8)}) {
        try (Directory directory = newDirectory();
            IndexWriter writer = new IndexWriter(directory, config(bits))) {
          index(writer, segments);
          StringBuilder b = new StringBuilder();
          try (DirectoryReader reader = DirectoryReader.open(writer)) {
            assertEquals(segments, reader.leaves().size());
            for (LeafReaderContext leaf : reader.leaves()) {
              PlaidStatistics statistics = PlaidDocValuesFormat.statistics(leaf.reader(), TOKENS);
              assertTrue(statistics.trained());
              assertEquals(bits, statistics.bits());
            }
            b.append(recall(reader, LateInteractionOptions.DEFAULT, null, i -> true)).append(' ');
            b.append(recall(reader, FEW, null, i -> true)).append(' ');
            int group = random().nextInt(GROUPS);
            var filter = new TermQuery(new Term(GROUP, "" + group));
            b.append(recall(reader, LateInteractionOptions.builder().candidates(20).build(), filter, i -> i % GROUPS == group)).append(' ');
            b.append(recall(reader, LateInteractionOptions.DEFAULT, filter, i -> i % GROUPS == group)).append(' ');
          }
          Set<Integer> deleted = delete(writer);
          try (DirectoryReader reader = DirectoryReader.open(writer)) {
            b.append(recall(reader, FEW, null, i -> deleted.contains(i) == false)).append(' ');
            b.append(recall(reader, LateInteractionOptions.DEFAULT, null, i -> deleted.contains(i) == false));
          }
          log("STAT " + bits + " " + (segments == 1 ? "one" : "many") + " " + b + " " + segments);
        }
      }
    }
  }
}
