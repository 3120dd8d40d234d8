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

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** An engine that runs in a process of its own: a request per line, an answer per line. */
final class EngineProcess implements Closeable {
  private static final long QUIT_SECONDS = 20;

  private final Process process;
  private final BufferedWriter requests;
  private final BufferedReader answers;
  private final Path log;

  /** Says that the engine cannot do what it was asked to. */
  static final class Refused extends IOException {
    Refused(String message) {
      super(message);
    }
  }

  /**
   * Starts the process.
   *
   * @param log where its standard error goes
   */
  EngineProcess(List<String> command, Map<String, String> environment, Path log)
      throws IOException {
    this.log = log;
    Files.createDirectories(log.toAbsolutePath().getParent());
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().putAll(environment);
    builder.redirectError(Redirect.appendTo(log.toFile()));
    process = builder.start();
    requests =
        new BufferedWriter(
            new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8));
    answers =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
  }

  /** Sends a request and waits for its answer. */
  JsonNode ask(ObjectNode request) throws IOException {
    requests.write(Json.text(request));
    requests.newLine();
    requests.flush();
    String line = answers.readLine();
    if (line == null) {
      throw new IOException("the engine ended, see " + log);
    }
    JsonNode answer = Json.parse(line);
    if (answer.has("error")) {
      throw new Refused(answer.get("error").asText());
    }
    return answer;
  }

  JsonNode ask(String command) throws IOException {
    return ask(Json.object().put("cmd", command));
  }

  @Override
  public void close() {
    try (requests;
        answers) {
      requests.write("{\"cmd\":\"quit\"}\n");
      requests.flush();
      process.waitFor(QUIT_SECONDS, TimeUnit.SECONDS);
    } catch (IOException e) {
      // The process ended by itself, which the answer to a request has reported
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      process.destroyForcibly();
    }
  }
}
