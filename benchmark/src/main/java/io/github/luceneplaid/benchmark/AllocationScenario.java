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
package io.github.luceneplaid.benchmark;

import com.sun.management.ThreadMXBean;
import io.github.luceneplaid.plaid.LateInteractionOptions;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import org.apache.lucene.search.IndexSearcher;

/** Measures the allocations of a query for rising numbers of scored documents. */
final class AllocationScenario implements Scenario {
  private static final int[] CANDIDATES = {32, 128, 512, 2048};
  private static final int QUERIES = 100;
  private static final int K = 10;

  @Override
  public List<ScenarioResult> run(ScenarioContext context) throws IOException {
    List<List<String>> rows = new ArrayList<>();
    for (String name : context.dataNames()) {
      DataFolder data = context.preparation().prepare(name);
      float[][][] queries = Trial.queries(data, QUERIES);
      try (Trial trial =
          new Trial(
              data,
              context.index(name, "shares", Json.object().put("bits", 4).put("shares", true)),
              QUERIES)) {
        List<String> row = new ArrayList<>(List.of(name));
        for (int candidates : CANDIDATES) {
          row.add(Table.number(kilobytes(trial, queries, candidates)));
        }
        rows.add(row);
      }
    }
    List<String> columns = new ArrayList<>(List.of("data"));
    for (int candidates : CANDIDATES) {
      columns.add("kB, " + candidates + " documents scored");
    }
    return List.of(
        new ScenarioResult(
            "allocation",
            null,
            context.run(),
            "Bytes that the searching thread allocates per query (4 bits, one segment, k = 10). The number of"
                + " candidates grows, and the search never stops early.",
            columns,
            rows,
            List.of()));
  }

  private static double kilobytes(Trial trial, float[][][] queries, int candidates)
      throws IOException {
    LateInteractionOptions options =
        LateInteractionOptions.builder()
            .regions(32)
            .cells(256)
            .candidates(candidates)
            .deviations(Float.POSITIVE_INFINITY)
            .build();
    ThreadMXBean threads = ManagementFactory.getPlatformMXBean(ThreadMXBean.class);
    // The state of a process that has run for a while
    trial.warmUp(options);
    IndexSearcher searcher = trial.searcher();
    long before = threads.getCurrentThreadAllocatedBytes();
    for (float[][] query : queries) {
      searcher.search(PlaidEngine.query(query, K, null, options), K);
    }
    return (threads.getCurrentThreadAllocatedBytes() - before) / 1000.0 / queries.length;
  }
}
