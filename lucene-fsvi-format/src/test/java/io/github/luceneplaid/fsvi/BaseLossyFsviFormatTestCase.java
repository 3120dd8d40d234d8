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

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.apache.lucene.codecs.KnnVectorsReader;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.KnnByteVectorField;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.document.NumericDocValuesField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.CodecReader;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.KnnVectorValues.DocIndexIterator;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.SerialMergeScheduler;
import org.apache.lucene.index.Term;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.AcceptDocs;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.Sort;
import org.apache.lucene.search.SortField;
import org.apache.lucene.search.TopDocs;
import org.apache.lucene.store.Directory;
import org.apache.lucene.tests.index.MismatchedCodecReader;
import org.apache.lucene.tests.util.TestUtil;
import org.apache.lucene.util.Bits;

/**
 * Runs Lucene's tests for encodings that round. It replaces the tests that compare floats exactly:
 * they compare with the bounds of {@link FsviEncoding} here.
 */
public abstract class BaseLossyFsviFormatTestCase extends BaseFsviFormatTestCase {

  private static final String FIELD = "field";

  BaseLossyFsviFormatTestCase(FsviEncoding encoding, boolean graphs) {
    super(encoding, graphs);
  }

  private void assertVector(float[] expected, float[] actual) {
    assertEquals(expected.length, actual.length);
    float largest = 0;
    for (float x : expected) {
      largest = Math.max(largest, Math.abs(x));
    }
    for (int i = 0; i < expected.length; i++) {
      float bound =
          encoding == FsviEncoding.INT8
              ? largest / 253
              : Math.max(Math.abs(expected[i]) * 0x1p-11f, 0x1p-25f);
      assertEquals("element " + i, expected[i], actual[i], bound);
    }
  }

  private static void index(
      IndexWriter writer, int id, float[] vector, VectorSimilarityFunction similarity)
      throws IOException {
    Document doc = new Document();
    if (vector != null) {
      doc.add(new KnnFloatVectorField(FIELD, vector, similarity));
    }
    doc.add(new NumericDocValuesField("sortkey", random().nextInt(100)));
    doc.add(new StringField("id", Integer.toString(id), Field.Store.YES));
    writer.updateDocument(new Term("id", Integer.toString(id)), doc);
  }

  /** Compares the vectors of all live documents, and returns their number. */
  private int assertLiveVectors(IndexReader reader, Map<Integer, float[]> expected)
      throws IOException {
    int live = 0;
    for (LeafReaderContext context : reader.leaves()) {
      LeafReader leaf = context.reader();
      FloatVectorValues values = leaf.getFloatVectorValues(FIELD);
      if (values == null) {
        continue;
      }
      Bits liveDocs = leaf.getLiveDocs();
      DocIndexIterator docs = values.iterator();
      for (int doc = docs.nextDoc(); doc != DocIdSetIterator.NO_MORE_DOCS; doc = docs.nextDoc()) {
        assertEquals(doc, values.ordToDoc(docs.index()));
        if (liveDocs == null || liveDocs.get(doc)) {
          int id = Integer.parseInt(leaf.storedFields().document(doc).get("id"));
          assertVector(expected.get(id), values.vectorValue(docs.index()));
          live++;
        }
      }
      assertOffHeapByteSize(leaf, FIELD);
    }
    return live;
  }

  private static int evenDimension(int least) {
    int dim = atLeast(least);
    return dim + dim % 2;
  }

  @Override
  public void testRandom() throws Exception {
    IndexWriterConfig config = newIndexWriterConfig();
    if (random().nextBoolean()) {
      config.setIndexSort(new Sort(new SortField("sortkey", SortField.Type.INT)));
    }
    try (Directory directory = newDirectory();
        IndexWriter writer = new IndexWriter(directory, config)) {
      indexRandom(writer, randomSimilarity());
    }
  }

