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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.lucene.codecs.DocValuesFormat;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.store.Directory;

/** The scores of cells, and which of them are walked. */
public class TestCellProbe extends LateInteractionTestCase {

  private QueryTokens query;
  private QueryTables tables;

  @Override
  public void setUp() throws Exception {
    super.setUp();
    query = QueryTokens.of(query());
    tables = new QueryTables(query, TimeLimit.NONE);
  }

  @Override
  protected DocValuesFormat docValuesFormat() {
    return PlaidDocValuesFormat.builder().trainingThreshold(1).build();
  }

  private CellProbe probe(PlaidSegment segment) {
    return new CellProbe(segment, tables.cells(), 0, query.count(), TimeLimit.NONE);
  }

  private CellCut cut(int wanted, CellProbe... probes) {
    return new CellCut(Arrays.asList(probes), query.count(), wanted, TimeLimit.NONE);
  }

  private List<PlaidSegment> segments(DirectoryReader reader) throws IOException {
    List<PlaidSegment> segments = new ArrayList<>();
    for (LeafReaderContext leaf : reader.leaves()) {
      segments.add(PlaidSegment.of(leaf.reader(), FIELD));
    }
    return segments;
  }

  private void index(Directory directory, int segments) throws IOException {
    try (IndexWriter writer = new IndexWriter(directory, config())) {
      for (int i = 0; i < segments; i++) {
        for (int id = random().nextInt(1, 60); id >= 0; id--) {
          writer.addDocument(document(id, tokens(random().nextInt(1, 60))));
        }
        writer.flush();
      }
    }
  }

  private static Map<Long, Float> scores(CellProbe probe, CellProbe.Walk walk) {
    Map<Long, Float> scores = new HashMap<>();
    for (int i = 0; i < walk.order().length; i++) {
      scores.put(probe.start(walk.order()[i]), walk.scores()[i]);
    }
    return scores;
  }

  /** It makes no difference whether cells are scored all together or region by region. */
  public void testAllCellsAreThoseOfAllRegions() throws IOException {
    try (Directory directory = newDirectory()) {
      index(directory, 1);
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        for (PlaidSegment segment : segments(reader)) {
          CellProbe together = probe(segment);
          together.scoreAll();
          CellProbe byRegion = probe(segment);
          int regions = segment.cellTable().regions();
          long[] pairs = new long[regions * query.count()];
          for (int i = 0; i < pairs.length; i++) {
            pairs[i] = (long) (i / query.count()) << 32 | i % query.count();
          }
          byRegion.score(pairs);
          CellCut cut = cut(Integer.MAX_VALUE, together, byRegion);
          for (int q = 0; q < query.count(); q++) {
            CellProbe.Walk all = together.walk(q, cut, new int[CellCut.STEPS + 1]);
            assertEquals(segment.cellTable().cells(), all.order().length);
            assertEquals(segment.cellTable().postings(), together.postings(all.order()));
            CellProbe.Walk same = byRegion.walk(q, cut, new int[CellCut.STEPS + 1]);
            assertEquals(together.postings(all.order()), byRegion.postings(same.order()));
            assertEquals(scores(together, all), scores(byRegion, same));
          }
        }
      }
    }
  }

  /** As many cells as wanted are walked, and none that is not walked has a better score. */
  public void testCut() throws IOException {
    try (Directory directory = newDirectory()) {
      index(directory, random().nextInt(1, 5));
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        List<CellProbe> probes = new ArrayList<>();
        int cells = 0;
        for (PlaidSegment segment : segments(reader)) {
          CellProbe probe = probe(segment);
          probe.scoreAll();
          probes.add(probe);
          cells += segment.cellTable().cells();
        }
        int wanted = random().nextInt(1, 2 * cells);
        CellCut cut = cut(wanted, probes.toArray(CellProbe[]::new));
        CellCut everything = cut(Integer.MAX_VALUE, probes.toArray(CellProbe[]::new));
        for (int q = 0; q < query.count(); q++) {
          int walked = 0;
          for (CellProbe probe : probes) {
            CellProbe.Walk walk = probe.walk(q, cut, new int[CellCut.STEPS + 1]);
            walked += walk.order().length;
            Map<Long, Float> rest =
                scores(probe, probe.walk(q, everything, new int[CellCut.STEPS + 1]));
            int previous = 0;
            for (int i = 0; i < walk.order().length; i++) {
              assertTrue(walk.scores()[i] >= cut.floor(q) - 1e-6);
              assertTrue(previous <= cut.step(q, walk.scores()[i]));
              previous = cut.step(q, walk.scores()[i]);
              rest.remove(probe.start(walk.order()[i]));
            }
            for (float score : rest.values()) {
              assertTrue(score <= cut.floor(q) + 1e-6);
            }
          }
          assertTrue(walked >= Math.min(wanted, cells));
        }
      }
    }
  }
}
