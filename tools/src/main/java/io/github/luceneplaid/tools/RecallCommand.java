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

import io.github.luceneplaid.encoder.TextEncoder;
import io.github.luceneplaid.plaid.PlaidDocValuesFormat;
import io.github.luceneplaid.plaid.PlaidStatistics;
import io.github.luceneplaid.plaid.RawTokens;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.store.Directory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/**
 * {@code plaid recall}: measures the share of the right hits that an index finds, and its speed.
 */
@Command(
    name = "recall",
    description = {
      "Tells how good an index is: how many of the hits of an exact search are found, and in what"
          + " time, by several settings, and which to take.",
      "Queries are parts of its own documents, unless --queries names others. Time is that of one"
          + " thread, after a warm-up, and depends on the machine."
    },
    mixinStandardHelpOptions = true)
final class RecallCommand implements Callable<Integer> {
  @ParentCommand private Plaid plaid;

  @Parameters(paramLabel = "INDEX", description = "Folder of the index.")
  private Path folder;

  @Option(
      names = "--queries",
      paramLabel = "FILE",
      description =
          "Queries, as plaid search --queries takes them: .npy, .npz, .jsonl, or a query per line;"
              + " - for standard input.")
  private Path queries;

  @Option(
      names = "--sample",
      paramLabel = "N",
      description = "Queries to make, each of another document (default: 100).")
  private Integer sample;

  @Option(
      names = "--tokens",
      paramLabel = "N",
      description = "Consecutive tokens of a document that are a query (default: 16).")
  private Integer tokens;

  @Option(
      names = "-k",
      defaultValue = "10",
      paramLabel = "N",
      description = "Hits per query (default: ${DEFAULT-VALUE}).")
  private int k;

  @Option(
      names = "--at-least",
      defaultValue = "0.95",
      paramLabel = "RECALL",
      description =
          "Tell the fastest setting that finds so much, 0 to 1 (default: ${DEFAULT-VALUE}).")
  private double atLeast;

  @Option(
      names = "--plot",
      paramLabel = "FILE",
      description = "Write a plot of recall and time as SVG.")
  private Path plot;

  @Option(names = "--force", description = "Replace the plot if it exists.")
  private boolean force;

  @Mixin private InputOptions inputOptions;
  @Mixin private ModelOptions modelOptions;
  @Mixin private OutputOptions output;

  /** What {@code --json} prints; the file of queries is null if they are parts of documents. */
  private record Outcome(
      String index,
      int documents,
      String queriesFile,
      int queries,
      double tokensPerQuery,
      int k,
      boolean exactByCodes,
      List<RecallTrial.Setting> settings,
      double atLeast,
      RecallTrial.Setting fastest,
      double seconds) {}

  @Override
  public Integer call() throws IOException {
    check();
    try (Directory directory = IndexFolder.open(folder);
        DirectoryReader reader = DirectoryReader.open(directory)) {
      IndexFolder.checkTokens(folder, reader);
      List<float[][]> list = queries(reader);
      IndexSearcher searcher = new IndexSearcher(reader);
      RecallTrial trial = new RecallTrial(searcher, list, k, plaid.console());
      List<RecallTrial.Setting> settings = trial.run(hasCells(reader), atLeast);
      Outcome outcome = outcome(reader, list, settings);
      if (plot != null) {
        write(outcome);
      }
      if (output.json()) {
        OutputOptions.printJson(plaid.console(), outcome);
      } else {
        print(outcome, hasCells(reader));
      }
    }
    return 0;
  }

  private void check() {
    atLeastOne("-k", k);
    atLeastOne("--sample", sample);
    atLeastOne("--tokens", tokens);
    if ((atLeast >= 0 && atLeast <= 1) == false) {
      throw UserException.usage("--at-least " + atLeast + ": expected 0 to 1");
    }
    if (queries != null && (sample != null || tokens != null)) {
      throw UserException.usage("--sample and --tokens make queries: expected no --queries");
    }
    if (plot != null) {
      OutputFile.checkPlace(plot, force);
      ConvertCommand.checkFolder(plot);
    }
  }

  private static void atLeastOne(String option, Integer n) {
    if (n != null && n < 1) {
      throw UserException.usage(option + " " + n + ": expected 1 or more");
    }
  }

  private List<float[][]> queries(DirectoryReader reader) throws IOException {
    if (queries == null) {
      int count = sample == null ? 100 : sample;
      List<float[][]> list = PseudoQueries.of(reader, count, tokens == null ? 16 : tokens);
      if (list.isEmpty()) {
        throw new UserException(folder + ": expected documents with tokens, found none");
      }
      return list;
    }
    return read(reader).stream()
        .filter(SearchedQuery::hasTokens)
        .map(query -> query.tokens().vectors())
        .toList();
  }

