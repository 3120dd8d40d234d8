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

package io.github.luceneplaid.plaid.search;

import io.github.luceneplaid.plaid.LateInteractionOptions;
import io.github.luceneplaid.plaid.LateInteractionQuery;
import io.github.luceneplaid.plaid.PlaidDocValuesFormat;
import io.github.luceneplaid.plaid.PlaidStatistics;
import io.github.luceneplaid.plaid.SearchProfile;
import java.io.IOException;
import org.apache.lucene.codecs.DocValuesFormat;
import org.apache.lucene.document.Document;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.FilterBinaryDocValues;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.NoMergePolicy;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.store.Directory;
import org.apache.lucene.tests.util.TestUtil;

/** Documents without values are no reason to do less where there are values. */
public class TestDocumentsWithoutValues extends LateInteractionTestCase {

  private static final int DOCS = 400;

  /** All cells of the regions that are probed are walked, so their number shows that of regions. */
  private static final LateInteractionOptions ALL_CELLS =
      LateInteractionOptions.builder().cells(1 << 20).candidates(40).build();

  @Override
  public void setUp() throws Exception {
    super.setUp();
    dimension = 16;
  }

  @Override
  protected DocValuesFormat docValuesFormat() {
    return PlaidDocValuesFormat.builder().trainingThreshold(1).tokensPerCell(8).build();
  }

  private static IndexWriterConfig config(DocValuesFormat format) {
    return new IndexWriterConfig()
        .setCodec(TestUtil.alwaysDocValuesFormat(format))
        .setMergePolicy(NoMergePolicy.INSTANCE)
        .setRAMBufferSizeMB(512);
  }

  /** Adds a segment with a few values, and many documents without a value. */
  private DirectoryReader read(
      Directory trained, Directory directory, DocValuesFormat format, int without)
      throws IOException {
    try (IndexWriter writer = new IndexWriter(directory, config(format))) {
      writer.addIndexes(trained);
      for (int id = 0; id < 3; id++) {
        writer.addDocument(document(id, tokens(5)));
      }
      for (int i = 0; i < without; i++) {
        writer.addDocument(new Document());
      }
    }
    DirectoryReader reader = DirectoryReader.open(directory);
    assertEquals(2, reader.leaves().size());
    assertEquals(DOCS + 3 + without, reader.numDocs());
    return reader;
  }

  private static SearchProfile profile(DirectoryReader reader, float[][] query) throws IOException {
    SearchProfile profile =
        new LateInteractionQuery(FIELD, query, 10, null, ALL_CELLS)
            .profile(new IndexSearcher(reader));
    assertTrue(profile.toString(), profile.cells() > 0);
    return profile;
  }

  private static void assertMoreThanUsualRegions(Directory trained) throws IOException {
    try (DirectoryReader reader = DirectoryReader.open(trained)) {
      PlaidStatistics statistics =
          PlaidDocValuesFormat.statistics(getOnlyLeafReader(reader), FIELD);
      assertTrue(statistics.toString(), statistics.centroids() > 20);
      assertTrue(statistics.toString(), statistics.cells() > 2 * statistics.centroids());
    }
  }

  /**
   * The number of documents with values is estimated. Without it, a fifth of the regions is left.
   */
  private static void assertCells(SearchProfile expected, SearchProfile found) {
    assertTrue(found + ", expected " + expected, found.cells() >= .75 * expected.cells());
  }

  public void testRegions() throws IOException {
    DocValuesFormat other =
        random().nextBoolean() ? TestUtil.getDefaultDocValuesFormat() : docValuesFormat();
    try (Directory trained = newDirectory();
        Directory few = newDirectory();
        Directory many = newDirectory()) {
      IndexWriterConfig config = config(docValuesFormat());
      try (IndexWriter writer = new IndexWriter(trained, config)) {
        for (int id = 0; id < DOCS; id++) {
          writer.addDocument(document(id, tokens(20)));
        }
      }
      assertMoreThanUsualRegions(trained);
      try (DirectoryReader without = read(trained, few, other, 0);
          DirectoryReader with = read(trained, many, other, 50 * DOCS)) {
        float[][] query = query();
        SearchProfile expected = profile(without, query);
        SearchProfile found = profile(with, query);
        assertCells(expected, found);
        // Nothing is known of the values that a filter reader makes
        TestReaderWrappers.Wrap wrap = (in, values) -> new FilterBinaryDocValues(values) {};
        expected = profile(TestReaderWrappers.wrap(without, wrap), query);
        found = profile(TestReaderWrappers.wrap(with, wrap), query);
        assertCells(expected, found);
      }
    }
  }
}
