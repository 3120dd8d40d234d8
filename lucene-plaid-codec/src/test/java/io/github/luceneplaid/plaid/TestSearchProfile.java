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

package io.github.luceneplaid.plaid;

import io.github.luceneplaid.fsvi.simd.VectorKernels;
import io.github.luceneplaid.plaid.search.LateInteractionTestCase;
import java.io.IOException;
import org.apache.lucene.codecs.DocValuesFormat;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.store.Directory;

/** What a search says of itself. */
public class TestSearchProfile extends LateInteractionTestCase {

  @Override
  protected DocValuesFormat docValuesFormat() {
    return PlaidDocValuesFormat.builder().trainingThreshold(1).build();
  }

  private SearchProfile profile(IndexReader reader, int k, LateInteractionOptions options)
      throws IOException {
    return new LateInteractionQuery(FIELD, query(), k, null, options)
        .profile(new IndexSearcher(reader));
  }

  public void testProfile() throws IOException {
    try (Directory directory = newDirectory()) {
      int documents = 400;
      try (IndexWriter writer = new IndexWriter(directory, config())) {
        for (int id = 0; id < documents; id++) {
          writer.addDocument(document(id, tokens(20)));
        }
        writer.forceMerge(1);
      }
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        int k = 5;
        var few = LateInteractionOptions.builder().regions(2).cells(4).candidates(30).build();
        SearchProfile found = profile(reader, k, few);
        assertEquals(VectorKernels.get().name(), found.kernels());
        assertEquals(found.toString(), 1, found.segments());
        assertEquals(found.toString(), 0, found.scanned());
        assertTrue(found.toString(), found.cells() >= 4);
        assertTrue(found.toString(), found.postings() >= found.cells());
        assertTrue(found.toString(), found.candidates() >= k && found.candidates() <= 30);
        assertTrue(found.toString(), found.quick() >= k && found.quick() <= found.candidates());
        assertTrue(found.toString(), found.exact() >= k && found.exact() <= 30);

        SearchProfile all = profile(reader, k, LateInteractionOptions.builder().exact().build());
        assertEquals(all.toString(), documents, all.scanned());
        assertEquals(all.toString(), 0, all.cells() + all.candidates() + all.quick());
        assertTrue(all.toString(), all.scanNanos() > 0);
        assertEquals(all.toString(), 0, all.walkNanos());
      }
    }
  }

  public void testEmptyIndex() throws IOException {
    try (Directory directory = newDirectory()) {
      new IndexWriter(directory, config()).close();
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        assertEquals(0, profile(reader, 1, LateInteractionOptions.DEFAULT).segments());
      }
    }
  }
}