  private List<SearchedQuery> read(DirectoryReader reader) throws IOException {
    QueryReader texts = new QueryReader(plaid.console()::note, reader);
    if (TokenInput.isOne(queries)) {
      return texts.readMatrix(queries);
    }
    try (TextEncoder encoder = modelOptions.open(plaid.console(), folder, reader)) {
      return texts.readTexts(queries, inputOptions.decoder(), encoder);
    }
  }

  /** Whether any segment is searched by cells and not exactly. */
  private static boolean hasCells(DirectoryReader reader) throws IOException {
    for (LeafReaderContext leaf : reader.leaves()) {
      PlaidStatistics s = PlaidDocValuesFormat.statistics(leaf.reader(), IndexBuilder.TOKENS);
      if (s != null && s.cells() > 0) {
        return true;
      }
    }
    return false;
  }

  /** Whether there are tokens of which only codes are kept. */
  private static boolean hasCodesOnly(DirectoryReader reader) throws IOException {
    for (LeafReaderContext leaf : reader.leaves()) {
      PlaidStatistics s = PlaidDocValuesFormat.statistics(leaf.reader(), IndexBuilder.TOKENS);
      if (s != null && s.trained() && s.raw() == RawTokens.NONE) {
        return true;
      }
    }
    return false;
  }

  private Outcome outcome(
      DirectoryReader reader, List<float[][]> list, List<RecallTrial.Setting> settings)
      throws IOException {
    return new Outcome(
        folder.toString(),
        reader.numDocs(),
        queries == null ? null : queries.toString(),
        list.size(),
        list.stream().mapToInt(query -> query.length).average().orElseThrow(),
        k,
        hasCodesOnly(reader),
        settings,
        atLeast,
        RecallTrial.fastest(settings, atLeast),
        output.seconds());
  }

  private void write(Outcome outcome) throws IOException {
    String title = outcome.index + ": " + count(outcome);
    String page = new RecallPlot(title, k, outcome.settings, outcome.fastest).svg();
    OutputFile.write(plot, page.getBytes(StandardCharsets.UTF_8), force);
  }

  /** The number of queries, and their source. */
  private static String count(Outcome outcome) {
    return String.format(
        Locale.ROOT,
        "%s of %.1f tokens%s",
        Table.count(outcome.queries, "query", "queries"),
        outcome.tokensPerQuery,
        outcome.queriesFile == null ? ", parts of its documents" : " from " + outcome.queriesFile);
  }

  private void print(Outcome outcome, boolean hasCells) {
    PrintWriter out = plaid.console().out();
    say(outcome.index + ", " + Table.count(outcome.documents, "document") + ": " + count(outcome));
    out.println();
    double exact = outcome.settings.getLast().milliseconds();
    Table table = new Table("setting", "recall@" + k, "ms a query", "exact takes");
    for (RecallTrial.Setting setting : outcome.settings) {
      table.add(
          setting.name(),
          number(setting.recall(), 4),
          number(setting.milliseconds(), 3),
          setting.isExact() ? "" : number(exact / setting.milliseconds(), 1) + " x");
    }
    table.print(out);
    say(
        outcome.exactByCodes
            ? "Recall is against all documents scored by their codes: no raw tokens are kept, so"
                + " what coding loses is not seen."
            : "Recall is against all documents scored by their tokens as they are kept.");
    if (hasCells == false) {
      say("All segments are so small that they are searched exactly in any case.");
    }
    say(
        "Time is CPU time of one thread after a warm-up, the mean of all queries (exact: of up to"
            + " 20); it depends on the machine.");
    out.println();
    RecallTrial.Setting fastest = outcome.fastest;
    say(
        "The fastest with a recall of at least "
            + atLeast
            + ": "
            + (fastest.options().isEmpty() ? "what comes by default" : fastest.options())
            + " ("
            + number(fastest.recall(), 4)
            + ", "
            + number(fastest.milliseconds(), 3)
            + " ms)");
    String options = fastest.options().isEmpty() ? "" : " " + fastest.options();
    say("  plaid search " + outcome.index + options + " 'your query'");
  }

  private void say(String line) {
    plaid.console().out().println(Console.visible(line));
  }

  private static String number(double value, int digits) {
    return String.format(Locale.ROOT, "%." + digits + "f", value);
  }
}
