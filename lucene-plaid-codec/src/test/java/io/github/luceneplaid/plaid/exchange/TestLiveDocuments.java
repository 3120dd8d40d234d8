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

package io.github.luceneplaid.plaid.exchange;

import io.github.luceneplaid.plaid.PlaidDocValuesFormat;
import java.io.IOException;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.LateInteractionField;
import org.apache.lucene.document.NumericDocValuesField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.ReaderUtil;
import org.apache.lucene.index.Term;
import org.apache.lucene.store.Directory;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.tests.util.TestUtil;

/** An export contains the documents that a reader of the index shows. */
public class TestLiveDocuments extends LuceneTestCase {

  private static final String FIELD = "tokens";
  private static final int DOCS = 40;

  private static float[][] tokens() {
    float[][] tokens = new float[1 + random().nextInt(20)][16];
    for (float[] token : tokens) {
      token[random().nextInt(8)] = 0.6f;
      token[8 + random().nextInt(8)] = 0.8f;
    }
    return tokens;
  }

  /** Updates are read, both above the values of a segment and written with them. */
  public void testUpdates() throws IOException {
    PlaidDocValuesFormat format = PlaidDocValuesFormat.builder().trainingThreshold(1).build();
    IndexWriterConfig config =
        newIndexWriterConfig()
            .setCodec(TestUtil.alwaysDocValuesFormat(format))
            .setMaxDocValuesOverlays(random().nextBoolean() ? 8 : 0);
    try (Directory directory = newDirectory();
        IndexWriter writer = new IndexWriter(directory, config)) {
      for (int id = 0; id < DOCS; id++) {
        Document document = new Document();
        document.add(new StringField("id", Integer.toString(id), Field.Store.NO));
        document.add(new NumericDocValuesField("order", random().nextInt(DOCS)));
        if (id % 10 != 3) {
          document.add(new LateInteractionField(FIELD, tokens()));
        }
        writer.addDocument(document);
      }
      writer.commit();
      for (int i = 0; i < 8; i++) {
        Term id = new Term("id", Integer.toString(random().nextInt(DOCS)));
        writer.updateBinaryDocValue(id, FIELD, LateInteractionField.encode(tokens()));
        if (i % 3 == 0) {
          writer.commit();
        }
      }
      writer.deleteDocuments(new Term("id", "5"));
      writer.commit();
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        assertShown(reader, new LiveDocuments(reader, FIELD, null));
        assertShown(reader, new LiveDocuments(reader, FIELD, "order"));
      }
    }
  }

  private static void assertShown(IndexReader reader, LiveDocuments documents) throws IOException {
    assertEquals(DOCS - 1, documents.size());
    int[] numbers = documents.numbers();
    for (int i = 0; i < documents.size(); i++) {
      LeafReaderContext leaf =
          reader.leaves().get(ReaderUtil.subIndex(numbers[i], reader.leaves()));
      BinaryDocValues values = leaf.reader().getBinaryDocValues(FIELD);
      int n = documents.moveTo(i);
      if (values.advanceExact(numbers[i] - leaf.docBase) == false) {
        assertEquals(0, n);
        continue;
      }
      float[][] expected = LateInteractionField.decode(values.binaryValue());
      assertEquals(expected.length, n);
      assertEquals(expected[0].length, documents.dimension());
      float[] found = new float[n * documents.dimension()];
      documents.tokens(0, n, found);
      for (int token = 0; token < n; token++) {
        for (int j = 0; j < expected[token].length; j++) {
          assertEquals(expected[token][j], found[token * expected[token].length + j], 0);
        }
      }
    }
  }
}
