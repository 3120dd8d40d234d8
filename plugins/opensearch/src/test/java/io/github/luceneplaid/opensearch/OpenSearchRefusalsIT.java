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
import io.github.luceneplaid.engine.nodes.Http;
import io.github.luceneplaid.engine.nodes.Ports;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import org.junit.AfterClass;
import org.junit.BeforeClass;
import org.junit.ClassRule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/** Tests which requests a node with the plugin refuses, and with which messages. */
public class OpenSearchRefusalsIT {

  @ClassRule public static final TemporaryFolder FOLDER = new TemporaryFolder();

  private static OpenSearchNode node;
  private static Http http;

  @BeforeClass
  public static void start() throws IOException {
    int[] ports = Ports.free(2);
    node =
        new OpenSearchHome(FOLDER.getRoot().toPath())
            .start("single", ports[0], ports[1], "discovery.type=single-node");
    http = node.http();
    node.awaitHealth("red", 1);
    create("empty", Requests.index(""));
  }

  @AfterClass
  public static void end() throws IOException {
    if (node != null) {
      node.close();
    }
  }

  private static void create(String index, String body) throws IOException {
    http.put("/" + index, body).ok();
  }

  @Test
  public void testBadDocuments() throws IOException {
    String mapping = "{\"properties\": {\"v\": {\"type\": \"token_vectors\", \"dims\": 2 %s}}}";
    create(
        "bad",
        "{\"settings\": {\"index.token_vectors\": true}, \"mappings\": "
            + String.format(Locale.ROOT, mapping, ", \"max_vectors\": 2")
            + "}");
    String[][] documents = {
      {"{\"v\": [[1, 0], [0, 1]]}", null},
      {"{\"v\": [[1, 0], [0]]}", "field [v]: token 1 has 1 numbers, expected 2"},
      {"{\"v\": [[1, 0, 1]]}", "field [v]: token 0 has more than 2 numbers, expected 2"},
      {"{\"v\": [[1, NaN]]}", "Non-standard token 'NaN'"},
      {"{\"v\": \"AADAfwAAgD8=\"}", "field [v]: token 0, dimension 0: found NaN"},
      {"{\"v\": [[1e300, 0]]}", "field [v]: token 0, dimension 0: found Infinity"},
      {"{\"v\": [1, 2]}", "field [v]: found a number, expected an array of token vectors"},
      {"{\"v\": {\"a\": 1}}", "field [v]: found start_object"},
      {"{\"v\": [[1, 0], [1, 0], [1, 0]]}", "field [v]: found more than 2 tokens"},
      {"{\"v\": \"AACA\"}", "field [v]: found 3 bytes of 32-bit floats"},
      {"{\"v\": \"?\"}", "field [v]: found a text that is not base64"},
      {"{\"v\": []}", null},
      {"{\"v\": null}", null},
      {"{\"v\": \"f16:ADwAAA==\"}", null},
    };
    StringBuilder lines = new StringBuilder();
    for (String[] document : documents) {
      lines.append("{\"index\": {}}\n").append(document[0]).append('\n');
    }
    JsonNode items = http.post("/bad/_bulk?refresh=true", lines.toString()).ok().get("items");
    for (int i = 0; i < documents.length; i++) {
      JsonNode item = items.get(i).get("index");
      String expected = documents[i][1];
      assertEquals(item.toString(), expected == null ? 201 : 400, item.get("status").asInt());
      if (expected != null) {
        assertTrue(item.toString(), item.at("/error/caused_by/reason").asText().contains(expected));
        assertTrue(item.at("/error/reason").asText().contains("field [v]"));
      }
    }
    assertEquals(2, ids(node.search("bad", query("[[1, 0]]"))).size());
    // Settings that only check values can be changed
    http.put("/bad/_mapping", String.format(Locale.ROOT, mapping, ", \"max_vectors\": 3")).ok();
    http.post("/bad/_doc", "{\"v\": [[1, 0], [1, 0], [1, 0]]}").ok();
    assertRefused(
        http.put("/bad/_mapping", String.format(Locale.ROOT, mapping, ", \"bits\": 2")),
        "parameter [bits]");
  }

  private static String query(String vectors) {
    return "{\"query\": {\"maxsim\": {\"field\": \"v\", \"query_vectors\": " + vectors + "}}}";
  }

