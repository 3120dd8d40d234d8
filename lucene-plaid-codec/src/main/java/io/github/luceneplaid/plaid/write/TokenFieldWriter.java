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

import io.github.luceneplaid.fsvi.slab.SlabEncoding;
import io.github.luceneplaid.fsvi.slab.SlabWriter;
import io.github.luceneplaid.plaid.codebook.AbortCheck;
import io.github.luceneplaid.plaid.codebook.BlockDecoder;
import io.github.luceneplaid.plaid.codebook.Codebook;
import io.github.luceneplaid.plaid.codebook.CodebookBlocks;
import io.github.luceneplaid.plaid.ivf.CellTable;
import io.github.luceneplaid.plaid.ivf.CellWriter;
import io.github.luceneplaid.plaid.ivf.CodedTokens;
import io.github.luceneplaid.plaid.ivf.Regions;
import io.github.luceneplaid.plaid.ivf.TemporaryFiles;
import io.github.luceneplaid.plaid.segment.CodebookBlock;
import io.github.luceneplaid.plaid.segment.CodedParts;
import io.github.luceneplaid.plaid.segment.HalfBlock;
import io.github.luceneplaid.plaid.segment.PlaidFieldEntry;
import io.github.luceneplaid.plaid.segment.PlaidOptions;
import io.github.luceneplaid.plaid.segment.PlaidSegment;
import io.github.luceneplaid.plaid.segment.TokenAddresses;
import io.github.luceneplaid.plaid.segment.TokenHistory;
import io.github.luceneplaid.plaid.segment.TokenRows;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.store.IndexOutput;
import org.apache.lucene.util.packed.PackedLongValues;

/**
 * Writes the tokens of one field: flat, or coded against the codebooks of a {@link CodebookPlan}.
 */
final class TokenFieldWriter {

  /**
   * Provisional codes of at most this many tokens are held in memory instead of a temporary file.
   */
  private static final int IN_MEMORY_TOKENS = 1 << 12;

  private static final int CHUNK = 64;

  private final OutputFiles files;
  private final PlaidOptions options;
  private final FieldTokens tokens;
  private final FieldSurvey survey;
  private final AbortCheck abort;
  private final int dimension;
  private final TokenNormalizer normalizer;
  private final float[] scratch;

  private final TokenAddresses.Builder addresses = new TokenAddresses.Builder();
  private long copied;
  private long encoded;
  private long reencoded;
  private int timesEncoded;
  private boolean provisional;

  private boolean unitLength;

  TokenFieldWriter(OutputFiles files, FieldTokens tokens) {
    this.files = files;
    this.tokens = tokens;
    this.options = tokens.options();
    this.survey = tokens.survey();
    this.abort = tokens.abort();
    this.dimension = tokens.dimension();
    this.unitLength = survey.unitLength();
    this.normalizer = TokenNormalizer.of(dimension);
    this.scratch = new float[CHUNK * dimension];
  }

  /** Writes the field, and returns its entry in the meta file. */
  PlaidFieldEntry write(FieldInfo field) throws IOException {
    CodebookChoice.Chosen chosen = new CodebookChoice(tokens, normalizer).choose();
    provisional = chosen.provisional();
    files.meta.writeInt(field.number);
    return chosen.plan() == null ? writeFlat() : writeCoded(chosen.plan(), chosen.rotated());
  }

  private PlaidFieldEntry writeFlat() throws IOException {
    // Imported tokens that are decoded may have any length
    unitLength = survey.unitLength() && survey.imported().isEmpty();
    SlabWriter rows = new SlabWriter(files.vectors, SlabEncoding.FLOAT32, dimension);
    TokenDocs docs = tokens.docs();
    for (int doc = docs.nextDoc(); doc != DocIdSetIterator.NO_MORE_DOCS; doc = docs.nextDoc()) {
      TokenCursor current = docs.current();
      if (current.tokenCount() > 0) {
        addresses.add(doc, current.tokenCount());
        timesEncoded = Math.max(timesEncoded, current.timesEncoded());
        for (int from = 0; from < current.tokenCount(); from += CHUNK) {
          int n = Math.min(CHUNK, current.tokenCount() - from);
          current.tokens(from, n, scratch);
          rows.append(scratch, 0, n);
        }
      }
    }
    return finish(addresses.counts(), new TokenRows(SlabEncoding.FLOAT32, rows.offset()), null);
  }

  private PlaidFieldEntry writeCoded(CodebookPlan plan, float[] rotated) throws IOException {
    // Imported tokens that are decoded and encoded again may have any length
    unitLength = survey.unitLength() && plan.imported().size() == survey.imported().size();
    CodebookBlocks codebooks = new CodebookBlocks(plan.codebooks());
    TokenEncoder encoder =
        new TokenEncoder(normalizer, codebooks, options.bits(), unitLength, rotated, abort);
    SlabWriter raw = rawWriter();
    TemporaryFiles.Writing writing = codes -> writeCodes(plan, codebooks, encoder, raw, codes);
    TemporaryFiles.Reading<PlaidFieldEntry> reading =
        codes -> writeSegment(plan, codebooks, encoder, raw, codes);
    return provisional && survey.tokens() <= IN_MEMORY_TOKENS
        ? TemporaryFiles.inMemory("codes", writing, reading)
        : files.temporary().through("codes", writing, reading);
  }

