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
import io.github.luceneplaid.plaid.SearchProfile;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.ToLongFunction;

/** Checks whether default options have enough recall on different documents and models. */
final class DefaultsScenario implements Scenario {
  private static final int QUERIES = 500;
  private static final int K = 10;

  /** The recall that is required with raw tokens. */
  private static final double RECALL = 0.95;

  /**
   * The share that is required otherwise, of the recall of scoring all documents in the same index.
   */
  private static final double SHARE = 0.98;

  private static final String RAW = "FLOAT16";

  @Override
  public List<ScenarioResult> run(ScenarioContext context) throws IOException {
    List<List<String>> rows = new ArrayList<>();
    for (String name : context.dataNames()) {
      ObjectNode codes = Json.object().put("bits", 4);
      rows.add(row(context, name, "4 bits", "codes", codes));
      ObjectNode raw = Json.object().put("bits", 4).put("raw", RAW);
      rows.add(row(context, name, "4 bits, raw f16", "merged-raw", raw));
    }
    return List.of(
        new ScenarioResult(
            "defaults",
            null,
            context.run(),
            "Default options, k = 10, one segment. \"All scored\" means all documents of the same"
                + " index. Default options must reach recall@10 ≥ .95 with raw tokens, and without them"
                + " ≥ .98 of the recall with all scored.",
            List.of(
                "data",
                "dimension",
                "tokens a document",
                "index",
                "recall@10",
                "all scored",
                "share",
                "enough",
                "documents scored by codes",
                "exactly",
                "of"),
            rows,
            List.of()));
  }

  private static List<String> row(
      ScenarioContext context, String name, String label, String folder, JsonNode options)
      throws IOException {
    DataFolder data = context.preparation().prepare(name);
    try (Trial trial = new Trial(data, context.index(name, folder, options), QUERIES);
        Texts documents = data.documents()) {
      Hits[] exact = data.exact();
      double recall = recall(trial, exact, LateInteractionOptions.DEFAULT);
      double all = recall(trial, exact, LateInteractionOptions.builder().exact().build());
      SearchProfile[] profiles = trial.profiles(LateInteractionOptions.DEFAULT);
      boolean enough = options.has("raw") ? recall >= RECALL : recall >= SHARE * all;
      context.log().printf(Locale.ROOT, "%s, %s: %.4f of %.4f%n", name, label, recall, all);
      return List.of(
          name,
          Integer.toString(documents.dimension()),
          Table.number((double) documents.tokens() / documents.size()),
          label,
          Table.share(recall),
          Table.share(all),
          Table.share(recall / all),
          enough ? "yes" : "no",
          mean(profiles, profile -> profile.quick() + profile.scanned()),
          mean(profiles, SearchProfile::exact),
          Integer.toString(documents.size()));
    }
  }

  private static double recall(Trial trial, Hits[] exact, LateInteractionOptions options)
      throws IOException {
    return Quality.recall(exact, 0, trial.find(options), K);
  }

  private static String mean(SearchProfile[] profiles, ToLongFunction<SearchProfile> count) {
    return Table.number(Arrays.stream(profiles).mapToLong(count).average().orElse(0));
  }
}
