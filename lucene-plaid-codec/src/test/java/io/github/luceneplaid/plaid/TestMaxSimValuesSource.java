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
import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.lucene.codecs.DocValuesFormat;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.LateInteractionField;
import org.apache.lucene.document.NumericDocValuesField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.MultiReader;
import org.apache.lucene.index.NoMergePolicy;
import org.apache.lucene.index.Term;
import org.apache.lucene.queries.function.FunctionScoreQuery;
import org.apache.lucene.search.DoubleValues;
import org.apache.lucene.search.DoubleValuesSource;
import org.apache.lucene.search.DoubleValuesSourceRescorer;
import org.apache.lucene.search.Explanation;
import org.apache.lucene.search.FieldDoc;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.MatchAllDocsQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.Rescorer;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.Sort;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.TopDocs;
import org.apache.lucene.store.Directory;
import org.apache.lucene.tests.index.FieldFilterLeafReader;
import org.apache.lucene.tests.search.CheckHits;
import org.apache.lucene.tests.search.QueryUtils;

public class TestMaxSimValuesSource extends LateInteractionTestCase {

  private static final int DOCUMENTS = 90;

  private DocValuesFormat format;
  private Directory directory;
  private DirectoryReader reader;
  private float[][] query;
  private float[] weights;
  private MaxSimValuesSource source;

  /** Three segments, with documents that have no tokens, odd ones, or other ones than before. */
  @Override
  public void setUp() throws Exception {
    super.setUp();
    format = randomFormat();
    directory = newDirectory();
    try (IndexWriter writer =
        new IndexWriter(
            directory,
            config().setMergePolicy(NoMergePolicy.INSTANCE).setMaxBufferedDocs(DOCUMENTS + 1))) {
      for (int id = 0; id < DOCUMENTS; id++) {
        float[][] tokens = tokens(random().nextInt(1, 20));
        if (id == 5) {
          Arrays.fill(tokens[0], 0f);
        }
        if (id == 6) {
          tokens = new float[][] {new float[dimension + 1]};
        }
        writer.addDocument(document(id, id % 10 == 9 ? null : tokens));
        if (id == 50 || id == 70) {
          writer.commit();
        }
      }
      writer.deleteDocuments(new Term("id", "3"));
      if (random().nextBoolean()) {
        writer.updateBinaryDocValue(
            new Term("id", "12"), FIELD, LateInteractionField.encode(tokens(3)));
      }
    }
    reader = DirectoryReader.open(directory);
    query = query();
    weights = null;
    if (random().nextBoolean()) {
      weights = new float[query.length];
      Arrays.fill(weights, 2.5f);
      weights[random().nextInt(weights.length)] = 0.5f;
    }
    source = new MaxSimValuesSource(FIELD, query, weights);
  }

  @Override
  public void tearDown() throws Exception {
    reader.close();
    directory.close();
    super.tearDown();
  }

  @Override
  protected DocValuesFormat docValuesFormat() {
    return format;
  }

  /** The values of all documents that have one. */
  private static Map<Integer, Float> values(IndexReader reader, DoubleValuesSource source)
      throws IOException {
    Map<Integer, Float> values = new HashMap<>();
    DoubleValuesSource rewritten = source.rewrite(new IndexSearcher(reader));
    for (LeafReaderContext leaf : reader.leaves()) {
      DoubleValues ofLeaf = rewritten.getValues(leaf, null);
      for (int doc = 0; doc < leaf.reader().maxDoc(); doc++) {
        for (int again = random().nextInt(3); again >= 0; again--) {
          boolean has = ofLeaf.advanceExact(doc);
          if (has) {
            Float before = values.put(leaf.docBase + doc, (float) ofLeaf.doubleValue());
            assertTrue(before == null || before == (float) ofLeaf.doubleValue());
          }
          assertEquals(has, values.containsKey(leaf.docBase + doc));
        }
      }
    }
    return values;
  }

