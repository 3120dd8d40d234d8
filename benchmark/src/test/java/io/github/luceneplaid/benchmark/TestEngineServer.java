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
package io.github.luceneplaid.benchmark;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.luceneplaid.fsvi.files.ElementType;
import io.github.luceneplaid.fsvi.files.NpyWriter;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.lucene.tests.util.LuceneTestCase;

/** Engines in Java, from building to deleting, by the protocol. */
public class TestEngineServer extends LuceneTestCase {
  private static final int DOCUMENTS = 60;
  private static final int DIMENSION = 16;

  private Path root;
  private DataFolder data;

  @Override
  public void setUp() throws Exception {
    super.setUp();
    // Not one of the file systems that Lucene tests with: they do not give files to NIO.
    root = Path.of(createTempDir().toRealPath().toString());
    data = new DataFolder(root.resolve("data"));
    writeTexts(data.documentsPath(), DOCUMENTS, 0);
    writeTexts(data.queriesPath(), 5, 1);
    // All documents have a word of each query.
    writeWords(data.textsPath(), DOCUMENTS, "flows of air ");
    writeWords(data.queryTextsPath(), 5, "the flow ");
    try (Texts documents = data.documents();
        Texts queries = data.queries()) {
      Json.write(data.exactPath(), ExactSearch.run(documents, queries, 10, 2));
    }
  }