  private SlabEncoding rawTokens() {
    return provisional ? SlabEncoding.FLOAT32 : options.raw();
  }

  private SlabWriter rawWriter() throws IOException {
    SlabEncoding raw = rawTokens();
    return raw == null ? null : new SlabWriter(files.vectors, raw, dimension);
  }

  private void writeCodes(
      CodebookPlan plan,
      CodebookBlocks codebooks,
      TokenEncoder encoder,
      SlabWriter raw,
      IndexOutput codes)
      throws IOException {
    Map<PlaidSegment, int[]> shifts = new HashMap<>();
    TokenDocs docs = tokens.docs();
    for (int doc = docs.nextDoc(); doc != DocIdSetIterator.NO_MORE_DOCS; doc = docs.nextDoc()) {
      TokenCursor current = docs.current();
      int n = current.tokenCount();
      if (n == 0) {
        continue;
      }
      addresses.add(doc, n);
      if (plan.copies(current)) {
        copied += n;
        countCopied(current, raw != null);
        if (current.incoming() != null) {
          int firstImported = codebooks.firstCentroid(current.imported().id());
          encoder.copyImported(current.incoming(), firstImported, false, codes);
        } else {
          encoder.copy(
              current.segment(),
              current.ordinal(),
              shifts(current.segment(), codebooks, shifts),
              codes);
        }
        copyRaw(current, raw);
      } else {
        countEncoded(current);
        encoder.encode(
            current,
            scratch,
            (rows, size) -> {
              if (raw != null) {
                appendRaw(raw, rows, size);
              }
            },
            codes);
      }
    }
  }

  private static int[] shifts(
      PlaidSegment source, CodebookBlocks codebooks, Map<PlaidSegment, int[]> known)
      throws IOException {
    int[] shifts = known.get(source);
    if (shifts == null) {
      shifts = codebooks.shiftsFrom(source.codebooks());
      known.put(source, shifts);
    }
    return shifts;
  }

  /**
   * Counts how often a document was encoded whose codes are copied. A reader takes rows beside
   * codes for what the codes were encoded from, see {@link PlaidFieldEntry#tokensTimesEncoded}. If
   * rows are decoded from imported codes, the number is therefore one more.
   */
  private void countCopied(TokenCursor doc, boolean withRows) {
    timesEncoded = Math.max(timesEncoded, doc.codesTimesEncoded());
    if (withRows) {
      timesEncoded = Math.max(timesEncoded, TokenHistory.next(doc.timesEncoded()));
    }
  }

  /**
   * Counts the tokens of a document that is encoded. Provisional codes do not count, because the
   * tokens are stored beside them and lose no precision.
   */
  private void countEncoded(TokenCursor doc) {
    if (provisional) {
      timesEncoded = Math.max(timesEncoded, doc.timesEncoded());
      return;
    }
    if (doc.timesEncoded() == 0) {
      encoded += doc.tokenCount();
    } else {
      reencoded += doc.tokenCount();
    }
    timesEncoded = Math.max(timesEncoded, TokenHistory.next(doc.timesEncoded()));
  }

  private void copyRaw(TokenCursor doc, SlabWriter raw) throws IOException {
    for (int from = 0; from < doc.tokenCount() && raw != null; from += CHUNK) {
      int n = Math.min(CHUNK, doc.tokenCount() - from);
      doc.tokens(from, n, scratch);
      appendRaw(raw, scratch, n);
    }
  }

  /**
   * Appends tokens. Tokens as they came in fit, see {@link Payload#shape}, but decoded ones may lie
   * a little above the largest half-precision float.
   */
  private void appendRaw(SlabWriter raw, float[] rows, int n) throws IOException {
    if (rawTokens() == SlabEncoding.FLOAT16) {
      for (int i = 0; i < n * dimension; i++) {
        rows[i] = Math.clamp(rows[i], -SlabEncoding.MAX_FLOAT16, SlabEncoding.MAX_FLOAT16);
      }
    }
    raw.append(rows, 0, n);
  }

