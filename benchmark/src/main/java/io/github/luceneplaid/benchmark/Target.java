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
import io.github.luceneplaid.benchmark.EngineResult.Built;
import io.github.luceneplaid.benchmark.EngineResult.Change;
import io.github.luceneplaid.benchmark.EngineResult.Opened;
import io.github.luceneplaid.benchmark.EngineResult.Point;
import io.github.luceneplaid.benchmark.EngineResult.Round;
import io.github.luceneplaid.benchmark.EngineSettings.Build;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** One build of one engine on one data set, as it goes through a measurement. */
final class Target implements Closeable {
  /** The share of documents that are added and deleted: 1 %. */
  private static final int CHANGED = 100;

  /** The number of these changes, unless they take too long. */
  private static final int CHANGES = 8;

  private static final long CHANGES_NANOS = 60_000_000_000L;

  private final EngineSettings settings;
  private final Build build;
  private final DataFolder data;
  private final String dataName;
  private final Judge judge;
  private final int documents;
  private final Engines engines;
  private final Path folder;
  private final List<Point> points = new ArrayList<>();

  private Built built;
  private Opened opened;
  private Change firstAdd;
  private Change added;
  private Change deleted;
  private EngineProcess process;

  Target(
      Engines engines,
      EngineSettings settings,
      Build build,
      DataFolder data,
      String dataName,
      Judge judge,
      int documents,
      Path indexes) {
    this.engines = engines;
    this.settings = settings;
    this.build = build;
    this.data = data;
    this.dataName = dataName;
    this.judge = judge;
    this.documents = documents;
    folder = indexes.resolve(dataName).resolve(settings.engine()).resolve(build.fileName());
  }

  String name() {
    return settings.engine() + " (" + build.name() + ")";
  }

  private ObjectNode request(String command, Path index) {
    ObjectNode request =
        Json.object()
            .put("cmd", command)
            .put("data", data.path().toString())
            .put("index", index.toString());
    request.set("options", build.options());
    return request;
  }

  /** Builds the index unless it is there. */
  void build() throws IOException {
    Path done = folder.resolve("build.json");
    String codec = settings.engine().equals(Engines.PLAID) ? CodecFingerprint.get() : "";
    if (Files.notExists(done)
        || Json.read(done, JsonNode.class).path("codec").asText().equals(codec) == false) {
      Folders.delete(folder);
      Files.createDirectories(folder);
      try (EngineProcess builder = engines.start(settings.engine())) {
        JsonNode answer = builder.ask(request("build", index()));
        Json.write(done, ((ObjectNode) answer).put("codec", codec));
      }
    }
    built = Json.read(done, Built.class);
  }

  private Path index() {
    return folder.resolve("index");
  }

  /**
   * Adds and deletes 1 % of the documents, in one copy of the index after the other; once for each
   * build. In Java the first changes of a process cost the most, so the first and the last ones are
   * reported.
   */
  void change() throws IOException {
    Path done = folder.resolve("changes.json");
    if (Files.notExists(done)) {
      Path copies = folder.resolve("copies");
      Folders.delete(copies);
      Files.createDirectories(copies);
      ObjectNode changes = Json.object();
      try (EngineProcess changer = engines.start(settings.engine())) {
        long start = System.nanoTime();
        for (int i = 0; i < CHANGES && System.nanoTime() - start < CHANGES_NANOS; i++) {
          change(changer, copies.resolve(Integer.toString(i)), changes);
          if (i == 0) {
            changes.set("firstAdd", changes.get("add"));
          }
        }
      }
      // All together: an engine holds its copy until it opens the next one.
      Folders.delete(copies);
      Json.write(done, changes);
    }
    JsonNode changes = Json.read(done, JsonNode.class);
    firstAdd = Json.convert(changes.get("firstAdd"), Change.class);
    added = Json.convert(changes.get("add"), Change.class);
    deleted = Json.convert(changes.get("delete"), Change.class);
  }

  private void change(EngineProcess changer, Path copy, ObjectNode changes) throws IOException {
    Folders.copy(index(), copy);
    changer.ask(request("open", copy));
    int count = Math.max(1, documents / CHANGED);
    ObjectNode add = request("add", copy).put("from", 0).put("to", count);
    changes.set("add", change(changer, add, count));
    ObjectNode delete = Json.object().put("cmd", "delete");
    var positions = delete.putArray("positions");
    for (int i = 0; i < count; i++) {
      positions.add(i * CHANGED + CHANGED / 2);
    }
    changes.set("delete", change(changer, delete, count));
  }

  private static JsonNode change(EngineProcess changer, ObjectNode request, int count)
      throws IOException {
    try {
      return ((ObjectNode) changer.ask(request)).put("documents", count);
    } catch (EngineProcess.Refused e) {
      return null;
    }
  }

  /** Opens the index in a process that stays, and searches until it is warm. */
  void open(int rounds) throws IOException {
    process = engines.start(settings.engine());
    opened = Json.convert(process.ask(request("open", index())), Opened.class);
    for (Map.Entry<Integer, List<JsonNode>> searches : settings.searches().entrySet()) {
      for (JsonNode params : searches.getValue()) {
        points.add(new Point(searches.getKey(), params, queries(), 0, 0, new ArrayList<>(rounds)));
      }
    }
    double searched = 0;
    while (searched < settings.warmupSeconds()) {
      for (Point point : points) {
        searched += search(point).get("wall_s").asDouble();
      }
    }
  }

  private int queries() {
    int all = judge.queries();
    return settings.queries() == 0 ? all : Math.min(all, settings.queries());
  }

  private JsonNode search(Point point) throws IOException {
    ObjectNode request =
        Json.object()
            .put("cmd", "search")
            .put("k", point.k())
            .put("from", 0)
            .put("to", point.queries())
            .put("repeat", 1);
    request.set("params", point.params());
    return process.ask(request);
  }

  int points() {
    return points.size();
  }

  /** Measures one round of a setting. */
  void round(int index) throws IOException {
    Point point = points.get(index);
    JsonNode answer = search(point);
    double[] latency = Json.convert(answer.get("latency_us"), double[].class);
    point
        .rounds()
        .add(
            new Round(
                answer.get("cpu_s").asDouble(),
                answer.get("wall_s").asDouble(),
                Statistics.percentile(50, latency),
                Statistics.percentile(95, latency),
                Statistics.percentile(99, latency)));
    int[][] ids = Json.convert(answer.get("ids"), int[][].class);
    points.set(
        index,
        new Point(
            point.k(),
            point.params(),
            point.queries(),
            judge.recall(0, ids, point.k()),
            judge.quality(0, ids),
            point.rounds()));
  }

  EngineResult result(String run, String error) throws IOException {
    JsonNode info = error == null ? process.ask("info") : Json.object();
    return new EngineResult(
        dataName,
        settings.engine(),
        info.path("version").asText(),
        build.name(),
        build.options(),
        run,
        built,
        opened,
        firstAdd,
        added,
        deleted,
        info.path("rss_peak_mb").asDouble(),
        points,
        error);
  }

  /** Where its result is kept. */
  String fileName() {
    return settings.engine() + "-" + build.fileName() + ".json";
  }

  @Override
  public void close() {
    if (process != null) {
      process.close();
    }
  }
}
