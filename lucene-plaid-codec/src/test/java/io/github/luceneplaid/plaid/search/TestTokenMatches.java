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
import io.github.luceneplaid.plaid.PlaidDocValuesFormat;
import io.github.luceneplaid.plaid.RawTokens;
import io.github.luceneplaid.plaid.TokenMatch;
import io.github.luceneplaid.plaid.TokenMatches;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.lucene.codecs.DocValuesFormat;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.NoMergePolicy;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.MatchAllDocsQuery;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TopDocs;
import org.apache.lucene.search.TotalHits;
import org.apache.lucene.store.Directory;

/** The tokens that all hits of a search answer with, in one call. */
public class TestTokenMatches extends LateInteractionTestCase {

  private static final int DOCUMENTS = 90;

  private Directory directory;
  private DirectoryReader reader;

  /** Three segments. Every tenth document has no tokens. */
  @Override
  public void setUp() throws Exception {
    super.setUp();
    directory = newDirectory();
    try (IndexWriter writer =
        new IndexWriter(
            directory,
            config().setMergePolicy(NoMergePolicy.INSTANCE).setMaxBufferedDocs(DOCUMENTS + 1))) {
      for (int id = 0; id < DOCUMENTS; id++) {
        writer.addDocument(document(id, id % 10 == 9 ? null : tokens(random().nextInt(1, 30))));
        if (id == 40 || id == 70) {
          writer.commit();
        }
      }
    }
    reader = DirectoryReader.open(directory);
  }

  @Override
  public void tearDown() throws Exception {
    reader.close();
    directory.close();
    super.tearDown();
  }

  @Override
  protected DocValuesFormat docValuesFormat() {
    return PlaidDocValuesFormat.builder()
        .trainingThreshold(300)
        .raw(random().nextBoolean() ? RawTokens.NONE : RawTokens.FLOAT16)
        .build();
  }

  /** Each hit has what it would have by itself, and its matches make up its score. */
  public void testHits() throws Exception {
    IndexSearcher searcher = newSearcher(reader);
    float[][] query = query();
    float[] weights = new float[query.length];
    for (int q = 0; q < weights.length; q++) {
      weights[q] = random().nextInt(3);
    }
    weights[random().nextInt(query.length)] = 1.5f;
    LateInteractionQuery maxSim =
        LateInteractionQuery.builder(FIELD, query, 20).tokenWeights(weights).build();
    TopDocs hits = searcher.search(maxSim, 20);
    List<TokenMatches> all = maxSim.matches(searcher, hits);
    assertEquals(20, all.size());
    for (int i = 0; i < 20; i++) {
      TokenMatches one = all.get(i);
      assertEquals(hits.scoreDocs[i].doc, one.doc());
      assertEquals(hits.scoreDocs[i].score, one.score(), 1e-5);
      assertEquals(maxSim.matches(searcher, one.doc()), one.matches());
      double sum = 0;
      for (TokenMatch match : one.matches()) {
        sum += weights[match.queryToken()] * Math.max(0, (1 + match.similarity()) / 2);
      }
      assertEquals(one.score(), sum, 1e-4);
    }
  }

  /** Hits of any query, in any order, twice or without tokens. */
  public void testHitsOfOthers() throws Exception {
    IndexSearcher searcher = newSearcher(reader);
    LateInteractionQuery maxSim = new LateInteractionQuery(FIELD, query(), 5);
    List<ScoreDoc> shuffled =
        new ArrayList<>(List.of(searcher.search(MatchAllDocsQuery.INSTANCE, DOCUMENTS).scoreDocs));
    shuffled.add(shuffled.get(random().nextInt(DOCUMENTS)));
    Collections.shuffle(shuffled, random());
    TopDocs hits =
        new TopDocs(
            new TotalHits(shuffled.size(), TotalHits.Relation.EQUAL_TO),
            shuffled.toArray(ScoreDoc[]::new));
    List<TokenMatches> all = maxSim.matches(searcher, hits);
    for (int i = 0; i < shuffled.size(); i++) {
      TokenMatches one = all.get(i);
      assertEquals(shuffled.get(i).doc, one.doc());
      boolean hasTokens = one.doc() % 10 != 9;
      assertEquals(hasTokens, one.matches().isEmpty() == false);
      assertTrue(one.toString(), hasTokens || one.score() == 0);
      assertEquals(maxSim.matches(searcher, one.doc()), one.matches());
    }
    assertEquals(List.of(), maxSim.matches(searcher, TopDocs.merge(0, 5, new TopDocs[0])));
    assertEquals(
        List.of(new TokenMatches(3, 0, List.of())),
        new LateInteractionQuery("other", query(), 5).matches(searcher, hit(3)));
    for (int doc : new int[] {-1, DOCUMENTS}) {
      IllegalArgumentException e =
          expectThrows(IllegalArgumentException.class, () -> maxSim.matches(searcher, hit(doc)));
      assertTrue(e.getMessage(), e.getMessage().contains("got: " + doc));
    }
  }

  private static TopDocs hit(int doc) {
    return new TopDocs(
        new TotalHits(1, TotalHits.Relation.EQUAL_TO), new ScoreDoc[] {new ScoreDoc(doc, 1)});
  }

  /** A segment is opened once, however many hits it has. */
  public void testSegmentsAreOpenedOnce() throws Exception {
    AtomicInteger opened = new AtomicInteger();
    IndexSearcher searcher = new IndexSearcher(new CountingReader(reader, opened));
    LateInteractionQuery maxSim = new LateInteractionQuery(FIELD, query(), 60);
    TopDocs hits = new IndexSearcher(reader).search(maxSim, 60);
    opened.set(0);
    maxSim.matches(searcher, hits.scoreDocs[0].doc);
    int once = opened.get();
    assertTrue(once > 0);
    opened.set(0);
    assertEquals(60, maxSim.matches(searcher, hits).size());
    int all = opened.get();
    assertTrue(all + " and " + once, all <= 3 * once);
  }
}
