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

import io.github.luceneplaid.benchmark.EngineResult.Change;
import io.github.luceneplaid.benchmark.EngineResult.Point;
import io.github.luceneplaid.benchmark.EngineResult.Round;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Writes results as a page with tables, and plots beside it. */
final class Report {
  private static final String HEAD =
      """
      # Benchmarks

      `benchmark/run.sh` writes this page from its results, so do not edit it. Each engine runs in a process of its own
      and searches with one thread, one query after the other. Rounds of a run are interleaved: each round has all
      settings of all engines of that run. Figures are medians of the rounds. The lowest and the highest ratio of a round
      stand behind a ratio, if both engines were in one run. Recall is the share of the best documents by exact MaxSim
      over the original f16 tokens. CPU time is that of the searching thread (Java) or of the process. "Build" and "add"
      count all threads.
      """;

  private static final String LIMITS =
      """

      ## Limits of these figures

      - The figures are of one machine and one embedding model (all-MiniLM-L6-v2, projected to 128 dimensions, 20 or fewer
        tokens in most queries). Other models give other curves.
      - A virtual machine shares its caches and memory with others, so rounds differ by up to 30 %. Ratios below 1.3 say
        little.
      - Each engine has the settings of `settings.json`. They trace its curve, and need not be the best for a data set.
      - The engines in Java are warmed up. A process that has just started is slower. The time of their garbage collector
        and compiler is in the wall time and in "build", but not in queries per CPU-second.
      - "Add" and "delete" are measured in copies of the index, up to eight of them in one process. The first and the last
        time count.
      - lucene-all, lucene-pooled and fast-plaid are slow and answer fewer queries, so their recall has more noise.
      """;

  private final Results results;
  private final Path file;
  private final StringBuilder text = new StringBuilder(HEAD);

  private Report(Results results, Path file) {
    this.results = results;
    this.file = file;
  }

  /** Writes the page from the results in a folder. */
  static void write(Path folder, Path file) throws IOException {
    new Report(Results.read(folder), file).write();
  }

  private void write() throws IOException {
    Files.createDirectories(file.getParent());
    others();
    for (Results.OfData data : results.data()) {
      if (data.engines().isEmpty() == false) {
        data(data.data(), data.engines());
      }
    }
    for (ScenarioResult scenario : results.scenarios()) {
      scenario(scenario);
    }
    if (results.kernels().isEmpty() == false) {
      text.append("\n## Kernels\n\n").append(KernelTable.HEAD);
      text.append(KernelTable.markdown(results.kernels()));
    }
    text.append(LIMITS);
    runs();
    for (Results.OfData data : results.data()) {
      if (data.engines().isEmpty() == false) {
        points(data.data(), data.engines());
      }
    }
    Files.writeString(file, text);
  }

  /** Links pages beside this one that go on with its name. */
  private void others() throws IOException {
    String name = file.getFileName().toString().replaceFirst("\\.md$", "");
    List<String> links = new ArrayList<>();
    try (DirectoryStream<Path> pages = Files.newDirectoryStream(file.getParent(), name + "-*.md")) {
      for (Path page : pages) {
        String title = Files.readAllLines(page).get(0).replaceFirst("^# ", "");
        links.add("- [" + title + "](" + page.getFileName() + ")\n");
      }
    }
    Collections.sort(links);
    if (links.isEmpty() == false) {
      text.append("\nOther pages:\n\n");
      links.forEach(text::append);
    }
  }

  private void data(DataResult data, List<EngineResult> engines) throws IOException {
    text.append(
        String.format(
            Locale.ROOT,
            "%n## %s%n%n%,d documents, %,d tokens; %,d queries of %.1f tokens. %s of exact MaxSim: %.4f.%n%n",
            data.name(),
            data.documents(),
            data.tokens(),
            data.queries(),
            (double) data.queryTokens() / data.queries(),
            data.measure(),
            data.exactQuality()));
    text.append(new SpeedTable(engines).markdown());
    for (int k : new int[] {10, 100}) {
      String name = Plot.fileName("benchmark-" + data.name() + "-" + k) + ".svg";
      String title = data.name() + ", k = " + k;
      Plot.recall(file.resolveSibling(name), title, engines, k);
      text.append("\n![").append(title).append("](").append(name).append(")\n");
    }
    text.append('\n').append(costs(data, engines));
  }

