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
package io.github.luceneplaid.tests;

import io.github.luceneplaid.plaid.LateInteractionOptions;
import io.github.luceneplaid.plaid.LateInteractionQuery;
import io.github.luceneplaid.plaid.PlaidDocValuesFormat;
import io.github.luceneplaid.plaid.PlaidStatistics;
import io.github.luceneplaid.plaid.RawTokens;
import io.github.luceneplaid.plaid.TokenPooling;
import io.github.luceneplaid.testframework.SharedFolder;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.apache.lucene.codecs.DocValuesFormat;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.LateInteractionField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.junit.AfterClass;
import org.junit.BeforeClass;

/**
 * Measures the size that {@link TokenPooling} saves, and the quality that it costs, on real
 * documents that are scored exactly by their pooled tokens. Prints the results.
 *
 * <p>Without the vector module, only a part of the collection is used.
 */
public class TestPooledCranfield extends LuceneTestCase {

  private static final String TOKENS = "tokens";
  private static final int K = 10;

  private static Cranfield cranfield;
  private static List<String> figures;

  @BeforeClass
  public static void readCollection() throws IOException {
    SharedFolder.of("data/cranfield");
    boolean whole = ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();
    cranfield = whole ? Cranfield.read() : Cranfield.read().reduced(4, 30, K);
    figures = new ArrayList<>();
  }

  @AfterClass
  public static void printFigures() {
    if (figures != null && figures.isEmpty() == false) {
      System.out.println(
          "Cranfield, pooled: factor, tokens, bytes of codes and what it takes to search them, "
              + "recall@10 and nDCG@10 of exact search\n"
              + String.join("\n", figures));
    }
    cranfield = null;
    figures = null;
  }

  @Nightly
  public void testFactorOne() throws IOException {
    Result result = run(1);
    assertEquals(cranfield.tokens(), result.statistics.tokens());
    assertTrue("recall " + result.recall, result.recall > 0.99);
  }

  public void testFactorTwo() throws IOException {
    assertPooled(run(2), 2, 0.9);
  }

  @Nightly
  public void testFactorThree() throws IOException {
    assertPooled(run(3), 3, 0.82);
  }

  public void testFactorFour() throws IOException {
    assertPooled(run(4), 4, 0.76);
  }

  private static void assertPooled(Result result, int factor, double recall) {
    double tokens = (double) result.statistics.tokens() / cranfield.tokens();
    assertEquals(1.0 / factor, tokens, 0.02);
    assertTrue("recall " + result.recall, result.recall >= recall);
    assertEquals("nDCG", cranfield.ndcg(cranfield.exact(), K), result.ndcg, 0.03);
  }

  private record Result(double recall, double ndcg, PlaidStatistics statistics) {}

  private static Result run(int factor) throws IOException {
    TokenPooling pooling = new TokenPooling(factor, 1);
    DocValuesFormat format =
        PlaidDocValuesFormat.builder().raw(RawTokens.FLOAT32).trainingThreshold(4096).build();
    IndexWriterConfig config =
        new IndexWriterConfig()
            .setCodec(PlaidCodec.of(TOKENS, format))
            // One flush, so that documents keep their order
            .setRAMBufferSizeMB(512);
    try (Directory directory = FSDirectory.open(createTempDir())) {
      try (IndexWriter writer = new IndexWriter(directory, config)) {
        for (float[][] tokens : cranfield.documents()) {
          Document document = new Document();
          document.add(new LateInteractionField(TOKENS, pooling.pool(tokens)));
          writer.addDocument(document);
        }
      }
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        Result result = search(reader);
        PlaidStatistics s = result.statistics;
        figures.add(
            String.format(
                Locale.ROOT,
                "%d %8d %9d  %.4f %.4f",
                factor,
                s.tokens(),
                s.totalBytes() - s.rawBytes(),
                result.recall,
                result.ndcg));
        return result;
      }
    }
  }

  private static Result search(DirectoryReader reader) throws IOException {
    LateInteractionOptions exact = LateInteractionOptions.builder().exact().build();
    IndexSearcher searcher = new IndexSearcher(reader);
    int[][] found = new int[cranfield.queries().length][];
    for (int query = 0; query < found.length; query++) {
      float[][] tokens = cranfield.queries()[query];
      LateInteractionQuery maxSim = new LateInteractionQuery(TOKENS, tokens, K, null, exact);
      found[query] =
          Arrays.stream(searcher.search(maxSim, K).scoreDocs).mapToInt(hit -> hit.doc).toArray();
    }
    return new Result(
        cranfield.recall(found, K),
        cranfield.ndcg(found, K),
        PlaidDocValuesFormat.statistics(getOnlyLeafReader(reader), TOKENS));
  }
}
