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

import static io.github.luceneplaid.opensearch.OpenSearchNode.ids;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.luceneplaid.engine.nodes.Http;
import io.github.luceneplaid.engine.nodes.Ports;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.junit.AfterClass;
import org.junit.BeforeClass;
import org.junit.ClassRule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/**
 * A segment of more documents than OpenSearch counts by itself. The last documents are the best.
 */
public class LargeSegmentIT {

  @ClassRule public static final TemporaryFolder FOLDER = new TemporaryFolder();

  private static final int DOCUMENTS = 40_000;
  private static final List<String> QUERIES =
      List.of(
          "{\"maxsim\": {\"field\": \"tokens\", \"query_vectors\": [[1, 0]],"
              + " \"candidates\": 100000, \"recall\": 1 %s}}",
          "{\"exact_vector_knn\": {\"field\": \"v\", \"query_vector\": [1, 0] %s}}");

  private static OpenSearchNode node;

  @BeforeClass
  public static void startAndIndex() throws IOException {
    int[] ports = Ports.free(2);
    node =
        new OpenSearchHome(FOLDER.getRoot().toPath())
            .start("large", ports[0], ports[1], "discovery.type=single-node");
    node.awaitHealth("red", 1);
    String index =
        """
        {"settings": {"index.token_vectors": true, "number_of_shards": 1, "number_of_replicas": 0,
           "refresh_interval": -1},
         "mappings": {"properties": {
           "n": {"type": "integer"},
           "tokens": {"type": "token_vectors", "dims": 2, "raw": "float32"},
           "v": {"type": "exact_vector", "dims": 2, "similarity": "dot_product"}}}}
        """;
    node.http().put("/large", index).ok();
    StringBuilder lines = new StringBuilder();
    for (int doc = 0; doc < DOCUMENTS; doc++) {
      double angle = 2 - doc / (double) DOCUMENTS;
      String vector = String.format(Locale.ROOT, "[%f,%f]", Math.cos(angle), Math.sin(angle));
      lines.append(
          String.format(
              Locale.ROOT,
              "{\"index\":{\"_id\":\"%d\"}}%n{\"n\":%d,\"tokens\":[%s],\"v\":%s}%n",
              doc,
              doc,
              vector,
              vector));
    }
    assertEquals(
        false, node.http().post("/large/_bulk", lines.toString()).ok().get("errors").asBoolean());
    node.http().post("/large/_forcemerge?max_num_segments=1", null).ok();
    node.http().post("/large/_refresh", null).ok();
  }

  @AfterClass
  public static void end() throws IOException {
    if (node != null) {
      node.close();
    }
  }

  private static ObjectNode search(String query, String more) throws IOException {
    return (ObjectNode)
        Http.JSON.readTree(
            "{\"_source\": false, \"query\": "
                + String.format(Locale.ROOT, query, more)
                + ", \"sort\": [{\"n\": \"desc\"}]}");
  }

  /** OpenSearch stops its own ranges, and its own sort of all documents, after 10,000 hits. */
  @Test
  public void testFilters() throws IOException {
    List<String> best =
        IntStream.range(0, 10).mapToObj(i -> Integer.toString(DOCUMENTS - 1 - i)).toList();
    for (String query : QUERIES) {
      for (String filter : List.of("{\"range\": {\"n\": {\"gte\": 1}}}", "{\"match_all\": {}}")) {
        ObjectNode search = search(query, ", \"filter\": " + filter);
        String sorted = search.toString().replace("desc", "asc");
        assertEquals(best, ids(node.search("large", search.toString())));
        assertEquals(best.reversed(), ids(node.search("large", sorted)));
        search.remove("sort");
        assertEquals(best, ids(node.search("large", search.toString())));
        search.put("track_total_hits", true);
        assertEquals(best, ids(node.search("large", search.toString())));
      }
    }
  }

  private static long taken() throws IOException {
    long bytes = 0;
    for (JsonNode stats : node.http().get("/_nodes/stats/breaker").ok().get("nodes")) {
      bytes += stats.at("/breakers/request/estimated_size_in_bytes").asLong();
    }
    return bytes;
  }

  /** What is asked for after the search has the same hits, and all memory is given back. */
  @Test
  public void testPhases() throws IOException {
    long before = taken();
    for (String query : QUERIES) {
      for (String type : List.of("query_then_fetch", "dfs_query_then_fetch")) {
        String body =
            search(query, ", \"_name\": \"q\", \"filter\": {\"range\": {\"n\": {\"gte\": 1}}}")
                .put("explain", true)
                .put("profile", true)
                .toString();
        for (String each : List.of(body, body.replace("\"recall\":1", "\"exact\":true"))) {
          String exact =
              each.contains("exact\":") ? each.replace("\"candidates\":100000,", "") : each;
          JsonNode answer = node.http().post("/large/_search?search_type=" + type, exact).ok();
          JsonNode hit = answer.at("/hits/hits/0");
          assertEquals(Integer.toString(DOCUMENTS - 1), hit.get("_id").asText());
          assertEquals("q", hit.at("/matched_queries/0").asText());
          double explained = hit.at("/_explanation/value").asDouble();
          assertTrue(answer.toString(), explained > 0);
        }
      }
    }
    assertEquals(before, taken());
  }
}
