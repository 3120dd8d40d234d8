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

import io.github.luceneplaid.fsvi.VectorDocuments.Hit;
import java.io.IOException;
import java.util.List;
import org.apache.lucene.codecs.CodecUtil;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.KnnByteVectorField;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexFormatTooNewException;
import org.apache.lucene.index.IndexFormatTooOldException;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.NoMergePolicy;
import org.apache.lucene.index.SerialMergeScheduler;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.store.ByteBuffersDirectory;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FilterDirectory;
import org.apache.lucene.store.FilterIndexOutput;
import org.apache.lucene.store.IOContext;
import org.apache.lucene.store.IndexOutput;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.tests.util.TestUtil;

/** An error of a writer does not lose an index: files that cannot be opened are refused. */
public class TestFsviReadBack extends LuceneTestCase {

  private static final int DIM = 60;
  private static final int ROW = DIM * Float.BYTES;
  private static final VectorSimilarityFunction COSINE = VectorSimilarityFunction.COSINE;

  /** Acts as a writer that writes one wrong bit before checksums are computed. */
  private static final class ErringDirectory extends FilterDirectory {

    private final String extension;
    // Position of the wrong bit; negative for none
    private long bit = -1;
    private long length;

    ErringDirectory(Directory in, String extension) {
      super(in);
      this.extension = extension;
    }

    @Override
    public IndexOutput createOutput(String name, IOContext context) throws IOException {
      IndexOutput out = super.createOutput(name, context);
      return name.endsWith(extension) ? new ErringOutput(out) : out;
    }

    private final class ErringOutput extends FilterIndexOutput {

      ErringOutput(IndexOutput out) {
        super("erring " + out, out.getName(), out);
      }

      @Override
      public void writeByte(byte b) throws IOException {
        boolean wrong = bit >= 0 && bit / 8 == getFilePointer();
        out.writeByte(wrong ? (byte) (b ^ 1 << bit % 8) : b);
      }

      @Override
      public void writeBytes(byte[] bytes, int offset, int count) throws IOException {
        for (int i = 0; i < count; i++) {
          writeByte(bytes[offset + i]);
        }
      }

      @Override
      public void close() throws IOException {
        length = getFilePointer();
        super.close();
      }
    }
  }

  private static IndexWriterConfig config(KnnVectorsFormat format) {
    return new IndexWriterConfig()
        .setCodec(TestUtil.alwaysKnnVectorsFormat(format))
        .setUseCompoundFile(false)
        .setMergeScheduler(new SerialMergeScheduler());
  }

  private static List<Hit> all(Directory directory) throws IOException {
    try (DirectoryReader reader = DirectoryReader.open(directory)) {
      float[] query = new float[DIM];
      query[0] = 1;
      return VectorDocuments.allHits(reader, query, COSINE, (leaf, doc) -> true);
    }
  }

  private static void assertNoticed(IOException e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof CorruptIndexException
          || cause instanceof IndexFormatTooNewException
          || cause instanceof IndexFormatTooOldException) {
        return;
      }
    }
    throw new AssertionError(e);
  }

  private static KnnVectorsFormat format() {
    FsviEncoding encoding = FsviEncoding.INT8_THEN_FLOAT32;
    return random().nextBoolean()
        ? new FsviVectorsFormat(encoding)
        : FsviHnswVectorsFormat.builder().encoding(encoding).build();
  }

  public void testMergeOfAnErringWriter() throws IOException {
    KnnVectorsFormat format = format();
    try (Directory plain = new ByteBuffersDirectory()) {
      ErringDirectory directory = new ErringDirectory(plain, ".vemf");
      try (IndexWriter writer =
          new IndexWriter(directory, config(format).setMergePolicy(NoMergePolicy.INSTANCE))) {
        for (int segment = 0; segment < 3; segment++) {
          VectorDocuments.index(writer, 20, DIM, COSINE, 0.7);
          writer.commit();
        }
      }
      List<Hit> before = all(directory);
      int failed = 0;
      int tried = 40;
      for (int trial = 0; trial < tried; trial++) {
        try (IndexWriter writer = new IndexWriter(directory, config(format))) {
          directory.bit = random().nextLong(8 * (directory.length - CodecUtil.footerLength()));
          try {
            writer.forceMerge(1);
          } catch (IOException e) {
            failed++;
            assertNoticed(e);
            assertEquals(before, all(directory));
          }
          directory.bit = -1;
          writer.rollback();
        }
        assertEquals(before, all(directory));
      }
      assertTrue(failed + " of " + tried, failed > tried / 2);
      try (IndexWriter writer = new IndexWriter(directory, config(format))) {
        writer.forceMerge(1);
      }
      assertEquals(before.size(), all(directory).size());
    }
  }

  public void testMergeThatPlacesPartsOutsideOfTheFile() throws IOException {
    try (Directory directory = new ByteBuffersDirectory()) {
      try (IndexWriter writer =
          new IndexWriter(directory, config(format()).setMergePolicy(NoMergePolicy.INSTANCE))) {
        VectorDocuments.index(writer, 20, DIM, COSINE, 1);
        writer.commit();
        VectorDocuments.index(writer, 20, DIM, COSINE, 1);
      }
      List<Hit> before = all(directory);
      // Rows are missing in the file of vectors
      Directory cutting =
          new FilterDirectory(directory) {
            @Override
            public IndexOutput createOutput(String name, IOContext context) throws IOException {
              IndexOutput out = super.createOutput(name, context);
              return name.endsWith(".vec") ? new CuttingOutput(out) : out;
            }
          };
      try (IndexWriter writer = new IndexWriter(cutting, config(format()))) {
        assertNoticed(expectThrows(IOException.class, () -> writer.forceMerge(1)));
      }
      assertEquals(before, all(directory));
    }
  }

  private static final class CuttingOutput extends FilterIndexOutput {

    private long pointer;

    CuttingOutput(IndexOutput out) {
      super("cutting " + out, out.getName(), out);
    }

    @Override
    public void writeByte(byte b) throws IOException {
      pointer++;
      out.writeByte(b);
    }

    @Override
    public void writeBytes(byte[] bytes, int offset, int count) throws IOException {
      pointer += count;
      if (count != ROW) {
        out.writeBytes(bytes, offset, count);
      }
    }

    @Override
    public long getFilePointer() {
      return pointer;
    }
  }

  /** A flush has no source segments, but the last commit still exists. */
  public void testFlushOfAnErringWriter() throws IOException {
    KnnVectorsFormat format = format();
    try (Directory plain = new ByteBuffersDirectory()) {
      ErringDirectory directory = new ErringDirectory(plain, ".vemf");
      try (IndexWriter writer = new IndexWriter(directory, config(format))) {
        VectorDocuments.index(writer, 20, DIM, COSINE, 1);
        writer.forceMerge(1);
      }
      List<Hit> before = all(directory);
      try (IndexWriter writer = new IndexWriter(directory, config(format))) {
        // A bit in the number that ends the list of fields
        directory.bit = 8 * (directory.length - CodecUtil.footerLength()) - 1;
        Document document = new Document();
        float[] vector = VectorDocuments.randomVector(DIM);
        document.add(new KnnFloatVectorField(VectorDocuments.FLOATS, vector, COSINE));
        document.add(
            new KnnByteVectorField(
                VectorDocuments.BYTES, VectorDocuments.randomBytes(DIM), COSINE));
        writer.addDocument(document);
        assertNoticed(expectThrows(IOException.class, writer::commit));
      }
      assertEquals(before, all(directory));
    }
  }
}
