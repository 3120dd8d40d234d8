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

import com.carrotsearch.randomizedtesting.generators.RandomPicks;
import io.github.luceneplaid.plaid.LateInteractionOptions;
import io.github.luceneplaid.plaid.LateInteractionQuery;
import io.github.luceneplaid.plaid.MaxSimRescorer;
import io.github.luceneplaid.plaid.PlaidDocValuesFormat;
import io.github.luceneplaid.plaid.RawTokens;
import io.github.luceneplaid.plaid.SearchProfile;
import io.github.luceneplaid.testframework.UncachedReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.apache.lucene.codecs.DocValuesFormat;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.LateInteractionField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.ExitableDirectoryReader;
import org.apache.lucene.index.FilterBinaryDocValues;
import org.apache.lucene.index.FilterDirectoryReader;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.QueryTimeout;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.TopDocs;
import org.apache.lucene.search.TotalHits;
import org.apache.lucene.store.Directory;
import org.apache.lucene.tests.index.AssertingDirectoryReader;
import org.apache.lucene.util.BytesRef;

/** Readers that hide or change values, that lay updates over them, or that pass them on. */
public class TestReaderWrappers extends LateInteractionTestCase {

  private static final int DOCS = 400;
  private static final int K = 10;

  private static final LateInteractionOptions FEW =
      LateInteractionOptions.builder().regions(2).cells(4).candidates(40).build();

  private final RawTokens raw = RandomPicks.randomFrom(random(), RawTokens.values());

  @Override
  public void setUp() throws Exception {
    super.setUp();
    dimension = 16;
  }

  @Override
  protected DocValuesFormat docValuesFormat() {
    return PlaidDocValuesFormat.builder().trainingThreshold(1).raw(raw).build();
  }

  /** Documents in one or two segments; some have no value, and some have an invalid one. */
  private void write(IndexWriter writer) throws IOException {
    for (int id = 0; id < DOCS; id++) {
      Document document = document(id, id % 50 == 7 ? null : tokens(random().nextInt(10, 30)));
      document.add(new StringField("parity", id % 2 == 0 ? "even" : "odd", Field.Store.NO));
      writer.addDocument(document);
    }
    writer.forceMerge(1);
  }

  private LateInteractionQuery query(float[][] tokens, Query filter) {
    return new LateInteractionQuery(FIELD, tokens, K, filter, FEW);
  }

  private static TopDocs search(IndexReader reader, Query query) throws IOException {
    return new IndexSearcher(reader).search(query, K);
  }

  /** Shows values of a reader in another way. */
  private abstract static class Wrapper extends FilterDirectoryReader {
    Wrapper(DirectoryReader in, Wrap wrap) throws IOException {
      super(
          in,
          new SubReaderWrapper() {
            @Override
            public LeafReader wrap(LeafReader leaf) {
              return new UncachedReader(leaf) {
                @Override
                public BinaryDocValues getBinaryDocValues(String field) throws IOException {
                  BinaryDocValues values = super.getBinaryDocValues(field);
                  return values == null ? null : wrap.wrap(in, values);
                }
              };
            }
          });
    }

    @Override
    public CacheHelper getReaderCacheHelper() {
      return null;
    }
  }

  interface Wrap {
    BinaryDocValues wrap(LeafReader in, BinaryDocValues values) throws IOException;
  }

  static DirectoryReader wrap(DirectoryReader reader, Wrap wrap) throws IOException {
    return new Wrapper(reader, wrap) {
      @Override
      protected DirectoryReader doWrapDirectoryReader(DirectoryReader in) {
        throw new UnsupportedOperationException();
      }
    };
  }

  /** Only values of documents with odd ids, as a filter of values for users may show them. */
  private static BinaryDocValues odd(LeafReader in, BinaryDocValues values) throws IOException {
    TreeSet<Integer> odd = new TreeSet<>();
    DocIdSetIterator docs = in.postings(new Term("parity", "odd"));
    while (docs.nextDoc() != DocIdSetIterator.NO_MORE_DOCS) {
      odd.add(docs.docID());
    }
    return new FilterBinaryDocValues(values) {
      @Override
      public int nextDoc() throws IOException {
        return advance(docID() + 1);
      }

      @Override
      public int advance(int target) throws IOException {
        int doc = super.advance(target);
        while (doc != NO_MORE_DOCS && odd.contains(doc) == false) {
          doc = super.nextDoc();
        }
        return doc;
      }

      @Override
      public boolean advanceExact(int target) throws IOException {
        return super.advanceExact(target) && odd.contains(target);
      }
    };
  }

