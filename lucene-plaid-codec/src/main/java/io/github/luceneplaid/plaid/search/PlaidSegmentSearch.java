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

import io.github.luceneplaid.fsvi.simd.VectorKernels;
import io.github.luceneplaid.plaid.PlaidSegment;
import java.io.IOException;
import java.util.Arrays;
import org.apache.lucene.index.DocValues;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.search.DocIdSetIterator;

/**
 * Exact MaxSim of the tokens that a PLAID segment stores as floats, or of what they are decoded to.
 * This is all there is to a flat segment; {@link TrainedSegmentSearch} adds the search by codes.
 * Documents whose value is kept as it came in, and sums that are not finite, are left to {@link
 * ExactSegmentSearch}.
 */
class PlaidSegmentSearch implements SegmentSearch {

  /** Tokens read at a time. */
  private static final int CHUNK = 64;

  final LeafReader reader;
  final SearchRequest request;
  final PlaidSegment segment;
  final QueryTokens query;
  final VectorKernels kernels = VectorKernels.get();
  final float[] best;
  private ExactSegmentSearch exact;
  private float[] tokens;

  /**
   * Sole constructor.
   *
   * @param segment belongs to the calling thread
   */
  PlaidSegmentSearch(LeafReader reader, SearchRequest request, PlaidSegment segment) {
    this.reader = reader;
    this.request = request;
    this.segment = segment;
    this.query = request.query();
    this.best = new float[query.count()];
  }

  @Override
  public final int dimension() {
    return segment.dimension();
  }

  @Override
  public final long costPerDocument() {
    return query.count() * Math.max(1, segment.tokens() / segment.documents());
  }

  @Override
  public final DocIdSetIterator iterator() throws IOException {
    return DocValues.getBinary(reader, request.field());
  }

  private ExactSegmentSearch exact() throws IOException {
    if (exact == null) {
      exact = new ExactSegmentSearch(reader, request);
    }
    return exact;
  }

  /** MaxSim of a document that is kept as it came in. */
  final float escapedScore(int doc) throws IOException {
    return exact().exactScore(doc, null, null);
  }

  @Override
  public final float exactScore(int doc, int[] bestToken, float[] similarity) throws IOException {
    int ordinal = segment.ordinal(doc);
    if (ordinal < 0) {
      return exact().exactScore(doc, bestToken, similarity);
    }
    Arrays.fill(best, Float.NEGATIVE_INFINITY);
    match(ordinal, best, null);
    float score = query.score(best);
    if (Float.isNaN(score)) {
      return exact().exactScore(doc, bestToken, similarity);
    }
    if (bestToken != null) {
      // Raw rows get other sums here, rounded otherwise than those that make the score
      Arrays.fill(bestToken, -1);
      float[] highest = new float[query.count()];
      Arrays.fill(highest, Float.NEGATIVE_INFINITY);
      match(ordinal, highest, bestToken);
    }
    if (similarity != null) {
      System.arraycopy(best, 0, similarity, 0, best.length);
    }
    return score;
  }

  /**
   * Finds the best similarity of each query token with a document's tokens.
   *
   * @param best [query tokens], in and out
   * @param bestToken receives the token of the document that has it; null if not wanted
   */
  void match(int ordinal, float[] best, int[] bestToken) throws IOException {
    int n = segment.tokenCount(ordinal);
    if (bestToken == null && segment.rows() != null) {
      segment.rows().maxSim(request.tables().unrotated(), segment.firstToken(ordinal), n, best);
      return;
    }
    int dimension = segment.dimension();
    tokens = tokens == null ? new float[CHUNK * dimension] : tokens;
    float[] products = bestToken == null ? null : new float[CHUNK * query.count()];
    for (int from = 0; from < n; from += CHUNK) {
      int size = Math.min(CHUNK, n - from);
      segment.tokens(ordinal, from, size, tokens);
      if (bestToken == null) {
        request.tables().unrotated().maxSim(tokens, 0, size, best);
      } else {
        kernels.matrix(query.rows(), query.count(), tokens, 0, size, dimension, products, 0);
        raise(products, size, from, best, bestToken);
      }
    }
  }

  private void raise(float[] products, int n, int from, float[] best, int[] bestToken) {
    int count = query.count();
    for (int i = 0; i < n; i++) {
      for (int q = 0; q < count; q++) {
        if (products[i * count + q] > best[q]) {
          best[q] = products[i * count + q];
          bestToken[q] = from + i;
        }
      }
    }
  }

  @Override
  public SegmentSearch copy() throws IOException {
    return new PlaidSegmentSearch(reader, request, segment.copy());
  }
}
