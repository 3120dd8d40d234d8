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

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.luceneplaid.plaid.LateInteractionOptions;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.lucene.search.IndexSearcher;

/** One query on two threads, by the executor of the searcher. */
final class ThreadScenario implements Scenario {
  private static final int QUERIES = 225;
  private static final int THREADS = 2;

  @Override
  public List<ScenarioResult> run(ScenarioContext context) throws IOException {
    List<List<String>> rows = new ArrayList<>();
    for (String name : context.dataNames()) {
      DataFolder data = context.preparation().prepare(name);
      ObjectNode options =
          Json.object().put("bits", 4).put("raw", "FLOAT16").put("segments", "default");
      try (Trial trial = new Trial(data, context.index(name, "segments-raw", options), QUERIES);
          ExecutorService pool = Executors.newFixedThreadPool(THREADS)) {
        rows.add(row(name, trial, pool));
      }
    }
    return List.of(
        new ScenarioResult(
            "threads",
            null,
            context.run(),
            "`IndexSearcher` with an executor of two threads, several segments (4 bits, raw f16), default"
                + " options, k = 10. Times are latencies of single queries.",
            List.of("data", "segments", "one thread, ms", "two threads, ms", "times faster"),
            rows,
            List.of()));
  }

  private static List<String> row(String name, Trial trial, ExecutorService pool)
      throws IOException {
    LateInteractionOptions options = LateInteractionOptions.DEFAULT;
    IndexSearcher parallel = new IndexSearcher(trial.searcher().getIndexReader(), pool);
    parallel.setQueryCache(null);
    trial.warmUp(options);
    trial.run(parallel, options, null);
    double one = trial.run(options, null).percentile(50);
    double two = trial.run(parallel, options, null).percentile(50);
    return List.of(
        name,
        Integer.toString(trial.segments()),
        Table.number(one),
        Table.number(two),
        Table.number(one / two));
  }
}
