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

import io.github.luceneplaid.plaid.codebook.Codebook;
import io.github.luceneplaid.plaid.codebook.PlaidQuantizer;
import io.github.luceneplaid.plaid.segment.PlaidOptions;
import io.github.luceneplaid.plaid.segment.PlaidSegment;
import java.io.IOException;
import java.util.List;
import org.apache.lucene.codecs.perfield.PerFieldDocValuesFormat;
import org.apache.lucene.index.DocValuesType;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.SegmentReader;
import org.apache.lucene.store.Directory;

/**
 * Reads the meta file field by field as the Javadoc of {@link PlaidDocValuesFormat} says, so that
 * the two cannot drift apart.
 */
public class TestPlaidMetaLayout extends BasePlaidLayoutTestCase {

  @Override
  void check(Directory directory, SegmentReader segment) throws IOException {
    MetaTable meta = MetaTable.read(directory, segment);
    PlaidStatistics statistics = PlaidDocValuesFormat.statistics(segment, FIELD);
    FieldInfo info = segment.getFieldInfos().fieldInfo(FIELD);
    assertEquals(info.number, meta.field);
    assertEquals(statistics.documents(), meta.documents);
    assertEquals(statistics.tokens(), meta.tokens);
    assertTrue(meta.halves >= statistics.documents());
    assertEquals(statistics.documents() == segment.maxDoc(), meta.ordinals.isDense());
    for (MetaTable.Sequence sequence : List.of(meta.firstTokens, meta.firstHalves)) {
      assertTrue(sequence.offset() > 0);
      assertTrue(sequence.length() >= 0); // none where values rise evenly
    }
    assertEquals(statistics.addressBytes(), meta.addressBytes);
    assertEquals(statistics.dimension(), meta.dimension);
    assertEquals(statistics.unitLength() ? 1 : 0, meta.unitLength);
    assertEquals(statistics.escapedDocuments(), meta.escaped);
    checkOptions(PlaidOptions.of(info), meta.options);
    MetaTable.History history = meta.history;
    assertEquals(statistics.copiedTokens(), history.copied());
    assertEquals(statistics.encodedTokens(), history.encoded());
    assertEquals(statistics.reencodedTokens(), history.reencoded());
    assertEquals(statistics.timesEncoded(), history.timesEncoded());
    assertEquals(statistics.trained() ? meta.options.raw() : 2, meta.rows);
    assertEquals(0, meta.rowsOffset % 64);
    PlaidSegment plaid = PlaidSegment.of(segment, FIELD);
    assertEquals(
        statistics.trained() ? MetaTable.TRAINED : plaid.hasCodes() ? MetaTable.PROVISIONAL : 0,
        meta.form);
    if (meta.codes != null) {
      checkCodes(plaid, statistics, meta);
    }
    assertEquals(writesOthers(segment) || meta.escaped > 0 ? 1 : 0, meta.delegate);
  }

  /** Whether the format was given other doc values, too. */
  private static boolean writesOthers(SegmentReader segment) {
    for (FieldInfo other : segment.getFieldInfos()) {
      String format = other.getAttribute(PerFieldDocValuesFormat.PER_FIELD_FORMAT_KEY);
      if (other.name.equals(FIELD) == false
          && other.getDocValuesType() != DocValuesType.NONE
          && format.equals(PlaidDocValuesFormat.NAME)) {
        return true;
      }
    }
    return false;
  }

  private static void checkOptions(PlaidOptions expected, MetaTable.Options options) {
    assertEquals(expected.bits(), options.bits());
    int raw =
        switch (RawTokens.of(expected.raw())) {
          case NONE -> 0;
          case FLOAT16 -> 1;
          case FLOAT32 -> 2;
        };
    assertEquals(raw, options.raw());
    assertEquals(expected.trainingThreshold(), options.trainingThreshold());
    assertEquals(expected.tokensPerCell(), options.tokensPerCell());
    assertEquals(expected.seed(), options.seed());
  }

  private static void checkCodes(PlaidSegment plaid, PlaidStatistics statistics, MetaTable meta)
      throws IOException {
    MetaTable.Codes codes = meta.codes;
    List<Codebook> codebooks = plaid.codebooks().list();
    assertEquals(codebooks.size(), codes.blocks().size());
    for (int i = 0; i < codebooks.size(); i++) {
      assertEquals(statistics.codebooks().get(i), codes.blocks().get(i).id());
      checkBlock(codebooks.get(i), codes.blocks().get(i));
    }
    assertEquals(statistics.centroids(), codes.centroids());
    assertEquals(statistics.regions(), codes.regions());
    if (codebooks.size() == 1) {
      // The centroids of the only codebook are the regions
      assertEquals(statistics.centroids(), codes.regions());
      assertEquals(codes.centroidsOffset(), codes.regionsOffset());
    }
    for (long offset :
        List.of(
            codes.centroidsOffset(),
            codes.regionsOffset(),
            codes.codesOffset(),
            codes.cellsOffset())) {
      assertTrue(offset > 0);
      assertEquals(0, offset % 64);
    }
    assertEquals(statistics.cells(), codes.cells());
    assertEquals(statistics.postings(), codes.postings());
    assertEquals(2, codes.postingBytes());
    assertTrue(codes.postingsOffset() > 0);
    assertTrue(codes.directoryOffset() > codes.postingsOffset());
  }

  private static void checkBlock(Codebook expected, MetaTable.Block block) {
    assertEquals(expected.id().toString(), block.id());
    assertEquals(expected.size(), block.centroids());
    assertEquals(expected.meanResidual(), block.meanResidual(), 0);
    assertEquals(expected.trainedTokens(), block.trainedTokens());
    PlaidQuantizer buckets = expected.buckets();
    if (buckets == null) {
      assertEquals(MetaTable.OWN, block.kind());
      return;
    }
    assertEquals(buckets.areSigns() ? MetaTable.SIGNS : MetaTable.RESIDUALS, block.kind());
    assertTrue(block.centroidsOffset() > 0);
    assertEquals(0, block.centroidsOffset() % 64);
    assertArrayEquals(buckets.averageResidual(), block.averageResidual(), 0);
    if (buckets.areSigns() == false) {
      assertArrayEquals(buckets.cutoffs(), block.cutoffs(), 0);
      assertArrayEquals(buckets.weights(), block.weights(), 0);
      assertEquals(buckets.clusterThreshold(), block.clusterThreshold(), 0);
    }
  }
}
