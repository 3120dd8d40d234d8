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

import static org.apache.lucene.tests.util.LuceneTestCase.assertEquals;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.lucene.codecs.CodecUtil;
import org.apache.lucene.codecs.lucene95.OrdToDocDISIReaderConfiguration;
import org.apache.lucene.index.IndexFileNames;
import org.apache.lucene.index.SegmentReader;
import org.apache.lucene.store.ChecksumIndexInput;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.util.packed.DirectMonotonicReader;

/**
 * The meta file of a segment with one field, read as the Javadoc of {@link PlaidDocValuesFormat}
 * says. It uses Lucene's classes, and none of the format.
 */
final class MetaTable {

  static final String SUFFIX = "Plaid1_0";

  static final int TRAINED = 1;
  static final int PROVISIONAL = 2;

  static final int OWN = 0;
  static final int RESIDUALS = 1;
  static final int SIGNS = 2;

  /** A rising sequence of numbers in .veq. */
  record Sequence(DirectMonotonicReader.Meta meta, long offset, long length) {
    private static Sequence read(IndexInput meta, long size) throws IOException {
      return new Sequence(
          DirectMonotonicReader.loadMeta(meta, size, 12), meta.readVLong(), meta.readVLong());
    }
  }

  record Options(int bits, int raw, int trainingThreshold, int tokensPerCell, long seed) {}

  record History(long copied, long encoded, long reencoded, int timesEncoded) {}

  /** A codebook block. What its kind has not is null or 0. */
  record Block(
      String id,
      int centroids,
      float meanResidual,
      long trainedTokens,
      int kind,
      long centroidsOffset,
      float[] averageResidual,
      float[] cutoffs,
      float[] weights,
      float clusterThreshold) {

    private static Block read(IndexInput meta, int dimension, int bits) throws IOException {
      String id = String.format(Locale.ROOT, "%016x%016x", meta.readLong(), meta.readLong());
      int centroids = meta.readVInt();
      float meanResidual = Float.intBitsToFloat(meta.readInt());
      long trainedTokens = meta.readVLong();
      int kind = meta.readByte();
      long offset = kind == OWN ? 0 : meta.readVLong();
      float[] average = kind == OWN ? null : floats(meta, dimension);
      boolean residuals = kind == RESIDUALS;
      float[] cutoffs = residuals ? floats(meta, (1 << bits) - 1) : null;
      float[] weights = residuals ? floats(meta, 1 << bits) : null;
      float threshold = residuals ? Float.intBitsToFloat(meta.readInt()) : 0;
      return new Block(
          id,
          centroids,
          meanResidual,
          trainedTokens,
          kind,
          offset,
          average,
          cutoffs,
          weights,
          threshold);
    }

    private static float[] floats(IndexInput meta, int n) throws IOException {
      float[] floats = new float[n];
      for (int i = 0; i < n; i++) {
        floats[i] = Float.intBitsToFloat(meta.readInt());
      }
      return floats;
    }
  }

  /** What a field has if it is not flat. */
  record Codes(
      List<Block> blocks,
      long centroidsOffset,
      int regions,
      long regionsOffset,
      long codesOffset,
      int cells,
      long cellsOffset,
      long postings,
      int postingBytes,
      long postingsOffset,
      long directoryOffset) {

    private static Codes read(IndexInput meta, int dimension, int bits) throws IOException {
      List<Block> blocks = new ArrayList<>();
      for (int left = meta.readVInt(); left > 0; left--) {
        blocks.add(Block.read(meta, dimension, bits));
      }
      return new Codes(
          blocks,
          meta.readVLong(),
          meta.readVInt(),
          meta.readVLong(),
          meta.readVLong(),
          meta.readVInt(),
          meta.readVLong(),
          meta.readVLong(),
          meta.readByte(),
          meta.readVLong(),
          meta.readVLong());
    }

    int centroids() {
      return blocks.stream().mapToInt(Block::centroids).sum();
    }
  }

  final int field;
  final int documents;
  final long tokens;
  final long halves;
  final OrdToDocDISIReaderConfiguration ordinals;
  final Sequence firstTokens;
  final Sequence firstHalves;
  final long addressBytes;
  final int dimension;
  final int unitLength;
  final int escaped;
  final Options options;
  final History history;
  final int rows;
  final long rowsOffset;
  final int form;

  /** Null if the field is flat. */
  final Codes codes;

  final int delegate;

  private MetaTable(IndexInput meta) throws IOException {
    field = meta.readInt();
    documents = meta.readVInt();
    tokens = meta.readVLong();
    halves = meta.readVLong();
    ordinals = OrdToDocDISIReaderConfiguration.fromStoredMeta(meta, documents);
    firstTokens = Sequence.read(meta, documents + 1L);
    firstHalves = Sequence.read(meta, documents + 1L);
    addressBytes = meta.readVLong();
    dimension = meta.readVInt();
    unitLength = meta.readByte();
    escaped = meta.readVInt();
    options =
        new Options(
            meta.readByte(), meta.readByte(), meta.readVInt(), meta.readVInt(), meta.readLong());
    history = new History(meta.readVLong(), meta.readVLong(), meta.readVLong(), meta.readVInt());
    rows = meta.readByte();
    rowsOffset = rows == 0 ? 0 : meta.readVLong();
    form = meta.readByte();
    codes = form == 0 ? null : Codes.read(meta, dimension, options.bits);
    assertEquals(-1, meta.readInt());
    delegate = meta.readByte();
  }

  static MetaTable read(Directory directory, SegmentReader segment) throws IOException {
    try (ChecksumIndexInput meta = directory.openChecksumInput(file(segment, "vem"))) {
      byte[] id = segment.getSegmentInfo().info.getId();
      CodecUtil.checkIndexHeader(meta, "PlaidMeta", 0, 0, id, SUFFIX);
      MetaTable table = new MetaTable(meta);
      // Nothing else may come before it
      CodecUtil.checkFooter(meta);
      return table;
    }
  }

  /** Returns the name of a file of the segment. */
  static String file(SegmentReader segment, String extension) {
    return IndexFileNames.segmentFileName(segment.getSegmentName(), SUFFIX, extension);
  }
}
