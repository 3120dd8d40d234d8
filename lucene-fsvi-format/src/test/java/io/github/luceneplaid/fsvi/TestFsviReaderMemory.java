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
import java.lang.reflect.Field;
import java.util.Collection;
import java.util.Map;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.FieldInfos;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.SegmentReadState;
import org.apache.lucene.index.SegmentReader;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.IOContext;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.tests.util.RamUsageTester;
import org.apache.lucene.tests.util.TestUtil;

/** Readers tell what they hold on the heap. */
public class TestFsviReaderMemory extends LuceneTestCase {

  private static final int FIELDS = 100;

  /** All but what belongs to the directory and to the segment. */
  private static final class Heap extends RamUsageTester.Accumulator {
    @Override
    public long accumulateObject(
        Object object, long shallow, Map<Field, Object> values, Collection<Object> queue) {
      return object instanceof IndexInput
              || object instanceof FieldInfos
              || object instanceof Enum<?>
          ? 0
          : super.accumulateObject(object, shallow, values, queue);
    }
  }

  private static void assertTold(FsviEncoding encoding, boolean sparse) throws IOException {
    IndexWriterConfig config =
        new IndexWriterConfig()
            .setUseCompoundFile(false)
            .setCodec(TestUtil.alwaysKnnVectorsFormat(new FsviVectorsFormat(encoding)));
    try (Directory directory = newDirectory()) {
      try (IndexWriter writer = new IndexWriter(directory, config)) {
        Document document = new Document();
        for (int field = 0; field < FIELDS; field++) {
          float[] vector = VectorDocuments.randomVector(3);
          String name = "field" + field;
          document.add(new KnnFloatVectorField(name, vector, VectorSimilarityFunction.DOT_PRODUCT));
        }
        writer.addDocument(sparse ? new Document() : document);
        writer.addDocument(document);
      }
      try (DirectoryReader opened = DirectoryReader.open(directory)) {
        SegmentReader segment = (SegmentReader) getOnlyLeafReader(opened);
        SegmentReadState state =
            new SegmentReadState(
                directory,
                segment.getSegmentInfo().info,
                segment.getFieldInfos(),
                IOContext.DEFAULT,
                "Fsvi1_0");
        try (SlabVectorsReader reader =
            new SlabVectorsReader(
                state, FsviVectorsFormat.VERSION_CURRENT, IOContext.DEFAULT, false)) {
          long held = RamUsageTester.ramUsed(reader, new Heap());
          double told = reader.ramBytesUsed();
          assertTrue(told + " bytes, held " + held, told > 0.8 * held && told < 1.2 * held);
        }
      }
    }
  }

  public void testReaders() throws IOException {
    for (FsviEncoding encoding : FsviEncoding.values()) {
      assertTold(encoding, false);
      assertTold(encoding, true);
    }
  }
}
