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

package io.github.luceneplaid.plaid.write;

import io.github.luceneplaid.plaid.codebook.Codebook;
import io.github.luceneplaid.plaid.segment.ImportedDocValues;
import io.github.luceneplaid.plaid.segment.Payload;
import io.github.luceneplaid.plaid.segment.PlaidBinaryDocValues;
import io.github.luceneplaid.plaid.segment.PlaidOptions;
import io.github.luceneplaid.plaid.segment.PlaidSegment;
import io.github.luceneplaid.plaid.segment.ShownValues;
import java.io.IOException;
import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.index.DocIDMerger;
import org.apache.lucene.util.BytesRef;

/**
 * The documents of one source of a segment that is being written. A source is the values buffered
 * for a flush, or one segment of a merge. Values in a PLAID segment are read from that segment. All
 * other values are read as payloads.
 */
final class TokenCursor extends DocIDMerger.Sub {

  private final ShownValues shown;
  private final BinaryDocValues values;
  private final int dimension;
  private final PlaidOptions options;
  private final ImportedDocValues incoming;
  private final int payloadsTimesEncoded;

  /** The segment that holds the current document; null if it is read as a payload. */
  private PlaidBinaryDocValues plaid;

  private int tokenCount;
  private boolean unitLength;
  private BytesRef payload;
  private Codebook imported;

  /**
   * Sole constructor.
   *
   * @param mapped the values of the source, not yet advanced
   * @param dimension dimension of the tokens that the segment will code; 0 if it codes none
   * @param options options of the segment
   */
  TokenCursor(TokenDocs.MappedValues mapped, int dimension, PlaidOptions options) {
    super(mapped.docMap());
    this.shown = mapped.shown();
    this.values = mapped.values();
    this.dimension = dimension;
    this.options = options;
    this.incoming =
        values instanceof ImportedDocValues a
                && a.codebook().dimension() == dimension
                && a.codebook().buckets().bits() == options.bits()
            ? a
            : null;
    this.payloadsTimesEncoded = shown.isDirect() ? 0 : mapped.timesEncoded();
  }

  private boolean hasCodesOfTheseBits() {
    return plaid.segment().isTrained() && plaid.segment().bits() == options.bits();
  }

  private boolean keepsRawAsWanted() {
    return options.raw() == null || options.raw() == plaid.segment().raw();
  }

  @Override
  public int nextDoc() throws IOException {
    return values.nextDoc();
  }

  /** Reads the current document. Called once for each document that is not deleted. */
  void load() throws IOException {
    payload = null;
    imported = null;
    plaid = null;
    if (incoming != null) {
      tokenCount = incoming.tokenCount();
      unitLength = true;
      imported = incoming.codebook();
      return;
    }
    PlaidBinaryDocValues source = shown.source();
    if (source != null && source.segment().dimension() == dimension) {
      plaid = source;
      tokenCount = plaid.segment().tokenCount(plaid.ordinal());
      Codebook codebook = plaid.segment().imported(plaid.ordinal());
      imported = hasCodesOfTheseBits() ? codebook : null;
      // Imported codes decode to signs or, rarely, to zeros, which have another length than 1
      unitLength = imported != null || (codebook == null && plaid.segment().isUnitLength());
      return;
    }
    payload = values.binaryValue();
    tokenCount = 0;
    if (dimension > 0 && Payload.dimension(payload) == dimension) {
      Payload.Shape shape = Payload.shape(payload, dimension);
      unitLength = shape == Payload.Shape.UNIT_LENGTH;
      tokenCount = shape == Payload.Shape.ODD ? 0 : Payload.tokenCount(payload, dimension);
    }
  }

  /** Returns the number of tokens of the document; 0 if its value is stored unchanged. */
  int tokenCount() {
    return tokenCount;
  }

  /** Whether all tokens of the document have length 1, or have codes that need no lengths. */
  boolean isUnitLength() {
    return unitLength;
  }

  /** Returns the value of a document that is stored unchanged. */
  BytesRef bytes() throws IOException {
    return payload;
  }

  /**
   * Returns the segment with the document's codes of a trained codebook, if they can be copied;
   * otherwise null.
   */
  PlaidSegment codes() {
    return plaid != null && imported == null && hasCodesOfTheseBits() && keepsRawAsWanted()
        ? plaid.segment()
        : null;
  }

  /**
   * Returns the imported codebook of the document's codes, if they can be copied; otherwise null.
   */
  Codebook imported() {
    return imported;
  }

  /**
   * Returns the values that hold {@link #imported() imported} codes; null if the {@link #segment}
   * holds them.
   */
  ImportedDocValues incoming() {
    return incoming;
  }

  /** Returns the segment that holds the document's codes, or that the document is decoded from. */
  PlaidSegment segment() {
    return plaid.segment();
  }

  /** Returns the ordinal of the document in {@link #segment}. */
  int ordinal() {
    return plaid.ordinal();
  }

  /**
   * Returns how many times the tokens of {@link #tokens} have been encoded and decoded. Each time
   * makes them less precise.
   */
  int timesEncoded() {
    if (incoming != null) {
      return 1;
    }
    return payload == null ? plaid.segment().tokensTimesEncoded() : payloadsTimesEncoded;
  }

  /**
   * Returns the largest number of times that any token in the document's segment was encoded; 1 for
   * imported codes, which are never written anew.
   */
  int codesTimesEncoded() {
    return imported != null ? 1 : plaid.segment().timesEncoded();
  }

  /**
   * Copies tokens {@code [from, from + n)} of the document, row after row.
   *
   * @param into receives n rows of the dimension
   */
  void tokens(int from, int n, float[] into) throws IOException {
    if (incoming != null) {
      incoming.tokens(from, n, into);
    } else if (payload == null) {
      plaid.segment().tokens(plaid.ordinal(), from, n, into);
    } else {
      Payload.read(payload, dimension, from, n, into);
    }
  }
}
