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
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.apache.lucene.codecs.CodecUtil;
import org.apache.lucene.codecs.lucene90.IndexedDISI;
import org.apache.lucene.index.SegmentReader;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.IOContext;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.util.LongValues;
import org.apache.lucene.util.packed.DirectMonotonicReader;

/**
 * The addresses, rows, centroids, regions, cells and postings of a field, read as the Javadoc of
 * {@link PlaidDocValuesFormat} and of the classes that it links says. It uses Lucene's classes, and
 * none of the format. {@link CodeTable} reads the codes.
 */
final class FieldTable {

  /**
   * A cell.
   *
   * @param region the region that it lies in
   * @param scale what its components are multiplied with
   * @param ordinals the documents that have a token in it
   */
  record Cell(int region, float scale, byte[] components, int[] ordinals) {}

  final MetaTable meta;
  final int[] documents;
  final long[] firstTokens;
  final long[] firstHalves;
  final ByteBuffer vectors;
  final ByteBuffer data;

  /** The tokens stored as floats; null if there are none. */
  final double[][] rows;

  /** The centroids of all blocks, those of imported ones not rotated; null if the field is flat. */
  final double[][] centroids;

  private FieldTable(MetaTable meta, IndexInput vectorsIn, IndexInput dataIn) throws IOException {
    this.meta = meta;
    this.documents = documents(meta, dataIn);
    this.firstTokens = numbers(meta.firstTokens, meta.documents + 1, dataIn);
    this.firstHalves = numbers(meta.firstHalves, meta.documents + 1, dataIn);
    this.vectors = bytes(vectorsIn);
    this.data = bytes(dataIn);
    int tokens = Math.toIntExact(meta.tokens);
    this.rows = meta.rows == 0 ? null : slab(meta.rowsOffset, tokens, meta.rows == 1);
    this.centroids = meta.codes == null ? null : readCentroids(meta.codes);
  }

  static FieldTable read(Directory directory, SegmentReader segment) throws IOException {
    MetaTable meta = MetaTable.read(directory, segment);
    try (IndexInput vectors = open(directory, segment, "vec", "PlaidVectors");
        IndexInput data = open(directory, segment, "veq", "PlaidData")) {
      return new FieldTable(meta, vectors, data);
    }
  }

  private static IndexInput open(
      Directory directory, SegmentReader segment, String extension, String codec)
      throws IOException {
    IndexInput in = directory.openInput(MetaTable.file(segment, extension), IOContext.DEFAULT);
    byte[] id = segment.getSegmentInfo().info.getId();
    CodecUtil.checkIndexHeader(in, codec, 0, 0, id, MetaTable.SUFFIX);
    CodecUtil.checksumEntireFile(in);
    return in;
  }