  /** Hidden documents are no hits, and the others are found as if a filter had been asked for. */
  public void testHiddenValues() throws IOException {
    try (Directory directory = newDirectory()) {
      try (IndexWriter writer = new IndexWriter(directory, config())) {
        write(writer);
      }
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        DirectoryReader hiding = wrap(reader, TestReaderWrappers::odd);
        for (int i = 0; i < 5; i++) {
          float[][] tokens = query();
          Query odd = new TermQuery(new Term("parity", "odd"));
          assertSame(search(reader, query(tokens, odd)), search(hiding, query(tokens, null)));
          List<ScoreDoc> expected = bruteForce(hiding, tokens);
          assertScores(expected, search(hiding, query(tokens, odd)));
          assertBest(expected, K, search(hiding, exactQuery(tokens, K, null, DOCS)));
          assertRescored(hiding, tokens);
          SearchProfile profile = query(tokens, null).profile(new IndexSearcher(hiding));
          assertTrue(profile.toString(), profile.postings() > 0);
          assertTrue(profile.toString(), profile.scanned() <= expected.size());
        }
      }
    }
  }

  /** All documents in turn get the scores that the reader shows. */
  private static void assertRescored(IndexReader reader, float[][] tokens) throws IOException {
    ScoreDoc[] all = new ScoreDoc[reader.maxDoc()];
    for (int doc = 0; doc < all.length; doc++) {
      all[doc] = new ScoreDoc(doc, 1);
    }
    IndexSearcher searcher = new IndexSearcher(reader);
    TopDocs first = new TopDocs(new TotalHits(all.length, TotalHits.Relation.EQUAL_TO), all);
    TopDocs rescored = new MaxSimRescorer(FIELD, tokens).rescore(searcher, first, all.length);
    List<ScoreDoc> expected = bruteForce(reader, tokens);
    for (int i = 0; i < all.length; i++) {
      float score = i < expected.size() ? expected.get(i).score : 0;
      assertEquals(score, rescored.scoreDocs[i].score, 1e-4 * (1 + score));
    }
  }

  /** Every document shows the tokens of its neighbour, or only some show others than they have. */
  public void testChangedValues() throws IOException {
    try (Directory directory = newDirectory()) {
      try (IndexWriter writer = new IndexWriter(directory, config())) {
        write(writer);
      }
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        BytesRef other = LateInteractionField.encode(tokens(3));
        DirectoryReader changing =
            wrap(
                reader,
                (in, values) ->
                    new FilterBinaryDocValues(values) {
                      @Override
                      public BytesRef binaryValue() throws IOException {
                        BytesRef value = super.binaryValue();
                        return docID() % 2 == 0 ? other : value;
                      }
                    });
        for (int i = 0; i < 5; i++) {
          float[][] tokens = query();
          List<ScoreDoc> expected = bruteForce(changing, tokens);
          assertBest(expected, K, search(changing, query(tokens, null)));
          assertRescored(changing, tokens);
        }
      }
    }
  }

  /** Wrappers that pass values on cost nothing but a look at the candidates. */
  public void testPassedOnValues() throws IOException {
    try (Directory directory = newDirectory()) {
      try (IndexWriter writer = new IndexWriter(directory, config())) {
        write(writer);
        writer.deleteDocuments(new Term("id", "3"), new Term("id", "99"));
      }
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        List<DirectoryReader> wrapped = new ArrayList<>();
        wrapped.add(new AssertingDirectoryReader(reader));
        wrapped.add(new ExitableDirectoryReader(reader, new Time()));
        wrapped.add(wrap(reader, (in, values) -> values));
        wrapped.add(wrap(wrapped.get(1), (in, values) -> new FilterBinaryDocValues(values) {}));
        float[][] tokens = query();
        TopDocs expected = search(reader, query(tokens, null));
        SearchProfile profile = query(tokens, null).profile(new IndexSearcher(reader));
        assertEquals(0, profile.scanned());
        for (DirectoryReader wrapper : wrapped) {
          assertSame(expected, search(wrapper, query(tokens, null)));
          SearchProfile same = query(tokens, null).profile(new IndexSearcher(wrapper));
          assertEquals(0, same.scanned());
          assertEquals(profile.candidates(), same.candidates());
          assertEquals(profile.postings(), same.postings());
          assertEquals(profile.quick(), same.quick());
          assertEquals(profile.exact(), same.exact());
        }
      }
    }
  }

  /** A timeout that runs out when the test says so. */
  private static final class Time implements QueryTimeout {
    private boolean up;

    @Override
    public boolean shouldExit() {
      return up;
    }
  }

  public void testExitableReader() throws IOException {
    try (Directory directory = newDirectory()) {
      try (IndexWriter writer = new IndexWriter(directory, config())) {
        write(writer);
      }
      Time time = new Time();
      try (DirectoryReader reader =
          new ExitableDirectoryReader(DirectoryReader.open(directory), time)) {
        float[][] tokens = query();
        Query filter = new TermQuery(new Term("parity", "odd"));
        List<Query> queries =
            List.of(
                query(tokens, null),
                query(tokens, filter),
                new LateInteractionQuery(FIELD, tokens, K),
                exactQuery(tokens, K, null, DOCS));
        for (Query query : queries) {
          time.up = false;
          assertEquals(K, search(reader, query).scoreDocs.length);
          time.up = true;
          expectThrows(
              ExitableDirectoryReader.ExitingReaderException.class, () -> search(reader, query));
        }
      }
    }
  }

  /** Updates are searched as they are shown, whether Lucene writes all values anew or not. */
  public void testUpdates() throws IOException {
    int overlays = random().nextBoolean() ? 8 : 0;
    try (Directory directory = newDirectory();
        IndexWriter writer =
            new IndexWriter(directory, config().setMaxDocValuesOverlays(overlays))) {
      write(writer);
      writer.commit();
      // Documents of a cell tie for a single token, and there may be more of them than candidates
      float[][] tokens = tokens(random().nextInt(6, 12));
      for (int round = 0; round < 3; round++) {
        for (int i = 0; i < 5; i++) {
          // The best possible tokens, other tokens, and an invalid value
          float[][] value = i < 2 ? tokens : tokens(random().nextInt(1, 12));
          BytesRef bytes = i == 4 ? newBytesRef("odd") : LateInteractionField.encode(value);
          Term id = new Term("id", Integer.toString(random().nextInt(DOCS)));
          writer.updateBinaryDocValue(id, FIELD, bytes);
        }
        writer.commit();
        try (DirectoryReader reader = DirectoryReader.open(directory)) {
          assertUpdates(reader, tokens);
          assertUpdates(new AssertingDirectoryReader(reader), tokens);
          DirectoryReader hiding = wrap(reader, TestReaderWrappers::odd);
          Query odd = new TermQuery(new Term("parity", "odd"));
          assertSame(search(reader, query(tokens, odd)), search(hiding, query(tokens, null)));
        }
      }
    }
  }

  private void assertUpdates(DirectoryReader reader, float[][] tokens) throws IOException {
    List<ScoreDoc> expected = bruteForce(reader, tokens);
    TopDocs hits = search(reader, query(tokens, null));
    assertScores(expected, hits);
    // Documents that have been given the query's tokens
    double best = bruteForceScore(tokens);
    for (int i = 0; i < K && expected.get(i).score > best - 1e-3; i++) {
      assertEquals(expected.get(i).score, hits.scoreDocs[i].score, 1e-4 * best);
    }
    assertBest(expected, K, search(reader, exactQuery(tokens, K, null, DOCS)));
    assertRescored(reader, tokens);
    SearchProfile profile = query(tokens, null).profile(new IndexSearcher(reader));
    assertEquals(profile.toString(), 0, profile.scanned());
    assertTrue(profile.toString(), profile.postings() > 0);
  }

  private static double bruteForceScore(float[][] tokens) {
    return maxSim(tokens, LateInteractionField.encode(tokens));
  }
}
