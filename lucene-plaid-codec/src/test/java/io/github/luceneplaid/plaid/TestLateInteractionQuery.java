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
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.lucene.codecs.DocValuesFormat;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.LateInteractionField;
import org.apache.lucene.document.NumericDocValuesField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.ExitableDirectoryReader;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.MultiReader;
import org.apache.lucene.index.NoMergePolicy;
import org.apache.lucene.index.ParallelLeafReader;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.BoostQuery;
import org.apache.lucene.search.ConstantScoreQuery;
import org.apache.lucene.search.DisjunctionMaxQuery;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.Explanation;
import org.apache.lucene.search.FieldExistsQuery;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.LRUQueryCache;
import org.apache.lucene.search.MatchAllDocsQuery;
import org.apache.lucene.search.MatchNoDocsQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.QueryCachingPolicy;
import org.apache.lucene.search.QueryVisitor;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.ScoreMode;
import org.apache.lucene.search.Scorer;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.TopDocs;
import org.apache.lucene.search.Weight;
import org.apache.lucene.store.Directory;
import org.apache.lucene.tests.index.AssertingDirectoryReader;
import org.apache.lucene.tests.index.FieldFilterLeafReader;
import org.apache.lucene.tests.index.RandomIndexWriter;
import org.apache.lucene.tests.search.CheckHits;
import org.apache.lucene.tests.search.QueryUtils;

/** The query among other queries and readers, and what it refuses. */
public class TestLateInteractionQuery extends LateInteractionTestCase {

  private static final int DOCUMENTS = 60;

  private Directory directory;
  private DirectoryReader reader;
  private float[][] query;

