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

import io.github.luceneplaid.fsvi.internal.FilePart;
import io.github.luceneplaid.fsvi.slab.Limits;
import io.github.luceneplaid.fsvi.slab.SlabEncoding;
import io.github.luceneplaid.plaid.codebook.CodeBlock;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.lucene.store.DataInput;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.store.IndexOutput;

/**
 * The entry of a field in the meta file. {@link io.github.luceneplaid.plaid.PlaidDocValuesFormat}
 * states its layout. This record and its parts check their values when they are created, both by a
 * writer and by a reader. So a writer cannot write an entry that a reader refuses.
 *
 * @param addresses the documents with tokens, and where their tokens start
 * @param addressBytes bytes of the addresses in the data file
 * @param dimension components of a token
 * @param unitLength whether no lengths are stored
 * @param escapedDocuments documents whose bytes the delegate keeps
 * @param options the options the field was written with
 * @param history how the tokens were written to this segment
 * @param rows the tokens stored as floats; null if there are none
 * @param provisional whether the codes are used by searches only, and the rows hold the tokens
 * @param codes the codes, centroids and cells; null if there are none
 * @lucene.internal
 */
public record PlaidFieldEntry(
    TokenAddresses addresses,
    long addressBytes,
    int dimension,
    boolean unitLength,
    int escapedDocuments,
    PlaidOptions options,
    TokenHistory history,
    TokenRows rows,
    boolean provisional,
    CodedParts codes) {

  private static final byte FLAT = 0;
  private static final byte TRAINED = 1;
  private static final byte PROVISIONAL = 2;

  public PlaidFieldEntry {
    Limits.check("bytes of addresses", addressBytes, addresses.bytes(), Long.MAX_VALUE);
    Limits.check("dimension", dimension, 1, Payload.MAX_DIMENSION);
    long mostTokens = (long) addresses.documents() * Payload.maxTokenCount(dimension);
    Limits.check("tokens", addresses.tokens(), addresses.documents(), mostTokens);
    int others = addresses.maxDoc() - addresses.documents();
    Limits.check("escaped documents", escapedDocuments, 0, others);
    if (codes == null || provisional) {
      checkFlat(provisional, history, rows, codes);
    } else {
      checkTrained(addresses, options, history, rows);
    }
    if (codes != null) {
      checkParts(addresses, dimension, options, codes);
    }
  }

  private static void checkFlat(
      boolean provisional, TokenHistory history, TokenRows rows, CodedParts codes) {
    if (provisional && codes == null) {
      throw new IllegalArgumentException("provisional codes: found none");
    }
    if (rows == null || rows.encoding() != SlabEncoding.FLOAT32) {
      throw new IllegalArgumentException("rows of a flat field: found " + rows);
    }
    Limits.check("coded tokens of a flat field", history.tokens(), 0, 0);
  }

  private static void checkTrained(
      TokenAddresses addresses, PlaidOptions options, TokenHistory history, TokenRows rows) {
    SlabEncoding raw = rows == null ? null : rows.encoding();
    if (raw != options.raw()) {
      throw new IllegalArgumentException(
          "rows: found " + raw + ", expected " + options.raw() + " as the options say");
    }
    Limits.check("coded tokens", history.tokens(), addresses.tokens(), addresses.tokens());
    Limits.check("timesEncoded", history.timesEncoded(), 1, TokenHistory.MAX_TIMES_ENCODED);
  }

  private static void checkParts(
      TokenAddresses addresses, int dimension, PlaidOptions options, CodedParts codes) {
    Limits.check("cells", codes.cells(), 1, addresses.tokens());
    // A cell lists a document once, even if several of its tokens are in the cell
    Limits.check("postings", codes.postings(), codes.cells(), addresses.tokens());
    int width = CodedParts.widthOfPostings(addresses.documents());
    Limits.check("posting width", codes.postingWidth(), width, width);
    for (CodebookBlock block : codes.blocks()) {
      if (block.isImported()) {
        int bits = options.bits();
        Limits.check("bits of imported codes", block.buckets().bits(), bits, bits);
        int components = block.buckets().averageResidual().length;
        Limits.check("dimension of imported codes", components, dimension, dimension);
      }
    }
  }

  /** Whether the tokens are coded, and the codes are not provisional. */
  public boolean isTrained() {
    return codes != null && provisional == false;
  }

  /** Returns how many times the tokens that are read have been encoded and decoded. */
  public int tokensTimesEncoded() {
    // The codes were encoded from the raw tokens beside them
    return isTrained() && rows != null ? history.timesEncoded() - 1 : history.timesEncoded();
  }

  /** Bytes from one block of codes to the next, in the data file. */
  int codeStride() {
    return CodeReader.stride(CodeBlock.bytes(options.bits(), dimension), unitLength);
  }

  /** Bytes of all blocks of codes. */
  public long codeBytes() {
    return Math.multiplyExact(codeStride() / 2, addresses.halves());
  }

  /** The parts of the field in the data file. */
  List<FilePart> dataParts() {
    List<FilePart> parts = new ArrayList<>(addresses.parts());
    if (codes != null) {
      parts.add(new FilePart("codes", codes.codesOffset(), codeBytes()));
      parts.addAll(codes.dataParts());
    }
    return parts;
  }

  /** The parts of the field in the vector file. */
  List<FilePart> vectorParts() {
    List<FilePart> parts = new ArrayList<>();
    if (rows != null) {
      int rowBytes = dimension * rows.encoding().bytes();
      long bytes = Math.multiplyExact(addresses.tokens(), rowBytes);
      parts.add(new FilePart("rows", rows.offset(), bytes));
    }
    if (codes != null) {
      parts.addAll(codes.vectorParts(dimension));
    }
    return parts;
  }

  /**
   * Writes everything except the addresses. {@link TokenAddresses.Builder#write} must have written
   * them before.
   */
  public void write(IndexOutput meta) throws IOException {
    meta.writeVLong(addressBytes);
    meta.writeVInt(dimension);
    meta.writeByte((byte) (unitLength ? 1 : 0));
    meta.writeVInt(escapedDocuments);
    meta.writeByte((byte) options.bits());
    TokenRows.writeEncoding(options.raw(), meta);
    meta.writeVInt(options.trainingThreshold());
    meta.writeVInt(options.tokensPerCell());
    meta.writeLong(options.seed());
    history.write(meta);
    TokenRows.write(rows, meta);
    meta.writeByte(codes == null ? FLAT : provisional ? PROVISIONAL : TRAINED);
    if (codes != null) {
      codes.write(meta);
    }
  }

  /**
   * Reads the addresses and the rest of the entry.
   *
   * @throws IllegalArgumentException if the entry is invalid
   * @throws ArithmeticException if the entry is invalid
   */
  static PlaidFieldEntry read(IndexInput meta, int maxDoc) throws IOException {
    TokenAddresses addresses = TokenAddresses.read(meta, maxDoc);
    long addressBytes = meta.readVLong();
    int dimension = meta.readVInt();
    // Checked before this number of floats is allocated
    Limits.check("dimension", dimension, 1, Payload.MAX_DIMENSION);
    byte unitLength = meta.readByte();
    Limits.check("unit length", unitLength, 0, 1);
    int escaped = meta.readVInt();
    PlaidOptions options = readOptions(meta);
    TokenHistory history = TokenHistory.read(meta);
    TokenRows rows = TokenRows.read(meta);
    byte form = meta.readByte();
    Limits.check("form", form, FLAT, PROVISIONAL);
    return new PlaidFieldEntry(
        addresses,
        addressBytes,
        dimension,
        unitLength == 1,
        escaped,
        options,
        history,
        rows,
        form == PROVISIONAL,
        form == FLAT ? null : CodedParts.read(meta, dimension, options.bits()));
  }

  private static PlaidOptions readOptions(DataInput meta) throws IOException {
    return new PlaidOptions(
        meta.readByte(),
        TokenRows.readEncoding(meta),
        meta.readVInt(),
        meta.readVInt(),
        meta.readLong());
  }
}
