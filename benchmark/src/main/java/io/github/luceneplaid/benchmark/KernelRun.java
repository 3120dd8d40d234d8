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
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/** Runs the JMH benchmarks of the kernels. */
final class KernelRun {
  private KernelRun() {}

  static void run(Cache cache, RunInfo info, boolean quick) throws IOException {
    Path folder = Files.createDirectories(cache.results().resolve("kernels"));
    run("MachinePeak", "panama", folder, quick);
    run("ShuffleKernels", "panama", folder, quick);
    for (String twin : List.of("panama", "scalar")) {
      run("(Tile|Row)Kernels", twin, folder, quick);
      run("ComparisonKernels", twin, folder, quick);
    }
    Json.write(folder.resolve("run.json"), info);
  }

  /** Runs some classes with one implementation of the kernels. */
  private static void run(String classes, String twin, Path folder, boolean quick)
      throws IOException {
    String name = classes.replaceAll("[^A-Za-z]", "") + "-" + twin + ".json";
    Path part = folder.resolve(name + ".part");
    OptionsBuilder options = new OptionsBuilder();
    options.include("\\.kernels\\." + classes + "\\.");
    options.forks(1).threads(1);
    options.warmupIterations(quick ? 2 : 4).warmupTime(TimeValue.seconds(1));
    options.measurementIterations(quick ? 3 : 5).measurementTime(TimeValue.seconds(1));
    List<String> jvm = new ArrayList<>(Engines.javaOptions());
    jvm.add("-Dplaid.kernels=" + twin);
    options.jvmArgs(jvm.toArray(String[]::new));
    options.resultFormat(ResultFormatType.JSON).result(part.toString());
    try {
      new Runner(options.build()).run();
    } catch (RunnerException e) {
      throw new IOException(e);
    }
    Files.move(part, folder.resolve(name), StandardCopyOption.REPLACE_EXISTING);
  }

  /** The results of all runs by implementation; those of the machine have none. */
  static Map<String, JsonNode> results(Path folder) throws IOException {
    Map<String, JsonNode> results = new TreeMap<>();
    for (String name :
        List.of(
            "MachinePeak-panama",
            "ShuffleKernels-panama",
            "TileRowKernels-panama",
            "TileRowKernels-scalar",
            "ComparisonKernels-panama",
            "ComparisonKernels-scalar")) {
      Path file = folder.resolve("kernels").resolve(name + ".json");
      if (Files.exists(file)) {
        results.put(name, Json.read(file, JsonNode.class));
      }
    }
    return results;
  }
}
