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

import io.github.luceneplaid.plaid.search.probe.Accumulator;
import io.github.luceneplaid.plaid.search.probe.CellCut;
import io.github.luceneplaid.plaid.search.probe.CellProbe;
import io.github.luceneplaid.plaid.search.request.BestDocs;
import io.github.luceneplaid.plaid.search.request.QueryTables;
import io.github.luceneplaid.plaid.search.request.SearchCounters.Stage;
import io.github.luceneplaid.plaid.search.request.SearchRequest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;

/**
 * Finds the candidates of all segments together, by {@link CellProbe}, {@link CellCut} and {@link
 * Accumulator}.
 *
 * <p>The memory it uses is bounded. Query tokens are probed in blocks. The products with regions
 * and the scores of cells take {@value #SCORES} floats at most, for a block and all segments
 * together, unless a single query token takes more. A usual query is one block. Sums are held for
 * {@value #WINDOW} documents of each segment at most. Larger segments are walked window by window,
 * and a query of several blocks is probed again for each window.
 */
final class CandidateCollector {

  /** Floats for a block of query tokens. */
  static final int SCORES = 1 << 23;

  /** Documents of a segment whose sums are held at once. */
  static final int WINDOW = 1 << 20;

  /**
   * Documents that are looked at for each candidate if the candidates of each parent are limited.
   */
  private static final int PER_PLACE = 4;

  private final SegmentSearches segments;
  private final SearchRequest request;
  private final int candidates;
  private final long expected;
  private final int scores;
  private final int window;

  /**
   * Sole constructor.
   *
   * @param candidates of each segment at most
   * @param expected about how many documents may be found, of all segments
   */
  CandidateCollector(
      SegmentSearches segments, SearchRequest request, int candidates, long expected) {
    this(segments, request, candidates, expected, SCORES, WINDOW);
  }

  /** With other bounds of memory. */
  CandidateCollector(
      SegmentSearches segments,
      SearchRequest request,
      int candidates,
      long expected,
      int scores,
      int window) {
    this.segments = segments;
    this.request = request;
    this.candidates = candidates;
    this.expected = expected;
    this.scores = scores;
    this.window = window;
  }

  /** The result of probing a block. */
  private record Probed(QueryTables.Block block, List<CellProbe> probes, CellCut cut) {}

  /**
   * Returns the best candidates of each segment with their estimates, best first.
   *
   * @param probed segments that can find candidates
   * @param wanted cells to walk for each query token, in all segments together
   */
  List<long[]> run(List<SegmentDocs> probed, int wanted) throws IOException {
    int count = request.query().count();
    int perBlock = tokensPerBlock(probed);
    int blocks = (count + perBlock - 1) / perBlock;
    Probed only = blocks == 1 ? probe(probed, 0, count, wanted) : null;
    if (only != null) {
      request.counters().end(Stage.PROBE);
    }
    if (request.timedOut()) {
      return List.of();
    }
    int documents = 0;
    for (SegmentDocs segment : probed) {
      documents = Math.max(documents, segment.approximate().documents());
    }
    List<long[]> found = null;
    for (int from = 0; found == null || from < documents; from += window) {
      Accumulator[] sums = new Accumulator[probed.size()];
      for (int b = 0; b < blocks - 1; b++) {
        int first = first(b, blocks, count);
        walk(probed, probe(probed, first, first(b + 1, blocks, count) - first, wanted), sums, from);
      }
      int first = first(blocks - 1, blocks, count);
      Probed last = only != null ? only : probe(probed, first, count - first, wanted);
      List<long[]> more = choose(probed, last, sums, from);
      found = found == null ? more : merge(found, more);
      if (from > Integer.MAX_VALUE - window) {
        break;
      }
    }
    request.counters().end(Stage.WALK);
    return found;
  }

  private static int first(int block, int blocks, int count) {
    return (int) ((long) count * block / blocks);
  }

  private int tokensPerBlock(List<SegmentDocs> probed) throws IOException {
    double perToken = 1;
    for (SegmentDocs segment : probed) {
      perToken +=
          segment.approximate().scoresPerToken(segment.accepted(), share(segment, expected));
    }
    return (int) Math.clamp(scores / perToken, 1, request.query().count());
  }

