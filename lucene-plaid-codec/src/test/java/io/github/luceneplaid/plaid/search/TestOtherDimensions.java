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
import io.github.luceneplaid.plaid.MaxSimRescorer;
import io.github.luceneplaid.plaid.PlaidDocValuesFormat;
import io.github.luceneplaid.plaid.search.request.QueryTokens;
import io.github.luceneplaid.plaid.search.request.SearchRequest;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.apache.lucene.codecs.DocValuesFormat;
import org.apache.lucene.codecs.lucene90.Lucene90DocValuesFormat;
import org.apache.lucene.document.BinaryDocValuesField;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.LateInteractionField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.NoMergePolicy;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.MatchAllDocsQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TopDocs;
import org.apache.lucene.store.Directory;

/**
 * Tokens with another dimension than the query's: which documents are read, and which are found.
 */
public class TestOtherDimensions extends LateInteractionTestCase {

  private static final int DOCUMENTS = 300;

  private PlaidDocValuesFormat.Builder plaid;
  private DocValuesFormat format;

  @Override
  public void setUp() throws Exception {
    super.setUp();
    dimension = random().nextInt(8, 40);
    plaid = PlaidDocValuesFormat.builder().trainingThreshold(random().nextBoolean() ? 1 : 1 << 20);
    format = plaid.build();
  }

  @Override
  protected DocValuesFormat docValuesFormat() {
    return format;
  }

  private IndexWriter writer(Directory directory) throws IOException {
    return new IndexWriter(
        directory, config().setMergePolicy(NoMergePolicy.INSTANCE).setUseCompoundFile(false));
  }

  private void add(IndexWriter writer, int documents, int from) throws IOException {
    for (int id = 0; id < documents; id++) {
      writer.addDocument(document(from + id, tokens(20)));
    }
    writer.commit();
  }

  private static Document odd(String value) {
    Document document = new Document();
    document.add(new BinaryDocValuesField(FIELD, newBytesRef(value)));
    return document;
  }

  private LateInteractionQuery wrong(int k) {
    return new LateInteractionQuery(FIELD, new float[3][dimension + 1], k);
  }

  private void assertRefused(IndexSearcher searcher) {
    IllegalArgumentException e =
        expectThrows(IllegalArgumentException.class, () -> searcher.search(wrong(5), 5));
    assertTrue(e.getMessage(), e.getMessage().contains("got: " + (dimension + 1)));
    assertTrue(e.getMessage(), e.getMessage().contains("must have dimension " + dimension));
  }

  /** The meta file has the dimension, so nothing else is read to refuse a query. */
  public void testRefusedFromMeta() throws Exception {
    try (Directory directory = newDirectory()) {
      try (IndexWriter writer = writer(directory)) {
        for (int segment = 0; segment < 3; segment++) {
          add(writer, DOCUMENTS, segment * DOCUMENTS);
        }
      }
      CountingDirectory counting = new CountingDirectory(directory);
      try (DirectoryReader reader = DirectoryReader.open(counting)) {
        IndexSearcher searcher = new IndexSearcher(reader);
        counting.bytes();
        assertRefused(searcher);
        assertTrue(counting.bytes() < DOCUMENTS);
      }
    }
  }

  /**
   * Documents that are stored as their original bytes may have any dimension. Only these are read.
   */
  public void testRefusedBesideOddValues() throws Exception {
    try (Directory directory = newDirectory()) {
      try (IndexWriter writer = writer(directory)) {
        writer.addDocument(odd("some text"));
        add(writer, DOCUMENTS, 0);
        add(writer, DOCUMENTS, DOCUMENTS);
      }
      CountingDirectory counting = new CountingDirectory(directory);
      try (DirectoryReader reader = DirectoryReader.open(counting)) {
        IndexSearcher searcher = new IndexSearcher(reader);
        counting.bytes();
        assertRefused(searcher);
        assertTrue(counting.bytes() < 4 * DOCUMENTS);
      }
    }
  }