  private void indexRandom(IndexWriter writer, VectorSimilarityFunction similarity)
      throws IOException {
    int dim = evenDimension(10);
    float[] scratch = new float[dim];
    Map<Integer, float[]> expected = new HashMap<>();
    int numDocs = atLeast(100);
    for (int id = 0; id < numDocs; id++) {
      float[] vector = random().nextInt(7) == 3 ? null : randomNormalizedVector(dim);
      if (vector != null) {
        expected.put(id, vector);
        System.arraycopy(vector, 0, scratch, 0, dim);
      }
      index(writer, id, vector == null || random().nextBoolean() ? vector : scratch, similarity);
      if (random().nextInt(10) == 2) {
        int deleted = random().nextInt(id + 1);
        writer.deleteDocuments(new Term("id", Integer.toString(deleted)));
        expected.remove(deleted);
      }
      if (random().nextInt(10) == 3) {
        writer.commit();
      }
    }
    try (IndexReader reader = DirectoryReader.open(writer)) {
      assertEquals(expected.size(), assertLiveVectors(reader, expected));
    }
    writer.forceMerge(1);
    try (IndexReader reader = DirectoryReader.open(writer)) {
      assertEquals(expected.size(), assertLiveVectors(reader, expected));
    }
  }

  @Override
  public void testRandomWithUpdatesAndGraph() throws Exception {
    try (Directory directory = newDirectory();
        IndexWriter writer = new IndexWriter(directory, newIndexWriterConfig())) {
      int dim = evenDimension(10);
      int numDocs = atLeast(100);
      Map<Integer, float[]> expected = new HashMap<>();
      for (int i = 0; i < numDocs; i++) {
        int id = random().nextInt(numDocs);
        expected.remove(id);
        float[] vector = random().nextInt(7) == 3 ? null : randomNormalizedVector(dim);
        if (vector != null) {
          expected.put(id, vector);
        }
        index(writer, id, vector, VectorSimilarityFunction.EUCLIDEAN);
      }
      try (IndexReader reader = DirectoryReader.open(writer)) {
        assertEquals(expected.size(), assertLiveVectors(reader, expected));
        for (LeafReaderContext context : reader.leaves()) {
          assertSearch(context.reader(), dim);
        }
      }
    }
  }

  private static void assertSearch(LeafReader leaf, int dim) throws IOException {
    FloatVectorValues values = leaf.getFloatVectorValues(FIELD);
    if (values == null) {
      return;
    }
    Bits liveDocs = leaf.getLiveDocs();
    int live = 0;
    DocIndexIterator docs = values.iterator();
    for (int doc = docs.nextDoc(); doc != DocIdSetIterator.NO_MORE_DOCS; doc = docs.nextDoc()) {
      live += liveDocs == null || liveDocs.get(doc) ? 1 : 0;
    }
    if (live == 0) {
      return;
    }
    int k = Math.min(live, 1 + random().nextInt(values.size() / 10 + 1));
    TopDocs hits =
        leaf.searchNearestVectors(
            FIELD,
            randomNormalizedVector(dim),
            k,
            AcceptDocs.fromLiveDocs(liveDocs, leaf.maxDoc()),
            Integer.MAX_VALUE);
    assertEquals(k, hits.scoreDocs.length);
    for (int i = 1; i < k; i++) {
      assertTrue(hits.scoreDocs[i - 1].score >= hits.scoreDocs[i].score);
    }
  }

  @Override
  public void testSparseVectors() throws Exception {
    assertSomeVectors(100);
  }

  @Override
  public void testVectorValuesReportCorrectDocs() throws Exception {
    assertSomeVectors(4);
  }

