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
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * The settings that are measured for an engine.
 *
 * @param engine its name
 * @param builds ways to build an index
 * @param searches parameters of searches that trace its curve, by the number of hits
 * @param queries the number of queries for a slow engine; 0 for all
 * @param warmupSeconds how long to search before the measurement
 */
record EngineSettings(
    String engine,
    List<Build> builds,
    Map<Integer, List<JsonNode>> searches,
    int queries,
    double warmupSeconds) {

  /**
   * A way to build an index.
   *
   * @param name for people
   * @param options for the engine
   * @param quick whether a quick run has it, too
   */
  record Build(String name, JsonNode options, boolean quick) {
    /** The name as part of a file name. */
    String fileName() {
      return name.replaceAll("[^A-Za-z0-9]+", "-");
    }
  }

  static EngineSettings of(String engine) throws IOException {
    return Arrays.stream(Json.resource("settings.json", EngineSettings[].class))
        .filter(settings -> settings.engine.equals(engine))
        .findFirst()
        .orElseThrow(() -> new IOException("no engine " + engine));
  }
}
