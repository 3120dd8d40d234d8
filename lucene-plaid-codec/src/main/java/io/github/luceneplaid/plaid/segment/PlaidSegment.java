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

import io.github.luceneplaid.fsvi.slab.Slab;
import io.github.luceneplaid.fsvi.slab.SlabEncoding;
import io.github.luceneplaid.plaid.codebook.Codebook;
import io.github.luceneplaid.plaid.codebook.CodebookBlocks;
import io.github.luceneplaid.plaid.ivf.CellLayout;
import io.github.luceneplaid.plaid.ivf.CellTable;
import java.io.IOException;
import org.apache.lucene.codecs.CodecUtil;
import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.index.DocValues;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.store.RandomAccessInput;
import org.apache.lucene.util.IOSupplier;
import org.apache.lucene.util.LongValues;

/**
 * One field of one segment, as searches and merges read it. An instance belongs to one thread.
 * Another thread uses a {@link #copy}.
 *
 * <p>Centroids, regions and the cell table are loaded to the heap when they are first used. All
 * copies share them. With dimension d, they take 4 · d bytes for each centroid, and 16 bytes for
 * each region and its entry in the cell table. If the regions are not the centroids, each region
 * takes 4 · d bytes more. This is 1 MB for 2,048 centroids of 128 dimensions, the number for 4
 * million tokens. A segment has at most 65,536 centroids and as many regions. For each 128
 * dimensions these take at most 35 MB if the centroids are the regions, and 69 MB otherwise. A flat
 * field loads nothing. Everything else is read from the files.
 *
 * @lucene.internal
 */
public final class PlaidSegment {

  /** Largest dimension of tokens that can be coded. */
  public static final int MAX_DIMENSION = Payload.MAX_DIMENSION;

  private final StoredField shared;
  private final IOSupplier<BinaryDocValues> escaped;
  private final LongValues tokenStarts;
  private final LongValues halfStarts;
  private final LongValues ordToDoc;
  private final Slab rows;
  private final CodeReader codes;
  private final RandomAccessInput cells;
  private final RandomAccessInput postings;

  // Created when codes are first read.
  private StoredField.Centroids centroids;

  /**
   * Opens a field for a thread.
   *
   * @param escaped opens the values that are stored unchanged, and no others
   */
  PlaidSegment(StoredField shared, IOSupplier<BinaryDocValues> escaped) throws IOException {
    this.shared = shared;
    this.escaped = escaped;
    PlaidFieldEntry entry = shared.entry;
    TokenAddresses addresses = entry.addresses();
    this.tokenStarts = addresses.tokenStarts().open(shared.data);
    this.halfStarts = addresses.halfStarts().open(shared.data);
    this.ordToDoc = addresses.ordToDoc().open(shared.data);
    this.rows = entry.rows() == null ? null : openRows(entry, shared.vectors);
    if (entry.codes() != null) {
      CodedParts parts = entry.codes();
      this.codes = new CodeReader(this, entry, shared.data);
      this.cells =
          shared.vectors.randomAccessSlice(
              parts.cellsOffset(), CellLayout.bytes(parts.cells(), entry.dimension()));
      this.postings =
          shared.data.randomAccessSlice(
              parts.postingsOffset(), parts.postings() * parts.postingWidth());
    } else {
      this.codes = null;
      this.cells = null;
      this.postings = null;
    }
  }

  private static Slab openRows(PlaidFieldEntry entry, IndexInput vectors) throws IOException {
    TokenRows rows = entry.rows();
    return Slab.open(
        vectors, rows.offset(), entry.addresses().tokens(), entry.dimension(), rows.encoding());
  }

  /** Returns an instance for another thread. */
  public PlaidSegment copy() throws IOException {
    return new PlaidSegment(shared, escaped);
  }

  private StoredField.Centroids centroids() throws IOException {
    if (centroids == null) {
      centroids = shared.centroids();
    }
    return centroids;
  }

  /** Returns the number of documents that have tokens. Their ordinals start at 0. */
  public int documents() {
    return shared.entry.addresses().documents();
  }

  /** Number of tokens. */
  public long tokens() {
    return shared.entry.addresses().tokens();
  }

  /** Components of a token. */
  public int dimension() {
    return shared.entry.dimension();
  }

  /** Whether all tokens have length 1, so that blocks hold no lengths. */
  public boolean isUnitLength() {
    return shared.entry.unitLength();
  }

