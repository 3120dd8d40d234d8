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
import io.github.luceneplaid.plaid.search.request.QueryTables;
import java.io.IOException;
import org.apache.lucene.util.Bits;

/**
 * A segment that can find the documents that are worth scoring without looking at every document.
 */
public interface ApproximateSegmentSearch extends SegmentSearch {

  /** Whether exact scores come from raw tokens, while quick ones come from their codes. */
  boolean keepsRaw();

  /** Returns the number of documents with tokens, deleted ones included. */
  int documents();

  /**
   * Returns about how many dot products {@link #probe} and {@link #collect} are worth.
   *
   * @param acceptedCount as for {@link #probe}
   * @param share as for {@link #probe}
   * @param probes cells that are walked for each query token, in all segments together
   */
  long collectCost(int acceptedCount, double share, int probes);

  /**
   * Returns about how many floats {@link #probe} holds for a query token.
   *
   * @param acceptedCount as for {@link #probe}
   * @param share as for {@link #probe}
   */
  double scoresPerToken(int acceptedCount, double share);

  /**
   * Scores the cells whose posting lists may be worth reading.
   *
   * @param block the query tokens
   * @param acceptedCount about how many documents may be found, at least; if they are few, more
   *     cells must be probed to find as many
   * @param share this segment's part of the documents that may be found in all segments: the
   *     smaller it is, the less the segment probes
   * @return the cells, for any thread
   */
  CellProbe probe(QueryTables.Block block, int acceptedCount, double share) throws IOException;

  /**
   * Walks the posting lists of cells. May end early when the request has timed out.
   *
   * @param block the query tokens
   * @param probe what {@link #probe} returned for them, on any copy
   * @param cut which cells are walked
   * @param sums the sums of the blocks before, null for the first block
   * @param from ordinal of the first document
   * @param to one behind the last one
   * @return the sums, with this block added
   */
  Accumulator walk(
      QueryTables.Block block, CellProbe probe, CellCut cut, Accumulator sums, int from, int to)
      throws IOException;

  /**
   * Finds the documents that are likely to score best. Some documents are kept outside the posting
   * lists, so that probes cannot reach them. If the sums begin with the first ordinal, the
   * candidates must include those of these documents that have a good score.
   *
   * @param sums what {@link #walk} returned for the last block
   * @param n how many documents to find at most
   * @param accepted the documents that may be found, deleted ones excluded; null for all
   * @param docs receives the documents found, in any order, each once
   * @param scores receives an estimate of the score of each, finite
   * @return how many were found
   */
  int collect(Accumulator sums, int n, Bits accepted, int[] docs, float[] scores)
      throws IOException;

  /**
   * Computes MaxSim of a document from its codes, with the small error of integer arithmetic.
   *
   * @return the score, finite and not negative; NaN if the document has no tokens of the query's
   *     dimension, or if the request times out before all of them are looked at
   */
  float quickScore(int doc) throws IOException;

  @Override
  ApproximateSegmentSearch copy() throws IOException;
}
