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
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The data and indexes that scenarios work with.
 *
 * @param dataNames data sets that were asked for
 * @param quick whether to measure less, to save time
 */
record ScenarioContext(
    Cache cache,
    Preparation preparation,
    String run,
    List<String> dataNames,
    boolean quick,
    PrintStream log) {

  /** Where the indexes of scenarios are. */
  Path folder(String dataName) {
    return cache.indexes().resolve(dataName.replace(':', '-')).resolve("scenarios");
  }

  /** An index of this project's engine, built if it is missing. */
  Path index(String dataName, String name, JsonNode options) throws IOException {
    Path index = folder(dataName).resolve(name);
    Path done = folder(dataName).resolve(name + ".json");
    String codec = CodecFingerprint.get();
    if (Files.notExists(done)
        || Json.read(done, JsonNode.class).path("codec").asText().equals(codec) == false) {
      log.println("Building " + index);
      Folders.delete(index);
      Files.createDirectories(index);
      try (PlaidEngine engine = new PlaidEngine()) {
        Engine.Work work = engine.build(preparation.prepare(dataName), index, options);
        Json.write(
            done,
            Json.object()
                .put("codec", codec)
                .put("cpu_s", work.cpuSeconds())
                .put("wall_s", work.wallSeconds()));
      }
    }
    return index;
  }

  /** CPU time that building an index took. */
  double buildingCpuSeconds(String dataName, String name) throws IOException {
    return Json.read(folder(dataName).resolve(name + ".json"), JsonNode.class)
        .path("cpu_s")
        .asDouble();
  }
}
