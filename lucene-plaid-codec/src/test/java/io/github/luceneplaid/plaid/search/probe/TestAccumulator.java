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

package io.github.luceneplaid.plaid.search.probe;

import io.github.luceneplaid.plaid.PlaidDocValuesFormat;
import io.github.luceneplaid.plaid.search.LateInteractionTestCase;
import io.github.luceneplaid.plaid.search.request.QueryTables;
import io.github.luceneplaid.plaid.search.request.QueryTokens;
import io.github.luceneplaid.plaid.search.request.TimeLimit;
import io.github.luceneplaid.plaid.segment.PlaidSegment;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.apache.lucene.codecs.DocValuesFormat;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.NoMergePolicy;
import org.apache.lucene.store.Directory;
import org.apache.lucene.util.Bits;

/** Compares the sums of cell scores with a plain computation from the posting lists. */
public class TestAccumulator extends LateInteractionTestCase {

  /** Steps of a sum: rounding loses at most one for each query token and each change of scale. */
  private static final double STEPS = (1 << 23) - 1;

  @Override
  protected DocValuesFormat docValuesFormat() {
    return PlaidDocValuesFormat.builder().trainingThreshold(1).tokensPerCell(20).build();
  }

  /** Takes a trained segment and the probe of all of its cells. */
  private interface Check {
    void accept(PlaidSegment segment, CellProbe cells) throws IOException;
  }

