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
import io.github.luceneplaid.plaid.codebook.Codebook;
import io.github.luceneplaid.plaid.codebook.CodebookBlocks;
import io.github.luceneplaid.plaid.ivf.CellTable;
import io.github.luceneplaid.plaid.ivf.CentroidCells;
import io.github.luceneplaid.plaid.segment.CodebookBlock;
import io.github.luceneplaid.plaid.segment.CodedParts;
import io.github.luceneplaid.plaid.segment.ImportedDocValues;
import io.github.luceneplaid.plaid.segment.PlaidFieldEntry;
import io.github.luceneplaid.plaid.segment.PlaidOptions;
import io.github.luceneplaid.plaid.segment.TokenAddresses;
import io.github.luceneplaid.plaid.segment.TokenHistory;
import java.io.IOException;
import java.util.List;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.util.packed.PackedLongValues;

/**
 * Writes a field whose tokens were all imported from one PLAID index, with their codes. The
 * centroids of that index become the cells, see {@link CentroidCells}. The codes are copied, and no
 * token is decoded. A later merge clusters the tokens.
 */
final class ImportedFieldWriter {

  private static final int CHUNK = 1 << 10;

  private final OutputFiles files;
  private final PlaidOptions options;
  private final FieldTokens tokens;
  private final FieldSurvey survey;
  private final AbortCheck abort;
  private final Codebook codebook;
  private final int dimension;

  /**
   * Whether all tokens of the field are imported from one index, and no raw tokens are stored
   * beside the codes.
   */
  static boolean canWrite(FieldTokens tokens) {
    FieldSurvey survey = tokens.survey();
    return survey.incomingTokens() == survey.tokens()
        && survey.imported().size() == 1
        && tokens.options().raw() == null;
  }

  ImportedFieldWriter(OutputFiles files, FieldTokens tokens) {
    this.files = files;
    this.tokens = tokens;
    this.options = tokens.options();
    this.survey = tokens.survey();
    this.abort = tokens.abort();
    this.codebook = survey.imported().keySet().iterator().next();
    this.dimension = tokens.dimension();
  }

  /** Writes the field, and returns its entry in the meta file. */
  PlaidFieldEntry write(FieldInfo field) throws IOException {
    files.meta.writeInt(field.number);
    CodedParts trained = writeParts();
    TokenAddresses.Builder addresses = new TokenAddresses.Builder();
    forEachDoc((doc, values) -> addresses.add(doc, values.tokenCount()));
    PackedLongValues counts = addresses.counts();
    int maxDoc = files.state.segmentInfo.maxDoc();
    long start = files.data.getFilePointer();
    TokenAddresses written = addresses.write(files.meta, files.data, maxDoc, counts);
    PlaidFieldEntry entry =
        new PlaidFieldEntry(
            written,
            files.data.getFilePointer() - start,
            dimension,
            true,
            survey.escapedDocuments(),
            options,
            new TokenHistory(survey.tokens(), 0, 0, 1),
            null,
            false,
            trained);
    entry.write(files.meta);
    return entry;
  }

  private CodedParts writeParts() throws IOException {
    SlabWriter centroids = new SlabWriter(files.vectors, SlabEncoding.FLOAT32, dimension);
    centroids.append(codebook.importedCentroids(), 0, codebook.size());
    long centroidsOffset = files.vectors.alignFilePointer(SlabWriter.ALIGNMENT);
    int postingWidth = CodedParts.widthOfPostings(survey.documents());
    long postingsOffset = files.data.getFilePointer();
    CellTable cells =
        new CentroidCells(
                codebook.centroids(), codebook.size(), dimension, abort, files.temporary())
            .write(this::forEachToken, files.vectors, files.data, postingWidth);
    long directoryOffset = files.data.getFilePointer();
    cells.write(files.data);
    long codesOffset = files.data.alignFilePointer(SlabWriter.ALIGNMENT);
    writeCodes();
    return new CodedParts(
        List.of(CodebookBlock.of(codebook, centroids.offset())),
        centroidsOffset,
        cells.regions(),
        centroidsOffset,
        codesOffset,
        cells.cells(),
        centroidsOffset,
        cells.postings(),
        postingWidth,
        postingsOffset,
        directoryOffset);
  }

  private void writeCodes() throws IOException {
    TokenEncoder encoder =
        new TokenEncoder(
            TokenNormalizer.of(dimension),
            new CodebookBlocks(List.of(codebook)),
            options.bits(),
            true,
            null,
            abort);
    forEachDoc((doc, values) -> encoder.copyImported(values, 0, true, files.data));
  }

  private interface DocVisitor {
    void doc(int doc, ImportedDocValues values) throws IOException;
  }

  private void forEachDoc(DocVisitor visitor) throws IOException {
    TokenDocs docs = tokens.docs();
    for (int doc = docs.nextDoc(); doc != DocIdSetIterator.NO_MORE_DOCS; doc = docs.nextDoc()) {
      if (docs.current().tokenCount() > 0) {
        visitor.doc(doc, docs.current().incoming());
      }
    }
  }

  private void forEachToken(CentroidCells.Visitor visitor) throws IOException {
    int[] centroids = new int[CHUNK];
    int[] ordinal = {0};
    forEachDoc(
        (doc, values) -> {
          for (int from = 0; from < values.tokenCount(); from += CHUNK) {
            int n = Math.min(CHUNK, values.tokenCount() - from);
            values.centroids(from, n, centroids);
            visitor.tokens(ordinal[0], centroids, n);
          }
          ordinal[0]++;
        });
  }
}
