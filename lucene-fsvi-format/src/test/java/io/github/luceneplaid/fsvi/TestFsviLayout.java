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

import static io.github.luceneplaid.fsvi.VectorTable.FLOAT16;
import static io.github.luceneplaid.fsvi.VectorTable.FLOAT32;
import static io.github.luceneplaid.fsvi.VectorTable.INT8;

import com.carrotsearch.randomizedtesting.generators.RandomPicks;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.lucene.codecs.CodecUtil;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.KnnByteVectorField;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.ByteVectorValues;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.KnnVectorValues;
import org.apache.lucene.index.LogDocMergePolicy;
import org.apache.lucene.index.SegmentReader;
import org.apache.lucene.index.Term;
import org.apache.lucene.index.VectorEncoding;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.store.Directory;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.tests.util.TestUtil;

/**
 * Reads both files as the Javadoc of {@link FsviVectorsFormat} says, and compares what is there
 * with what the format reads. So the two cannot drift apart.
 */
public class TestFsviLayout extends LuceneTestCase {

  private static final String FLOATS = "floats";
  private static final String BYTES = "bytes";

  private FsviEncoding encoding = FsviEncoding.FLOAT32;
  private VectorSimilarityFunction similarity;
  private int dimension;
  private double share;
  private boolean graphs;

  @Override
  public void setUp() throws Exception {
    super.setUp();
    similarity = RandomPicks.randomFrom(random(), VectorSimilarityFunction.values());
    // No fewer, so that all vectors are long enough for all encodings
    dimension = TestUtil.nextInt(random(), 4, 40);
    share = random().nextBoolean() ? 1 : 0.7;
    graphs = random().nextBoolean();
  }

  private KnnVectorsFormat format() {
    return graphs
        ? FsviHnswVectorsFormat.builder().encoding(encoding).build()
        : new FsviVectorsFormat(encoding);
  }

  /** Adds a document, or a few of them, with vectors in about this share. */
  private void add(IndexWriter writer, float factor, int documents) throws IOException {
    for (int i = 0; i < documents; i++) {
      Document document = new Document();
      document.add(new StringField("id", "some", Field.Store.NO));
      if (i == 0 || random().nextDouble() < share) {
        float[] vector = VectorDocuments.randomVector(dimension);
        for (int j = 0; j < dimension; j++) {
          vector[j] *= factor;
        }
        document.add(new KnnFloatVectorField(FLOATS, vector, similarity));
      }
      if (i == 0 || random().nextDouble() < share) {
        byte[] vector = VectorDocuments.randomBytes(dimension);
        document.add(new KnnByteVectorField(BYTES, vector, similarity));
      }
      writer.addDocument(document);
    }
  }

  private interface Filling {
    void fill(IndexWriter writer) throws IOException;
  }