  /** Three segments, one of them trained and with a document that is kept as it came in. */
  @Override
  public void setUp() throws Exception {
    super.setUp();
    directory = newDirectory();
    try (IndexWriter writer =
        new IndexWriter(directory, config().setMergePolicy(NoMergePolicy.INSTANCE))) {
      for (int id = 0; id < DOCUMENTS; id++) {
        float[][] tokens = tokens(random().nextInt(1, 8));
        if (id == 5) {
          Arrays.fill(tokens[0], 0f);
        }
        writer.addDocument(document(id, id % 10 == 9 ? null : tokens));
        if (id == 40 || id == 50) {
          writer.commit();
        }
      }
      writer.deleteDocuments(new Term("id", "3"));
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

  @Override
  protected DocValuesFormat docValuesFormat() {
    return PlaidDocValuesFormat.builder().trainingThreshold(60).tokensPerCell(4).build();
  }

  private LateInteractionQuery query(int k) {
    return new LateInteractionQuery(FIELD, query, k);
  }

  private LateInteractionQuery approximate(int k) {
    LateInteractionOptions options = LateInteractionOptions.builder().candidates(k).build();
    return new LateInteractionQuery(FIELD, query, k, null, options);
  }

  /** Wrappers that Lucene and applications put around segments. */
  public void testWrappedReaders() throws Exception {
    List<ScoreDoc> expected = bruteForce(reader, query);
    IndexSearcher plain = new IndexSearcher(reader);
    List<DirectoryReader> wrapped =
        List.of(
            new ExitableDirectoryReader(reader, () -> false), new AssertingDirectoryReader(reader));
    for (IndexReader wrapper : wrapped) {
      IndexSearcher searcher = new IndexSearcher(wrapper);
      assertBest(expected, 20, searcher.search(exactQuery(query, 20, null, DOCUMENTS), 20));
      assertSame(plain.search(approximate(10), 10), searcher.search(approximate(10), 10));
      CheckHits.checkExplanations(approximate(10), FIELD, searcher, true);
    }
    try (IndexReader parallel = parallel()) {
      IndexSearcher searcher = newSearcher(parallel);
      assertBest(expected, 20, searcher.search(exactQuery(query, 20, null, DOCUMENTS), 20));
    }
  }

  private IndexReader parallel() throws IOException {
    LeafReader[] leaves = new LeafReader[reader.leaves().size()];
    for (LeafReaderContext leaf : reader.leaves()) {
      leaf.reader().incRef();
      leaves[leaf.ord] = new ParallelLeafReader(leaf.reader());
    }
    return new MultiReader(leaves);
  }

  /** A field that a wrapper hides is not searched behind its back. */
  public void testHiddenField() throws Exception {
    LeafReader leaf = reader.leaves().get(0).reader();
    IndexSearcher hidden = new IndexSearcher(new FieldFilterLeafReader(leaf, Set.of(FIELD), true));
    assertEquals(0, hidden.search(query(5), 5).scoreDocs.length);
    assertEquals(List.of(), query(5).matches(hidden, 0));
    assertEquals(0, query(5).similarities(hidden, 0)[0].length);
    IndexSearcher shown = new IndexSearcher(new FieldFilterLeafReader(leaf, Set.of(FIELD), false));
    assertEquals(5, shown.search(query(5), 5).scoreDocs.length);
  }

  public void testEmptyIndex() throws Exception {
    assertEquals(
        MatchNoDocsQuery.class, query(5).rewrite(new IndexSearcher(new MultiReader())).getClass());
    try (Directory empty = newDirectory();
        IndexWriter writer = new IndexWriter(empty, newIndexWriterConfig())) {
      try (DirectoryReader none = DirectoryReader.open(writer)) {
        assertEquals(0, newSearcher(none).count(query(5)));
      }
      writer.addDocument(document(0, tokens(1)));
      try (DirectoryReader one = DirectoryReader.open(writer)) {
        assertEquals(1, newSearcher(one).count(query(5)));
      }
    }
  }

  public void testAllDeleted() throws Exception {
    try (IndexWriter writer =
        new IndexWriter(directory, config().setMergePolicy(NoMergePolicy.INSTANCE))) {
      writer.deleteDocuments(new FieldExistsQuery(FIELD));
      try (DirectoryReader rest = DirectoryReader.open(writer)) {
        assertEquals(6, rest.numDocs());
        assertEquals(0, newSearcher(rest).count(query(5)));
        assertEquals(0, newSearcher(rest).count(approximate(5)));
      }
    }
  }

  public void testMoreHitsThanDocuments() throws Exception {
    IndexSearcher searcher = newSearcher(reader);
    int expected = bruteForce(reader, query).size();
    assertEquals(expected, searcher.count(query(Integer.MAX_VALUE)));
    LateInteractionOptions all =
        LateInteractionOptions.builder().candidates(Integer.MAX_VALUE).build();
    assertEquals(
        expected,
        searcher.count(new LateInteractionQuery(FIELD, query, Integer.MAX_VALUE, null, all)));
  }

  public void testCount() throws Exception {
    IndexSearcher searcher = new IndexSearcher(reader);
    assertEquals(10, searcher.count(query(10)));
    Query rewritten = searcher.rewrite(query(10));
    Weight weight = searcher.createWeight(rewritten, ScoreMode.COMPLETE_NO_SCORES, 1f);
    int count = 0;
    for (LeafReaderContext leaf : reader.leaves()) {
      Scorer scorer = weight.scorer(leaf);
      assertEquals(scorer == null ? 0 : scorer.iterator().cost(), weight.count(leaf));
      count += weight.count(leaf);
    }
    assertEquals(10, count);
  }

  public void testBoost() throws Exception {
    IndexSearcher searcher = newSearcher(reader);
    TopDocs hits = searcher.search(query(10), 10);
    Query boosted = new BoostQuery(query(10), 2.5f);
    TopDocs boostedHits = searcher.search(boosted, 10);
    for (int i = 0; i < 10; i++) {
      assertEquals(hits.scoreDocs[i].doc, boostedHits.scoreDocs[i].doc);
      assertEquals(hits.scoreDocs[i].score * 2.5f, boostedHits.scoreDocs[i].score, 0);
    }
    CheckHits.checkExplanations(boosted, FIELD, searcher, true);
    CheckHits.checkTopScores(random(), boosted, searcher);
    TopDocs constant = searcher.search(new ConstantScoreQuery(query(10)), 20);
    assertEquals(10, constant.scoreDocs.length);
    assertEquals(1f, constant.scoreDocs[0].score, 0);
  }

  public void testInBooleanQueries() throws Exception {
    IndexSearcher searcher = newSearcher(reader);
    Set<Integer> group = docs(searcher.search(new TermQuery(new Term("group", "1")), 100));
    TopDocs hits = searcher.search(query(30), 30);

    Query filtering =
        new BooleanQuery.Builder()
            .add(new TermQuery(new Term("group", "1")), Occur.MUST)
            .add(query(30), Occur.FILTER)
            .build();
    Set<Integer> both = docs(hits);
    both.retainAll(group);
    assertEquals(both, docs(searcher.search(filtering, 100)));

    Query must =
        new BooleanQuery.Builder()
            .add(new TermQuery(new Term("group", "1")), Occur.FILTER)
            .add(query(30), Occur.MUST)
            .build();
    TopDocs mustHits = searcher.search(must, 100);
    assertEquals(both, docs(mustHits));
    List<ScoreDoc> rest =
        Arrays.stream(hits.scoreDocs).filter(hit -> group.contains(hit.doc)).toList();
    for (int i = 0; i < rest.size(); i++) {
      assertEquals(rest.get(i).doc, mustHits.scoreDocs[i].doc);
      assertEquals(rest.get(i).score, mustHits.scoreDocs[i].score, 0);
    }

    Query mustNot =
        new BooleanQuery.Builder()
            .add(MatchAllDocsQuery.INSTANCE, Occur.MUST)
            .add(query(30), Occur.MUST_NOT)
            .build();
    assertEquals(reader.numDocs() - 30, searcher.count(mustNot));
  }

  private static Set<Integer> docs(TopDocs hits) {
    Set<Integer> docs = new HashSet<>();
    for (ScoreDoc hit : hits.scoreDocs) {
      docs.add(hit.doc);
    }
    return docs;
  }

  /** Maximum scores let Lucene skip documents: it must not skip any that belongs to the top. */
  public void testMaxScores() throws Exception {
    IndexSearcher searcher = newSearcher(reader);
    for (int i = 0; i < 5; i++) {
      float[][] other = query();
      Query disjunction =
          new BooleanQuery.Builder()
              .add(new BoostQuery(query(20), random().nextFloat(0.1f, 4)), Occur.SHOULD)
              .add(new LateInteractionQuery(FIELD, other, 20), Occur.SHOULD)
              .add(new TermQuery(new Term("group", "2")), Occur.SHOULD)
              .build();
      CheckHits.checkTopScores(random(), disjunction, searcher);
      CheckHits.checkExplanations(disjunction, FIELD, searcher);
      Query conjunction =
          new BooleanQuery.Builder()
              .add(query(40), Occur.MUST)
              .add(new LateInteractionQuery(FIELD, other, 40), Occur.MUST)
              .build();
      CheckHits.checkTopScores(random(), conjunction, searcher);
      Query either =
          new DisjunctionMaxQuery(
              List.of(query(20), new LateInteractionQuery(FIELD, other, 20)), 0.1f);
      CheckHits.checkTopScores(random(), either, searcher);
    }
  }

  /** Each leaf knows the greatest score of what is left, not of what others have. */
  public void testMaxScoreOfLeaf() throws Exception {
    IndexSearcher searcher = new IndexSearcher(reader);
    Query rewritten = searcher.rewrite(query(30));
    Weight weight = searcher.createWeight(rewritten, ScoreMode.TOP_SCORES, 3f);
    for (LeafReaderContext leaf : reader.leaves()) {
      Scorer scorer = weight.scorer(leaf);
      if (scorer == null) {
        continue; // a leaf without hits
      }
      float max = scorer.getMaxScore(Integer.MAX_VALUE);
      float seen = 0;
      while (scorer.iterator().nextDoc() != DocIdSetIterator.NO_MORE_DOCS) {
        seen = Math.max(seen, scorer.score());
      }
      assertEquals(seen, max, 0);
    }
  }

  /** An advance far behind the last document ends the iteration, wherever the leaf starts. */
  public void testAdvanceFarBehind() throws Exception {
    IndexSearcher searcher = new IndexSearcher(reader);
    Weight weight =
        searcher.createWeight(searcher.rewrite(query(50)), ScoreMode.COMPLETE_NO_SCORES, 1f);
    for (LeafReaderContext leaf : reader.leaves()) {
      Scorer scorer = weight.scorer(leaf);
      if (scorer == null) {
        // None of the hits is in this segment
        continue;
      }
      assertEquals(Integer.MAX_VALUE, scorer.iterator().advance(Integer.MAX_VALUE - 1));
      assertEquals(Integer.MAX_VALUE, scorer.docID());
    }
  }

  /** What is found for one reader says nothing about another, even of the same index. */
  public void testOtherReader() throws Exception {
    IndexSearcher searcher = new IndexSearcher(reader);
    Query rewritten = searcher.rewrite(query(5));
    QueryUtils.checkEqual(rewritten, searcher.rewrite(query(5)));
    try (DirectoryReader again = DirectoryReader.open(directory)) {
      IndexSearcher other = new IndexSearcher(again);
      expectThrows(
          IllegalStateException.class, () -> other.createWeight(rewritten, ScoreMode.COMPLETE, 1f));
      QueryUtils.checkUnequal(rewritten, other.rewrite(query(5)));
    }
    QueryUtils.checkUnequal(rewritten, searcher.rewrite(query(6)));
  }

  public void testCaching() throws Exception {
    IndexSearcher searcher = new IndexSearcher(reader);
    LRUQueryCache cache = new LRUQueryCache(10, 1 << 20, context -> true, Float.POSITIVE_INFINITY);
    searcher.setQueryCache(cache);
    searcher.setQueryCachingPolicy(
        new QueryCachingPolicy() {
          @Override
          public void onUse(Query query) {}

          @Override
          public boolean shouldCache(Query query) {
            return true;
          }
        });
    Query constant = new ConstantScoreQuery(query(10));
    Set<Integer> docs = docs(searcher.search(constant, 20));
    assertEquals(10, docs.size());
    long before = cache.getHitCount();
    assertEquals(docs, docs(searcher.search(constant, 20)));
    assertTrue(cache.getHitCount() > before);
    float[][] other = query();
    assertEquals(
        docs(new IndexSearcher(reader).search(new LateInteractionQuery(FIELD, other, 10), 10)),
        docs(
            searcher.search(
                new ConstantScoreQuery(new LateInteractionQuery(FIELD, other, 10)), 20)));
  }

  public void testExplain() throws Exception {
    IndexSearcher searcher = new IndexSearcher(reader);
    TopDocs hits = searcher.search(query(1), 1);
    Explanation explanation = searcher.explain(query(1), hits.scoreDocs[0].doc);
    assertTrue(explanation.isMatch());
    assertEquals(hits.scoreDocs[0].score, explanation.getValue().floatValue(), 0);
    assertEquals(query.length, explanation.getDetails().length);
    List<TokenMatch> matches = query(1).matches(searcher, hits.scoreDocs[0].doc);
    for (int q = 0; q < query.length; q++) {
      String description = explanation.getDetails()[q].getDescription();
      assertTrue(description, description.contains("query token " + q));
      assertTrue(
          description, description.contains("document token " + matches.get(q).documentToken()));
    }
    for (int doc = 0; doc < DOCUMENTS; doc++) {
      if (doc != hits.scoreDocs[0].doc) {
        assertFalse(searcher.explain(query(1), doc).isMatch());
      }
    }
  }

  public void testVisitor() {
    Set<String> leaves = new HashSet<>();
    Set<Term> terms = new HashSet<>();
    QueryVisitor visitor =
        new QueryVisitor() {
          @Override
          public void visitLeaf(Query query) {
            leaves.add(query.getClass().getSimpleName());
          }

          @Override
          public void consumeTerms(Query query, Term... found) {
            terms.addAll(List.of(found));
          }

          @Override
          public boolean acceptField(String field) {
            return field.equals("group");
          }
        };
    Term term = new Term("group", "1");
    new LateInteractionQuery(FIELD, query, 1, new TermQuery(term)).visit(visitor);
    assertEquals(Set.of(), leaves);
    assertEquals(Set.of(term), terms);
    query(1)
        .visit(
            new QueryVisitor() {
              @Override
              public void visitLeaf(Query query) {
                leaves.add(query.getClass().getSimpleName());
              }
            });
    assertEquals(Set.of("LateInteractionQuery"), leaves);
  }

  public void testEquals() {
    Query filter = new TermQuery(new Term("group", "1"));
    LateInteractionOptions options = LateInteractionOptions.builder().cells(3).build();
    LateInteractionQuery one = new LateInteractionQuery(FIELD, query, 5, filter, options);
    float[][] copy = Arrays.stream(query).map(float[]::clone).toArray(float[][]::new);
    LateInteractionOptions same = LateInteractionOptions.builder().cells(3).build();
    Query sameFilter = new TermQuery(new Term("group", "1"));
    QueryUtils.checkEqual(one, new LateInteractionQuery(FIELD, copy, 5, sameFilter, same));
    QueryUtils.checkUnequal(one, new LateInteractionQuery("other", query, 5, filter, options));
    QueryUtils.checkUnequal(one, new LateInteractionQuery(FIELD, query, 6, filter, options));
    QueryUtils.checkUnequal(one, new LateInteractionQuery(FIELD, query, 5, null, options));
    QueryUtils.checkUnequal(one, new LateInteractionQuery(FIELD, query, 5, filter));
    copy[0][0] += 1;
    QueryUtils.checkUnequal(one, new LateInteractionQuery(FIELD, copy, 5, filter, options));
  }

  /** One row of four is not four rows of one. */
  public void testShapesAreUnequal() {
    QueryUtils.checkUnequal(
        new LateInteractionQuery(FIELD, new float[][] {{1, 2, 3, 4}}, 5),
        new LateInteractionQuery(FIELD, new float[][] {{1}, {2}, {3}, {4}}, 5));
  }

  /** Getters return what was given; tokens are copies both ways. */
  public void testGetters() {
    Query filter = new TermQuery(new Term("group", "1"));
    LateInteractionOptions options = LateInteractionOptions.builder().cells(3).build();
    LateInteractionQuery one = new LateInteractionQuery(FIELD, query, 5, filter, options);
    assertEquals(FIELD, one.getField());
    assertEquals(5, one.getK());
    assertSame(filter, one.getFilter());
    assertSame(options, one.getOptions());
    float[][] tokens = one.getQueryTokens();
    assertArrayEquals(query, tokens);
    tokens[0][0]++;
    tokens[query.length - 1] = null;
    assertArrayEquals(query, one.getQueryTokens());
    assertNull(query(5).getFilter());
    assertSame(LateInteractionOptions.DEFAULT, query(5).getOptions());
  }

  /** The caller may reuse the arrays. */
  public void testQueryIsCopied() throws Exception {
    IndexSearcher searcher = newSearcher(reader);
    LateInteractionQuery maxSim = query(10);
    int hash = maxSim.hashCode();
    TopDocs hits = searcher.search(maxSim, 10);
    for (float[] token : query) {
      Arrays.fill(token, -1f);
    }
    assertEquals(hash, maxSim.hashCode());
    assertSame(hits, searcher.search(maxSim, 10));
  }

  public void testToString() {
    Query filter = new TermQuery(new Term("group", "1"));
    float[][] tokens = tokens(200);
    String text =
        new LateInteractionQuery(
                FIELD, tokens, 5, filter, LateInteractionOptions.builder().exact().build())
            .toString();
    assertEquals(
        "LateInteractionQuery(tokens:200x" + dimension + ",k=5,filter=group:1,exact)", text);
    assertEquals(
        "LateInteractionQuery(200x" + dimension + ",k=7)",
        new LateInteractionQuery(FIELD, tokens, 7).toString(FIELD));
  }

  public void testBadQueries() {
    refuse("null", null, 1);
    refuse("none", new float[0][], 1);
    refuse("query token 0 must have at least one component, got: none", new float[][] {{}}, 1);
    refuse("query token 0 must have at least one component, got: null", new float[][] {null}, 1);
    String dimension = "query token 1 must have the dimension of the first, 2, got: ";
    refuse(dimension + "1", new float[][] {{1, 2}, {3}}, 1);
    refuse(dimension + "null", new float[][] {{1, 2}, null}, 1);
    refuse(
        "component 1 of query token 0 must be finite, got: NaN", new float[][] {{1, Float.NaN}}, 1);
    refuse("got: -Infinity", new float[][] {{1, 2}, {Float.NEGATIVE_INFINITY, 0}}, 1);
    refuse("8192", new float[8193][1], 1);
    refuse("k must be at least 1, got: 0", new float[][] {{1}}, 0);
    refuse("got: -7", new float[][] {{1}}, -7);
    expectThrows(
        NullPointerException.class, () -> new LateInteractionQuery(null, new float[][] {{1}}, 1));
  }

  private static void refuse(String message, float[][] query, int k) {
    IllegalArgumentException e =
        expectThrows(
            IllegalArgumentException.class, () -> new LateInteractionQuery(FIELD, query, k));
    assertTrue(e.getMessage(), e.getMessage().contains(message));
  }

  public void testMostQueryTokens() throws Exception {
    query = tokens(8192);
    assertBest(bruteForce(reader, query), 3, newSearcher(reader).search(query(3), 3));
  }

  public void testFieldOfAnotherType() throws Exception {
    try (Directory other = newDirectory();
        RandomIndexWriter writer = new RandomIndexWriter(random(), other)) {
      Document document = new Document();
      document.add(new NumericDocValuesField("number", 3));
      writer.addDocument(document);
      try (DirectoryReader typed = writer.getReader()) {
        IndexSearcher searcher = newSearcher(typed);
        IllegalArgumentException number =
            expectThrows(
                IllegalArgumentException.class,
                () -> searcher.search(new LateInteractionQuery("number", query, 5), 5));
        assertTrue(number.getMessage(), number.getMessage().contains("field \"number\" must have"));
        assertTrue(number.getMessage(), number.getMessage().contains("got: NUMERIC"));
      }
    }
  }

  public void testWrongDimension() throws Exception {
    IndexSearcher searcher = newSearcher(reader);
    Query wrong = new LateInteractionQuery(FIELD, new float[3][dimension + 1], 5);
    IllegalArgumentException e =
        expectThrows(IllegalArgumentException.class, () -> searcher.search(wrong, 5));
    assertTrue(e.getMessage(), e.getMessage().contains("got: " + (dimension + 1)));
    assertTrue(e.getMessage(), e.getMessage().contains("must have dimension " + dimension));
    assertTrue(e.getMessage(), e.getMessage().contains("\"" + FIELD + "\""));
  }

  /** Documents of another dimension are not found, and do not keep others from being found. */
  public void testOtherDimensions() throws Exception {
    try (Directory mixed = newDirectory();
        RandomIndexWriter writer = new RandomIndexWriter(random(), mixed, config())) {
      Document longer = new Document();
      longer.add(new LateInteractionField(FIELD, new float[][] {new float[dimension + 2]}));
      writer.addDocument(longer);
      writer.addDocument(document(1, tokens(3)));
      writer.addDocument(longer);
      try (DirectoryReader both = writer.getReader()) {
        IndexSearcher searcher = newSearcher(both);
        assertEquals(1, searcher.count(query(5)));
        assertEquals(
            2,
            searcher.count(
                new LateInteractionQuery(FIELD, new float[][] {new float[dimension + 2]}, 5)));
      }
    }
  }

  public void testMatchesOfWrongDocument() throws Exception {
    IndexSearcher searcher = newSearcher(reader);
    for (int doc : new int[] {-1, DOCUMENTS}) {
      IllegalArgumentException e =
          expectThrows(IllegalArgumentException.class, () -> query(5).matches(searcher, doc));
      assertTrue(e.getMessage(), e.getMessage().contains("got: " + doc));
      e = expectThrows(IllegalArgumentException.class, () -> query(5).similarities(searcher, doc));
      assertTrue(e.getMessage(), e.getMessage().contains("got: " + doc));
    }
  }
}
