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

package io.github.luceneplaid.solr;

import io.github.luceneplaid.engine.LateInteractionRequest;
import io.github.luceneplaid.engine.MemoryLimit;
import io.github.luceneplaid.fsvi.internal.HitsQuery;
import io.github.luceneplaid.testframework.UncachedReader;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.solr.common.SolrException;
import org.apache.solr.core.SolrCore;
import org.apache.solr.request.SolrQueryRequest;
import org.apache.solr.request.SolrQueryRequestBase;
import org.apache.solr.request.SolrRequestInfo;
import org.apache.solr.response.SolrQueryResponse;

public class TestLimitedQuery extends SolrCoreTestCase {

  /** Counts searches. */
  private static final class Counter implements MemoryLimit {
    private int searches;

    @Override
    public void take(long bytes) {
      assertTrue(bytes > 0);
      searches++;
    }

    @Override
    public void giveBack(long bytes) {}

    @Override
    public boolean takeForRequest(long bytes, IndexSearcher searcher) {
      throw new AssertionError("nothing is exact");
    }
  }

  private interface Work {
    void run(SolrCore core, SolrQueryRequest request) throws Exception;
  }

  private void inRequest(Work work, String... params) throws Exception {
    try (SolrCore core = server.getCoreContainer().getCore("core");
        SolrQueryRequest request = new SolrQueryRequestBase(core, params(params)) {}) {
      SolrRequestInfo.setRequestInfo(new SolrRequestInfo(request, new SolrQueryResponse()));
      try {
        work.run(core, request);
      } finally {
        SolrRequestInfo.clearRequestInfo();
      }
    }
  }

  private static Query query(boolean exact) {
    return new LateInteractionRequest(exact ? null : 3, null, null, null, exact)
        .toQuery(FIELD, randomTokens(), null);
  }

  private void index() throws Exception {
    start("");
    for (int i = 0; i < 5; i++) {
      add("id", Integer.toString(i), FIELD, Arrays.deepToString(randomTokens()));
    }
    server.commit();
  }

  /** An overlay of a segment, as the highlighter makes one for each document. */
  private static IndexSearcher overlay(IndexSearcher searcher) {
    return new IndexSearcher(
        new UncachedReader(searcher.getIndexReader().leaves().get(0).reader()));
  }

  /** A request finds its hits once, for explanations and highlighting, too. */
  public void testSearchesOnce() throws Exception {
    index();
    Counter counter = new Counter();
    LimitedQuery query = new LimitedQuery(query(false), counter);
    inRequest(
        (core, request) -> {
          for (int i = 0; i < 3; i++) {
            assertTrue(overlay(request.getSearcher()).rewrite(query) instanceof HitsQuery);
            assertTrue(request.getSearcher().rewrite(query) instanceof HitsQuery);
            assertEquals(1, counter.searches);
          }
        });
    // A cache that has the query does not keep the hits
    inRequest((core, request) -> request.getSearcher().rewrite(query));
    assertEquals(2, counter.searches);
  }

  /**
   * Exact scores are computed after the rewrite, so their memory is held until the request ends.
   */
  public void testMemoryOfScores() throws Exception {
    index();
    AtomicLong taken = new AtomicLong();
    inRequest(
        (core, request) -> {
          LimitedQuery query = new LimitedQuery(query(true), new NodeMemory(taken, 1 << 30));
          request.getSearcher().rewrite(query);
          long held = taken.get();
          assertTrue(held > 0);
          request.getSearcher().search(query, 3);
          assertEquals(held, taken.get());
          LimitedQuery refused = new LimitedQuery(query(true), new NodeMemory(taken, held));
          expectThrows(SolrException.class, () -> request.getSearcher().rewrite(refused));
          assertEquals(held, taken.get());
        });
    assertEquals(0, taken.get());
    for (String q :
        new String[] {"{!maxsim f=tokens exact=true v=$qv}", "{!func}maxsim(tokens,$qv)"}) {
      assertEquals(5, query("q", q, "qv", "[[1,0,0,0]]").getResults().getNumFound());
      inRequest((core, request) -> assertEquals(0, NodeMemory.of(core, 1).taken().get()));
    }
  }

  /** What a search takes is told within the limits of a request. */
  public void testProfile() throws Exception {
    index();
    AtomicLong taken = new AtomicLong();
    LimitedQuery query = new LimitedQuery(query(false), new NodeMemory(taken, 1 << 30));
    LimitedQuery refused = new LimitedQuery(query(false), new NodeMemory(taken, 1));
    inRequest(
        (core, request) -> {
          assertEquals(5, query.profile(request.getSearcher()).scanned());
          expectThrows(SolrException.class, () -> refused.profile(request.getSearcher()));
        });
    inRequest(
        (core, request) -> assertNull(query.profile(request.getSearcher())), "timeAllowed", "0");
    assertEquals(0, taken.get());
  }
}
