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

import static io.github.luceneplaid.testframework.UndeletedFiles.assertNoTemporaryFiles;

import io.github.luceneplaid.testframework.UndeletedFiles;
import java.io.IOException;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.NoMergePolicy;
import org.apache.lucene.index.SerialMergeScheduler;
import org.apache.lucene.store.Directory;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.tests.util.TestUtil;

/** Tests columns that do not fit in the memory of a writer. */
public class TestColumnWriter extends LuceneTestCase {

  private static void addSegment(IndexWriter writer) throws IOException {
    for (int i = 0; i < ColumnWriter.BUFFER; i++) {
      Document document = new Document();
      document.add(new KnnFloatVectorField("vector", new float[] {1, random().nextFloat()}));
      writer.addDocument(document);
    }
    writer.commit();
  }

  /** A failure to delete the temporary file is the exception that ends the merge. */
  public void testUndeletedFile() throws IOException {
    FsviVectorsFormat format = new FsviVectorsFormat(FsviEncoding.INT8);
    try (Directory directory = newDirectory()) {
      UndeletedFiles failing = new UndeletedFiles(directory, "_vec_");
      IndexWriterConfig config =
          new IndexWriterConfig()
              .setCodec(TestUtil.alwaysKnnVectorsFormat(format))
              .setMergePolicy(NoMergePolicy.INSTANCE)
              .setMergeScheduler(new SerialMergeScheduler());
      IndexWriter writer = new IndexWriter(failing, config);
      addSegment(writer);
      addSegment(writer);
      assertNoTemporaryFiles(directory);
      writer.getConfig().setMergePolicy(newLogMergePolicy());
      failing.failOnce();
      IOException e = expectThrows(IOException.class, () -> writer.forceMerge(1));
      assertTrue(String.valueOf(e), failing.failedBy(e));
      writer.rollback();
      assertNoTemporaryFiles(directory);
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        assertEquals(2 * ColumnWriter.BUFFER, reader.numDocs());
      }
    }
  }
}
