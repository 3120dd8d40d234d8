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
import io.github.luceneplaid.plaid.TokenMatch;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.lucene.document.BinaryDocValuesField;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.LateInteractionField;
import org.apache.lucene.document.NumericDocValuesField;
import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.MultiDocValues;
import org.apache.lucene.index.NoMergePolicy;
import org.apache.lucene.index.SoftDeletesDirectoryReaderWrapper;
import org.apache.lucene.index.Term;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.LateInteractionRescorer;
import org.apache.lucene.search.MatchAllDocsQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.Rescorer;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.Sort;
import org.apache.lucene.search.SortField;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.TopDocs;
import org.apache.lucene.store.Directory;
import org.apache.lucene.tests.index.RandomIndexWriter;
import org.apache.lucene.tests.search.CheckHits;
import org.apache.lucene.tests.search.QueryUtils;
import org.apache.lucene.tests.util.TestUtil;
import org.apache.lucene.util.BytesRef;
import org.apache.lucene.util.NamedThreadFactory;

/** Tests the hits of a query. Subclasses choose the format that the field is written with. */
public abstract class BaseLateInteractionQueryTestCase extends LateInteractionTestCase {

  /** Any number of segments, deleted and updated documents, documents without tokens, filters. */
  public void testRandomIndexes() throws Exception {
    for (int iteration = 0; iteration < atLeast(3); iteration++) {
      try (Directory directory = newDirectory();
          RandomIndexWriter writer = new RandomIndexWriter(random(), directory, config())) {
        int documents = random().nextInt(1, 150);
        addRandomDocuments(writer, documents);
        try (DirectoryReader reader = writer.getReader()) {
          IndexSearcher searcher = newSearcher(reader);
          for (int i = 0; i < 5; i++) {
            float[][] query = query();
            int k = random().nextInt(1, 20);
            Query filter = random().nextBoolean() ? null : new TermQuery(new Term("group", "1"));
            List<ScoreDoc> expected = bruteForce(searcher.getIndexReader(), query);
            if (filter != null) {
              expected.removeIf(hit -> matches(searcher, filter, hit.doc) == false);
            }
            assertBest(
                expected, k, searcher.search(exactQuery(query, k, filter, documents), k + 1));
            LateInteractionQuery byDefault = new LateInteractionQuery(FIELD, query, k, filter);
            TopDocs hits = searcher.search(byDefault, k + 1);
            assertEquals(Math.min(k, expected.size()), hits.scoreDocs.length);
            assertScores(expected, hits);
          }
        }
      }
    }
  }

  /** The score equals the one that Lucene's rescorer computes from the values of the index. */
  public void testScoresLikeLucene() throws Exception {
    try (Directory directory = newDirectory();
        RandomIndexWriter writer = new RandomIndexWriter(random(), directory, config())) {
      int documents = random().nextInt(20, 100);
      for (int id = 0; id < documents; id++) {
        writer.addDocument(document(id, tokens(random().nextInt(1, 20))));
      }
      try (DirectoryReader reader = writer.getReader()) {
        IndexSearcher searcher = newSearcher(reader);
        float[][] query = query();
        Rescorer rescorer =
            LateInteractionRescorer.create(FIELD, query, VectorSimilarityFunction.DOT_PRODUCT);
        TopDocs all = searcher.search(MatchAllDocsQuery.INSTANCE, documents);
        TopDocs expected = rescorer.rescore(searcher, all, 10);
        TopDocs hits = searcher.search(exactQuery(query, 10, null, documents), 10);
        assertEquals(expected.scoreDocs.length, hits.scoreDocs.length);
        for (int i = 0; i < hits.scoreDocs.length; i++) {
          assertEquals(expected.scoreDocs[i].score, hits.scoreDocs[i].score, 1e-4);
        }
      }
    }
  }

  private void addRandomDocuments(RandomIndexWriter writer, int documents) throws IOException {
    for (int id = 0; id < documents; id++) {
      boolean sparse = random().nextInt(5) == 0;
      writer.addDocument(document(id, sparse ? null : tokens(random().nextInt(1, 20))));
      if (random().nextInt(10) == 0) {
        writer.deleteDocuments(new Term("id", Integer.toString(random().nextInt(id + 1))));
      }
      if (random().nextInt(10) == 0) {
        int updated = random().nextInt(id + 1);
        writer.updateDocument(
            new Term("id", Integer.toString(updated)), document(updated, tokens(3)));
      }
      if (random().nextInt(40) == 0) {
        writer.commit();
      }
    }
  }