  /** One of several documents has a vector. */
  private void assertSomeVectors(int documents) throws IOException {
    try (Directory directory = newDirectory();
        IndexWriter writer = new IndexWriter(directory, newIndexWriterConfig())) {
      int dim = 2 * TestUtil.nextInt(random(), 1, 10);
      VectorSimilarityFunction similarity = randomSimilarity();
      Map<Integer, float[]> expected = new HashMap<>();
      int numDocs = atLeast(1000);
      for (int id = 0; id < numDocs; id++) {
        float[] vector = random().nextInt(documents) == 0 ? randomNormalizedVector(dim) : null;
        if (vector != null) {
          expected.put(id, vector);
        }
        index(writer, id, vector, similarity);
        if (random().nextInt(numDocs / 3) == 0) {
          writer.commit();
        }
      }
      if (random().nextBoolean()) {
        writer.forceMerge(1);
      }
      try (IndexReader reader = DirectoryReader.open(writer)) {
        assertEquals(expected.size(), assertLiveVectors(reader, expected));
      }
    }
  }

  @Override
  public void testIndexMultipleKnnVectorFields() throws Exception {
    if (encoding != FsviEncoding.INT8) {
      // 16-bit floats are exact for small integers.
      super.testIndexMultipleKnnVectorFields();
      return;
    }
    float[][] vectors = {{1, 2}, {2, 2}, {1, 2, 3, 4}};
    try (Directory directory = newDirectory();
        IndexWriter writer = new IndexWriter(directory, newIndexWriterConfig())) {
      for (int i = 0; i < 2; i++) {
        Document doc = new Document();
        doc.add(new KnnFloatVectorField("field1", vectors[i]));
        doc.add(new KnnFloatVectorField("field2", vectors[2]));
        writer.addDocument(doc);
      }
      Document doc = new Document();
      doc.add(new KnnFloatVectorField("field3", vectors[2], VectorSimilarityFunction.DOT_PRODUCT));
      writer.addDocument(doc);
      writer.forceMerge(1);
      try (DirectoryReader reader = DirectoryReader.open(writer)) {
        LeafReader leaf = getOnlyLeafReader(reader);
        assertValues(leaf.getFloatVectorValues("field1"), vectors[0], vectors[1]);
        assertValues(leaf.getFloatVectorValues("field2"), vectors[2], vectors[2]);
        assertValues(leaf.getFloatVectorValues("field3"), vectors[2]);
      }
    }
  }

  private void assertValues(FloatVectorValues values, float[]... expected) throws IOException {
    assertEquals(expected.length, values.size());
    for (int ord = 0; ord < expected.length; ord++) {
      assertVector(expected[ord], values.vectorValue(ord));
    }
  }

  @Override
  public void testMismatchedFields() throws Exception {
    if (encoding != FsviEncoding.INT8) {
      // 16-bit floats are exact for small integers.
      super.testMismatchedFields();
      return;
    }
    Document doc = new Document();
    doc.add(new KnnFloatVectorField("float", new float[] {1, 2}));
    doc.add(new KnnByteVectorField("byte", new byte[] {42}));
    try (Directory source = newDirectory();
        Directory directory = newDirectory();
        IndexWriter sourceWriter = new IndexWriter(source, newIndexWriterConfig());
        IndexWriter writer =
            new IndexWriter(
                directory, newIndexWriterConfig().setMergeScheduler(new SerialMergeScheduler()))) {
      sourceWriter.addDocument(doc);
      writer.addDocument(doc);
      writer.commit();
      try (DirectoryReader reader = DirectoryReader.open(sourceWriter)) {
        CodecReader leaf = (CodecReader) getOnlyLeafReader(reader);
        writer.addIndexes(new MismatchedCodecReader(leaf, random()));
      }
      writer.forceMerge(1);
      try (DirectoryReader reader = DirectoryReader.open(writer)) {
        LeafReader leaf = getOnlyLeafReader(reader);
        assertEquals(2, leaf.getByteVectorValues("byte").size());
        for (int ord = 0; ord < 2; ord++) {
          assertArrayEquals(new byte[] {42}, leaf.getByteVectorValues("byte").vectorValue(ord));
        }
        assertValues(leaf.getFloatVectorValues("float"), new float[] {1, 2}, new float[] {1, 2});
        KnnVectorsReader vectors = ((CodecReader) leaf).getVectorReader();
        vectors.checkIntegrity();
      }
    }
  }
}
