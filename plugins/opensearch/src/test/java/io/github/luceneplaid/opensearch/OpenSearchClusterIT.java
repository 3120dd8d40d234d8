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

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;
import static org.junit.Assume.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.luceneplaid.engine.nodes.CranfieldTokens;
import io.github.luceneplaid.engine.nodes.Http;
import io.github.luceneplaid.engine.nodes.Ports;
import io.github.luceneplaid.testframework.CranfieldFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.After;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/** The plugin on three nodes, with replicas that take segments from their primary. */
public class OpenSearchClusterIT {

  private static final String INDEX = "cranfield";
  private static final int NODES = 3;

  @Rule public final TemporaryFolder folder = new TemporaryFolder();

  private final OpenSearchNode[] nodes = new OpenSearchNode[NODES];
  private CranfieldTokens collection;
  private OpenSearchHome home;

  @Before
  public void startAndIndex() throws IOException {
    assumeTrue("no " + CranfieldFolder.path(), Files.isDirectory(CranfieldFolder.path()));
    collection = CranfieldTokens.read();
    home = new OpenSearchHome(folder.getRoot().toPath());
    start();
    Http http = nodes[0].http();
    http.put(
            "/" + INDEX,
            Requests.indexWithoutSource(
                ", \"number_of_replicas\": 1, \"index.replication.type\": \"SEGMENT\""))
        .ok();
    nodes[0].awaitHealth("green", NODES);
    nodes[0].index(INDEX, collection, 0, collection.ids().size(), true);
    http.post("/" + INDEX + "/_forcemerge?max_num_segments=1", null).ok();
    http.post("/" + INDEX + "/_refresh", null).ok();
  }

  @After
  public void end() throws IOException {
    for (OpenSearchNode node : nodes) {
      if (node != null) {
        node.close();
      }
    }
  }

  private void start() throws IOException {
    int[] ports = Ports.free(2 * NODES);
    String seeds =
        IntStream.range(0, NODES)
            .mapToObj(n -> "127.0.0.1:" + ports[NODES + n])
            .collect(Collectors.joining(","));
    for (int n = 0; n < NODES; n++) {
      nodes[n] =
          home.start(
              "n" + n,
              ports[n],
              ports[NODES + n],
              "discovery.seed_hosts=" + seeds,
              "cluster.initial_cluster_manager_nodes=n0,n1,n2");
    }
    for (OpenSearchNode node : nodes) {
      node.awaitHealth("red", NODES);
    }
  }

  /** Hits of every second query. */
  private List<List<String>> hits(OpenSearchNode node, String... options) throws IOException {
    List<List<String>> hits = new ArrayList<>();
    for (int q = 0; q < collection.queries().length; q += 2) {
      ObjectNode search = Requests.search(Requests.lateInteraction(collection.queries()[q]));
      hits.add(OpenSearchNode.ids(node.search(INDEX, search.toString(), options)));
    }
    return hits;
  }

  private double recall(List<List<String>> hits) {
    return IntStream.range(0, hits.size())
        .mapToDouble(
            q -> CranfieldTokens.recall(collection.best(2 * q, 10, doc -> true), hits.get(q)))
        .average()
        .orElseThrow();
  }

  /** Waits until each replica has the segments of its primary. */
  private void awaitReplicas() throws IOException {
    nodes[0]
        .http()
        .await(
            "/" + INDEX + "/_segments", nodes[0].process()::isAlive, a -> isReplicated(a.body()));
  }

  private static boolean isReplicated(JsonNode answer) {
    for (JsonNode copies : answer.at("/indices/" + INDEX + "/shards")) {
      if (copies.size() != 2
          || copies.get(0).at("/segments").size() != 1
          || copies.get(0).get("segments").equals(copies.get(1).get("segments")) == false) {
        return false;
      }
    }
    return true;
  }

  @Test
  public void testReplicasCrashAndRestart() throws IOException {
    awaitReplicas();
    List<List<String>> expected = hits(nodes[0], "preference=_primary");
    double recall = recall(expected);
    System.out.println("recall@10, three nodes: " + recall);
    assertTrue("recall@10: " + recall, recall >= 0.97);
    assertEquals(expected, hits(nodes[1], "preference=_replica"));

    int crashed = nodeOfPrimary();
    nodes[crashed].process().kill();
    OpenSearchNode survivor = nodes[(crashed + 1) % NODES];
    survivor.awaitHealth("yellow", NODES - 1);
    assertEquals(expected, hits(survivor));

    end();
    start();
    nodes[0].awaitHealth("green", NODES);
    assertEquals(expected, hits(nodes[2], "preference=_primary"));
    assertEquals(expected, hits(nodes[1], "preference=_replica"));
  }

  private int nodeOfPrimary() throws IOException {
    String primaries = nodes[0].http().get("/_cat/shards/" + INDEX + "?h=prirep,node").text();
    return Arrays.stream(primaries.split("\n"))
        .filter(line -> line.startsWith("p"))
        .mapToInt(line -> Integer.parseInt(line.strip().substring(line.strip().length() - 1)))
        .findFirst()
        .orElseThrow();
  }
}
