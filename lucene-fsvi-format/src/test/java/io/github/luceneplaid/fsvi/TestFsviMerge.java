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

import com.carrotsearch.randomizedtesting.generators.RandomPicks;
import io.github.luceneplaid.fsvi.slab.SlabEncoding;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.KnnVectorValues.DocIndexIterator;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.NoMergePolicy;
import org.apache.lucene.index.Term;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.store.Directory;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.tests.util.TestUtil;

/** Merges copy or encode rows, and the vectors of a segment decide on its encoding. */
public class TestFsviMerge extends LuceneTestCase {

  private static final String FIELD = "vectors";

  private static Document document(int id, float[] vector, VectorSimilarityFunction similarity) {
    Document doc = new Document();
    doc.add(new StringField("id", Integer.toString(id), Field.Store.YES));
    doc.add(new KnnFloatVectorField(FIELD, vector, similarity));
    return doc;
  }

  /** Returns all stored parts of a vector, as bytes. */
  private static List<Object> row(StoredVectors stored, int ord) throws IOException {
    List<Object> parts = new ArrayList<>();
    for (StoredTier tier : List.of(stored.coarse(), stored.fine())) {
      byte[] bytes = new byte[stored.dimension() * tier.encoding().bytes()];
      tier.rows().readRawBytes(ord, 1, bytes, 0);
      parts.add(tier.encoding());
      parts.add(Arrays.toString(bytes));
      parts.add(tier.scales() == null ? null : tier.scale(ord));
      parts.add(tier.errors() == null ? null : tier.error(ord));
    }
    parts.add(stored.norms() == null ? null : stored.norm(ord));
    return parts;
  }

  private static Map<Integer, List<Object>> rows(IndexWriter writer) throws IOException {
    Map<Integer, List<Object>> rows = new HashMap<>();
    try (IndexReader reader = DirectoryReader.open(writer)) {
      for (LeafReaderContext context : reader.leaves()) {
        StoredVectors stored = FsviVectorsFormat.stored(context.reader(), FIELD);
        DocIndexIterator docs = stored.docs().iterator();
        while (docs.nextDoc() != DocIdSetIterator.NO_MORE_DOCS) {
          String id = context.reader().storedFields().document(docs.docID()).get("id");
          rows.put(Integer.parseInt(id), row(stored, docs.index()));
        }
      }
    }
    return rows;
  }

  public void testRowsAreCopied() throws IOException {
    for (FsviEncoding encoding : FsviEncoding.values()) {
      for (VectorSimilarityFunction similarity :
          List.of(VectorSimilarityFunction.COSINE, VectorSimilarityFunction.EUCLIDEAN)) {
        try (Directory directory = newDirectory()) {
          Map<Integer, List<Object>> before;
          try (IndexWriter writer =
              new IndexWriter(
                  directory,
                  VectorDocuments.config(new FsviVectorsFormat(encoding))
                      .setMergePolicy(NoMergePolicy.INSTANCE))) {
            for (int id = 0; id < 100; id++) {
              writer.addDocument(document(id, VectorDocuments.randomVector(20), similarity));
              if (random().nextInt(10) == 0) {
                writer.flush();
              }
            }
            before = rows(writer);
          }
          try (IndexWriter writer =
              new IndexWriter(directory, VectorDocuments.config(new FsviVectorsFormat(encoding)))) {
            for (int id = 0; id < 100; id += 3) {
              writer.deleteDocuments(new Term("id", Integer.toString(id)));
              before.remove(id);
            }
            writer.forceMerge(1);
            assertEquals(before, rows(writer));
          }
        }
      }
    }
  }

  /** Vectors stay close to the originals through three encodings. */
  public void testEncodingsChange() throws IOException {
    int dim = TestUtil.nextInt(random(), 1, 50);
    Map<Integer, float[]> vectors = new HashMap<>();
    try (Directory directory = newDirectory()) {
      for (int round = 0; round < 5; round++) {
        FsviEncoding encoding = RandomPicks.randomFrom(random(), FsviEncoding.values());
        try (IndexWriter writer =
            new IndexWriter(directory, VectorDocuments.config(new FsviVectorsFormat(encoding)))) {
          for (int i = 0; i < 20; i++) {
            int id = vectors.size();
            vectors.put(id, VectorDocuments.randomVector(dim));
            writer.addDocument(
                document(id, vectors.get(id), VectorSimilarityFunction.MAXIMUM_INNER_PRODUCT));
          }
          writer.forceMerge(1);
          assertNear(writer, vectors, encoding);
        }
      }
    }
  }

