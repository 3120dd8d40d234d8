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

import io.github.luceneplaid.plaid.LateInteractionQuery;
import io.github.luceneplaid.testframework.UncachedReader;
import java.io.IOException;
import java.util.List;
import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.FilterDirectoryReader;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.store.Directory;
import org.apache.lucene.tests.index.RandomIndexWriter;
import org.apache.lucene.util.BytesRef;

/** The cost of doc values may be inaccurate, and says nothing about how many hits there are. */
public class TestInaccurateCosts extends LateInteractionTestCase {

  /** Values that report any cost. */
  private static final class Values extends BinaryDocValues {
    private final BinaryDocValues in;

    Values(BinaryDocValues in) {
      this.in = in;
    }

    @Override
    public BytesRef binaryValue() throws IOException {
      return in.binaryValue();
    }

    @Override
    public boolean advanceExact(int target) throws IOException {
      return in.advanceExact(target);
    }

    @Override
    public int docID() {
      return in.docID();
    }

    @Override
    public int nextDoc() throws IOException {
      return in.nextDoc();
    }

    @Override
    public int advance(int target) throws IOException {
      return in.advance(target);
    }

    @Override
    public long cost() {
      return random().nextInt(3);
    }
  }

  private static final class Reader extends FilterDirectoryReader {
    Reader(DirectoryReader in) throws IOException {
      super(
          in,
          new SubReaderWrapper() {
            @Override
            public LeafReader wrap(LeafReader reader) {
              return new Leaf(reader);
            }
          });
    }

    @Override
    protected DirectoryReader doWrapDirectoryReader(DirectoryReader in) throws IOException {
      return new Reader(in);
    }

    @Override
    public CacheHelper getReaderCacheHelper() {
      return null;
    }
  }

  private static final class Leaf extends UncachedReader {
    Leaf(LeafReader in) {
      super(in);
    }

    @Override
    public BinaryDocValues getBinaryDocValues(String field) throws IOException {
      BinaryDocValues values = in.getBinaryDocValues(field);
      return values == null ? null : new Values(values);
    }
  }

  public void testAllHitsAreFound() throws Exception {
    try (Directory directory = newDirectory();
        RandomIndexWriter writer = new RandomIndexWriter(random(), directory, config())) {
      for (int id = 0; id < 60; id++) {
        writer.addDocument(document(id, id % 4 == 3 ? null : tokens(3)));
      }
      writer.deleteDocuments(new Term("id", "6"));
      try (DirectoryReader reader = new Reader(writer.getReader())) {
        IndexSearcher searcher = new IndexSearcher(reader);
        float[][] query = query();
        List<ScoreDoc> expected = bruteForce(reader, query);
        for (int k : new int[] {1, 20, 44, 1000}) {
          assertBest(expected, k, searcher.search(new LateInteractionQuery(FIELD, query, k), 1000));
          assertBest(expected, k, searcher.search(exactQuery(query, k, null, 60), 1000));
        }
        Query filter = new TermQuery(new Term("group", "2"));
        assertEquals(15, searcher.count(new LateInteractionQuery(FIELD, query, 100, filter)));
      }
    }
  }
}
