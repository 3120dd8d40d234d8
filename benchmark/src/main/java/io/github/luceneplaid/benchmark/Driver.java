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

import io.github.luceneplaid.benchmark.EngineSettings.Build;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Measures engines on one data set. Their rounds are interleaved: each round goes through all
 * settings of all engines. So a machine that gets slower affects all of them alike.
 */
final class Driver {
  private final Cache cache;
  private final Engines engines;
  private final RunSettings run;
  private final String runId;
  private final PrintStream log;

  Driver(Cache cache, RunSettings run, String runId, PrintStream log) {
    this.cache = cache;
    this.engines = new Engines(cache.folder());
    this.run = run;
    this.runId = runId;
    this.log = log;
  }

  /** Measures all builds without a result. */
  void measure(String dataName, DataFolder data) throws IOException {
    DataResult description = DataResult.of(dataName, data);
    Json.write(cache.results(dataName).resolve("data.json"), description);
    List<Target> targets = targets(dataName, data, description.documents());
    try {
      prepare(targets);
      rounds(targets);
      for (Target target : targets) {
        save(dataName, target, target.result(runId, null));
      }
    } finally {
      targets.forEach(Target::close);
    }
  }

  private List<Target> targets(String dataName, DataFolder data, int documents) throws IOException {
    Judge judge = new Judge(data);
    List<Target> targets = new ArrayList<>();
    for (String engine : run.engines()) {
      if (engines.available(engine) == false) {
        log.println(engine + ": not set up, left out (benchmark/peers/setup.sh)");
        continue;
      }
      EngineSettings settings = EngineSettings.of(engine);
      for (Build build : settings.builds()) {
        Target target =
            new Target(engines, settings, build, data, dataName, judge, documents, cache.indexes());
        Path result = cache.results(dataName).resolve(target.fileName());
        if (run.quick() && build.quick() == false) {
          continue;
        }
        if (run.again() || Files.notExists(result)) {
          targets.add(target);
        }
      }
    }
    return targets;
  }

  /** Builds, changes and opens the indexes; those that fail are left out of the rounds. */
  private void prepare(List<Target> targets) throws IOException {
    for (Target target : List.copyOf(targets)) {
      attempt(targets, target, "build", target::build);
    }
    for (Target target : List.copyOf(targets)) {
      attempt(targets, target, "add and delete", target::change);
    }
    for (Target target : List.copyOf(targets)) {
      attempt(targets, target, "open and warm up", () -> target.open(run.rounds()));
    }
  }

  private void rounds(List<Target> targets) throws IOException {
    for (int round = 0; round < run.rounds(); round++) {
      for (Target target : List.copyOf(targets)) {
        String what = "round " + (round + 1) + " of " + run.rounds();
        attempt(
            targets,
            target,
            what,
            () -> {
              for (int point = 0; point < target.points(); point++) {
                target.round(point);
              }
            });
      }
    }
  }

  private interface Step {
    void run() throws IOException;
  }

  private void attempt(List<Target> targets, Target target, String what, Step step)
      throws IOException {
    long start = System.nanoTime();
    try {
      step.run();
      log.printf(
          Locale.ROOT, "%s: %s, %.1f s%n", target.name(), what, (System.nanoTime() - start) / 1e9);
    } catch (IOException e) {
      log.println(target.name() + ": " + what + " failed: " + e.getMessage());
      targets.remove(target);
      target.close();
    }
  }

  private void save(String dataName, Target target, EngineResult result) throws IOException {
    Json.write(cache.results(dataName).resolve(target.fileName()), result);
  }
}
