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

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.logging.Level;
import java.util.logging.Logger;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * Runs the benchmark.
 *
 * @lucene.internal
 */
@Command(
    name = "benchmark/run.sh",
    description = {
      "Measures late-interaction engines side by side and writes the report.",
      "What is prepared, built and measured is kept, and not done again."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false)
public final class Benchmark implements Callable<Integer> {
  private static final String HOME = "plaid.home";

  /** Kept here, as a logger that nobody refers to forgets its level. */
  private static final Logger LUCENE_LOGGER = Logger.getLogger("org.apache.lucene");

  @Spec private CommandSpec spec;

  @Parameters(
      arity = "0..1",
      defaultValue = "all",
      paramLabel = "STEP",
      description =
          "all (default): measure engines and write the report; prepare: only the data; report:"
              + " only the report, from results; kernels: JMH on the inner loops.")
  private String step;

  @Option(
      names = "--data",
      split = ",",
      defaultValue = "cranfield,debian-10k,debian",
      paramLabel = "NAME",
      description = {
        "Data sets: cranfield, debian-10k, debian, synthetic:TOKENS;",
        "long:NAME: 8 documents of NAME joined to one;",
        "bge:NAME, e5:NAME: NAME's texts by another model, 384 dimensions;",
        "bge-128:NAME, e5-128:NAME: these projected to 128."
      })
  private List<String> data;

  @Option(
      names = "--engines",
      split = ",",
      defaultValue = "plaid,next-plaid,tachiom,fast-plaid,lucene-bm25,lucene-pooled,lucene-all",
      paramLabel = "NAME",
      description = {
        "Engines: plaid, next-plaid, tachiom, fast-plaid, lucene-bm25, lucene-pooled, lucene-all;",
        "also xtr-warp, lancedb, qdrant-edge, colbandit, lucene-muvera."
      })
  private List<String> engines;

  @Option(names = "--quick", description = "Fewer builds, 3 rounds.")
  private boolean quick;

  @Option(names = "--full", description = "All builds, 7 rounds, and all scenarios.")
  private boolean full;

  @Option(names = "--rounds", paramLabel = "N", description = "Rounds, 5 if nothing else is said.")
  private Integer rounds;

  @Option(names = "--again", description = "Measure also what has results.")
  private boolean again;

  @Option(
      names = "--only",
      split = ",",
      paramLabel = "SCENARIO",
      description = "Run scenarios instead: ${COMPLETION-CANDIDATES}.",
      completionCandidates = Scenarios.Names.class)
  private List<String> only = List.of();

  @Option(
      names = "--cache",
      paramLabel = "DIR",
      description = "Where everything is kept: ~/.cache/lucene-plaid-benchmark.")
  private Path cacheFolder =
      Path.of(System.getProperty("user.home"), ".cache", "lucene-plaid-benchmark");

  @Option(
      names = "--shared",
      paramLabel = "DIR",
      description = "Holds data/cranfield: ../shared beside this clone.")
  private Path shared;

  @Option(
      names = "--report",
      paramLabel = "FILE",
      description = "The report; plots are put beside it: docs/benchmarks.md.")
  private Path report;

  private Benchmark() {}

  /**
   * Runs the command and ends the process.
   *
   * @param args see {@code --help}
   */
  public static void main(String[] args) {
    LUCENE_LOGGER.setLevel(Level.WARNING);
    System.exit(new CommandLine(new Benchmark()).execute(args));
  }

  @Override
  public Integer call() throws IOException {
    Path home = Path.of(System.getProperty(HOME, "")).toAbsolutePath();
    Cache cache = new Cache(cacheFolder.toAbsolutePath());
    Path target = report == null ? home.resolve("docs/benchmarks.md") : report.toAbsolutePath();
    RunInfo info = RunInfo.of(spec.commandLine().getParseResult().originalArgs(), home);
    if (step.equals("kernels")) {
      KernelRun.run(cache, info, quick);
    } else if (step.equals("report") == false) {
      run(cache, info, new Preparation(cache, home, sharedFolder(home), System.err));
    }
    if (step.equals("prepare") == false) {
      Report.write(cache.results(), target);
      System.err.println("Wrote " + target);
    }
    return 0;
  }

  private Path sharedFolder(Path home) {
    return shared == null ? home.resolveSibling("shared") : shared.toAbsolutePath();
  }

  private void run(Cache cache, RunInfo info, Preparation preparation) throws IOException {
    Path file = cache.results().resolve("runs").resolve(info.id().replace(':', '-') + ".json");
    Json.write(file, info);
    int count = rounds != null ? rounds : quick ? 3 : full ? 7 : 5;
    RunSettings settings = new RunSettings(engines, quick, count, again);
    for (String name : data) {
      DataFolder folder = preparation.prepare(name);
      if (step.equals("all") && only.isEmpty()) {
        new Driver(cache, settings, info.id(), System.err).measure(name, folder);
      }
    }
    if (step.equals("all")) {
      for (String scenario : only.isEmpty() && full ? Scenarios.names() : only) {
        new Scenarios(cache, preparation, info.id(), System.err).run(scenario, data, quick);
      }
    }
    Json.write(file, info.ended());
  }
}
