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

import io.github.luceneplaid.plaid.segment.PlaidDocValuesProducer;
import io.github.luceneplaid.plaid.segment.PlaidOptions;
import io.github.luceneplaid.plaid.segment.PlaidSegment;
import io.github.luceneplaid.plaid.segment.SegmentFiles;
import io.github.luceneplaid.plaid.write.PlaidDocValuesConsumer;
import java.io.IOException;
import java.util.OptionalInt;
import org.apache.lucene.codecs.CodecUtil;
import org.apache.lucene.codecs.DocValuesConsumer;
import org.apache.lucene.codecs.DocValuesFormat;
import org.apache.lucene.codecs.DocValuesProducer;
import org.apache.lucene.codecs.lucene90.IndexedDISI;
import org.apache.lucene.codecs.lucene90.Lucene90DocValuesFormat;
import org.apache.lucene.codecs.lucene95.OrdToDocDISIReaderConfiguration;
import org.apache.lucene.document.FieldType;
import org.apache.lucene.document.LateInteractionField;
import org.apache.lucene.index.DocValuesType;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.SegmentReadState;
import org.apache.lucene.index.SegmentWriteState;
import org.apache.lucene.util.packed.DirectMonotonicWriter;

/**
 * Doc values that can be searched by late interaction: the tokens of {@link LateInteractionField}
 * values, each coded as a centroid and a residual, with posting lists that find the documents near
 * a query token. The method is PLAID's (Santhanam et al. 2022), with three changes: residuals are
 * rotated and quantised by a table that is a constant of the format; codes are copied by merges;
 * and what is searched, the cells, is rebuilt by each merge from the codes.
 *
 * <p>Values of a field are in one of three forms:
 *
 * <ul>
 *   <li><b>flat</b>: segments with few tokens keep them as 32-bit floats, and are searched exactly.
 *       From 512 tokens on there are <b>provisional</b> codes beside them, which a search finds
 *       candidates by; merges and readers take no notice of these;
 *   <li><b>trained</b>: tokens are coded. What is read back is the decoded token, unless the field
 *       keeps raw ones;
 *   <li><b>escaped</b>: values that are not the payload of a late-interaction field, of another
 *       dimension than most of the segment's tokens or of more than 1024, or with tokens that are
 *       zero or nearly so (length below 2^-10), not finite, or too large for 16-bit floats, are
 *       kept as they are.
 * </ul>
 *
 * <p>Escaped values and all other types of doc values are written by {@link
 * Lucene90DocValuesFormat}.
 *
 * <p>Segments can also have tokens that an index of PLAID has coded, see {@link
 * io.github.luceneplaid.plaid.exchange}. Their codebook is <b>imported</b>: its centroids, buckets
 * and codes are kept as they are and copied by merges. Tokens that come later are coded by the
 * format's own quantiser beside them. A segment that was imported has its centroids as cells;
 * merges cluster its tokens as those of any other.
 *
 * <p>Options are written with each field, and as its attributes: {@code PlaidDocValuesFormat.bits},
 * {@code .raw} (NONE, FLOAT16 or FLOAT32), {@code .trainingThreshold}, {@code .tokensPerCell},
 * {@code .seed}, and {@code .timesEncoded}, the times the tokens that are read were encoded. A
 * format made without arguments, as the one that opens an index is, rewrites a field with the
 * options it finds: those of the largest trained segment of a merge, or of the largest one if all
 * are flat. An attribute that cannot be used, such as 5 bits, counts as missing.
 *
 * <p>A doc-values update of the field itself makes Lucene write values anew: those of the whole
 * segment, or with overlays of doc values those that are updated. Codes of all others are copied,
 * as by a merge.
 *
 * <p>Files have the extensions of Lucene's own vectors, so a server that maps files by extension
 * maps these. A codec therefore has to choose the format by field ({@link
 * org.apache.lucene.codecs.perfield.PerFieldDocValuesFormat}, as Lucene's codecs do), which gives
 * the files of each format names of their own.
 *
 * <p>Numbers are little-endian where nothing else is said or Lucene's own classes write them.
 *
 * <h2>.vem (meta), read and verified when the segment is opened</h2>
 *
 * <ul>
 *   <li>{@link CodecUtil} index header: codec "PlaidMeta", version, segment id, suffix. All files
 *       of a segment are of one version
 *   <li>For each field:
 *       <ul>
 *         <li><b>[int32]</b> field number; -1 ends the list
 *         <li><b>[vint]</b> documents N with tokens, <b>[vlong]</b> tokens T, <b>[vlong]</b> half
 *             blocks B: a document takes one for each 8 tokens, or part of them
 *         <li>documents of the ordinals, see {@link
 *             OrdToDocDISIReaderConfiguration#writeStoredMeta}
 *         <li>first token of each ordinal, and T, see {@link DirectMonotonicWriter} (block shift
 *             12), then <b>[vlong]</b> offset and <b>[vlong]</b> length in .veq
 *         <li>first half block of each ordinal, and B, likewise
 *         <li><b>[vlong]</b> bytes of all these in .veq
 *         <li><b>[vint]</b> dimension d, 1 to 1024
 *         <li><b>[int8]</b> 1 if no lengths are stored, because all tokens are of length 1 (their
 *             square differs by at most 0.001), or were before they were first encoded, or have
 *             imported codes, which need no lengths; else 0
 *         <li><b>[vint]</b> escaped documents
 *         <li>options: <b>[int8]</b> bits b, <b>[int8]</b> raw tokens (0 none, 1 f16, 2 f32),
 *             <b>[vint]</b> training threshold, <b>[vint]</b> tokens per cell, <b>[int64]</b> seed
 *         <li>history: <b>[vlong]</b> tokens copied, <b>[vlong]</b> encoded, <b>[vlong]</b> encoded
 *             anew from decoded ones: these three add up to T if trained, and are 0 otherwise;
 *             <b>[vint]</b> largest number of times any token was encoded, at most 65 536, and at
 *             least 1 if trained; one more if rows beside imported codes are decoded from these
 *         <li><b>[int8]</b> rows (0 none, 1 f16, 2 f32; those of the option if trained, else f32),
 *             and if there are any <b>[vlong]</b> offset of their slab in .vec
 *         <li><b>[int8]</b> form, 0 flat, 1 trained, 2 provisional. If not flat:
 *             <ul>
 *               <li><b>[vint]</b> codebook blocks, 1 to 16, imported ones first, with up to 65 536
 *                   centroids in all; for each: <b>[int64]</b> × 2 id (see {@link
 *                   io.github.luceneplaid.plaid.codebook.Codebook.Id}), <b>[vint]</b> centroids,
 *                   <b>[float32]</b> mean length of a residual, finite and at least 0,
 *                   <b>[vlong]</b> tokens it was trained on, <b>[int8]</b> kind (0 the format's
 *                   own, 1 imported with residuals of b bits, which then are 1, 2, 4 or 8, 2
 *                   imported with signs, where b is 1); if imported, <b>[vlong]</b> offset of its
 *                   centroids in .vec, <b>[float32]</b> × d average residual; if with residuals,
 *                   <b>[float32]</b> × (2<sup>b</sup> − 1) cutoffs, <b>[float32]</b> ×
 *                   2<sup>b</sup> weights, of magnitudes up to 10<sup>17</sup>, <b>[float32]</b>
 *                   cluster threshold
 *               <li><b>[vlong]</b> offset of the centroids' slab in .vec
 *               <li><b>[vint]</b> regions, <b>[vlong]</b> offset of their slab in .vec. If there is
 *                   one codebook block, its centroids are the regions, and the offset is that of
 *                   the slab above, which is empty if the block is imported
 *               <li><b>[vlong]</b> offset of the codes in .veq
 *               <li><b>[vint]</b> cells L, 1 to T, <b>[vlong]</b> offset of the cells in .vec
 *               <li><b>[vlong]</b> postings P, L to T, <b>[int8]</b> bytes of a posting (2 if N ≤
 *                   65 536, 3 if N ≤ 2<sup>24</sup>, else 4), <b>[vlong]</b> offset of the postings
 *                   in .veq
 *               <li><b>[vlong]</b> offset of the cell directory in .veq
 *             </ul>
 *       </ul>
 *   <li><b>[int8]</b> 1 if the segment has files of the delegate, else 0
 *   <li>footer
 * </ul>
 *
 * <h2>.vec (vectors)</h2>
 *
 * <ul>
 *   <li>Index header: codec "PlaidVectors"
 *   <li>For each field, each part aligned to 64 bytes: the slab of its rows (T × d floats, in
 *       document order), for each imported codebook the slab of its centroids (f32, of magnitudes
 *       up to 10<sup>17</sup>, not rotated; its centroids are these, rotated), the slab of the
 *       other centroids (f16, rotated, block after block), the slab of its regions (f16, rotated)
 *       if there are several codebook blocks, its cells (rotated, see {@link
 *       io.github.luceneplaid.plaid.ivf.CellLayout})
 *   <li>footer
 * </ul>
 *
 * <h2>.veq (codes and postings)</h2>
 *
 * <ul>
 *   <li>Index header: codec "PlaidData"
 *   <li>For each field, the first three only if it is trained or provisional:
 *       <ul>
 *         <li>posting lists, cell after cell: rising ordinals without repeats, of the documents
 *             that have a token in the cell. A token is in a cell of its centroid or, if the
 *             regions are not the centroids, of the region that is nearest to the decoded token
 *             without its length, among the 96 regions nearest to its centroid
 *         <li>cell directory, see {@link io.github.luceneplaid.plaid.ivf.CellTable}
 *         <li>codes, aligned to 64 bytes, document after document: blocks as {@link
 *             io.github.luceneplaid.plaid.codebook.CodeBlock} or, for documents with imported
 *             codes, {@link io.github.luceneplaid.plaid.codebook.PlaidBlockCodec} lays them out,
 *             each followed by <b>[float32]</b> × 16 lengths of its tokens unless none are stored
 *             (1 where codes are imported; 0 where an imported code decoded to zeros, which were
 *             then encoded). The centroids of a document's tokens are all of one imported codebook,
 *             or all of the format's own. The last token of a document is repeated to fill its last
 *             block. If no more than 8 tokens are in that block, it is cut: of each part (centroid
 *             ids, scales, factors, each group of codes, lengths) only the first half is stored, so
 *             that B half blocks are there in all. Centroid ids count through all codebook blocks.
 *         <li>addresses ({@link IndexedDISI} and monotonic blocks)
 *       </ul>
 *   <li>footer
 * </ul>
 *
 * @lucene.experimental
 */
