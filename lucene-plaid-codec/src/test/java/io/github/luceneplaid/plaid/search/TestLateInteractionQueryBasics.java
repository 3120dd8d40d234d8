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

import io.github.luceneplaid.plaid.PlaidDocValuesFormat;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.LateInteractionField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.LateInteractionFloatValuesSource;
import org.apache.lucene.search.LateInteractionRescorer;
import org.apache.lucene.search.MatchAllDocsQuery;
import org.apache.lucene.search.TopDocs;
import org.apache.lucene.store.Directory;
import org.apache.lucene.tests.index.RandomIndexWriter;
import org.apache.lucene.tests.search.CheckHits;
import org.apache.lucene.tests.search.QueryUtils;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.tests.util.TestUtil;

/** The query on trained segments: against Lucene's own MaxSim of what the index returns. */
public class TestLateInteractionQueryBasics extends LuceneTestCase {

  private static float[][] tokens(int n, int dimension) {
    float[][] tokens = new float[n][dimension];
    for (float[] token : tokens) {
      double squares = 0;
      for (int j = 0; j < dimension; j++) {
        token[j] = (float) random().nextGaussian();
        squares += token[j] * token[j];
      }
      for (int j = 0; j < dimension; j++) {
        token[j] /= (float) Math.sqrt(squares);
      }
    }
    return tokens;
  }

  public void testTrainedSegments() throws Exception {
    int dimension = random().nextInt(2, 70);
    IndexWriterConfig config = newIndexWriterConfig();
    config.setCodec(
        TestUtil.alwaysDocValuesFormat(
            PlaidDocValuesFormat.builder().trainingThreshold(50).tokensPerLeaf(4).build()));
    try (Directory directory = newDirectory();
        RandomIndexWriter writer = new RandomIndexWriter(random(), directory, config)) {
      int documents = atLeast(100);
      for (int i = 0; i < documents; i++) {
        Document document = new Document();
        document.add(
            new LateInteractionField("tokens", tokens(random().nextInt(1, 40), dimension)));
        writer.addDocument(document);
      }
      try (DirectoryReader reader = writer.getReader()) {
        IndexSearcher searcher = newSearcher(reader);
        for (int i = 0; i < 5; i++) {
          float[][] query = tokens(random().nextInt(1, 20), dimension);
          LateInteractionQuery maxSim =
              new LateInteractionQuery(
                  "tokens",
                  query,
                  10,
                  null,
                  LateInteractionOptions.builder().candidates(documents).build());
          TopDocs hits = searcher.search(maxSim, 10);
          TopDocs expected =
              new LateInteractionRescorer(
                      new LateInteractionFloatValuesSource(
                          "tokens", query, VectorSimilarityFunction.DOT_PRODUCT))
                  .rescore(searcher, searcher.search(MatchAllDocsQuery.INSTANCE, documents), 10);
          assertEquals(10, hits.scoreDocs.length);
          for (int hit = 0; hit < 10; hit++) {
            assertEquals(expected.scoreDocs[hit].score, hits.scoreDocs[hit].score, 1e-3);
          }
          CheckHits.checkExplanations(maxSim, "tokens", searcher, true);
          QueryUtils.check(random(), maxSim, searcher);
          LateInteractionQuery byDefault = new LateInteractionQuery("tokens", query, 10);
          assertEquals(10, searcher.search(byDefault, 10).scoreDocs.length);
          CheckHits.checkExplanations(byDefault, "tokens", searcher, true);
        }
      }
    }
  }
}
