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

import io.github.luceneplaid.fsvi.internal.HitsQuery;
import io.github.luceneplaid.fsvi.internal.PartialHitsQuery;
import java.io.IOException;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.NoMergePolicy;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.QueryVisitor;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.TopDocs;
import org.apache.lucene.store.Directory;
import org.apache.lucene.tests.search.QueryUtils;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.tests.util.TestUtil;

/** A searcher reports a timeout, whether or not there were hits before it. */
public class TestVectorQueryTimeouts extends LuceneTestCase {

  private static void write(Directory directory) throws IOException {
    try (IndexWriter writer =
        new IndexWriter(
            directory,
            newIndexWriterConfig()
                .setMergePolicy(NoMergePolicy.INSTANCE)
                .setCodec(TestUtil.alwaysKnnVectorsFormat(new FsviVectorsFormat())))) {
      for (int id = 0; id < 50; id++) {
        Document document = new Document();
        if (id < 40) {
          document.add(new KnnFloatVectorField("vector", new float[] {id, 1}));
        }
        writer.addDocument(document);
        if (id % 11 == 10) {
          writer.commit();
        }
      }
    }
  }

  public void testSearcherTimesOut() throws Exception {
    try (Directory directory = newDirectory()) {
      write(directory);
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        Query query = new ExactKnnQuery("vector", new float[] {1, 0.5f}, 7, null);
        TopDocs complete = new IndexSearcher(reader).search(query, 10);
        boolean over = true;
        for (int limit = 0; over; limit++) {
          int polls = limit;
          AtomicInteger asked = new AtomicInteger();
          IndexSearcher searcher = new IndexSearcher(reader);
          searcher.setTimeout(() -> asked.incrementAndGet() > polls);
          TopDocs hits = searcher.search(query, 10);
          over = asked.get() > limit;
          assertEquals("after " + limit, over, searcher.timedOut());
          if (over == false) {
            assertEquals(complete.scoreDocs.length, hits.scoreDocs.length);
          }
          AtomicInteger counted = new AtomicInteger();
          IndexSearcher counting = new IndexSearcher(reader);
          counting.setTimeout(() -> counted.incrementAndGet() > polls);
          int count = counting.count(query);
          assertEquals("after " + limit, counted.get() > limit, counting.timedOut());
          assertTrue(counting.timedOut() || count == 7);
        }
      }
    }
  }

  /** A partial query follows the contract of queries. */
  public void testPartialHits() throws Exception {
    try (Directory directory = newDirectory()) {
      write(directory);
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        IndexSearcher searcher = new IndexSearcher(reader);
        Query query = new ExactKnnQuery("vector", new float[] {1, 0.5f}, 7, null);
        HitsQuery hits = (HitsQuery) searcher.rewrite(query);
        Query partial = new PartialHitsQuery(hits);
        TopDocs expected = searcher.search(hits, 10);
        TopDocs found = searcher.search(partial, 10);
        assertEquals(7, found.scoreDocs.length);
        for (int i = 0; i < 7; i++) {
          assertEquals(expected.scoreDocs[i].doc, found.scoreDocs[i].doc);
          assertEquals(expected.scoreDocs[i].score, found.scoreDocs[i].score, 0);
        }
        QueryUtils.check(partial);
        QueryUtils.checkEqual(partial, new PartialHitsQuery(hits));
        QueryUtils.checkUnequal(partial, hits);
        Query fewer = searcher.rewrite(new ExactKnnQuery("vector", new float[] {1, 1}, 6, null));
        QueryUtils.checkUnequal(partial, new PartialHitsQuery((HitsQuery) fewer));
        searcher.setTimeout(() -> true);
        assertEquals(0, searcher.search(partial, 10).scoreDocs.length);
        assertTrue(searcher.timedOut());
      }
    }
  }

  /** Highlighters ask a rewritten query again, with a reader of a single segment. */
  public void testPartialHitsOfSegments() throws Exception {
    try (Directory directory = newDirectory()) {
      write(directory);
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        IndexSearcher searcher = new IndexSearcher(reader);
        Query query = new ExactKnnQuery("vector", new float[] {1, 0.5f}, 30, null);
        Query partial = new PartialHitsQuery((HitsQuery) searcher.rewrite(query));
        int found = 0;
        for (LeafReaderContext leaf : reader.leaves()) {
          IndexSearcher ofLeaf = new IndexSearcher(leaf.reader());
          assertTrue(ofLeaf.rewrite(partial) instanceof PartialHitsQuery);
          found += ofLeaf.search(partial, 30).scoreDocs.length;
        }
        assertEquals(30, found);
        // Another index is searched by the query itself
        try (Directory other = newDirectory()) {
          write(other);
          try (DirectoryReader otherReader = DirectoryReader.open(other)) {
            IndexSearcher ofOther = new IndexSearcher(otherReader);
            assertEquals(ofOther.rewrite(query), ofOther.rewrite(partial));
          }
        }
      }
    }
  }

  /** Highlighters need the terms of the query that found the hits. */
  public void testPartialHitsAreVisited() throws Exception {
    try (Directory directory = newDirectory()) {
      write(directory);
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        Term term = new Term("tag", "a");
        Query query = new ExactKnnQuery("vector", new float[] {1, 0.5f}, 7, new TermQuery(term));
        Query partial = new PartialHitsQuery(new HitsQuery(new ScoreDoc[0], reader, query, null));
        Set<Term> terms = new HashSet<>();
        partial.visit(QueryVisitor.termCollector(terms));
        assertEquals(Set.of(term), terms);
      }
    }
  }
}
