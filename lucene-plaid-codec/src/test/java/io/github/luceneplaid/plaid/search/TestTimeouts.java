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
import io.github.luceneplaid.plaid.search.probe.CellCut;
import io.github.luceneplaid.plaid.search.probe.CellProbe;
import io.github.luceneplaid.plaid.search.request.QueryTables;
import io.github.luceneplaid.plaid.search.request.QueryTokens;
import io.github.luceneplaid.plaid.search.request.SearchRequest;
import io.github.luceneplaid.plaid.search.request.TimeLimit;
import io.github.luceneplaid.plaid.segment.PlaidSegment;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.lucene.codecs.DocValuesFormat;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.NoMergePolicy;
import org.apache.lucene.index.QueryTimeout;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.BoostQuery;
import org.apache.lucene.search.ConstantScoreQuery;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.MatchNoDocsQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.TopDocs;
import org.apache.lucene.store.Directory;
import org.apache.lucene.tests.search.CheckHits;
import org.apache.lucene.tests.search.QueryUtils;
import org.apache.lucene.util.BitSet;
import org.apache.lucene.util.BitSetIterator;
import org.apache.lucene.util.FixedBitSet;

/** Searches whose time runs out: their results, and how soon they notice. */
public class TestTimeouts extends LateInteractionTestCase {

  private PlaidDocValuesFormat format;

  @Override
  public void setUp() throws Exception {
    super.setUp();
    format = PlaidDocValuesFormat.builder().trainingThreshold(60).tokensPerCell(4).build();
  }

  @Override
  protected DocValuesFormat docValuesFormat() {
    return format;
  }

  /** A timeout that runs out after a number of questions, and counts them. */
  private static final class Asked implements QueryTimeout {
    private final AtomicInteger asked = new AtomicInteger();
    private final int limit;

    Asked(int limit) {
      this.limit = limit;
    }

    @Override
    public boolean shouldExit() {
      return asked.incrementAndGet() > limit;
    }

    int times() {
      return asked.get();
    }

    boolean isOver() {
      return asked.get() > limit;
    }
  }

  private static IndexSearcher searcher(DirectoryReader reader, QueryTimeout timeout) {
    IndexSearcher searcher = new IndexSearcher(reader);
    searcher.setTimeout(timeout);
    return searcher;
  }

  /** Five segments, some of them trained, one with nothing but documents without tokens. */
  private void write(Directory directory) throws IOException {
    try (IndexWriter writer =
        new IndexWriter(directory, config().setMergePolicy(NoMergePolicy.INSTANCE))) {
      for (int id = 0; id < 100; id++) {
        float[][] tokens = tokens(random().nextInt(1, 8));
        if (id == 5) {
          tokens[0][0] = 1e6f;
        }
        writer.addDocument(document(id, id % 10 == 9 || id >= 90 ? null : tokens));
        if (id == 40 || id == 50 || id == 52 || id == 89) {
          writer.commit();
        }
      }
      writer.deleteDocuments(new Term("id", "3"));
    }
  }

  private LateInteractionQuery query(float[][] query, int k) {
    Query filter = random().nextBoolean() ? null : new TermQuery(new Term("group", "1"));
    LateInteractionOptions.Builder options = LateInteractionOptions.builder();
    switch (random().nextInt(3)) {
      case 0 -> options.exact();
      case 1 -> options.candidates(k);
      default -> {}
    }
    return new LateInteractionQuery(FIELD, query, k, filter, options.build());
  }

  private static Query within(Query query) {
    return switch (random().nextInt(5)) {
      case 0 -> new BoostQuery(query, 2);
      case 1 -> new ConstantScoreQuery(query);
      case 2 ->
          new BooleanQuery.Builder()
              .add(query, Occur.SHOULD)
              .add(new TermQuery(new Term("group", "1")), Occur.SHOULD)
              .build();
      case 3 ->
          new BooleanQuery.Builder()
              .add(new TermQuery(new Term("group", "1")), Occur.MUST)
              .add(query, Occur.MUST_NOT)
              .build();
      default -> query;
    };
  }

