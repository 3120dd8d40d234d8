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
package io.github.luceneplaid.engine.nodes;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.Test;

/**
 * Texts in and questions in words, on a node of Elasticsearch or OpenSearch with the second plugin.
 * It has the model {@link io.github.luceneplaid.testframework.TinyModel} by the name {@code tiny}.
 */
public abstract class EncoderTestCase {

  private static final String LONG =
      "Ships need water of some depth, and a pilot who knows the harbour well. ".repeat(60);

  private final Http http;
  private final String readme;
  private final Pattern command;

  /**
   * Tests a node that {@link #prepare} was called for.
   *
   * @param readme the part of the README about texts
   * @param command a command of it, with the groups method, path and body
   */
  protected EncoderTestCase(Http http, String readme, Pattern command) {
    this.http = http;
    this.readme = readme;
    this.command = command;
  }

  /** Makes the pipelines and indexes of the tests. */
  protected static void prepare(Http http) throws IOException {
    pipeline(http, "text", "\"field\": \"text\", \"target_field\": \"tokens\"");
    pipeline(
        http,
        "passages",
        "\"field\": \"text\", \"target_field\": \"passages\", \"passages\": true");
    pipeline(
        http, "tiny", "\"field\": \"text\", \"target_field\": \"tokens\", \"model\": \"tiny\"");
    pipeline(
        http, "none", "\"field\": \"text\", \"target_field\": \"tokens\", \"model\": \"none\"");
    index(http, "texts", "\"tokens\": {\"type\": \"token_vectors\", \"dims\": 128}");
    index(http, "tiny", "\"tokens\": {\"type\": \"token_vectors\", \"dims\": 8}");
    index(http, "marks", "\"tokens\": {\"type\": \"token_vectors\", \"dims\": 8}");
    index(
        http,
        "nested",
        "\"passages\": {\"type\": \"nested\", \"properties\": {"
            + "\"tokens\": {\"type\": \"token_vectors\", \"dims\": 128}}}");
  }

  private static void pipeline(Http http, String name, String parameters) throws IOException {
    http.put(
            "/_ingest/pipeline/" + name,
            "{\"processors\": [{\"token_vectors\": {" + parameters + "}}]}")
        .ok();
  }

  private static void index(Http http, String name, String fields) throws IOException {
    http.put(
            "/" + name,
            "{\"settings\": {\"index.token_vectors\": true}, \"mappings\": {\"properties\": {"
                + fields
                + "}}}")
        .ok();
  }

  private Http.Answer add(String index, String pipeline, String id, String text)
      throws IOException {
    ObjectNode document = Http.JSON.createObjectNode().put("text", text);
    return http.put(
        "/" + index + "/_doc/" + id + "?refresh=true&pipeline=" + pipeline, document.toString());
  }

  private static String body(ObjectNode query) {
    ObjectNode search = Http.JSON.createObjectNode();
    return search.put("size", 10).set("query", query).toString();
  }

  private JsonNode hits(String index, String search) throws IOException {
    return http.post("/" + index + "/_search", search).ok().at("/hits/hits");
  }

  private static ObjectNode question(String text) {
    ObjectNode query = Http.JSON.createObjectNode();
    query.putObject("maxsim").put("field", "tokens").put("query_text", text);
    return query;
  }

  private static void assertRefused(Http.Answer answer, String reason) {
    assertEquals(answer.text(), 400, answer.status());
    assertTrue(answer.text(), answer.text().contains(reason));
  }

  /** The commands of the README, one after the other. */
  @Test
  public void testReadme() throws IOException {
    Matcher commands = command.matcher(readme);
    List<String> best = new ArrayList<>();
    List<String> marked = new ArrayList<>();
    int count = 0;
    for (; commands.find(); count++) {
      String body = commands.group(3).stripLeading();
      JsonNode answer = http.send(commands.group(1), commands.group(2), body).ok();
      assertFalse(answer.toString(), answer.path("errors").asBoolean());
      if (answer.has("hits")) {
        best.add(answer.at("/hits/hits/0/_id").asText());
        marked.add(answer.at("/hits/hits/0/highlight/text/0").asText());
      }
    }
    assertEquals(readme.split("\ncurl ", -1).length - 1, count);
    assertEquals(List.of("2", "2"), best);
    assertTrue(marked.toString(), readme.contains("`\"text\": [\"" + marked.get(0) + "\"]`"));
  }

  @Test
  public void testLongTexts() throws IOException {
    String needle = LONG + "The purple elephant escaped from the zoo.";
    add("texts", "text", "ships", LONG).ok();
    add("texts", "text", "elephant", needle).ok();
    String search = body(question("which animal ran away"));
    assertEquals("elephant", hits("texts", search).at("/0/_id").asText());

    ObjectNode words = (ObjectNode) Http.JSON.readTree(search);
    ObjectNode shown = words.putObject("highlight").put("number_of_fragments", 0);
    shown.putObject("fields").putObject("text").put("type", "maxsim");
    JsonNode marks = hits("texts", words.toString()).at("/0/highlight");
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
    JsonNode best = hits("nested", body(nested)).get(0);
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

  private Http.Answer search(ObjectNode maxsim) throws IOException {
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

  private Http.Answer marks(String model) throws IOException {
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
        http,
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
}
