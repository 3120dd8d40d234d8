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

package io.github.luceneplaid.solr;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;
import static org.junit.Assume.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.luceneplaid.engine.nodes.CranfieldTokens;
import io.github.luceneplaid.engine.nodes.Http;
import io.github.luceneplaid.engine.nodes.Ports;
import io.github.luceneplaid.engine.nodes.ServerProcess;
import io.github.luceneplaid.testframework.CranfieldFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.solr.common.cloud.SolrZkClient;
import org.apache.solr.common.cloud.ZkMaintenanceUtils;
import org.apache.zookeeper.server.ZooKeeperServerMain;
import org.junit.After;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/** Two nodes of SolrCloud with ZooKeeper, and a collection of two shards with two replicas each. */
public class SolrCloudIT {

  private static final String COLLECTION = "cranfield";
  private static final Path CONFIG = Path.of("src", "main", "example", "conf");
  private static final int NODES = 2;
  private static final int SHARDS = 2;
  private static final int BULK = 100;
  private static final int QUERIES = 30;

  @Rule public final TemporaryFolder folder = new TemporaryFolder();

  private final List<SolrNode> nodes = new ArrayList<>();
  private CranfieldTokens cranfield;
  private ServerProcess zooKeeper;

  @Before
  public void start() throws IOException {
    assumeTrue("no collection in " + CranfieldFolder.path(), Files.exists(CranfieldFolder.path()));
    cranfield = CranfieldTokens.read();
    int[] ports = Ports.free(1 + NODES);
    String address = "127.0.0.1:" + ports[NODES];
    startZooKeeper(ports[NODES]);
    uploadConfig(address);
    for (int n = 0; n < NODES; n++) {
      nodes.add(SolrNode.ofCloud(folder.newFolder("node" + n).toPath(), ports[n], address));
      nodes.get(n).install();
      nodes.get(n).start(List.of());
    }
  }

  private void startZooKeeper(int port) throws IOException {
    Path home = folder.newFolder("zookeeper").toPath();
    Path config = home.resolve("zoo.cfg");
    Files.writeString(
        config,
        "tickTime=1000\nclientPortAddress=127.0.0.1\nadmin.enableServer=false\nclientPort="
            + port
            + "\ndataDir="
            + home.resolve("data")
            + "\n");
    List<String> command = new ArrayList<>(SolrNode.java());
    command.add(ZooKeeperServerMain.class.getName());
    command.add(config.toString());
    zooKeeper = ServerProcess.start(command, Map.of(), home.resolve("log"), false);
  }

  private static void uploadConfig(String address) throws IOException {
    try (SolrZkClient client =
        new SolrZkClient.Builder()
            .withUrl(address)
            .withTimeout(60, TimeUnit.SECONDS)
            .withConnTimeOut(60, TimeUnit.SECONDS)
            .build()) {
      ZkMaintenanceUtils.uploadToZK(client, CONFIG, "/configs/tokens", null);
    }
  }

  @After
  public void end() throws IOException {
    for (SolrNode node : nodes) {
      node.close();
    }
    if (zooKeeper != null) {
      zooKeeper.close();
    }
  }

  @Test
  public void testReplicasAndCrash() throws IOException {
    Http http = nodes.getFirst().http();
    http.get(
            "/solr/admin/collections?action=CREATE&name=cranfield&collection.configName=tokens"
                + "&numShards=2&replicationFactor=2&waitForFinalState=true")
        .ok();
    awaitReplicas(nodes.getFirst(), SHARDS * NODES);
    index(http, 0, 1000);
    for (SolrNode node : nodes) {
      search(node, 1000);
    }
    nodes.getLast().process().kill();
    awaitReplicas(nodes.getFirst(), SHARDS);
    search(nodes.getFirst(), 1000);
    index(http, 1000, cranfield.ids().size());
    search(nodes.getFirst(), cranfield.ids().size());
    // The node takes what it missed from the other one
    nodes.getLast().start(List.of());
    awaitReplicas(nodes.getLast(), SHARDS * NODES);
    nodes.getFirst().process().kill();
    awaitReplicas(nodes.getLast(), SHARDS);
    search(nodes.getLast(), cranfield.ids().size());
  }

  /** Waits until so many replicas answer, and each shard has a leader among them. */
  private void awaitReplicas(SolrNode node, int count) throws IOException {
    node.http()
        .await(
            "/solr/admin/collections?action=CLUSTERSTATUS&collection=" + COLLECTION,
            node.process()::isAlive,
            answer -> isActive(answer.body().get("cluster"), count));
  }

  private static boolean isActive(JsonNode cluster, int count) {
    if (cluster == null) {
      return false;
    }
    List<String> live = new ArrayList<>();
    cluster.get("live_nodes").forEach(node -> live.add(node.asText()));
    int active = 0;
    int leaders = 0;
    for (JsonNode shard : cluster.at("/collections/" + COLLECTION + "/shards")) {
      for (JsonNode replica : shard.get("replicas")) {
        if (live.contains(replica.get("node_name").asText())
            && replica.get("state").asText().equals("active")) {
          active++;
          leaders += replica.path("leader").asBoolean() ? 1 : 0;
        }
      }
    }
    return active == count && leaders == SHARDS;
  }

  private void index(Http http, int from, int to) throws IOException {
    for (int start = from; start < to; start += BULK) {
      ArrayNode bulk = Http.JSON.createArrayNode();
      for (int doc = start; doc < Math.min(to, start + BULK); doc++) {
        bulk.addObject()
            .put("id", cranfield.ids().get(doc))
            .put("text", cranfield.texts().get(doc))
            .put("tokens", CranfieldTokens.base64(cranfield.documents()[doc], true));
      }
      JsonNode answer = http.post("/solr/cranfield/update", bulk.toString()).ok();
      assertEquals(answer.toString(), 0, answer.at("/responseHeader/errors").size());
    }
    http.post("/solr/cranfield/update?commit=true", "[]").ok();
  }

  private void search(SolrNode node, int indexed) throws IOException {
    double recall = 0;
    for (int query = 0; query < QUERIES; query++) {
      ObjectNode json = Http.JSON.createObjectNode();
      json.putObject("params")
          .put("q", "{!maxsim f=tokens k=10 v=$qv}")
          .put("qv", CranfieldTokens.base64(cranfield.queries()[query], false))
          .put("fl", "id")
          .put("rows", "10");
      List<String> ids = new ArrayList<>();
      node.http()
          .post("/solr/cranfield/select", json.toString())
          .ok()
          .at("/response/docs")
          .forEach(hit -> ids.add(hit.get("id").asText()));
      recall +=
          CranfieldTokens.recall(cranfield.best(query, 10, doc -> doc < indexed), ids) / QUERIES;
    }
    System.out.println("recall@10, " + indexed + " documents: " + recall);
    assertTrue("recall@10: " + recall, recall >= 0.95);
  }
}
