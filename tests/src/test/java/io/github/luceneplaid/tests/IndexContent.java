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
package io.github.luceneplaid.tests;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNotNull;
import static org.junit.Assert.assertNull;

import io.github.luceneplaid.plaid.LateInteractionOptions;
import io.github.luceneplaid.plaid.LateInteractionQuery;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.lucene.document.LateInteractionField;
import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.StoredFields;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.util.Bits;

/** Compares the index of an {@link EndlessWriter} with the content that it should have. */
final class IndexContent {

  private IndexContent() {}

  /** Checks that the index has exactly these documents, with all their values. */
  static void assertHolds(DirectoryReader reader, long seed, SortedMap<Integer, Integer> expected)
      throws IOException {
    SortedMap<Integer, Integer> found = new TreeMap<>();
    for (LeafReaderContext context : reader.leaves()) {
      Bits live = context.reader().getLiveDocs();
      StoredFields stored = context.reader().storedFields();
      BinaryDocValues values = context.reader().getBinaryDocValues(EndlessWriter.TOKENS);
      FloatVectorValues vectors = context.reader().getFloatVectorValues(EndlessWriter.VECTOR);
      for (int doc = values.nextDoc();
          doc != DocIdSetIterator.NO_MORE_DOCS;
          doc = values.nextDoc()) {
        if (live != null && live.get(doc) == false) {
          continue;
        }
        int id = Integer.parseInt(stored.document(doc).get("id"));
        Integer version = expected.get(id);
        assertNotNull("document " + id + " was deleted", version);
        assertNull("document " + id + " is there once", found.put(id, version));
        float[][] tokens = EndlessWriter.tokens(seed, id, version);
        assertArrayEquals(tokens, LateInteractionField.decode(values.binaryValue()));
        // Each document has both fields: the ordinal of a vector is that of the document
        assertArrayEquals(tokens[0], vectors.vectorValue(doc), 2e-3f);
      }
    }
    assertEquals(expected, found);
  }

  /** Searches for the tokens of some documents; each document must be its own best hit. */
  static void assertFinds(
      DirectoryReader reader, long seed, SortedMap<Integer, Integer> documents, Random random)
      throws IOException {
    IndexSearcher searcher = new IndexSearcher(reader);
    List<Integer> ids = new ArrayList<>(documents.keySet());
    for (int i = 0; i < 10 && ids.isEmpty() == false; i++) {
      int id = ids.get(random.nextInt(ids.size()));
      float[][] query = EndlessWriter.tokens(seed, id, documents.get(id));
      // Default searches may miss one of thousands of documents with random tokens
      LateInteractionQuery exact =
          new LateInteractionQuery(
              EndlessWriter.TOKENS,
              query,
              3,
              null,
              LateInteractionOptions.builder().exact().build());
      ScoreDoc[] hits = searcher.search(exact, 3).scoreDocs;
      assertEquals(Integer.toString(id), searcher.storedFields().document(hits[0].doc).get("id"));
    }
  }
}
