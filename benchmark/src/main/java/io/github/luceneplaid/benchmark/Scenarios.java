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
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

/** Runs scenarios by name. */
final class Scenarios {
  private static final Map<String, Supplier<Scenario>> ALL =
      new TreeMap<>(
          Map.of(
              "defaults", DefaultsScenario::new,
              "filters", FilterScenario::new,
              "segments", SegmentScenario::new,
              "nrt", RefreshScenario::new,
              "threads", ThreadScenario::new,
              "scale", ScaleScenario::new,
              "allocation", AllocationScenario::new,
              "vectors", VectorScenario::new));

  private final Cache cache;
  private final Preparation preparation;
  private final String run;
  private final PrintStream log;

  Scenarios(Cache cache, Preparation preparation, String run, PrintStream log) {
    this.cache = cache;
    this.preparation = preparation;
    this.run = run;
    this.log = log;
  }

  static List<String> names() {
    return List.copyOf(ALL.keySet());
  }

  /** Names for the help of the command. */
  static final class Names implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return names().iterator();
    }
  }

  void run(String name, List<String> dataNames, boolean quick) throws IOException {
    Supplier<Scenario> scenario = ALL.get(name);
    if (scenario == null) {
      throw new IOException("no scenario " + name + ", there are: " + names());
    }
    log.println("Scenario " + name);
    List<ScenarioResult> results =
        scenario.get().run(new ScenarioContext(cache, preparation, run, dataNames, quick, log));
    Json.write(
        cache.results().resolve("scenarios").resolve(name + ".json"), new ArrayList<>(results));
  }
}
