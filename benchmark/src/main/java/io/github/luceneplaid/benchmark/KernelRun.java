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
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/** Runs the JMH benchmarks of the kernels. */
final class KernelRun {
  static final String RESULTS = "kernels.json";

  private KernelRun() {}

  static void run(Cache cache, RunInfo info, boolean quick) throws IOException {
    Path results = Files.createDirectories(cache.results()).resolve(RESULTS);
    Path part = results.resolveSibling(RESULTS + ".part");
    OptionsBuilder options = new OptionsBuilder();
    options.include("io\\.github\\.luceneplaid\\.benchmark\\.kernels\\..*");
    options.forks(1).threads(1);
    options.warmupIterations(quick ? 2 : 3).warmupTime(TimeValue.seconds(1));
    options.measurementIterations(quick ? 3 : 5).measurementTime(TimeValue.seconds(1));
    options.jvmArgs(Engines.javaOptions().toArray(String[]::new));
    options.resultFormat(ResultFormatType.JSON).result(part.toString());
    try {
      new Runner(options.build()).run();
    } catch (RunnerException e) {
      throw new IOException(e);
    }
    Json.write(cache.results().resolve("kernels-run.json"), info);
    Files.move(part, results, StandardCopyOption.REPLACE_EXISTING);
  }
}
