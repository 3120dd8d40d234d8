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
import io.github.luceneplaid.plaid.search.request.TimeLimit;
import io.github.luceneplaid.plaid.segment.PlaidSegment;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.lucene.codecs.DocValuesFormat;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.NoMergePolicy;
import org.apache.lucene.store.Directory;

/** Compares cuts of random scores with a sort of all scores. */
public class TestCellCut extends LateInteractionTestCase {

  /** From scores that are 0 to those that nearly overflow. */
  private static final float[] SCALES = {
    0, Float.MIN_VALUE, 1e-42f, 1e-38f, 1e-30f, 1e-10f, 1e-4f, 1, 1e4f, 1e15f, 1e30f
  };

  @Override
  protected DocValuesFormat docValuesFormat() {
    return PlaidDocValuesFormat.builder()
        .trainingThreshold(1)
        .tokensPerCell(random().nextInt(1, 20))
        .build();
  }

  /** Takes probes of one or several segments, which have scored cells for query tokens. */
  private interface Check {
    void accept(List<CellProbe> probes, int count) throws IOException;
  }

  /**
   * Scores cells with integers that no real query may have: of any scale, equal, or 0, and at times
   * of a different scale in one segment.
   */
  private void withProbes(Check check) throws IOException {
    try (Directory directory = newDirectory()) {
      try (IndexWriter writer =
          new IndexWriter(directory, config().setMergePolicy(NoMergePolicy.INSTANCE))) {
        for (int segment = random().nextInt(1, 4); segment > 0; segment--) {
          for (int id = random().nextInt(30); id >= 0; id--) {
            writer.addDocument(document(id, tokens(random().nextInt(1, 30))));
          }
          writer.commit();
        }
      }
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        int count = random().nextInt(1, 30);
        List<CellProbe> probes = new ArrayList<>();
        float[] scales = new float[count];
        for (int q = 0; q < count; q++) {
          scales[q] = SCALES[random().nextInt(SCALES.length)];
        }
        for (LeafReaderContext leaf : reader.leaves()) {
          PlaidSegment segment = PlaidSegment.of(leaf.reader(), FIELD);
          probes.add(probe(segment, count, scales.clone()));
        }
        check.accept(probes, count);
      }
    }
  }

  private CellProbe probe(PlaidSegment segment, int count, float[] scales) throws IOException {
    short[] values = new short[count * dimension];
    for (int q = 0; q < count; q++) {
      if (random().nextInt(10) == 0) {
        scales[q] = SCALES[random().nextInt(SCALES.length)];
      }
      int bound = random().nextInt(1, 30);
      for (int j = 0; j < dimension; j++) {
        values[q * dimension + j] = (short) random().nextInt(-bound + 1, bound);
      }
    }
    QueryTables.Integers integers = new QueryTables.Integers(values, null, scales, null);
    CellProbe probe = new CellProbe(segment, integers, 0, count, TimeLimit.NONE);
    int none = random().nextInt(10);
    if (none == 0) {
      probe.score(new long[0]);
    } else {
      probe.scoreAll();
    }
    return probe;
  }

  /** All scores of a query token, the highest first. */
  private static double[] scores(List<CellProbe> probes, int q, int count) {
    CellCut everything = new CellCut(probes, count, Integer.MAX_VALUE, TimeLimit.NONE);
    List<Double> all = new ArrayList<>();
    for (CellProbe probe : probes) {
      CellProbe.Walk walk = probe.walk(q, everything, new int[CellCut.STEPS + 1]);
      assertEquals(probe.size(q), walk.order().length);
      for (float score : walk.scores()) {
        all.add((double) score);
      }
    }
    return all.stream().mapToDouble(score -> -score).sorted().map(score -> -score).toArray();
  }

  public void testAgainstSort() throws IOException {
    withProbes(
        (probes, count) -> {
          int cells = probes.stream().mapToInt(probe -> probe.size(0)).sum();
          int wanted = random().nextInt(1, 2 * cells + 2);
          CellCut cut = new CellCut(probes, count, wanted, TimeLimit.NONE);
          for (int q = 0; q < count; q++) {
            assertCut(probes, cut, q, wanted, scores(probes, q, count));
          }
        });
  }

  private static void assertCut(
      List<CellProbe> probes, CellCut cut, int q, int wanted, double[] scores) {
    int n = scores.length;
    double highest = n == 0 ? Double.NEGATIVE_INFINITY : scores[0];
    double range = n == 0 ? 0 : highest - scores[n - 1];
    double step = range / (CellCut.STEPS - 1);
    // If a step underflows, or the whole range overflows, all scores are the same
    boolean same = range == 0 || range > Float.MAX_VALUE || (float) (1 / step) > Float.MAX_VALUE;
    // A score next to the border of two steps may be on either side
    double rounding = 1e-6 * (Math.abs(highest) + range) + 2 * Float.MIN_VALUE;
    double[] walked =
        probes.stream()
            .flatMapToDouble(
                probe -> {
                  float[] found = probe.walk(q, cut, new int[CellCut.STEPS + 1]).scores();
                  double[] doubles = new double[found.length];
                  Arrays.setAll(doubles, i -> found[i]);
                  return Arrays.stream(doubles);
                })
            .map(score -> -score)
            .sorted()
            .map(score -> -score)
            .toArray();
    // No walked cell is worse than one that is not walked
    assertTrue(walked.length >= Math.min(wanted, n));
    for (int i = 0; i < walked.length; i++) {
      assertEquals(scores[i], walked[i], same ? 0 : rounding);
      assertTrue(walked[i] >= (same ? scores[n - 1] : cut.floor(q) - rounding));
      int found = cut.step(q, (float) walked[i]);
      assertTrue(found >= 0 && found < cut.walked(q));
      double expected = same ? 0 : (highest - walked[i]) / step;
      assertEquals(expected, found, same ? 0 : 1 + rounding / step);
    }
    if (same) {
      assertEquals(n, walked.length);
      assertEquals(highest, cut.floor(q), 0);
      return;
    }
    // The walk ends with the step of the last wanted cell
    double last = Math.floor((highest - scores[Math.min(wanted, n) - 1]) / step + 1e-3);
    double most = highest - (last + 1) * step - rounding;
    for (double score : walked) {
      assertTrue(score + " is walked, not better than " + most, score >= most);
    }
    for (int i = walked.length; i < n; i++) {
      assertTrue(scores[i] <= cut.floor(q) + rounding);
    }
  }

  /** When time is out the other query tokens have no cells. */
  public void testTimeOut() throws IOException {
    withProbes(
        (probes, count) -> {
          List<CellProbe> many = new ArrayList<>();
          long size = Math.max(1, probes.get(0).size(0));
          for (long work = 0; work <= TimeLimit.ELEMENTS; work += size) {
            many.add(probes.get(0));
          }
          if (probes.get(0).size(0) > 0) {
            CellCut cut = new CellCut(many, count, 1, new TimeLimit(() -> true));
            for (int q = 0; q < count; q++) {
              assertEquals(q == 0, cut.walked(q) > 0);
              assertEquals(
                  q == 0,
                  probes.get(0).walk(q, cut, new int[CellCut.STEPS + 1]).order().length > 0);
            }
          }
        });
  }

  /** The fewer documents may be found, the more is walked, up to a bound. */
  public void testWidening() {
    for (int i = 0; i < 100; i++) {
      long documents = 1L << random().nextInt(40);
      long accepted = Math.max(1, (long) (documents * Math.pow(random().nextDouble(), 3)));
      double widening = CellCut.widening(documents, accepted);
      double expected = Math.pow((double) documents / accepted, 1 / 3.0);
      assertEquals(Math.min(expected, CellCut.MAX_WIDENING), widening, 1e-9);
      assertTrue(CellCut.widening(documents, accepted / 2) >= widening);
    }
    assertEquals(CellCut.MAX_WIDENING, CellCut.widening(Long.MAX_VALUE, 0), 0);
    assertEquals(1, CellCut.widening(0, 0), 0);
    assertEquals(1, CellCut.widening(1, Long.MAX_VALUE), 0);
  }
}
