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
import io.github.luceneplaid.testframework.HostileTrials;
import io.github.luceneplaid.testframework.Mutator;
import java.io.IOException;
import java.net.ConnectException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** Requests that {@code plaid serve} refuses, or that try to harm it. */
public class TestServeRequests extends ServeTestCase {
  /** The answer to raw bytes. */
  private String raw(String request) throws IOException {
    URI uri = URI.create(address);
    try (Socket socket = new Socket(uri.getHost(), uri.getPort())) {
      socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
      socket.shutdownOutput();
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private int status(String request) throws IOException {
    String answer = raw(request);
    assertTrue(answer, answer.startsWith("HTTP/1.1 "));
    return Integer.parseInt(answer.substring(9, 12));
  }

  /** Parameters that browsers do not send. */
  public void testBadEscapes() throws Exception {
    serveThree();
    String answer = raw("GET /api/search?q=%e4%zz HTTP/1.1\r\nHost: localhost\r\n\r\n");
    assertTrue(answer, answer.startsWith("HTTP/1.1 400 "));
  }

  /** A page of another site cannot read the index by a host name that leads to this machine. */
  public void testHosts() throws Exception {
    serveThree();
    int port = URI.create(address).getPort();
    for (String host :
        List.of("127.0.0.1", "localhost", "LocalHost", "127.0.0.1:" + port, "[::1]:1")) {
      assertEquals(200, status("GET /api/index HTTP/1.1\r\nHost: " + host + "\r\n\r\n"));
    }
    for (String host :
        List.of(
            "example.com",
            "example.com:" + port,
            "127.0.0.1.example.com",
            "localhost.example.com",
            "localhost:1@example.com",
            "example.com, localhost",
            "localhost\r\nHost: example.com",
            "0.0.0.0:" + port,
            "localhost:",
            "")) {
      for (String path : List.of("/", "/api/index", "/nothing")) {
        String request = "GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n";
        assertEquals(host, 403, status(request));
        assertFalse(raw(request).contains("documents"));
      }
    }
    assertEquals(403, status("GET / HTTP/1.0\r\n\r\n"));
    assertEquals(403, status("GET http://example.com/ HTTP/1.1\r\nHost: example.com\r\n\r\n"));
  }

  /** Other machines have no access, and neither have other addresses of this one. */
  public void testAddress() throws Exception {
    serveThree();
    URI uri = URI.create(address);
    assertEquals("127.0.0.1", uri.getHost());
    expectThrows(ConnectException.class, () -> new Socket("127.0.0.2", uri.getPort()).close());
  }

  public void testMethods() throws Exception {
    serveThree();
    for (String method : List.of("POST", "PUT", "DELETE", "HEAD", "OPTIONS", "TRACE", "get", "X")) {
      for (String path : List.of("", "api/search?q=red")) {
        HttpRequest request =
            HttpRequest.newBuilder(URI.create(address + path))
                .method(method, HttpRequest.BodyPublishers.noBody())
                .build();
        HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());
        assertEquals(method, 405, response.statusCode());
        assertEquals("GET", response.headers().firstValue("Allow").orElseThrow());
        assertHeaders(response.headers());
      }
    }
  }

  /** Pages of other sites may link to the page, but not make it search. */
  public void testOtherSites() throws Exception {
    serveThree();
    for (String path : List.of("", "?q=red")) {
      assertEquals(200, get(path, "Sec-Fetch-Site", "cross-site").statusCode());
    }
    for (String path : List.of("api/index", "api/search?q=red", "page.js", "icon.svg")) {
      assertEquals(403, get(path, "Sec-Fetch-Site", "cross-site").statusCode());
      assertEquals(403, get(path, "Sec-Fetch-Site", "same-site").statusCode());
      assertEquals(200, get(path, "Sec-Fetch-Site", "same-origin").statusCode());
      assertEquals(200, get(path, "Sec-Fetch-Site", "none").statusCode());
    }
  }

  /** Whatever a request is, or does, the next one is answered. */
  public void testBrokenRequests() throws Exception {
    serveThree();
    URI uri = URI.create(address);
    for (String garbage :
        List.of(
            "",
            "\r\n\r\n",
            "GET",
            "GET /",
            "GET / HTTP/1.1",
            "GET / HTTP/1.1\r\nHost",
            "GET \u0000 HTTP/1.1\r\n\r\n",
            "GET /%zz HTTP/1.1\r\nHost: localhost\r\n\r\n",
            "GET /api/search?q=" + "x".repeat(1 << 20) + " HTTP/1.1\r\nHost: localhost\r\n\r\n",
            "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 999999999999\r\n\r\nx",
            "GET / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
            "GET / HTTP/1.1\r\n" + "A: b\r\n".repeat(10_000) + "\r\n",
            "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003")) {
      for (int i = 0; i < 6; i++) {
        // More requests than threads, none of which waits for the rest of a request
        try (Socket socket = new Socket(uri.getHost(), uri.getPort())) {
          socket.getOutputStream().write(garbage.getBytes(StandardCharsets.ISO_8859_1));
        } catch (
            @SuppressWarnings("unused")
            IOException e) {
          // The server does not read all of it
        }
      }
      assertEquals("y x", ids("blue moon"));
    }
    String deep = "(".repeat(100_000) + "year:1905" + ")".repeat(100_000);
    String refused = refusal(400, "api/search?q=red&filter=" + deep);
    assertTrue(refused, refused.contains("parentheses 101 deep"));
    refused = refusal(400, "api/search?q=red&filter=text:%22a+b%22~-1");
    assertTrue(refused, refused.contains("--filter text:"));
    assertEquals("y x", ids("blue moon"));
  }

  /** Unexpected errors are answered in a line, too. */
  public void testFailures() throws Exception {
    LocalServer.Route failing =
        query -> {
          switch (query) {
            case "memory" -> throw new OutOfMemoryError("no memory");
            case "class" -> throw new NoClassDefFoundError("no/Class");
            case "io" -> throw new IOException("not\nread");
            default -> throw new IllegalStateException("not this");
          }
        };
    try (LocalServer server = new LocalServer(0, Map.of("/", failing), failures::add)) {
      address = server.address();
      Map<String, String> messages =
          Map.of(
              "memory", "out of memory (no memory)",
              "class", "NoClassDefFoundError: no/Class",
              "io", "IOException: not read",
              "state", "IllegalStateException: not this");
      for (Map.Entry<String, String> message : messages.entrySet()) {
        for (int i = 0; i < 6; i++) {
          String line = refusal(500, "?" + message.getKey());
          assertTrue(line, line.startsWith(message.getValue()));
        }
      }
    }
    assertEquals(24, failures.size());
    failures.clear();
  }

  /** Texts pass unchanged, in JSON without control characters. */
  public void testHostileTexts() throws Exception {
    String text = "red <script>alert(1)</script> \u0000\u001b[2J\u202e\u2028\u009b & \"x\"";
    ObjectNode hostile = mapper.createObjectNode();
    for (String name : List.of("id", "title", "text", "<b>")) {
      hostile.put(name, text);
    }
    index(hostile.toString());
    serve();
    HttpResponse<String> response = get("api/search?q=red+" + encoded(text));
    String body = response.body();
    assertTrue(body, body.equals(Console.visible(body)));
    assertEquals(
        "application/json; charset=utf-8",
        response.headers().firstValue("Content-Type").orElseThrow());
    JsonNode hit = mapper.readTree(body).get("hits").get(0);
    assertEquals(text, hit.get("id").textValue());
    assertEquals(text, hit.get("title").textValue());
    assertEquals(text, hit.get("fields").get("<b>").get(0).textValue());
    String snippet = hit.get("snippet").get(0).get("text").textValue() + marked(hit.get("snippet"));
    assertEquals(snippet, Console.visible(snippet));
    JsonNode explained = json("api/explain?q=red&doc=" + encoded(text));
    assertEquals(text + "\n" + text, explained.get("text").textValue());
    String refused = refusal(400, "api/search?q=red&filter=" + encoded(text));
    assertEquals(refused, Console.visible(refused));
  }

  /** Requests that are damaged at random are answered, or refused; none fails. */
  public void testHostileRequests() throws Exception {
    serveThree();
    List<String> seeds =
        List.of(
            "GET /api/search?q=blue+moon&filter=year:[1900+TO+1950]+AND+NOT+id:x&words=1&k=3",
            "GET /api/search?q=%22red%20h%C3%A4user%22&filter=text:r?d*+OR+%22a+river%22~2",
            "GET /api/search?q=red&filter=id:/[xy]+/+OR+(-tags:a+%2Btext:moom~1)",
            "GET /api/explain?q=blue+house&doc=y");
    Mutator mutator = new Mutator(random());
    HostileTrials.run(
        "requests",
        TEST_NIGHTLY,
        e -> e instanceof Refused,
        () -> {
          String request =
              seeds.get(random().nextInt(seeds.size())) + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
          byte[] bytes = mutator.mutate(request.getBytes(StandardCharsets.ISO_8859_1));
          return new String(bytes, StandardCharsets.ISO_8859_1);
        },
        damaged -> {
          String answer = raw(damaged);
          assertFalse(answer, answer.startsWith("HTTP/1.1 500 "));
          if (answer.startsWith("HTTP/1.1 200 ") == false) {
            throw new Refused();
          }
        });
    assertEquals("y x", ids("blue moon"));
  }

  /** The refusal of a request. */
  private static final class Refused extends Exception {}
}
