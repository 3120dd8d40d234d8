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
import static org.junit.Assume.assumeTrue;

import com.carrotsearch.randomizedtesting.RandomizedRunner;
import com.carrotsearch.randomizedtesting.annotations.ThreadLeakScope;
import com.carrotsearch.randomizedtesting.annotations.TimeoutSuite;
import io.github.luceneplaid.engine.nodes.CranfieldTokens;
import io.github.luceneplaid.engine.nodes.Http;
import io.github.luceneplaid.engine.nodes.Ports;
import io.github.luceneplaid.testframework.CranfieldFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.AfterClass;
import org.junit.BeforeClass;
import org.junit.Test;
import org.junit.runner.RunWith;

/** Three nodes, two shards with a replica each; one node crashes. */
@RunWith(RandomizedRunner.class)
@ThreadLeakScope(ThreadLeakScope.Scope.NONE)
@TimeoutSuite(millis = 1_800_000)
public class ClusterIT {

  private static final String INDEX = "cranfield";
  private static final int NODES = 3;
  private static final int DOCUMENTS = 400;
  private static final int QUERIES = 40;

  private static final List<ElasticsearchNode> nodes = new ArrayList<>();
  private static CranfieldTokens tokens;

  @BeforeClass
  public static void start() throws IOException {
    assumeTrue(
        "found no " + CranfieldFolder.path() + ", set -Dplaid.shared",
        Files.exists(CranfieldFolder.path()));
    tokens = CranfieldTokens.read();
    ElasticsearchHome home = ElasticsearchHome.install("cluster");
    int[] ports = Ports.free(2 * NODES);
    Map<String, Integer> cluster = new TreeMap<>();
    for (int i = 0; i < NODES; i++) {
      cluster.put("n" + i, ports[i]);
    }
    for (int i = 0; i < NODES; i++) {
      nodes.add(new ElasticsearchNode(home, "n" + i, ports[NODES + i], cluster));
    }
    for (ElasticsearchNode node : nodes) {
      node.start();
    }
  }

  @AfterClass
  public static void stop() throws IOException {
    for (ElasticsearchNode node : nodes) {
      node.close();
    }
  }

  /** The hits of some queries. */
  private static List<Map<String, Double>> search(Http http, String preference) throws IOException {
    List<Map<String, Double>> all = new ArrayList<>();
    for (int query = 0; query < QUERIES; query++) {
      String body = "{\"query\":" + Searches.query(tokens.queries()[query], "") + "}";
      all.add(Searches.search(http, INDEX, preference, body));
    }
    return all;
  }

  @Test
  public void testReplicaAndCrash() throws IOException {
    Http http = nodes.get(0).http("wait_for_nodes=" + NODES + "&timeout=120s");
    Searches.create(
        http,
        INDEX,
        ", \"number_of_shards\": 2, \"index.refresh_interval\": -1",
        ", \"training_threshold\": 5000");
    Searches.add(http, INDEX, tokens, doc -> doc < DOCUMENTS);
    Searches.forceMerge(http, INDEX);
    // The replicas now copy their files from the primaries, so they have the same codes
    http.put("/" + INDEX + "/_settings", "{\"index.number_of_replicas\": 1}").ok();
    http = nodes.get(0).http("wait_for_status=green&timeout=120s");
    List<Map<String, Double>> hits = search(http, "");
    assertRecall(hits);
    for (ElasticsearchNode node : nodes) {
      assertEquals(hits, search(http, "&preference=_prefer_nodes:" + node.id(http)));
    }

    ElasticsearchNode crashed = nodes.get(2);
    crashed.process().kill();
    http =
        nodes.get(0).http("wait_for_nodes=" + (NODES - 1) + "&wait_for_status=yellow&timeout=120s");
    assertEquals(hits, search(http, ""));

    crashed.start();
    http = crashed.http("wait_for_status=green&wait_for_nodes=" + NODES + "&timeout=120s");
    assertEquals(hits, search(http, ""));

    for (ElasticsearchNode node : nodes) {
      node.close();
    }
    for (ElasticsearchNode node : nodes) {
      node.start();
    }
    http = nodes.get(1).http("wait_for_status=green&wait_for_nodes=" + NODES + "&timeout=120s");
    assertEquals(hits, search(http, ""));
  }

  private static void assertRecall(List<Map<String, Double>> hits) {
    double sum = 0;
    for (int query = 0; query < QUERIES; query++) {
      sum +=
          CranfieldTokens.recall(
              tokens.best(query, 10, doc -> doc < DOCUMENTS),
              List.copyOf(hits.get(query).keySet()));
    }
    assertTrue("recall@10: " + sum / QUERIES, sum / QUERIES >= 0.95);
  }
}
