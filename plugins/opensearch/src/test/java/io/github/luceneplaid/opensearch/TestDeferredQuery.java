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

package io.github.luceneplaid.opensearch;

import io.github.luceneplaid.engine.LateInteractionRequest;
import io.github.luceneplaid.fsvi.ExactKnnQuery;
import io.github.luceneplaid.fsvi.internal.HitsQuery;
import io.github.luceneplaid.fsvi.internal.PartialHitsQuery;
import io.github.luceneplaid.plaid.LateInteractionQuery;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.document.LateInteractionField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.Term;
import org.apache.lucene.queries.function.FunctionScoreQuery;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.MatchNoDocsQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreMode;
import org.apache.lucene.search.Scorer;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.Weight;
import org.apache.lucene.store.Directory;
import org.apache.lucene.tests.search.QueryUtils;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.opensearch.common.settings.ClusterSettings;
import org.opensearch.common.settings.Settings;
import org.opensearch.core.common.breaker.CircuitBreaker;
import org.opensearch.core.common.breaker.CircuitBreakingException;
import org.opensearch.core.tasks.TaskCancelledException;
import org.opensearch.indices.breaker.HierarchyCircuitBreakerService;
import org.opensearch.search.fetch.subphase.FetchDocValuesContext;
import org.opensearch.search.fetch.subphase.FetchFieldsContext;
import org.opensearch.search.internal.ContextIndexSearcher;
import org.opensearch.search.internal.FilteredSearchContext;
import org.opensearch.search.internal.SearchContext;
import org.opensearch.search.profile.query.QueryProfiler;
import org.opensearch.search.query.QueryPhase;

public class TestDeferredQuery extends LuceneTestCase {

  private Directory directory;
  private DirectoryReader reader;

  @Override
  public void setUp() throws Exception {
    super.setUp();
    directory = newDirectory();
    try (IndexWriter writer = new IndexWriter(directory, new IndexWriterConfig())) {
      for (int i = 0; i < 10; i++) {
        Document document = new Document();
        document.add(new LateInteractionField("tokens", new float[][] {{i, 1}}));
        document.add(new KnnFloatVectorField("v", new float[] {i, 1}));
        document.add(new StringField("parity", i % 2 == 0 ? "even" : "odd", Field.Store.NO));
        writer.addDocument(document);
      }
    }
    reader = DirectoryReader.open(directory);
  }

  @Override
  public void tearDown() throws Exception {
    reader.close();
    directory.close();
    super.tearDown();
  }

  private static Query query() {
    Query filter = random().nextBoolean() ? null : new TermQuery(new Term("parity", "odd"));
    return new LateInteractionQuery("tokens", new float[][] {{1, 0}, {0, 1}}, 3, filter);
  }

  private static DeferredQuery deferred(Query query) {
    return new DeferredQuery(query, new BreakerLimit(null));
  }

  private ContextIndexSearcher searcher(boolean exitable) throws IOException {
    return new ContextIndexSearcher(
        reader,
        IndexSearcher.getDefaultSimilarity(),
        IndexSearcher.getDefaultQueryCache(),
        IndexSearcher.getDefaultQueryCachingPolicy(),
        exitable,
        null,
        null);
  }

  public void testSameHits() throws IOException {
    Query query = query();
    IndexSearcher searcher = newSearcher(reader);
    QueryUtils.checkEqual(deferred(query), deferred(query));
    QueryUtils.check(random(), deferred(query), searcher);
    assertEquals(query.toString("tokens"), deferred(query).toString("tokens"));
    var expected = searcher.search(query, 10);
    var found = searcher.search(deferred(query), 10);
    assertEquals(3, found.scoreDocs.length);
    for (int i = 0; i < 3; i++) {
      assertEquals(expected.scoreDocs[i].doc, found.scoreDocs[i].doc);
      assertEquals(expected.scoreDocs[i].score, found.scoreDocs[i].score, 0);
    }
  }

  /** Nothing is done while the query of a request is rewritten. */
  public void testDeferred() throws IOException {
    ContextIndexSearcher searcher = searcher(random().nextBoolean());
    AtomicInteger asked = new AtomicInteger();
    searcher.addQueryCancellation(asked::incrementAndGet);
    Query query = deferred(query());
    assertSame(query, searcher.rewrite(query));
    assertEquals(0, asked.get());
    searcher.createWeight(query, ScoreMode.COMPLETE, 1);
    assertTrue(asked.get() > 0);
  }

