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
import io.github.luceneplaid.plaid.PlaidDocValuesFormat;
import io.github.luceneplaid.plaid.RawTokens;
import io.github.luceneplaid.plaid.SearchProfile;
import io.github.luceneplaid.plaid.search.probe.CellCut;
import io.github.luceneplaid.plaid.search.probe.CellProbe;
import io.github.luceneplaid.plaid.search.request.QueryTokens;
import io.github.luceneplaid.plaid.search.request.SearchRequest;
import io.github.luceneplaid.plaid.search.request.TimeLimit;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.lucene.codecs.DocValuesFormat;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.TopDocs;
import org.apache.lucene.store.Directory;
import org.apache.lucene.tests.util.TestUtil;

/** Documents of a trained segment that are stored as their original bytes. */
public class TestEscapedDocuments extends LateInteractionTestCase {

  private static final int ESCAPED = 3;

  private static final LateInteractionOptions FEW =
      LateInteractionOptions.builder().regions(2).cells(4).candidates(20).build();

  @Override
  protected DocValuesFormat docValuesFormat() {
    return PlaidDocValuesFormat.builder().trainingThreshold(1).build();
  }

  /** One segment, a few documents of which have a token that is too long to be coded. */
  private void write(Directory directory, int documents) throws IOException {
    try (IndexWriter writer = new IndexWriter(directory, config().setUseCompoundFile(false))) {
      for (int id = 0; id < documents; id++) {
        float[][] tokens = tokens(10);
        if (id % (documents / ESCAPED) == 5) {
          tokens[3][0] = 1e6f;
        }
        writer.addDocument(document(id, tokens));
        if (random().nextInt(20) == 0) {
          writer.addDocument(document(-1, null));
        }
      }
      writer.forceMerge(1);
    }
  }

  private SearchProfile profile(IndexSearcher searcher, float[][] query) throws IOException {
    return new LateInteractionQuery(FIELD, query, 5, null, FEW).profile(searcher);
  }

  /** Such documents cost as much in a large segment as in a small one. */
  public void testCostGoesByTheirNumber() throws Exception {
    dimension = 8;
    for (int documents : new int[] {150, 600}) {
      try (Directory directory = newDirectory()) {
        write(directory, documents);
        CountingDirectory counting = new CountingDirectory(directory);
        try (DirectoryReader reader = DirectoryReader.open(counting)) {
          IndexSearcher searcher = new IndexSearcher(reader);
          SearchProfile profile = profile(searcher, tokens(1));
          assertEquals(profile.toString(), ESCAPED, profile.escaped());
          assertTrue(profile.toString(), profile.postings() > 0);
          CodedSegmentSearch search = search(reader);
          CellProbe nothing =
              search.probe(
                  search.request.tables().block(0, search.request.query().count()), documents, 1);
          CellCut cut = new CellCut(List.of(nothing), 1, 1, TimeLimit.NONE);
          counting.bytes();
          int[] docs = new int[20];
          int found =
              search.collect(
                  search.walk(
                      search.request.tables().block(0, search.request.query().count()),
                      nothing,
                      cut,
                      null,
                      0,
                      search.documents()),
                  20,
                  null,
                  docs,
                  new float[20]);
          assertTrue(found >= ESCAPED);
          // Looking at every document would read about 10 bytes for each, by binary searches
          long bytes = counting.bytes();
          assertTrue(bytes + " bytes", bytes < 10 * 4L * dimension * 20 + 3000);
        }
      }
    }
  }

  private CodedSegmentSearch search(DirectoryReader reader) throws IOException {
    SearchRequest request =
        new SearchRequest(
            FIELD, QueryTokens.of(tokens(1)), 5, LateInteractionOptions.DEFAULT.settings(), null);
    return (CodedSegmentSearch) SegmentSearch.of(reader.leaves().get(0), request);
  }

  /** Their estimates are scores, which does not mean that other estimates have no error. */
  public void testOtherEstimates() throws Exception {
    dimension = 16;
    float[][] query = tokens(8);
    RawTokens raw = RandomPicks.randomFrom(random(), RawTokens.values());
    DocValuesFormat format = PlaidDocValuesFormat.builder().trainingThreshold(1).raw(raw).build();
    try (Directory directory = newDirectory()) {
      IndexWriterConfig config = config().setCodec(TestUtil.alwaysDocValuesFormat(format));
      try (IndexWriter writer = new IndexWriter(directory, config)) {
        for (int id = 0; id < 600; id++) {
          writer.addDocument(document(id, tokens(8)));
        }
        for (int id = 600; id < 640; id++) {
          float[][] like = Arrays.copyOf(tokens(8), 9);
          for (int i = 0; i < 8; i++) {
            for (int j = 0; j < dimension; j++) {
              like[i][j] = 0.9f * query[i][j] + 0.1f * like[i][j];
            }
          }
          like[8] = new float[dimension]; // zeros have no code
          writer.addDocument(document(id, like));
        }
        writer.addDocument(document(640, query));
        writer.forceMerge(1);
      }
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        IndexSearcher searcher = new IndexSearcher(reader);
        LateInteractionQuery search = new LateInteractionQuery(FIELD, query, 10);
        ScoreDoc best = searcher.search(search, 10).scoreDocs[0];
        assertEquals("640", searcher.storedFields().document(best.doc).get("id"));
      }
    }
  }

  /** Such documents are not scored if they are deleted or filtered out. */
  public void testAccepted() throws Exception {
    try (Directory directory = newDirectory()) {
      write(directory, 300);
      try (IndexWriter writer = new IndexWriter(directory, config())) {
        writer.deleteDocuments(new Term("id", "105"));
      }
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        IndexSearcher searcher = new IndexSearcher(reader);
        float[][] query = tokens(1);
        query[0][0] = Math.abs(query[0][0]) + 0.01f;
        assertEquals(ESCAPED - 1, profile(searcher, query).escaped());
        List<ScoreDoc> expected = bruteForce(reader, query);
        TopDocs hits = searcher.search(new LateInteractionQuery(FIELD, query, 2, null, FEW), 2);
        assertBest(expected, 2, hits);
        // Documents 5 and 205 are of group 2 and 1
        TermQuery filter = new TermQuery(new Term("group", "1"));
        LateInteractionQuery filtered = new LateInteractionQuery(FIELD, query, 1, filter, FEW);
        expected.removeIf(hit -> explains(searcher, filter, hit.doc) == false);
        assertBest(expected, 1, searcher.search(filtered, 1));
        assertTrue(filtered.profile(searcher).escaped() <= 1);
      }
    }
  }

  private static boolean explains(IndexSearcher searcher, TermQuery filter, int doc) {
    try {
      return searcher.explain(filter, doc).isMatch();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** The timeout is asked before each such document. */
  public void testTimeout() throws Exception {
    try (Directory directory = newDirectory()) {
      write(directory, 150);
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        int previous = -1;
        boolean complete = false;
        for (int asks = 0; complete == false; asks++) {
          AtomicInteger left = new AtomicInteger(asks);
          IndexSearcher searcher = new IndexSearcher(reader);
          searcher.setTimeout(() -> left.getAndDecrement() <= 0);
          int escaped = (int) profile(searcher, tokens(1)).escaped();
          assertTrue(escaped + " after " + previous, escaped - previous <= 1);
          previous = Math.max(previous, escaped);
          complete = left.get() >= 0;
        }
        assertEquals(ESCAPED, previous);
      }
    }
  }
}
