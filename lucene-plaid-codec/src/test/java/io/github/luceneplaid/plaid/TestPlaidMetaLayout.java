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

import io.github.luceneplaid.plaid.codebook.PlaidQuantizer;
import io.github.luceneplaid.plaid.exchange.PlaidFolder;
import io.github.luceneplaid.plaid.exchange.PlaidImport;
import io.github.luceneplaid.plaid.exchange.RandomDirectories;
import io.github.luceneplaid.plaid.segment.PlaidOptions;
import io.github.luceneplaid.plaid.segment.PlaidSegment;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import org.apache.lucene.codecs.CodecUtil;
import org.apache.lucene.codecs.lucene95.OrdToDocDISIReaderConfiguration;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.LateInteractionField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.SegmentReader;
import org.apache.lucene.store.ChecksumIndexInput;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.tests.util.TestUtil;
import org.apache.lucene.util.packed.DirectMonotonicReader;

/**
 * Reads the meta file field by field as the Javadoc of {@link PlaidDocValuesFormat} says, so that
 * the two cannot drift apart.
 */
public class TestPlaidMetaLayout extends LuceneTestCase {

  private static final int DIMENSION = 8;

  public void testFlat() throws IOException {
    check(PlaidDocValuesFormat.builder().seed(random().nextLong()).build());
  }

  public void testTrained() throws IOException {
    check(PlaidDocValuesFormat.builder().trainingThreshold(10).bits(2).build());
  }

  public void testTrainedWithRawTokens() throws IOException {
    check(
        PlaidDocValuesFormat.builder()
            .trainingThreshold(10)
            .bits(8)
            .raw(RawTokens.FLOAT16)
            .tokensPerCell(5)
            .build());
  }

