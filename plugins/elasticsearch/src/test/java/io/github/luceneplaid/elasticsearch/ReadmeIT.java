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

package io.github.luceneplaid.elasticsearch;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import com.carrotsearch.randomizedtesting.RandomizedRunner;
import com.carrotsearch.randomizedtesting.annotations.ThreadLeakScope;
import com.carrotsearch.randomizedtesting.annotations.TimeoutSuite;
import com.fasterxml.jackson.databind.JsonNode;
import io.github.luceneplaid.engine.nodes.Http;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.regex.Matcher;
import org.junit.AfterClass;
import org.junit.BeforeClass;
import org.junit.Test;
import org.junit.runner.RunWith;

/** Tests the commands of the README, and its statements about removing the plugin. */
@RunWith(RandomizedRunner.class)
@ThreadLeakScope(ThreadLeakScope.Scope.NONE)
@TimeoutSuite(millis = 1_800_000)
public class ReadmeIT {

  private static ElasticsearchHome home;
  private static ElasticsearchNode node;

  @BeforeClass
  public static void start() throws IOException {
    home = ElasticsearchHome.install("readme");
    node = ElasticsearchNode.single(home);
    node.start();
  }

  @AfterClass
  public static void stop() throws IOException {
    if (node != null) {
      node.close();
    }
  }

  @Test
  public void testReadme() throws IOException {
    Http http = node.http("timeout=120s");
    String readme = Readme.withoutTextIn();
    List<List<String>> hits = new ArrayList<>();
    Matcher command = Readme.COMMAND.matcher(readme);
    int count = 0;
    while (command.find()) {
      JsonNode answer = http.send(command.group(1), command.group(2), command.group(3)).ok();
      assertTrue(answer.toString(), answer.path("errors").asBoolean() == false);
      count++;
      if (command.group(2).endsWith("_search")) {
        List<String> ids = new ArrayList<>();
        answer.at("/hits/hits").forEach(hit -> ids.add(hit.path("_id").asText()));
        hits.add(ids);
        if (command.group(3).contains("highlight")) {
          JsonNode first = answer.at("/hits/hits/0/highlight");
          String shown =
              "`\"tokens\": " + first.get("tokens") + "` and `\"text\": " + first.get("text") + "`";
          assertTrue(first.toString(), readme.contains(shown));
        }
      }
    }
    assertEquals("commands in the README", readme.split("\ncurl ", -1).length - 1, count);
    assertEquals(Collections.nCopies(6, List.of("1", "2")), sorted(hits));
    removePlugin(http, hits.get(0));
  }

  /** Hits with the same score have no order. */
  private static List<List<String>> sorted(List<List<String>> hits) {
    List<List<String>> sorted = new ArrayList<>(hits);
    sorted.set(2, hits.get(2).stream().sorted().toList());
    return sorted;
  }

  private static void removePlugin(Http http, List<String> expected) throws IOException {
    String search =
        "{\"query\": {\"maxsim\": {\"field\": \"tokens\", \"query_vectors\":" + " [[0.6, 0.8]]}}}";
    assertEquals(expected, List.copyOf(Searches.search(http, "passages", search).keySet()));
    http.put("/other", "{\"settings\": {\"number_of_replicas\": 0}}").ok();
    http.put("/other/_doc/1?refresh", "{\"text\": \"apple\"}").ok();
    node.close();
    home.removePlugin();
    node.start();
    String all = "{\"query\": {\"match_all\": {}}}";
    http = node.http("timeout=120s");
    node.http("wait_for_no_initializing_shards=true&wait_for_status=red&timeout=120s");
    http.get("/_cluster/health/other?wait_for_status=green&timeout=120s").ok();
    assertEquals(503, http.post("/passages/_search", all).status());
    assertEquals(1, Searches.search(http, "other", all).size());
    assertTrue(node.process().output().contains("unknown setting [index.token_vectors]"));
    node.close();
    home.installPlugin();
    node.start();
    http = node.http("timeout=120s");
    http.get("/_cluster/health/passages?wait_for_status=yellow&timeout=120s").ok();
    assertEquals(expected, List.copyOf(Searches.search(http, "passages", search).keySet()));
  }
}
