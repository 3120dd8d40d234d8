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
package io.github.luceneplaid.benchmark;

import io.github.luceneplaid.plaid.LateInteractionOptions;
import io.github.luceneplaid.plaid.SearchProfile;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.TopDocs;

/** Searches an index with some of the queries of a data set. */
final class Trial implements Closeable {
  private static final int K = 10;
  private static final double WARMUP_SECONDS = 8;
  private static final int PASSES = 5;

  private final PlaidEngine engine = new PlaidEngine();
  private final float[][][] queries;

  /**
   * The hits and times of searches; times are medians of several passes.
   *
   * @param ids positions of the hits
   * @param cpuMillis per query, of the searching thread
   * @param latencyMillis of each query
   */
  record Outcome(int[][] ids, double cpuMillis, double[] latencyMillis) {
    double percentile(double percent) {
      return Statistics.percentile(percent, latencyMillis);
    }
  }

  Trial(DataFolder data, Path index, int maxQueries) throws IOException {
    engine.open(index, Json.object());
    queries = queries(data, maxQueries);
  }

  static float[][][] queries(DataFolder data, int maxQueries) throws IOException {
    try (Texts texts = data.queries()) {
      float[][][] queries = new float[Math.min(maxQueries, texts.size())][][];
      for (int q = 0; q < queries.length; q++) {
        queries[q] = texts.vectors(q);
      }
      return queries;
    }
  }

  int queries() {
    return queries.length;
  }

  int segments() {
    return engine.segments();
  }

  IndexSearcher searcher() {
    return engine.searcher();
  }

  /** Positions of the hits of each query, from one pass without timing. */
  int[][] find(LateInteractionOptions options) throws IOException {
    return positions(pass(searcher(), options, null, K).hits);
  }

  /** The profile of each query's search. */
  SearchProfile[] profiles(LateInteractionOptions options) throws IOException {
    SearchProfile[] profiles = new SearchProfile[queries.length];
    for (int q = 0; q < profiles.length; q++) {
      profiles[q] = PlaidEngine.query(queries[q], K, null, options).profile(searcher());
    }
    return profiles;
  }

  /** Searches until it is likely that everything is compiled. */
  void warmUp(LateInteractionOptions options) throws IOException {
    warmUp(options, null);
  }

  /** The same with a filter, which takes code paths of its own. */
  void warmUp(LateInteractionOptions options, Query filter) throws IOException {
    long end = System.nanoTime() + (long) (WARMUP_SECONDS * 1e9);
    while (System.nanoTime() < end) {
      pass(searcher(), options, filter, K);
    }
  }

  Outcome run(LateInteractionOptions options, Query filter) throws IOException {
    return run(searcher(), options, filter);
  }

  /** Runs all queries several times on a searcher of the index. */
  Outcome run(IndexSearcher searcher, LateInteractionOptions options, Query filter)
      throws IOException {
    Pass[] passes = new Pass[PASSES];
    for (int i = 0; i < PASSES; i++) {
      passes[i] = pass(searcher, options, filter, K);
    }
    double[] cpu = new double[PASSES];
    double[] latency = new double[queries.length];
    for (int q = 0; q < queries.length; q++) {
      double[] times = new double[PASSES];
      for (int i = 0; i < PASSES; i++) {
        times[i] = passes[i].nanos[q] / 1e6;
      }
      latency[q] = Statistics.median(times);
    }
    for (int i = 0; i < PASSES; i++) {
      cpu[i] = passes[i].cpuNanos / 1e6 / queries.length;
    }
    return new Outcome(positions(passes[0].hits), Statistics.median(cpu), latency);
  }

  private int[][] positions(TopDocs[] hits) throws IOException {
    int[][] ids = new int[hits.length][];
    for (int q = 0; q < hits.length; q++) {
      ids[q] = new int[hits[q].scoreDocs.length];
      for (int i = 0; i < ids[q].length; i++) {
        ids[q][i] = engine.position(hits[q].scoreDocs[i].doc);
      }
    }
    return ids;
  }

  private record Pass(TopDocs[] hits, long cpuNanos, long[] nanos) {}

  private Pass pass(IndexSearcher searcher, LateInteractionOptions options, Query filter, int k)
      throws IOException {
    TopDocs[] hits = new TopDocs[queries.length];
    long[] nanos = new long[queries.length];
    long cpu = CpuClock.thread();
    for (int q = 0; q < queries.length; q++) {
      long start = System.nanoTime();
      hits[q] = searcher.search(PlaidEngine.query(queries[q], k, filter, options), k);
      nanos[q] = System.nanoTime() - start;
    }
    return new Pass(hits, CpuClock.thread() - cpu, nanos);
  }

  @Override
  public void close() throws IOException {
    engine.close();
  }
}
