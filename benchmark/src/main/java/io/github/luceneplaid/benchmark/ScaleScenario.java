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
import io.github.luceneplaid.plaid.LateInteractionOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;

/**
 * Measures queries and merges on rising numbers of tokens, which can be chosen by synthetic data
 * sets.
 */
final class ScaleScenario implements Scenario {
  private static final long[] TOKENS = {
    100_000, 300_000, 1_000_000, 3_000_000, 10_000_000, 50_000_000
  };
  private static final long QUICK = 1_000_000;
  private static final String SYNTHETIC = "synthetic:";
  private static final int QUERIES = 100;
  private static final int K = 10;
  private static final double RECALL = 0.95;

  /**
   * @param cpuMillis of the cheapest setting with enough recall; if none has enough, of the one
   *     with the most
   */
  private record Step(
      long tokens,
      int segments,
      double flushing,
      double merging,
      double heap,
      double bytes,
      double recall,
      double cpuMillis,
      String options) {}

  @Override
  public List<ScenarioResult> run(ScenarioContext context) throws IOException {
    List<String> names =
        context.dataNames().stream().filter(name -> name.startsWith(SYNTHETIC)).toList();
    if (names.isEmpty()) {
      names =
          Arrays.stream(TOKENS)
              .filter(tokens -> context.quick() == false || tokens <= QUICK)
              .mapToObj(tokens -> SYNTHETIC + tokens)
              .toList();
    }
    List<Step> steps = new ArrayList<>();
    for (String name : names) {
      steps.add(step(context, name));
    }
    return List.of(
        new ScenarioResult(
            "scale",
            null,
            context.run(),
            "Fewer or more Debian descriptions; beyond 3 million tokens they are copies with noise. 4 bits and raw f16,"
                + " k = 10, the cheapest setting with recall@10 ≥ .95. \"Merge\" is the last merge, of the segments"
                + " that a default merge policy left, to one segment. Heap is the largest use during that merge,"
                + " sampled every other second.",
            List.of(
                "tokens",
                "CPU ms a query",
                "recall@10",
                "setting",
                "bytes a token",
                "add and flush, CPU-s",
                "merged segments",
                "merge, million tokens / CPU-s",
                "heap MB"),
            steps.stream().map(ScaleScenario::row).toList(),
            curves(steps)));
  }

  private static Step step(ScenarioContext context, String name) throws IOException {
    DataFolder data = context.preparation().prepare(name);
    // The index is merged in place, so the next run needs a new one.
    Path index = context.folder(name).resolve("scale");
    Folders.delete(index);
    JsonNode options =
        Json.object().put("bits", 4).put("raw", "FLOAT16").put("segments", "default");
    double flushing;
    try (PlaidEngine engine = new PlaidEngine()) {
      flushing = engine.build(data, index, options).cpuSeconds();
    }
    long tokens;
    try (Texts documents = data.documents()) {
      tokens = documents.tokens();
    }
    int segments;
    try (Trial trial = new Trial(data, index, 1)) {
      segments = trial.segments();
    }
    double heap;
    double merging;
    try (HeapWatch watch = new HeapWatch()) {
      merging = merge(index, options);
      heap = watch.peak();
    }
    double bytes = (double) Folders.bytes(index) / tokens;
    Step unsearched = new Step(tokens, segments, flushing, merging, heap, bytes, 0, 0, "");
    try (Trial trial = new Trial(data, index, QUERIES)) {
      return search(unsearched, trial, data.exact());
    } finally {
      Folders.delete(index);
    }
  }

  private static double merge(Path index, JsonNode options) throws IOException {
    WriterSettings settings =
        new WriterSettings(WriterSettings.codec(PlaidEngine.format(options)), true);
    try (Directory directory = FSDirectory.open(index)) {
      Stopwatch stopwatch = new Stopwatch();
      try (IndexWriter writer = new IndexWriter(directory, settings.updates())) {
        writer.forceMerge(1);
        writer.commit();
      }
      return stopwatch.stop().cpuSeconds();
    }
  }

  private static Step search(Step step, Trial trial, Hits[] exact) throws IOException {
    trial.warmUp(LateInteractionOptions.DEFAULT);
    double bestRecall = 0;
    double bestMillis = Double.POSITIVE_INFINITY;
    String best = "";
    for (JsonNode params : EngineSettings.of(Engines.PLAID).searches().get(K)) {
      LateInteractionOptions options = PlaidEngine.options(params);
      Trial.Outcome outcome = trial.run(options, null);
      double recall = Quality.recall(exact, 0, outcome.ids(), K);
      boolean better =
          (recall >= RECALL && bestRecall >= RECALL)
              ? outcome.cpuMillis() < bestMillis
              : recall > bestRecall;
      if (better) {
        bestRecall = recall;
        bestMillis = outcome.cpuMillis();
        best = params.isEmpty() ? "default" : options.toString();
      }
    }
    return new Step(
        step.tokens,
        step.segments,
        step.flushing,
        step.merging,
        step.heap,
        step.bytes,
        bestRecall,
        bestMillis,
        best);
  }

  private static List<String> row(Step step) {
    return List.of(
        String.format(Locale.ROOT, "%,d", step.tokens),
        Table.number(step.cpuMillis),
        Table.share(step.recall),
        step.options,
        Table.number(step.bytes),
        Table.number(step.flushing),
        Integer.toString(step.segments),
        Table.number(step.tokens / 1e6 / step.merging),
        Table.number(step.heap));
  }

  private static List<ScenarioResult.Curve> curves(List<Step> steps) {
    double[] tokens = steps.stream().mapToDouble(Step::tokens).toArray();
    double[] millis = steps.stream().mapToDouble(Step::cpuMillis).toArray();
    double[] root = new double[tokens.length];
    for (int i = 0; i < root.length; i++) {
      root[i] = millis[0] * Math.sqrt(tokens[i] / tokens[0]);
    }
    String x = "tokens";
    String queries = "CPU ms a query";
    return List.of(
        new ScenarioResult.Curve("recall@10 ≥ .95", x, queries, tokens, millis),
        new ScenarioResult.Curve("as the square root", x, queries, tokens, root),
        new ScenarioResult.Curve(
            "last merge",
            x,
            "million tokens merged per CPU-second",
            tokens,
            steps.stream().mapToDouble(step -> step.tokens / 1e6 / step.merging).toArray()),
        new ScenarioResult.Curve(
            "last merge",
            x,
            "MB of heap when merging",
            tokens,
            steps.stream().mapToDouble(step -> Math.max(1, step.heap)).toArray()));
  }
}
