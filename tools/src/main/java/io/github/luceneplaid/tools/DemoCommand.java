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

import io.github.luceneplaid.encoder.EncodedText;
import io.github.luceneplaid.encoder.TextEncoder;
import io.github.luceneplaid.plaid.LateInteractionOptions;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.search.IndexSearcher;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code plaid demo}: shows each step once, on real text. */
@Command(
    name = "demo",
    description = {
      "Indexes real text with a real model, and searches it.",
      "Encodes passages, indexes them in parts, deletes and updates some, merges, and answers"
          + " queries: those given, or else samples and what you type."
    },
    mixinStandardHelpOptions = true)
final class DemoCommand implements Callable<Integer> {
  /** The folder of the launcher, which has the demo's texts below it. */
  static final String HOME = "plaid.home";

  @ParentCommand private Plaid plaid;

  @Option(
      names = "--text",
      paramLabel = "DIR",
      description = "Folder of text, Markdown or JSONL (default: passages that come with plaid).")
  private Path text;

  @Option(
      names = "--query",
      arity = "1..*",
      paramLabel = "QUERY",
      description = "Query in words, in quotes; may be repeated.")
  private List<String> queries;

  @Option(
      names = "-k",
      defaultValue = "3",
      paramLabel = "N",
      description = "Hits per query (default: ${DEFAULT-VALUE}).")
  private int k;

  @Option(
      names = "--keep",
      paramLabel = "DIR",
      description = "Keep the index there, for plaid search and plaid info.")
  private Path keep;

  @Option(
      names = "--model",
      paramLabel = "DIR",
      description = "Another model: model.onnx and tokenizer.json, as ColBERT models are exported.")
  private Path model;

  @Mixin private InputOptions inputOptions;
  @Mixin private FormatOptions formatOptions;

  @Override
  public Integer call() throws IOException {
    if (k < 1) {
      throw UserException.usage("-k " + k + ": expected 1 or more");
    }
    // Low, so that the few passages that come with plaid are enough to train on.
    var format = formatOptions.format(8192);
    List<Passage> passages = inputOptions.read(List.of(textFolder()), "--text", plaid.console());
    try (TemporaryFolder temporary =
            keep == null
                ? TemporaryFolder.make(() -> Files.createTempDirectory("plaid-demo"))
                : null;
        NewIndex index = IndexFolder.create(keep == null ? temporary.path() : keep, false);
        TextEncoder encoder = TextEncoder.open(model)) {
      new DemoIndexing(plaid.console(), encoder, index, format).run(passages);
      index.finish();
      try (DirectoryReader reader = DirectoryReader.open(index.directory())) {
        InfoCommand.print(reader, plaid.console().out());
        answer(encoder, new IndexSearcher(reader));
      }
    }
    if (keep != null) {
      plaid.console().out().println("\nKept: ./plaid search " + keep + " 'your query'");
    }
    return 0;
  }

  private Path textFolder() {
    return text == null ? home().resolve("passages") : text;
  }

  private static Path home() {
    String home = System.getProperty(HOME);
    if (home == null) {
      throw UserException.usage("--text DIR is needed where plaid does not run by its launcher");
    }
    return Path.of(home, "corpus");
  }

  private void answer(TextEncoder encoder, IndexSearcher searcher) throws IOException {
    Console console = plaid.console();
    if (queries != null) {
      for (String query : queries) {
        answer(encoder, searcher, query);
      }
      return;
    }
    if (text == null) {
      for (String query : Files.readAllLines(home().resolve("queries.txt"))) {
        answer(encoder, searcher, query);
      }
    }
    PrintWriter out = console.out();
    if (console.interactive() == false) {
      out.println("\nAsk your own: plaid demo --query 'your query'");
      return;
    }
    out.println("\nYour turn; an empty line ends.");
    while (true) {
      out.print("? ");
      out.flush();
      String line = console.readLine();
      if (line == null || line.isBlank()) {
        return;
      }
      answer(encoder, searcher, line.strip());
    }
  }

  private void answer(TextEncoder encoder, IndexSearcher searcher, String query)
      throws IOException {
    EncodedText encoded = new QueryReader(plaid.console()::note).encode(query, encoder);
    if (encoded.vectors().length == 0) {
      plaid.console().out().println("\nNo words in: " + Console.visible(query));
      return;
    }
    RecordSearch search = new RecordSearch(searcher, LateInteractionOptions.DEFAULT, null);
    new HitPrinter(plaid.console(), encoder, searcher, query, encoded)
        .print(RankedHit.of(search.search(encoded.vectors(), k)));
  }
}
