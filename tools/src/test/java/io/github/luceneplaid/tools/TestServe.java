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
package io.github.luceneplaid.tools;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.luceneplaid.testframework.Processes;
import io.github.luceneplaid.testframework.TinyModel;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.apache.lucene.util.IOUtils;

/** {@code plaid serve}, as programs see it. */
public class TestServe extends ServeTestCase {
  /** The number of checks for something, one every hundredth of a second: two minutes in total. */
  private static final int PATIENCE = 12_000;

  public void testRoutes() throws Exception {
    serveThree();
    Map<String, String> types =
        Map.of(
            "", "text/html; charset=utf-8",
            "style.css", "text/css; charset=utf-8",
            "icon.svg", "image/svg+xml",
            "page.js", "text/javascript; charset=utf-8",
            "hits.js", "text/javascript; charset=utf-8",
            "map.js", "text/javascript; charset=utf-8",
            "shown.js", "text/javascript; charset=utf-8",
            "api/index", "application/json; charset=utf-8",
            "api/search?q=red", "application/json; charset=utf-8",
            "api/explain?q=red&doc=x", "application/json; charset=utf-8");
    for (Map.Entry<String, String> route : types.entrySet()) {
      HttpResponse<String> response = get(route.getKey());
      assertEquals(200, response.statusCode());
      assertEquals(route.getValue(), response.headers().firstValue("Content-Type").orElseThrow());
      assertHeaders(response.headers());
    }
    String page = get("").body();
    assertEquals(page, get("?q=red").body());
    assertFalse("all is from here", page.contains("//"));
    for (String path :
        List.of("nothing", "api", "api/search/", "serve/page.html", "..%2fx", "%00")) {
      assertTrue(refusal(404, path), refusal(404, path).contains("found nothing there"));
      assertHeaders(get(path).headers());
    }
    assertHeaders(get("api/search").headers());
  }

  public void testIndex() throws Exception {
    serveThree();
    JsonNode facts = json("api/index");
    assertEquals(index.toString(), facts.get("index").textValue());
    assertEquals(3, facts.get("documents").intValue());
    assertTrue(facts.get("words").booleanValue());
    Map<String, String> fields =
        StreamSupport.stream(facts.get("fields").spliterator(), false)
            .collect(
                Collectors.toMap(f -> f.get("name").textValue(), f -> f.get("kind").textValue()));
    assertEquals("whole numbers", fields.get("year"));
    assertEquals("text", fields.get("tags"));
    assertEquals("words", fields.get("text"));
  }

  /** The answer has the output of the command, and the data that a page needs besides. */
  public void testSearch() throws Exception {
    serveThree();
    for (String query : List.of("blue moons", "red", "the house")) {
      JsonNode printed = json("search", index, "--model", model, "--json", query);
      JsonNode shown = json("api/search?q=" + encoded(query));
      assertSame(printed, shown);
      printed = json("search", index, "--model", model, "--json", query, "--words", "-k1");
      shown = json("api/search?k=1&words=1&q=" + encoded(query));
      assertTrue(shown.get("hits").get(0).has("ranks"));
      assertSame(printed, shown);
    }
    JsonNode hit = json("api/search?q=blue+moons").get("hits").get(0);
    assertEquals("y", hit.get("document").textValue());
    assertEquals(0, hit.get("heading").size());
    assertEquals("a [blue] river under the [moon]", marked(hit.get("snippet")));
    assertEquals("{\"year\":[\"1948\"]}", hit.get("fields").toString());

    hit = json("api/search?words=0&q=red&filter=year:[*+TO+1910]").get("hits").get(0);
    assertEquals("[Red]", marked(hit.get("heading")));
    assertEquals("the red house runs", marked(hit.get("snippet")));
    String fields =
        "{\"year\": [\"1905\"], \"big\": [\"9007199254740993\"], \"tags\": [\"a\", \"b\"]}";
    assertEquals(mapper.readTree(fields), hit.get("fields"));
    assertEquals(0, json("api/search?q=red&filter=year:7").get("hits").size());
    assertEquals(2, json("api/search?q=red&filter=+").get("hits").size());
  }

