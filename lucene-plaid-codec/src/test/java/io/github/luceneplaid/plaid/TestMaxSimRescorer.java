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

package io.github.luceneplaid.plaid;

import io.github.luceneplaid.plaid.search.LateInteractionTestCase;
import java.util.List;
import org.apache.lucene.codecs.DocValuesFormat;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.MultiReader;
import org.apache.lucene.index.NoMergePolicy;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.BoostQuery;
import org.apache.lucene.search.ConstantScoreQuery;
import org.apache.lucene.search.Explanation;
import org.apache.lucene.search.FieldDoc;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.MatchAllDocsQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.Rescorer;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.Sort;
import org.apache.lucene.search.SortField;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.TopDocs;
import org.apache.lucene.search.TotalHits;
import org.apache.lucene.store.Directory;

public class TestMaxSimRescorer extends LateInteractionTestCase {

  /** Every seventh document has no tokens. */
  private static final int DOCUMENTS = 80;

  private Directory directory;
  private DirectoryReader reader;
  private float[][] query;

  @Override
  protected DocValuesFormat docValuesFormat() {
    return PlaidDocValuesFormat.builder()
        .trainingThreshold(100)
        .raw(random().nextBoolean() ? RawTokens.NONE : RawTokens.FLOAT16)
        .build();
  }

  @Override
  public void setUp() throws Exception {
    super.setUp();
    directory = newDirectory();
    try (IndexWriter writer =
        new IndexWriter(directory, config().setMergePolicy(NoMergePolicy.INSTANCE))) {
      for (int id = 0; id < DOCUMENTS; id++) {
        writer.addDocument(document(id, id % 7 == 6 ? null : tokens(random().nextInt(1, 9))));
        if (id == 50 || id == 60) {
          writer.commit();
        }
      }
    }
    reader = DirectoryReader.open(directory);
    query = query();
  }

  @Override
  public void tearDown() throws Exception {
    reader.close();
    directory.close();
    super.tearDown();
  }

  private static boolean hasTokens(int doc) {
    return doc % 7 != 6;
  }

  public void testBestOfHits() throws Exception {
    IndexSearcher searcher = newSearcher(reader);
    Query group = new TermQuery(new Term("group", "1"));
    TopDocs first = searcher.search(group, DOCUMENTS);
    List<ScoreDoc> expected = bruteForce(reader, query);
    expected.removeIf(hit -> hit.doc % 3 != 1);
    for (int topN : new int[] {1, 5, first.scoreDocs.length}) {
      TopDocs hits = new MaxSimRescorer(FIELD, query).rescore(searcher, first, topN);
      assertEquals(topN, hits.scoreDocs.length);
      assertEquals(first.totalHits, hits.totalHits);
      for (int i = 0; i < Math.min(topN, expected.size()); i++) {
        assertEquals(expected.get(i).score, hits.scoreDocs[i].score, 1e-4);
      }
    }
  }

  /** The hits of the query stay as they are. */
  public void testAfterTheQuery() throws Exception {
    IndexSearcher searcher = newSearcher(reader);
    TopDocs first = searcher.search(new LateInteractionQuery(FIELD, query, 10), 10);
    assertSame(first, new MaxSimRescorer(FIELD, query).rescore(searcher, first, 10));
  }

  public void testMissingIsZero() throws Exception {
    IndexSearcher searcher = newSearcher(reader);
    TopDocs first = searcher.search(MatchAllDocsQuery.INSTANCE, DOCUMENTS);
    TopDocs hits = new MaxSimRescorer(FIELD, query).rescore(searcher, first, DOCUMENTS);
    assertEquals(DOCUMENTS, hits.scoreDocs.length);
    List<ScoreDoc> expected = bruteForce(reader, query);
    ScoreDoc last = new ScoreDoc(-1, Float.POSITIVE_INFINITY);
    for (int i = 0; i < DOCUMENTS; i++) {
      ScoreDoc hit = hits.scoreDocs[i];
      // Where all tokens point away from those of the query, the score is 0 as well
      assertTrue(hasTokens(hit.doc) || hit.score == 0);
      float score = i < expected.size() ? expected.get(i).score : 0;
      assertEquals(score, hit.score, 1e-4);
      assertTrue(last.score > hit.score || (last.score == hit.score && last.doc < hit.doc));
      last = hit;
    }
  }

  public void testMissingKeepsScore() throws Exception {
    IndexSearcher searcher = newSearcher(reader);
    Query seven = new BoostQuery(new ConstantScoreQuery(MatchAllDocsQuery.INSTANCE), 1e6f);
    TopDocs first = searcher.search(seven, DOCUMENTS);
    Rescorer rescorer = MaxSimRescorer.keepingFirstPassScores(FIELD, query);
    TopDocs hits = rescorer.rescore(searcher, first, 12);
    for (int i = 0; i < 12; i++) {
      boolean missing = i < DOCUMENTS / 7;
      assertEquals(missing, hasTokens(hits.scoreDocs[i].doc) == false);
      assertEquals(missing, hits.scoreDocs[i].score == 1e6f);
    }
  }

  /** Hits that were sorted by something else have no score. */
  public void testHitsWithoutScores() throws Exception {
    IndexSearcher searcher = newSearcher(reader);
    TopDocs first = searcher.search(MatchAllDocsQuery.INSTANCE, DOCUMENTS, Sort.INDEXORDER);
    TopDocs hits = new MaxSimRescorer(FIELD, query).rescore(searcher, first, 10);
    List<ScoreDoc> expected = bruteForce(reader, query);
    for (int i = 0; i < 10; i++) {
      assertEquals(expected.get(i).score, hits.scoreDocs[i].score, 1e-4);
    }
  }

