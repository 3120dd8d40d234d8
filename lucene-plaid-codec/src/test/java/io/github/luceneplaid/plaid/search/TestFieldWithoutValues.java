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

import io.github.luceneplaid.plaid.LateInteractionQuery;
import io.github.luceneplaid.plaid.MaxSimRescorer;
import java.io.IOException;
import java.util.List;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.NumericDocValuesField;
import org.apache.lucene.document.StoredField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.MultiReader;
import org.apache.lucene.index.NoMergePolicy;
import org.apache.lucene.index.Term;
import org.apache.lucene.index.memory.MemoryIndex;
import org.apache.lucene.search.FieldExistsQuery;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.TopDocs;
import org.apache.lucene.store.Directory;
import org.apache.lucene.tests.analysis.MockAnalyzer;

/** An index without the field has no hits for it, and other clauses keep their hits. */
public class TestFieldWithoutValues extends LateInteractionTestCase {

  /** The query by itself, or beside another clause. */
  private static Query maybeHybrid(Query maxSim) {
    return random().nextBoolean() ? maxSim : hybrid(maxSim);
  }

  /** The query with a filter, or without. */
  private static LateInteractionQuery maxSim(float[][] query, int k) {
    Query filter = random().nextBoolean() ? null : new TermQuery(new Term("group", "1"));
    return new LateInteractionQuery(FIELD, query, k, filter);
  }

  /** Documents with an id and a text, two thirds of which are about red things. */
  private Document text(int id) {
    Document document = document(id, null);
    document.add(newTextField(TEXT, id % 3 == 0 ? "a blue house" : "a red house", Field.Store.YES));
    return document;
  }

  private void assertNothing(IndexReader reader) throws IOException {
    IndexSearcher searcher = newSearcher(reader);
    float[][] query = query();
    LateInteractionQuery maxSim = maxSim(query, 5);
    assertEquals(0, searcher.search(maxSim, 5).scoreDocs.length);
    assertEquals(0, searcher.count(maxSim));
    assertEquals(0, maxSim.profile(searcher).segments());
    TopDocs expected = searcher.search(new TermQuery(new Term(TEXT, "red")), 100);
    assertSame(expected, searcher.search(hybrid(maxSim), 100));
    TopDocs rescored = new MaxSimRescorer(FIELD, query).rescore(searcher, expected, 100);
    assertEquals(expected.scoreDocs.length, rescored.scoreDocs.length);
    for (ScoreDoc hit : rescored.scoreDocs) {
      assertEquals(0, hit.score, 0);
    }
    assertSame(
        expected,
        MaxSimRescorer.keepingFirstPassScores(FIELD, query).rescore(searcher, expected, 100));
    if (reader.maxDoc() > 0) {
      int doc = random().nextInt(reader.maxDoc());
      assertFalse(searcher.explain(maxSim, doc).isMatch());
      assertEquals(List.of(), maxSim.matches(searcher, doc));
      assertEquals(0, maxSim.similarities(searcher, doc)[0].length);
    }
  }

  /** The index exists, but has no tokens yet. */
  public void testUnknownField() throws Exception {
    try (Directory directory = newDirectory();
        IndexWriter writer = new IndexWriter(directory, config())) {
      for (int id = 0; id < 30; id++) {
        writer.addDocument(text(id));
        if (random().nextInt(10) == 0) {
          writer.flush();
        }
      }
      try (DirectoryReader reader = DirectoryReader.open(writer)) {
        assertNothing(reader);
      }
      writer.addDocument(document(30, tokens(2)));
      try (DirectoryReader reader = DirectoryReader.open(writer)) {
        assertEquals(1, newSearcher(reader).count(new LateInteractionQuery(FIELD, query(), 5)));
      }
    }
  }

  /**
   * The name is that of a field of another kind, which is indexed or stored, but without values.
   */
  public void testFieldWithoutDocValues() throws Exception {
    try (Directory directory = newDirectory();
        IndexWriter writer = new IndexWriter(directory, config())) {
      boolean indexed = random().nextBoolean();
      for (int id = 0; id < 30; id++) {
        Document document = text(id);
        document.add(
            indexed
                ? newStringField(FIELD, "a string", Field.Store.NO)
                : new StoredField(FIELD, "stored"));
        writer.addDocument(document);
      }
      try (DirectoryReader reader = DirectoryReader.open(writer)) {
        assertNothing(reader);
      }
    }
  }

  /** Several indexes in one, of which some have values, and others not even doc values. */
  public void testMixedIndexes() throws Exception {
    try (Directory with = newDirectory();
        Directory without = newDirectory()) {
      try (IndexWriter writer = new IndexWriter(with, config());
          IndexWriter other = new IndexWriter(without, config())) {
        for (int id = 0; id < 20; id++) {
          Document document = text(id);
          document.add(new StoredField(FIELD, "stored"));
          other.addDocument(document);
          writer.addDocument(document(id, tokens(3)));
        }
      }
      try (DirectoryReader first = DirectoryReader.open(with);
          DirectoryReader second = DirectoryReader.open(without);
          MultiReader reader = new MultiReader(second, first)) {
        float[][] query = query();
        List<ScoreDoc> expected = bruteForce(reader, query);
        IndexSearcher searcher = newSearcher(reader);
        assertBest(expected, 20, searcher.search(exactQuery(query, 20, null, 20), 20));
        Query filter = new TermQuery(new Term("group", "1"));
        assertEquals(7, searcher.count(new LateInteractionQuery(FIELD, query, 20, filter)));
      }
    }
  }

