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
package io.github.luceneplaid.tools;

import io.github.luceneplaid.plaid.search.LateInteractionOptions;
import io.github.luceneplaid.plaid.search.LateInteractionQuery;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.apache.lucene.index.StoredFields;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TopDocs;

/** Measures how fast queries are answered, and how many of the right hits they find. */
final class SearchTrial {
  private final Console console;
  private final IndexSearcher searcher;
  private final List<float[][]> queries;
  private final int k;
  private final LateInteractionOptions options;
  private final Query filter;

  /**
   * For some queries.
   *
   * @param k how many hits they have
   * @param filter what hits must match; null for everything
   */
  SearchTrial(
      Console console,
      IndexSearcher searcher,
      List<float[][]> queries,
      int k,
      LateInteractionOptions options,
      Query filter) {
    this.console = console;
    this.searcher = searcher;
    this.queries = queries;
    this.k = k;
    this.options = options;
    this.filter = filter;
  }

  /**
   * How fast queries are answered.
   *
   * @param queries how many there are
   * @param rounds how often each is answered
   * @param queriesPerCpuSecond by one thread
   * @param hitsPerQuery on average
   */
  record Speed(int queries, int rounds, double queriesPerCpuSecond, double hitsPerQuery) {
    @Override
    public String toString() {
      return String.format(
          Locale.ROOT,
          "%s, %d times: %,.0f queries per CPU-second, one thread, %.1f hits a query",
          count(queries),
          rounds,
          queriesPerCpuSecond,
          hitsPerQuery);
    }
  }

  private static String count(int queries) {
    return Table.count(queries, "query", "queries");
  }

  /** Measures queries per CPU-second of this thread, after a round to warm up. */
  Speed speed(int rounds) throws IOException {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    long cpu = 0;
    long found = 0;
    try (Progress progress = console.progress("Searching", " rounds", rounds + 1L)) {
      for (int round = 0; round <= rounds; round++) {
        long start = threads.getCurrentThreadCpuTime();
        for (float[][] query : queries) {
          found += search(searcher, query, options).scoreDocs.length;
        }
        if (round > 0) {
          cpu += threads.getCurrentThreadCpuTime() - start;
        }
        progress.step(1);
      }
    }
    long searches = (long) queries.size() * rounds;
    double hits = found / (double) (searches + queries.size());
    return new Speed(queries.size(), rounds, searches / (cpu * 1e-9), hits);
  }

  /**
   * Which part of the right hits is found.
   *
   * @param k how many hits a query has
   * @param of the index whose documents are all scored
   * @param recall 0 to 1, on average; null if no query has hits
   * @param queries those that have hits at all
   */
  record Recall(int k, String of, Double recall, int queries) {
    @Override
    public String toString() {
      if (recall == null) {
        return "no query has hits in " + of;
      }
      return String.format(
          Locale.ROOT,
          "recall@%d against all documents of %s scored: %.4f (%s)",
          k,
          of,
          recall,
          count(queries));
    }
  }

  /**
   * Finds out which part of the right hits is found.
   *
   * @param truth where every document is scored to know them: this index, or another of the same
   *     ids
   * @param name what to call it
   */
  Recall recall(IndexSearcher truth, String name) throws IOException {
    LateInteractionOptions exactly = LateInteractionOptions.builder().exact().build();
    double sum = 0;
    int counted = 0;
    try (Progress progress = console.progress("Comparing", " queries", queries.size())) {
      for (float[][] query : queries) {
        Set<String> expected = ids(truth, search(truth, query, exactly));
        if (expected.isEmpty() == false) {
          Set<String> hits = ids(searcher, search(searcher, query, options));
          hits.retainAll(expected);
          sum += hits.size() / (double) expected.size();
          counted++;
        }
        progress.step(1);
      }
    }
    return new Recall(k, name, counted == 0 ? null : sum / counted, counted);
  }

  private TopDocs search(IndexSearcher in, float[][] query, LateInteractionOptions how)
      throws IOException {
    return in.search(new LateInteractionQuery(IndexBuilder.TOKENS, query, k, filter, how), k);
  }

  private static Set<String> ids(IndexSearcher in, TopDocs hits) throws IOException {
    StoredFields stored = in.storedFields();
    Set<String> ids = new HashSet<>();
    for (ScoreDoc hit : hits.scoreDocs) {
      ids.add(stored.document(hit.doc).get(IndexBuilder.ID));
    }
    return ids;
  }
}