  /** What hits were sorted by stays with them, as with Lucene's rescorers. */
  public void testSortedHits() throws Exception {
    IndexSearcher searcher = newSearcher(reader);
    Sort sort = new Sort(SortField.FIELD_DOC, SortField.FIELD_SCORE);
    TopDocs first = searcher.search(MatchAllDocsQuery.INSTANCE, DOCUMENTS, sort);
    TopDocs hits = new MaxSimRescorer(FIELD, query).rescore(searcher, first, DOCUMENTS);
    for (ScoreDoc hit : hits.scoreDocs) {
      assertEquals(FieldDoc.class, hit.getClass());
      assertArrayEquals(new Object[] {hit.doc, 1f}, ((FieldDoc) hit).fields);
    }
  }

  public void testFirstPassIsNotChanged() throws Exception {
    IndexSearcher searcher = newSearcher(reader);
    ScoreDoc[] hits = {new ScoreDoc(17, 3f, 2), new ScoreDoc(4, 2f, 5)};
    TopDocs first = new TopDocs(new TotalHits(2, TotalHits.Relation.EQUAL_TO), hits);
    TopDocs rescored = new MaxSimRescorer(FIELD, query).rescore(searcher, first, 10);
    assertEquals(17, hits[0].doc);
    assertEquals(3f, hits[0].score, 0);
    for (ScoreDoc hit : rescored.scoreDocs) {
      assertEquals(hit.doc == 17 ? 2 : 5, hit.shardIndex);
    }
  }

  public void testNothingToDo() throws Exception {
    IndexSearcher searcher = newSearcher(reader);
    MaxSimRescorer rescorer = new MaxSimRescorer(FIELD, query);
    TopDocs none =
        new TopDocs(new TotalHits(9, TotalHits.Relation.GREATER_THAN_OR_EQUAL_TO), new ScoreDoc[0]);
    TopDocs rescored = rescorer.rescore(searcher, none, 5);
    assertEquals(0, rescored.scoreDocs.length);
    assertEquals(none.totalHits, rescored.totalHits);
    assertEquals(
        0, rescorer.rescore(new IndexSearcher(new MultiReader()), none, 5).scoreDocs.length);
    TopDocs all = searcher.search(MatchAllDocsQuery.INSTANCE, 5);
    assertEquals(0, rescorer.rescore(searcher, all, 0).scoreDocs.length);
  }

  /** A hit may have been deleted since, as long as the reader is the one it was found with. */
  public void testDeletedHits() throws Exception {
    try (IndexWriter writer =
        new IndexWriter(directory, config().setMergePolicy(NoMergePolicy.INSTANCE))) {
      writer.deleteDocuments(new Term("id", "8"));
      try (DirectoryReader deleted = DirectoryReader.open(writer)) {
        TopDocs first =
            new TopDocs(
                new TotalHits(1, TotalHits.Relation.EQUAL_TO),
                new ScoreDoc[] {new ScoreDoc(8, 1f)});
        MaxSimRescorer rescorer = new MaxSimRescorer(FIELD, query);
        assertSame(
            rescorer.rescore(new IndexSearcher(reader), first, 1),
            rescorer.rescore(new IndexSearcher(deleted), first, 1));
      }
    }
  }

  public void testWrongHits() throws Exception {
    IndexSearcher searcher = newSearcher(reader);
    TopDocs wrong =
        new TopDocs(
            new TotalHits(1, TotalHits.Relation.EQUAL_TO),
            new ScoreDoc[] {new ScoreDoc(DOCUMENTS, 1f)});
    IllegalArgumentException e =
        expectThrows(
            IllegalArgumentException.class,
            () -> new MaxSimRescorer(FIELD, query).rescore(searcher, wrong, 1));
    assertTrue(e.getMessage(), e.getMessage().contains("got: " + DOCUMENTS));
  }

  public void testBadArguments() throws Exception {
    expectThrows(IllegalArgumentException.class, () -> new MaxSimRescorer(FIELD, null));
    expectThrows(
        IllegalArgumentException.class,
        () -> MaxSimRescorer.keepingFirstPassScores(FIELD, new float[][] {{Float.NaN}}));
    IndexSearcher searcher = newSearcher(reader);
    TopDocs first = searcher.search(MatchAllDocsQuery.INSTANCE, 5);
    expectThrows(
        IllegalArgumentException.class,
        () -> new MaxSimRescorer(FIELD, new float[1][dimension + 1]).rescore(searcher, first, 5));
  }

  public void testExplain() throws Exception {
    IndexSearcher searcher = newSearcher(reader);
    MaxSimRescorer zero = new MaxSimRescorer(FIELD, query);
    MaxSimRescorer keeping = MaxSimRescorer.keepingFirstPassScores(FIELD, query);
    Query twice = new BoostQuery(MatchAllDocsQuery.INSTANCE, 2f);
    TopDocs first = searcher.search(twice, DOCUMENTS);
    for (ScoreDoc hit : zero.rescore(searcher, first, DOCUMENTS).scoreDocs) {
      Explanation firstPass = searcher.explain(twice, hit.doc);
      Explanation explanation = zero.explain(searcher, firstPass, hit.doc);
      assertTrue(explanation.isMatch());
      assertEquals(hit.score, explanation.getValue().floatValue(), 0);
      assertEquals(
          hasTokens(hit.doc) ? hit.score : 2f,
          keeping.explain(searcher, firstPass, hit.doc).getValue().floatValue(),
          0);
      String text = explanation.toString();
      assertTrue(text, text.contains("first pass score"));
      assertEquals(text, hasTokens(hit.doc), text.contains("query token 0"));
    }
  }
}
