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

package io.github.luceneplaid.plaid.exchange;

import io.github.luceneplaid.plaid.codebook.Codebook;
import io.github.luceneplaid.plaid.segment.Payload;
import io.github.luceneplaid.plaid.segment.PlaidBinaryDocValues;
import io.github.luceneplaid.plaid.segment.PlaidSegment;
import io.github.luceneplaid.plaid.segment.ShownValues;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.apache.lucene.document.LateInteractionField;
import org.apache.lucene.index.DocValues;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.NumericDocValues;
import org.apache.lucene.index.ReaderUtil;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.BytesRef;
import org.apache.lucene.util.InPlaceMergeSorter;

/** The tokens of the live documents of an index, document by document in the order of an export. */
final class LiveDocuments {

  private final List<LeafReaderContext> leaves;
  private final String field;
  private final int[] docs;
  private final ShownValues[] values;

  private LeafReaderContext leaf;

  /** The segment that holds the current document; null if it is read as a payload. */
  private PlaidSegment segment;

  private int ordinal;
  private float[][] payload;

  /**
   * Puts documents in order.
   *
   * @param orderField documents are in the order of its numbers, and those without a number come
   *     last; null for the order of docIDs
   */
  LiveDocuments(IndexReader reader, String field, String orderField) throws IOException {
    this.leaves = reader.leaves();
    this.field = field;
    this.values = new ShownValues[leaves.size()];
    this.docs = orderField == null ? live(reader) : sorted(reader, orderField);
  }

  private static int[] live(IndexReader reader) {
    int[] docs = new int[reader.numDocs()];
    int n = 0;
    for (LeafReaderContext context : reader.leaves()) {
      Bits live = context.reader().getLiveDocs();
      for (int doc = 0; doc < context.reader().maxDoc(); doc++) {
        if (live == null || live.get(doc)) {
          docs[n++] = context.docBase + doc;
        }
      }
    }
    return docs;
  }

  private static int[] sorted(IndexReader reader, String orderField) throws IOException {
    long[] order = new long[reader.maxDoc()];
    Arrays.fill(order, Long.MAX_VALUE);
    for (LeafReaderContext context : reader.leaves()) {
      NumericDocValues numbers = DocValues.getNumeric(context.reader(), orderField);
      while (numbers.nextDoc() != NumericDocValues.NO_MORE_DOCS) {
        order[context.docBase + numbers.docID()] = numbers.longValue();
      }
    }
    int[] docs = live(reader);
    new InPlaceMergeSorter() {
      @Override
      protected int compare(int i, int j) {
        return Long.compare(order[docs[i]], order[docs[j]]);
      }

      @Override
      protected void swap(int i, int j) {
        int doc = docs[i];
        docs[i] = docs[j];
        docs[j] = doc;
      }
    }.sort(0, docs.length);
    return docs;
  }

  /** Returns the docIDs of all documents, in the order of the export. */
  int[] numbers() {
    return docs.clone();
  }

  /** Number of documents. */
  int size() {
    return docs.length;
  }

  /**
   * Moves to a document.
   *
   * @param i 0 to {@link #size} − 1
   * @return the number of its tokens
   * @throws IllegalArgumentException if its value is not one of a late-interaction field
   */
  int moveTo(int i) throws IOException {
    leaf = leaves.get(ReaderUtil.subIndex(docs[i], leaves));
    int doc = docs[i] - leaf.docBase;
    payload = null;
    segment = null;
    ShownValues shown = values[leaf.ord];
    if (shown == null) {
      shown = open();
    }
    if (shown.isDirect()) {
      ordinal = shown.base().ordinal(doc);
      if (ordinal >= 0) {
        segment = shown.base();
        return segment.tokenCount(ordinal);
      }
    }
    if (shown.values().docID() >= doc) {
      shown = open();
    }
    if (shown.values().advanceExact(doc) == false) {
      return 0;
    }
    PlaidBinaryDocValues source = shown.source();
    if (source != null) {
      segment = source.segment();
      ordinal = source.ordinal();
      return segment.tokenCount(ordinal);
    }
    payload = payload(shown.values().binaryValue(), doc);
    return payload.length;
  }

  private ShownValues open() throws IOException {
    values[leaf.ord] = ShownValues.open(() -> DocValues.getBinary(leaf.reader(), field), field);
    return values[leaf.ord];
  }

  private float[][] payload(BytesRef bytes, int doc) {
    int dimension = Payload.statedDimension(bytes);
    if (Payload.areTokens(bytes, dimension) == false) {
      throw new IllegalArgumentException(
          "document "
              + (leaf.docBase + doc)
              + " has no late-interaction value: found "
              + bytes.length
              + " bytes and dimension "
              + dimension);
    }
    return LateInteractionField.decode(bytes);
  }

  /** Returns the components of a token of the current document, which must have tokens. */
  int dimension() {
    return payload == null ? segment.dimension() : payload[0].length;
  }

  /**
   * Returns the imported codebook that the current document is coded against; null if there is
   * none.
   */
  Codebook imported() throws IOException {
    return segment == null ? null : segment.imported(ordinal);
  }

  /** Reads codes of the current document, which is coded against an imported codebook. */
  void codes(int from, int n, int[] centroids, byte[] residuals) throws IOException {
    segment.codes().importedCodes(ordinal, from, n, centroids, residuals);
  }

  /** Reads tokens of the current document as the index returns them, row after row. */
  void tokens(int from, int n, float[] into) throws IOException {
    if (payload == null) {
      segment.tokens(ordinal, from, n, into);
      return;
    }
    for (int i = 0; i < n; i++) {
      System.arraycopy(payload[from + i], 0, into, i * payload[0].length, payload[0].length);
    }
  }
}
