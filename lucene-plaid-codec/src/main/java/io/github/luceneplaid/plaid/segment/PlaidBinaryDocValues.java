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

package io.github.luceneplaid.plaid.segment;

import java.io.IOException;
import org.apache.lucene.codecs.lucene90.IndexedDISI;
import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.util.BytesRef;

/**
 * The values of a field of a PLAID segment, as payloads of {@link
 * org.apache.lucene.document.LateInteractionField}. Searches and merges read the {@link #segment}
 * instead.
 *
 * @lucene.internal
 */
public final class PlaidBinaryDocValues extends BinaryDocValues {

  private static final int CHUNK = 64;

  private final PlaidSegment segment;
  private final BinaryDocValues escaped;
  private final IndexedDISI sparse;
  private final int denseEnd;
  private final BytesRef payload = new BytesRef();
  private float[] tokens;

  private int doc = -1;

  /** The current document with tokens. It is never before {@link #doc}, once that has moved. */
  private int tokenDoc = -1;

  /** Whether {@link #tokenDoc} has tokens. After {@link #advanceExact} it may have none. */
  private boolean hasTokens;

  private int escapedDoc = -1;
  private boolean hasEscaped;

  /**
   * Sole constructor.
   *
   * @param segment the segment, which no other values use
   * @param escaped the values that are stored unchanged; null if there are none
   */
  PlaidBinaryDocValues(PlaidSegment segment, BinaryDocValues escaped) throws IOException {
    this.segment = segment;
    this.escaped = escaped;
    this.sparse = segment.addresses().isDense() ? null : segment.addresses().disi(segment.data());
    this.denseEnd = segment.documents();
    if (escaped == null) {
      escapedDoc = NO_MORE_DOCS;
    }
  }

  /** Returns the segment that holds the values. It belongs to the same thread. */
  public PlaidSegment segment() {
    return segment;
  }

  /** Whether the value of the current document is stored unchanged. */
  public boolean isEscaped() {
    return doc != tokenDoc || hasTokens == false;
  }

  /** Returns the ordinal of the current document, which must not be escaped. */
  public int ordinal() {
    assert isEscaped() == false;
    return sparse == null ? doc : sparse.index();
  }

  /** Whether these bytes are the object that {@link #binaryValue} has returned for tokens. */
  @SuppressWarnings("ReferenceEquality") // Equal bytes may belong to another document
  boolean isPayload(BytesRef value) {
    return value == payload && isEscaped() == false;
  }

  @Override
  public int docID() {
    return doc;
  }

  @Override
  public int nextDoc() throws IOException {
    return advance(doc + 1);
  }

  @Override
  public int advance(int target) throws IOException {
    if (tokenDoc < target) {
      tokenDoc = advanceTokens(target);
      hasTokens = true;
    }
    if (escapedDoc < target) {
      escapedDoc = escaped.advance(target);
      hasEscaped = true;
    }
    doc = Math.min(tokenDoc, escapedDoc);
    return doc;
  }

  private int advanceTokens(int target) throws IOException {
    if (sparse != null) {
      int next = sparse.advance(target);
      if (next < target || (next >= segment.addresses().maxDoc() && next != NO_MORE_DOCS)) {
        throw segment.corrupt("document " + next + " follows " + (target - 1));
      }
      return next;
    }
    return target < denseEnd ? target : DocIdSetIterator.NO_MORE_DOCS;
  }

  @Override
  public boolean advanceExact(int target) throws IOException {
    doc = target;
    if (tokenDoc < target) {
      hasTokens = sparse == null || sparse.advanceExact(target);
      tokenDoc = target;
    }
    if (tokenDoc == target && hasTokens) {
      return true;
    }
    if (escapedDoc < target) {
      hasEscaped = escaped.advanceExact(target);
      escapedDoc = target;
    }
    return escapedDoc == target && hasEscaped;
  }

  @Override
  public long cost() {
    return (long) segment.documents() + segment.escapedDocuments();
  }

  @Override
  public BytesRef binaryValue() throws IOException {
    if (isEscaped()) {
      return escaped.binaryValue();
    }
    int ordinal = ordinal();
    int n = segment.tokenCount(ordinal);
    int dimension = segment.dimension();
    int length = Math.addExact(Integer.BYTES, Math.multiplyExact(n, dimension * Float.BYTES));
    if (payload.bytes.length < length) {
      payload.bytes = new byte[length];
    }
    payload.length = length;
    Payload.writeHeader(payload.bytes, dimension);
    if (tokens == null) {
      tokens = new float[CHUNK * dimension];
    }
    for (int from = 0; from < n; from += CHUNK) {
      int size = Math.min(CHUNK, n - from);
      segment.tokens(ordinal, from, size, tokens);
      Payload.write(tokens, size, dimension, payload.bytes, from);
    }
    return payload;
  }
}
