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

package io.github.luceneplaid.plaid;

import static io.github.luceneplaid.plaid.TokenDocuments.config;
import static io.github.luceneplaid.plaid.TokenDocuments.document;
import static io.github.luceneplaid.plaid.TokenDocuments.rewrite;
import static io.github.luceneplaid.plaid.TokenDocuments.squaredError;
import static io.github.luceneplaid.plaid.TokenDocuments.statistics;
import static io.github.luceneplaid.plaid.TokenDocuments.unit;
import static io.github.luceneplaid.plaid.TokenDocuments.valuesById;

import io.github.luceneplaid.plaid.segment.CodedParts;
import java.io.IOException;
import java.util.NavigableMap;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.store.Directory;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.util.BytesRef;

/** How many codebooks a segment may have, and when it gets new ones. */
public class TestPlaidCodebookBlocks extends LuceneTestCase {

  private static final int DIMENSION = 16;

  private static PlaidDocValuesFormat format(int threshold, RawTokens raw) {
    return PlaidDocValuesFormat.builder().trainingThreshold(threshold).raw(raw).build();
  }

  private static void add(IndexWriter writer, int firstId, int docs, int tokens)
      throws IOException {
    for (int id = firstId; id < firstId + docs; id++) {
      writer.addDocument(document(id, unit(random(), tokens, DIMENSION)));
    }
    writer.commit();
  }

  public void testAsManyBlocksAsAllowed() throws IOException {
    PlaidDocValuesFormat format = format(1, RawTokens.NONE);
    try (Directory directory = newDirectory()) {
      NavigableMap<Integer, BytesRef> before;
      try (IndexWriter writer = new IndexWriter(directory, config(format))) {
        for (int i = 0; i < CodedParts.MAX_BLOCKS; i++) {
          add(writer, 100 * i, 5, 10);
        }
        before = valuesById(directory);
        writer.forceMerge(1);
      }
      PlaidStatistics statistics = statistics(directory);
      assertEquals(CodedParts.MAX_BLOCKS, statistics.codebooks().size());
      assertEquals(statistics.tokens(), statistics.copiedTokens());
      assertEquals(1, statistics.timesEncoded());
      assertEquals(before, valuesById(directory));
    }
  }

  public void testOneBlockTooMany() throws IOException {
    for (RawTokens raw : RawTokens.values()) {
      PlaidDocValuesFormat format = format(1, raw);
      try (Directory directory = newDirectory();
          Directory target = newDirectory()) {
        NavigableMap<Integer, BytesRef> before;
        try (IndexWriter writer = new IndexWriter(directory, config(format))) {
          for (int i = 0; i <= CodedParts.MAX_BLOCKS; i++) {
            add(writer, 100 * i, 5, 10);
          }
          before = valuesById(directory);
          writer.forceMerge(1);
        }
        PlaidStatistics statistics = statistics(directory);
        boolean lossy = raw == RawTokens.NONE;
        assertEquals(1, statistics.codebooks().size());
        assertEquals(0, statistics.copiedTokens());
        assertEquals(lossy ? 0 : statistics.tokens(), statistics.encodedTokens());
        assertEquals(lossy ? statistics.tokens() : 0, statistics.reencodedTokens());
        assertEquals(lossy ? 2 : 1, statistics.timesEncoded());
        assertSimilar(before, valuesById(directory), lossy ? 0.02 : 0);

        rewrite(directory, target, config(format));
        assertEquals(valuesById(directory), valuesById(target));
        assertEquals(statistics.tokens(), statistics(target).copiedTokens());
        assertEquals(statistics.timesEncoded(), statistics(target).timesEncoded());
      }
    }
  }

  private static void assertSimilar(
      NavigableMap<Integer, BytesRef> expected,
      NavigableMap<Integer, BytesRef> found,
      double limit) {
    assertEquals(expected.keySet(), found.keySet());
    double sum = 0;
    for (int id : expected.keySet()) {
      sum += squaredError(expected.get(id), found.get(id));
    }
    assertTrue("error " + sum / expected.size(), sum / expected.size() <= limit);
  }

  /** A few coded tokens do not make do with their centroids for many others. */
  public void testManyFreshTokens() throws IOException {
    try (Directory directory = newDirectory()) {
      NavigableMap<Integer, BytesRef> before;
      try (IndexWriter writer = new IndexWriter(directory, config(format(1, RawTokens.NONE)))) {
        add(writer, 0, 1, 4);
      }
      PlaidStatistics small = statistics(directory);
      PlaidDocValuesFormat later = format(1000, RawTokens.NONE);
      try (IndexWriter writer = new IndexWriter(directory, config(later))) {
        // Each alone stays flat, together they are enough to train
        for (int i = 1; i <= 5; i++) {
          add(writer, 100 * i, 9, 100);
        }
        try (DirectoryReader reader = DirectoryReader.open(writer)) {
          before = valuesById(reader);
        }
        writer.forceMerge(1);
      }
      PlaidStatistics merged = statistics(directory);
      assertEquals(4504, merged.tokens());
      assertEquals(4, merged.copiedTokens());
      assertEquals(4500, merged.encodedTokens());
      assertEquals(0, merged.reencodedTokens());
      assertEquals(1, merged.timesEncoded());
      assertEquals(2, merged.codebooks().size());
      assertEquals(small.codebooks().get(0), merged.codebooks().get(0));
      assertEquals(before.get(0), valuesById(directory).get(0));
      assertSimilar(before, valuesById(directory), 0.02);
    }
  }

  /**
   * Fresh tokens from elsewhere get centroids of their own, and others go on with those there are.
   */
  public void testDrift() throws IOException {
    for (boolean drift : new boolean[] {false, true}) {
      PlaidDocValuesFormat format = format(1000, RawTokens.NONE);
      float[] center = TokenDocuments.unit(random(), DIMENSION);
      float[] other = TokenDocuments.scaled(center, drift ? -1 : 1);
      try (Directory directory = newDirectory()) {
        try (IndexWriter writer = new IndexWriter(directory, config(format))) {
          addNear(writer, center, 0, 20);
          addNear(writer, other, 100, 9);
          addNear(writer, other, 200, 9);
          writer.forceMerge(1);
        }
        PlaidStatistics statistics = statistics(directory);
        assertEquals(2000, statistics.copiedTokens());
        assertEquals(1800, statistics.encodedTokens());
        assertEquals(drift ? 2 : 1, statistics.codebooks().size());
      }
    }
  }

  private static void addNear(IndexWriter writer, float[] center, int firstId, int docs)
      throws IOException {
    for (int id = firstId; id < firstId + docs; id++) {
      float[][] tokens = unit(random(), 100, DIMENSION);
      for (int i = 0; i < tokens.length; i++) {
        for (int j = 0; j < DIMENSION; j++) {
          tokens[i][j] = 0.2f * tokens[i][j] + center[j];
        }
        tokens[i] = TokenDocuments.scaled(tokens[i], 1 / TokenDocuments.length(tokens[i]));
      }
      writer.addDocument(document(id, tokens));
    }
    writer.commit();
  }
}
