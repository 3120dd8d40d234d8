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
import io.github.luceneplaid.plaid.search.request.QueryTokens;
import io.github.luceneplaid.plaid.search.request.SearchRequest;
import io.github.luceneplaid.plaid.search.request.TimeLimit;
import io.github.luceneplaid.plaid.search.score.TokenPairs;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Arrays;
import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.index.DocValues;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.util.ArrayUtil;
import org.apache.lucene.util.BytesRef;

/**
 * Exact MaxSim over any binary doc values that hold payloads of {@link
 * org.apache.lucene.document.LateInteractionField}: a little-endian int, the dimension, and then
 * the tokens as little-endian floats. A value in any other form has no tokens.
 *
 * <p>A pair of tokens whose dot product is NaN or infinite does not match. It has no effect on the
 * other pairs.
 */
final class ExactSegmentSearch implements SegmentSearch {

  private static final VectorKernels KERNELS = VectorKernels.get();

  /** Floats decoded at a time: they stay in the cache between decoding and scoring. */
  static final int CHUNK = 1 << 15;

  /** Documents that are read to estimate the others. */
  private static final int SAMPLE = 8;

  private final LeafReader reader;
  private final SearchRequest request;
  private final QueryTokens query;
  private final int chunkRows;
  private final float[] best;
  private BinaryDocValues values;
  private float[] rows = {};
  private ByteBuffer buffer = ByteBuffer.allocate(0);

  /** Views of the buffer as floats, one for each alignment that the first float may have. */
  private final FloatBuffer[] floats = new FloatBuffer[Float.BYTES];

  private int dimension = -1;
  private long costPerDocument;

  ExactSegmentSearch(LeafReader reader, SearchRequest request) throws IOException {
    this.reader = reader;
    this.request = request;
    this.query = request.query();
    int rows = TimeLimit.rows(TimeLimit.PRODUCTS, (long) query.count() * query.dimension());
    this.chunkRows = Math.clamp(CHUNK / query.dimension(), 1, rows);
    this.best = new float[request.tables().unrotated().maxLength()];
    this.values = values();
  }

  private BinaryDocValues values() throws IOException {
    return DocValues.getBinary(reader, request.field());
  }

  @Override
  public int dimension() throws IOException {
    if (dimension < 0) {
      sample();
    }
    return dimension;
  }

  @Override
  public long costPerDocument() throws IOException {
    if (dimension < 0) {
      sample();
    }
    return costPerDocument;
  }

  /** Looks for a typical document: the first one that is a valid payload. */
  private void sample() throws IOException {
    dimension = 0;
    costPerDocument = query.count();
    BinaryDocValues documents = values();
    for (int i = 0;
        i < SAMPLE && dimension == 0 && documents.nextDoc() != DocIdSetIterator.NO_MORE_DOCS;
        i++) {
      wrap(documents.binaryValue());
      dimension = payloadDimension();
      costPerDocument = query.count() * (long) Math.max(1, tokens());
    }
  }

  @Override
  public boolean findsDimension() throws IOException {
    return findsDimension(values());
  }

  /** Whether one of some values has the query's dimension. */
  boolean findsDimension(BinaryDocValues documents) throws IOException {
    while (request.timedOut() == false && documents.nextDoc() != DocIdSetIterator.NO_MORE_DOCS) {
      wrap(documents.binaryValue());
      int found = payloadDimension();
      if (found == query.dimension()) {
        return true;
      }
      dimension = dimension > 0 ? dimension : found;
    }
    return false;
  }

  @Override
  public float exactScore(int doc, TokenPairs pairs, float[] similarity) throws IOException {
    if (values.docID() > doc) {
      values = values();
    }
    if (values.advanceExact(doc) == false) {
      return Float.NaN;
    }
    wrap(values.binaryValue());
    int tokens = tokens();
    if (tokens == 0) {
      return Float.NaN;
    }
    Arrays.fill(best, Float.NEGATIVE_INFINITY);
    for (int from = 0; from < tokens; from += chunkRows) {
      if (from > 0 && request.timedOut()) {
        return Float.NaN;
      }
      int count = read(from, tokens);
      request.tables().unrotated().maxSim(rows, 0, count, best);
    }
    float score = query.score(best);
    if (Float.isNaN(score)) {
      score = scoreFinitePairs(tokens);
    }
    if (similarity != null) {
      System.arraycopy(best, 0, similarity, 0, query.count());
    }
    if (pairs != null) {
      forEachPair(tokens, pairs);
    }
    return score;
  }

  private float scoreFinitePairs(int tokens) {
    Arrays.fill(best, Float.NEGATIVE_INFINITY);
    forEachPair(
        tokens,
        (queryToken, documentToken, dot) -> {
          if (Float.isFinite(dot)) {
            best[queryToken] = Math.max(best[queryToken], dot);
          }
        });
    return query.score(best);
  }

  private void forEachPair(int tokens, TokenPairs pairs) {
    int dim = query.dimension();
    for (int from = 0; from < tokens; from += chunkRows) {
      int count = read(from, tokens);
      for (int row = 0; row < count; row++) {
        for (int q = 0; q < query.count(); q++) {
          pairs.accept(q, from + row, KERNELS.dot(query.rows(), q * dim, rows, row * dim, dim));
        }
      }
    }
  }

  private void wrap(BytesRef payload) {
    if (buffer.array() != payload.bytes) {
      buffer = ByteBuffer.wrap(payload.bytes).order(ByteOrder.LITTLE_ENDIAN);
      Arrays.fill(floats, null);
    }
    buffer.limit(payload.offset + payload.length).position(payload.offset);
  }

  /** Returns the dimension of the wrapped payload, 0 if it is not valid. */
  private int payloadDimension() {
    int bytes = buffer.remaining() - Integer.BYTES;
    if (bytes <= 0) {
      return 0;
    }
    int dim = buffer.getInt(buffer.position());
    return dim > 0 && bytes % ((long) Float.BYTES * dim) == 0 ? dim : 0;
  }

  /** Returns how many tokens of the query's dimension the wrapped payload has. */
  private int tokens() {
    int dim = payloadDimension();
    return dim == query.dimension() ? (buffer.remaining() - Integer.BYTES) / Float.BYTES / dim : 0;
  }

  /** Decodes the next chunk of the wrapped payload. */
  private int read(int from, int tokens) {
    int count = Math.min(chunkRows, tokens - from);
    int size = count * query.dimension();
    rows = ArrayUtil.grow(rows, size);
    int start = buffer.position() + Integer.BYTES + from * query.dimension() * Float.BYTES;
    floats(start % Float.BYTES).get(start / Float.BYTES, rows, 0, size);
    return count;
  }

  /**
   * A view of the buffer's array as floats, from a byte on. It is made once for each array, not for
   * each value.
   */
  private FloatBuffer floats(int from) {
    if (floats[from] == null) {
      byte[] bytes = buffer.array();
      floats[from] =
          ByteBuffer.wrap(bytes)
              .slice(from, bytes.length - from)
              .order(ByteOrder.LITTLE_ENDIAN)
              .asFloatBuffer();
    }
    return floats[from];
  }

  @Override
  public DocIdSetIterator iterator() throws IOException {
    return values();
  }

  @Override
  public long aboutDocuments() {
    return values.cost();
  }

  @Override
  public SegmentSearch copy() throws IOException {
    return new ExactSegmentSearch(reader, request);
  }
}