  private Probed probe(List<SegmentDocs> probed, int first, int n, int wanted) throws IOException {
    QueryTables.Block block = request.tables().block(first, n);
    List<Callable<CellProbe>> tasks = new ArrayList<>(probed.size());
    for (SegmentDocs segment : probed) {
      tasks.add(
          () -> segment.approximate().probe(block, segment.accepted(), share(segment, expected)));
    }
    List<CellProbe> probes = segments.run(tasks);
    return new Probed(block, probes, new CellCut(probes, n, wanted, request.time()));
  }

  /** A segment's part of all documents that may be found, as far as it is known. */
  static double share(SegmentDocs segment, long expected) {
    return Math.min(1, (double) segment.expected() / Math.max(1, expected));
  }

  /** Adds up the scores of a block in all segments. */
  private void walk(List<SegmentDocs> probed, Probed block, Accumulator[] sums, int from)
      throws IOException {
    List<Callable<Void>> tasks = new ArrayList<>(probed.size());
    for (int i = 0; i < sums.length; i++) {
      int segment = i;
      tasks.add(
          () -> {
            sums[segment] = walk(probed.get(segment), block, segment, sums[segment], from);
            return null;
          });
    }
    segments.run(tasks);
  }

  private Accumulator walk(SegmentDocs segment, Probed block, int i, Accumulator sums, int from)
      throws IOException {
    ApproximateSegmentSearch search = segment.approximate();
    int to = (int) Math.min(search.documents(), (long) from + window);
    return from < to || from == 0
        ? search.walk(block.block, block.probes.get(i), block.cut, sums, from, to)
        : null;
  }

  /** Adds up the scores of the last block, and returns the best documents of each segment. */
  private List<long[]> choose(List<SegmentDocs> probed, Probed block, Accumulator[] sums, int from)
      throws IOException {
    List<Callable<long[]>> tasks = new ArrayList<>(probed.size());
    for (int i = 0; i < sums.length; i++) {
      int number = i;
      SegmentDocs segment = probed.get(i);
      tasks.add(() -> choose(segment, walk(segment, block, number, sums[number], from)));
    }
    return segments.run(tasks);
  }

  private long[] choose(SegmentDocs segment, Accumulator sums) throws IOException {
    if (sums == null) {
      return new long[0];
    }
    boolean spread = request.parents() != null;
    int n = (int) Math.min((long) candidates * (spread ? PER_PLACE : 1), segment.accepted());
    int[] docs = new int[n];
    float[] estimates = new float[n];
    int found = segment.approximate().collect(sums, n, segment.acceptedBits(), docs, estimates);
    long[] hits = new long[found];
    for (int i = 0; i < found; i++) {
      hits[i] = BestDocs.encode(segment.docBase() + docs[i], estimates[i]);
    }
    BestDocs.sort(hits);
    return spread ? spread(hits) : hits;
  }

  /**
   * Keeps few documents of each parent, so that candidates are of many parents even if each parent
   * has many children. The candidates that are scored then have k parents, if there are that many.
   */
  private long[] spread(long[] hits) {
    int most = Math.max(1, candidates / request.k());
    Map<Integer, Integer> children = new HashMap<>();
    int kept = 0;
    for (int i = 0; i < hits.length && kept < candidates; i++) {
      int parent = segments.parent(BestDocs.doc(hits[i]));
      if (parent >= 0 && children.merge(parent, 1, Integer::sum) <= most) {
        hits[kept++] = hits[i];
      }
    }
    return Arrays.copyOf(hits, kept);
  }

  private List<long[]> merge(List<long[]> found, List<long[]> more) {
    List<long[]> merged = new ArrayList<>(found.size());
    for (int i = 0; i < found.size(); i++) {
      long[] a = found.get(i);
      long[] b = more.get(i);
      BestDocs best = new BestDocs(Math.max(1, Math.min(candidates, a.length + b.length)));
      for (long hit : a) {
        best.add(hit);
      }
      for (long hit : b) {
        best.add(hit);
      }
      merged.add(best.best());
    }
    return merged;
  }
}
