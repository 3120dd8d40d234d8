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

import static io.github.luceneplaid.plaid.TokenDocuments.addSegment;
import static io.github.luceneplaid.plaid.TokenDocuments.config;
import static io.github.luceneplaid.plaid.TokenDocuments.document;
import static io.github.luceneplaid.plaid.TokenDocuments.rewrite;
import static io.github.luceneplaid.plaid.TokenDocuments.squaredError;
import static io.github.luceneplaid.plaid.TokenDocuments.statistics;
import static io.github.luceneplaid.plaid.TokenDocuments.unit;
import static io.github.luceneplaid.plaid.TokenDocuments.valuesById;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.apache.lucene.document.LateInteractionField;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.store.Directory;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.tests.util.TestUtil;
import org.apache.lucene.util.BytesRef;

/** An index whose writer changes its options: what is copied, what is encoded, what it costs. */
public class TestPlaidOptionChanges extends LuceneTestCase {

  private static final int DIMENSION = 32;

  /** The indexes of one test, each merged of the one before. */
  private final List<Directory> indexes = new ArrayList<>();

  private NavigableMap<Integer, BytesRef> original;

  @Override
  public void tearDown() throws Exception {
    for (Directory index : indexes) {
      index.close();
    }
    super.tearDown();
  }

  private static PlaidDocValuesFormat trained(int bits, RawTokens raw) {
    return PlaidDocValuesFormat.builder().trainingThreshold(1).bits(bits).raw(raw).build();
  }

  /** Starts with two segments. */
  private void write(PlaidDocValuesFormat format) throws IOException {
    indexes.add(newDirectory());
    original = new TreeMap<>();
    try (IndexWriter writer = new IndexWriter(indexes.get(0), config(format))) {
      for (int id = 0; id < 60; id++) {
        float[][] tokens = unit(random(), 1 + random().nextInt(40), DIMENSION);
        original.put(id, LateInteractionField.encode(tokens));
        writer.addDocument(document(id, tokens));
        if (id == 40) {
          writer.commit();
        }
      }
    }
  }

  private PlaidStatistics merge(PlaidDocValuesFormat format) throws IOException {
    indexes.add(newDirectory());
    rewrite(indexes.get(indexes.size() - 2), index(0), config(format));
    return statistics(index(0));
  }

  /** The n-th index from the last. */
  private Directory index(int back) {
    return indexes.get(indexes.size() - 1 - back);
  }

  private NavigableMap<Integer, BytesRef> last() throws IOException {
    return valuesById(index(0));
  }

  private NavigableMap<Integer, BytesRef> before() throws IOException {
    return valuesById(index(1));
  }

  private static double error(
      NavigableMap<Integer, BytesRef> expected, NavigableMap<Integer, BytesRef> found) {
    assertEquals(expected.keySet(), found.keySet());
    double sum = 0;
    for (int id : expected.keySet()) {
      sum += squaredError(expected.get(id), found.get(id));
    }
    return sum / expected.size();
  }

  private static void assertHistory(
      PlaidStatistics statistics, long copied, long encoded, long reencoded, int timesEncoded) {
    assertEquals("copied", copied, statistics.copiedTokens());
    assertEquals("encoded", encoded, statistics.encodedTokens());
    assertEquals("reencoded", reencoded, statistics.reencodedTokens());
    assertEquals("timesEncoded", timesEncoded, statistics.timesEncoded());
  }

  public void testOtherBits() throws IOException {
    write(trained(4, RawTokens.NONE));
    PlaidStatistics statistics = merge(trained(2, RawTokens.NONE));
    assertHistory(statistics, 0, 0, statistics.tokens(), 2);
    assertEquals(2, statistics.bits());
    assertEquals(1, statistics.codebooks().size());
    double error = error(original, last());
    // Over 60 seeds 0.096, with a deviation of 0.0016
    assertTrue("error " + error, error > 0.08 && error < 0.115);

    statistics = merge(trained(2, RawTokens.NONE));
    assertHistory(statistics, statistics.tokens(), 0, 0, 2);
    assertEquals(before(), last());

    statistics = merge(trained(8, RawTokens.NONE));
    assertHistory(statistics, 0, 0, statistics.tokens(), 3);
  }

  public void testOtherBitsWithRawTokens() throws IOException {
    write(trained(1, RawTokens.FLOAT32));
    PlaidStatistics statistics = merge(trained(3, RawTokens.FLOAT32));
    assertHistory(statistics, 0, statistics.tokens(), 0, 1);
    assertEquals(3, statistics.bits());
    assertEquals(original, last());
  }

  public void testRawTokensAreDropped() throws IOException {
    write(trained(4, RawTokens.FLOAT32));
    assertEquals(original, last());
    PlaidStatistics statistics = merge(trained(4, RawTokens.NONE));
    assertHistory(statistics, statistics.tokens(), 0, 0, 1);
    assertEquals(RawTokens.NONE, statistics.raw());
    assertEquals(0, statistics.rawBytes());
    double error = error(original, last());
    // Over 40 seeds 0.0065, with a deviation of 0.0001
    assertTrue("error " + error, error > 0.005 && error < 0.008);
  }

