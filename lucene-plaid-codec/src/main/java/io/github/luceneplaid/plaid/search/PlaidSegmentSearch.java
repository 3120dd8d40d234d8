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

import io.github.luceneplaid.fsvi.simd.QueryMatrix;
import io.github.luceneplaid.fsvi.simd.VectorKernels;
import io.github.luceneplaid.plaid.search.request.QueryTokens;
import io.github.luceneplaid.plaid.search.request.SearchRequest;
import io.github.luceneplaid.plaid.search.request.TimeLimit;
import io.github.luceneplaid.plaid.search.score.TokenPairs;
import io.github.luceneplaid.plaid.segment.PlaidSegment;
import java.io.IOException;
import java.util.Arrays;
import org.apache.lucene.index.DocValues;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.search.DocIdSetIterator;

/**
 * Exact MaxSim of the tokens of a PLAID segment, which are stored as floats or decoded from codes.
 * A flat segment needs nothing else; {@link CodedSegmentSearch} adds the search by codes. {@link
 * ExactSegmentSearch} scores documents that are stored as their original bytes, and those whose
 * sums are not finite.
 */
class PlaidSegmentSearch implements SegmentSearch {

  /** Tokens read at a time. */
  private static final int CHUNK = 64;

  final LeafReader reader;
  final SearchRequest request;
  final PlaidSegment segment;
  final QueryTokens query;
  final VectorKernels kernels = VectorKernels.get();

  /** The best similarity of each query token, followed by working space for the kernels. */
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
    this.best = new float[request.tables().matrix().maxLength()];
  }

  /**
   * Whether the segment stores a document as tokens, and not as its original bytes or not at all.
   */
  final boolean hasTokens(int doc) throws IOException {
    return segment.ordinal(doc) >= 0;
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

  @Override
  public final int atMostDocuments() {
    return segment.documents() + segment.escapedDocuments();
  }

  private ExactSegmentSearch exact() throws IOException {
    if (exact == null) {
      exact = new ExactSegmentSearch(reader, request);
    }
    return exact;
  }

  /** MaxSim of a document that is stored as its original bytes. */
  final float escapedScore(int doc) throws IOException {
    return exact().exactScore(doc, null, null);
  }

  @Override
  public final float exactScore(int doc, TokenPairs pairs, float[] similarity) throws IOException {
    int ordinal = segment.ordinal(doc);
    if (ordinal < 0) {
      return exact().exactScore(doc, pairs, similarity);
    }
    Arrays.fill(best, Float.NEGATIVE_INFINITY);
    if (match(ordinal, best) == false) {
      return Float.NaN;
    }
    float score = query.score(best);
    if (Float.isNaN(score)) {
      return exact().exactScore(doc, pairs, similarity);
    }
    if (pairs != null) {
      pairs(ordinal, pairs);
    }
    if (similarity != null) {
      System.arraycopy(best, 0, similarity, 0, query.count());
    }
    return score;
  }

  /**
   * Finds the best similarity of each query token with a document's tokens.
   *
   * @param best [query tokens], in and out
   * @return false if time ran out before all tokens were looked at
   */
  boolean match(int ordinal, float[] best) throws IOException {
    int n = segment.tokenCount(ordinal);
    QueryMatrix matrix = request.tables().unrotated();
    int block = TimeLimit.rows(TimeLimit.PRODUCTS, (long) query.count() * segment.dimension());
    int step = segment.rows() == null ? Math.min(CHUNK, block) : block;
    for (int from = 0, sinceLook = 0; from < n; from += step, sinceLook += step) {
      if (sinceLook >= block) {
        sinceLook = 0;
        if (request.timedOut()) {
          return false;
        }
      }
      if (segment.rows() != null) {
        int size = Math.min(step, n - from);
        segment.rows().maxSim(matrix, segment.firstToken(ordinal) + from, size, best);
      } else {
        // First, as it makes the array
        int size = read(ordinal, from, Math.min(n, from + step));
        matrix.maxSim(tokens, 0, size, best);
      }
    }
    return true;
  }

  /** Computes the similarities of all query tokens with all tokens of a document. */
  void pairs(int ordinal, TokenPairs pairs) throws IOException {
    int n = segment.tokenCount(ordinal);
    int count = query.count();
    float[] products = new float[CHUNK * count];
    for (int from = 0; from < n; from += CHUNK) {
      int size = read(ordinal, from, n);
      kernels.matrix(query.rows(), count, tokens, 0, size, segment.dimension(), products, 0);
      for (int i = 0; i < size; i++) {
        for (int q = 0; q < count; q++) {
          pairs.accept(q, from + i, products[i * count + q]);
        }
      }
    }
  }

  /** Decodes the next chunk of a document of n tokens and returns its size. */
  private int read(int ordinal, int from, int n) throws IOException {
    tokens = tokens == null ? new float[CHUNK * segment.dimension()] : tokens;
    int size = Math.min(CHUNK, n - from);
    segment.tokens(ordinal, from, size, tokens);
    return size;
  }

  @Override
  public SegmentSearch copy() throws IOException {
    return new PlaidSegmentSearch(reader, request, segment.copy());
  }
}
