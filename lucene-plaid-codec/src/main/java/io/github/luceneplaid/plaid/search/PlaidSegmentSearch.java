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
 * Exact MaxSim of the tokens that a PLAID segment stores: raw rows in place where there are any,
 * otherwise decoded tokens. This is all there is to a flat segment; {@link TrainedSegmentSearch}
 * adds the search by codes. Documents whose value is kept as it came in, and sums that are not
 * finite, are left to {@link ExactSegmentSearch}.
 */
class PlaidSegmentSearch implements SegmentSearch {

  /** Tokens decoded at a time. */
  private static final int CHUNK = 64;

  final LeafReader reader;
  final SearchRequest request;
  final PlaidSegment segment;
  final QueryTokens query;
  final VectorKernels kernels = VectorKernels.get();
  final float[] best;
  private ExactSegmentSearch exact;
  private float[] tokens;
  private float[] products;

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
    if (bestToken != null) {
      findBest(ordinal, bestToken);
    } else if (segment.rows() != null) {
      int n = segment.tokenCount(ordinal);
      segment.rows().maxSim(query.rows(), query.count(), segment.firstToken(ordinal), n, best);
    } else {
      decodeAndMatch(ordinal);
    }
    float score = query.score(best);
    if (Float.isNaN(score)) {
      return exact().exactScore(doc, bestToken, similarity);
    }
    if (similarity != null) {
      System.arraycopy(best, 0, similarity, 0, best.length);
    }
    return score;
  }

  private void decodeAndMatch(int ordinal) throws IOException {
    int n = segment.tokenCount(ordinal);
    for (int from = 0; from < n; from += CHUNK) {
      int size = Math.min(CHUNK, n - from);
      read(ordinal, from, size);
      kernels.maxSim(rows(), query.count(), tokens, 0, size, segment.dimension(), best);
    }
  }

  private void findBest(int ordinal, int[] bestToken) throws IOException {
    int n = segment.tokenCount(ordinal);
    int count = query.count();
    Arrays.fill(bestToken, -1);
    if (products == null) {
      products = new float[CHUNK * count];
    }
    for (int from = 0; from < n; from += CHUNK) {
      int size = Math.min(CHUNK, n - from);
      read(ordinal, from, size);
      kernels.matrix(rows(), count, tokens, 0, size, segment.dimension(), products, 0);
      for (int i = 0; i < size; i++) {
        for (int q = 0; q < count; q++) {
          if (products[i * count + q] > best[q]) {
            best[q] = products[i * count + q];
            bestToken[q] = from + i;
          }
        }
      }
    }
  }

  /** Reads tokens as the query is given by {@link #rows}. */
  private void read(int ordinal, int from, int n) throws IOException {
    if (tokens == null) {
      tokens = new float[CHUNK * segment.dimension()];
    }
    if (segment.rows() != null) {
      segment.rows().readRows(segment.firstToken(ordinal) + from, n, tokens, 0);
    } else {
      segment.decode(ordinal, from, n, tokens);
    }
  }

  /** The query, rotated if decoded tokens are. */
  private float[] rows() {
    return segment.rows() != null ? query.rows() : request.tables().rotated();
  }

  @Override
  public SegmentSearch copy() throws IOException {
    return new PlaidSegmentSearch(reader, request, segment.copy());
  }
}
