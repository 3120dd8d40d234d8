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

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Exact search for single vectors: this project's format, Lucene's, numpy and FAISS. */
final class VectorScenario implements Scenario {
  private static final int[][] CLUSTERED = {{200_000, 384}, {100_000, 768}};
  private static final int[][] QUICK = {{100_000, 384}, {50_000, 768}};
  private static final int ROUNDS = 7;
  private static final int QUICK_ROUNDS = 3;
  private static final double WARMUP_SECONDS = 5;
  private static final double QUICK_WARMUP_SECONDS = 2;

  @Override
  public List<ScenarioResult> run(ScenarioContext context) throws IOException {
    List<ScenarioResult> results = new ArrayList<>();
    for (int[] size : context.quick() ? QUICK : CLUSTERED) {
      String name = "vectors-" + size[0] + "x" + size[1];
      DataFolder data =
          folder(context, name, folder -> VectorData.clustered(folder, size[0], size[1]));
      results.add(
          measure(
              context,
              name,
              data,
              "Synthetic vectors in 1,000 clusters of different sizes and widths."));
    }
    for (String source : context.dataNames()) {
      DataFolder texts = context.preparation().prepare(source);
      if (VectorData.hasPooled(texts)) {
        String name = source + "-pooled";
        DataFolder data = folder(context, name, folder -> VectorData.pooled(folder, texts));
        results.add(measure(context, name, data, "Means of the tokens of real texts."));
      }
    }
    return results;
  }

  /** Makes what is missing of a data set. */
  private interface Making {
    void make(DataFolder data) throws IOException;
  }

  private static DataFolder folder(ScenarioContext context, String name, Making making)
      throws IOException {
    DataFolder data = new DataFolder(context.cache().data(name));
    if (Files.notExists(data.exactPath())) {
      context.log().println("Preparing " + name);
      making.make(data);
    }
    return data;
  }

  private static ScenarioResult measure(
      ScenarioContext context, String name, DataFolder data, String what) throws IOException {
    Engines engines = new Engines(context.cache().folder());
    List<VectorSystem> systems = new ArrayList<>();
    List<String> missing = new ArrayList<>();
    for (VectorSystem.Kind kind : VectorSystem.Kind.values()) {
      if (engines.available(kind.engine)) {
        systems.add(new VectorSystem(kind, data, context.folder(name)));
      } else {
        missing.add(kind.label);
      }
    }
    try {
      MemoryBandwidth memory = new MemoryBandwidth();
      for (VectorSystem system : systems) {
        system.build(engines);
        system.open(engines, context.quick() ? QUICK_WARMUP_SECONDS : WARMUP_SECONDS);
        context.log().println(name + ": " + system.kind().label + " is open and warm");
      }
      int rounds = context.quick() ? QUICK_ROUNDS : ROUNDS;
      for (int round = 0; round < rounds; round++) {
        memory.round();
        for (VectorSystem system : systems) {
          system.round();
        }
      }
      return new ScenarioResult(
          "vectors",
          name,
          context.run(),
          what + " " + text(data, rounds, memory) + peers(systems, missing),
          List.of(
              "",
              "CPU ms a query",
              "GB/s",
              "of memory's bandwidth",
              "recall@" + VectorSystem.K,
              "times as fast as FSVI f32"),
          rows(systems, data, memory),
          List.of());
    } finally {
      systems.forEach(VectorSystem::close);
    }
  }

  private static String text(DataFolder data, int rounds, MemoryBandwidth memory)
      throws IOException {
    try (Texts documents = data.documents();
        Texts queries = data.queries()) {
      return String.format(
          Locale.ROOT,
          "%,d vectors of %d dimensions and length 1, dot products, %d queries, k = %d. One thread, one segment,"
              + " mapped and in memory: %.0f MB in 32-bit floats. Each system has a process of its own and is warm."
              + " Figures are medians of %d interleaved rounds. GB/s are the bytes of all rows (of two slabs the"
              + " first one) by CPU time. The bandwidth of the memory is %s GB/s: the fastest sum of an array of"
              + " %d MB in the same rounds. Recall is of the best vectors by dot products of the 32-bit floats"
              + " in 64-bit arithmetic. \"Its vector scorer\" is ExactKnnQuery. \"Its own query\" is"
              + " KnnFloatVectorQuery without a graph. numpy multiplies and selects by argpartition.",
          documents.size(),
          documents.dimension(),
          queries.size(),
          VectorSystem.K,
          (double) documents.size() * documents.dimension() * Float.BYTES / 1e6,
          rounds,
          Table.number(memory.gigabytesPerSecond()),
          MemoryBandwidth.BYTES / 1_000_000);
    }
  }

  /** The versions of the other systems, or a note that they are missing. */
  private static String peers(List<VectorSystem> systems, List<String> missing) throws IOException {
    if (missing.isEmpty() == false) {
      return " Left out, because not set up: " + String.join(", ", missing) + ".";
    }
    return " Against " + systems.getLast().version() + ".";
  }

  private static List<List<String>> rows(
      List<VectorSystem> systems, DataFolder data, MemoryBandwidth memory) throws IOException {
    Hits[] exact = data.exact();
    double elements;
    try (Texts documents = data.documents()) {
      elements = (double) documents.size() * documents.dimension();
    }
    List<List<String>> rows = new ArrayList<>();
    for (VectorSystem system : systems) {
      double speed = elements * system.kind().bytes / system.cpuMillis() / 1e6;
      rows.add(
          List.of(
              system.kind().label,
              Table.number(system.cpuMillis()),
              Table.number(speed),
              Table.number(100 * speed / memory.gigabytesPerSecond()) + " %",
              String.format(Locale.ROOT, "%.4f", system.recall(exact)),
              Table.number(systems.getFirst().cpuMillis() / system.cpuMillis())));
    }
    return rows;
  }
}
