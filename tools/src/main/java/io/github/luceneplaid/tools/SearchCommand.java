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
import io.github.luceneplaid.plaid.LateInteractionOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.store.Directory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code plaid search}: queries an index. */
@Command(
    name = "search",
    description = {
      "Searches an index.",
      "Queries in words are answered with text and the words that matched; queries of a file with a"
          + " line per hit: query, rank, id, score, divided by tabs; by --words also the ranks by"
          + " MaxSim and by words.",
      "With --json there is an object per query, with its hits; --recall and --repeat print one"
          + " each."
    },
    mixinStandardHelpOptions = true)
final class SearchCommand implements Callable<Integer> {
  @ParentCommand private Plaid plaid;

  @Parameters(index = "0", paramLabel = "DIR", description = "Folder of the index.")
  private Path folder;

  @Parameters(
      index = "1..*",
      paramLabel = "QUERY",
      description = "Query in words; in quotes, as each argument is a query of its own.")
  private List<String> words;

  @Option(
      names = "--queries",
      paramLabel = "FILE",
      description =
          "Queries: an .npz file of tokens, an .npy file of them with querylens.json (or"
              + " doclens.json) and query_ids.json (or ids.json) beside it, .jsonl, or a query per"
              + " line; - for standard input.")
  private Path queries;

  @Option(
      names = "-k",
      defaultValue = "10",
      paramLabel = "N",
      description = "Hits per query (default: ${DEFAULT-VALUE}).")
  private int k;

  @Mixin private InputOptions inputOptions;
  @Mixin private SearchOptions searchOptions;
  @Mixin private WordsOptions wordsOptions;

  @Option(
      names = "--recall",
      arity = "0..1",
      fallbackValue = "",
      paramLabel = "INDEX",
      description =
          "Print which part of the hits is found that come first when every document is scored,"
              + " here or in another index of the same documents.")
  private String recall;

  @Option(
      names = "--repeat",
      defaultValue = "0",
      paramLabel = "N",
      description = "Print queries per CPU-second, over N rounds after one to warm up.")
  private int repeat;

  @Mixin private ModelOptions modelOptions;

  @Mixin private OutputOptions output;

  private LateInteractionOptions options;
  private Fusion fusion;
  private Query filter;

  @Override
  public Integer call() throws IOException {
    if (k < 1) {
      throw UserException.usage("-k " + k + ": expected 1 or more");
    }
    if (repeat < 0) {
      throw UserException.usage("--repeat " + repeat + ": expected 0 or more");
    }
    if ((words == null) == (queries == null)) {
      throw UserException.usage("expected queries, either in words or by --queries FILE");
    }
    options = searchOptions.options();
    fusion = wordsOptions.fusion();
    if (fusion != null && (recall != null || repeat > 0)) {
      throw UserException.usage(
          "--words: expected neither --recall nor --repeat, they are of tokens");
    }
    try (Directory directory = IndexFolder.open(folder);
        DirectoryReader reader = DirectoryReader.open(directory)) {
      IndexFolder.checkTokens(folder, reader);
      IndexSearcher searcher = new IndexSearcher(reader);
      filter = searchOptions.filter(reader);
      if (fusion != null) {
        WordsOptions.check(folder, reader);
      }
      if (queries != null && TokenInput.isOne(queries)) {
        if (fusion != null) {
          throw UserException.usage(
              "--words: expected queries in words, found tokens in " + queries);
        }
        modelOptions.checkNoneFor(queries);
        inputOptions.checkNoneFor(queries);
        answer(searcher, null, reader(reader).readMatrix(queries));
      } else {
        try (TextEncoder encoder = modelOptions.open(plaid.console(), folder, reader)) {
          answer(searcher, encoder, read(reader(reader), encoder));
        }
      }
    }
    return 0;
  }

  private QueryReader reader(DirectoryReader index) throws IOException {
    return new QueryReader(plaid.console()::note, index);
  }

