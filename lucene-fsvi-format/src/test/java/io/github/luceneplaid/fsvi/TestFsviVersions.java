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
import java.util.ArrayList;
import java.util.List;
import org.apache.lucene.codecs.KnnFieldVectorsWriter;
import org.apache.lucene.codecs.KnnVectorsReader;
import org.apache.lucene.codecs.KnnVectorsWriter;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.IndexFormatTooNewException;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.SegmentReadState;
import org.apache.lucene.index.SegmentReader;
import org.apache.lucene.index.SegmentWriteState;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.AcceptDocs;
import org.apache.lucene.search.KnnCollector;
import org.apache.lucene.search.TopKnnCollector;
import org.apache.lucene.store.ByteBuffersDirectory;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.IOContext;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.util.InfoStream;

/** A later version of the format reads the files of this version. */
public class TestFsviVersions extends LuceneTestCase {

  private static final int OLD = FsviVectorsFormat.VERSION_CURRENT;
  private static final int LATER = OLD + 1;
  private static final String FIELD = "vectors";

  private final List<float[]> vectors = new ArrayList<>();
  private Directory directory;
  private SegmentReader segment;

  /** Makes a segment and its vectors. */
  @Override
  public void setUp() throws Exception {
    super.setUp();
    directory = new ByteBuffersDirectory();
    try (IndexWriter writer = new IndexWriter(directory, newIndexWriterConfig())) {
      for (int i = 0; i < 20; i++) {
        vectors.add(VectorDocuments.randomVector(7));
        Document document = new Document();
        document.add(
            new KnnFloatVectorField(FIELD, vectors.get(i), VectorSimilarityFunction.EUCLIDEAN));
        writer.addDocument(document);
      }
      writer.forceMerge(1);
    }
    segment = (SegmentReader) getOnlyLeafReader(DirectoryReader.open(directory));
  }

  @Override
  public void tearDown() throws Exception {
    segment.close();
    directory.close();
    super.tearDown();
  }

  private static FsviVectorsFormat format(int version) {
    return new FsviVectorsFormat(FsviEncoding.INT8_THEN_FLOAT32, version);
  }

  /** Writes files of a version. They have a suffix of their own. */
  @SuppressWarnings("unchecked")
  private void write(int version, String suffix) throws IOException {
    SegmentWriteState state =
        new SegmentWriteState(
            InfoStream.NO_OUTPUT,
            directory,
            segment.getSegmentInfo().info,
            segment.getFieldInfos(),
            null,
            IOContext.DEFAULT,
            suffix);
    try (KnnVectorsWriter writer = format(version).fieldsWriter(state)) {
      var field =
          (KnnFieldVectorsWriter<float[]>)
              writer.addField(segment.getFieldInfos().fieldInfo(FIELD));
      for (int doc = 0; doc < vectors.size(); doc++) {
        field.addValue(doc, vectors.get(doc));
      }
      writer.flush(vectors.size(), null);
      writer.finish();
    }
  }

  private KnnVectorsReader open(int version, String suffix) throws IOException {
    return format(version)
        .fieldsReader(
            new SegmentReadState(
                directory,
                segment.getSegmentInfo().info,
                segment.getFieldInfos(),
                IOContext.DEFAULT,
                suffix));
  }

  private void assertReads(int version, String suffix) throws IOException {
    try (KnnVectorsReader reader = open(version, suffix)) {
      reader.checkIntegrity();
      FloatVectorValues values = reader.getFloatVectorValues(FIELD);
      for (int ord = 0; ord < vectors.size(); ord++) {
        assertArrayEquals(vectors.get(ord), values.vectorValue(ord), 0);
      }
      KnnCollector collector = new TopKnnCollector(1, Integer.MAX_VALUE);
      reader.search(
          FIELD, vectors.get(3), collector, AcceptDocs.fromLiveDocs(null, vectors.size()));
      assertEquals(1, collector.topDocs().scoreDocs[0].score, 0);
    }
  }

  public void testLaterVersionReadsOldFiles() throws IOException {
    write(OLD, "old");
    assertReads(OLD, "old");
    assertReads(LATER, "old");
    write(LATER, "later");
    assertReads(LATER, "later");
  }

  public void testOldVersionRefusesLaterFiles() throws IOException {
    write(LATER, "later");
    IOException e =
        expectThrows(IndexFormatTooNewException.class, () -> open(OLD, "later").close());
    assertTrue(e.toString(), e.getMessage().contains(".vemf"));
  }

  /** Files of different versions do not belong to one segment. */
  public void testVersionsOfFilesDiffer() throws IOException {
    write(OLD, "mixed");
    String meta = segment.getSegmentName() + "_mixed.vemf";
    String vectors = segment.getSegmentName() + "_mixed.vec";
    directory.rename(meta, "old.vemf");
    directory.deleteFile(vectors);
    write(LATER, "mixed");
    directory.deleteFile(meta);
    directory.rename("old.vemf", meta);
    IOException e = expectThrows(CorruptIndexException.class, () -> open(LATER, "mixed").close());
    assertTrue(e.toString(), e.getMessage().contains("as in the meta file"));
    assertTrue(e.toString(), e.getMessage().contains(vectors));
  }
}
