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
import java.util.Map;
import java.util.TreeMap;

/** The results of JMH as a table: a row for each kernel, a column for each implementation. */
final class KernelTable {
  static final String HEAD =
      """
      These are figures of JMH with one thread, 128 dimensions, 20 query tokens, tiles of 32 tokens, 1,024 centroids and a
      document of 72 tokens. A score is thousands of millions of multiply-adds a second, or of elements if nothing is
      multiplied. `MachinePeak` is the speed of the machine: multiply-adds of 32-bit floats with vectors of 256 bits, and
      bytes read from memory. `ComparisonKernels` compare a query with rows of the given number of dimensions, all in the
      second cache.

      """;

  private static final String SCALAR = "scalar";

  private KernelTable() {}

  static String markdown(Map<String, JsonNode> runs) {
    Map<String, String[]> rows = new TreeMap<>();
    runs.forEach(
        (run, benchmarks) -> {
          int column = run.endsWith(SCALAR) ? 1 : 0;
          for (JsonNode benchmark : benchmarks) {
            String name = benchmark.path("benchmark").asText();
            name = name.substring(name.lastIndexOf('.', name.lastIndexOf('.') - 1) + 1);
            for (JsonNode param : benchmark.path("params")) {
              name += ", " + param.asText();
            }
            rows.computeIfAbsent(name, key -> new String[] {"–", "–"})[column] =
                score(benchmark.path("primaryMetric"));
          }
        });
    List<List<String>> cells = new ArrayList<>();
    rows.forEach((name, scores) -> cells.add(List.of(name, scores[0], scores[1])));
    return Table.markdown(List.of("10⁹ a second", "Panama", SCALAR), cells);
  }

  private static String score(JsonNode metric) {
    double error = metric.path("scoreError").asDouble(Double.NaN);
    String score = Table.number(metric.path("score").asDouble());
    return Double.isFinite(error) ? score + " ± " + Table.number(error) : score;
  }
}