  private List<SearchedQuery> read(QueryReader reader, TextEncoder encoder) throws IOException {
    return queries == null
        ? reader.take(words, encoder)
        : reader.readTexts(queries, inputOptions.decoder(), encoder);
  }

  private void answer(IndexSearcher searcher, TextEncoder encoder, List<SearchedQuery> list)
      throws IOException {
    if (repeat > 0 || recall != null) {
      measure(searcher, list);
      return;
    }
    for (SearchedQuery query : list) {
      if (plaid.console().isDeaf()) {
        break;
      }
      List<RankedHit> hits = search(searcher, query);
      if (output.json()) {
        List<SearchOutcome.Hit> told = SearchOutcome.hits(searcher, hits);
        SearchOutcome outcome = new SearchOutcome(query.id(), query.text(), told);
        OutputOptions.printJson(plaid.console(), outcome);
      } else if (queries == null) {
        new HitPrinter(plaid.console(), encoder, searcher, query.text(), query.tokens())
            .print(hits);
      } else {
        printLines(query, SearchOutcome.hits(searcher, hits));
      }
    }
  }

  private List<RankedHit> search(IndexSearcher searcher, SearchedQuery query) throws IOException {
    RecordSearch search = new RecordSearch(searcher, options, filter);
    return HybridSearch.search(search, fusion, query, k, plaid.console()::note);
  }

  private void printLines(SearchedQuery query, List<SearchOutcome.Hit> hits) {
    for (SearchOutcome.Hit hit : hits) {
      List<String> line =
          new ArrayList<>(
              List.of(
                  Console.visible(query.id()),
                  Integer.toString(hit.rank()),
                  Console.visible(hit.id()),
                  Float.toString(hit.score())));
      if (hit.ranks() != null) {
        line.add(RankedHit.rank(hit.ranks().maxSim()));
        line.add(RankedHit.rank(hit.ranks().words()));
      }
      plaid.console().out().println(String.join("\t", line));
    }
  }

  private void measure(IndexSearcher searcher, List<SearchedQuery> list) throws IOException {
    List<float[][]> tokens =
        list.stream()
            .filter(SearchedQuery::hasTokens)
            .map(query -> query.tokens().vectors())
            .toList();
    SearchTrial trial = new SearchTrial(searcher, tokens, k, options, filter);
    if (repeat > 0) {
      SearchTrial.Speed speed;
      try (Progress progress = progress("Searching", tokens.size() * (repeat + 1L))) {
        speed = trial.speed(repeat, progress);
      }
      print(speed);
    }
    if (recall != null && recall.isEmpty()) {
      print(recall(trial, tokens.size(), searcher, "the index"));
    } else if (recall != null) {
      try (Directory other = IndexFolder.open(Path.of(recall));
          DirectoryReader reader = DirectoryReader.open(other)) {
        IndexFolder.checkTokens(Path.of(recall), reader);
        checkDimension(reader, tokens);
        print(recall(trial, tokens.size(), new IndexSearcher(reader), recall));
      }
    }
  }

  private void checkDimension(DirectoryReader other, List<float[][]> tokens) throws IOException {
    int dimension = new IndexedRecords(other).dimension();
    if (dimension > 0 && tokens.isEmpty() == false && tokens.get(0)[0].length != dimension) {
      throw new UserException(
          "--recall "
              + recall
              + ": its tokens have "
              + Table.count(dimension, "dimension")
              + ", expected "
              + tokens.get(0)[0].length
              + " as in the queries");
    }
  }

  private SearchTrial.Recall recall(SearchTrial trial, int count, IndexSearcher in, String name)
      throws IOException {
    try (Progress progress = progress("Comparing", 2L * count)) {
      return trial.recall(trial.truth(in, name, progress), progress);
    }
  }

  private Progress progress(String task, long queries) {
    return plaid.console().progress(task, " queries", queries);
  }

  private void print(Object measured) {
    output.print(plaid.console(), measured, measured.toString());
  }
}
