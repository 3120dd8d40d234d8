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

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.luceneplaid.engine.nodes.CranfieldTokens;
import io.github.luceneplaid.engine.nodes.Http;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntPredicate;

/** Makes requests for tests, and reads the answers. */
final class Searches {

  static final String FIELD = "tokens";

  private static final int BULK = 50;

  private Searches() {}

  /** A query by vectors in base64. */
  static String query(float[][] vectors, String more) {
    return query('"' + CranfieldTokens.base64(vectors, true) + '"', more);
  }

  /**
   * A query.
   *
   * @param vectors JSON
   * @param more further parameters, each after a comma
   */
  static String query(String vectors, String more) {
    return "{\"maxsim\":{\"field\":\"" + FIELD + "\",\"query_vectors\":" + vectors + more + "}}";
  }

  /** Ids and scores of the hits of a search, best first. */
  static Map<String, Double> search(Http http, String index, String body) throws IOException {
    return search(http, index, "", body);
  }

  /**
   * As the method above.
   *
   * @param more parameters of the address, each after {@code &}
   */
  static Map<String, Double> search(Http http, String index, String more, String body)
      throws IOException {
    JsonNode answer = http.post("/" + index + "/_search?request_cache=false" + more, body).ok();
    if (answer.at("/_shards/failed").asInt() != 0 || answer.path("timed_out").asBoolean()) {
      throw new IOException("not all shards answered: " + answer);
    }
    Map<String, Double> hits = new LinkedHashMap<>();
    for (JsonNode hit : answer.at("/hits/hits")) {
      hits.put(hit.path("_id").asText(), hit.path("_score").asDouble());
    }
    return hits;
  }

  /** Ids of the ten best hits of a query alone. */
  static List<String> ids(Http http, String index, String query) throws IOException {
    return List.copyOf(search(http, index, "{\"query\":" + query + "}").keySet());
  }

  /** Hits of each query of a collection, in a shape to compare: ids and scores. */
  static List<Map<String, Double>> searchAll(Http http, String index, CranfieldTokens tokens)
      throws IOException {
    List<Map<String, Double>> all = new ArrayList<>();
    for (float[][] vectors : tokens.queries()) {
      all.add(search(http, index, "{\"query\":" + query(vectors, "") + "}"));
    }
    return all;
  }

  /** Creates an index of a collection. */
  static void create(Http http, String index, String settings, String mapping) throws IOException {
    http.put(
            "/" + index,
            String.format(
                Locale.ROOT,
                """
            {"settings": {"index.token_vectors": true, "number_of_replicas": 0%s},
             "mappings": {"properties": {
               "tokens": {"type": "token_vectors", "dims": 128%s},
               "text": {"type": "text"},
               "part": {"type": "integer"},
               "first": {"type": "dense_vector", "dims": 128, "index_options": {"type": "hnsw"}}}}}
            """,
                settings,
                mapping))
        .ok();
  }

  /** Adds documents, by bulks. */
  static void add(Http http, String index, CranfieldTokens tokens, IntPredicate which)
      throws IOException {
    StringBuilder lines = new StringBuilder();
    int count = 0;
    for (int doc = 0; doc < tokens.ids().size(); doc++) {
      if (which.test(doc)) {
        lines.append(
            String.format(
                Locale.ROOT,
                "{\"index\":{\"_id\":\"%s\"}}%n%s%n",
                tokens.ids().get(doc),
                json(tokens, doc)));
        if (++count % BULK == 0) {
          bulk(http, index, lines.toString());
          lines.setLength(0);
        }
      }
    }
    if (lines.isEmpty() == false) {
      bulk(http, index, lines.toString());
    }
    http.post("/" + index + "/_refresh", null).ok();
  }

  /** A document: its tokens mostly in base64, now and then as numbers. */
  static String json(CranfieldTokens tokens, int doc) throws IOException {
    float[][] vectors = tokens.documents()[doc];
    ObjectNode json = Http.JSON.createObjectNode();
    json.put("text", tokens.texts().get(doc)).put("part", doc % 10);
    if (doc % 20 == 0) {
      json.set(FIELD, Http.JSON.valueToTree(vectors));
    } else {
      json.put(FIELD, CranfieldTokens.base64(vectors, doc % 2 == 0));
    }
    ArrayNode first = json.putArray("first");
    for (float number : vectors[0]) {
      first.add(number);
    }
    return Http.JSON.writeValueAsString(json);
  }

  /** Sends a bulk that must succeed. */
  static void bulk(Http http, String index, String lines) throws IOException {
    JsonNode answer = http.post("/" + index + "/_bulk", lines).ok();
    if (answer.path("errors").asBoolean()) {
      throw new IOException("bulk failed: " + answer);
    }
  }

  /** Merges each shard to one segment. */
  static void forceMerge(Http http, String index) throws IOException {
    http.post("/" + index + "/_forcemerge?max_num_segments=1", null).ok();
    http.post("/" + index + "/_refresh", null).ok();
  }
}
