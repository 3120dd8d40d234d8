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
import io.github.luceneplaid.plaid.PlaidDocValuesFormat;
import io.github.luceneplaid.plaid.search.probe.RegionProbe;
import io.github.luceneplaid.plaid.search.request.QueryTables;
import io.github.luceneplaid.plaid.search.request.QueryTokens;
import io.github.luceneplaid.plaid.search.request.SearchRequest;
import io.github.luceneplaid.plaid.search.request.TimeLimit;
import io.github.luceneplaid.plaid.segment.PlaidSegment;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.apache.lucene.codecs.DocValuesFormat;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.store.Directory;

/** Scores of one segment do not depend on what was scored before. */
public class TestCodedSegmentSearch extends LateInteractionTestCase {

  private final int bits = RandomPicks.randomFrom(random(), List.of(1, 2, 3, 4, 8));

  @Override
  protected DocValuesFormat docValuesFormat() {
    return PlaidDocValuesFormat.builder().bits(bits).trainingThreshold(1).build();
  }

  /**
   * After integer scoring, float scoring multiplies fewer tokens of a document. The score is the
   * same.
   */
  public void testExactScoresAfterQuickOnes() throws IOException {
    try (Directory directory = newDirectory()) {
      boolean anyLength = random().nextBoolean();
      int documents = 60;
      try (IndexWriter writer = new IndexWriter(directory, config())) {
        for (int id = 0; id < documents; id++) {
          float[][] tokens = tokens(random().nextInt(1, 150));
          if (anyLength) {
            scale(tokens[random().nextInt(tokens.length)], 0.5f + 3 * random().nextFloat());
          }
          writer.addDocument(document(id, tokens));
          if (id == 20) {
            writer.commit();
          }
        }
        writer.forceMerge(1);
      }
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        LeafReaderContext leaf = reader.leaves().get(0);
        SearchRequest request =
            new SearchRequest(
                FIELD,
                QueryTokens.of(query()),
                10,
                LateInteractionOptions.DEFAULT.settings(),
                null);
        ApproximateSegmentSearch untouched = search(leaf, request);
        ApproximateSegmentSearch search = search(leaf, request);
        int[] docs = random().ints(2L * documents, 0, documents).toArray();
        for (int doc : docs) {
          float quick = search.quickScore(doc);
          float exact = untouched.exactScore(doc, null, null);
          // Over 150 seeds and 20,000 documents they differed by less than half of that
          assertEquals(exact, quick, 0.005 * (1 + exact));
        }
        for (int doc : docs) {
          float[] similarity = new float[request.query().count()];
          float[] expected = new float[request.query().count()];
          float score = untouched.exactScore(doc, null, expected);
          assertEquals(score, search.exactScore(doc, null, similarity), 0);
          assertArrayEquals(expected, similarity, 0);
        }
      }
    }
  }

  private static ApproximateSegmentSearch search(LeafReaderContext leaf, SearchRequest request)
      throws IOException {
    return (ApproximateSegmentSearch) SegmentSearch.of(leaf, request);
  }

  private static void scale(float[] token, float factor) {
    for (int j = 0; j < token.length; j++) {
      token[j] *= factor;
    }
  }

  /** Regions are compared by their directions, however many codebooks there are. */
  public void testRegionProducts() throws IOException {
    try (Directory directory = newDirectory()) {
      boolean severalCodebooks = random().nextBoolean();
      // A flush of its own would make another codebook
      try (IndexWriter writer = new IndexWriter(directory, config().setMaxBufferedDocs(1_000))) {
        for (int id = 0; id < 60; id++) {
          writer.addDocument(document(id, tokens(random().nextInt(1, 60))));
          if (id == 20 && severalCodebooks) {
            writer.commit();
          }
        }
        writer.forceMerge(1);
      }
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        PlaidSegment segment = PlaidSegment.of(reader.leaves().get(0).reader(), FIELD);
        assertEquals(severalCodebooks, segment.centroidsAreRegions() == false);
        QueryTables tables = new QueryTables(QueryTokens.of(query()), TimeLimit.NONE);
        int dimension = segment.dimension();
        float[] regions = segment.regions().clone();
        for (int row = 0; row < regions.length; row += dimension) {
          double square = 0;
          for (int j = row; j < row + dimension; j++) {
            square += regions[j] * regions[j];
          }
          for (int j = row; j < row + dimension; j++) {
            regions[j] /= (float) Math.sqrt(square);
          }
        }
        int stride = tables.matrix().stride();
        float[] expected = new float[regions.length / dimension * stride];
        tables.matrix().products(regions, 0, regions.length / dimension, expected, 0);
        QueryTables.Block block = tables.block(0, tables.matrix().count());
        assertArrayEquals(expected, block.regionProducts(segment), 1e-4f);
        // Products of centroids are kept, and not scaled
        assertArrayEquals(expected, block.regionProducts(segment), 1e-4f);
      }
    }
  }

  /** The best regions of each query token, in the order of regions. */
  public void testRegionProbe() {
    int count = random().nextInt(1, 9);
    int stride = count + random().nextInt(4);
    int n = random().nextBoolean() ? random().nextInt(1, 200) : random().nextInt(200, 2000);
    int perToken = random().nextInt(1, Math.min(n, 20) + 1);
    // With few different products, many of them are equal
    int different = random().nextBoolean() ? random().nextInt(1, 9) : 1 << 20;
    float[] products = new float[n * stride];
    for (int i = 0; i < products.length; i++) {
      products[i] = (float) random().nextInt(different) / different;
    }
    long[] pairs = new RegionProbe(count, stride, perToken, TimeLimit.NONE).find(products, n);
    assertEquals((long) count * perToken, pairs.length);
    for (int q = 0; q < count; q++) {
      int token = q;
      float[] all = new float[n];
      for (int region = 0; region < n; region++) {
        all[region] = products[region * stride + q];
      }
      float[] sorted = all.clone();
      Arrays.sort(sorted);
      int[] found =
          Arrays.stream(pairs)
              .filter(pair -> (int) pair == token)
              .mapToInt(pair -> (int) (pair >>> 32))
              .toArray();
      assertEquals(perToken, Arrays.stream(found).distinct().count());
      for (int region : found) {
        assertTrue(all[region] >= sorted[n - perToken]);
      }
    }
    for (int i = 1; i < pairs.length; i++) {
      assertTrue(pairs[i - 1] < pairs[i]);
    }
  }
}
