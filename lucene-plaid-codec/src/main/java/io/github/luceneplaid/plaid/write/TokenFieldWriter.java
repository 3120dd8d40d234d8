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
import io.github.luceneplaid.plaid.codebook.CentroidRouter;
import io.github.luceneplaid.plaid.codebook.Codebook;
import io.github.luceneplaid.plaid.codebook.CodebookBlocks;
import io.github.luceneplaid.plaid.codebook.CodebookTrainer;
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
import java.util.function.Predicate;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.SegmentWriteState;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.store.IndexOutput;
import org.apache.lucene.util.packed.PackedLongValues;

/** Writes the tokens of one field: flat, or trained as {@link CodebookPlan} says. */
final class TokenFieldWriter {

  /** From so many tokens on, codes to search by cost less than exact scores of all documents. */
  private static final int PROVISIONAL_TOKENS = 1 << 9;

  /** Up to so many tokens, provisional codes are not worth a temporary file. */
  private static final int IN_MEMORY_TOKENS = 1 << 12;

  private static final int CHUNK = 64;

  /** Fresh tokens are farther from the centroids than those the centroids were trained on. */
  private static final double DRIFT = 1.15;

  private final OutputFiles files;
  private final SegmentWriteState state;
  private final PlaidOptions options;
  private final TokenDocs.Values source;
  private final boolean sorted;
  private final FieldSurvey survey;
  private final AbortCheck abort;
  private final int dimension;
  private final TokenNormalizer directions;
  private final float[] scratch;

  private final TokenAddresses.Builder addresses = new TokenAddresses.Builder();
  private long copied;
  private long encoded;
  private long reencoded;
  private int timesEncoded;
  private boolean provisional;

  /** All tokens, rotated, in order, if provisional codes were trained on all; otherwise null. */
  private float[] sampled;

  private boolean unitLength;

  TokenFieldWriter(
      OutputFiles files,
      PlaidOptions options,
      TokenDocs.Values source,
      boolean sorted,
      FieldSurvey survey,
      AbortCheck abort) {
    this.files = files;
    this.state = files.state;
    this.options = options;
    this.source = source;
    this.sorted = sorted;
    this.survey = survey;
    this.abort = abort;
    this.dimension = survey.dimension();
    this.unitLength = survey.unitLength();
    this.directions = TokenNormalizer.of(dimension);
    this.scratch = new float[CHUNK * dimension];
  }

  /** Writes all of the field, and returns what the meta file says of it. */
  PlaidFieldEntry write(FieldInfo field) throws IOException {
    CodebookPlan plan = plan();
    provisional = plan == null && survey.tokens() >= PROVISIONAL_TOKENS;
    if (provisional) {
      plan = new CodebookPlan(List.of(trainOnAll()), false);
    }
    files.meta.writeInt(field.number);
    return plan == null ? writeFlat() : writeTrained(plan);
  }

  private TokenDocs docs() throws IOException {
    return new TokenDocs(source, sorted, dimension, options, abort);
  }

  /** Null: the field stays flat. */
  private CodebookPlan plan() throws IOException {
    CodebookPlan ofImports = CodebookPlan.ofImports(survey);
    CodebookPlan copying = CodebookPlan.copying(survey);
    if (copying == null || copying.copiedTokens(survey) < ofImports.copiedTokens(survey)) {
      boolean nothingToCopy = ofImports.codebooks().isEmpty() && survey.codedTokens() == 0;
      return nothingToCopy && survey.tokens() < options.trainingThreshold()
          ? null
          : ofImports.with(trainOnAll());
    }
    long own = survey.tokens() - copying.importedTokens(survey);
    if (own == 0) {
      return copying;
    }
    int centroids = copying.ownCentroidCount();
    boolean suffices = CodebookPlan.suffices(centroids, own);
    long fresh = survey.tokens() - copying.copiedTokens(survey);
    CodebookPlan roomy = CodebookPlan.copyingWithRoom(survey);
    if (fresh >= options.trainingThreshold()
        && roomy != null
        && (suffices
            ? hasDrifted(copying, fresh)
            : CodebookPlan.suffices(centroids + CodebookPlan.idealCentroids(fresh), own))) {
      return roomy.with(train(roomy::copies, survey.tokens() - roomy.copiedTokens(survey)));
    }
    if (suffices) {
      return copying;
    }
    Codebook larger = trainOnAll();
    // Where tokens have few different values there is no larger codebook
    return larger.size() > centroids ? ofImports.with(larger) : copying;
  }

  private Codebook trainOnAll() throws IOException {
    return train(doc -> false, survey.tokens());
  }

  /** Trains a codebook on the tokens of documents whose codes are not copied. */
  private Codebook train(Predicate<TokenCursor> copied, long tokens) throws IOException {
    int centroids = CodebookPlan.idealCentroids(tokens);
    TokenSample sample = sample(copied, tokens, TokenSample.size(centroids, tokens, dimension));
    sampled = provisional && sample.size() == survey.tokens() ? sample.rows() : null;
    return asStored(
        CodebookTrainer.train(
            sample.rows(), sample.size(), dimension, centroids, options.seed(), abort));
  }