  /** The same query on the same index, before and after its last tokens are gone. */
  public void testLastValuesAreDeleted() throws Exception {
    try (Directory directory = newDirectory();
        IndexWriter writer =
            new IndexWriter(directory, config().setMergePolicy(NoMergePolicy.INSTANCE))) {
      for (int id = 0; id < 20; id++) {
        writer.addDocument(text(id));
      }
      writer.commit();
      writer.addDocument(document(20, tokens(2)));
      writer.commit();
      Query maxSim = new LateInteractionQuery(FIELD, query(), 5);
      try (DirectoryReader reader = DirectoryReader.open(writer)) {
        assertEquals(1, newSearcher(reader).count(maxSim));
      }
      writer.deleteDocuments(new FieldExistsQuery(FIELD));
      try (DirectoryReader reader = DirectoryReader.open(writer)) {
        for (LeafReaderContext leaf : reader.leaves()) {
          assertNull(leaf.reader().getFieldInfos().fieldInfo(FIELD));
        }
        assertEquals(0, newSearcher(reader).count(maxSim));
        assertNothing(reader);
      }
    }
  }

  /** Another type is a mistake, in whatever segment, and stays one. */
  public void testOtherTypeIsRefused() throws Exception {
    try (Directory with = newDirectory();
        Directory without = newDirectory()) {
      try (IndexWriter writer = new IndexWriter(with, config());
          IndexWriter other = new IndexWriter(without, config())) {
        writer.addDocument(document(0, tokens(3)));
        Document document = new Document();
        document.add(new NumericDocValuesField(FIELD, 1));
        other.addDocument(document);
      }
      try (DirectoryReader first = DirectoryReader.open(with);
          DirectoryReader second = DirectoryReader.open(without);
          MultiReader reader = new MultiReader(first, second)) {
        IndexSearcher searcher = newSearcher(reader);
        LateInteractionQuery maxSim = maxSim(query(), 5);
        for (int doc = 1; doc < 2; doc++) {
          int number = doc;
          List<ThrowingRunnable> uses =
              List.of(
                  () -> searcher.search(maxSim, 5),
                  () -> searcher.search(hybrid(maxSim), 5),
                  () -> maxSim.profile(searcher),
                  () -> maxSim.matches(searcher, number),
                  () -> maxSim.similarities(searcher, number));
          for (ThrowingRunnable use : uses) {
            IllegalArgumentException e = expectThrows(IllegalArgumentException.class, use);
            assertTrue(e.getMessage(), e.getMessage().contains("got: NUMERIC"));
          }
        }
      }
    }
  }

  /** A document by itself, as percolators make one. */
  public void testMemoryIndex() throws Exception {
    MockAnalyzer analyzer = new MockAnalyzer(random());
    MemoryIndex memory = MemoryIndex.fromDocument(text(1), analyzer);
    IndexSearcher searcher = memory.createSearcher();
    float[][] query = query();
    Query maxSim = maxSim(query, 3);
    assertEquals(0, searcher.count(maxSim));
    assertEquals(0f, memory.search(maxSim), 0);
    assertEquals(
        memory.search(new TermQuery(new Term(TEXT, "red"))), memory.search(hybrid(maxSim)), 0);

    Document document = document(1, tokens(4));
    IndexSearcher withTokens = MemoryIndex.fromDocument(document, analyzer).createSearcher();
    List<ScoreDoc> expected = bruteForce(withTokens.getIndexReader(), query);
    assertEquals(1, expected.size());
    assertBest(expected, 1, withTokens.search(new LateInteractionQuery(FIELD, query, 3), 3));
    assertBest(expected, 1, withTokens.search(exactQuery(query, 3, null, 1), 3));
  }

  /** Highlighters rewrite queries on an index that has only the text. */
  public void testHighlighters() throws Exception {
    for (int i = 0; i < 10; i++) {
      assertHighlighted(hybrid(maybeHybrid(maxSim(query(), 3))));
    }
  }

  /** Lucene 10.3 highlights on a reader that knows no fields at all. */
  public void testReaderThatDoesNotTell() throws Exception {
    MemoryIndex memory = MemoryIndex.fromDocument(text(1), new MockAnalyzer(random()));
    LeafReader leaf = memory.createSearcher().getIndexReader().leaves().get(0).reader();
    IndexReader silent = thatDoesNotTell(leaf);
    IndexSearcher searcher = new IndexSearcher(silent);
    assertEquals(0, searcher.count(new LateInteractionQuery(FIELD, query(), 3)));
  }
}
