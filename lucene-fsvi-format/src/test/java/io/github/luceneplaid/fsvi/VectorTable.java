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
package io.github.luceneplaid.fsvi;

import static org.apache.lucene.tests.util.LuceneTestCase.assertEquals;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.apache.lucene.codecs.CodecUtil;
import org.apache.lucene.codecs.lucene90.IndexedDISI;
import org.apache.lucene.codecs.lucene95.OrdToDocDISIReaderConfiguration;
import org.apache.lucene.index.IndexFileNames;
import org.apache.lucene.index.SegmentReader;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.IOContext;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.util.LongValues;

/**
 * A field in its files, read as the Javadoc of {@link FsviVectorsFormat} says. It uses Lucene's
 * classes, and none of the format.
 */
final class VectorTable {

  static final int FLOAT32 = 1;
  static final int FLOAT16 = 2;
  static final int INT8 = 3;

  /** A slab; what it has not is at 0. */
  record Slab(int elements, long rows, long scales, long errors) {}

  final int field;
  final int type;
  final int similarity;
  final int dimension;
  final int size;
  final List<Slab> slabs = new ArrayList<>();
  final long norms;
  final int[] documents;
  final ByteBuffer vectors;

  private VectorTable(int field, IndexInput meta, IndexInput data, ByteBuffer vectors)
      throws IOException {
    this.field = field;
    this.vectors = vectors;
    type = meta.readByte();
    similarity = meta.readByte();
    dimension = meta.readVInt();
    size = meta.readVInt();
    for (int left = meta.readByte(); left > 0; left--) {
      slabs.add(new Slab(meta.readByte(), meta.readVLong(), meta.readVLong(), meta.readVLong()));
    }
    norms = meta.readVLong();
    documents = documents(meta, data, size);
  }

  /** Reads the document of each vector. A set and a list both have them. */
  private static int[] documents(IndexInput meta, IndexInput data, int size) throws IOException {
    var ordinals = OrdToDocDISIReaderConfiguration.fromStoredMeta(meta, size);
    assertEquals(size == 0, ordinals.isEmpty());
    int[] documents = new int[size];
    boolean dense = ordinals.isDense();
    IndexedDISI set = dense || size == 0 ? null : ordinals.getIndexedDISI(data);
    LongValues list = dense || size == 0 ? null : ordinals.getDirectMonotonicReader(data);
    for (int ord = 0; ord < size; ord++) {
      documents[ord] = dense ? ord : set.nextDoc();
      if (dense == false) {
        assertEquals(list.get(ord), documents[ord]);
      }
    }
    return documents;
  }

  /** Reads all fields of a segment. */
  static List<VectorTable> read(Directory directory, SegmentReader segment, String suffix)
      throws IOException {
    List<VectorTable> fields = new ArrayList<>();
    try (IndexInput meta = open(directory, segment, suffix, "vemf", "FsviMeta");
        IndexInput data = open(directory, segment, suffix, "vec", "FsviVectors")) {
      byte[] bytes = new byte[Math.toIntExact(data.length())];
      IndexInput whole = data.clone();
      whole.seek(0);
      whole.readBytes(bytes, 0, bytes.length);
      ByteBuffer vectors = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
      for (int field = meta.readInt(); field != -1; field = meta.readInt()) {
        fields.add(new VectorTable(field, meta, data, vectors));
      }
      assertEquals(meta.length() - CodecUtil.footerLength(), meta.getFilePointer());
    }
    return fields;
  }

  private static IndexInput open(
      Directory directory, SegmentReader segment, String suffix, String extension, String codec)
      throws IOException {
    String name = segment.getSegmentName();
    IndexInput in =
        directory.openInput(
            IndexFileNames.segmentFileName(name, suffix, extension), IOContext.DEFAULT);
    CodecUtil.checksumEntireFile(in);
    in.seek(0);
    CodecUtil.checkIndexHeader(in, codec, 0, 0, segment.getSegmentInfo().info.getId(), suffix);
    return in;
  }

  /** Bytes of an element. */
  static int bytes(int elements) {
    return switch (elements) {
      case FLOAT32 -> 4;
      case FLOAT16 -> 2;
      case INT8 -> 1;
      default -> throw new AssertionError("elements " + elements);
    };
  }

  /** Returns an element of a row, without its scale. */
  float element(Slab slab, int ord, int j) {
    int at = Math.toIntExact(slab.rows + ((long) ord * dimension + j) * bytes(slab.elements));
    return switch (slab.elements) {
      case FLOAT32 -> vectors.getFloat(at);
      case FLOAT16 -> Float.float16ToFloat(vectors.getShort(at));
      default -> vectors.get(at);
    };
  }

  /** Returns a number of a column: a scale, an error or a norm. */
  float number(long column, int ord) {
    return vectors.getFloat(Math.toIntExact(column + 4L * ord));
  }

  /** Returns a vector of a slab. */
  float[] vector(Slab slab, int ord) {
    float[] vector = new float[dimension];
    float scale = slab.scales == 0 ? 1 : number(slab.scales, ord);
    for (int j = 0; j < dimension; j++) {
      vector[j] = scale * element(slab, ord, j);
    }
    return vector;
  }
}