  /** Checks that the search or OpenSearch noticed that time was out. */
  private static void assertIncomplete(Weight weight) {
    Query query = weight.getQuery();
    String found = query.getClass().getName();
    assertTrue(found, query instanceof PartialHitsQuery || query instanceof MatchNoDocsQuery);
  }

  /** A timeout does not make the request fail. */
  public void testTimeExceeded() throws IOException {
    for (boolean exitable : new boolean[] {false, true}) {
      ContextIndexSearcher searcher = searcher(exitable);
      searcher.addQueryCancellation(
          () -> {
            throw new QueryPhase.TimeExceededException();
          });
      Weight weight = searcher.createWeight(deferred(query()), ScoreMode.COMPLETE, 1);
      assertIncomplete(weight);
    }
  }

  /** A cancelled request ends at once, at a place that the searcher decides. */
  public void testCancelled() throws IOException {
    ContextIndexSearcher searcher = searcher(true);
    AtomicInteger asked = new AtomicInteger();
    searcher.addQueryCancellation(
        () -> {
          asked.incrementAndGet();
          throw new TaskCancelledException("enough");
        });
    try {
      Weight weight = searcher.createWeight(deferred(query()), ScoreMode.COMPLETE, 1);
      assertIncomplete(weight);
    } catch (TaskCancelledException e) {
      assertEquals("enough", e.getMessage());
    }
    assertTrue(asked.get() > 0);
  }

  private static CircuitBreaker breaker() {
    Settings settings = Settings.builder().put("indices.breaker.request.limit", "8mb").build();
    return new HierarchyCircuitBreakerService(
            settings,
            List.of(),
            new ClusterSettings(settings, ClusterSettings.BUILT_IN_CLUSTER_SETTINGS))
        .getBreaker(CircuitBreaker.REQUEST);
  }

  private static Query exact() {
    return new LateInteractionRequest(null, null, null, null, true)
        .toQuery("tokens", new float[][] {{1, 0}}, null);
  }

  /**
   * A search takes memory from the breaker before it starts, and gives it back in any case. So do
   * exact scores if the request is not known.
   */
  public void testMemory() throws IOException {
    CircuitBreaker breaker = breaker();
    for (Query query : List.of(query(), new ExactKnnQuery("v", new float[] {1, 0}, 5), exact())) {
      ContextIndexSearcher searcher = searcher(random().nextBoolean());
      AtomicLong most = new AtomicLong();
      searcher.addQueryCancellation(() -> most.accumulateAndGet(breaker.getUsed(), Math::max));
      searcher.createWeight(
          new DeferredQuery(query, new BreakerLimit(breaker)), ScoreMode.COMPLETE, 1);
      assertEquals(0, breaker.getUsed());
      assertTrue(query.toString(), most.get() > 0 || query instanceof FunctionScoreQuery);

      breaker.addWithoutBreaking(8 << 20);
      Query limited = new DeferredQuery(query, new BreakerLimit(breaker));
      CircuitBreakingException e =
          expectThrows(
              CircuitBreakingException.class,
              () -> searcher.createWeight(limited, ScoreMode.COMPLETE, 1));
      assertTrue(e.getMessage(), e.getMessage().contains("[<maxsim>]"));
      assertTrue(e.getBytesWanted() > e.getByteLimit());
      assertEquals(8 << 20, breaker.getUsed());
      breaker.addWithoutBreaking(-(8 << 20));
    }
  }

  /** A request that has nothing but its end. */
  private static final class Request extends FilteredSearchContext {
    Request() {
      super(null);
    }

    @Override
    public FetchFieldsContext fetchFieldsContext() {
      return null;
    }

    @Override
    public SearchContext fetchFieldsContext(FetchFieldsContext fields) {
      return this;
    }

    @Override
    public FetchDocValuesContext docValuesContext() {
      return null;
    }

    @Override
    public SearchContext docValuesContext(FetchDocValuesContext values) {
      return this;
    }

    @Override
    protected void doClose() {}
  }