  public void testValues() throws Exception {
    Map<Integer, Float> values = values(reader, source);
    List<ScoreDoc> expected = bruteForce(reader, query, weights);
    for (ScoreDoc hit : expected) {
      assertEquals(hit.score, values.get(hit.doc), 1e-4 * Math.max(1, hit.score));
    }
    // The deleted document has a value, too
    assertEquals(expected.size() + 1, values.size());
    assertFalse(values.containsKey(9));
    assertFalse(values.containsKey(6));
    LateInteractionQuery maxSim =
        LateInteractionQuery.builder(FIELD, query, DOCUMENTS).tokenWeights(weights).build();
    TopDocs hits = new IndexSearcher(reader).search(maxSim, DOCUMENTS);
    assertEquals(expected.size(), hits.scoreDocs.length);
    for (ScoreDoc hit : hits.scoreDocs) {
      assertEquals(hit.score, values.get(hit.doc), 0);
    }
  }

  public void testSort() throws Exception {
    IndexSearcher searcher = newSearcher(reader);
    List<ScoreDoc> expected = bruteForce(reader, query, weights);
    Query group = new TermQuery(new Term("group", "1"));
    expected.removeIf(hit -> hit.doc % 3 != 1);
    TopDocs best = searcher.search(group, DOCUMENTS, new Sort(source.getSortField(true)));
    assertEquals(30, best.scoreDocs.length);
    for (int i = 0; i < expected.size(); i++) {
      double value = (Double) ((FieldDoc) best.scoreDocs[i]).fields[0];
      assertEquals(expected.get(i).score, value, 1e-4 * Math.max(1, expected.get(i).score));
    }
    TopDocs worst = searcher.search(group, 1, new Sort(source.getSortField(false, 1e9)));
    assertEquals(expected.get(expected.size() - 1).doc, worst.scoreDocs[0].doc);
  }

  public void testFunctionScores() throws Exception {
    IndexSearcher searcher = newSearcher(reader);
    Query group = new TermQuery(new Term("group", "2"));
    List<ScoreDoc> expected = bruteForce(reader, query, weights);
    expected.removeIf(hit -> hit.doc % 3 != 2);
    Query scored = new FunctionScoreQuery(group, source);
    TopDocs hits = searcher.search(scored, DOCUMENTS);
    assertEquals(30, hits.scoreDocs.length);
    for (int i = 0; i < expected.size(); i++) {
      float score = expected.get(i).score;
      assertEquals(score, hits.scoreDocs[i].score, 1e-4 * Math.max(1, score));
    }
    QueryUtils.check(random(), scored, searcher);
    CheckHits.checkExplanations(scored, FIELD, searcher, true);
    Query boosted = FunctionScoreQuery.boostByValue(group, source);
    CheckHits.checkExplanations(boosted, FIELD, searcher);
    // Documents without a value keep their scores
    float best = Math.max(1, expected.get(0).score);
    assertEquals(
        best * searcher.search(group, 1).scoreDocs[0].score,
        searcher.search(boosted, 1).scoreDocs[0].score,
        1e-3 * best);
  }

  public void testExplain() throws Exception {
    LeafReaderContext leaf = reader.leaves().get(0);
    DoubleValues values = source.getValues(leaf, null);
    assertTrue(values.advanceExact(11));
    Explanation explanation = source.explain(leaf, 11, null);
    assertEquals((float) values.doubleValue(), explanation.getValue().floatValue(), 0);
    assertEquals(query.length, explanation.getDetails().length);
    assertTrue(explanation.toString(), explanation.toString().contains("to document token"));
    Explanation none = source.explain(leaf, 9, null);
    assertFalse(none.isMatch());
    assertEquals("no tokens in field \"tokens\" that fit the query", none.getDescription());
  }

  public void testRescorer() throws Exception {
    IndexSearcher searcher = newSearcher(reader);
    TopDocs all = searcher.search(MatchAllDocsQuery.INSTANCE, DOCUMENTS);
    Rescorer rescorer =
        new DoubleValuesSourceRescorer(source) {
          @Override
          protected float combine(float firstPassScore, boolean valuePresent, double value) {
            return valuePresent ? (float) value : 0;
          }
        };
    TopDocs expected = new MaxSimRescorer(FIELD, query, weights).rescore(searcher, all, 20);
    assertSame(expected, rescorer.rescore(searcher, all, 20));
    int doc = expected.scoreDocs[0].doc;
    Explanation explanation = rescorer.explain(searcher, searcher.explain(all(), doc), doc);
    assertEquals(expected.scoreDocs[0].score, explanation.getValue().floatValue(), 0);
  }

