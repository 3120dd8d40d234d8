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

import io.github.luceneplaid.plaid.search.probe.CellCut;
import io.github.luceneplaid.plaid.search.request.BestDocs;
import io.github.luceneplaid.plaid.search.request.BestHits;
import io.github.luceneplaid.plaid.search.request.SearchCounters.Stage;
import io.github.luceneplaid.plaid.search.request.SearchRequest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * The steps of a search.
 *
 * <ol>
 *   <li>Segments without approximation, and those whose filter keeps so few documents that probing
 *       costs more than scoring them, are scanned.
 *   <li>The other segments propose candidates, and the best of all segments together are kept.
 *   <li>Candidates get quick scores until no more hits are expected among the rest, see {@link
 *       CandidateScorer}.
 *   <li>The best few get exact scores.
 * </ol>
 *
 * <p>If all documents would be candidates, or the request says so, everything is scanned with exact
 * scores instead. The result depends on neither the number of threads nor their timing, unless the
 * request times out. Every reported hit has an exact score, even after a timeout.
 */
public final class LateInteractionSearch {

  /** Most searches score one in this many of their candidates. */
  private static final int USUAL_PART = 16;

  private final SegmentSearches segments;
  private final SearchRequest request;
  private final long accepted;

  /** About how many documents may be hits. Unlike {@link #accepted}, it is no bound. */
  private final long expected;

  private final int k;

  /** Documents to look for, so that k hits are among them. */
  private final int depth;

  private final int candidates;

  public LateInteractionSearch(SegmentSearches segments, SearchRequest request) {
    this.segments = segments;
    this.request = request;
    this.accepted = segments.all().stream().mapToLong(SegmentDocs::accepted).sum();
    this.expected = segments.all().stream().mapToLong(SegmentDocs::expected).sum();
    this.k = (int) Math.min(request.k(), Math.min(accepted, parents()));
    this.depth = (int) Math.min(request.depth(), accepted);
    this.candidates = request.options().candidates(k, depth, accepted);
  }

  /** How many hits there may be at most because each has a parent of its own. */
  private long parents() {
    return request.parents() == null
        ? Long.MAX_VALUE
        : segments.all().stream().mapToLong(SegmentDocs::parents).sum();
  }

  /** How many segments have values of the field. */
  public int segments() {
    return segments.all().size();
  }

  /** Returns the hits, best first, in the form of {@link BestDocs}. */
  public long[] run() throws IOException {
    request.counters().end(Stage.OPEN);
    if (k == 0 || request.timedOut()) {
      return new long[0];
    }
    List<SegmentDocs> exact = new ArrayList<>();
    List<SegmentDocs> approximate = new ArrayList<>();
    for (SegmentDocs segment : segments.all()) {
      (segment.approximate() == null ? exact : approximate).add(segment);
    }
    if (request.options().exact() || allAreCandidates(approximate)) {
      BestHits best = new ExhaustiveScan(segments, request, k, false).run(segments.all());
      request.counters().end(Stage.SCAN);
      return best.best();
    }
    long[] hits = approximate(exact, approximate);
    boolean again = request.timedOut() == false && segments.adapt();
    return again ? new LateInteractionSearch(segments, request).run() : hits;
  }

  private boolean allAreCandidates(List<SegmentDocs> approximate) throws IOException {
    long atLeast = approximate.stream().mapToLong(SegmentDocs::acceptedAtLeast).sum();
    long atMost = approximate.stream().mapToLong(SegmentDocs::accepted).sum();
    int few = request.options().few(depth, accepted);
    if (atLeast <= few && few < atMost) {
      for (SegmentDocs segment : approximate) {
        segment.count(request.time());
      }
      atMost = approximate.stream().mapToLong(SegmentDocs::accepted).sum();
    }
    return atMost <= few;
  }

  private long[] approximate(List<SegmentDocs> exact, List<SegmentDocs> approximate)
      throws IOException {
    List<SegmentDocs> scanned = new ArrayList<>();
    List<SegmentDocs> probed = new ArrayList<>();
    boolean raw = false;
    int probes = probes(approximate);
    for (SegmentDocs segment : approximate) {
      (isCheaperToScan(segment, probes) ? scanned : probed).add(segment);
      raw |= segment.approximate().keepsRaw();
    }
    int kept = (int) Math.min(request.options().rescore(k, raw), accepted);
    BestHits exactDocs = new ExhaustiveScan(segments, request, k, false).run(exact);
    ExhaustiveScan quickScan = new ExhaustiveScan(segments, request, kept, true);
    BestHits quickDocs = segments.toRescore(kept);
    quickDocs.addAll(quickScan.run(scanned));
    request.counters().end(Stage.SCAN);
    List<long[]> found =
        new CandidateCollector(segments, request, candidates, expected).run(probed, probes);
    long all = found.stream().mapToLong(part -> part.length).sum();
    request.counters().candidates(all);
    boolean enough = Math.min(all, candidates) + exactDocs.size() + quickDocs.size() >= k;
    if (enough || request.timedOut()) {
      BestHits hits = segments.best(k);
      hits.addAll(exactDocs);
      hits.addAll(quickDocs);
      int[] documents = new int[probed.size()];
      for (int i = 0; i < documents.length; i++) {
        documents[i] = probed.get(i).approximate().documents();
      }
      new CandidateScorer(segments, request, k)
          .score(found, documents, candidates, hits, quickDocs);
      // Several candidates may have the same parent
      enough = request.parents() == null || hits.isFull();
    }
    if (enough == false && request.timedOut() == false) {
      quickDocs.addAll(quickScan.run(probed));
    }
    request.counters().end(Stage.QUICK);
    long[] hits = rescore(exactDocs, quickDocs, kept);
    request.counters().end(Stage.EXACT);
    return hits;
  }

  /** Cells to walk for each query token, in all segments together. */
  private int probes(List<SegmentDocs> approximate) throws IOException {
    long documents = 0;
    long mayBeFound = 0;
    for (SegmentDocs segment : approximate) {
      documents += segment.approximate().documents();
      mayBeFound += segment.accepted();
    }
    return CellCut.wanted(request, documents, mayBeFound);
  }

  private boolean isCheaperToScan(SegmentDocs segment, int probes) throws IOException {
    ApproximateSegmentSearch search = segment.approximate();
    // Most searches stop after a small part of the candidates
    double scored = Math.max(depth, candidates / USUAL_PART) * share(segment);
    double saved = (segment.accepted() - scored) * search.costPerDocument();
    return saved <= search.collectCost(segment.accepted(), share(segment), probes);
  }

  private double share(SegmentDocs segment) {
    return CandidateCollector.share(segment, expected);
  }

  /**
   * Gives the best documents exact scores, and keeps k of them. If time runs out, it chooses only
   * among the documents that have exact scores by then.
   */
  private long[] rescore(BestHits exactDocs, BestHits quickDocs, int kept) throws IOException {
    BestHits pool = segments.toRescore(kept);
    pool.addAll(exactDocs);
    pool.addAll(quickDocs);
    BestHits hits = segments.best(k);
    hits.addAll(exactDocs);
    List<Long> quick = new ArrayList<>();
    for (long hit : pool.best()) {
      if (segments.of(BestDocs.doc(hit)).approximate() != null) {
        quick.add(hit);
      }
    }
    new ExactScorer(segments, request)
        .score(quick.stream().mapToLong(Long::longValue).toArray(), hits);
    return hits.best();
  }
}
