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
import org.apache.lucene.document.Document;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.NoMergePolicy;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.store.Directory;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.tests.util.RamUsageTester;
import org.apache.lucene.tests.util.TestUtil;

/** Tests estimates of the memory of a search. */
public class TestVectorQueryMemory extends LuceneTestCase {

  private static void index(Directory directory, int segments, int perSegment) throws IOException {
    IndexWriterConfig config =
        new IndexWriterConfig()
            .setMergePolicy(NoMergePolicy.INSTANCE)
            .setCodec(TestUtil.alwaysKnnVectorsFormat(new FsviVectorsFormat(FsviEncoding.INT8)));
    try (IndexWriter writer = new IndexWriter(directory, config)) {
      for (int i = 0; i < segments; i++) {
        for (int doc = 0; doc < perSegment; doc++) {
          Document document = new Document();
          document.add(new KnnFloatVectorField("v", new float[] {1, doc}));
          writer.addDocument(document);
        }
        writer.flush();
      }
    }
  }

  private static ExactKnnQuery exact(int k, Query filter) {
    return new ExactKnnQuery("v", new float[] {1, 2}, k, filter);
  }

  /** The hits of all segments are there at once, and then the best of them. */
  public void testHits() throws IOException {
    int segments = 1 + random().nextInt(4);
    int perSegment = 100 + random().nextInt(1000);
    try (Directory directory = newDirectory()) {
      index(directory, segments, perSegment);
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        IndexSearcher searcher = new IndexSearcher(reader);
        int k = 1 + random().nextInt(perSegment);
        long held = 0;
        for (LeafReaderContext leaf : reader.leaves()) {
          ScoreDoc[] hits = new IndexSearcher(leaf.reader()).search(exact(k, null), k).scoreDocs;
          assertEquals(k, hits.length);
          held += RamUsageTester.ramUsed(hits) + (long) Long.BYTES * k;
        }
        long estimate = exact(k, null).memory(searcher);
        assertTrue(estimate + " of " + held, estimate >= held);
        assertTrue(estimate + " of " + held, estimate <= 8 * held);
        // No segment has more hits than documents
        int all = perSegment * segments;
        assertEquals(exact(all, null).memory(searcher), exact(2 * all, null).memory(searcher));
        assertEquals(
            (long) segments * (perSegment / 8),
            exact(k, new TermQuery(new Term("tag", "a"))).memory(searcher) - estimate);
        long candidates =
            PrefixKnnQuery.builder("v", new float[] {1, 2})
                .prefixDimensions(1)
                .k(1)
                .oversample(k)
                .build()
                .memory(searcher);
        assertEquals(estimate, candidates);
      }
    }
  }
}