  private static Query all() {
    return MatchAllDocsQuery.INSTANCE;
  }

  /** What a reader hides has no value, and what an update has changed has the new one. */
  public void testReaders() throws Exception {
    LeafReader leaf = reader.leaves().get(0).reader();
    assertEquals(Map.of(), values(new FieldFilterLeafReader(leaf, Set.of(FIELD), true), source));
    IndexReader shown = new FieldFilterLeafReader(leaf, Set.of(FIELD), false);
    assertEquals(values(leaf, source), values(shown, source));
    assertEquals(Map.of(), values(new MultiReader(), source));
    try (IndexWriter writer =
        new IndexWriter(directory, config().setMergePolicy(NoMergePolicy.INSTANCE))) {
      float[][] tokens = tokens(2);
      writer.updateBinaryDocValue(new Term("id", "12"), FIELD, LateInteractionField.encode(tokens));
      writer.commit();
      try (DirectoryReader updated = DirectoryReader.open(writer)) {
        Map<Integer, Float> before = values(reader, source);
        Map<Integer, Float> after = values(updated, source);
        for (ScoreDoc hit : bruteForce(updated, query, weights)) {
          assertEquals(hit.score, after.get(hit.doc), 1e-4 * Math.max(1, hit.score));
        }
        assertNotEquals(before.get(12), after.get(12));
        before.remove(12);
        after.remove(12);
        assertEquals(before, after);
        assertFalse(source.isCacheable(updated.leaves().get(0)));
      }
    }
    assertTrue(source.isCacheable(reader.leaves().get(2)));
    assertFalse(source.needsScores());
  }

  /** A query that does not fit is refused before it scores anything, a missing field is not. */
  public void testOtherFields() throws Exception {
    IndexSearcher searcher = newSearcher(reader);
    assertEquals(Map.of(), values(reader, new MaxSimValuesSource("other", query)));
    DoubleValuesSource wrong = new MaxSimValuesSource(FIELD, new float[1][dimension + 2]);
    IllegalArgumentException e =
        expectThrows(
            IllegalArgumentException.class,
            () -> searcher.search(all(), 5, new Sort(wrong.getSortField(true))));
    assertTrue(e.getMessage(), e.getMessage().contains("must have dimension " + dimension));
    // One document is of this dimension
    DoubleValuesSource odd = new MaxSimValuesSource(FIELD, new float[1][dimension + 1]);
    assertEquals(Set.of(6), values(reader, odd).keySet());
    try (Directory other = newDirectory();
        IndexWriter writer = new IndexWriter(other, newIndexWriterConfig())) {
      Document document = new Document();
      document.add(new NumericDocValuesField(FIELD, 3));
      writer.addDocument(document);
      try (DirectoryReader typed = DirectoryReader.open(writer)) {
        e =
            expectThrows(
                IllegalArgumentException.class,
                () -> source.getValues(typed.leaves().get(0), null));
        assertTrue(e.getMessage(), e.getMessage().contains("got: NUMERIC"));
      }
    }
  }

  public void testEquals() {
    assertEquals(source, new MaxSimValuesSource(FIELD, query, weights));
    assertEquals(source.hashCode(), new MaxSimValuesSource(FIELD, query, weights).hashCode());
    assertNotEquals(source, new MaxSimValuesSource("other", query, weights));
    float[] others = new float[query.length];
    Arrays.fill(others, 3f);
    assertNotEquals(source, new MaxSimValuesSource(FIELD, query, others));
    float[][] changed = Arrays.stream(query).map(float[]::clone).toArray(float[][]::new);
    changed[0][0]++;
    assertNotEquals(source, new MaxSimValuesSource(FIELD, changed, weights));
    assertEquals(
        "MaxSimValuesSource(tokens:2x3)",
        new MaxSimValuesSource(FIELD, new float[2][3]).toString());
    expectThrows(
        IllegalArgumentException.class, () -> new MaxSimValuesSource(FIELD, new float[0][]));
    expectThrows(
        IllegalArgumentException.class,
        () -> new MaxSimValuesSource(FIELD, query, new float[query.length + 1]));
    expectThrows(NullPointerException.class, () -> new MaxSimValuesSource(null, query));
  }
}
