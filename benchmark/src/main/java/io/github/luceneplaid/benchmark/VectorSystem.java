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
import io.github.luceneplaid.fsvi.FsviVectorsFormat;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A way to search vectors exactly, in a process of its own, as it goes through a measurement. */
final class VectorSystem implements Closeable {
  static final int K = 10;

  /** The least time of a round, so that the resolution of clocks does not matter. */
  private static final double ROUND_SECONDS = 0.5;

  private final Kind kind;
  private final DataFolder data;
  private final Path folder;
  private final List<Double> cpuMillis = new ArrayList<>();
  private EngineProcess process;
  private int[][] ids;
  private int repeat = 1;

  /** What is measured. */
  enum Kind {
    FLOAT32("FSVI f32", Engines.LUCENE_VECTORS, "FLOAT32", "ExactKnnQuery", Float.BYTES),
    FLOAT16("FSVI f16", Engines.LUCENE_VECTORS, "FLOAT16", "ExactKnnQuery", Short.BYTES),
    INT8_THEN_FLOAT16(
        "FSVI int8, then f16",
        Engines.LUCENE_VECTORS,
        "INT8_THEN_FLOAT16",
        "ExactKnnQuery",
        Byte.BYTES),
    INT8("FSVI int8 alone", Engines.LUCENE_VECTORS, "INT8", "ExactKnnQuery", Byte.BYTES),
    LUCENE_SCORER(
        "Lucene flat, its vector scorer",
        Engines.LUCENE_VECTORS,
        VectorEngine.LUCENE,
        "ExactKnnQuery",
        Float.BYTES),
    LUCENE_QUERY(
        "Lucene flat, its own query",
        Engines.LUCENE_VECTORS,
        VectorEngine.LUCENE,
        VectorEngine.LUCENE_QUERY,
        Float.BYTES),
    NUMPY("numpy", Engines.VECTORS, "npy", "numpy", Float.BYTES),
    FAISS("FAISS IndexFlatIP", Engines.VECTORS, "npy", "faiss", Float.BYTES);

    final String label;
    final String engine;

    /** The format of the index; systems with the same format share one index. */
    private final String format;

    private final String by;

    /** The bytes of an element of the rows, all of which are read. */
    final int bytes;

    Kind(String label, String engine, String format, String by, int bytes) {
      this.label = label;
      this.engine = engine;
      this.format = format;
      this.by = by;
      this.bytes = bytes;
    }
  }

  /**
   * @param indexes where the indexes of the data set are
   */
  VectorSystem(Kind kind, DataFolder data, Path indexes) {
    this.kind = kind;
    this.data = data;
    this.folder = indexes.resolve("vectors-" + kind.format);
  }

  Kind kind() {
    return kind;
  }

  private ObjectNode request(String command) {
    ObjectNode request =
        Json.object()
            .put("cmd", command)
            .put("data", data.path().toString())
            .put("index", folder.resolve("index").toString());
    request.putObject("options").put("format", kind.format);
    return request;
  }

  /** Builds the index unless it is there. */
  void build(Engines engines) throws IOException {
    Path done = folder.resolve("build.json");
    String codec = CodecFingerprint.get(FsviVectorsFormat.class);
    if (Files.exists(done)
        && Json.read(done, JsonNode.class).path("codec").asText().equals(codec)) {
      return;
    }
    Folders.delete(folder);
    Files.createDirectories(folder);
    try (EngineProcess builder = engines.start(kind.engine)) {
      Json.write(done, ((ObjectNode) builder.ask(request("build"))).put("codec", codec));
    }
  }

  /** Opens the index in a process that stays, and searches until it is warm. */
  void open(Engines engines, double warmupSeconds) throws IOException {
    process = engines.start(kind.engine);
    process.ask(request("open"));
    double pass = 0;
    for (double searched = 0; searched < warmupSeconds; searched += pass) {
      pass = search().get("wall_s").asDouble();
    }
    repeat = (int) Math.ceil(ROUND_SECONDS / pass);
  }

  private JsonNode search() throws IOException {
    ObjectNode request = Json.object().put("cmd", "search").put("k", K).put("repeat", repeat);
    request.putObject("params").put("by", kind.by);
    return process.ask(request);
  }

  /** Searches for all queries, once or more often. */
  void round() throws IOException {
    JsonNode answer = search();
    ids = Json.convert(answer.get("ids"), int[][].class);
    cpuMillis.add(answer.get("cpu_s").asDouble() * 1000 / repeat / ids.length);
  }

  /** Per query, the median of the rounds. */
  double cpuMillis() {
    return Statistics.median(cpuMillis.stream().mapToDouble(millis -> millis).toArray());
  }

  double recall(Hits[] exact) {
    return Quality.recall(exact, 0, ids, K);
  }

  String version() throws IOException {
    return process.ask("info").path("version").asText();
  }

  @Override
  public void close() {
    if (process != null) {
      process.close();
    }
  }
}