  private static void assertRefused(Http.Answer answer, String reason) {
    assertEquals(answer.text(), 400, answer.status());
    assertTrue(answer.text(), answer.text().contains(reason));
  }

  @Test
  public void testIgnoreMalformed() throws IOException {
    create(
        "malformed",
        """
        {"settings": {"index.token_vectors": true, "index.mapping.ignore_malformed": true},
         "mappings": {"properties": {"v": {"type": "token_vectors", "dims": 2}}}}
        """);
    http.put("/malformed/_doc/1", "{\"v\": [[1, [0]], [0, 1, 2], {}], \"word\": \"kept\"}").ok();
    http.put("/malformed/_doc/2?refresh=true", "{\"v\": [[1, 0]], \"word\": \"kept\"}").ok();
    assertEquals(
        2, ids(node.search("malformed", "{\"query\": {\"match\": {\"word\": \"kept\"}}}")).size());
    assertEquals(List.of("2"), ids(node.search("malformed", query("[[1, 0]]"))));
  }

  @Test
  public void testBadMappingsAndSettings() throws IOException {
    String[][] bodies = {
      {"", "\"dims\": 2", "needs the index setting [index.token_vectors]"},
      {on(""), "\"bits\": 4", "field [v]: [dims] is missing"},
      {on(""), "\"dims\": 1025", "field [v]: [dims]: found 1025, expected 1 to 1024"},
      {on(""), "\"dims\": \"many\"", "field [v]: [dims]: found many, expected an integer"},
      {on(""), "\"dims\": 2, \"bits\": 5", "field [v]: [bits]: found 5"},
      {on(""), "\"dims\": 2, \"raw\": \"double\"", "field [v]: [raw]: found double"},
      {on(""), "\"dims\": 2, \"max_vectors\": 0", "field [v]: [max_vectors]: found 0"},
      {on(""), "\"dims\": 2, \"colour\": 1", "unknown parameter [colour]"},
      {on(""), "\"dims\": 2, \"copy_to\": \"w\"", "field [v]: found [fields] or [copy_to]"},
      {on(", \"index.codec\": \"zlib\""), "\"dims\": 2", "[index.codec]: found zlib"},
    };
    for (String[] body : bodies) {
      String index =
          String.format(
              Locale.ROOT,
              "{\"settings\": {%s}, \"mappings\": {\"properties\": {\"v\": {\"type\":"
                  + " \"token_vectors\", %s}}}}",
              body[0],
              body[1]);
      assertRefused(http.put("/refused", index), body[2]);
    }
  }

  private static String on(String more) {
    return "\"index.token_vectors\": true" + more;
  }

  @Test
  public void testBadQueries() throws IOException {
    String[][] queries = {
      {"\"field\": \"tokens\"", "found neither [query_vectors] nor [query_text]"},
      {"\"field\": \"text\", \"query_vectors\": [[1]]", "found type [text], expected type"},
      {"\"field\": \"tokens\", \"query_vectors\": [[1]]", "token 0 has 1 numbers, expected 128"},
      {"\"field\": \"tokens\", \"query_vectors\": []", "found no vectors"},
      {"\"field\": \"tokens\", \"query_vectors\": [1]", "found a number, expected an array"},
      {"\"field\": \"tokens\", \"query_vectors\": \"AAAA\"", "found 3 bytes of 32-bit floats"},
      {"\"field\": \"tokens\", \"query_vectors\": [[1]], \"k\": 0", "[k]: found 0, expected 1 to"},
      {"\"field\": \"tokens\", \"query_vectors\": [[1]], \"kk\": 1", "unknown field [kk]"},
      {"\"field\": \"tokens\", \"query_vectors\": [[1]], \"k\": 1, \"exact\": true", "none of [k]"},
    };
    for (String[] query : queries) {
      assertRefused(
          http.post("/empty/_search", "{\"query\": {\"maxsim\": {" + query[0] + "}}}"), query[1]);
    }
  }

  /** A field that is not mapped, or that no document has: no hits, as for other queries. */
  @Test
  public void testNoField() throws IOException {
    for (String field : new String[] {"none", "tokens"}) {
      String vectors = "[[1" + ",0".repeat(127) + "]]";
      String query =
          String.format(
              Locale.ROOT,
              "{\"query\": {\"maxsim\": {\"field\": \"%s\", \"query_vectors\": %s}}}",
              field,
              vectors);
      assertEquals(List.of(), ids(node.search("empty", query)));
    }
  }
}