  private static ByteBuffer bytes(IndexInput in) throws IOException {
    byte[] bytes = new byte[Math.toIntExact(in.length())];
    in.seek(0);
    in.readBytes(bytes, 0, bytes.length);
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Reads the document of each ordinal. A set and a list both have them. */
  private static int[] documents(MetaTable meta, IndexInput data) throws IOException {
    int[] documents = new int[meta.documents];
    boolean dense = meta.ordinals.isDense();
    IndexedDISI set = dense ? null : meta.ordinals.getIndexedDISI(data);
    LongValues list = dense ? null : meta.ordinals.getDirectMonotonicReader(data);
    for (int ordinal = 0; ordinal < documents.length; ordinal++) {
      documents[ordinal] = dense ? ordinal : set.nextDoc();
      if (dense == false) {
        assertEquals(list.get(ordinal), documents[ordinal]);
      }
    }
    return documents;
  }

  private static long[] numbers(MetaTable.Sequence sequence, int n, IndexInput data)
      throws IOException {
    LongValues values =
        DirectMonotonicReader.getInstance(
            sequence.meta(), data.randomAccessSlice(sequence.offset(), sequence.length()));
    long[] numbers = new long[n];
    for (int i = 0; i < n; i++) {
      numbers[i] = values.get(i);
    }
    return numbers;
  }

  /** Reads a slab of 16-bit or 32-bit floats. */
  private double[][] slab(long offset, int n, boolean float16) {
    double[][] slab = new double[n][meta.dimension];
    int at = Math.toIntExact(offset);
    for (double[] row : slab) {
      for (int j = 0; j < row.length; j++) {
        row[j] = float16 ? Float.float16ToFloat(vectors.getShort(at)) : vectors.getFloat(at);
        at += float16 ? 2 : 4;
      }
    }
    return slab;
  }

  private double[][] readCentroids(MetaTable.Codes codes) {
    double[][] all = new double[codes.centroids()][];
    int first = 0;
    long own = codes.centroidsOffset();
    for (MetaTable.Block block : codes.blocks()) {
      int n = block.centroids();
      double[][] slab =
          block.kind() == MetaTable.OWN
              ? slab(own, n, true)
              : slab(block.centroidsOffset(), n, false);
      own += block.kind() == MetaTable.OWN ? 2L * n * meta.dimension : 0;
      System.arraycopy(slab, 0, all, first, n);
      first += n;
    }
    return all;
  }

  int tokenCount(int ordinal) {
    return (int) (firstTokens[ordinal + 1] - firstTokens[ordinal]);
  }

  /** Returns the block of a centroid. */
  MetaTable.Block blockOf(int centroid) {
    int end = 0;
    for (MetaTable.Block block : meta.codes.blocks()) {
      end += block.centroids();
      if (centroid < end) {
        return block;
      }
    }
    throw new AssertionError("centroid " + centroid + " of " + end);
  }

  /** Returns the regions, rotated. */
  double[][] regions() {
    if (meta.codes.blocks().size() > 1) {
      return slab(meta.codes.regionsOffset(), meta.codes.regions(), true);
    }
    if (meta.codes.blocks().get(0).kind() == MetaTable.OWN) {
      return centroids;
    }
    TableRotation rotation = new TableRotation(meta.dimension);
    double[][] rotated = new double[centroids.length][];
    for (int i = 0; i < rotated.length; i++) {
      rotated[i] = rotation.rotate(centroids[i]);
    }
    return rotated;
  }

  /** Returns the first cell of a region. */
  int firstCell(int region) {
    return data.getInt(Math.toIntExact(meta.codes.directoryOffset() + 4L * region));
  }

  /** Returns the first posting of a region. */
  long firstPosting(int region) {
    long at = meta.codes.directoryOffset() + 4L * (meta.codes.regions() + 1) + 8L * region;
    return data.getLong(Math.toIntExact(at));
  }

  /** Returns the cells, region after region. */
  List<Cell> cells() {
    List<Cell> cells = new ArrayList<>();
    for (int region = 0; region < meta.codes.regions(); region++) {
      int end = firstCell(region + 1);
      for (int cell = firstCell(region); cell < end; cell++) {
        long from = firstPosting(region) + cellNumber(cell, 4);
        long to =
            cell + 1 < end
                ? firstPosting(region) + cellNumber(cell + 1, 4)
                : firstPosting(region + 1);
        byte[] components = new byte[meta.dimension];
        vectors.get(cellOffset(cell) + 8, components);
        float scale = Float.intBitsToFloat(cellNumber(cell, 0));
        cells.add(new Cell(region, scale, components, postings(from, to)));
      }
    }
    return cells;
  }

  private int cellOffset(int cell) {
    return Math.toIntExact(meta.codes.cellsOffset() + cell * (8L + meta.dimension));
  }

  private int cellNumber(int cell, int offset) {
    return vectors.getInt(cellOffset(cell) + offset);
  }

  private int[] postings(long from, long to) {
    int width = meta.codes.postingBytes();
    int at = Math.toIntExact(meta.codes.postingsOffset() + from * width);
    int[] ordinals = new int[Math.toIntExact(to - from)];
    for (int i = 0; i < ordinals.length; i++) {
      for (int b = 0; b < width; b++, at++) {
        ordinals[i] |= Byte.toUnsignedInt(data.get(at)) << (8 * b);
      }
    }
    return ordinals;
  }
}