  private PlaidFieldEntry writeSegment(
      CodebookPlan plan,
      CodebookBlocks codebooks,
      TokenEncoder encoder,
      SlabWriter raw,
      IndexInput codes)
      throws IOException {
    List<CodebookBlock> blocks = writeImported(plan.imported());
    SlabWriter centroidRows = new SlabWriter(files.vectors, SlabEncoding.FLOAT16, dimension);
    int imported = codebooks.importedCentroids();
    centroidRows.append(
        codebooks.rows(), imported * dimension, codebooks.centroidCount() - imported);
    for (Codebook codebook : plan.own()) {
      blocks.add(CodebookBlock.of(codebook, 0));
    }
    PackedLongValues counts = addresses.counts();
    CodedTokens coded =
        new CodedTokens(
            codes.randomAccessSlice(0, codes.length()),
            encoder.stride(),
            counts,
            new BlockDecoder(codebooks, options.bits()),
            codebooks.centroids(),
            codebooks.centroidCount(),
            null,
            codebooks.centroidCount());
    Cells cells =
        plan.codebooks().size() == 1
            ? writeCells(coded, centroidRows.offset())
            : writeRegionsAndCells(coded);
    long codesOffset = files.data.alignFilePointer(SlabWriter.ALIGNMENT);
    copyCodes(codes, counts, encoder);
    return finish(
        counts,
        raw == null ? null : new TokenRows(rawTokens(), raw.offset()),
        new CodedParts(
            blocks,
            centroidRows.offset(),
            cells.directory.regions(),
            cells.regionsOffset,
            codesOffset,
            cells.directory.cells(),
            cells.cellsOffset,
            cells.directory.postings(),
            CodedParts.widthOfPostings(survey.documents()),
            cells.postingsOffset,
            cells.directoryOffset));
  }

  /** Writes the centroids of imported codebooks. */
  private List<CodebookBlock> writeImported(List<Codebook> codebooks) throws IOException {
    List<CodebookBlock> blocks = new ArrayList<>();
    for (Codebook codebook : codebooks) {
      SlabWriter rows = new SlabWriter(files.vectors, SlabEncoding.FLOAT32, dimension);
      rows.append(codebook.importedCentroids(), 0, codebook.size());
      blocks.add(CodebookBlock.of(codebook, rows.offset()));
    }
    return blocks;
  }

  /** The places of cells, postings and regions in their files. */
  private record Cells(
      CellTable directory,
      long regionsOffset,
      long cellsOffset,
      long postingsOffset,
      long directoryOffset) {}

  private Cells writeCells(CodedTokens coded, long regionsOffset) throws IOException {
    int postingWidth = CodedParts.widthOfPostings(survey.documents());
    long cellsOffset = files.vectors.alignFilePointer(SlabWriter.ALIGNMENT);
    long postingsOffset = files.data.getFilePointer();
    CellTable directory =
        new CellWriter(
                coded, dimension, options.tokensPerCell(), options.seed(), abort, files.temporary())
            .write(files.vectors, files.data, postingWidth);
    long directoryOffset = files.data.getFilePointer();
    directory.write(files.data);
    return new Cells(directory, regionsOffset, cellsOffset, postingsOffset, directoryOffset);
  }

  /**
   * Trains regions on the coded tokens. So a segment that is written again gets the same regions.
   */
  private Codebook trainRegions(CodedTokens coded) throws IOException {
    int count = CodebookPlan.idealCentroids(survey.tokens());
    int size = TokenSample.size(count, survey.tokens(), dimension);
    TokenSample sample = new TokenSample(coded.sample(survey.tokens(), size, abort), size);
    return CodebookChoice.train(sample, dimension, count, options.seed(), abort);
  }

  /**
   * Trains regions and writes cells. The centroids of several codebooks overlap, so they cannot be
   * the regions.
   */
  private Cells writeRegionsAndCells(CodedTokens coded) throws IOException {
    Codebook regions = trainRegions(coded);
    SlabWriter rows = new SlabWriter(files.vectors, SlabEncoding.FLOAT16, dimension);
    rows.append(regions.centroids(), 0, regions.size());
    return files
        .temporary()
        .through(
            "regions",
            out ->
                new Regions(regions.centroids(), regions.size(), dimension, abort)
                    .assign(coded, out),
            in ->
                writeCells(
                    coded.in(in.randomAccessSlice(0, in.length()), regions.size()), rows.offset()));
  }

  /**
   * Copies the codes to the data file. If half of a document's last block suffices, it is stored as
   * a half block.
   */
  private void copyCodes(IndexInput codes, PackedLongValues counts, TokenEncoder encoder)
      throws IOException {
    int stride = encoder.stride();
    byte[] block = new byte[stride];
    for (PackedLongValues.Iterator it = counts.iterator(); it.hasNext(); ) {
      int halves = HalfBlock.count(Math.toIntExact(it.next()));
      files.data.copyBytes(codes, (long) halves / 2 * stride);
      if (halves % 2 != 0) {
        codes.readBytes(block, 0, stride);
        HalfBlock.cut(block, 0, encoder.quantizer().blockBytes(), stride);
        files.data.writeBytes(block, stride / 2);
      }
    }
  }

  private PlaidFieldEntry finish(PackedLongValues counts, TokenRows rows, CodedParts trained)
      throws IOException {
    long start = files.data.getFilePointer();
    TokenAddresses written =
        addresses.write(files.meta, files.data, files.state.segmentInfo.maxDoc(), counts);
    PlaidFieldEntry entry =
        new PlaidFieldEntry(
            written,
            files.data.getFilePointer() - start,
            dimension,
            unitLength,
            survey.escapedDocuments(),
            options,
            new TokenHistory(copied, encoded, reencoded, timesEncoded),
            rows,
            provisional,
            trained);
    entry.write(files.meta);
    return entry;
  }
}