  private static void check(PlaidDocValuesFormat format) throws IOException {
    try (Directory directory = newDirectory()) {
      IndexWriterConfig config =
          new IndexWriterConfig()
              .setUseCompoundFile(false)
              .setCodec(TestUtil.alwaysDocValuesFormat(format));
      try (IndexWriter writer = new IndexWriter(directory, config)) {
        for (int i = 0; i < 20; i++) {
          Document document = new Document();
          if (i % 3 > 0) {
            int tokens = 1 + random().nextInt(20);
            document.add(
                new LateInteractionField(
                    "tokens", TokenDocuments.unit(random(), tokens, DIMENSION)));
          }
          writer.addDocument(document);
        }
      }
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        SegmentReader segment = (SegmentReader) reader.leaves().get(0).reader();
        String name = "_0_Plaid1_0.vem";
        try (ChecksumIndexInput meta = directory.openChecksumInput(name)) {
          byte[] id = segment.getSegmentInfo().info.getId();
          CodecUtil.checkIndexHeader(meta, "PlaidMeta", 0, 0, id, "Plaid1_0");
          checkField(meta, segment);
          assertEquals(-1, meta.readInt());
          assertEquals(0, meta.readByte()); // no files of the delegate
          CodecUtil.checkFooter(meta);
        }
      }
    }
  }

  public void testImported() throws IOException {
    int bits = 1 << random().nextInt(4);
    boolean binary = bits == 1 && random().nextBoolean();
    Path folder = createTempDir();
    RandomDirectories.write(random(), folder, DIMENSION, bits, binary, 20);
    try (PlaidFolder plaid = PlaidFolder.open(folder);
        Directory directory = newDirectory()) {
      IndexWriterConfig config =
          new IndexWriterConfig()
              .setUseCompoundFile(false)
              .setCodec(TestUtil.alwaysDocValuesFormat(new PlaidDocValuesFormat()));
      try (IndexWriter writer = new IndexWriter(directory, config)) {
        PlaidImport.into(writer, plaid, "tokens", "order");
      }
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        SegmentReader segment = (SegmentReader) reader.leaves().get(0).reader();
        try (ChecksumIndexInput meta = directory.openChecksumInput("_0_Plaid1_0.vem")) {
          byte[] id = segment.getSegmentInfo().info.getId();
          CodecUtil.checkIndexHeader(meta, "PlaidMeta", 0, 0, id, "Plaid1_0");
          checkField(meta, segment);
          assertEquals(-1, meta.readInt());
          assertEquals(1, meta.readByte()); // the order is the delegate's
          CodecUtil.checkFooter(meta);
        }
      }
    }
  }

  private static void checkField(IndexInput meta, LeafReader reader) throws IOException {
    PlaidStatistics statistics = PlaidDocValuesFormat.statistics(reader, "tokens");
    PlaidOptions options = PlaidOptions.of(reader.getFieldInfos().fieldInfo("tokens"));
    assertEquals(reader.getFieldInfos().fieldInfo("tokens").number, meta.readInt());
    assertEquals(statistics.documents(), meta.readVInt());
    assertEquals(statistics.tokens(), meta.readVLong());
    assertTrue(meta.readVLong() >= statistics.documents());
    OrdToDocDISIReaderConfiguration.fromStoredMeta(meta, statistics.documents());
    for (int i = 0; i < 2; i++) {
      DirectMonotonicReader.loadMeta(meta, statistics.documents() + 1L, 12);
      assertTrue(meta.readVLong() > 0);
      assertTrue(meta.readVLong() >= 0); // none where values rise evenly
    }
    assertEquals(statistics.addressBytes(), meta.readVLong());
    assertEquals(DIMENSION, meta.readVInt());
    assertEquals(1, meta.readByte());
    assertEquals(0, meta.readVInt());
    assertEquals(options.bits(), meta.readByte());
    assertEquals(number(RawTokens.of(options.raw())), meta.readByte());
    assertEquals(options.trainingThreshold(), meta.readVInt());
    assertEquals(options.tokensPerCell(), meta.readVInt());
    assertEquals(options.seed(), meta.readLong());
    assertEquals(statistics.copiedTokens(), meta.readVLong());
    assertEquals(statistics.encodedTokens(), meta.readVLong());
    assertEquals(statistics.reencodedTokens(), meta.readVLong());
    assertEquals(statistics.timesEncoded(), meta.readVInt());
    int rows = meta.readByte();
    assertEquals(statistics.trained() ? number(RawTokens.of(options.raw())) : 2, rows);
    if (rows > 0) {
      assertEquals(0, meta.readVLong() % 64);
    }
    assertEquals(statistics.trained() ? 1 : 0, meta.readByte());
    if (statistics.trained()) {
      checkTrained(meta, PlaidSegment.of(reader, "tokens"));
    }
  }

  private static void assertFloats(float[] expected, IndexInput meta) throws IOException {
    for (float number : expected) {
      assertEquals(Float.floatToRawIntBits(number), meta.readInt());
    }
  }

  private static int number(RawTokens raw) {
    return switch (raw) {
      case NONE -> 0;
      case FLOAT16 -> 1;
      case FLOAT32 -> 2;
    };
  }

  private static void checkTrained(IndexInput meta, PlaidSegment segment) throws IOException {
    PlaidStatistics statistics = PlaidStatistics.of(segment.entry());
    assertEquals(1, meta.readVInt());
    String id = String.format(Locale.ROOT, "%016x%016x", meta.readLong(), meta.readLong());
    assertEquals(statistics.codebooks().get(0), id);
    assertEquals(statistics.centroids(), meta.readVInt());
    assertTrue(Float.intBitsToFloat(meta.readInt()) >= 0);
    assertTrue(meta.readVLong() > 0);
    PlaidQuantizer buckets = segment.codebooks().list().get(0).buckets();
    assertEquals(buckets == null ? 0 : buckets.areSigns() ? 2 : 1, meta.readByte());
    if (buckets != null) {
      assertEquals(0, meta.readVLong() % 64);
      assertFloats(buckets.averageResidual(), meta);
    }
    if (buckets != null && buckets.areSigns() == false) {
      assertFloats(buckets.cutoffs(), meta);
      assertFloats(buckets.weights(), meta);
      assertFloats(new float[] {buckets.clusterThreshold()}, meta);
    }
    long centroids = meta.readVLong();
    assertEquals(0, centroids % 64);
    // The centroids of the only codebook are the regions
    assertEquals(statistics.centroids(), meta.readVInt());
    assertEquals(centroids, meta.readVLong());
    assertEquals(0, meta.readVLong() % 64);
    assertEquals(statistics.cells(), meta.readVInt());
    assertEquals(0, meta.readVLong() % 64);
    assertEquals(statistics.postings(), meta.readVLong());
    assertEquals(2, meta.readByte());
    assertTrue(meta.readVLong() > 0);
    assertTrue(meta.readVLong() > 0);
  }
}
