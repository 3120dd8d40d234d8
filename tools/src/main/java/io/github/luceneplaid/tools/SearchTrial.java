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

import io.github.luceneplaid.plaid.LateInteractionOptions;
import io.github.luceneplaid.plaid.LateInteractionQuery;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
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
      IndexSearcher searcher,
      List<float[][]> queries,
      int k,
      LateInteractionOptions options,
      Query filter) {
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
          "%s, %s: %,.0f queries per CPU-second, one thread, %.1f hits a query",
          count(queries),
          Table.count(rounds, "time"),
          queriesPerCpuSecond,
          hitsPerQuery);
    }
  }

  private static String count(int queries) {
    return Table.count(queries, "query", "queries");
  }

  /**
   * Measures queries per CPU-second of this thread, after a round to warm up.
   *
   * @param progress is told of each query of each round, also of the first
   */
  Speed speed(int rounds, Progress progress) throws IOException {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    long cpu = 0;
    long found = 0;
    for (int round = 0; round <= rounds; round++) {
      long start = threads.getCurrentThreadCpuTime();
      found += round();
      if (round > 0) {
        cpu += threads.getCurrentThreadCpuTime() - start;
      }
      progress.step(queries.size());
    }
    long searches = (long) queries.size() * rounds;
    double hits = found / (double) (searches + queries.size());
    // The clock may not have moved on yet
    double seconds = Math.max(cpu, 1) * 1e-9;
    return new Speed(queries.size(), rounds, searches / seconds, hits);
  }

  /** Answers each query; returns the number of all hits. */
  private long round() throws IOException {
    long found = 0;
    for (float[][] query : queries) {
      found += search(searcher, query, options).scoreDocs.length;
    }
    return found;
  }

  /** Answers queries repeatedly, for a number of searches or for a time, whichever ends first. */
  void warmUp(int searches, long nanos) throws IOException {
    long start = System.nanoTime();
    for (int done = 0; done < searches && System.nanoTime() - start < nanos; done++) {
      search(searcher, queries.get(done % queries.size()), options);
    }
  }

  /**
   * The right hits.
   *
   * @param of name of the index whose documents are all scored
   * @param ids by query
   */
  record Truth(String of, List<Set<String>> ids) {}

  /**
   * Finds the right hits.
   *
   * @param in the index of which every document is scored to find them: this one, or another with
   *     the same ids
   * @param name the name of that index
   * @param progress is told of each query
   */
  Truth truth(IndexSearcher in, String name, Progress progress) throws IOException {
    LateInteractionOptions exactly = LateInteractionOptions.builder().exact().build();
    List<Set<String>> ids = new ArrayList<>();
    for (float[][] query : queries) {
      ids.add(ids(in, search(in, query, exactly)));
      progress.step(1);
    }
    return new Truth(name, ids);
  }

  /**
   * The share of the right hits that is found.
   *
   * @param k how many hits a query has
   * @param of name of the index whose documents are all scored
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
   * Measures the share of the right hits that is found.
   *
   * @param progress is told of each query
   */
  Recall recall(Truth truth, Progress progress) throws IOException {
    double sum = 0;
    int counted = 0;
    for (int i = 0; i < queries.size(); i++) {
      Set<String> expected = truth.ids.get(i);
      if (expected.isEmpty() == false) {
        Set<String> hits = ids(searcher, search(searcher, queries.get(i), options));
        hits.retainAll(expected);
        sum += hits.size() / (double) expected.size();
        counted++;
      }
      progress.step(1);
    }
    return new Recall(k, truth.of, counted == 0 ? null : sum / counted, counted);
  }

  private TopDocs search(IndexSearcher in, float[][] query, LateInteractionOptions how)
      throws IOException {
    return in.search(new LateInteractionQuery(IndexBuilder.TOKENS, query, k, filter, how), k);
  }

  /** Ids of hits; numbers of those that have none. */
  private static Set<String> ids(IndexSearcher in, TopDocs hits) throws IOException {
    StoredFields stored = in.storedFields();
    Set<String> ids = new HashSet<>();
    for (ScoreDoc hit : hits.scoreDocs) {
      String id = stored.document(hit.doc, Set.of(IndexBuilder.ID)).get(IndexBuilder.ID);
      ids.add(id == null ? "#" + hit.doc : id);
    }
    return ids;
  }
}
