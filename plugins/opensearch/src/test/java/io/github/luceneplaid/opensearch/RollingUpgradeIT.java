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
import io.github.luceneplaid.engine.nodes.CranfieldTokens;
import io.github.luceneplaid.engine.nodes.Ports;
import io.github.luceneplaid.engine.nodes.ServerProcess;
import io.github.luceneplaid.testframework.CranfieldFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.After;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/** Two nodes of an older version are replaced, one after the other, by nodes of this one. */
public class RollingUpgradeIT {

  private static final String INDEX = "cranfield";
  private static final int NODES = 2;
  private static final int QUERIES = 30;

  @Rule public final TemporaryFolder folder = new TemporaryFolder();

  private final OpenSearchNode[] nodes = new OpenSearchNode[NODES];
  private CranfieldTokens collection;
  private OpenSearchHome older;
  private OpenSearchHome newer;
  private int[] ports;
  private int indexed;

  @Before
  public void prepare() throws IOException {
    assumeTrue("no " + CranfieldFolder.path(), Files.isDirectory(CranfieldFolder.path()));
    assumeTrue(
        "no older version of OpenSearch: -Dplaid.older=FOLDER names it, see .ci/versions",
        OpenSearchRelease.hasOlder());
    collection = CranfieldTokens.read();
    Path root = folder.getRoot().toPath();
    older = new OpenSearchHome(root.resolve("older"), OpenSearchRelease.older());
    newer = new OpenSearchHome(root.resolve("newer"));
    ServerProcess.openToAll(root);
    ports = Ports.free(2 * NODES);
  }

  @After
  public void end() throws IOException {
    for (OpenSearchNode node : nodes) {
      if (node != null) {
        node.close();
      }
    }
  }

  /**
   * Starts a node. Only the first one can lead the cluster, so the other never waits for a vote.
   */
  private void start(OpenSearchHome home, int n) throws IOException {
    nodes[n] =
        home.start(
            "n" + n,
            ports[n],
            ports[NODES + n],
            "discovery.seed_hosts=127.0.0.1:" + ports[NODES],
            n == 0 ? "cluster.initial_cluster_manager_nodes=n0" : "node.roles=data,ingest");
  }

  private void awaitGreen() throws IOException {
    for (OpenSearchNode node : nodes) {
      node.awaitHealth("green", NODES);
    }
  }

  /** Takes over the data of a node. */
  private void upgrade(int n) throws IOException {
    nodes[n].close();
    Files.createDirectories(newer.data("n" + n).getParent());
    Files.move(older.data("n" + n), newer.data("n" + n));
    start(newer, n);
    awaitGreen();
  }

  /** Adds documents at one node, then searches at each, where every document has a copy. */
  private void indexAndSearch(String step, int at, int to) throws IOException {
    nodes[at].index(INDEX, collection, indexed, to, true);
    indexed = to;
    nodes[at].http().post("/" + INDEX + "/_refresh", null).ok();
    List<List<String>> best =
        IntStream.range(0, QUERIES)
            .mapToObj(q -> collection.best(q, 10, doc -> doc < indexed))
            .toList();
    for (OpenSearchNode node : nodes) {
      search(step, node, best);
    }
  }

  private void search(String step, OpenSearchNode node, List<List<String>> best)
      throws IOException {
    double recall = 0;
    for (int q = 0; q < QUERIES; q++) {
      String body = Requests.search(Requests.lateInteraction(collection.queries()[q])).toString();
      JsonNode answer = node.search(INDEX, body, "preference=_local");
      recall += CranfieldTokens.recall(best.get(q), OpenSearchNode.ids(answer)) / QUERIES;
    }
    System.out.println("recall@10, " + step + ": " + recall);
    assertTrue(step + ", recall@10: " + recall, recall >= 0.95);
    JsonNode count = node.search(INDEX, "{\"size\": 0}", "preference=_local");
    assertEquals(indexed, count.at("/hits/total/value").asInt());
  }

  private Set<String> versions() throws IOException {
    return Set.copyOf(
        nodes[0].http().get("/_cat/nodes?h=version").text().lines().map(String::strip).toList());
  }

  @Test
  public void testUpgrade() throws IOException {
    start(older, 0);
    start(older, 1);
    for (OpenSearchNode node : nodes) {
      node.awaitHealth("red", NODES);
    }
    nodes[0]
        .http()
        .put("/" + INDEX, Requests.indexWithoutSource(", \"number_of_replicas\": 1"))
        .ok();
    awaitGreen();
    indexAndSearch("older", 0, 800);
    nodes[0].http().post("/" + INDEX + "/_forcemerge?max_num_segments=1", null).ok();
    indexAndSearch("older, merged", 0, 1000);

    upgrade(1);
    assertEquals(2, versions().size());
    indexAndSearch("mixed", 0, 1100);
    indexAndSearch("mixed, by the newer node", 1, 1200);
    upgrade(0);
    assertEquals(1, versions().size());
    indexAndSearch("newer", 1, collection.ids().size());
    nodes[0].http().post("/" + INDEX + "/_forcemerge?max_num_segments=1", null).ok();
    indexAndSearch("newer, merged", 0, collection.ids().size());
  }
}
