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

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.Closeable;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * Answers browsers on this machine only: it listens on 127.0.0.1. It refuses a request that names
 * another host, because such a request comes from another site whose host name was pointed to this
 * machine. It also refuses requests for data that pages of other sites make. A failed request does
 * not affect the next one. Nothing is logged.
 */
final class LocalServer implements Closeable {
  static {
    // Without the first setting, answers wait for network acknowledgements. Without the others, a
    // client that stops in the middle of a request or an answer would keep a thread for ever
    System.setProperty("sun.net.httpserver.nodelay", "true");
    System.setProperty("sun.net.httpserver.maxReqTime", "20");
    System.setProperty("sun.net.httpserver.maxRspTime", "600");
  }

  private static final int THREADS = 4;

  /** The time to wait at the end for requests that are being answered. */
  private static final int PATIENCE_SECONDS = 10;

  private static final String ADDRESS = "127.0.0.1";

  private static final byte[] ADDRESS_BYTES = {127, 0, 0, 1};

  /** The names of this machine, with any port, because a tunnel may use another one. */
  private static final Pattern HOST =
      Pattern.compile("(127\\.0\\.0\\.1|localhost|\\[::1])(:[0-9]{1,5})?");

  private static final Map<String, String> HEADERS =
      Map.of(
          "Content-Security-Policy",
          "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src"
              + " 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none';"
              + " require-trusted-types-for 'script'; trusted-types 'none'",
          "X-Content-Type-Options",
          "nosniff",
          "Referrer-Policy",
          "no-referrer",
          "Cross-Origin-Resource-Policy",
          "same-origin",
          "Cross-Origin-Opener-Policy",
          "same-origin",
          "Cache-Control",
          "no-store");

  /** Answers requests for a path. */
  interface Route {
    /**
     * Answers a request.
     *
     * @param query what follows the question mark of the address; null if nothing does
     */
    Reply answer(String query) throws IOException;

    /** Whether pages of other sites may link to this path. */
    default boolean isPage() {
      return false;
    }
  }

  /** The answer to a request. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Reply(int status, String type, byte[] body) {
    private static final String JSON = "application/json; charset=utf-8";

    static Reply json(int status, Object value) {
      return new Reply(status, JSON, OutputOptions.asJson(value).getBytes(UTF_8));
    }

    /** An answer that only states an error, in a line. */
    static Reply error(int status, String line) {
      return json(status, new Refusal(Console.oneLine(line)));
    }
  }

  /** The JSON of an error. */
  private record Refusal(String error) {}

  private final HttpServer server;
  private final Map<String, Route> routes;
  private final Consumer<Throwable> failures;
  private final ExecutorService threads = Executors.newFixedThreadPool(THREADS);

  /**
   * Starts to answer.
   *
   * @param port 0 for any that is free
   * @param routes by path
   * @param failures takes unexpected errors, from several threads
   */
  LocalServer(int port, Map<String, Route> routes, Consumer<Throwable> failures)
      throws IOException {
    this.routes = Map.copyOf(routes);
    this.failures = failures;
    server = bind(port);
    server.createContext("/", this::handle);
    server.setExecutor(threads);
    server.start();
  }

  private static HttpServer bind(int port) throws IOException {
    try {
      return HttpServer.create(
          new InetSocketAddress(InetAddress.getByAddress(ADDRESS_BYTES), port), 0);
    } catch (BindException e) {
      throw new UserException(
          "--port "
              + port
              + ": cannot be had ("
              + e.getMessage()
              + "); choose another, or 0 for any that is free",
          e);
    }
  }

  /** The address for browsers. */
  String address() {
    return "http://" + ADDRESS + ":" + server.getAddress().getPort() + "/";
  }

  private void handle(HttpExchange exchange) {
    try (exchange) {
      send(exchange, answer(exchange));
    } catch (
        @SuppressWarnings("unused")
        IOException e) {
      // The client has closed the connection
    }
  }

  private Reply answer(HttpExchange exchange) {
    try {
      Reply refusal = refusal(exchange);
      if (refusal != null) {
        return refusal;
      }
      String path = exchange.getRequestURI().getPath();
      Route route = routes.get(path);
      if (route == null) {
        return Reply.error(404, Ids.shown(path) + ": found nothing there, the page is at /");
      }
      return route.isPage() || isOwn(exchange.getRequestHeaders())
          ? route.answer(exchange.getRequestURI().getRawQuery())
          : Reply.error(403, "found a request by a page of another site, expected one by this one");
    } catch (UserException e) {
      return Reply.error(400, Problem.message(e));
    } catch (Exception | OutOfMemoryError | StackOverflowError | LinkageError e) {
      failures.accept(e);
      return Reply.error(500, Problem.message(e));
    }
  }

  /** The refusal of a request, whatever its path is; null if it is allowed. */
  private static Reply refusal(HttpExchange exchange) {
    if (exchange.getRequestMethod().equals("GET") == false) {
      exchange.getResponseHeaders().set("Allow", "GET");
      return Reply.error(405, "found another method than GET, expected that");
    }
    List<String> hosts = exchange.getRequestHeaders().getOrDefault("Host", List.of());
    if (hosts.size() != 1
        || HOST.matcher(hosts.getFirst().toLowerCase(Locale.ROOT)).matches() == false) {
      return Reply.error(
          403, "found a request to another host, expected " + ADDRESS + " or localhost");
    }
    return null;
  }

  /** Whether a request was made by a page of this server, or by a user directly. */
  private static boolean isOwn(Headers headers) {
    String site = headers.getFirst("Sec-Fetch-Site");
    return site == null || site.equals("same-origin") || site.equals("none");
  }

  private static void send(HttpExchange exchange, Reply reply) throws IOException {
    Headers headers = exchange.getResponseHeaders();
    HEADERS.forEach(headers::set);
    headers.set("Content-Type", reply.type);
    exchange.sendResponseHeaders(reply.status, reply.body.length);
    exchange.getResponseBody().write(reply.body);
  }

  /** Stops taking requests, and waits a while for those that are being answered. */
  @Override
  public void close() {
    server.stop(0);
    threads.shutdown();
    try {
      if (threads.awaitTermination(PATIENCE_SECONDS, TimeUnit.SECONDS) == false) {
        threads.shutdownNow();
      }
    } catch (
        @SuppressWarnings("unused")
        InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