  public void testRawTokensAreRounded() throws IOException {
    write(trained(4, RawTokens.FLOAT32));
    PlaidStatistics statistics = merge(trained(4, RawTokens.FLOAT16));
    assertHistory(statistics, 0, statistics.tokens(), 0, 1);
    assertEquals(TokenDocuments.roundedToFloat16(original), last());
    // Back to 32 bits what was rounded stays so
    statistics = merge(trained(4, RawTokens.FLOAT32));
    assertHistory(statistics, 0, statistics.tokens(), 0, 1);
    assertEquals(before(), last());
  }

  /**
   * Raw tokens that were decoded themselves are no better than that, however long they are kept.
   */
  public void testRawTokensThatComeTooLate() throws IOException {
    write(trained(4, RawTokens.NONE));
    PlaidStatistics statistics = merge(trained(4, RawTokens.FLOAT32));
    assertHistory(statistics, 0, 0, statistics.tokens(), 2);
    assertEquals(before(), last());
    statistics = merge(trained(4, RawTokens.FLOAT32));
    assertHistory(statistics, statistics.tokens(), 0, 0, 2);
    assertEquals(before(), last());
    statistics = merge(trained(2, RawTokens.FLOAT32));
    assertHistory(statistics, 0, 0, statistics.tokens(), 2);
    assertEquals(before(), last());
    statistics = merge(trained(2, RawTokens.NONE));
    assertHistory(statistics, statistics.tokens(), 0, 0, 2);
    statistics = merge(trained(4, RawTokens.NONE));
    assertHistory(statistics, 0, 0, statistics.tokens(), 3);
  }

  /** Decoded tokens that are a little too large for half precision become the largest that fit. */
  public void testDecodedTokensOfHalfPrecision() throws IOException {
    indexes.add(newDirectory());
    try (IndexWriter writer = new IndexWriter(indexes.get(0), config(trained(1, RawTokens.NONE)))) {
      for (int id = 0; id < 60; id++) {
        float[][] tokens = unit(random(), 10, DIMENSION);
        for (int i = 0; i < DIMENSION; i++) {
          tokens[0][i] = TestUtil.nextInt(random(), 60_000, 65_500);
        }
        writer.addDocument(document(id, tokens));
      }
    }
    PlaidStatistics statistics = merge(trained(1, RawTokens.FLOAT16));
    assertEquals(600, statistics.tokens());
    float largest = 0;
    for (BytesRef value : last().values()) {
      for (float x : LateInteractionField.decode(value)[0]) {
        largest = Math.max(largest, x);
      }
    }
    assertEquals(65_504, largest, 0);
  }

  /** Codes that cannot be copied into a segment too small to be trained become flat tokens. */
  public void testTrainedTokensBecomeFlat() throws IOException {
    write(trained(4, RawTokens.NONE));
    PlaidDocValuesFormat later = PlaidDocValuesFormat.builder().bits(2).build();
    PlaidStatistics statistics = merge(later);
    assertFalse(statistics.trained());
    assertHistory(statistics, 0, 0, 0, 1);
    assertEquals(before(), last());
    statistics = merge(trained(2, RawTokens.NONE));
    assertHistory(statistics, 0, 0, statistics.tokens(), 2);
  }

  /** What a segment has of codes does not depend on these. */
  public void testOptionsThatKeepCodes() throws IOException {
    write(trained(4, RawTokens.NONE));
    PlaidDocValuesFormat later =
        PlaidDocValuesFormat.builder()
            .trainingThreshold(1 << 20)
            .tokensPerCell(4)
            .seed(random().nextLong())
            .build();
    PlaidStatistics before = statistics(merged(trained(4, RawTokens.NONE)));
    PlaidStatistics statistics = merge(later);
    assertHistory(statistics, statistics.tokens(), 0, 0, 1);
    assertEquals(before(), last());
    assertTrue(statistics.cells() > before.cells());
  }

  private Directory merged(PlaidDocValuesFormat format) throws IOException {
    merge(format);
    return index(0);
  }

  /** A format without options, as an index opens it, goes on as the field was written last. */
  public void testNoOptions() throws IOException {
    PlaidDocValuesFormat first =
        PlaidDocValuesFormat.builder()
            .trainingThreshold(1)
            .bits(3)
            .raw(RawTokens.FLOAT16)
            .tokensPerCell(5)
            .seed(random().nextLong())
            .build();
    write(first);
    PlaidStatistics statistics = merge(new PlaidDocValuesFormat());
    assertHistory(statistics, statistics.tokens(), 0, 0, 1);
    assertEquals(before(), last());
    assertEquals(3, statistics.bits());
    assertEquals(RawTokens.FLOAT16, statistics.raw());
    assertEquals(statistics(merged(first)).cells(), statistics.cells());
    // Also where it writes values that were not in this format before
    try (IndexWriter writer = new IndexWriter(index(0), config(new PlaidDocValuesFormat()))) {
      addSegment(writer, random(), 1000, 3, DIMENSION);
      writer.forceMerge(1);
    }
    statistics = statistics(index(0));
    assertTrue(statistics.trained());
    assertEquals(3, statistics.bits());
  }
}
