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

import io.github.luceneplaid.fsvi.simd.QueryMatrix;
import io.github.luceneplaid.fsvi.simd.VectorKernels;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntPredicate;

/**
 * The documents of highest MaxSim, Σ over query tokens of the largest dot product, for all queries
 * at once: a run of documents stays in the cache while all queries pass over it.
 */
final class ExactSearch {
  /**
   * The tokens of a run. With 128 floats each they take 2 MB, and stay in the second or third
   * cache.
   */
  private static final int RUN_TOKENS = 4096;

  private final Texts documents;
  private final QueryMatrix[] queries;
  private final IntPredicate accepted;
  private final int depth;

  private ExactSearch(Texts documents, QueryMatrix[] queries, IntPredicate accepted, int depth) {
    this.documents = documents;
    this.queries = queries;
    this.accepted = accepted;
    this.depth = depth;
  }

  /** Runs it on a number of threads. */
  static Hits[] run(Texts documents, Texts queries, int depth, int threads) throws IOException {
    return run(documents, queries, queries.size(), doc -> true, depth, threads);
  }

  /** Runs the first {@code count} queries on some documents. */
  static Hits[] run(
      Texts documents, Texts queries, int count, IntPredicate accepted, int depth, int threads)
      throws IOException {
    QueryMatrix[] prepared = new QueryMatrix[count];
    for (int q = 0; q < prepared.length; q++) {
      float[] tokens = queries.flat(q, q + 1);
      prepared[q] = VectorKernels.get().prepare(tokens, queries.length(q), queries.dimension());
    }
    return new ExactSearch(documents, prepared, accepted, depth).run(threads);
  }

  private Hits[] run(int threads) throws IOException {
    AtomicInteger next = new AtomicInteger();
    BestHits[] best = newHits();
    try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
      List<Future<BestHits[]>> parts = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        parts.add(pool.submit(() -> part(next)));
      }
      for (Future<BestHits[]> part : parts) {
        BestHits[] found = part.get();
        for (int q = 0; q < best.length; q++) {
          best[q].addAll(found[q]);
        }
      }
    } catch (ExecutionException e) {
      throw new IOException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
    return Arrays.stream(best).map(BestHits::hits).toArray(Hits[]::new);
  }

  private BestHits[] newHits() {
    BestHits[] best = new BestHits[queries.length];
    Arrays.setAll(best, q -> new BestHits(depth));
    return best;
  }

  /** Takes runs of documents as long as there are any. */
  private BestHits[] part(AtomicInteger next) throws IOException {
    BestHits[] best = newHits();
    while (true) {
      int from = next.get();
      if (from == documents.size()) {
        return best;
      }
      int to = documents.runEnd(from, RUN_TOKENS);
      if (next.compareAndSet(from, to)) {
        float[] tokens = documents.flat(from, to);
        for (int q = 0; q < queries.length; q++) {
          score(from, to, tokens, queries[q], best[q]);
        }
      }
    }
  }

  private void score(int from, int to, float[] tokens, QueryMatrix query, BestHits best) {
    float[] max = new float[query.count()];
    int offset = 0;
    for (int doc = from; doc < to; doc++) {
      int length = documents.length(doc);
      if (length > 0 && accepted.test(doc)) {
        Arrays.fill(max, Float.NEGATIVE_INFINITY);
        query.maxSim(tokens, offset, length, max);
        float sum = 0;
        for (float similarity : max) {
          sum += similarity;
        }
        best.add(doc, sum);
      }
      offset += length * query.dimension();
    }
  }
}