  private static boolean matches(IndexSearcher searcher, Query filter, int doc) {
    try {
      return searcher.explain(filter, doc).isMatch();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** A filter from one document to all of them. */
  public void testFilters() throws Exception {
    try (Directory directory = newDirectory();
        RandomIndexWriter writer = new RandomIndexWriter(random(), directory, config())) {
      int documents = 300;
      for (int id = 0; id < documents; id++) {
        Document document = document(id, tokens(random().nextInt(1, 10)));
        for (int share = 1; share <= documents; share *= 4) {
          if (id % share == 0) {
            document.add(newStringField("share", Integer.toString(share), Field.Store.NO));
          }
        }
        writer.addDocument(document);
      }
      try (DirectoryReader reader = writer.getReader()) {
        IndexSearcher searcher = newSearcher(reader);
        float[][] query = query();
        for (int share = 1; share <= documents; share *= 4) {
          Query filter = new TermQuery(new Term("share", Integer.toString(share)));
          List<ScoreDoc> expected = bruteForce(searcher.getIndexReader(), query);
          expected.removeIf(hit -> matches(searcher, filter, hit.doc) == false);
          LateInteractionOptions few = LateInteractionOptions.builder().candidates(20).build();
          TopDocs hits =
              searcher.search(new LateInteractionQuery(FIELD, query, 10, filter, few), 10);
          assertEquals(Math.min(10, expected.size()), hits.scoreDocs.length);
          assertScores(expected, hits);
          assertBest(expected, 10, searcher.search(exactQuery(query, 10, filter, documents), 10));
        }
        Query nothing = new TermQuery(new Term("share", "none"));
        assertEquals(
            0,
            searcher
                .search(new LateInteractionQuery(FIELD, query, 10, nothing), 1)
                .totalHits
                .value());
      }
    }
  }

  /** Enough work for several tasks per segment, and rounds that are split. */
  public void testThreadsDoNotMatter() throws Exception {
    dimension = 4;
    ExecutorService executor =
        Executors.newFixedThreadPool(4, new NamedThreadFactory("TestLateInteraction"));
    try (Directory directory = newDirectory();
        IndexWriter writer =
            new IndexWriter(directory, config().setMergePolicy(NoMergePolicy.INSTANCE))) {
      for (int id = 0; id < 400; id++) {
        writer.addDocument(document(id, tokens(random().nextInt(1, 60))));
        if (id == 250 || id == 300) {
          writer.commit();
        }
      }
      try (DirectoryReader reader = DirectoryReader.open(writer)) {
        IndexSearcher one = new IndexSearcher(reader);
        IndexSearcher many = new IndexSearcher(reader, executor);
        float[][] query = tokens(300);
        for (int k : new int[] {1, 10, 60}) {
          for (int candidates : new int[] {k, 100, 400}) {
            LateInteractionQuery maxSim =
                new LateInteractionQuery(
                    FIELD,
                    query,
                    k,
                    random().nextBoolean() ? null : new TermQuery(new Term("group", "2")),
                    LateInteractionOptions.builder().candidates(candidates).build());
            TopDocs hits = one.search(maxSim, k);
            assertEquals(k, hits.scoreDocs.length);
            assertSame(hits, one.search(maxSim, k));
            assertSame(hits, many.search(maxSim, k));
            assertSame(hits, many.search(maxSim, k));
          }
        }
      }
    } finally {
      TestUtil.shutdownExecutorService(executor);
    }
  }

  public void testIndexSorting() throws Exception {
    IndexWriterConfig config = config();
    config.setIndexSort(new Sort(new SortField("order", SortField.Type.LONG)));
    try (Directory directory = newDirectory();
        RandomIndexWriter writer = new RandomIndexWriter(random(), directory, config)) {
      for (int id = 0; id < 80; id++) {
        Document document = document(id, id % 7 == 3 ? null : tokens(random().nextInt(1, 10)));
        document.add(new NumericDocValuesField("order", random().nextInt(50)));
        writer.addDocument(document);
      }
      try (DirectoryReader reader = writer.getReader()) {
        IndexSearcher searcher = newSearcher(reader);
        float[][] query = query();
        List<ScoreDoc> expected = bruteForce(searcher.getIndexReader(), query);
        assertBest(expected, 15, searcher.search(exactQuery(query, 15, null, 80), 15));
      }
    }
  }

  public void testDocValuesUpdates() throws Exception {
    dimension = 16;
    try (Directory directory = newDirectory();
        IndexWriter writer =
            new IndexWriter(directory, config().setMergePolicy(NoMergePolicy.INSTANCE))) {
      for (int id = 0; id < 60; id++) {
        writer.addDocument(document(id, tokens(random().nextInt(1, 10))));
        if (id == 20) {
          writer.commit();
        }
      }
      float[][] query = query();
      BytesRef same = LateInteractionField.encode(query);
      writer.updateBinaryDocValue(new Term("id", "7"), FIELD, same);
      writer.updateDocValues(new Term("id", "30"), new BinaryDocValuesField(FIELD, null));
      try (DirectoryReader reader = DirectoryReader.open(writer)) {
        IndexSearcher searcher = newSearcher(reader);
        List<ScoreDoc> expected = bruteForce(searcher.getIndexReader(), query);
        assertEquals(59, expected.size());
        TopDocs hits = searcher.search(exactQuery(query, 59, null, 60), 60);
        assertBest(expected, 59, hits);
        assertEquals(7, hits.scoreDocs[0].doc);
      }
    }
  }

  public void testSoftDeletes() throws Exception {
    IndexWriterConfig config = config().setSoftDeletesField("deleted");
    try (Directory directory = newDirectory();
        IndexWriter writer = new IndexWriter(directory, config)) {
      for (int id = 0; id < 40; id++) {
        writer.addDocument(document(id, tokens(4)));
      }
      for (int id = 0; id < 40; id += 3) {
        writer.softUpdateDocument(
            new Term("id", Integer.toString(id)),
            document(id, tokens(2)),
            new NumericDocValuesField("deleted", 1));
      }
      try (DirectoryReader reader =
          new SoftDeletesDirectoryReaderWrapper(DirectoryReader.open(writer), "deleted")) {
        IndexSearcher searcher = newSearcher(reader);
        float[][] query = query();
        List<ScoreDoc> expected = bruteForce(searcher.getIndexReader(), query);
        assertEquals(40, expected.size());
        assertBest(expected, 40, searcher.search(exactQuery(query, 40, null, 40), 40));
        assertBest(expected, 10, searcher.search(new LateInteractionQuery(FIELD, query, 10), 10));
      }
    }
  }

  /**
   * Values that are not valid, have another dimension, are not finite, are zero, or are very long.
   */
  public void testOddValues() throws Exception {
    try (Directory directory = newDirectory();
        RandomIndexWriter writer = new RandomIndexWriter(random(), directory, config())) {
      int documents = atLeast(60);
      for (int id = 0; id < documents; id++) {
        writer.addDocument(random().nextInt(3) == 0 ? odd(id) : document(id, tokens(5)));
      }
      writer.addDocument(document(documents, tokens(1)));
      try (DirectoryReader reader = writer.getReader()) {
        IndexSearcher searcher = newSearcher(reader);
        for (int i = 0; i < 5; i++) {
          float[][] query = query();
          List<ScoreDoc> expected = bruteForce(searcher.getIndexReader(), query);
          assertBest(expected, 1000, searcher.search(exactQuery(query, 1000, null, 1000), 1000));
          LateInteractionOptions few = LateInteractionOptions.builder().candidates(12).build();
          Query approximate = new LateInteractionQuery(FIELD, query, 10, null, few);
          TopDocs hits = searcher.search(approximate, 10);
          assertEquals(10, hits.scoreDocs.length);
          assertScores(expected, hits);
          CheckHits.checkExplanations(approximate, FIELD, searcher, false);
        }
      }
    }
  }

  private Document odd(int id) {
    float[][] tokens = tokens(random().nextInt(1, 5));
    float[] token = tokens[random().nextInt(tokens.length)];
    int component = random().nextInt(dimension);
    Document document = document(id, null);
    switch (random().nextInt(6)) {
      case 0 -> token[component] = Float.NaN;
      case 1 -> token[component] = Float.POSITIVE_INFINITY;
      case 2 -> token[component] = 1e30f;
      case 3 -> Arrays.fill(token, 0f);
      case 4 -> tokens = new float[][] {new float[dimension + 1]};
      default -> {
        byte[] bytes = new byte[random().nextInt(30)];
        random().nextBytes(bytes);
        document.add(new BinaryDocValuesField(FIELD, new BytesRef(bytes)));
        return document;
      }
    }
    document.add(new LateInteractionField(FIELD, tokens));
    return document;
  }

  /** Tokens whose length is not 1: scores are clamped at 0 from below, and large. */
  public void testAnyLength() throws Exception {
    try (Directory directory = newDirectory();
        RandomIndexWriter writer = new RandomIndexWriter(random(), directory, config())) {
      for (int id = 0; id < 100; id++) {
        float[][] tokens = tokens(random().nextInt(1, 10));
        for (float[] token : tokens) {
          float length = random().nextFloat(0.1f, 30);
          for (int j = 0; j < dimension; j++) {
            token[j] *= length;
          }
        }
        writer.addDocument(document(id, tokens));
      }
      try (DirectoryReader reader = writer.getReader()) {
        IndexSearcher searcher = newSearcher(reader);
        float[][] query = query();
        List<ScoreDoc> expected = bruteForce(searcher.getIndexReader(), query);
        Query all = exactQuery(query, 100, null, 100);
        assertBest(expected, 100, searcher.search(all, 100));
        CheckHits.checkExplanations(all, FIELD, searcher, true);
        assertScores(expected, searcher.search(new LateInteractionQuery(FIELD, query, 10), 10));
      }
    }
  }

  public void testMatches() throws Exception {
    try (Directory directory = newDirectory();
        RandomIndexWriter writer = new RandomIndexWriter(random(), directory, config())) {
      for (int id = 0; id < 30; id++) {
        writer.addDocument(document(id, id == 12 ? null : tokens(random().nextInt(1, 90))));
      }
      writer.forceMerge(1);
      try (DirectoryReader reader = writer.getReader()) {
        IndexSearcher searcher = newSearcher(reader);
        float[][] query = query();
        LateInteractionQuery maxSim = new LateInteractionQuery(FIELD, query, 1);
        BinaryDocValues values = MultiDocValues.getBinaryValues(reader, FIELD);
        for (int doc = 0; doc < 30; doc++) {
          List<TokenMatch> matches = maxSim.matches(searcher, doc);
          float[][] similarities = maxSim.similarities(searcher, doc);
          assertEquals(query.length, similarities.length);
          if (values.advanceExact(doc) == false) {
            assertEquals(List.of(), matches);
            assertEquals(0, similarities[0].length);
            continue;
          }
          float[][] tokens = LateInteractionField.decode(values.binaryValue());
          assertEquals(query.length, matches.size());
          for (int q = 0; q < query.length; q++) {
            TokenMatch match = matches.get(q);
            assertEquals(q, match.queryToken());
            assertEquals(dot(query[q], tokens[match.documentToken()]), match.similarity(), 1e-4);
            assertEquals(tokens.length, similarities[q].length);
            int best = 0;
            for (int token = 0; token < tokens.length; token++) {
              assertEquals(dot(query[q], tokens[token]), similarities[q][token], 1e-4);
              best = similarities[q][token] > similarities[q][best] ? token : best;
            }
            assertEquals(best, match.documentToken());
            assertEquals(similarities[q][best], match.similarity(), 1e-4);
          }
        }
      }
    }
  }

  /** All documents are hits here, as the checks look at each segment by itself. */
  public void testContracts() throws Exception {
    try (Directory directory = newDirectory();
        RandomIndexWriter writer = new RandomIndexWriter(random(), directory, config())) {
      int documents = random().nextInt(5, 60);
      for (int id = 0; id < documents; id++) {
        writer.addDocument(document(id, tokens(random().nextInt(1, 12))));
      }
      try (IndexReader reader = writer.getReader()) {
        IndexSearcher searcher = newSearcher(reader);
        Query maxSim = new LateInteractionQuery(FIELD, query(), documents);
        QueryUtils.check(random(), maxSim, searcher);
        CheckHits.checkExplanations(maxSim, FIELD, searcher, true);
        CheckHits.checkTopScores(random(), maxSim, searcher);
        int[] all = new int[documents];
        for (int doc = 0; doc < documents; doc++) {
          all[doc] = doc;
        }
        CheckHits.checkHitCollector(random(), maxSim, FIELD, searcher, all);
        Query few = new LateInteractionQuery(FIELD, query(), 3);
        CheckHits.checkExplanations(few, FIELD, searcher, true);
        CheckHits.checkTopScores(random(), few, searcher);
        int[] hits =
            List.of(searcher.search(few, 3).scoreDocs).stream().mapToInt(hit -> hit.doc).toArray();
        CheckHits.checkNoMatchExplanations(few, FIELD, searcher, hits);
      }
    }
  }
}
