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
import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.SegmentInfo;
import org.apache.lucene.index.SegmentReader;
import org.apache.lucene.index.SegmentWriteState;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.store.ByteBuffersDirectory;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.store.IOContext;
import org.apache.lucene.store.IndexOutput;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.util.InfoStream;

/**
 * Writing a field keeps and allocates nothing for each vector: Java's counter of allocated bytes
 * does not grow with the number of vectors.
 */
public class TestFsviMergeMemory extends LuceneTestCase {

  private static final int DIM = 3;
  private static final String FIELD = "vectors";
  // Size of the blocks in lists of documents
  private static final int BLOCK = 1 << 16;

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private static long allocated() {
    return THREADS.getThreadAllocatedBytes(Thread.currentThread().threadId());
  }

  /** Makes up vectors of every second document. */
  private static final class Rows implements RowCursor {

    private final int size;
    private final float[] vector = new float[DIM];
    private int next;

    Rows(int size) {
      this.size = size;
    }

    @Override
    public int nextDoc() {
      return next == size ? DocIdSetIterator.NO_MORE_DOCS : 2 * next++;
    }

    @Override
    public float[] floats() {
      vector[next % DIM] = next % 100;
      return vector;
    }

    @Override
    public byte[] bytes() {
      throw new UnsupportedOperationException();
    }

    @Override
    public StoredVectors stored() {
      return null;
    }

    @Override
    public int storedOrd() {
      throw new UnsupportedOperationException();
    }
  }

  /** Counts the bytes that are allocated when a field is written. */
  private static long allocated(
      Directory directory, SegmentReader segment, FsviEncoding encoding, int size)
      throws IOException {
    FieldInfo field = segment.getFieldInfos().fieldInfo(FIELD);
    SegmentInfo info = segment.getSegmentInfo().info;
    SegmentInfo large =
        new SegmentInfo(
            directory,
            info.getVersion(),
            info.getMinVersion(),
            "_large",
            2 * size,
            false,
            false,
            info.getCodec(),
            info.getDiagnostics(),
            info.getId(),
            info.getAttributes(),
            null);
    SegmentWriteState state =
        new SegmentWriteState(
            InfoStream.NO_OUTPUT,
            directory,
            large,
            segment.getFieldInfos(),
            null,
            IOContext.DEFAULT);
    try (IndexOutput meta = directory.createOutput("meta", IOContext.DEFAULT);
        IndexOutput data = directory.createOutput("data", IOContext.DEFAULT)) {
      // Bytes in place of a header
      data.writeInt(0);
      long before = allocated();
      try (VectorFieldWriter writer =
          new VectorFieldWriter(state, data, field, () -> new Rows(size), encoding)) {
        writer.write(meta);
      }
      return allocated() - before;
    } finally {
      directory.deleteFile("meta");
      directory.deleteFile("data");
      for (String file : directory.listAll()) {
        assertFalse(file, file.endsWith(".tmp"));
      }
    }
  }

  public void testFieldWriter() throws IOException {
    try (Directory small = new ByteBuffersDirectory()) {
      try (IndexWriter writer = new IndexWriter(small, new IndexWriterConfig())) {
        Document document = new Document();
        document.add(
            new KnnFloatVectorField(FIELD, new float[] {1, 2, 3}, VectorSimilarityFunction.COSINE));
        writer.addDocument(document);
      }
      try (DirectoryReader reader = DirectoryReader.open(small);
          Directory directory = FSDirectory.open(createTempDir())) {
        SegmentReader segment = (SegmentReader) getOnlyLeafReader(reader);
        FsviEncoding encoding = RandomPicks.randomFrom(random(), FsviEncoding.values());
        allocated(directory, segment, encoding, BLOCK);
        long few = allocated(directory, segment, encoding, BLOCK);
        long many = allocated(directory, segment, encoding, 2 * BLOCK);
        // Each block that is written allocates a little: less than half a byte for a vector
        assertTrue(encoding + ": " + few + " and " + many, many - few < BLOCK / 2);
      }
    }
  }
}
