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

import io.github.luceneplaid.plaid.LateInteractionOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Filters that keep fewer and fewer documents, with the default options. */
final class FilterScenario implements Scenario {
  private static final int QUERIES = 100;
  private static final int K = 10;

  @Override
  public List<ScenarioResult> run(ScenarioContext context) throws IOException {
    List<ScenarioResult> results = new ArrayList<>();
    for (String name : context.dataNames()) {
      DataFolder data = context.preparation().prepare(name);
      Path index = context.index(name, "shares", Json.object().put("bits", 4).put("shares", true));
      try (Trial trial = new Trial(data, index, QUERIES)) {
        results.add(
            new ScenarioResult(
                "filters",
                name,
                context.run(),
                "4 bits, one segment, default options, k = 10. The filter is a term query. Recall is of the best"
                    + " documents that the filter keeps.",
                List.of(
                    "filter keeps", "recall@10", "CPU ms a query", "of the time without filter"),
                rows(data, trial),
                List.of()));
      }
    }
    return results;
  }

  private static List<List<String>> rows(DataFolder data, Trial trial) throws IOException {
    LateInteractionOptions options = LateInteractionOptions.DEFAULT;
    trial.warmUp(options);
    List<List<String>> rows = new ArrayList<>();
    Trial.Outcome all = trial.run(options, null);
    rows.add(row("everything", Quality.recall(data.exact(), 0, all.ids(), K), all, all));
    try (Texts documents = data.documents();
        Texts queries = data.queries()) {
      for (DocumentShare share : DocumentShare.values()) {
        trial.warmUp(options, share.filter());
        Trial.Outcome outcome = trial.run(options, share.filter());
        Hits[] exact = ExactSearch.run(documents, queries, trial.queries(), share::has, K, 2);
        rows.add(row(share.label, Quality.recall(exact, 0, outcome.ids(), K), outcome, all));
      }
    }
    return rows;
  }

  private static List<String> row(
      String label, double recall, Trial.Outcome outcome, Trial.Outcome all) {
    return List.of(
        label,
        Table.share(recall),
        Table.number(outcome.cpuMillis()),
        Table.number(outcome.cpuMillis() / all.cpuMillis()));
  }
}