public final class PlaidDocValuesFormat extends DocValuesFormat {

  /** Name under which the format is found by {@link DocValuesFormat#forName}. */
  public static final String NAME = "Plaid1";

  private final PlaidOptions options;
  private final int version;
  private final DocValuesFormat delegate = new Lucene90DocValuesFormat();

  /**
   * Rewrites segments with the options that they were written with, and writes new ones with those
   * of {@link Builder#buildFieldType} or the defaults: 4 bits, no raw tokens, trained from 65 536
   * tokens, 32 tokens per cell.
   */
  public PlaidDocValuesFormat() {
    this(null, SegmentFiles.VERSION_CURRENT);
  }

  /**
   * The format at a version.
   *
   * @param options null: as segments were written
   * @param version the one to write, and the last to read
   */
  PlaidDocValuesFormat(PlaidOptions options, int version) {
    super(NAME);
    this.options = options;
    this.version = version;
  }

  /** Starts from the defaults. */
  public static Builder builder() {
    return new Builder();
  }

  @Override
  public DocValuesConsumer fieldsConsumer(SegmentWriteState state) throws IOException {
    return new PlaidDocValuesConsumer(state, options, delegate, version);
  }

  @Override
  public DocValuesProducer fieldsProducer(SegmentReadState state) throws IOException {
    return new PlaidDocValuesProducer(state, delegate, version);
  }

