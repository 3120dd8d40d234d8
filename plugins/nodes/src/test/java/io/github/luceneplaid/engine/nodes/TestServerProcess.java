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
import static org.junit.Assert.assertNotEquals;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import com.sun.net.httpserver.HttpServer;
import io.github.luceneplaid.testframework.Processes;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

public class TestServerProcess {

  /** The program that is started as a server. */
  static final class Server {
    public static void main(String[] args) throws IOException {
      int port = Integer.parseInt(args[0]);
      HttpServer server =
          HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
      server.createContext(
          "/",
          exchange -> {
            byte[] body = "{\"up\": true}".getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
          });
      server.start();
    }
  }

  @Rule public final TemporaryFolder folder = new TemporaryFolder();

  private ServerProcess start(int port) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Processes.java());
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(Server.class.getName());
    command.add(Integer.toString(port));
    Path log = folder.getRoot().toPath().resolve("log");
    return ServerProcess.start(command, Map.of(), log, false);
  }

  @Test
  public void testStartAskEnd() throws IOException {
    int port = Ports.free(1)[0];
    Http http = new Http(port);
    try (ServerProcess server = start(port)) {
      Http.Answer answer = http.await("/", server::isAlive, a -> a.status() == 200);
      assertTrue(answer.ok().get("up").asBoolean());
      assertFalse(server.cpu().isZero());
      server.kill();
      assertFalse(server.isAlive());
      assertEquals(137, server.await());
      assertThrows(
          IOException.class, () -> http.await("/", server::isAlive, a -> a.status() == 200));
    }
    ServerProcess again = start(port);
    try (again) {
      http.await("/", again::isAlive, a -> a.status() == 200);
    }
    assertEquals(143, again.await());
  }

  /** The last output of a server can be read after the folders of the test are deleted. */
  @Test
  public void testFailure() throws IOException {
    ServerProcess server = start(-1);
    try (server) {
      assertNotEquals(0, server.await());
      assertTrue(server.output().contains("IllegalArgumentException"));
    }
    assertEquals(server.output(), Files.readString(server.keptLog()));
    Files.delete(server.keptLog());
  }
}
