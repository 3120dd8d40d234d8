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

package io.github.luceneplaid.elasticsearch;

import io.github.luceneplaid.engine.LateInteractionRequest;
import io.github.luceneplaid.fsvi.ExactKnnQuery;
import io.github.luceneplaid.fsvi.FsviEncoding;
import io.github.luceneplaid.fsvi.FsviVectorsFormat;
import io.github.luceneplaid.fsvi.internal.FilteredReaders;
import io.github.luceneplaid.fsvi.internal.HitsQuery;
import io.github.luceneplaid.testframework.UncachedReader;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.document.LateInteractionField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.MatchNoDocsQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreMode;
import org.apache.lucene.search.Scorer;
import org.apache.lucene.search.Weight;
import org.apache.lucene.store.Directory;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.tests.util.TestUtil;
import org.elasticsearch.common.breaker.CircuitBreaker;
import org.elasticsearch.common.breaker.CircuitBreakingException;
import org.elasticsearch.common.logging.LogConfigurator;
import org.elasticsearch.common.settings.ClusterSettings;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.index.query.SearchExecutionContext;
import org.elasticsearch.indices.breaker.CircuitBreakerMetrics;
import org.elasticsearch.indices.breaker.HierarchyCircuitBreakerService;
import org.elasticsearch.search.internal.ContextIndexSearcher;
import org.elasticsearch.tasks.TaskCancelledException;
import org.junit.BeforeClass;

public class TestCancellableQuery extends LuceneTestCase {

  @BeforeClass
  public static void configureLogging() {
    // Exceptions of the server need a logger
    LogConfigurator.configureESLogging();
  }

  private static SearchExecutionContext context(IndexSearcher searcher, CircuitBreaker breaker) {
    return new SearchExecutionContext(TestFieldWithoutValues.context(searcher), breaker);
  }

  private static Query request(boolean exact) {
    return new LateInteractionRequest(exact ? null : 1, null, null, null, exact)
        .toQuery("tokens", new float[][] {{1, 0}}, null);
  }

  private final Query query = new CancellableQuery(request(false), context(null, null));

  private Directory directory;
  private DirectoryReader reader;

  @Override
  public void setUp() throws Exception {
    super.setUp();
    directory = newDirectory();
    try (IndexWriter writer = new IndexWriter(directory, new IndexWriterConfig())) {
      Document document = new Document();
      document.add(new LateInteractionField("tokens", new float[][] {{1, 0}}));
      document.add(new KnnFloatVectorField("v", new float[] {1, 0}));
      writer.addDocument(document);
    }
    reader = DirectoryReader.open(directory);
  }

  @Override
  public void tearDown() throws Exception {
    reader.close();
    directory.close();
    super.tearDown();
  }

  private ContextIndexSearcher searcher() throws IOException {
    return searcher(reader, random().nextBoolean());
  }

  private static ContextIndexSearcher searcher(DirectoryReader reader, boolean exitable)
      throws IOException {
    return new ContextIndexSearcher(
        reader,
        IndexSearcher.getDefaultSimilarity(),
        IndexSearcher.getDefaultQueryCache(),
        IndexSearcher.getDefaultQueryCachingPolicy(),
        exitable);
  }

  public void testNotCancelled() throws IOException {
    AtomicInteger asked = new AtomicInteger();
    ContextIndexSearcher searcher = searcher();
    searcher.addQueryCancellation(asked::incrementAndGet);
    assertEquals(1, searcher.search(query, 1).scoreDocs.length);
    assertTrue(asked.get() > 0);
    assertNull(searcher.getTimeout());
    assertEquals(1, new IndexSearcher(reader).search(query, 1).scoreDocs.length);
  }

  public void testCancelled() throws IOException {
    ContextIndexSearcher searcher = searcher();
    searcher.addQueryCancellation(
        () -> {
          throw new TaskCancelledException("enough");
        });
    expectThrows(TaskCancelledException.class, () -> searcher.rewrite(query));
    assertNull(searcher.getTimeout());
  }

  public void testTimeExceeded() throws IOException {
    ContextIndexSearcher searcher = searcher();
    searcher.addQueryCancellation(searcher::throwTimeExceededException);
    assertTrue(searcher.rewrite(query) instanceof MatchNoDocsQuery);
    assertTrue(searcher.timeExceeded());
  }

  /** A node's breaker of 8 MB for requests. */
  static CircuitBreaker breaker() {
    Settings settings = Settings.builder().put("indices.breaker.request.limit", "8mb").build();
    return new HierarchyCircuitBreakerService(
            CircuitBreakerMetrics.NOOP,
            settings,
            List.of(),
            new ClusterSettings(settings, ClusterSettings.BUILT_IN_CLUSTER_SETTINGS))
        .getBreaker(CircuitBreaker.REQUEST);
  }

  /** A search takes memory from the breaker before it starts, and gives it back in any case. */
  public void testMemory() throws IOException {
    CircuitBreaker breaker = breaker();
    for (Query search : List.of(request(false), new ExactKnnQuery("v", new float[] {1, 0}, 5))) {
      ContextIndexSearcher searcher = searcher();
      AtomicLong most = new AtomicLong();
      searcher.addQueryCancellation(() -> most.accumulateAndGet(breaker.getUsed(), Math::max));
      searcher.rewrite(new CancellableQuery(search, context(searcher, breaker)));
      assertEquals(0, breaker.getUsed());
      assertTrue(search.toString(), most.get() > 0);

      breaker.addWithoutBreaking(8 << 20);
      CircuitBreakingException e =
          expectThrows(
              CircuitBreakingException.class,
              () -> searcher.rewrite(new CancellableQuery(search, context(searcher, breaker))));
      assertTrue(e.getMessage(), e.getMessage().contains("[<maxsim>]"));
      assertTrue(e.getBytesWanted() > e.getByteLimit());
      assertEquals(8 << 20, breaker.getUsed());
      breaker.addWithoutBreaking(-(8 << 20));
    }
  }