  /**
   * Whether the tokens are coded, and the codes are not provisional. If not, {@link #rows} holds
   * the tokens.
   */
  public boolean isTrained() {
    return shared.entry.isTrained();
  }

  /** Whether there are codes, provisional ones included, and so cells. */
  public boolean hasCodes() {
    return shared.entry.codes() != null;
  }

  /**
   * Returns how many times the tokens of {@link #tokens(int, int, int, float[])} have been encoded
   * and decoded.
   */
  public int tokensTimesEncoded() {
    return shared.entry.tokensTimesEncoded();
  }

  /** Bits per dimension of a residual. */
  public int bits() {
    return shared.entry.options().bits();
  }

  /**
   * Returns the type of the original tokens that are stored beside the codes; null if they are not
   * stored.
   */
  public SlabEncoding raw() {
    return shared.entry.options().raw();
  }

  public PlaidOptions options() {
    return shared.entry.options();
  }

  /** Returns the number of documents whose values are stored unchanged. */
  public int escapedDocuments() {
    return shared.entry.escapedDocuments();
  }

  /**
   * Returns the values that are stored unchanged, and no others. Their documents have no ordinal.
   */
  public BinaryDocValues escaped() throws IOException {
    return escapedDocuments() == 0 ? DocValues.emptyBinary() : escaped.get();
  }

  /**
   * Returns the field of a reader's segment, for the calling thread. The reader may hide or replace
   * values of the segment, see {@link ShownValues}.
   *
   * @param reader a reader of one segment; filters and updates around the segment are looked
   *     through if they show the field
   * @param field name of the field
   * @return null if the segment does not hold the field in this format
   */
  public static PlaidSegment of(LeafReader reader, String field) throws IOException {
    ShownValues shown = ShownValues.open(reader, field);
    return shown == null ? null : shown.base();
  }

  /** Returns the documents that have tokens, in the order of their ordinals. */
  public DocIdSetIterator iterator() throws IOException {
    return shared.entry.addresses().iterator(shared.data);
  }

  TokenAddresses addresses() {
    return shared.entry.addresses();
  }

  public IndexInput data() {
    return shared.data;
  }

  /**
   * Returns the document of an ordinal.
   *
   * @throws CorruptIndexException if the document does not exist
   */
  public int document(int ordinal) throws CorruptIndexException {
    if (ordToDoc == null) {
      return ordinal;
    }
    long document = ordToDoc.get(ordinal);
    if (document < 0 || document >= addresses().maxDoc()) {
      throw corrupt("ordinal " + ordinal + " is that of document " + document);
    }
    return (int) document;
  }

  /**
   * Returns the ordinal of a document; -1 if it has no tokens.
   *
   * @throws CorruptIndexException if the stored documents are invalid
   */
  public int ordinal(int document) throws CorruptIndexException {
    if (ordToDoc == null) {
      return document;
    }
    int low = 0;
    int high = documents() - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      int found = document(middle);
      if (found == document) {
        return middle;
      } else if (found < document) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return -1;
  }

  /**
   * Returns the first token of a document, a row of {@link #rows}.
   *
   * @throws CorruptIndexException if the token does not exist
   */
  public long firstToken(int ordinal) throws CorruptIndexException {
    return first(tokenStarts, ordinal, tokens());
  }

  private long first(LongValues starts, int ordinal, long end) throws CorruptIndexException {
    // Only merges verify the checksum of the data file, so every number from it is checked
    long start = ordinal < 0 || ordinal > documents() ? -1 : starts.get(ordinal);
    if (start < 0 || start > end) {
      throw corrupt("ordinal " + ordinal + " of " + documents() + " starts at " + start);
    }
    return start;
  }

  /**
   * Returns the number of tokens of a document.
   *
   * @throws CorruptIndexException if the stored number is invalid
   */
  public int tokenCount(int ordinal) throws CorruptIndexException {
    long n = firstToken(ordinal + 1) - firstToken(ordinal);
    long halves = firstHalf(ordinal + 1) - firstHalf(ordinal);
    if (n < 1 || n > Payload.maxTokenCount(dimension()) || halves != HalfBlock.count((int) n)) {
      throw corrupt("ordinal " + ordinal + " has " + n + " tokens in " + halves + " half blocks");
    }
    return (int) n;
  }

  /** Returns the exception for an invalid number in the data file. */
  public CorruptIndexException corrupt(String found) {
    return new CorruptIndexException(found, shared.data);
  }

