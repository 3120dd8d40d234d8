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

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.luceneplaid.plaid.LateInteractionOptions;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Compares one merged segment with the segments that a default merge policy makes of 100 flushes.
 */
final class SegmentScenario implements Scenario {
  private static final int QUERIES = 225;
  private static final int K = 10;

  @Override
  public List<ScenarioResult> run(ScenarioContext context) throws IOException {
    List<ScenarioResult> results = new ArrayList<>();
    for (String name : context.dataNames()) {
      DataFolder data = context.preparation().prepare(name);
      ObjectNode options = Json.object().put("bits", 4).put("raw", "FLOAT16");
      try (Trial one =
              new Trial(data, context.index(name, "merged-raw", options.deepCopy()), QUERIES);
          Trial several =
              new Trial(
                  data,
                  context.index(name, "segments-raw", options.put("segments", "default")),
                  QUERIES)) {
        results.add(result(context, name, data, one, several));
      }
    }
    return results;
  }

  private static ScenarioResult result(
      ScenarioContext context, String name, DataFolder data, Trial one, Trial several)
      throws IOException {
    one.warmUp(LateInteractionOptions.DEFAULT);
    several.warmUp(LateInteractionOptions.DEFAULT);
    Hits[] exact = data.exact();
    List<List<String>> rows = new ArrayList<>();
    for (JsonNode params : EngineSettings.of(Engines.PLAID).searches().get(K)) {
      LateInteractionOptions options = PlaidEngine.options(params);
      Trial.Outcome merged = one.run(options, null);
      Trial.Outcome spread = several.run(options, null);
      rows.add(
          List.of(
              params.isEmpty() ? "default" : options.toString(),
              Table.share(Quality.recall(exact, 0, merged.ids(), K)),
              Table.number(1000 / merged.cpuMillis()),
              Table.share(Quality.recall(exact, 0, spread.ids(), K)),
              Table.number(1000 / spread.cpuMillis()),
              Table.number(merged.cpuMillis() / spread.cpuMillis())));
    }
    return new ScenarioResult(
        "segments",
        name,
        context.run(),
        "4 bits and raw f16, k = 10: one segment, and the "
            + several.segments()
            + " segments that a `TieredMergePolicy` left of 100 flushes. Its floor is 0.01 MB, because small indexes"
            + " have few segments with the usual floor of 16 MB.",
        List.of(
            "setting",
            "recall@10, one",
            "queries / CPU-s, one",
            "recall@10, " + several.segments(),
            "queries / CPU-s, " + several.segments(),
            "speed, of one"),
        rows,
        List.of());
  }
}
