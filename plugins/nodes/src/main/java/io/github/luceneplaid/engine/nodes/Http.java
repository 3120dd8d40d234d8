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

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

/** Requests with JSON to a server on loopback. */
public final class Http {

  /** Reads and writes all JSON of the tests. */
  public static final ObjectMapper JSON = new ObjectMapper();

  private static final Duration TIMEOUT = Duration.ofMinutes(3);

  /** Three servers that start on two busy cores need more than three minutes. */
  private static final Duration PATIENCE = Duration.ofMinutes(10);

  private static final Duration PAUSE = Duration.ofMillis(200);

  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(TIMEOUT).build();
  private final String root;

  /**
   * Talks to one server.
   *
   * @param port of 127.0.0.1
   */
  public Http(int port) {
    this.root = "http://127.0.0.1:" + port;
  }

  /**
   * An answer.
   *
   * @param status of HTTP
   * @param text the body
   * @param body the body as JSON; a missing node if it is something else
   * @param warnings the headers of this name
   */
  public record Answer(int status, String text, JsonNode body, List<String> warnings) {

    /** The body of an answer that was a success. */
    public JsonNode ok() throws IOException {
      if (status / 100 != 2) {
        throw new IOException("found status " + status + ", expected success: " + text);
      }
      return body;
    }
  }

  public Answer get(String path) throws IOException {
    return send("GET", path, null);
  }

  public Answer put(String path, String body) throws IOException {
    return send("PUT", path, body);
  }

  public Answer post(String path, String body) throws IOException {
    return send("POST", path, body);
  }

  public Answer delete(String path) throws IOException {
    return send("DELETE", path, null);
  }

  /**
   * Sends a request.
   *
   * @param path with the query string
   * @param body JSON, or lines of JSON; null for none
   */
  public Answer send(String method, String path, String body) throws IOException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(root + path))
            .timeout(TIMEOUT)
            .header("Content-Type", "application/json")
            .method(
                method,
                body == null
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofString(body))
            .build();
    try {
      HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());
      return new Answer(
          response.statusCode(),
          response.body(),
          json(response.body()),
          response.headers().allValues("Warning"));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while waiting for " + root + path, e);
    }
  }

  private static JsonNode json(String text) {
    try {
      return JSON.readTree(text);
    } catch (IOException e) {
      return MissingNode.getInstance();
    }
  }

  /**
   * Repeats a request until the answer is as expected.
   *
   * @param alive whether the server still runs; the wait ends when it does not
   * @return the answer
   */
  public Answer await(String path, BooleanSupplier alive, Predicate<Answer> expected)
      throws IOException {
    long end = System.nanoTime() + PATIENCE.toNanos();
    String last = "none";
    while (System.nanoTime() < end && alive.getAsBoolean()) {
      try {
        Answer answer = get(path);
        if (expected.test(answer)) {
          return answer;
        }
        last = answer.status() + " " + answer.text();
      } catch (ConnectException e) {
        last = e.toString();
      }
      pause();
    }
    throw new IOException(
        root
            + path
            + (alive.getAsBoolean() ? " did not answer in time" : ": the server has ended")
            + "; last answer: "
            + last);
  }

  private static void pause() throws IOException {
    try {
      Thread.sleep(PAUSE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }
}