  private static String costs(DataResult data, List<EngineResult> engines) {
    List<List<String>> rows = new ArrayList<>();
    for (EngineResult engine : engines) {
      EngineResult.Built built = engine.building();
      rows.add(
          List.of(
              engine.engine() + ", " + engine.build(),
              Table.number(built.bytes() / 1e6),
              Table.number((double) built.bytes() / data.tokens()),
              Table.number(built.cpu_s()),
              Table.number(built.wall_s()),
              change(engine.firstAdd()),
              change(engine.add()),
              change(engine.delete()),
              Table.number(engine.memoryPeak())));
    }
    return Table.markdown(
        List.of(
            "",
            "MB on disk",
            "bytes a token",
            "build CPU-s",
            "build s",
            "add 1 % in a new process, CPU-s",
            "add 1 % later, CPU-s",
            "delete 1 %, CPU-s",
            "peak RSS when searching, MB"),
        rows);
  }

  private static String change(Change change) {
    return change == null ? "not supported" : Table.number(change.cpu_s());
  }

  private void scenario(ScenarioResult scenario) throws IOException {
    text.append("\n## ").append(scenario.scenario());
    if (scenario.data() != null) {
      text.append(": ").append(scenario.data());
    }
    text.append("\n\n").append(scenario.text()).append("\n\n");
    text.append(Table.markdown(scenario.columns(), scenario.rows()));
    Set<String> titles =
        scenario.curves().stream()
            .map(ScenarioResult.Curve::yTitle)
            .collect(Collectors.toCollection(TreeSet::new));
    for (String title : titles) {
      String name = Plot.fileName("benchmark-" + scenario.scenario() + "-" + title) + ".svg";
      Plot.curves(
          file.resolveSibling(name),
          title,
          scenario.curves().stream().filter(curve -> curve.yTitle().equals(title)).toList());
      text.append("\n![").append(title).append("](").append(name).append(")\n");
    }
  }

  /** Appends the machines and commands of the runs. */
  private void runs() {
    Set<String> used = new TreeSet<>();
    results.data().forEach(data -> data.engines().forEach(engine -> used.add(engine.run())));
    results.scenarios().forEach(scenario -> used.add(scenario.run()));
    text.append("\n## Machine and commands\n\n");
    for (RunInfo run : results.runs().values()) {
      if (used.contains(run.id())) {
        text.append(
            String.format(
                Locale.ROOT,
                "- %s: `%s`, commit %s  %n  %s (%s), %d cores, %,d MB; %s  %n"
                    + "  %s, `%s`; Lucene %s; kernels: %s%s%n",
                run.id(),
                run.command(),
                run.commit(),
                run.processor(),
                run.features(),
                run.cores(),
                run.memoryMb(),
                run.system(),
                run.java(),
                run.javaOptions(),
                run.lucene(),
                run.kernels(),
                run.load() == null ? "" : "; load at the end: " + Table.number(run.load())));
      }
    }
    results.data().stream()
        .flatMap(data -> data.engines().stream())
        .map(engine -> engine.engine() + " " + engine.version())
        .collect(Collectors.toCollection(TreeSet::new))
        .forEach(version -> text.append("- ").append(version).append('\n'));
  }

  private void points(DataResult data, List<EngineResult> engines) {
    List<List<String>> rows = new ArrayList<>();
    for (EngineResult engine : engines) {
      for (Point point : engine.points()) {
        rows.add(
            List.of(
                engine.engine() + ", " + engine.build(),
                Integer.toString(point.k()),
                params(point),
                Table.share(point.recall()),
                Table.share(point.quality()),
                Table.number(point.perCpuSecond()),
                Table.number(point.perWallSecond()),
                Table.number(point.latency(Round::p50) / 1000),
                Table.number(point.latency(Round::p95) / 1000),
                Table.number(point.latency(Round::p99) / 1000)));
      }
    }
    text.append("\n## All settings: ").append(data.name()).append("\n\n");
    text.append(
        Table.markdown(
            List.of(
                "",
                "k",
                "setting",
                "recall@k",
                data.measure(),
                "queries / CPU-s",
                "queries / s",
                "p50 ms",
                "p95 ms",
                "p99 ms"),
            rows));
  }

  private static String params(Point point) {
    return point.params().isEmpty()
        ? "default"
        : point.params().properties().stream()
            .map(entry -> entry.getKey() + " " + entry.getValue().asText())
            .collect(Collectors.joining(", "));
  }
}