  /** Whenever the search was told that time is out, the searcher says so; never otherwise. */
  public void testSearcherTimesOut() throws Exception {
    try (Directory directory = newDirectory()) {
      write(directory);
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        float[][] query = query();
        for (int round = 0; round < 4; round++) {
          Query maxSim = query(query, random().nextBoolean() ? 5 : 90);
          maxSim = round == 0 ? maxSim : within(maxSim);
          TopDocs complete = new IndexSearcher(reader).search(maxSim, 100);
          boolean over = true;
          for (int limit = 0; over; limit++) {
            Asked asked = new Asked(limit);
            IndexSearcher searcher = searcher(reader, asked);
            TopDocs hits = searcher.search(maxSim, 100);
            over = asked.isOver();
            assertEquals("after " + limit, over, searcher.timedOut());
            if (over == false) {
              assertSame(complete, hits);
            }
            Asked counted = new Asked(limit);
            IndexSearcher counting = searcher(reader, counted);
            int count = counting.count(maxSim);
            assertEquals("after " + limit, counted.isOver(), counting.timedOut());
            assertTrue(counting.timedOut() || count == complete.totalHits.value());
          }
        }
      }
    }
  }

  /** A rewritten query has documents with exact scores. More time gives more of them. */
  public void testBestSoFar() throws Exception {
    try (Directory directory = newDirectory()) {
      write(directory);
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        float[][] query = query();
        List<ScoreDoc> expected = bruteForce(reader, query);
        assertEquals(
            MatchNoDocsQuery.class,
            new LateInteractionQuery("other", query, 3)
                .rewrite(new IndexSearcher(reader))
                .getClass());
        for (int k : new int[] {expected.size(), 5}) {
          LateInteractionOptions options = LateInteractionOptions.builder().candidates(k).build();
          LateInteractionQuery maxSim = new LateInteractionQuery(FIELD, query, k, null, options);
          IndexSearcher unlimited = new IndexSearcher(reader);
          int some = 0;
          int found = 0;
          boolean over = true;
          for (int limit = 0; over; limit++) {
            Asked asked = new Asked(limit);
            Query rewritten = maxSim.rewrite(searcher(reader, asked));
            over = asked.isOver();
            TopDocs hits = unlimited.search(rewritten, 100);
            assertTrue(hits.scoreDocs.length >= found);
            assertScores(expected, hits);
            found = hits.scoreDocs.length;
            some += over && found > 0 ? 1 : 0;
            if (found > 0 && some == 1) {
              CheckHits.checkExplanations(rewritten, FIELD, unlimited, true);
            }
            QueryUtils.checkEqual(rewritten, maxSim.rewrite(searcher(reader, new Asked(limit))));
          }
          assertEquals(k, found);
          assertTrue(some > 0);
        }
      }
    }
  }

  /** A rescorer ignores the timeout and scores all hits. */
  public void testRescorerIsNotTimed() throws Exception {
    try (Directory directory = newDirectory()) {
      write(directory);
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        float[][] query = query();
        TopDocs first =
            new IndexSearcher(reader).search(new TermQuery(new Term("group", "1")), 100);
        MaxSimRescorer rescorer = new MaxSimRescorer(FIELD, query);
        assertSame(
            rescorer.rescore(new IndexSearcher(reader), first, 100),
            rescorer.rescore(searcher(reader, () -> true), first, 100));
      }
    }
  }

  /** Multiplications that take some 10 ms without the Vector API. */
  private static final double PIECE = 1 << 24;

  private static SearchRequest request(float[][] query, QueryTimeout timeout) {
    return new SearchRequest(
        FIELD, QueryTokens.of(query), 5, LateInteractionOptions.DEFAULT.settings(), timeout);
  }

  private static void assertAsked(double work, int asked) {
    assertTrue(asked + " times for " + work / PIECE + " pieces", asked >= Math.floor(work / PIECE));
  }

  /** A query is rotated and rounded in pieces. If time runs out before the end, it is unusable. */
  public void testPreparation() {
    float[][] query = new float[1024][1024];
    for (int q = 0; q < query.length; q++) {
      Arrays.fill(query[q], (q % 7 + 1) / 256f);
    }
    Asked asked = new Asked(Integer.MAX_VALUE);
    QueryTables tables = request(query, asked).tables();
    assertTrue(tables.areUsable());
    int times = asked.times();
    assertTrue(times + " times", times >= 4);
    tables.codes(2);
    assertTrue(asked.times() >= times + 2);
    assertFalse(request(query, new Asked(0)).tables().areUsable());
    assertFalse(request(query, new Asked(1)).tables().areUsable());
  }

  /** The query is compared with regions, cells and codes in pieces. */
  public void testLongQuery() throws Exception {
    dimension = 64;
    format = PlaidDocValuesFormat.builder().trainingThreshold(1).build();
    try (Directory directory = newDirectory()) {
      try (IndexWriter writer = new IndexWriter(directory, config())) {
        for (int id = 0; id < 120; id++) {
          writer.addDocument(document(id, tokens(id == 100 ? 1500 : 40)));
        }
        writer.forceMerge(1);
      }
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        // Merges may have changed the order of documents
        Query longest = new TermQuery(new Term("id", "100"));
        int doc = new IndexSearcher(reader).search(longest, 1).scoreDocs[0].doc;
        int count = 4096;
        Asked asked = new Asked(Integer.MAX_VALUE);
        SearchRequest request = request(tokens(count), asked);
        double perToken = (double) count * dimension;
        int before = asked.times();
        CodedSegmentSearch search =
            (CodedSegmentSearch) SegmentSearch.of(reader.leaves().get(0), request);
        PlaidSegment segment = search.segment;
        request.tables().centroidProducts(segment, false);
        int regions = segment.cellTable().regions();
        assertAsked(regions * perToken, asked.times() - before);

        before = asked.times();
        CellProbe probe = search.probe(request.tables().block(0, count), 120, 1);
        assertTrue(asked.times() > before);
        CellProbe all = new CellProbe(segment, request.tables().cells(), 0, count, request.time());
        before = asked.times();
        all.scoreAll();
        assertAsked(segment.cellTable().cells() * perToken, asked.times() - before);

        before = asked.times();
        CellCut cut = new CellCut(List.of(all), count, 100, request.time());
        long cells = segment.cellTable().cells();
        assertTrue(asked.times() - before >= cells * count / TimeLimit.ELEMENTS - 1);

        before = asked.times();
        int[] docs = new int[50];
        int found =
            search.collect(
                search.walk(
                    request.tables().block(0, count), probe, cut, null, 0, search.documents()),
                50,
                null,
                docs,
                new float[50]);
        assertEquals(50, found);
        assertTrue(asked.times() - before >= count);

        before = asked.times();
        search.quickScore(doc);
        assertAsked(1500 * perToken, asked.times() - before);
        before = asked.times();
        search.exactScore(doc, null, null);
        // Tiles that cannot have the best token are left out
        assertTrue(asked.times() > before);
        ExactSegmentSearch exact = new ExactSegmentSearch(reader.leaves().get(0).reader(), request);
        before = asked.times();
        exact.exactScore(doc, null, null);
        assertAsked(1500 * perToken, asked.times() - before);
      }
    }
  }

  /** So are the tokens of a long document that are stored as floats. */
  public void testLongDocument() throws Exception {
    dimension = 32;
    format = PlaidDocValuesFormat.builder().trainingThreshold(1 << 20).build();
    try (Directory directory = newDirectory()) {
      try (IndexWriter writer = new IndexWriter(directory, config())) {
        writer.addDocument(document(0, tokens(3000)));
      }
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        Asked asked = new Asked(Integer.MAX_VALUE);
        float[][] query = tokens(2048);
        SegmentSearch search = SegmentSearch.of(reader.leaves().get(0), request(query, asked));
        int before = asked.times();
        float score = search.exactScore(0, null, null);
        assertAsked(3000.0 * 2048 * dimension, asked.times() - before);
        List<ScoreDoc> expected = bruteForce(reader, query);
        assertEquals(expected.get(0).score, score, 1e-4 * score);
        // An incomplete score does not count
        SearchRequest expired = request(query, new Asked(asked.times() - 5));
        assertTrue(
            Float.isNaN(
                SegmentSearch.of(reader.leaves().get(0), expired).exactScore(0, null, null)));
      }
    }
  }

  /** Segments, and documents that are only passed. */
  public void testManyDocuments() throws Exception {
    Asked asked = new Asked(Integer.MAX_VALUE);
    TimeLimit time = new TimeLimit(asked);
    int maxDoc = 20 * TimeLimit.DOCUMENTS;
    int some = random().nextInt(1, 4);
    BitSet all = BitSet.of(every(maxDoc, some), maxDoc);
    assertEquals(all.cardinality(), count(new TimedIterator(every(maxDoc, some), time)));
    assertTrue(asked.times() >= 20 / some - 1);
    int before = asked.times();
    BitSet timed = BitSet.of(new TimedIterator(every(maxDoc, some), time), maxDoc);
    assertEquals(all.cardinality(), timed.cardinality());
    for (int doc = 0; doc < maxDoc; doc++) {
      assertEquals(all.get(doc), timed.get(doc));
    }
    assertTrue(asked.times() - before >= 19);
    TimeLimit soon = new TimeLimit(new Asked(3));
    BitSet part = BitSet.of(new TimedIterator(every(maxDoc, some), soon), maxDoc);
    assertTrue(part.cardinality() > 0 && part.cardinality() < 5 * TimeLimit.DOCUMENTS);
    assertTrue(soon.wasOver());
  }

  private static DocIdSetIterator every(int maxDoc, int nth) {
    FixedBitSet bits = new FixedBitSet(maxDoc);
    for (int doc = 0; doc < maxDoc; doc += nth) {
      bits.set(doc);
    }
    return new BitSetIterator(bits, bits.cardinality());
  }

  private static int count(DocIdSetIterator documents) throws IOException {
    List<Integer> seen = new ArrayList<>();
    while (documents.nextDoc() != DocIdSetIterator.NO_MORE_DOCS) {
      assertEquals(documents.docID(), documents.docID());
      seen.add(documents.docID());
    }
    return seen.size();
  }

  /** Once time was out, it stays out, whatever the timeout says later. */
  public void testTimeStaysOut() {
    AtomicInteger asked = new AtomicInteger();
    TimeLimit time = new TimeLimit(() -> asked.incrementAndGet() == 2);
    assertFalse(time.isOver());
    assertFalse(time.wasOver());
    assertTrue(time.isOver());
    assertTrue(time.isOver());
    assertTrue(time.wasOver());
    assertFalse(TimeLimit.NONE.isOver());
  }
}
