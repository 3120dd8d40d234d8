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
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * All results that there are.
 *
 * @param runs by id
 * @param data each data set with the engines that were measured on it
 * @param scenarios in the order of their names
 * @param kernels what JMH wrote, by its runs
 */
record Results(
    Map<String, RunInfo> runs,
    List<OfData> data,
    List<ScenarioResult> scenarios,
    Map<String, JsonNode> kernels) {

  /** Results of one data set. */
  record OfData(DataResult data, List<EngineResult> engines) {}

  static Results read(Path folder) throws IOException {
    Map<String, RunInfo> runs = new TreeMap<>();
    for (Path file : files(folder.resolve("runs"), ".json")) {
      RunInfo run = Json.read(file, RunInfo.class);
      runs.put(run.id(), run);
    }
    List<OfData> data = new ArrayList<>();
    for (Path file : files(folder, "")) {
      Path description = file.resolve("data.json");
      if (Files.exists(description)) {
        data.add(new OfData(Json.read(description, DataResult.class), engines(file)));
      }
    }
    data.sort(Comparator.comparingLong(d -> d.data().tokens()));
    List<ScenarioResult> scenarios = new ArrayList<>();
    for (Path file : files(folder.resolve("scenarios"), ".json")) {
      scenarios.addAll(List.of(Json.read(file, ScenarioResult[].class)));
    }
    return new Results(runs, data, scenarios, KernelRun.results(folder));
  }

  private static List<EngineResult> engines(Path folder) throws IOException {
    List<EngineResult> engines = new ArrayList<>();
    for (Path file : files(folder, ".json")) {
      if (file.endsWith("data.json") == false) {
        engines.add(Json.read(file, EngineResult.class));
      }
    }
    engines.sort(
        Comparator.comparing((EngineResult result) -> rank(result.engine()))
            .thenComparing(EngineResult::build));
    return engines;
  }

  /** This project's engine first, then its rivals. */
  private static String rank(String engine) {
    int rank = List.of(Engines.PLAID, Engines.NEXT_PLAID).indexOf(engine);
    return rank < 0 ? "9" + engine : Integer.toString(rank);
  }

  private static List<Path> files(Path folder, String suffix) throws IOException {
    if (Files.notExists(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> file.toString().endsWith(suffix)).sorted().toList();
    }
  }
}