  private static void writeWords(Path file, int count, String words) throws Exception {
    List<TextLine> lines = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      lines.add(new TextLine(Integer.toString(i), words + i));
    }
    TextLine.write(file, lines);
  }

  /** Writes random texts of at least {@code minimum} tokens. */
  private static void writeTexts(Path folder, int count, int minimum) throws Exception {
    Files.createDirectories(folder);
    List<Integer> lengths = new ArrayList<>();
    try (NpyWriter output =
        new NpyWriter(folder.resolve(Texts.TOKENS), ElementType.FLOAT16, DIMENSION)) {
      for (int i = 0; i < count; i++) {
        int length = minimum + random().nextInt(6);
        float[] tokens = new float[length * DIMENSION];
        for (int token = 0; token < length; token++) {
          double squares = 0;
          for (int j = token * DIMENSION; j < (token + 1) * DIMENSION; j++) {
            tokens[j] = (float) random().nextGaussian();
            squares += tokens[j] * tokens[j];
          }
          for (int j = token * DIMENSION; j < (token + 1) * DIMENSION; j++) {
            tokens[j] /= (float) Math.sqrt(squares);
          }
        }
        output.writeFloats(tokens, 0, tokens.length);
        lengths.add(length);
      }
      output.finish();
    }
    Json.write(folder.resolve(Texts.LENGTHS), lengths);
  }

  private ObjectNode request(String command) {
    return Json.object()
        .put("cmd", command)
        .put("data", data.path().toString())
        .put("index", root.resolve("index").toString());
  }

  private static List<JsonNode> serve(String engine, ObjectNode... requests) throws Exception {
    StringBuilder text = new StringBuilder();
    for (ObjectNode request : requests) {
      text.append(Json.text(request)).append('\n');
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (PrintStream out = new PrintStream(bytes, true, UTF_8)) {
      new EngineServer(engine, new PrintStream(OutputStream.nullOutputStream(), true, UTF_8))
          .serve(new BufferedReader(new StringReader(text.toString())), out);
    }
    List<JsonNode> answers = new ArrayList<>();
    for (String line : bytes.toString(UTF_8).lines().toList()) {
      answers.add(Json.parse(line));
    }
    assertEquals(requests.length, answers.size());
    return answers;
  }

  public void testEngines() throws Exception {
    for (String engine :
        List.of("plaid", "lucene-all", "lucene-pooled", "lucene-bm25", "lucene-muvera")) {
      check(engine);
      Folders.delete(root.resolve("index"));
    }
  }

  private void check(String engine) throws Exception {
    JsonNode built = serve(engine, request("build")).get(0);
    assertTrue(engine + built, built.has("bytes"));
    assertTrue(built.toString(), built.get("bytes").asLong() > 0);
    assertTrue(built.toString(), built.get("wall_s").asDouble() >= 0);
    ObjectNode search = request("search").put("k", 3);
    search.putObject("params").put("candidates", DOCUMENTS);
    Hits[] exact = data.exact();
    ObjectNode delete = request("delete");
    delete.putArray("positions").add(exact[0].ids()[0]);
    List<JsonNode> answers =
        serve(
            engine,
            request("search"),
            request("open"),
            search,
            delete,
            search,
            request("add").put("from", exact[0].ids()[0]).put("to", exact[0].ids()[0] + 1),
            search,
            request("info"),
            request("quit"));
    assertEquals("java.io.IOException: no index is open", answers.get(0).get("error").asText());
    assertTrue(answers.get(1).toString(), answers.get(1).get("segments").asInt() >= 1);
    for (int q = 0; q < exact.length; q++) {
      assertHits(Arrays.copyOf(exact[q].ids(), 3), answers.get(2).get("ids").get(q));
    }
    assertEquals(exact.length, answers.get(2).get("latency_us").size());
    assertHits(Arrays.copyOfRange(exact[0].ids(), 1, 4), answers.get(4).get("ids").get(0));
    assertHits(Arrays.copyOf(exact[0].ids(), 3), answers.get(6).get("ids").get(0));
    assertEquals(engine, answers.get(7).get("engine").asText());
  }

  /** Each engine has settings that trace a curve. */
  public void testSettings() throws Exception {
    EngineSettings[] all = Json.resource("settings.json", EngineSettings[].class);
    assertTrue(all.length >= 12);
    for (EngineSettings settings : all) {
      assertFalse(settings.engine(), settings.builds().isEmpty());
      assertFalse(settings.engine(), settings.searches().get(10).isEmpty());
      assertEquals(settings, EngineSettings.of(settings.engine()));
    }
  }

  /** Words decide which documents are scored; searches have the words of their queries. */
  public void testBm25() throws Exception {
    List<TextLine> texts = new ArrayList<>();
    for (int i = 0; i < DOCUMENTS; i++) {
      texts.add(new TextLine(Integer.toString(i), i % 2 == 0 ? "even" : "odd"));
    }
    TextLine.write(data.textsPath(), texts);
    List<TextLine> queries = new ArrayList<>();
    for (String text : List.of("Evens", "odd", "even or odd", "neither", "the")) {
      queries.add(new TextLine(text, text));
    }
    TextLine.write(data.queryTextsPath(), queries);
    ObjectNode search = request("search").put("k", DOCUMENTS);
    JsonNode answer = serve("lucene-bm25", request("build"), request("open"), search).get(2);
    assertTrue(answer.toString(), answer.has("ids"));
    JsonNode ids = answer.get("ids");
    int[] lengths = Json.read(data.documentsPath().resolve(Texts.LENGTHS), int[].class);
    int[] found = new int[5];
    for (int q = 0; q < found.length; q++) {
      found[q] = ids.get(q).size();
    }
    int even = 0;
    int odd = 0;
    for (int i = 0; i < DOCUMENTS; i++) {
      even += lengths[i] > 0 && i % 2 == 0 ? 1 : 0;
      odd += lengths[i] > 0 && i % 2 == 1 ? 1 : 0;
    }
    assertArrayEquals(new int[] {even, odd, even + odd, 0, 0}, found);
  }

  private static void assertHits(int[] expected, JsonNode found) throws Exception {
    assertEquals(Json.tree(expected), found);
  }

  public void testErrorsAreAnswered() throws Exception {
    List<JsonNode> answers =
        serve("plaid", request("dance"), Json.object().put("cmd", "build"), request("info"));
    assertEquals("not supported", answers.get(0).get("error").asText());
    assertTrue(
        answers.get(1).get("error").asText().endsWith("data is missing")
            || answers.get(1).get("error").asText().endsWith("index is missing"));
    assertTrue(answers.get(2).has("version"));
  }

  /** A process that answers by a script. */
  public void testProcess() throws Exception {
    assumeTrue("needs a shell", Files.isExecutable(Path.of("/bin/sh")));
    Path log = root.resolve("log");
    String script =
        "read a; echo \"{\\\"said\\\": $a, \\\"x\\\": \\\"$X\\\"}\"; echo hello >&2; read a;"
            + " echo '{\"error\": \"not supported\"}'; read a; exit 1";
    try (EngineProcess process =
        new EngineProcess(List.of("/bin/sh", "-c", script), Map.of("X", "y"), log)) {
      JsonNode answer = process.ask("info");
      assertEquals("info", answer.get("said").get("cmd").asText());
      assertEquals("y", answer.get("x").asText());
      EngineProcess.Refused refused =
          expectThrows(EngineProcess.Refused.class, () -> process.ask("add"));
      assertEquals("not supported", refused.getMessage());
      assertTrue(
          expectThrows(IOException.class, () -> process.ask("open"))
              .getMessage()
              .contains(log.toString()));
    }
    assertEquals("hello\n", Files.readString(log));
  }
}
