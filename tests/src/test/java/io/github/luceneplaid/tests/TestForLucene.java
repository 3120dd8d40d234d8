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

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.lucene.codecs.DocValuesFormat;
import org.apache.lucene.codecs.lucene90.Lucene90DocValuesFormat;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.LateInteractionField;
import org.apache.lucene.document.NumericDocValuesField;
import org.apache.lucene.document.StoredField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.NoMergePolicy;
import org.apache.lucene.index.Term;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.MatchAllDocsQuery;
import org.apache.lucene.search.MatchNoDocsQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.RescoreTopNQuery;
import org.apache.lucene.search.ScoreMode;
import org.apache.lucene.search.Scorer;
import org.apache.lucene.search.Sort;
import org.apache.lucene.search.SortField;
import org.apache.lucene.search.TopDocs;
import org.apache.lucene.store.Directory;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.util.BytesRef;

/** What docs/for-lucene.md says of Lucene, and its example. */
public class TestForLucene extends LuceneTestCase {
  private static final int SEGMENTS = 4;
  private static final int DOCUMENTS = 20;

  /** Writes segments of documents, whose tokens depend on their ids only. */
  private void write(Directory directory, DocValuesFormat format, int from, Sort sort)
      throws IOException {
    IndexWriterConfig config = new IndexWriterConfig().setMergePolicy(NoMergePolicy.INSTANCE);
    config.setCodec(PlaidCodec.of("tokens", format));
    if (sort != null) {
      config.setIndexSort(sort);
    }
    try (IndexWriter writer = new IndexWriter(directory, config)) {
      for (int id = from; id < from + SEGMENTS * DOCUMENTS; id++) {
        Document document = new Document();
        document.add(new StringField("id", Integer.toString(id), Field.Store.NO));
        document.add(new StoredField("stored", id));
        document.add(new NumericDocValuesField("order", -id));
        if (id % 7 != 3) {
          document.add(new LateInteractionField("tokens", tokens(id)));
        }
        writer.addDocument(document);
        if (id % DOCUMENTS == DOCUMENTS - 1) {
          writer.commit();
        }
      }
      writer.deleteDocuments(new Term("id", Integer.toString(from + 5)));
    }
  }

  private static float[][] tokens(int id) {
    float[][] tokens = new float[1 + id % 4][2];
    for (int i = 0; i < tokens.length; i++) {
      tokens[i][0] = (float) Math.cos(id + i);
      tokens[i][1] = (float) Math.sin(id + i);
    }
    return tokens;
  }

  private void forceMerge(Directory directory, DocValuesFormat format, Sort sort)
      throws IOException {
    IndexWriterConfig config = new IndexWriterConfig();
    config.setCodec(PlaidCodec.of("tokens", format));
    if (sort != null) {
      config.setIndexSort(sort);
    }
    try (IndexWriter writer = new IndexWriter(directory, config)) {
      writer.forceMerge(1);
    }
  }

  private static void assertDecoded(Directory directory, CopiedCodesFormat format, int size)
      throws IOException {
    try (DirectoryReader reader = DirectoryReader.open(directory)) {
      assertEquals(1, reader.leaves().size());
      assertEquals(size, reader.numDocs());
      LeafReader leaf = reader.leaves().get(0).reader();
      BinaryDocValues values = leaf.getBinaryDocValues("tokens");
      for (int doc = 0; doc < leaf.maxDoc(); doc++) {
        int id = leaf.storedFields().document(doc).getField("stored").numericValue().intValue();
        assertEquals(id % 7 != 3, values.advanceExact(doc));
        if (id % 7 != 3) {
          BytesRef codes = format.encode(LateInteractionField.encode(tokens(id)));
          assertEquals(CopiedCodesFormat.decode(codes), values.binaryValue());
        }
      }
    }
  }

  private static Sort randomSort() {
    return random().nextBoolean() ? new Sort(new SortField("order", SortField.Type.LONG)) : null;
  }

  /** A merge copies codes, with deletes and with an index sort. */
  public void testMergeCopies() throws Exception {
    CopiedCodesFormat format = new CopiedCodesFormat();
    Sort sort = randomSort();
    try (Directory directory = newDirectory()) {
      write(directory, format, 0, sort);
      int encoded = format.encoded();
      assertTrue(encoded > 0);
      forceMerge(directory, format, sort);
      assertEquals(encoded, format.encoded());
      assertDecoded(directory, format, SEGMENTS * DOCUMENTS - 1);
    }
  }