  /**
   * Returns the bits per dimension of a residual that this format writes: 1, 2, 3, 4 or 8. Empty if
   * it writes segments as it finds them.
   */
  public OptionalInt bits() {
    return options == null ? OptionalInt.empty() : OptionalInt.of(options.bits());
  }

  /**
   * What a segment holds of a field, with or without what updates have laid over it.
   *
   * @param reader of one segment; filters around it are looked through as long as they show the
   *     field
   * @param field name of the field
   * @return null if the segment does not hold the field in this format
   */
  public static PlaidStatistics statistics(LeafReader reader, String field) throws IOException {
    PlaidSegment segment = PlaidSegment.of(reader, field);
    return segment == null ? null : PlaidStatistics.of(segment.entry());
  }

  @Override
  public String toString() {
    return "PlaidDocValuesFormat(" + (options == null ? "as written" : options) + ")";
  }

  /** Options of a format; each has a default, and each setter checks its argument. */
  public static final class Builder {
    private int bits = PlaidOptions.DEFAULT.bits();
    private RawTokens raw = RawTokens.of(PlaidOptions.DEFAULT.raw());
    private int trainingThreshold = PlaidOptions.DEFAULT.trainingThreshold();
    private int tokensPerCell = PlaidOptions.DEFAULT.tokensPerCell();
    private long seed = PlaidOptions.DEFAULT.seed();

