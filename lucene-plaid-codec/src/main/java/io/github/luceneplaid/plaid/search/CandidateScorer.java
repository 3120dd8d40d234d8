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
import java.util.Arrays;

/**
 * Scores candidates in the order of their estimates, until the rest is unlikely to get among the
 * hits. How far an estimate is from the score is learned from the candidates scored so far: the
 * search ends when the next estimate, plus the mean of that error, plus some standard deviations of
 * it, is below the last hit.
 *
 * <p>Rounds have fixed sizes, whatever the number of threads, so that all of them stop at the same
 * candidate.
 */
final class CandidateScorer {

  /** Candidates scored before the next look at whether to go on. */
  private static final int ROUND = 8;

  /** Errors to learn from before a deviation means something. */
  private static final int ENOUGH = 16;

  private final SearchLeaves leaves;
  private final SearchRequest request;
  private final int k;
  private long errors;
  private double mean;
  private double squares;

  CandidateScorer(SearchLeaves leaves, SearchRequest request, int k) {
    this.leaves = leaves;
    this.request = request;
    this.k = k;
  }

  /**
   * Scores candidates.
   *
   * @param candidates documents with their estimates, best first
   * @param hits the best k of what has been scored before; gets the scores of candidates as well
   * @param scored gets the scores of candidates
   */
  void score(long[] candidates, BestDocs hits, BestDocs scored) throws IOException {
    long round = Math.max(ENOUGH, k + 4L);
    int from = 0;
    while (from < candidates.length && isHopeless(candidates[from], hits) == false) {
      int to = (int) Math.min(candidates.length, from + round);
      int[] docs = Arrays.stream(candidates, from, to).mapToInt(BestDocs::doc).toArray();
      float[] scores = leaves.quickScores(docs);
      for (int i = 0; i < docs.length; i++) {
        if (Float.isNaN(scores[i]) == false) {
          learn(scores[i] - BestDocs.score(candidates[from + i]));
          hits.add(docs[i], scores[i]);
          scored.add(docs[i], scores[i]);
        }
      }
      from = to;
      round = Math.max(ROUND, k / 8);
      if (request.timedOut()) {
        return;
      }
    }
  }

  /** Welford's update of mean and deviation. */
  private void learn(double error) {
    errors++;
    double delta = error - mean;
    mean += delta / errors;
    squares += delta * (error - mean);
  }

  private boolean isHopeless(long candidate, BestDocs hits) {
    if (errors < ENOUGH || hits.isFull() == false) {
      return false;
    }
    double deviation = Math.sqrt(squares / errors);
    double likely = BestDocs.score(candidate) + mean + request.options().confidence() * deviation;
    return likely < hits.worstScore();
  }
}
