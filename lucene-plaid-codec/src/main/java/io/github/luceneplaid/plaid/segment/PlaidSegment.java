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
 * One field of one segment, for the search and for merges. An instance belongs to one thread:
 * others take a {@link #copy}.
 *
 * <p>What is loaded to the heap when {@link #codebooks} are first needed is shared by all copies:
 * with dimension d, 4 · d bytes for each centroid (the centroid of an imported codebook, and
 * nothing else for it), 4 · d for each region where these are not the centroids, and 12 for each
 * region for the directory of its cells. That is 1 MB for 2,048 centroids of 128 dimensions, which
 * suit 4 million tokens, and 34 MB at most for each 128 dimensions of the 65,536 centroids and
 * regions that there can be, 68 with regions of their own. A flat field loads nothing. Everything
 * else is read from the files.
 *
 * @lucene.internal
 */
public final class PlaidSegment {

  /** Tokens of more dimensions are never coded. */
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

  // Taken when codes are read first.
  private StoredField.Centroids centroids;

  /**
   * Opens a field for a thread.
   *
   * @param escaped opens the values that are kept as they came in, and no others
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

  /** An instance for another thread. */
  public PlaidSegment copy() throws IOException {
    return new PlaidSegment(shared, escaped);
  }

  private StoredField.Centroids centroids() throws IOException {
    if (centroids == null) {
      centroids = shared.centroids();
    }
    return centroids;
  }

  /** Number of documents that have tokens; their ordinals are 0 to one less. */
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

  /** Whether all tokens are of length 1, and blocks hold no lengths. */
  public boolean isUnitLength() {
    return shared.entry.unitLength();
  }

  /** Whether tokens are coded for good. If not, {@link #rows} holds them. */
  public boolean isTrained() {
    return shared.entry.isTrained();
  }

  /** Whether there are codes, and so cells to search by. */
  public boolean hasCodes() {
    return shared.entry.codes() != null;
  }

  /**
   * How often the values of {@link #tokens(int, int, int, float[])} have been decoded from codes.
   */
  public int tokensTimesEncoded() {
    return shared.entry.tokensTimesEncoded();
  }

  /** Bits per dimension of a residual. */
  public int bits() {
    return shared.entry.options().bits();
  }

  /** How original tokens are kept beside the codes of a trained segment; null if they are not. */
  public SlabEncoding raw() {
    return shared.entry.options().raw();
  }

  public PlaidOptions options() {
    return shared.entry.options();
  }

  /** Number of documents whose bytes are kept as they came in. */
  public int escapedDocuments() {
    return shared.entry.escapedDocuments();
  }

  /** The values that are kept as they came in, and no others: those without an ordinal. */
  public BinaryDocValues escaped() throws IOException {
    return escapedDocuments() == 0 ? DocValues.emptyBinary() : escaped.get();
  }

  /**
   * The field behind a reader, for the calling thread. The reader need not show all of its
   * documents, nor as they are there: see {@link ShownValues}.
   *
   * @param reader of one segment; filters around it are looked through as long as they show the
   *     field, and so are updates
   * @param field name of the field
   * @return null if the segment does not hold the field in this format
   */
  public static PlaidSegment of(LeafReader reader, String field) throws IOException {
    ShownValues shown = ShownValues.open(reader, field);
    return shown == null ? null : shown.base();
  }

  /** The documents that have tokens; the n-th has ordinal n. */
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
   * The document of an ordinal.
   *
   * @throws CorruptIndexException if there is no such document
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
   * The ordinal of a document, or -1 if it has no tokens.
   *
   * @throws CorruptIndexException if documents are found that cannot be
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
   * The first token of a document, as a row of {@link #rows}.
   *
   * @throws CorruptIndexException if there is no such token
   */
  public long firstToken(int ordinal) throws CorruptIndexException {
    return first(tokenStarts, ordinal, tokens());
  }

  private long first(LongValues starts, int ordinal, long end) throws CorruptIndexException {
    // What is read of the data file is verified by merges only, so nothing is taken for granted
    long start = ordinal < 0 || ordinal > documents() ? -1 : starts.get(ordinal);
    if (start < 0 || start > end) {
      throw corrupt("ordinal " + ordinal + " of " + documents() + " starts at " + start);
    }
    return start;
  }

  /**
   * The number of tokens of a document.
   *
   * @throws CorruptIndexException if the document cannot have so many
   */
  public int tokenCount(int ordinal) throws CorruptIndexException {
    long n = firstToken(ordinal + 1) - firstToken(ordinal);
    long halves = firstHalf(ordinal + 1) - firstHalf(ordinal);
    if (n < 1 || n > Payload.maxTokenCount(dimension()) || halves != HalfBlock.count((int) n)) {
      throw corrupt("ordinal " + ordinal + " has " + n + " tokens in " + halves + " half blocks");
    }
    return (int) n;
  }

  /** What to throw where the data file states what cannot be. */
  public CorruptIndexException corrupt(String found) {
    return new CorruptIndexException(found, shared.data);
  }

  /**
   * Copies tokens {@code [from, from + n)} of a document: raw ones where the segment keeps them,
   * otherwise decoded ones, with their length.
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

  /** Tokens stored as floats, by token number; null if there are none. */
  public Slab rows() {
    return rows;
  }

  /**
   * The first half block of codes of a document; {@code firstHalf(ordinal + 1)} is one behind its
   * last.
   *
   * @throws CorruptIndexException if there is no such block
   */
  public long firstHalf(int ordinal) throws CorruptIndexException {
    return first(halfStarts, ordinal, addresses().halves());
  }

  /** Whether any documents are coded against an imported codebook. */
  public boolean hasImported() {
    // They are the first ones
    return hasCodes() && shared.entry.codes().blocks().get(0).isImported();
  }

  /**
   * The imported codebook that a document is coded against; null if it is coded by the format's own
   * quantiser.
   *
   * @throws CorruptIndexException if there is no such document
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

  /** The codes of tokens; null if there are none. */
  public CodeReader codes() {
    return codes;
  }

  /** The codebook blocks; null if there are no codes. */
  public CodebookBlocks codebooks() throws IOException {
    return hasCodes() ? centroids().codebooks() : null;
  }

  /**
   * What codes are of, row after row: centroids, rotated, and centroids of imported codebooks,
   * which are not. Products of the latter with the query as it was given are those of their
   * centroids.
   */
  public float[] centroidRows() throws IOException {
    return codebooks().rows();
  }

  /** Whether the regions that cells lie in are the centroids: there is one codebook. */
  public boolean centroidsAreRegions() {
    return shared.entry.codes().centroidsAreRegions();
  }

  /** The regions that cells lie in, row after row: rotated, or {@link #centroidRows}. */
  public float[] regions() throws IOException {
    return centroids().regions();
  }

  /** Cells and postings of each region. */
  public CellTable cellTable() throws IOException {
    return centroids().directory();
  }

  /** Copies n cells from one on, see {@link CellLayout}. */
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
   * @param offset where the first one goes
   * @throws CorruptIndexException if there are no such postings
   */
  public void readPostings(long from, int n, byte[] into, int offset) throws IOException {
    int width = postingWidth();
    if (from < 0 || n < 0 || from > shared.entry.codes().postings() - n) {
      throw corrupt(n + " postings from " + from + " of " + shared.entry.codes().postings());
    }
    postings.readBytes(from * width, into, offset, n * width);
  }

  /** Verifies the checksums of the files behind the segment. */
  public void checkIntegrity() throws IOException {
    CodecUtil.checksumEntireFile(shared.data);
    CodecUtil.checksumEntireFile(shared.vectors);
  }

  /** The field in the meta file. */
  public PlaidFieldEntry entry() {
    return shared.entry;
  }

  /**
   * The largest number of times that any token has been encoded; 0 if there are no codes for good.
   */
  public int timesEncoded() {
    return shared.entry.history().timesEncoded();
  }
}
