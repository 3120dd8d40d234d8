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
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** What JMH measured, as a table. */
final class KernelTable {
  private KernelTable() {}

  static String markdown(JsonNode benchmarks) {
    List<List<String>> rows = new ArrayList<>();
    for (JsonNode benchmark : benchmarks) {
      String name = benchmark.path("benchmark").asText();
      JsonNode metric = benchmark.path("primaryMetric");
      rows.add(
          List.of(
              name.substring(name.lastIndexOf('.', name.lastIndexOf('.') - 1) + 1),
              benchmark.path("params").properties().stream()
                  .map(entry -> entry.getKey() + " " + entry.getValue().asText())
                  .collect(Collectors.joining(", ")),
              Table.number(metric.path("score").asDouble()),
              Table.number(metric.path("scoreError").asDouble(Double.NaN)),
              metric.path("scoreUnit").asText()));
    }
    return Table.markdown(List.of("kernel", "shape", "score", "± 99.9 %", "unit"), rows);
  }
}
