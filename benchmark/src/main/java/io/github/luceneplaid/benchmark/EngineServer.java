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
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Runs one engine: reads a request per line from standard input, and writes an answer per line to
 * standard output. Other output goes to standard error.
 *
 * @lucene.internal
 */
public final class EngineServer {
  /** Kept here, as a logger that nobody refers to forgets its level. */
  private static final Logger LUCENE_LOGGER = Logger.getLogger("org.apache.lucene");

  private final String name;
  private final PrintStream log;
  private final Engine engine;
  private DataFolder data;
  private float[][][] queries;

  /**
   * @param log takes errors
   */
  EngineServer(String name, PrintStream log) {
    this.name = name;
    this.log = log;
    this.engine = engine(name);
  }

  private static Engine engine(String name) {
    return switch (name) {
      case "plaid" -> new PlaidEngine();
      case "lucene-pooled" -> new PooledEngine();
      case "lucene-bm25" -> new Bm25Engine();
      case "lucene-muvera" -> new MuveraEngine();
      case "lucene-all" -> new AllDocumentsEngine();
      case Engines.LUCENE_VECTORS -> new VectorEngine();
      default -> throw new IllegalArgumentException("no engine " + name);
    };
  }

  /**
   * Serves until it is told to quit.
   *
   * @param args name of the engine
   */
  public static void main(String[] args) throws IOException {
    LUCENE_LOGGER.setLevel(Level.WARNING);
    PrintStream out = System.out;
    System.setOut(System.err);
    try (BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      new EngineServer(args[0], System.err).serve(in, out);
    }
  }

  /** Answers requests until there are no more, or one says to quit. */
  void serve(BufferedReader in, PrintStream out) throws IOException {
    try (engine) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        JsonNode request = Json.parse(line);
        if (request.path("cmd").asText().equals("quit")) {
          out.println("{}");
          out.flush();
          return;
        }
        out.println(Json.text(answerOrError(request)));
        out.flush();
      }
    }
  }

  private ObjectNode answerOrError(JsonNode request) {
    try {
      return answer(request);
    } catch (IOException | RuntimeException | OutOfMemoryError e) {
      e.printStackTrace(log);
      return Json.object().put("error", e.toString());
    }
  }

  private ObjectNode answer(JsonNode request) throws IOException {
    return switch (request.path("cmd").asText()) {
      case "build" -> build(request);
      case "open" -> open(request);
      case "search" -> search(request);
      case "add" -> add(request);
      case "delete" -> work(engine.delete(positions(request)));
      case "info" ->
          Json.object()
              .put("engine", name)
              .put("version", engine.version())
              .put("rss_peak_mb", CpuClock.memory("VmHWM"));
      default -> Json.object().put("error", "not supported");
    };
  }

  private static Path path(JsonNode request, String key) throws IOException {
    if (request.has(key) == false) {
      throw new IOException(key + " is missing");
    }
    return Path.of(request.get(key).asText());
  }

  private ObjectNode build(JsonNode request) throws IOException {
    Path index = path(request, "index");
    Files.createDirectories(index);
    DataFolder from = new DataFolder(path(request, "data"));
    ObjectNode answer = work(engine.build(from, index, request.path("options")));
    return answer.put("bytes", Folders.bytes(index));
  }

  private ObjectNode open(JsonNode request) throws IOException {
    data = new DataFolder(path(request, "data"));
    long start = System.nanoTime();
    engine.open(path(request, "index"), request.path("options"));
    double seconds = (System.nanoTime() - start) / 1e9;
    readQueries();
    ObjectNode answer = Json.object().put("wall_s", seconds);
    answer.put("rss_mb", CpuClock.memory("VmRSS"));
    if (engine instanceof LuceneEngine lucene) {
      answer.put("segments", lucene.segments());
    }
    return answer;
  }

  private void readQueries() throws IOException {
    try (Texts texts = data.queries()) {
      queries = new float[texts.size()][][];
      for (int q = 0; q < queries.length; q++) {
        queries[q] = texts.vectors(q);
      }
    }
    if (engine instanceof LuceneEngine lucene) {
      lucene.useQueries(data, queries);
    }
  }

  private ObjectNode search(JsonNode request) throws IOException {
    if (queries == null) {
      throw new IOException("no index is open");
    }
    Engine.Search search = engine.prepare(request.path("k").asInt(10), request.path("params"));
    int from = request.path("from").asInt(0);
    int to = request.path("to").asInt(queries.length);
    int repeat = request.path("repeat").asInt(1);
    Object[] results = new Object[to - from];
    long[] nanos = new long[to - from];
    long process = CpuClock.process();
    long cpu = CpuClock.thread();
    long start = System.nanoTime();
    long last = start;
    for (int pass = 0; pass < repeat; pass++) {
      for (int q = from; q < to; q++) {
        results[q - from] = search.run(queries[q]);
        long now = System.nanoTime();
        nanos[q - from] = now - last;
        last = now;
      }
    }
    ObjectNode answer =
        Json.object()
            .put("cpu_s", (CpuClock.thread() - cpu) / 1e9)
            .put("wall_s", (last - start) / 1e9)
            .put("process_cpu_s", (CpuClock.process() - process) / 1e9);
    var latency = answer.putArray("latency_us");
    var ids = answer.putArray("ids");
    for (int i = 0; i < results.length; i++) {
      latency.add(nanos[i] / 1000.0);
      ids.add(Json.tree(search.positions(results[i])));
    }
    return answer;
  }

  private ObjectNode add(JsonNode request) throws IOException {
    DataFolder from = request.has("data") ? new DataFolder(path(request, "data")) : data;
    engineDocuments(from);
    try (Texts documents = from.documents()) {
      int to = request.path("to").asInt(documents.size());
      return work(engine.add(documents, request.path("from").asInt(0), to));
    }
  }

  private void engineDocuments(DataFolder from) throws IOException {
    if (engine instanceof LuceneEngine lucene) {
      lucene.openDocuments(from);
    }
  }

  private static int[] positions(JsonNode request) {
    int[] positions = new int[request.path("positions").size()];
    for (int i = 0; i < positions.length; i++) {
      positions[i] = request.get("positions").get(i).asInt();
    }
    return positions;
  }

  private static ObjectNode work(Engine.Work work) {
    return Json.object().put("cpu_s", work.cpuSeconds()).put("wall_s", work.wallSeconds());
  }
}