  /** Exact scores are computed after the rewrite, so their memory is held until the search ends. */
  public void testMemoryOfScores() throws IOException {
    CircuitBreaker breaker = breaker();
    ContextIndexSearcher searcher = searcher();
    SearchExecutionContext context = context(searcher, breaker);
    Query exact = new CancellableQuery(request(true), context);
    searcher.rewrite(exact);
    long held = breaker.getUsed();
    assertTrue(held > 0);
    searcher.search(exact, 1);
    assertEquals(held, breaker.getUsed());
    new IndexSearcher(reader).rewrite(new CancellableQuery(request(true), context));
    assertEquals(held, breaker.getUsed());
    breaker.addWithoutBreaking((8 << 20) - held);
    expectThrows(
        CircuitBreakingException.class,
        () -> searcher.rewrite(new CancellableQuery(request(true), context)));
    assertEquals(8 << 20, breaker.getUsed());
    breaker.addWithoutBreaking(held - (8 << 20));
    context.releaseQueryConstructionMemory();
    assertEquals(0, breaker.getUsed());
  }

  /** An overlay of a segment, as highlighters make one for each document. */
  private IndexSearcher overlay() {
    return new IndexSearcher(new UncachedReader(reader.leaves().get(0).reader()));
  }

  /** The hits of a shard are found once, also for readers of its segments. */
  public void testSearchesOnce() throws IOException {
    ContextIndexSearcher searcher = searcher(reader, false);
    AtomicInteger asked = new AtomicInteger();
    searcher.addQueryCancellation(asked::incrementAndGet);
    Query query = new CancellableQuery(request(false), context(searcher, null));
    assertTrue(overlay().rewrite(query) instanceof HitsQuery);
    int once = asked.get();
    assertTrue(once > 0);
    for (int i = 0; i < 3; i++) {
      assertTrue(overlay().rewrite(query) instanceof HitsQuery);
      assertEquals(1, overlay().count(query));
      assertTrue(searcher.rewrite(query) instanceof HitsQuery);
    }
    assertEquals(once, asked.get());
    // Documents of another index are not those of the shard
    try (Directory other = newDirectory()) {
      new IndexWriter(other, new IndexWriterConfig()).close();
      try (DirectoryReader empty = DirectoryReader.open(other)) {
        assertEquals(0, new IndexSearcher(empty).count(query));
      }
    }
    assertEquals(1, overlay().count(query));
  }

  /** The reader that Elasticsearch ends searches by does not hide the scan, and ends it. */
  public void testScan() throws IOException {
    IndexWriterConfig config =
        new IndexWriterConfig()
            .setCodec(TestUtil.alwaysKnnVectorsFormat(new FsviVectorsFormat(FsviEncoding.FLOAT32)));
    try (Directory vectors = newDirectory()) {
      try (IndexWriter writer = new IndexWriter(vectors, config)) {
        for (int i = 0; i < 5000; i++) {
          Document document = new Document();
          document.add(new KnnFloatVectorField("v", new float[] {1, i}));
          writer.addDocument(document);
        }
        writer.forceMerge(1);
      }
      try (DirectoryReader opened = DirectoryReader.open(vectors)) {
        ContextIndexSearcher searcher = searcher(opened, true);
        AtomicInteger left = new AtomicInteger(Integer.MAX_VALUE);
        searcher.addQueryCancellation(
            () -> {
              if (left.decrementAndGet() < 0) {
                throw new TaskCancelledException("enough");
              }
            });
        LeafReader leaf = searcher.getIndexReader().leaves().get(0).reader();
        FilteredReaders.Opening values = reader -> reader.getFloatVectorValues("v");
        assertNotSame(
            FilteredReaders.kind(leaf, values),
            FilteredReaders.kind(opened.leaves().get(0).reader(), values));
        assertNotNull(FilteredReaders.source(leaf, values));
        Query nearest = new ExactKnnQuery("v", new float[] {1, 0}, 5);
        assertEquals(5, searcher.count(new CancellableQuery(nearest, context(searcher, null))));
        int looks = Integer.MAX_VALUE - left.get();
        left.set(random().nextInt(looks / 2));
        expectThrows(
            TaskCancelledException.class,
            () -> searcher.rewrite(new CancellableQuery(nearest, context(searcher, null))));
      }
    }
  }

  /** A search that scores documents exactly looks before each one whether it has to end. */
  public void testExactEnds() throws IOException {
    ContextIndexSearcher searcher = searcher();
    Query exact = new CancellableQuery(request(true), context(null, null));
    Query rewritten = searcher.rewrite(exact);
    Weight weight = new IndexSearcher(reader).createWeight(rewritten, ScoreMode.COMPLETE, 1);
    searcher.addQueryCancellation(
        () -> {
          throw new TaskCancelledException("enough");
        });
    Scorer scorer = weight.scorer(reader.leaves().get(0));
    assertEquals(0, scorer.iterator().nextDoc());
    expectThrows(TaskCancelledException.class, scorer::score);
  }
}
