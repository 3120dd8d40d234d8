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

import io.github.luceneplaid.plaid.LateInteractionOptions;
import io.github.luceneplaid.plaid.LateInteractionQuery;
import io.github.luceneplaid.plaid.PlaidDocValuesFormat;
import io.github.luceneplaid.plaid.PlaidStatistics;
import io.github.luceneplaid.testframework.SharedFolder;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.lucene.codecs.Codec;
import org.apache.lucene.codecs.DocValuesFormat;
import org.apache.lucene.document.LateInteractionField;
import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.NoMergePolicy;
import org.apache.lucene.index.NumericDocValues;
import org.apache.lucene.index.SerialMergeScheduler;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.store.Directory;
import org.apache.lucene.tests.codecs.asserting.AssertingCodec;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.tests.util.TestUtil;
import org.apache.lucene.util.BytesRef;

/** Imports folders into indexes, and checks the indexes. */
public abstract class ImportTestCase extends LuceneTestCase {

  public static final String FIELD = "tokens";
  public static final String ORDER = "order";

  public static void assumeGoldenFiles() {
    SharedFolder.of("golden");
  }

  public static IndexWriterConfig config() {
    return config(new PlaidDocValuesFormat());
  }

  public static IndexWriterConfig config(DocValuesFormat format) {
    DocValuesFormat others = TestUtil.getDefaultDocValuesFormat();
    Codec codec =
        new AssertingCodec() {
          @Override
          public DocValuesFormat getDocValuesFormatForField(String field) {
            return field.equals(FIELD) ? format : others;
          }
        };
    return newIndexWriterConfig()
        .setCodec(codec)
        .setMergePolicy(NoMergePolicy.INSTANCE)
        .setMergeScheduler(new SerialMergeScheduler());
  }

  /** Documents by their number in the directory, of a reader of one import. */
  public static List<float[][]> documents(IndexReader reader) throws IOException {
    List<float[][]> documents = new ArrayList<>();
    for (LeafReaderContext context : reader.leaves()) {
      LeafReader leaf = context.reader();
      BinaryDocValues values = leaf.getBinaryDocValues(FIELD);
      NumericDocValues order = leaf.getNumericDocValues(ORDER);
      for (int doc = 0; doc < leaf.maxDoc(); doc++) {
        if (order != null && order.advanceExact(doc)) {
          assertEquals(documents.size(), order.longValue());
          boolean hasTokens = values != null && values.advanceExact(doc);
          documents.add(
              hasTokens
                  ? LateInteractionField.decode(BytesRef.deepCopyOf(values.binaryValue()))
                  : new float[0][]);
        }
      }
    }
    return documents;
  }

  public static void assertTokens(
      String message, float[][][] expected, List<float[][]> found, float by) {
    assertEquals(message, expected.length, found.size());
    for (int i = 0; i < expected.length; i++) {
      assertEquals(message + " " + i, expected[i].length, found.get(i).length);
      for (int t = 0; t < expected[i].length; t++) {
        assertArrayEquals(message + " " + i, expected[i][t], found.get(i)[t], by);
      }
    }
  }

  public static ScoreDoc[] search(
      IndexReader reader, float[][] query, int k, LateInteractionOptions options)
      throws IOException {
    IndexSearcher searcher = new IndexSearcher(reader);
    return searcher.search(new LateInteractionQuery(FIELD, query, k, null, options), k).scoreDocs;
  }

  public static ScoreDoc[] exhaustively(IndexReader reader, float[][] query) throws IOException {
    LateInteractionOptions exact = LateInteractionOptions.builder().exact().build();
    return search(reader, query, Math.max(1, reader.maxDoc()), exact);
  }

  public static PlaidStatistics statistics(IndexReader reader) throws IOException {
    return PlaidDocValuesFormat.statistics(getOnlyLeafReader(reader), FIELD);
  }

  public static IndexWriter writer(Directory directory) throws IOException {
    return new IndexWriter(directory, config());
  }
}
