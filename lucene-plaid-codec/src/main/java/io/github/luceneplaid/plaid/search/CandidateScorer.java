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

import java.io.IOException;
import java.util.List;

/**
 * Gives candidates quick scores in the order of their likely ones until the others are unlikely to
 * get into the top k. How far estimates are off, and how much that varies, is learned from the
 * candidates scored so far. Segments differ in it: the fewer tokens they have, the coarser are
 * their leaves, and the lower their estimates. So each has a mean error of its own, drawn to that
 * of all as long as it is based on few candidates.
 */
final class CandidateScorer {

  /** Candidates scored before the next look at whether to go on. */
  private static final int ROUND = 8;

  /** Errors to learn from before a deviation means something. */
  private static final int ENOUGH = 16;

  /** Candidates of each segment that are scored in any case. */
  private static final int SEEDS = 2;

  /** How many errors of a segment weigh as much as the mean of all. */
  private static final double PRIOR = 2;

  private final SearchLeaves leaves;
  private final SearchRequest request;
  private final int k;

  private List<long[]> parts;
  private int[] next;
  private int[] counts;
  private double[] sums;
  private long errors;
  private double sum;
  private double squares;

  CandidateScorer(SearchLeaves leaves, SearchRequest request, int k) {
    this.leaves = leaves;
    this.request = request;
    this.k = k;
  }

  /**
   * Scores candidates.
   *
   * @param candidates documents of each segment with their estimates, best first
   * @param limit how many to score at most
   * @param hits the best k of what has been scored before; gets the scores of candidates as well
   * @param scored gets the scores of candidates
   */
  void score(List<long[]> candidates, int limit, BestDocs hits, BestDocs scored)
      throws IOException {
    parts = candidates;
    next = new int[parts.size()];
    counts = new int[parts.size()];
    sums = new double[parts.size()];
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

  /** Chooses what to score next, and returns how many: none if the rest is hopeless. */
  private int choose(long[] batch, int[] part, int seeds, BestDocs hits) {
    int n = 0;
    for (int p = 0; p < next.length; p++) {
      while (next[p] < Math.min(seeds, parts.get(p).length) && n < batch.length) {
        part[n] = p;
        batch[n++] = parts.get(p)[next[p]++];
      }
    }
    boolean sure = errors >= ENOUGH && hits.isFull();
    double margin = sure ? request.options().confidence() * Math.sqrt(squares / errors) : 0;
    while (n < batch.length) {
      int p = mostLikely();
      if (p < 0 || (n == 0 && sure && likely(p) + margin < hits.worstScore())) {
        break;
      }
      part[n] = p;
      batch[n++] = parts.get(p)[next[p]++];
    }
    return n;
  }

  /** The segment whose next candidate has the highest likely score, -1 if there are no more. */
  private int mostLikely() {
    int best = -1;
    double highest = 0;
    for (int p = 0; p < next.length; p++) {
      if (next[p] < parts.get(p).length) {
        double likely = likely(p);
        if (best < 0 || likely > highest) {
          best = p;
          highest = likely;
        }
      }
    }
    return best;
  }

  private double likely(int p) {
    return BestDocs.score(parts.get(p)[next[p]]) + error(p);
  }

  /** The error to expect of a segment's estimates. */
  private double error(int p) {
    return errors == 0 ? 0 : (sums[p] + PRIOR * sum / errors) / (counts[p] + PRIOR);
  }

  private void score(long[] batch, int[] part, int n, BestDocs hits, BestDocs scored)
      throws IOException {
    int[] docs = new int[n];
    for (int i = 0; i < n; i++) {
      docs[i] = BestDocs.doc(batch[i]);
    }
    float[] scores = leaves.quickScores(docs);
    for (int i = 0; i < n; i++) {
      if (Float.isNaN(scores[i]) == false) {
        learn(part[i], scores[i] - BestDocs.score(batch[i]));
        hits.add(docs[i], scores[i]);
        scored.add(docs[i], scores[i]);
      }
    }
  }

  private void learn(int p, double error) {
    double surprise = errors == 0 ? 0 : error - error(p);
    squares += surprise * surprise;
    errors++;
    sum += error;
    counts[p]++;
    sums[p] += error;
  }
}
