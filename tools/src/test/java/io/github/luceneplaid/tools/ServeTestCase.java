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
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.luceneplaid.testframework.TinyModel;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.lucene.util.IOUtils;
import picocli.CommandLine;

/** Serves an index of the tiny model, and asks for pages. */
abstract class ServeTestCase extends CommandTestCase {
  static final String X =
      "{\"id\": \"x\", \"title\": \"Red\", \"text\": \"the red house runs\", \"year\": 1905,"
          + " \"big\": 9007199254740993, \"tags\": [\"a\", \"b\"]}";
  static final String Y =
      "{\"id\": \"y\", \"text\": \"a blue river under the moon\", \"year\": 1948}";
  static final String Z = "{\"id\": \"z\", \"text\": \"., !\"}";

  final ObjectMapper mapper = new ObjectMapper();

  /** The unexpected errors of the server. */
  final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();

  Path model;
  Path index;
  HttpClient client;

  /** The address of the page, with a slash at its end. */
  String address;

  private final List<java.io.Closeable> open = new ArrayList<>();

  @Override
  public void setUp() throws Exception {
    super.setUp();
    model = TinyModel.copyTo(createTempDir());
    index = createTempDir().resolve("index");
    client = HttpClient.newHttpClient();
  }

  @Override
  public void tearDown() throws Exception {
    stop();
    client.close();
    assertEquals(List.of(), List.copyOf(failures));
    super.tearDown();
  }

  /** Makes an index of records in JSON. */
  void index(String... records) throws IOException {
    Path file = Files.writeString(createTempDir().resolve("r.jsonl"), String.join("\n", records));
    assertEquals(err.toString(), 0, plaid("index", file, "-o", index, "--model", model, "--force"));
  }

  void serve() throws IOException {
    ModelOptions options =
        CommandLine.populateCommand(new ModelOptions(), "--model", model.toString());
    ServedIndex served = ServedIndex.open(index, options, Console.of(null, out, err));
    open.add(served);
    LocalServer server = new LocalServer(0, ServeCommand.routes(served), failures::add);
    open.addFirst(server);
    address = server.address();
  }

  void stop() throws IOException {
    IOUtils.close(open);
    open.clear();
  }

  HttpResponse<String> get(String path, String... headers) throws Exception {
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(address).resolve(path));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  /** The JSON answer of a path. */
  JsonNode json(String path) throws Exception {
    HttpResponse<String> response = get(path);
    assertEquals(response.body(), 200, response.statusCode());
    return mapper.readTree(response.body());
  }

  /** The error message of a path. */
  String refusal(int status, String path) throws Exception {
    HttpResponse<String> response = get(path);
    assertEquals(response.body(), status, response.statusCode());
    JsonNode json = mapper.readTree(response.body());
    assertEquals(1, json.size());
    String line = json.get("error").textValue();
    assertEquals(line, 1, line.lines().count());
    return line;
  }

  static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  void serveThree() throws IOException {
    index(X, Y, Z);
    serve();
  }

  static void assertHeaders(HttpHeaders headers) {
    String policy = headers.firstValue("Content-Security-Policy").orElseThrow();
    assertTrue(
        policy, policy.startsWith("default-src 'none'; script-src 'self'; style-src 'self'"));
    for (String part : List.of("base-uri 'none'", "form-action 'self'", "frame-ancestors 'none'")) {
      assertTrue(policy, policy.contains("; " + part));
    }
    assertFalse(policy, policy.contains("unsafe"));
    assertEquals("nosniff", headers.firstValue("X-Content-Type-Options").orElseThrow());
    assertEquals("no-referrer", headers.firstValue("Referrer-Policy").orElseThrow());
    assertEquals("same-origin", headers.firstValue("Cross-Origin-Resource-Policy").orElseThrow());
    assertEquals("no-store", headers.firstValue("Cache-Control").orElseThrow());
    assertTrue(headers.firstValue("Access-Control-Allow-Origin").isEmpty());
  }

  String ids(String query) throws Exception {
    List<String> ids = new ArrayList<>();
    json("api/search?q=" + encoded(query))
        .get("hits")
        .forEach(h -> ids.add(h.get("id").textValue()));
    return String.join(" ", ids);
  }

  static String marked(JsonNode parts) {
    StringBuilder text = new StringBuilder();
    for (JsonNode part : parts) {
      String run = part.get("text").textValue();
      text.append(part.get("marked").booleanValue() ? "[" + run + "]" : run);
    }
    return text.toString();
  }
}
