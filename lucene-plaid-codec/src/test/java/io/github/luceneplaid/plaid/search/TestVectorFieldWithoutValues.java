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

import static io.github.luceneplaid.plaid.search.HybridQueries.TEXT;
import static io.github.luceneplaid.plaid.search.HybridQueries.assertHighlighted;
import static io.github.luceneplaid.plaid.search.HybridQueries.hybrid;
import static io.github.luceneplaid.plaid.search.HybridQueries.thatDoesNotTell;

import io.github.luceneplaid.fsvi.ExactKnnQuery;
import io.github.luceneplaid.fsvi.FsviVectorsFormat;
import io.github.luceneplaid.fsvi.PrefixKnnQuery;
import io.github.luceneplaid.fsvi.TwoFieldKnnQuery;
import java.io.IOException;
import java.util.List;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.KnnByteVectorField;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.document.StoredField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.NoMergePolicy;
import org.apache.lucene.index.Term;
import org.apache.lucene.index.memory.MemoryIndex;
import org.apache.lucene.search.FieldExistsQuery;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.store.Directory;
import org.apache.lucene.tests.analysis.MockAnalyzer;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.tests.util.TestUtil;

/**
 * Queries for single vectors on an index without the field have no hits, and other clauses keep
 * their hits. The test is in this module because highlighters are among its test dependencies.
 */
public class TestVectorFieldWithoutValues extends LuceneTestCase {

  private static final String FIELD = "vector";
  private static final float[] TARGET = {1, 0};

  private static Query filter() {
    return random().nextBoolean() ? null : new TermQuery(new Term(TEXT, "red"));
  }

  private static List<Query> floatQueries() {
    return List.of(
        new ExactKnnQuery(FIELD, TARGET, 3, filter()),
        PrefixKnnQuery.builder(FIELD, TARGET).prefixDimensions(1).k(3).filter(filter()).build(),
        TwoFieldKnnQuery.builder()
            .fast(FIELD, TARGET)
            .quality(FIELD, TARGET)
            .k(3)
            .filter(filter())
            .build(),
        TwoFieldKnnQuery.builder()
            .fast(FIELD, TARGET)
            .quality("other", TARGET)
            .k(3)
            .filter(filter())
            .build());
  }

  private static Query bytesQuery() {
    return new ExactKnnQuery(FIELD, new byte[] {1, 0}, 3, filter());
  }

  private static IndexWriterConfig config() {
    return newIndexWriterConfig()
        .setCodec(TestUtil.alwaysKnnVectorsFormat(new FsviVectorsFormat()))
        .setMergePolicy(NoMergePolicy.INSTANCE);
  }

  private static Document text() {
    Document document = new Document();
    document.add(newTextField(TEXT, "some red house", Field.Store.YES));
    return document;
  }

  private static void assertNothing(IndexReader reader) throws IOException {
    IndexSearcher searcher = newSearcher(reader);
    int red = searcher.count(new TermQuery(new Term(TEXT, "red")));
    for (Query query : floatQueries()) {
      assertNothing(searcher, query, red);
    }
    assertNothing(searcher, bytesQuery(), red);
  }

  private static void assertNothing(IndexSearcher searcher, Query query, int red)
      throws IOException {
    assertEquals(0, searcher.count(query));
    assertEquals(0, searcher.search(query, 5).scoreDocs.length);
    assertEquals(red, searcher.count(hybrid(query)));
  }

  /** The index has no vectors yet, or no longer, or has them in another field only. */
  public void testNoVectors() throws IOException {
    try (Directory directory = newDirectory();
        IndexWriter writer = new IndexWriter(directory, config())) {
      try (DirectoryReader reader = DirectoryReader.open(writer)) {
        assertNothing(reader);
      }
      for (int i = 0; i < 20; i++) {
        Document document = text();
        if (i >= 10) {
          document.add(new StoredField(FIELD, "stored"));
        }
        writer.addDocument(document);
        if (i == 9) {
          writer.commit();
        }
      }
      try (DirectoryReader reader = DirectoryReader.open(writer)) {
        assertNothing(reader);
      }
    }
    try (Directory directory = newDirectory();
        IndexWriter writer = new IndexWriter(directory, config())) {
      writer.addDocument(text());
      writer.commit();
      Document document = text();
      document.add(new KnnFloatVectorField(FIELD, TARGET));
      writer.addDocument(document);
      writer.commit();
      try (DirectoryReader reader = DirectoryReader.open(writer)) {
        for (Query query : floatQueries()) {
          assertEquals(1, newSearcher(reader, false).count(query));
        }
      }
      writer.deleteDocuments(new FieldExistsQuery(FIELD));
      try (DirectoryReader reader = DirectoryReader.open(writer)) {
        assertNothing(reader);
      }
    }
  }

  /** Vectors of another type are a mistake, in whatever segment they are. */
  public void testOtherTypeIsRefused() throws IOException {
    try (Directory directory = newDirectory()) {
      for (boolean floats : new boolean[] {true, false}) {
        try (IndexWriter writer =
            new IndexWriter(directory, config().setOpenMode(IndexWriterConfig.OpenMode.CREATE))) {
          writer.addDocument(text());
          writer.commit();
          Document document = text();
          document.add(
              floats
                  ? new KnnFloatVectorField(FIELD, TARGET)
                  : new KnnByteVectorField(FIELD, new byte[] {1, 0}));
          writer.addDocument(document);
        }
        try (DirectoryReader reader = DirectoryReader.open(directory)) {
          List<Query> queries = floats ? List.of(bytesQuery()) : floatQueries();
          for (Query query : queries) {
            IndexSearcher searcher = newSearcher(reader);
            IllegalStateException e =
                expectThrows(IllegalStateException.class, () -> searcher.search(query, 5));
            assertTrue(e.getMessage(), e.getMessage().contains("vector encoding"));
            expectThrows(IllegalStateException.class, () -> searcher.search(hybrid(query), 5));
          }
        }
      }
    }
  }

  /** A document by itself, as percolators make one. */
  public void testMemoryIndex() throws IOException {
    MockAnalyzer analyzer = new MockAnalyzer(random());
    MemoryIndex memory = MemoryIndex.fromDocument(text(), analyzer);
    assertNothing(memory.createSearcher().getIndexReader());
    for (Query query : floatQueries()) {
      assertEquals(0f, memory.search(query), 0);
    }
    Document document = text();
    document.add(new KnnFloatVectorField(FIELD, TARGET));
    IndexSearcher searcher = MemoryIndex.fromDocument(document, analyzer).createSearcher();
    assertEquals(1, searcher.count(new ExactKnnQuery(FIELD, TARGET, 3, filter())));
    assertEquals(
        1,
        searcher.count(
            PrefixKnnQuery.builder(FIELD, TARGET)
                .prefixDimensions(1)
                .k(3)
                .filter(filter())
                .build()));
  }

  /** Highlighters rewrite queries on an index that has only the text. */
  public void testHighlighters() throws Exception {
    for (Query query : floatQueries()) {
      assertHighlighted(hybrid(query));
    }
  }

  /** Lucene 10.3 highlights on a reader that knows no fields at all. */
  public void testReaderThatDoesNotTell() throws IOException {
    MemoryIndex memory = MemoryIndex.fromDocument(text(), new MockAnalyzer(random()));
    LeafReaderContext leaf = memory.createSearcher().getIndexReader().leaves().get(0);
    LeafReader silent = thatDoesNotTell(leaf.reader());
    for (Query query : floatQueries()) {
      assertEquals(0, new IndexSearcher(silent).count(query));
    }
  }
}