  /**
   * Exact scores are computed after the rewrite, so their memory is held until the request ends.
   */
  public void testMemoryOfScores() throws IOException {
    CircuitBreaker breaker = breaker();
    SearchContext request = new Request();
    ContextIndexSearcher searcher =
        new ContextIndexSearcher(
            reader,
            IndexSearcher.getDefaultSimilarity(),
            IndexSearcher.getDefaultQueryCache(),
            IndexSearcher.getDefaultQueryCachingPolicy(),
            random().nextBoolean(),
            null,
            request);
    Query limited = new DeferredQuery(exact(), new BreakerLimit(breaker));
    Weight weight = searcher.createWeight(limited, ScoreMode.COMPLETE, 1);
    long held = breaker.getUsed();
    assertTrue(held > 0);
    assertTrue(weight.explain(reader.leaves().get(0), 1).isMatch());
    searcher.createWeight(limited, ScoreMode.COMPLETE, 1);
    new IndexSearcher(reader).search(limited, 1);
    assertEquals(held, breaker.getUsed());
    breaker.addWithoutBreaking((8 << 20) - held);
    expectThrows(
        CircuitBreakingException.class,
        () ->
            searcher.createWeight(
                new DeferredQuery(exact(), new BreakerLimit(breaker)), ScoreMode.COMPLETE, 1));
    assertEquals(8 << 20, breaker.getUsed());
    breaker.addWithoutBreaking(held - (8 << 20));
    request.close();
    assertEquals(0, breaker.getUsed());
  }

  /** Explanations and named queries do not search again, but what was cut short is not kept. */
  public void testSearchesOnce() throws IOException {
    ContextIndexSearcher searcher = searcher(false);
    AtomicInteger asked = new AtomicInteger();
    AtomicBoolean over = new AtomicBoolean(true);
    searcher.addQueryCancellation(
        () -> {
          asked.incrementAndGet();
          if (over.get()) {
            throw new QueryPhase.TimeExceededException();
          }
        });
    Query query = deferred(query());
    assertIncomplete(searcher.createWeight(query, ScoreMode.COMPLETE, 1));
    over.set(false);
    Weight weight = searcher.createWeight(query, ScoreMode.COMPLETE, 1);
    assertTrue(weight.getQuery().toString(), weight.getQuery() instanceof HitsQuery);
    int once = asked.get();
    for (int doc = 0; doc < 10; doc++) {
      searcher.explain(query, doc);
      searcher.createWeight(query, ScoreMode.COMPLETE_NO_SCORES, 1);
    }
    assertEquals(once, asked.get());
  }

  /** Who gathers the statistics of terms makes a weight, and asks it for no documents. */
  public void testStatisticsOnly() throws IOException {
    CircuitBreaker breaker = breaker();
    breaker.addWithoutBreaking(8 << 20);
    Query query = new DeferredQuery(query(), new BreakerLimit(breaker));
    IndexSearcher searcher = new IndexSearcher(reader);
    searcher.createWeight(query, ScoreMode.COMPLETE, 1);
    expectThrows(CircuitBreakingException.class, () -> searcher.search(query, 1));
    breaker.addWithoutBreaking(-(8 << 20));
    assertEquals(1, searcher.search(query, 1).scoreDocs.length);
  }

  /** The clock of a profiler runs for one rewrite at a time. */
  public void testRewriteTime() throws IOException {
    ContextIndexSearcher searcher = searcher(false);
    AtomicInteger running = new AtomicInteger();
    QueryProfiler profiler =
        new QueryProfiler() {
          @Override
          public void startRewriteTime() {
            assertEquals(1, running.incrementAndGet());
            super.startRewriteTime();
          }

          @Override
          public void stopAndAddRewriteTime() {
            running.decrementAndGet();
            super.stopAndAddRewriteTime();
          }
        };
    searcher.setProfiler(profiler);
    Query filter = new TermQuery(new Term("parity", "odd"));
    Query query = new LateInteractionQuery("tokens", new float[][] {{1, 0}}, 3, filter);
    searcher.createWeight(searcher.rewrite(deferred(query)), ScoreMode.COMPLETE, 1);
    assertEquals(0, running.get());
  }

  /** A search that scores documents exactly looks before each one whether it has to end. */
  public void testExactEnds() throws IOException {
    ContextIndexSearcher searcher = searcher(false);
    Weight weight = searcher.createWeight(deferred(exact()), ScoreMode.COMPLETE, 1);
    Scorer scorer = weight.scorer(reader.leaves().get(0));
    assertEquals(0, scorer.iterator().nextDoc());
    assertTrue(scorer.score() > 0);
    AtomicInteger asked = new AtomicInteger();
    searcher.addQueryCancellation(
        () -> {
          if (asked.incrementAndGet() > 1) {
            throw new TaskCancelledException("enough");
          }
        });
    assertEquals(1, scorer.iterator().nextDoc());
    assertTrue(scorer.score() > 0);
    assertEquals(2, scorer.iterator().nextDoc());
    expectThrows(QueryPhase.TimeExceededException.class, scorer::score);
  }
}