  private void withSegment(Check check) throws IOException {
    try (Directory directory = newDirectory()) {
      try (IndexWriter writer =
          new IndexWriter(directory, config().setMergePolicy(NoMergePolicy.INSTANCE))) {
        for (int id = random().nextInt(20, 200); id >= 0; id--) {
          writer.addDocument(document(id, tokens(random().nextInt(1, 8))));
        }
        writer.forceMerge(1);
      }
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        PlaidSegment segment = PlaidSegment.of(reader.leaves().get(0).reader(), FIELD);
        QueryTables tables = new QueryTables(QueryTokens.of(tokens(1)), TimeLimit.NONE);
        CellProbe cells = new CellProbe(segment, tables.cells(), 0, 1, TimeLimit.NONE);
        cells.scoreAll();
        check.accept(segment, cells);
      }
    }
  }

  /** Fetches posting lists: all of them, or those that fit into some bytes. */
  private static FetchedPostings fetch(
      PlaidSegment segment, CellProbe cells, List<CellProbe.Walk> walks) throws IOException {
    CellProbe.Walk[] orders = walks.toArray(CellProbe.Walk[]::new);
    if (random().nextBoolean()) {
      return FetchedPostings.of(segment, cells, orders);
    }
    int most = random().nextInt(0, 2 * (int) segment.cellTable().postings());
    return FetchedPostings.of(segment, cells, orders, most);
  }

  /** The random gains of one query token, in place of scores. */
  private CellProbe.Walk walk(int all, int n, float largest) {
    List<Integer> cells = new ArrayList<>();
    for (int cell = 0; cell < all; cell++) {
      cells.add(cell);
    }
    Collections.shuffle(cells, random());
    int[] order = new int[n];
    float[] gains = new float[n];
    for (int i = 0; i < n; i++) {
      order[i] = cells.get(i);
      gains[i] = largest * random().nextFloat();
    }
    return new CellProbe.Walk(order, gains);
  }

  /** Adds to the sums of documents by ordinal, NaN for those that are not met. */
  private static void addPlainly(
      PlaidSegment segment, CellProbe cells, CellProbe.Walk walk, double[] expected)
      throws IOException {
    int width = segment.postingWidth();
    boolean[] met = new boolean[expected.length];
    for (int i = 0; i < walk.order().length; i++) {
      int cell = walk.order()[i];
      byte[] postings = new byte[cells.length(cell) * width];
      segment.readPostings(cells.start(cell), cells.length(cell), postings, 0);
      for (int p = 0; p < cells.length(cell); p++) {
        int ordinal = 0;
        for (int b = 0; b < width; b++) {
          ordinal |= (postings[p * width + b] & 0xFF) << (b * Byte.SIZE);
        }
        if (met[ordinal] == false) {
          met[ordinal] = true;
          double before = Double.isNaN(expected[ordinal]) ? 0 : expected[ordinal];
          expected[ordinal] = before + walk.scores()[i];
        }
      }
    }
  }

  /**
   * Adds up some query tokens in blocks and windows.
   *
   * @param largest of a gain
   * @param few whether each token is met in one cell only, so that documents are met rarely
   */
  private void assertSums(int tokens, int blocks, float largest, boolean few) throws IOException {
    withSegment(
        (segment, cells) -> {
          int all = segment.cellTable().cells();
          int documents = segment.documents();
          int atATime = random().nextInt(1, 50);
          int window = random().nextInt(1, documents + 1);
          List<Accumulator> windows = new ArrayList<>();
          for (int from = 0; from < documents; from += window) {
            int to = Math.min(documents, from + window);
            windows.add(new Accumulator(segment, from, to, TimeLimit.NONE, atATime));
          }
          double[] expected = new double[documents];
          Arrays.fill(expected, Double.NaN);
          double sum = 0;
          float base = 0;
          for (int block = 0; block < blocks; block++) {
            int first = tokens * block / blocks;
            int end = tokens * (block + 1) / blocks;
            List<CellProbe.Walk> walks = new ArrayList<>();
            double most = 0;
            long postings = 0;
            for (int q = first; q < end; q++) {
              CellProbe.Walk walk = walk(all, few ? 1 : random().nextInt(0, all + 1), largest);
              walks.add(walk);
              float gain = 0;
              for (float g : walk.scores()) {
                gain = Math.max(gain, g);
              }
              most += gain;
              postings += cells.postings(walk.order());
              addPlainly(segment, cells, walk, expected);
            }
            sum += most;
            base += block;
            FetchedPostings lists = fetch(segment, cells, walks);
            for (Accumulator accumulator : windows) {
              accumulator.expect(block, most, postings);
              for (int q = first; q < end; q++) {
                CellProbe.Walk walk = walks.get(q - first);
                accumulator.add(q, cells, lists, walk.order(), walk.scores());
              }
            }
          }
          double delta = (tokens + blocks) * sum / STEPS + 1e-6 * (sum + base);
          assertBestOf(segment, windows, window, expected, base, delta);
        });
  }

  private static void assertBestOf(
      PlaidSegment segment,
      List<Accumulator> windows,
      int window,
      double[] expected,
      float base,
      double delta)
      throws IOException {
    int n = expected.length;
    for (int w = 0; w < windows.size(); w++) {
      int[] docs = new int[n];
      float[] scores = new float[n];
      int found = windows.get(w).best(n, null, docs, scores);
      int met = 0;
      for (int ordinal = w * window; ordinal < Math.min(n, (w + 1) * window); ordinal++) {
        met += Double.isNaN(expected[ordinal]) ? 0 : 1;
      }
      assertEquals(met, found);
      for (int i = 0; i < found; i++) {
        int ordinal = segment.ordinal(docs[i]);
        assertEquals(w, ordinal / window);
        assertEquals(base + expected[ordinal], scores[i], delta);
      }
    }
  }

  public void testSums() throws IOException {
    assertSums(random().nextInt(1, 40), 1, 1, false);
  }

  public void testBlocks() throws IOException {
    assertSums(random().nextInt(10, 60), random().nextInt(2, 8), 2, false);
  }

  /** Marks are used again and again, in cells that meet few documents. */
  public void testManyTokens() throws IOException {
    assertSums(random().nextInt(500, QueryTokens.MAX_COUNT / 8), random().nextInt(1, 4), 1, true);
  }

  @Nightly
  public void testMostTokens() throws IOException {
    assertSums(QueryTokens.MAX_COUNT, random().nextInt(1, 10), 1, random().nextBoolean());
  }

  public void testExtremesOfGains() throws IOException {
    for (float largest : new float[] {0, Float.MIN_VALUE, 1e-38f, 1e30f}) {
      assertSums(random().nextInt(1, 20), random().nextInt(1, 3), largest, false);
    }
  }

  /** A document that two query tokens meet gets the gains of both, however far apart they are. */
  public void testTokensFarApart() throws IOException {
    withSegment(
        (segment, cells) -> {
          int[] order = {random().nextInt(segment.cellTable().cells())};
          float[] gains = {1};
          FetchedPostings lists = fetch(segment, cells, List.of(new CellProbe.Walk(order, gains)));
          for (int apart = 1; apart <= 600; apart++) {
            int n = segment.documents();
            Accumulator accumulator = new Accumulator(segment, 0, n, TimeLimit.NONE);
            accumulator.expect(0, 2, 2 * cells.postings(order));
            int first = random().nextInt(600);
            accumulator.add(first, cells, lists, order, gains);
            accumulator.add(first + apart, cells, lists, order, gains);
            float[] scores = new float[n];
            int found = accumulator.best(n, null, new int[n], scores);
            assertTrue(found > 0);
            for (int i = 0; i < found; i++) {
              assertEquals(apart + " apart", 2, scores[i], 1e-5);
            }
          }
        });
  }

  /** If every token adds the most it may, sums reach the last step and do not overflow. */
  public void testLargestSum() throws IOException {
    withSegment(
        (segment, cells) -> {
          int tokens = random().nextInt(1, 400);
          int[] order = walk(segment.cellTable().cells(), segment.cellTable().cells(), 1).order();
          float[] gains = new float[order.length];
          float gain = 1e-3f + random().nextFloat();
          Arrays.fill(gains, gain);
          int documents = segment.documents();
          Accumulator accumulator = new Accumulator(segment, 0, documents, TimeLimit.NONE);
          accumulator.expect(0, (double) gain * tokens, tokens * cells.postings(order));
          FetchedPostings lists = fetch(segment, cells, List.of(new CellProbe.Walk(order, gains)));
          for (int q = 0; q < tokens; q++) {
            accumulator.add(q, cells, lists, order, gains);
          }
          float[] scores = new float[documents];
          assertEquals(documents, accumulator.best(documents, null, new int[documents], scores));
          for (float score : scores) {
            assertEquals((double) gain * tokens, score, 1e-3 * gain * tokens);
          }
        });
  }

  /** Lists are those of the cells, however many fit and whatever lies between them. */
  public void testFetchedPostings() throws IOException {
    withSegment(
        (segment, cells) -> {
          int all = segment.cellTable().cells();
          CellProbe.Walk walk = walk(all, random().nextInt(0, all + 1), 1);
          FetchedPostings lists = fetch(segment, cells, List.of(walk));
          int width = segment.postingWidth();
          for (int cell : walk.order()) {
            byte[] expected = new byte[cells.length(cell) * width];
            segment.readPostings(cells.start(cell), cells.length(cell), expected, 0);
            int place = lists.place(cell);
            if (place >= 0) {
              byte[] found = Arrays.copyOfRange(lists.bytes(), place, place + expected.length);
              assertArrayEquals(expected, found);
            }
          }
          CellProbe.Walk[] everything = {walk};
          FetchedPostings fetched = FetchedPostings.of(segment, cells, everything);
          FetchedPostings nothing = FetchedPostings.of(segment, cells, everything, 0);
          for (int cell : walk.order()) {
            assertTrue(fetched.place(cell) >= 0);
            assertEquals(-1, nothing.place(cell));
          }
        });
  }

  /** The best n accepted documents are found, up to the width of a step of the histogram. */
  public void testBest() throws IOException {
    withSegment(
        (segment, cells) -> {
          int documents = segment.documents();
          CellProbe.Walk walk = walk(segment.cellTable().cells(), segment.cellTable().cells(), 1);
          double[] expected = new double[documents];
          addPlainly(segment, cells, walk, expected);
          Accumulator accumulator = new Accumulator(segment, 0, documents, TimeLimit.NONE);
          accumulator.expect(0, 1, cells.postings(walk.order()));
          FetchedPostings lists = fetch(segment, cells, List.of(walk));
          accumulator.add(0, cells, lists, walk.order(), walk.scores());
          Bits accepted = random().nextBoolean() ? null : even(documents);
          int n = random().nextInt(1, documents + 1);
          int[] docs = new int[n];
          int found = accumulator.best(n, accepted, docs, new float[n]);
          boolean[] taken = new boolean[documents];
          double worst = 1;
          for (int i = 0; i < found; i++) {
            assertTrue(accepted == null || accepted.get(docs[i]));
            int ordinal = segment.ordinal(docs[i]);
            assertFalse(taken[ordinal]);
            taken[ordinal] = true;
            worst = Math.min(worst, expected[ordinal]);
          }
          int others = 0;
          for (int ordinal = 0; ordinal < documents; ordinal++) {
            boolean may = accepted == null || accepted.get(segment.document(ordinal));
            if (may && taken[ordinal] == false) {
              others++;
              assertTrue(expected[ordinal] <= worst + 1.0 / (1 << 10));
            }
          }
          assertTrue(found == n || others == 0);
        });
  }

  private static Bits even(int documents) {
    return new Bits() {
      @Override
      public boolean get(int doc) {
        return doc % 2 == 0;
      }

      @Override
      public int length() {
        return documents;
      }
    };
  }
}
