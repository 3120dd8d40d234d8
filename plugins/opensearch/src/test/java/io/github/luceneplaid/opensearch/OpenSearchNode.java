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
import io.github.luceneplaid.engine.nodes.Http;
import io.github.luceneplaid.engine.nodes.ServerProcess;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * A node that runs.
 *
 * @param process of the node
 * @param http requests to it
 */
record OpenSearchNode(ServerProcess process, Http http) implements Closeable {

  /** Documents of a bulk request: a few megabytes. */
  private static final int BULK = 20;

  /** Waits until the node is part of a cluster, and its shards are assigned. */
  void awaitHealth(String status, int nodes) throws IOException {
    http.await(
        "/_cluster/health?wait_for_status=" + status + "&wait_for_nodes=" + nodes + "&timeout=1s",
        process::isAlive,
        answer -> answer.status() == 200);
  }

  /** Adds documents with their fields {@code text}, {@code part} and {@code tokens}. */
  void index(String index, CranfieldTokens collection, int from, int to, boolean base64)
      throws IOException {
    for (int start = from; start < to; start += BULK) {
      StringBuilder lines = new StringBuilder();
      for (int doc = start; doc < Math.min(to, start + BULK); doc++) {
        ObjectNode action = Http.JSON.createObjectNode();
        action.putObject("index").put("_id", collection.ids().get(doc));
        lines.append(action).append('\n').append(document(collection, doc, base64)).append('\n');
      }
      JsonNode answer = http.post("/" + index + "/_bulk", lines.toString()).ok();
      if (answer.get("errors").asBoolean()) {
        throw new IOException("some documents were refused: " + answer);
      }
    }
  }

  /** A document; its part is its position modulo 7. */
  static ObjectNode document(CranfieldTokens collection, int doc, boolean base64) {
    ObjectNode document = Http.JSON.createObjectNode();
    document.put("text", collection.texts().get(doc));
    document.put("part", doc % 7);
    float[][] tokens = collection.documents()[doc];
    document.set(
        "tokens",
        base64
            ? Http.JSON.getNodeFactory().textNode(CranfieldTokens.base64(tokens, true))
            : Http.JSON.valueToTree(tokens));
    return document;
  }

  /** Answer to a search that must succeed on all shards. */
  JsonNode search(String index, String body, String... options) throws IOException {
    String path = "/" + index + "/_search?" + String.join("&", options);
    JsonNode answer = http.post(path, body).ok();
    if (answer.at("/_shards/failed").asInt() != 0 || answer.get("timed_out").asBoolean()) {
      throw new IOException("some shards failed: " + answer);
    }
    return answer;
  }

  /** Ids of the hits of an answer, best first. */
  static List<String> ids(JsonNode answer) {
    List<String> ids = new ArrayList<>();
    for (JsonNode hit : answer.at("/hits/hits")) {
      ids.add(hit.get("_id").asText());
    }
    return ids;
  }

  @Override
  public void close() throws IOException {
    process.close();
  }
}
