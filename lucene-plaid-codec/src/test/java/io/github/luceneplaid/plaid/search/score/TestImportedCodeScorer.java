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

package io.github.luceneplaid.plaid.search.score;

import io.github.luceneplaid.plaid.LateInteractionOptions;
import io.github.luceneplaid.plaid.PlaidDocValuesFormat;
import io.github.luceneplaid.plaid.exchange.PlaidFolder;
import io.github.luceneplaid.plaid.exchange.PlaidImport;
import io.github.luceneplaid.plaid.exchange.RandomDirectories;
import io.github.luceneplaid.plaid.search.ApproximateSegmentSearch;
import io.github.luceneplaid.plaid.search.LateInteractionTestCase;
import io.github.luceneplaid.plaid.search.SegmentSearch;
import io.github.luceneplaid.plaid.search.request.QueryTokens;
import io.github.luceneplaid.plaid.search.request.SearchRequest;
import java.io.IOException;
import org.apache.lucene.codecs.DocValuesFormat;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.store.Directory;

/** Scores of imported codes in integers. */
public class TestImportedCodeScorer extends LateInteractionTestCase {

  @Override
  protected DocValuesFormat docValuesFormat() {
    return new PlaidDocValuesFormat();
  }

  public void testQuickScoresAreNearExactOnes() throws IOException {
    for (int i = 0; i < atLeast(20); i++) {
      try (PlaidFolder plaid = RandomDirectories.open(random(), createTempDir());
          Directory directory = newDirectory()) {
        try (IndexWriter writer = new IndexWriter(directory, config())) {
          PlaidImport.into(writer, plaid, FIELD, "order");
        }
        int count = random().nextInt(1, 40);
        QueryTokens query =
            QueryTokens.of(RandomDirectories.tokens(random(), count, plaid.dimension()));
        SearchRequest request =
            new SearchRequest(FIELD, query, 10, LateInteractionOptions.DEFAULT.settings(), null);
        try (DirectoryReader reader = DirectoryReader.open(directory)) {
          LeafReaderContext leaf = reader.leaves().get(0);
          ApproximateSegmentSearch search =
              plaid.tokens() == 0
                  ? null
                  : (ApproximateSegmentSearch) SegmentSearch.of(leaf, request);
          for (int doc = 0; doc < plaid.documents() && search != null; doc++) {
            float exact = search.exactScore(doc, null, null);
            float quick = search.quickScore(doc);
            if (Float.isNaN(exact)) {
              assertEquals(0, plaid.tokens(doc).length);
              assertTrue(Float.isNaN(quick));
            } else {
              // In few dimensions a residual may cancel its centroid. The rounding error that is
              // left is then scaled to the length of a token
              if (plaid.dimension() < 8) {
                assertTrue(Float.toString(quick), Float.isFinite(quick) && quick >= 0);
              } else {
                // Over 20 seeds and 20,000 documents they differed by less than half of that
                assertEquals(exact, quick, 0.004 * (count + exact));
              }
            }
          }
        }
      }
    }
  }
}