  private static void assertSame(JsonNode printed, JsonNode shown) {
    assertEquals(printed.get("query"), shown.get("query"));
    assertEquals(printed.get("text"), shown.get("text"));
    assertEquals(printed.get("hits").size(), shown.get("hits").size());
    for (int i = 0; i < printed.get("hits").size(); i++) {
      ObjectNode hit = (ObjectNode) shown.get("hits").get(i);
      hit.remove(List.of("document", "heading", "snippet", "fields"));
      assertEquals(printed.get("hits").get(i), hit);
    }
  }

  public void testExplain() throws Exception {
    serveThree();
    JsonNode printed =
        json("explain", index, "--model", model, "--query", "blue moons", "--doc", "y", "--json");
    assertEquals(printed, json("api/explain?q=blue+moons&doc=y"));
  }

  /** The hit of a record in parts names the part, and an explanation is of that part. */
  public void testParts() throws Exception {
    index("{\"id\": \"long\", \"text\": \"" + "red cat. ".repeat(400) + "blue moon\"}");
    serve();
    JsonNode hits = json("api/search?q=blue+moon").get("hits");
    assertEquals(1, hits.size());
    assertEquals("long", hits.get(0).get("id").textValue());
    String part = hits.get(0).get("document").textValue();
    assertNotEquals("long", part);
    JsonNode explained = json("api/explain?q=blue+moon&doc=" + encoded(part));
    assertEquals(hits.get(0).get("score"), explained.get("score"));
    assertTrue(explained.get("text").textValue().endsWith("blue moon"));
  }

  /** Refusals have the messages of the command. */
  public void testRefusals() throws Exception {
    serveThree();
    for (String filter : List.of("nosuch:1", "year:[1 TO", "year:x*", "((", "a:/" + "(.*){99}/")) {
      assertEquals(2, plaid("search", index, "--model", model, "red", "--filter", filter));
      assertEquals(
          err.toString(),
          "plaid: " + refusal(400, "api/search?q=red&filter=" + encoded(filter)) + "\n");
    }
    for (String query : List.of("", "  ")) {
      assertEquals(1, plaid("search", index, "--model", model, query));
      String shown = "plaid: " + refusal(400, "api/search?q=" + encoded(query)) + "\n";
      assertEquals(err.toString(), shown);
      assertEquals(shown, "plaid: " + refusal(400, "api/explain?doc=x&q=" + encoded(query)) + "\n");
    }
    assertEquals("found no parameter q, expected one", refusal(400, "api/search?filter=year:1905"));
    assertEquals(
        "found the parameter K, expected filter, k, q, words", refusal(400, "api/search?K=1"));
    assertEquals("found the parameter x, expected none", refusal(400, "api/index?x"));
    assertEquals(
        "found the parameter q twice, expected it once", refusal(400, "api/search?q=a&q=a"));
    assertEquals("the parameter k is 0, expected 1 to 100", refusal(400, "api/search?q=a&k=0"));
    assertEquals("the parameter k is 101, expected 1 to 100", refusal(400, "api/search?q=a&k=101"));
    assertEquals("the parameter k is x, expected 1 to 100", refusal(400, "api/search?q=a&k=x"));
    assertEquals(
        "the parameter words is 2, expected 0 to 1", refusal(400, "api/search?q=a&words=2"));
    assertEquals(
        "document w: no such document in " + index, refusal(400, "api/explain?q=red&doc=w"));
    assertEquals(
        "document z: no tokens of 8 dimensions, which the query has",
        refusal(400, "api/explain?q=red&doc=z"));
  }

  /** Text that is too long for the model is left out, with a note as on a terminal. */
  public void testLongQuery() throws Exception {
    serveThree();
    String query = "red moon ".repeat(2000).strip();
    assertEquals(0, plaid("search", index, "--model", model, query));
    JsonNode notes = json("api/search?q=" + encoded(query)).get("notes");
    assertEquals(err.toString(), "plaid: " + notes.get(0).textValue() + "\n");
    assertTrue(notes.toString(), notes.toString().contains("too long for the model"));
    assertEquals(0, json("api/search?q=red").get("notes").size());
  }

