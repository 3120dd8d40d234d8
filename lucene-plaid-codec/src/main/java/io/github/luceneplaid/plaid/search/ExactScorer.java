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
import java.util.Arrays;

/**
 * Gives documents exact scores, in the order of their quick scores, until the others are unlikely
 * to get into the top k. The scorer learns the error of quick scores from the documents scored so
 * far.
 */
final class ExactScorer {

  /** Documents scored first: enough to make the deviation of the errors reliable. */
  private static final int FIRST_ROUND = 8;

  /** Documents scored before the next check whether to go on. */
  private static final int ROUND = 3;

  /** The share of the allowed misses that this step may use; the earlier steps use the rest. */
  private static final double PART = 0.1;

  private final SegmentSearches segments;
  private final SearchRequest request;
  private final StopRule stop;
  private int errors;
  private double sum;
  private double squares;

  ExactScorer(SegmentSearches segments, SearchRequest request) {
    this.segments = segments;
    this.request = request;
    this.stop = new StopRule(request.options(), request.k() * PART);
  }

  /**
   * Scores documents.
   *
   * @param quick documents with their quick scores, best first
   * @param hits the best k of what has been scored before; gets the exact scores as well
   */
  void score(long[] quick, BestHits hits) throws IOException {
    int round = Math.max(FIRST_ROUND, request.k());
    for (int from = 0;
        from < quick.length
            && isEnough(quick, from, hits) == false
            && request.timedOut() == false; ) {
      int to = (int) Math.min(quick.length, (long) from + round);
      scoreRound(Arrays.copyOfRange(quick, from, to), hits);
      from = to;
      round = Math.max(ROUND, request.k() / 8);
    }
  }

  /** Whether no more hits are to be expected among the rest. */
  private boolean isEnough(long[] quick, int from, BestHits hits) {
    if (errors < FIRST_ROUND || hits.isFull() == false || stop.neverStops()) {
      return false;
    }
    double mean = sum / errors;
    double deviation = Math.sqrt(Math.max(0, squares / errors - mean * mean));
    double worst = hits.worstScore() - mean;
    return stop.goesByNext()
        ? BestDocs.score(quick[from]) + stop.deviations() * deviation < worst
        : stop.missed(quick, from, worst, deviation) <= stop.allowed();
  }

  private void scoreRound(long[] quick, BestHits hits) throws IOException {
    int[] docs = new int[quick.length];
    for (int i = 0; i < docs.length; i++) {
      docs[i] = BestDocs.doc(quick[i]);
    }
    float[] scores = segments.exactScores(docs);
    request.counters().exact(docs.length);
    for (int i = 0; i < docs.length; i++) {
      if (Float.isNaN(scores[i]) == false) {
        double error = scores[i] - BestDocs.score(quick[i]);
        // 0 if the quick score was exact. That tells nothing about other quick scores
        if (error != 0) {
          errors++;
          sum += error;
          squares += error * error;
        }
        hits.add(docs[i], scores[i]);
      }
    }
  }
}