  /** Writes a segment, and checks its fields. The slabs of floats have these elements. */
  private void check(List<Integer> elements, Filling filling) throws IOException {
    KnnVectorsFormat format = format();
    try (Directory directory = newDirectory()) {
      IndexWriterConfig config =
          new IndexWriterConfig()
              .setCodec(TestUtil.alwaysKnnVectorsFormat(format))
              .setMergePolicy(new LogDocMergePolicy())
              .setUseCompoundFile(false);
      try (IndexWriter writer = new IndexWriter(directory, config)) {
        filling.fill(writer);
      }
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        SegmentReader segment = (SegmentReader) getOnlyLeafReader(reader);
        check(segment, VectorTable.read(directory, segment, format.getName() + "_0"), elements);
      }
    }
  }

  private void check(SegmentReader segment, List<VectorTable> tables, List<Integer> elements)
      throws IOException {
    Set<String> names = new HashSet<>();
    String suffix = format().getName() + "_0";
    long end = CodecUtil.indexHeaderLength("FsviVectors", suffix);
    for (VectorTable table : tables) {
      FieldInfo field = segment.getFieldInfos().fieldInfo(table.field);
      assertTrue(names.add(field.name));
      boolean bytes = field.name.equals(BYTES);
      checkMeta(table, field, bytes ? List.of(INT8) : elements);
      end = checkPlaces(table, end);
      StoredVectors stored = FsviVectorsFormat.stored(segment, field.name);
      if (bytes) {
        checkBytes(table, segment.getByteVectorValues(field.name));
      } else {
        checkFloats(table, segment.getFloatVectorValues(field.name), stored);
      }
      checkNorms(table, stored);
    }
    assertEquals(Set.of(FLOATS, BYTES), names);
    assertTrue(end <= tables.get(0).vectors.limit() - CodecUtil.footerLength());
  }

  private static void checkMeta(VectorTable table, FieldInfo field, List<Integer> elements) {
    boolean floats = field.getVectorEncoding() == VectorEncoding.FLOAT32;
    assertEquals(floats ? 1 : 0, table.type);
    int number =
        switch (field.getVectorSimilarityFunction()) {
          case EUCLIDEAN -> 0;
          case DOT_PRODUCT -> 1;
          case COSINE -> 2;
          case MAXIMUM_INNER_PRODUCT -> 3;
        };
    assertEquals(number, table.similarity);
    assertEquals(field.getVectorDimension(), table.dimension);
    assertEquals(elements, table.slabs.stream().map(VectorTable.Slab::elements).toList());
    for (int i = 0; i < table.slabs.size(); i++) {
      VectorTable.Slab slab = table.slabs.get(i);
      assertEquals(floats && slab.elements() == INT8, slab.scales() > 0);
      assertEquals(i < table.slabs.size() - 1, slab.errors() > 0);
    }
    boolean norms = number == 2 || (floats && elements.get(0) == INT8);
    assertEquals(norms, table.norms > 0);
  }

  /**
   * Checks that the parts of a field follow one another, each aligned.
   *
   * @param end where the parts before it end, or documents follow
   * @return where they end, without the documents
   */
  private static long checkPlaces(VectorTable table, long end) {
    // Documents may lie before the first part
    long rows = table.slabs.get(0).rows();
    assertTrue(rows >= end);
    long at = rows;
    for (VectorTable.Slab slab : table.slabs) {
      assertEquals(aligned(at), slab.rows());
      long rowBytes = (long) table.dimension * VectorTable.bytes(slab.elements());
      at = slab.rows() + table.size * rowBytes;
      at = checkColumn(table, slab.scales(), at);
      at = checkColumn(table, slab.errors(), at);
    }
    return checkColumn(table, table.norms, at);
  }

  private static long checkColumn(VectorTable table, long offset, long end) {
    if (offset == 0) {
      return end;
    }
    assertEquals(aligned(end), offset);
    return offset + 4L * table.size;
  }

  private static long aligned(long offset) {
    return (offset + 63) / 64 * 64;
  }

  private static void checkDocuments(VectorTable table, KnnVectorValues values) {
    assertEquals(values.size(), table.size);
    for (int ord = 0; ord < table.size; ord++) {
      assertEquals(values.ordToDoc(ord), table.documents[ord]);
    }
  }

  private static void checkBytes(VectorTable table, ByteVectorValues values) throws IOException {
    checkDocuments(table, values);
    for (int ord = 0; ord < table.size; ord++) {
      byte[] vector = values.vectorValue(ord);
      assertEquals(vector.length, table.dimension);
      for (int j = 0; j < vector.length; j++) {
        assertEquals(vector[j], table.element(table.slabs.get(0), ord, j), 0);
      }
    }
  }

  private static void checkFloats(VectorTable table, FloatVectorValues values, StoredVectors stored)
      throws IOException {
    checkDocuments(table, values);
    VectorTable.Slab coarse = table.slabs.get(0);
    VectorTable.Slab fine = table.slabs.get(table.slabs.size() - 1);
    float[] decoded = new float[table.dimension];
    for (int ord = 0; ord < table.size; ord++) {
      float[] vector = table.vector(fine, ord);
      assertArrayEquals(values.vectorValue(ord), vector, 0);
      stored.coarse().decode(ord, decoded);
      assertArrayEquals(decoded, table.vector(coarse, ord), 0);
      for (VectorTable.Slab slab : table.slabs) {
        if (slab.scales() > 0) {
          checkScale(table, slab, ord);
        }
      }
      if (coarse.errors() > 0) {
        float error = table.number(coarse.errors(), ord);
        assertEquals(stored.coarse().error(ord), error, 0);
        double distance = distance(vector, decoded);
        double rounding = (table.dimension / 4 + 8) * 0x1p-22 * distance(vector, new float[1]);
        assertTrue(error >= distance);
        assertTrue(error <= 1.00001 * distance + rounding);
      }
    }
  }

  private static void checkScale(VectorTable table, VectorTable.Slab slab, int ord) {
    float largest = 0;
    for (int j = 0; j < table.dimension; j++) {
      largest = Math.max(largest, Math.abs(table.element(slab, ord, j)));
    }
    assertEquals(table.number(slab.scales(), ord) == 0 ? 0 : 127, largest, 0);
  }

  private static void checkNorms(VectorTable table, StoredVectors stored) throws IOException {
    VectorTable.Slab fine = table.slabs.get(table.slabs.size() - 1);
    for (int ord = 0; ord < table.size && table.norms > 0; ord++) {
      float norm = table.number(table.norms, ord);
      assertEquals(stored.norm(ord), norm, 0);
      assertEquals(distance(table.vector(fine, ord), new float[1]), norm, 1e-6 * norm);
    }
  }

  /** The distance of two vectors. Elements that the second one has not are 0. */
  private static double distance(float[] a, float[] b) {
    double squares = 0;
    for (int j = 0; j < a.length; j++) {
      double difference = (double) a[j] - (j < b.length ? b[j] : 0);
      squares += difference * difference;
    }
    return Math.sqrt(squares);
  }

  private static List<Integer> elements(FsviEncoding encoding) {
    return switch (encoding) {
      case FLOAT32 -> List.of(FLOAT32);
      case FLOAT16 -> List.of(FLOAT16);
      case INT8 -> List.of(INT8);
      case FLOAT16_THEN_FLOAT32 -> List.of(FLOAT16, FLOAT32);
      case INT8_THEN_FLOAT16 -> List.of(INT8, FLOAT16);
      case INT8_THEN_FLOAT32 -> List.of(INT8, FLOAT32);
    };
  }

  public void testAllEncodings() throws IOException {
    for (FsviEncoding each : FsviEncoding.values()) {
      for (VectorSimilarityFunction other : VectorSimilarityFunction.values()) {
        encoding = each;
        similarity = other;
        check(elements(encoding), writer -> add(writer, 1, 50));
      }
    }
  }

  public void testMerge() throws IOException {
    encoding = RandomPicks.randomFrom(random(), FsviEncoding.values());
    check(
        elements(encoding),
        writer -> {
          add(writer, 1, 30);
          writer.flush();
          add(writer, 1, 30);
          writer.forceMerge(1);
        });
  }

  /** Vectors that are too small for bytes and 16-bit floats. */
  public void testTooSmall() throws IOException {
    for (FsviEncoding each : FsviEncoding.values()) {
      encoding = each;
      check(
          List.of(FLOAT32),
          writer -> {
            add(writer, 1, 20);
            add(writer, 0x1p-110f, 1);
          });
    }
  }

  /** Vectors that are too large for 16-bit floats. */
  public void testTooLarge() throws IOException {
    for (FsviEncoding each : FsviEncoding.values()) {
      encoding = each;
      List<Integer> elements =
          switch (encoding) {
            case INT8 -> List.of(INT8);
            case INT8_THEN_FLOAT16, INT8_THEN_FLOAT32 -> List.of(INT8, FLOAT32);
            default -> List.of(FLOAT32);
          };
      check(
          elements,
          writer -> {
            add(writer, 1, 20);
            add(writer, 0x1p40f, 1);
          });
    }
  }

  /** All documents with vectors were deleted. */
  public void testNoVectors() throws IOException {
    encoding = RandomPicks.randomFrom(random(), FsviEncoding.values());
    check(
        elements(encoding),
        writer -> {
          add(writer, 1, 20);
          writer.addDocument(new Document());
          writer.flush();
          writer.deleteDocuments(new Term("id", "some"));
          writer.forceMerge(1);
        });
  }
}
