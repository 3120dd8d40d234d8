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
import io.github.luceneplaid.plaid.LateInteractionQuery;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.LateInteractionField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.MatchNoDocsQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreMode;
import org.apache.lucene.search.Scorer;
import org.apache.lucene.search.Weight;
import org.apache.lucene.store.Directory;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.elasticsearch.common.breaker.CircuitBreaker;
import org.elasticsearch.common.breaker.CircuitBreakingException;
import org.elasticsearch.common.logging.LogConfigurator;
import org.elasticsearch.common.settings.ClusterSettings;
import org.elasticsearch.common.settings.Settings;
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

  private final Query query =
      new CancellableQuery(
          new LateInteractionQuery("tokens", new float[][] {{1, 0}}, 1), new BreakerLimit(null));

  private Directory directory;
  private DirectoryReader reader;

  @Override
  public void setUp() throws Exception {
    super.setUp();
    directory = newDirectory();
    try (IndexWriter writer = new IndexWriter(directory, new IndexWriterConfig())) {
      Document document = new Document();
      document.add(new LateInteractionField("tokens", new float[][] {{1, 0}}));
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
    return new ContextIndexSearcher(
        reader,
        IndexSearcher.getDefaultSimilarity(),
        IndexSearcher.getDefaultQueryCache(),
        IndexSearcher.getDefaultQueryCachingPolicy(),
        random().nextBoolean());
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
    for (boolean exact : new boolean[] {false, true}) {
      Query search =
          new LateInteractionRequest(null, null, null, null, exact)
              .toQuery("tokens", new float[][] {{1, 0}}, null);
      ContextIndexSearcher searcher = searcher();
      AtomicLong most = new AtomicLong();
      searcher.addQueryCancellation(() -> most.accumulateAndGet(breaker.getUsed(), Math::max));
      Query limited = new CancellableQuery(search, new BreakerLimit(breaker));
      searcher.rewrite(limited);
      assertEquals(0, breaker.getUsed());
      assertTrue(exact || most.get() > 0);

      breaker.addWithoutBreaking(8 << 20);
      CircuitBreakingException e =
          expectThrows(CircuitBreakingException.class, () -> searcher.rewrite(limited));
      assertTrue(e.getMessage(), e.getMessage().contains("[<maxsim>]"));
      assertTrue(e.getBytesWanted() > e.getByteLimit());
      assertEquals(8 << 20, breaker.getUsed());
      breaker.addWithoutBreaking(-(8 << 20));
    }
  }

  /** A search that scores documents exactly looks before each one whether it has to end. */
  public void testExactEnds() throws IOException {
    ContextIndexSearcher searcher = searcher();
    Query exact =
        new LateInteractionRequest(null, null, null, null, true)
            .toQuery("tokens", new float[][] {{1, 0}}, null);
    Query rewritten = searcher.rewrite(new CancellableQuery(exact, new BreakerLimit(null)));
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