  public void testNoWords() throws Exception {
    Path folder = createTempDir();
    Path tokens = folder.resolve("tokens.npz");
    byte[] array = NumpyFiles.npy("<f4", new int[] {1, 8}, 1, 0, 0, 0, 0, 0, 0, 0);
    NumpyFiles.npz(tokens, false, Map.of("x.npy", array));
    assertEquals(err.toString(), 0, plaid("index", tokens, "-o", index));
    serve();
    assertFalse(json("api/index").get("words").booleanValue());
    JsonNode hit = json("api/search?q=red").get("hits").get(0);
    assertEquals("x", hit.get("id").textValue());
    assertEquals("[]", hit.get("snippet").toString());
    assertEquals(1, plaid("search", index, "--model", model, "--words", "red"));
    String shown = refusal(400, "api/search?q=red&words=1");
    assertTrue(err.toString(), err.toString().endsWith("plaid: " + shown + "\n"));
    assertEquals(
        "#0", json("api/explain?q=red&doc=x").get("documentTokens").get(0).get("text").textValue());
  }

  public void testLaterCommits() throws Exception {
    serveThree();
    assertEquals("y x", ids("blue moon"));
    Path more =
        Files.writeString(
            createTempDir().resolve("m.jsonl"), "{\"id\": \"w\", \"text\": \"blue moon\"}");
    assertEquals(err.toString(), 0, plaid("add", index, more, "--model", model));
    assertEquals("y w x", ids("blue moon"));
    assertEquals(4, json("api/index").get("documents").intValue());
    assertEquals(0, plaid("delete", index, "--id", "y"));
    assertEquals("w x", ids("blue moon"));
    assertEquals(
        "document y: no such document in " + index, refusal(400, "api/explain?q=red&doc=y"));
    assertEquals(0, plaid("merge", index));
    assertEquals("w x", ids("blue moon"));
    index(X);
    assertEquals("x", ids("blue moon"));
  }

  /** The index may be deleted and replaced by another one, even one that looks the same. */
  public void testOtherIndex() throws Exception {
    // A file system on which open files can be deleted
    index = Path.of(createTempDir().toRealPath().toString()).resolve("index");
    serveThree();
    assertEquals("y x", ids("blue moon"));
    IOUtils.rm(index);
    assertEquals(
        index + ": expected a Lucene index, found none any more", refusal(400, "api/search?q=red"));
    index(Y, Z);
    assertEquals("y", ids("blue moon"));
    IOUtils.rm(index);
    index(X, Z);
    assertEquals("x", ids("blue moon"));
    IOUtils.rm(index);
    Path text = Files.writeString(createTempDir().resolve("t"), "red house");
    Path other = TinyModel.copyTo(createTempDir());
    Files.writeString(
        other.resolve("onnx_config.json"), "{\"query_length\": 7, \"document_length\": 9}");
    assertEquals(err.toString(), 0, plaid("index", text, "-o", index, "--model", other));
    String refused = refusal(400, "api/search?q=red");
    assertTrue(refused, refused.contains("its tokens are of the model " + other));
    assertEquals(refused, refusal(400, "api/search?q=red"));
    IOUtils.rm(index);
    index(Y);
    assertEquals("y", ids("blue moon"));
  }

