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

import io.github.luceneplaid.plaid.search.request.BestDocs;
import io.github.luceneplaid.plaid.search.request.BestHits;
import io.github.luceneplaid.plaid.search.request.SearchRequest;
import io.github.luceneplaid.plaid.search.request.StopRule;
import java.io.IOException;
import java.util.List;

/**
 * Gives candidates quick scores, in the order of their estimates, until the others are unlikely to
 * get into the top k. The scorer learns the mean error of the estimates, and its deviation, from
 * the candidates scored so far. The mean error depends on the size of the segment: a larger part of
 * the cells is probed in smaller segments. So segments of about the same size share a mean error.
 * As long as it is based on few candidates, it is drawn towards the mean of all segments.
 */
final class CandidateScorer {

  /** Candidates scored before the next check whether to go on. */
  private static final int ROUND = 8;

  /** Errors that must be known before their deviation is reliable. */
  private static final int ENOUGH = 16;

  /** Candidates that are scored in any case, for each size of segments. */
  private static final int SEEDS = 2;

  /**
   * The weight of the mean of all sizes, in errors of one size. It is low, because the means of
   * sizes differ by more than the errors of one size do.
   */
  private static final double PRIOR = 0.5;

  /** The index of the errors of all sizes together. */
  private static final int ALL = Integer.SIZE;

  private final SegmentSearches segments;
  private final SearchRequest request;
  private final int k;
  private final StopRule stop;

  private List<long[]> parts;

  /** The size of each segment, as the number of bits of its documents. */
  private int[] sizes;

  private int[] next;

  // By size, and for all sizes: the number of errors, their sum, and the sum of squared differences
  // from the mean that was expected.
  private int[] counts;
  private double[] sums;
  private double[] squares;

  CandidateScorer(SegmentSearches segments, SearchRequest request, int k) {
    this.segments = segments;
    this.request = request;
    this.k = k;
    this.stop = new StopRule(request.options(), k);
  }

  /**
   * Scores candidates.
   *
   * @param candidates documents of each segment with their estimates, best first
   * @param documents how many each of these segments has
   * @param limit how many to score at most
   * @param hits the best k of what has been scored before; gets the scores of candidates as well
   * @param scored gets the scores of candidates
   */
  void score(List<long[]> candidates, int[] documents, int limit, BestHits hits, BestHits scored)
      throws IOException {
    parts = candidates;
    sizes = new int[documents.length];
    for (int p = 0; p < sizes.length; p++) {
      sizes[p] = Integer.SIZE - Integer.numberOfLeadingZeros(documents[p]);
    }
    next = new int[parts.size()];
    counts = new int[ALL + 1];
    sums = new double[ALL + 1];
    squares = new double[ALL + 1];
    int left = limit;
    int round = Math.max(ENOUGH, k + 4);
    int seeds = SEEDS;
    while (left > 0 && request.timedOut() == false) {
      int size = Math.min(left, Math.max(round, seeds * parts.size()));
      long[] batch = new long[size];
      int[] part = new int[size];
      int n = choose(batch, part, seeds, hits);
      if (n == 0) {
        return;
      }
      score(batch, part, n, hits, scored);
      left -= n;
      round = Math.max(ROUND, k / 8);
      seeds = 0;
    }
  }

  /**
   * Chooses the candidates to score next, and returns their number: 0 if no more hits are expected.
   */
  private int choose(long[] batch, int[] part, int seeds, BestHits hits) {
    int n = 0;
    int[] taken = new int[Integer.SIZE];
    for (int p = 0; p < next.length && seeds > 0; p++) {
      while (taken[sizes[p]] < seeds && next[p] < parts.get(p).length && n < batch.length) {
        taken[sizes[p]]++;
        part[n] = p;
        batch[n++] = parts.get(p)[next[p]++];
      }
    }
    if (n == 0 && counts[ALL] >= ENOUGH && hits.isFull() && isEnough(hits.worstScore())) {
      return 0;
    }
    while (n < batch.length) {
      int p = mostPromising();
      if (p < 0) {
        break;
      }
      part[n] = p;
      batch[n++] = parts.get(p)[next[p]++];
    }
    return n;
  }

  /** Whether no more hits are to be expected among the rest. */
  private boolean isEnough(double worst) {
    if (stop.neverStops()) {
      return false;
    }
    int best = mostPromising();
    if (best < 0 || promise(best, stop.worth()) < worst) {
      return true;
    }
    if (stop.goesByNext()) {
      return false;
    }
    double missed = 0;
    for (int p = 0; p < next.length && missed <= stop.allowed(); p++) {
      double mean = mean(sums, sizes[p]);
      double deviation = Math.sqrt(mean(squares, sizes[p]));
      missed += stop.missed(parts.get(p), next[p], worst - mean, deviation);
    }
    return missed <= stop.allowed();
  }

  /** The segment whose next candidate may have the highest score, -1 if there are no more. */
  private int mostPromising() {
    int best = -1;
    double highest = 0;
    for (int p = 0; p < next.length; p++) {
      if (next[p] < parts.get(p).length) {
        double promise = promise(p);
        if (best < 0 || promise > highest) {
          best = p;
          highest = promise;
        }
      }
    }
    return best;
  }

  /** A score that a segment's next candidate is unlikely to exceed. */
  private double promise(int p) {
    return promise(p, stop.deviations());
  }

  /** The score of a segment's next candidate if it is so many deviations above its estimate. */
  private double promise(int p, double deviations) {
    double deviation = Math.sqrt(mean(squares, sizes[p]));
    return BestDocs.score(parts.get(p)[next[p]]) + mean(sums, sizes[p]) + deviations * deviation;
  }

  /** The mean for a size of segments, drawn towards the mean of all sizes. */
  private double mean(double[] learned, int size) {
    return counts[ALL] == 0
        ? 0
        : (learned[size] + PRIOR * learned[ALL] / counts[ALL]) / (counts[size] + PRIOR);
  }

  private void score(long[] batch, int[] part, int n, BestHits hits, BestHits scored)
      throws IOException {
    int[] docs = new int[n];
    for (int i = 0; i < n; i++) {
      docs[i] = BestDocs.doc(batch[i]);
    }
    float[] scores = segments.quickScores(docs);
    request.counters().quick(n);
    for (int i = 0; i < n; i++) {
      if (Float.isNaN(scores[i]) == false) {
        float estimate = BestDocs.score(batch[i]);
        // Equal if the estimate was the score. That tells nothing about other estimates
        if (scores[i] != estimate) {
          learn(part[i], scores[i] - estimate);
        }
        hits.add(docs[i], scores[i]);
        scored.add(docs[i], scores[i]);
      }
    }
  }

  private void learn(int p, double error) {
    double surprise = counts[ALL] == 0 ? 0 : error - mean(sums, sizes[p]);
    for (int size : new int[] {sizes[p], ALL}) {
      counts[size]++;
      sums[size] += error;
      squares[size] += surprise * surprise;
    }
  }
}