  /** Segments that were written before all documents were embedded anew cost nothing. */
  public void testOldSegmentsAreNotRead() throws Exception {
    try (Directory directory = newDirectory()) {
      int before = dimension;
      dimension = before + 1;
      try (IndexWriter writer = writer(directory)) {
        add(writer, DOCUMENTS, 0);
        dimension = before;
        add(writer, 10, DOCUMENTS);
      }
      dimension = before + 1;
      float[][] old = tokens(2);
      dimension = before;
      float[][] query = tokens(2);
      List<ScoreDoc> expected;
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        expected = bruteForce(reader, query);
        assertEquals(10, expected.size());
      }
      CountingDirectory counting = new CountingDirectory(directory);
      try (DirectoryReader reader = DirectoryReader.open(counting)) {
        IndexSearcher searcher = new IndexSearcher(reader);
        for (boolean exact : new boolean[] {true, false}) {
          LateInteractionOptions.Builder options = LateInteractionOptions.builder();
          Query maxSim =
              new LateInteractionQuery(
                  FIELD, query, 20, null, exact ? options.exact().build() : options.build());
          counting.bytes();
          assertBest(expected, 20, searcher.search(maxSim, 20));
          assertTrue(counting.bytes() < 10L * 40 * 4 * dimension);
        }
        TopDocs all = searcher.search(MatchAllDocsQuery.INSTANCE, DOCUMENTS + 10);
        MaxSimRescorer rescorer = MaxSimRescorer.keepingFirstPassScores(FIELD, query);
        counting.bytes();
        TopDocs rescored = rescorer.rescore(searcher, all, all.scoreDocs.length);
        assertEquals(DOCUMENTS + 10, rescored.scoreDocs.length);
        assertTrue(counting.bytes() < 10L * 40 * 4 * dimension + DOCUMENTS * 100);
        assertEquals(List.of(), new LateInteractionQuery(FIELD, query, 5).matches(searcher, 0));
        assertEquals(20, searcher.count(new LateInteractionQuery(FIELD, old, 20)));
      }
    }
  }

  /** One document of another dimension, in a segment of any format and at any place, is found. */
  public void testOneThatFits() throws Exception {
    for (int round = 0; round < 10; round++) {
      format = random().nextBoolean() ? plaid.build() : new Lucene90DocValuesFormat();
      float[] token = new float[dimension + 1];
      Arrays.fill(token, 0.1f);
      int documents = random().nextInt(1, 30);
      int at = random().nextInt(documents + 1);
      try (Directory directory = newDirectory()) {
        try (IndexWriter writer = writer(directory)) {
          for (int id = 0; id <= documents; id++) {
            if (id == at) {
              Document document = new Document();
              document.add(new LateInteractionField(FIELD, new float[][] {token}));
              writer.addDocument(document);
            } else {
              writer.addDocument(random().nextBoolean() ? odd("odd") : document(id, tokens(3)));
            }
            if (random().nextInt(8) == 0) {
              writer.commit();
            }
          }
        }
        try (DirectoryReader reader = DirectoryReader.open(directory)) {
          IndexSearcher searcher = newSearcher(reader);
          TopDocs hits = searcher.search(wrong(3), 3);
          assertEquals(1, hits.scoreDocs.length);
          assertEquals(at, hits.scoreDocs[0].doc);
          assertEquals(1, wrong(3).matches(searcher, at).size() / 3);
        }
      }
    }
  }

  /** If no meta file has the dimension, the first value is read, and no other one if it fits. */
  public void testOnlyFirstForeignDocument() throws Exception {
    format = new Lucene90DocValuesFormat();
    try (Directory directory = newDirectory()) {
      try (IndexWriter writer = writer(directory)) {
        add(writer, DOCUMENTS, 0);
      }
      CountingDirectory counting = new CountingDirectory(directory);
      try (DirectoryReader reader = DirectoryReader.open(counting)) {
        SearchRequest request =
            new SearchRequest(
                FIELD, QueryTokens.of(query()), 5, LateInteractionOptions.DEFAULT.settings(), null);
        counting.bytes();
        new SegmentSearches(new IndexSearcher(reader), request);
        assertTrue(counting.bytes() < 2L * 20 * 4 * dimension);
        assertRefused(new IndexSearcher(reader));
      }
    }
  }
}