  /**
   * Copies tokens {@code [from, from + n)} of a document. These are the raw tokens if the segment
   * stores them. Otherwise the tokens are decoded, with their length.
   *
   * @param into receives n rows of the dimension
   */
  public void tokens(int ordinal, int from, int n, float[] into) throws IOException {
    if (rows != null) {
      rows.readRows(firstToken(ordinal) + from, n, into, 0);
      return;
    }
    codes.decode(ordinal, from, n, into);
  }

  /** Returns the tokens stored as floats, by token number; null if there are none. */
  public Slab rows() {
    return rows;
  }

  /**
   * Returns the first half block of codes of a document. {@code firstHalf(ordinal + 1)} is the end
   * of its half blocks.
   *
   * @throws CorruptIndexException if the block does not exist
   */
  public long firstHalf(int ordinal) throws CorruptIndexException {
    return first(halfStarts, ordinal, addresses().halves());
  }

  /** Whether any documents are coded against an imported codebook. */
  public boolean hasImported() {
    // Imported codebooks are the first ones
    return hasCodes() && shared.entry.codes().blocks().get(0).isImported();
  }

  /**
   * Returns the imported codebook that a document is coded against; null if it is coded against a
   * trained codebook.
   *
   * @throws CorruptIndexException if the document does not exist
   */
  public Codebook imported(int ordinal) throws IOException {
    if (hasImported() == false) {
      return null;
    }
    int centroid = codes.firstCentroid(ordinal);
    CodebookBlocks codebooks = codebooks();
    return centroid < codebooks.importedCentroids()
        ? codebooks.list().get(codebooks.blockOf(centroid))
        : null;
  }

  /** Returns the codes of tokens; null if there are none. */
  public CodeReader codes() {
    return codes;
  }

  /** Returns the codebook blocks; null if there are no codes. */
  public CodebookBlocks codebooks() throws IOException {
    return hasCodes() ? centroids().codebooks() : null;
  }

  /**
   * Returns the centroids, row after row. Those of trained codebooks are rotated, so they are
   * multiplied with the rotated query. Those of imported codebooks are not rotated, so they are
   * multiplied with the query itself.
   */
  public float[] centroidRows() throws IOException {
    return codebooks().rows();
  }

  /** Whether the centroids are the regions. This is so if there is only one codebook. */
  public boolean centroidsAreRegions() {
    return shared.entry.codes().centroidsAreRegions();
  }

  /**
   * Returns the regions, row after row. They are the {@link #centroidRows}, or rotated rows of
   * their own.
   */
  public float[] regions() throws IOException {
    return centroids().regions();
  }

  /** Returns what brings each region to length 1; 0 for regions that are zero. */
  public float[] regionScales() throws IOException {
    return centroids().regionScales();
  }

  /** Returns the table of cells and postings of each region. */
  public CellTable cellTable() throws IOException {
    return centroids().directory();
  }

  /** Copies the records of n cells, see {@link CellLayout}. */
  public void readCells(int first, int n, byte[] into) throws IOException {
    int size = CellLayout.recordBytes(dimension());
    cells.readBytes((long) first * size, into, 0, n * size);
  }

  /** Bytes of a posting, 2 to 4. */
  public int postingWidth() {
    return shared.entry.codes().postingWidth();
  }

  /**
   * Copies postings as they are stored: little-endian ordinals of {@link #postingWidth} bytes.
   *
   * @param offset index of the first byte in the output
   * @throws CorruptIndexException if these postings do not exist
   */
  public void readPostings(long from, int n, byte[] into, int offset) throws IOException {
    int width = postingWidth();
    if (from < 0 || n < 0 || from > shared.entry.codes().postings() - n) {
      throw corrupt(n + " postings from " + from + " of " + shared.entry.codes().postings());
    }
    postings.readBytes(from * width, into, offset, n * width);
  }

  /** Verifies the checksums of the segment's files. */
  public void checkIntegrity() throws IOException {
    CodecUtil.checksumEntireFile(shared.data);
    CodecUtil.checksumEntireFile(shared.vectors);
  }

  /** Returns the entry of the field in the meta file. */
  public PlaidFieldEntry entry() {
    return shared.entry;
  }

  /**
   * Returns the largest number of times that any token has been encoded; 0 if there are no codes or
   * only provisional ones.
   */
  public int timesEncoded() {
    return shared.entry.history().timesEncoded();
  }
}
