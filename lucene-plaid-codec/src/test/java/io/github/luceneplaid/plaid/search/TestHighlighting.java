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

import io.github.luceneplaid.fsvi.internal.HitsQuery;
import io.github.luceneplaid.fsvi.internal.PartialHitsQuery;
import io.github.luceneplaid.plaid.LateInteractionQuery;
import io.github.luceneplaid.plaid.PlaidDocValuesFormat;
import java.io.IOException;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.lucene.codecs.DocValuesFormat;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.TextField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.NoMergePolicy;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.ScoreMode;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.TopDocs;
import org.apache.lucene.search.uhighlight.UnifiedHighlighter;
import org.apache.lucene.store.Directory;
import org.apache.lucene.tests.analysis.MockAnalyzer;

/** Highlighters ask a query again for each hit, with a reader of their own. */
public class TestHighlighting extends LateInteractionTestCase {

  private static final int DOCS = 40;
  private static final int K = 10;

  private final AtomicInteger opened = new AtomicInteger();

  @Override
  protected DocValuesFormat docValuesFormat() {
    return PlaidDocValuesFormat.builder().trainingThreshold(1).build();
  }

  private void write(Directory directory) throws IOException {
    try (IndexWriter writer =
        new IndexWriter(directory, config().setMergePolicy(NoMergePolicy.INSTANCE))) {
      for (int id = 0; id < DOCS; id++) {
        Document document = document(id, tokens(5));
        String text = "a wing in a " + (id % 2 == 0 ? "supersonic" : "subsonic") + " flow";
        document.add(new TextField("text", text, Field.Store.YES));
        writer.addDocument(document);
        if (id == 25) {
          writer.commit();
        }
      }
      writer.deleteDocuments(new Term("id", "7"));
    }
  }

  /** Counts how often tokens are opened: each search does, in each segment. */
  private DirectoryReader counting(DirectoryReader reader) throws IOException {
    return new CountingReader(reader, opened);
  }

  private static Query hybrid(float[][] tokens) {
    return hybrid(new LateInteractionQuery(FIELD, tokens, K));
  }

  private static Query hybrid(Query query) {
    return new BooleanQuery.Builder()
        .add(new TermQuery(new Term("text", "supersonic")), Occur.SHOULD)
        .add(query, Occur.MUST)
        .build();
  }

  private static String[] highlight(IndexSearcher searcher, Query query, TopDocs hits)
      throws IOException {
    UnifiedHighlighter highlighter =
        UnifiedHighlighter.builder(searcher, new MockAnalyzer(random()))
            .withWeightMatches(true)
            .build();
    return highlighter.highlight("text", query, hits);
  }

  public void testRewrittenQueryIsNotSearchedAgain() throws IOException {
    try (Directory directory = newDirectory()) {
      write(directory);
      try (DirectoryReader reader = counting(DirectoryReader.open(directory))) {
        IndexSearcher searcher = new IndexSearcher(reader);
        Query query = hybrid(query());
        Query rewritten = searcher.rewrite(query);
        TopDocs hits = searcher.search(rewritten, K);
        assertSame(searcher.search(query, K), hits);
        assertEquals(K, hits.scoreDocs.length);
        int before = opened.get();
        String[] snippets = highlight(searcher, rewritten, hits);
        assertEquals(before, opened.get());
        for (int i = 0; i < K; i++) {
          boolean even = hits.scoreDocs[i].doc % 2 == 0;
          assertEquals(
              even ? "a wing in a <b>supersonic</b> flow" : "a wing in a subsonic flow",
              snippets[i]);
        }
        assertArrayEquals(highlight(searcher, query, hits), snippets);
      }
    }
  }

  /** The hits of a search whose time ran out are known in the same way. */
  public void testPartialHits() throws IOException {
    try (Directory directory = newDirectory()) {
      write(directory);
      try (DirectoryReader reader = counting(DirectoryReader.open(directory))) {
        IndexSearcher searcher = new IndexSearcher(reader);
        Query filter = new TermQuery(new Term("text", "subsonic"));
        Query rewritten = searcher.rewrite(new LateInteractionQuery(FIELD, query(), K, filter));
        Query partial = new PartialHitsQuery((HitsQuery) rewritten);
        TopDocs hits = searcher.search(hybrid(partial), K);
        assertSame(searcher.search(hybrid(rewritten), K), hits);
        assertEquals(K, hits.scoreDocs.length);
        int before = opened.get();
        String[] snippets = highlight(searcher, hybrid(partial), hits);
        assertEquals(before, opened.get());
        assertArrayEquals(highlight(searcher, hybrid(rewritten), hits), snippets);
      }
    }
  }

  /** A reader of some of the segments gets the hits of these segments. */
  public void testHitsInParts() throws IOException {
    try (Directory directory = newDirectory()) {
      write(directory);
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        IndexSearcher searcher = new IndexSearcher(reader);
        Query rewritten = searcher.rewrite(new LateInteractionQuery(FIELD, query(), K));
        TopDocs all = searcher.search(rewritten, K);
        int found = 0;
        for (LeafReaderContext leaf : reader.leaves()) {
          for (ScoreDoc hit : search(leaf.reader(), rewritten)) {
            found++;
            assertTrue(
                Arrays.stream(all.scoreDocs)
                    .anyMatch(
                        same -> same.doc == leaf.docBase + hit.doc && same.score == hit.score));
          }
        }
        assertEquals(K, found);
      }
    }
  }

  /** Another reader of the same index may have other documents: it is searched. */
  public void testHitsOfAnotherReader() throws IOException {
    try (Directory directory = newDirectory()) {
      write(directory);
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        Query query = new LateInteractionQuery(FIELD, query(), K);
        IndexSearcher searcher = new IndexSearcher(reader);
        Query rewritten = searcher.rewrite(query);
        ScoreDoc best = searcher.search(rewritten, 1).scoreDocs[0];
        String id = reader.storedFields().document(best.doc).get("id");
        try (IndexWriter writer = new IndexWriter(directory, config())) {
          writer.deleteDocuments(new Term("id", id));
        }
        try (DirectoryReader changed = DirectoryReader.openIfChanged(reader)) {
          IndexSearcher other = new IndexSearcher(changed);
          assertSame(other.search(query, K), other.search(rewritten, K));
          expectThrows(
              IllegalStateException.class,
              () -> rewritten.createWeight(other, ScoreMode.COMPLETE, 1f));
        }
      }
    }
  }

  private static ScoreDoc[] search(IndexReader reader, Query query) throws IOException {
    return new IndexSearcher(reader).search(query, K).scoreDocs;
  }
}