  /** Many requests at the same time, on an index that changes, all get their own answers. */
  public void testThreads() throws Exception {
    serveThree();
    List<String> paths =
        List.of(
            "api/search?q=blue+moon",
            "api/search?q=the+red+house&words=1",
            "api/search?q=cat&filter=year:1948",
            "api/explain?q=blue+house&doc=y",
            "api/explain?q=red&doc=x");
    List<JsonNode> expected = new ArrayList<>();
    for (String path : paths) {
      expected.add(json(path));
    }
    try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
      List<Future<JsonNode>> answers = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        String path = paths.get(i % paths.size());
        answers.add(threads.submit(() -> json(path)));
      }
      for (int i = 0; i < 3; i++) {
        // New commits with the same content
        assertEquals(0, plaid("merge", index));
        Path more = Files.writeString(createTempDir().resolve("m.txt"), "., !");
        assertEquals(err.toString(), 0, plaid("add", index, more, "--model", model));
      }
      for (int i = 0; i < answers.size(); i++) {
        assertEquals(expected.get(i % paths.size()), answers.get(i).get());
      }
    }
  }

  /** Runs the command, and waits for the line that it prints. */
  private Thread start(int[] code, Object... args) throws Exception {
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
    Thread thread = new Thread(() -> code[0] = plaid(args), "plaid serve");
    thread.start();
    for (int i = 0;
        i < PATIENCE && thread.isAlive() && out.toString().endsWith("\n") == false;
        i++) {
      TimeUnit.MILLISECONDS.sleep(10);
    }
    address = out.toString().replaceFirst("(?s).*: (http://[0-9.:]+/) .*", "$1");
    return thread;
  }

  /** One line has the address of the page; requests are not logged. */
  public void testCommand() throws Exception {
    index(X, Y, Z);
    int[] code = {-1};
    Thread thread = start(code, "serve", index, "--model", model, "--port", 0);
    assertEquals(index + ": " + address + " (Ctrl-C ends)\n", out.toString());
    assertEquals("y x", ids("blue moon"));
    assertEquals(400, get("api/search?q=red&filter=nosuch:1").statusCode());
    Path odd = Files.writeString(index.resolve("segments_zz"), "it is not");
    refusal(500, "api/search?q=red");
    Files.delete(odd);
    assertEquals("y x", ids("blue moon"));

    int port = URI.create(address).getPort();
    String busy = "--port " + port + ": cannot be had (";
    thread.interrupt();
    thread.join();
    assertEquals(0, code[0]);
    assertEquals(index + ": " + address + " (Ctrl-C ends)\n", out.toString());
    assertEquals("", err.toString());
    expectThrows(ConnectException.class, () -> get(""));

    try (LocalServer server = new LocalServer(0, Map.of(), failures::add)) {
      int taken = URI.create(server.address()).getPort();
      busy = busy.replace(Integer.toString(port), Integer.toString(taken));
      assertFails(1, busy, "serve", index, "--model", model, "--port", taken);
    }
    for (int wrong : new int[] {-1, 65_536}) {
      String message = "--port " + wrong + ": expected 0 to 65535";
      assertFails(2, message, "serve", index, "--model", model, "--port", wrong);
    }
    assertFails(2, "name it by --model", "serve", index, "--port", 0);
    assertFails(1, "no such folder", "serve", index.resolve("x"), "--port", 0);
  }

  /** A failure is reported with its stack trace if wanted, but without the request. */
  public void testTrace() throws Exception {
    index(X);
    int[] code = {-1};
    Thread thread = start(code, "serve", index, "--model", model, "--port", 0, "--stacktrace");
    Files.writeString(index.resolve("segments_zz"), "it is not");
    refusal(500, "api/search?q=secret");
    thread.interrupt();
    thread.join();
    assertTrue(err.toString(), err.toString().contains("\tat " + LatestCommit.class.getName()));
    assertFalse(err.toString(), err.toString().contains("secret"));
    assertFalse(err.toString(), err.toString().contains(index.toString()));
  }

  /** A terminated server has the same exit code as other commands, and prints nothing. */
  @Nightly
  public void testSignal() throws Exception {
    index(X, Y, Z);
    Path output = createTempFile();
    Path errors = createTempFile();
    List<String> command = new ArrayList<>();
    command.add(Processes.java());
    command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-Xmx512m", "-cp"));
    command.add(System.getProperty("java.class.path"));
    command.add(Plaid.class.getName());
    command.addAll(List.of("serve", index.toString(), "--model", model.toString(), "--port", "0"));
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(output.toFile())
            .redirectError(errors.toFile())
            .start();
    for (int i = 0; i < PATIENCE && process.isAlive() && Files.size(output) == 0; i++) {
      TimeUnit.MILLISECONDS.sleep(10);
    }
    address = Files.readString(output).replaceFirst("(?s).*: (http://[0-9.:]+/) .*", "$1");
    assertEquals("y x", ids("blue moon"));
    process.destroy();
    assertNotEquals(0, Processes.await(process, Processes.MINUTES));
    assertFalse(Files.readString(errors), Files.readString(errors).contains("plaid: "));
    assertEquals(1, Files.readString(output).lines().count());
  }
}