  /** Rounds centroids to what a segment stores of them, before anything is coded with them. */
  private static Codebook asStored(Codebook codebook) {
    float[] centroids = codebook.centroids().clone();
    for (int i = 0; i < centroids.length; i++) {
      centroids[i] = Float.float16ToFloat(Float.floatToFloat16(centroids[i]));
    }
    return new Codebook(
        centroids, codebook.dimension(), codebook.meanResidual(), codebook.trainedTokens());
  }

  private TokenSample sample(Predicate<TokenCursor> copied, long tokens, int size)
      throws IOException {
    return TokenSample.draw(docs(), directions, copied, tokens, size, options.seed());
  }

  private boolean hasDrifted(CodebookPlan plan, long fresh) throws IOException {
    TokenSample sample = sample(plan::copies, fresh, (int) Math.min(fresh, 1024));
    float[] centroids = new CodebookBlocks(plan.own()).centroids();
    int[] nearest = new int[sample.size()];
    new CentroidRouter(centroids, plan.ownCentroidCount(), dimension, abort)
        .nearest(sample.rows(), 0, sample.size(), nearest);
    double sum = 0;
    for (int i = 0; i < sample.size(); i++) {
      sum += distance(sample.rows(), i, centroids, nearest[i]);
    }
    double trained = 0;
    for (Codebook codebook : plan.own()) {
      trained = Math.max(trained, codebook.meanResidual());
    }
    return sum / sample.size() > DRIFT * trained;
  }

  private double distance(float[] rows, int row, float[] centroids, int centroid) {
    double squares = 0;
    for (int j = 0; j < dimension; j++) {
      double difference = rows[row * dimension + j] - centroids[centroid * dimension + j];
      squares += difference * difference;
    }
    return Math.sqrt(squares);
  }

  private PlaidFieldEntry writeFlat() throws IOException {
    SlabWriter rows = new SlabWriter(files.vectors, SlabEncoding.FLOAT32, dimension);
    TokenDocs docs = docs();
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

  private PlaidFieldEntry writeTrained(CodebookPlan plan) throws IOException {
    // Imported codes that are decoded after all may be of any length
    unitLength = survey.unitLength() && plan.imported().size() == survey.imported().size();
    CodebookBlocks codebooks = new CodebookBlocks(plan.codebooks());
    TokenEncoder encoder =
        new TokenEncoder(directions, codebooks, options.bits(), unitLength, sampled, abort);
    sampled = null;
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
    TokenDocs docs = docs();
    for (int doc = docs.nextDoc(); doc != DocIdSetIterator.NO_MORE_DOCS; doc = docs.nextDoc()) {
      TokenCursor current = docs.current();
      int n = current.tokenCount();
      if (n == 0) {
        continue;
      }
      addresses.add(doc, n);
      if (plan.copies(current)) {
        copied += n;
        timesEncoded = Math.max(timesEncoded, current.codesTimesEncoded());
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
            (tokens, size) -> {
              if (raw != null) {
                raw.append(tokens, 0, size);
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

  /** Codes to search by only are no step in the life of a token. */
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
      raw.append(scratch, 0, n);
    }
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
    CodedTokens tokens =
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
            ? writeCells(tokens, centroidRows.offset())
            : writeRegionsAndCells(tokens);
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

  /** Where cells and what belongs to them were written. */
  private record Cells(
      CellTable directory,
      long regionsOffset,
      long cellsOffset,
      long postingsOffset,
      long directoryOffset) {}

  private Cells writeCells(CodedTokens tokens, long regionsOffset) throws IOException {
    int postingWidth = CodedParts.widthOfPostings(survey.documents());
    long cellsOffset = files.vectors.alignFilePointer(SlabWriter.ALIGNMENT);
    long postingsOffset = files.data.getFilePointer();
    CellTable directory =
        new CellWriter(
                tokens,
                dimension,
                options.tokensPerCell(),
                options.seed(),
                abort,
                files.temporary())
            .write(files.vectors, files.data, postingWidth);
    long directoryOffset = files.data.getFilePointer();
    directory.write(files.data);
    return new Cells(directory, regionsOffset, cellsOffset, postingsOffset, directoryOffset);
  }

  /** Trains regions on what is coded, so that writing a segment again finds the same. */
  private Codebook trainRegions(CodedTokens tokens) throws IOException {
    int count = CodebookPlan.idealCentroids(survey.tokens());
    int size = TokenSample.size(count, survey.tokens(), dimension);
    float[] sample = tokens.sample(survey.tokens(), size);
    return asStored(CodebookTrainer.train(sample, size, dimension, count, options.seed(), abort));
  }

  /** The centroids of several codebooks are not fit for regions: new ones are trained. */
  private Cells writeRegionsAndCells(CodedTokens tokens) throws IOException {
    Codebook regions = trainRegions(tokens);
    SlabWriter rows = new SlabWriter(files.vectors, SlabEncoding.FLOAT16, dimension);
    rows.append(regions.centroids(), 0, regions.size());
    return files
        .temporary()
        .through(
            "regions",
            out ->
                new Regions(regions.centroids(), regions.size(), dimension, abort)
                    .assign(tokens, out),
            in ->
                writeCells(
                    tokens.in(in.randomAccessSlice(0, in.length()), regions.size()),
                    rows.offset()));
  }

  /**
   * Copies the coded tokens to where they stay; a document whose last block is half empty saves
   * that half.
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
        addresses.write(files.meta, files.data, state.segmentInfo.maxDoc(), counts);
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
