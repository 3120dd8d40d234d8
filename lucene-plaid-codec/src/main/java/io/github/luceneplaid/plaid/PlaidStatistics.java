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

package io.github.luceneplaid.plaid;

import io.github.luceneplaid.plaid.ivf.CellLayout;
import io.github.luceneplaid.plaid.ivf.CellTable;
import io.github.luceneplaid.plaid.segment.CodebookBlock;
import io.github.luceneplaid.plaid.segment.CodedParts;
import io.github.luceneplaid.plaid.segment.PlaidFieldEntry;
import io.github.luceneplaid.plaid.segment.TokenAddresses;
import io.github.luceneplaid.plaid.segment.TokenHistory;
import java.util.List;

/**
 * What one segment holds of a field, and how it came to hold it.
 *
 * @param documents documents whose tokens are stored as rows or codes
 * @param escapedDocuments documents whose value is kept as the bytes it came in: not the payload of
 *     a late-interaction field, of another dimension than the others, or with a token that is zero,
 *     tiny, huge or not finite
 * @param tokens tokens of {@code documents}
 * @param dimension components of a token
 * @param unitLength whether every token is of length 1, so that no lengths are stored
 * @param trained whether tokens are coded; false: they are stored as they are, if there are many
 *     with codes beside them to search by
 * @param bits bits per dimension of a residual (of the options, if the segment is not trained)
 * @param raw what a trained segment keeps of the original tokens
 * @param codebooks ids of the codebook blocks, in the order of their centroids
 * @param centroids centroids of all codebook blocks
 * @param regions regions that cells lie in; the centroids if there is one codebook
 * @param cells cells
 * @param postings entries of all posting lists
 * @param copiedTokens tokens whose codes were copied when this segment was written
 * @param encodedTokens tokens that were encoded from what their writer gave when this segment was
 *     written
 * @param reencodedTokens tokens that were decoded and encoded anew, with loss, when this segment
 *     was written
 * @param timesEncoded the largest number of times that any token of the segment has been encoded: 0
 *     if none was, as in a flat segment, and 1 if none was encoded from decoded values. If raw
 *     tokens are decoded from imported codes, it is one more. The count is lost where an escaped
 *     document keeps decoded tokens, and may become less where another format merges segments
 * @param centroidBytes bytes of centroids, and of regions if these are others
 * @param codeBytes bytes of codes, with scales, centroid ids, lengths and the padding of blocks
 * @param cellBytes bytes of cells
 * @param postingBytes bytes of posting lists
 * @param rawBytes bytes of tokens stored as floats: all of a flat segment's, or those kept raw
 * @param addressBytes bytes of what finds a document's tokens
 * @lucene.experimental
 */
public record PlaidStatistics(
    int documents,
    int escapedDocuments,
    long tokens,
    int dimension,
    boolean unitLength,
    boolean trained,
    int bits,
    RawTokens raw,
    List<String> codebooks,
    int centroids,
    int regions,
    int cells,
    long postings,
    long copiedTokens,
    long encodedTokens,
    long reencodedTokens,
    int timesEncoded,
    long centroidBytes,
    long codeBytes,
    long cellBytes,
    long postingBytes,
    long rawBytes,
    long addressBytes) {

  /** Bytes of all parts together. */
  public long totalBytes() {
    return centroidBytes + codeBytes + cellBytes + postingBytes + rawBytes + addressBytes;
  }

  /**
   * Returns what a field's meta tells.
   *
   * @lucene.internal
   */
  public static PlaidStatistics of(PlaidFieldEntry entry) {
    CodedParts codes = entry.codes();
    TokenAddresses addresses = entry.addresses();
    TokenHistory history = entry.history();
    return new PlaidStatistics(
        addresses.documents(),
        entry.escapedDocuments(),
        addresses.tokens(),
        entry.dimension(),
        entry.unitLength(),
        entry.isTrained(),
        entry.options().bits(),
        RawTokens.of(entry.options().raw()),
        codes == null
            ? List.of()
            : codes.blocks().stream().map(block -> block.id().toString()).toList(),
        codes == null ? 0 : codes.centroids(),
        codes == null ? 0 : codes.regions(),
        codes == null ? 0 : codes.cells(),
        codes == null ? 0 : codes.postings(),
        history.copied(),
        history.encoded(),
        history.reencoded(),
        history.timesEncoded(),
        codes == null ? 0 : centroidBytes(codes, entry.dimension()),
        codes == null ? 0 : entry.codeBytes(),
        codes == null ? 0 : CellLayout.bytes(codes.cells(), entry.dimension()),
        codes == null
            ? 0
            : codes.postings() * codes.postingWidth() + CellTable.bytes(codes.regions()),
        entry.rows() == null
            ? 0
            : addresses.tokens() * entry.dimension() * entry.rows().encoding().bytes(),
        entry.addressBytes());
  }

  /** Bytes of the centroids, and of the regions if these are others. */
  private static long centroidBytes(CodedParts codes, int dimension) {
    long rows = codes.centroidsAreRegions() ? 0L : codes.regions();
    for (CodebookBlock block : codes.blocks()) {
      // Imported centroids are 32-bit floats
      rows += (block.buckets() == null ? 1L : 2L) * block.size();
    }
    return rows * dimension * Short.BYTES;
  }
}
