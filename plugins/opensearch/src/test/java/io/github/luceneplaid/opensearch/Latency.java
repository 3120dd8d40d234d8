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

package io.github.luceneplaid.opensearch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.luceneplaid.engine.nodes.CranfieldTokens;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/** Measures searches, one after the other from one client, and writes a table of them. */
final class Latency {

  private final OpenSearchNode node;
  private final String index;
  private final List<List<String>> expected;
  private final StringBuilder table =
      new StringBuilder(
          """
          | | queries | median ms | p95 ms | CPU ms of the node | recall@10 |
          | --- | --- | --- | --- | --- | --- |
          """);

  /**
   * Starts a table.
   *
   * @param expected best ids of each query
   */
  Latency(OpenSearchNode node, String index, List<List<String>> expected) {
    this.node = node;
    this.index = index;
    this.expected = expected;
  }

  /**
   * Adds a row. As many searches are made before to warm up, and not measured.
   *
   * @param step every step-th query is taken
   * @param search makes the body of a query's search
   */
  void measure(String name, int step, IntFunction<ObjectNode> search) throws IOException {
    int[] queries = IntStream.range(0, expected.size()).filter(q -> q % step == 0).toArray();
    String[] bodies =
        Arrays.stream(queries).mapToObj(q -> search.apply(q).toString()).toArray(String[]::new);
    for (String body : bodies) {
      node.search(index, body, "request_cache=false");
    }
    double[] millis = new double[bodies.length];
    double recall = 0;
    long cpu = node.process().cpu().toMillis();
    for (int i = 0; i < bodies.length; i++) {
      long start = System.nanoTime();
      JsonNode answer = node.search(index, bodies[i], "request_cache=false");
      millis[i] = (System.nanoTime() - start) / 1e6;
      recall += CranfieldTokens.recall(expected.get(queries[i]), OpenSearchNode.ids(answer));
    }
    double cpuMillis = node.process().cpu().toMillis() - cpu;
    Arrays.sort(millis);
    table.append(
        String.format(
            Locale.ROOT,
            "| %s | %d | %.1f | %.1f | %.1f | %.3f |%n",
            name,
            millis.length,
            millis[millis.length / 2],
            millis[millis.length * 95 / 100],
            cpuMillis / millis.length,
            recall / millis.length));
  }

  /** The rows so far, as Markdown. */
  @Override
  public String toString() {
    return table.toString();
  }
}