  private static void assertNear(
      IndexWriter writer, Map<Integer, float[]> vectors, FsviEncoding encoding) throws IOException {
    try (DirectoryReader reader = DirectoryReader.open(writer)) {
      StoredVectors stored = FsviVectorsFormat.stored(getOnlyLeafReader(reader), FIELD);
      assertEquals(encoding.tiers(), stored.layout().encodings());
      assertEquals(vectors.size(), stored.size());
      float[] vector = new float[stored.dimension()];
      for (int ord = 0; ord < stored.size(); ord++) {
        stored.fine().decode(ord, vector);
        String id = reader.storedFields().document(ord).get("id");
        float[] expected = vectors.get(Integer.parseInt(id));
        float largest = 0;
        for (float x : expected) {
          largest = Math.max(largest, Math.abs(x));
        }
        // The worst case is signed bytes, with 16-bit floats in between
        assertArrayEquals(expected, vector, largest * (1 / 253f + 0x1p-9f));
      }
    }
  }

  private static List<FsviEncoding> slabsOf(FsviEncoding encoding) {
    return encoding.tiers().stream().map(FsviEncoding::of).toList();
  }

  private static List<FsviEncoding> encodingOf(IndexWriter writer) throws IOException {
    try (DirectoryReader reader = DirectoryReader.open(writer)) {
      return FsviVectorsFormat.statistics(getOnlyLeafReader(reader), FIELD).slabs();
    }
  }

  /** A vector that does not fit an encoding keeps its floats while its document exists. */
  public void testVectorsThatDoNotFit() throws IOException {
    float[][] oddVectors = {
      {65520, 1}, {1, -Float.MAX_VALUE}, {0x1p-15f, 0}, {Float.MIN_VALUE, 0}, {-1e30f, 1e-30f}
    };
    for (FsviEncoding encoding : List.of(FsviEncoding.FLOAT16, FsviEncoding.INT8_THEN_FLOAT16)) {
      for (float[] odd : oddVectors) {
        try (Directory directory = newDirectory();
            IndexWriter writer =
                new IndexWriter(
                    directory, VectorDocuments.config(new FsviVectorsFormat(encoding)))) {
          for (int id = 0; id < 3; id++) {
            float[] vector = id == 1 ? odd : new float[] {65504, 0x1p-14f};
            writer.addDocument(document(id, vector, VectorSimilarityFunction.EUCLIDEAN));
            writer.flush();
          }
          writer.addDocument(document(3, new float[2], VectorSimilarityFunction.EUCLIDEAN));
          writer.forceMerge(1);
          assertNotEquals(slabsOf(encoding), encodingOf(writer));
          try (DirectoryReader reader = DirectoryReader.open(writer)) {
            StoredVectors stored = FsviVectorsFormat.stored(getOnlyLeafReader(reader), FIELD);
            float[] vector = new float[2];
            for (int ord = 0; ord < 4; ord++) {
              if (reader.storedFields().document(ord).get("id").equals("1")) {
                stored.fine().decode(ord, vector);
                assertArrayEquals(odd, vector, 0);
              }
            }
          }
          writer.deleteDocuments(new Term("id", "1"));
          writer.forceMerge(1);
          assertEquals(slabsOf(encoding), encodingOf(writer));
        }
      }
    }
  }

  public void testNotFinite() {
    for (float odd : new float[] {Float.NaN, Float.NEGATIVE_INFINITY, Float.POSITIVE_INFINITY}) {
      assertFalse(Rounding.fits(SlabEncoding.FLOAT16, new float[] {1, odd}));
      assertFalse(Rounding.fits(SlabEncoding.INT8, new float[] {odd, 1}));
      expectThrows(
          IllegalArgumentException.class,
          () -> document(0, new float[] {odd}, VectorSimilarityFunction.EUCLIDEAN));
    }
  }

  public void testStatistics() throws IOException {
    try (Directory directory = newDirectory();
        IndexWriter writer =
            new IndexWriter(
                directory,
                VectorDocuments.config(new FsviVectorsFormat(FsviEncoding.INT8_THEN_FLOAT16)))) {
      writer.addDocument(
          document(0, VectorDocuments.randomVector(10), VectorSimilarityFunction.COSINE));
      writer.addDocument(new Document());
      writer.forceMerge(1);
      try (DirectoryReader reader = DirectoryReader.open(writer)) {
        FsviStatistics statistics = FsviVectorsFormat.statistics(getOnlyLeafReader(reader), FIELD);
        assertEquals(
            new FsviStatistics(
                1,
                10,
                List.of(FsviEncoding.INT8, FsviEncoding.FLOAT16),
                10 + 2 * Float.BYTES + 20 + Float.BYTES),
            statistics);
        assertEquals(42, statistics.totalBytes());
        assertNull(FsviVectorsFormat.statistics(getOnlyLeafReader(reader), "id"));
        assertNull(FsviVectorsFormat.statistics(getOnlyLeafReader(reader), "none"));
      }
    }
  }
}
