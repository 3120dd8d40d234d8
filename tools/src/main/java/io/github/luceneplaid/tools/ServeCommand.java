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

import io.github.luceneplaid.tools.LocalServer.Reply;
import io.github.luceneplaid.tools.LocalServer.Route;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code plaid serve}: serves a search page. */
@Command(
    name = "serve",
    description = {
      "Serves a page to search an index with, for browsers on this machine.",
      "It shows hits with the words that matched, and how each came to its score. Later commits are"
          + " seen by the next search. Prints the address of the page; Ctrl-C ends."
    },
    mixinStandardHelpOptions = true)
final class ServeCommand implements Callable<Integer> {
  private static final int MAX_PORT = 65_535;
  private static final int HITS = 10;

  @ParentCommand private Plaid plaid;

  @Parameters(paramLabel = "DIR", description = "Folder of the index.")
  private Path folder;

  @Option(
      names = "--port",
      defaultValue = "8080",
      paramLabel = "N",
      description = "Port (default: ${DEFAULT-VALUE}); 0 takes any that is free.")
  private int port;

  @Mixin private ModelOptions modelOptions;

  @Override
  public Integer call() throws IOException {
    if (port < 0 || port > MAX_PORT) {
      throw UserException.usage("--port " + port + ": expected 0 to " + MAX_PORT);
    }
    try (ServedIndex index = ServedIndex.open(folder, modelOptions, plaid.console());
        LocalServer server = new LocalServer(port, routes(index), this::tell)) {
      serve(server);
    }
    return 0;
  }

  /** Prints the address of the page, and returns when this thread is interrupted. */
  private void serve(LocalServer server) {
    // Otherwise the process might end while the model's native code runs
    Thread hook = new Thread(server::close, "stop serving");
    Runtime.getRuntime().addShutdownHook(hook);
    try {
      String line = folder + ": " + server.address() + " (Ctrl-C ends)";
      plaid.console().out().println(Console.visible(line));
      new CountDownLatch(1).await();
    } catch (
        @SuppressWarnings("unused")
        InterruptedException e) {
      Runtime.getRuntime().removeShutdownHook(hook);
    }
  }

  /** Reports a failure, with its stack trace if wanted, but never the request. */
  private void tell(Throwable failure) {
    if (plaid.stackTraces() == false) {
      return;
    }
    StringBuilder trace = new StringBuilder();
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      trace.append(cause.getClass().getName()).append('\n');
      for (StackTraceElement frame : cause.getStackTrace()) {
        trace.append("\tat ").append(frame).append('\n');
      }
    }
    plaid.console().err().print(trace);
    plaid.console().err().flush();
  }

  /** What the server answers, by path. */
  static Map<String, Route> routes(ServedIndex index) throws IOException {
    Map<String, Route> routes = new TreeMap<>();
    routes.put("/", page("page.html"));
    routes.put("/style.css", file("style.css", "text/css; charset=utf-8"));
    routes.put("/icon.svg", file("icon.svg", "image/svg+xml"));
    for (String script : new String[] {"page.js", "hits.js", "map.js", "shown.js"}) {
      routes.put("/" + script, file(script, "text/javascript; charset=utf-8"));
    }
    routes.put(
        "/api/index",
        query -> {
          new RequestParameters(query, Set.of());
          return Reply.json(200, index.facts());
        });
    routes.put("/api/search", query -> search(index, query));
    routes.put("/api/explain", query -> explain(index, query));
    return routes;
  }

  private static Reply search(ServedIndex index, String query) throws IOException {
    var parameters = new RequestParameters(query, Set.of("q", "filter", "words", "k"));
    return Reply.json(
        200,
        index.search(
            parameters.text("q"),
            parameters.textOrNull("filter"),
            parameters.flag("words"),
            parameters.number("k", HITS, 1, ServedIndex.MAX_HITS)));
  }

  private static Reply explain(ServedIndex index, String query) throws IOException {
    var parameters = new RequestParameters(query, Set.of("q", "doc"));
    return Reply.json(200, index.explain(parameters.text("q"), parameters.text("doc")));
  }

  private static Route file(String name, String type) throws IOException {
    Reply reply = new Reply(200, type, bytes(name));
    return query -> reply;
  }

  private static Route page(String name) throws IOException {
    Reply reply = new Reply(200, "text/html; charset=utf-8", bytes(name));
    return new Route() {
      @Override
      public Reply answer(String query) {
        return reply;
      }

      @Override
      public boolean isPage() {
        return true;
      }
    };
  }

  private static byte[] bytes(String name) throws IOException {
    try (InputStream in = ServeCommand.class.getResourceAsStream("serve/" + name)) {
      if (in == null) {
        throw new IOException("resource serve/" + name + " is missing from the class path");
      }
      return in.readAllBytes();
    }
  }
}