    private Builder() {}

    /**
     * Sets the bits per dimension of a residual, 4 by default. A token takes 4 + dimension · bits /
     * 8 bytes.
     *
     * @param bits 1, 2, 3, 4 or 8
     * @return this
     * @throws IllegalArgumentException if it is another number
     */
    public Builder bits(int bits) {
      check(PlaidOptions.areBits(bits), "bits", "1, 2, 3, 4 or 8", bits);
      this.bits = bits;
      return this;
    }

    /**
     * Sets what is kept of the original tokens beside their codes, {@link RawTokens#NONE} by
     * default.
     *
     * @param raw not null
     * @return this
     * @throws IllegalArgumentException if it is null
     */
    public Builder raw(RawTokens raw) {
      check(raw != null, "raw", "NONE, FLOAT16 or FLOAT32", raw);
      this.raw = raw;
      return this;
    }

    /**
     * Sets how many tokens a segment must have to be trained, 65 536 by default. Segments with
     * fewer tokens stay flat.
     *
     * @param tokens at least 1
     * @return this
     * @throws IllegalArgumentException if it is less
     */
    public Builder trainingThreshold(int tokens) {
      check(tokens >= 1, "trainingThreshold", "at least 1", tokens);
      this.trainingThreshold = tokens;
      return this;
    }

    /**
     * Sets the mean number of tokens of a cell, 32 by default.
     *
     * @param tokens 1 to 65 536
     * @return this
     * @throws IllegalArgumentException if it is out of this range
     */
    public Builder tokensPerCell(int tokens) {
      int most = PlaidOptions.MAX_TOKENS_PER_CELL;
      check(tokens >= 1 && tokens <= most, "tokensPerCell", "1 to " + most, tokens);
      this.tokensPerCell = tokens;
      return this;
    }

    /**
     * Sets the seed of training and clustering, 42 by default.
     *
     * @param seed any number
     * @return this
     */
    public Builder seed(long seed) {
      this.seed = seed;
      return this;
    }

    private static void check(boolean isRight, String name, String expected, Object value) {
      if (isRight == false) {
        throw new IllegalArgumentException(name + " must be " + expected + ", got: " + value);
      }
    }

    /** Makes the format. */
    public PlaidDocValuesFormat build() {
      return new PlaidDocValuesFormat(options(), SegmentFiles.VERSION_CURRENT);
    }

    /**
     * Makes a type for fields that bring these options along: a format made without arguments, as
     * one that is found by its name, writes them so. For where a name is all that can be chosen.
     *
     * <pre class="prettyprint">
     * document.add(new Field("tokens", LateInteractionField.encode(tokens), type));
     * </pre>
     *
     * @return a frozen type with binary doc values
     */
    public FieldType buildFieldType() {
      FieldType type = new FieldType();
      type.setDocValuesType(DocValuesType.BINARY);
      options().attributes().forEach(type::putAttribute);
      type.freeze();
      return type;
    }

    private PlaidOptions options() {
      return new PlaidOptions(bits, raw.encoding(), trainingThreshold, tokensPerCell, seed);
    }
  }
}