  /** A merge copies codes of segments whose doc values were updated. */
  public void testMergeOfUpdates() throws Exception {
    CopiedCodesFormat format = new CopiedCodesFormat();
    try (Directory directory = newDirectory()) {
      write(directory, format, 0, null);
      IndexWriterConfig config = new IndexWriterConfig().setMergePolicy(NoMergePolicy.INSTANCE);
      config.setCodec(PlaidCodec.of("tokens", format));
      try (IndexWriter writer = new IndexWriter(directory, config)) {
        BytesRef same = LateInteractionField.encode(tokens(6));
        writer.updateBinaryDocValue(new Term("id", "6"), "tokens", same);
      }
      int encoded = format.encoded();
      forceMerge(directory, format, null);
      assertEquals(encoded, format.encoded());
      assertDecoded(directory, format, SEGMENTS * DOCUMENTS - 1);
    }
  }

  /** Values of another format are encoded when they are merged. */
  public void testMergeOfOtherFormats() throws Exception {
    CopiedCodesFormat format = new CopiedCodesFormat();
    Sort sort = randomSort();
    try (Directory directory = newDirectory()) {
      write(directory, format, 0, sort);
      int encoded = format.encoded();
      write(directory, new Lucene90DocValuesFormat(), 1000, sort);
      forceMerge(directory, format, sort);
      assertTrue(encoded < format.encoded());
      assertDecoded(directory, format, 2 * (SEGMENTS * DOCUMENTS - 1));
    }
  }

  /** The code on the page is part of the format that is tested. */
  public void testPage() throws Exception {
    List<String> blocks = PageCode.blocks("docs/for-lucene.md");
    assertEquals(1, blocks.size());
    Path format = Path.of("src/test/java/io/github/luceneplaid/tests/CopiedCodesFormat.java");
    String source = unindented(Files.readString(format));
    assertTrue(blocks.get(0), source.contains(unindented(blocks.get(0))));
  }

  private static String unindented(String code) {
    return code.lines().map(String::strip).collect(Collectors.joining("\n"));
  }

  /** Three documents with one token each, of which the first is most like the query. */
  private static void rescored(Directory directory, boolean deleteBest) throws IOException {
    IndexWriterConfig config = new IndexWriterConfig().setMergePolicy(NoMergePolicy.INSTANCE);
    try (IndexWriter writer = new IndexWriter(directory, config)) {
      for (int id = 0; id < 3; id++) {
        Document document = new Document();
        document.add(new StringField("id", Integer.toString(id), Field.Store.NO));
        float[][] tokens = {{(float) Math.cos(id), (float) Math.sin(id)}};
        document.add(new LateInteractionField("tokens", tokens));
        writer.addDocument(document);
      }
      writer.commit();
      if (deleteBest) {
        writer.deleteDocuments(new Term("id", "0"));
      }
    }
  }

  private static Query rescorer(Query first, int n) {
    float[][] query = {{1, 0}};
    return RescoreTopNQuery.createLateInteractionQuery(
        first, n, "tokens", query, VectorSimilarityFunction.DOT_PRODUCT);
  }

  /** If one of these fails, Lucene has mended it, and the page has to be changed. */
  public void testRescoreTopNQueryTakesDeletedDocuments() throws Exception {
    try (Directory directory = newDirectory()) {
      rescored(directory, true);
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        TopDocs hits =
            new IndexSearcher(reader).search(rescorer(MatchAllDocsQuery.INSTANCE, 1), 10);
        assertEquals(0, hits.scoreDocs.length);
      }
    }
  }

  public void testRescoreTopNQueryFailsWithoutMatches() throws Exception {
    try (Directory directory = newDirectory()) {
      rescored(directory, false);
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        IndexSearcher searcher = new IndexSearcher(reader);
        expectThrowsAnyOf(
            List.of(ArrayIndexOutOfBoundsException.class, AssertionError.class),
            () -> searcher.search(rescorer(MatchNoDocsQuery.INSTANCE, 1), 10));
      }
    }
  }

  public void testRescoreTopNQueryTellsAWrongMaximum() throws Exception {
    try (Directory directory = newDirectory()) {
      rescored(directory, false);
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        IndexSearcher searcher = new IndexSearcher(reader);
        Query query = searcher.rewrite(rescorer(MatchAllDocsQuery.INSTANCE, 3));
        Scorer scorer =
            searcher.createWeight(query, ScoreMode.TOP_SCORES, 1).scorer(reader.leaves().get(0));
        float maximum = scorer.getMaxScore(DocIdSetIterator.NO_MORE_DOCS);
        assertEquals(0, scorer.iterator().nextDoc());
        assertTrue(scorer.score() + " " + maximum, scorer.score() > maximum);
      }
    }
  }
}
