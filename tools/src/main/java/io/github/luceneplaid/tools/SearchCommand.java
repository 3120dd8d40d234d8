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

import io.github.luceneplaid.plaid.search.LateInteractionOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.lucene.document.Document;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.StoredFields;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.ScoreDoc;
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
          + " line per hit: query, rank, id, score, divided by tabs.",
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
          "Queries: an .npy file of tokens with querylens.json (or doclens.json) and query_ids.json"
              + " (or ids.json) beside it, .jsonl, or a query per line; - for standard input.")
  private Path queries;

  @Option(
      names = "-k",
      defaultValue = "10",
      paramLabel = "N",
      description = "Hits per query (default: ${DEFAULT-VALUE}).")
  private int k;

  @Mixin private InputOptions inputOptions;
  @Mixin private SearchOptions searchOptions;

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

  private final List<Query> list = new ArrayList<>();

  private record Query(String id, String text, EncodedText tokens) {}

  /** What {@code --json} prints of a query; its text is null if only its tokens are known. */
  private record Outcome(String query, String text, List<Hit> hits) {}

  /** A hit; the title is null if it has none. */
  private record Hit(int rank, String id, String title, float score) {}

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
    LateInteractionOptions options = searchOptions.options();
    try (Directory directory = IndexFolder.open(folder);
        DirectoryReader reader = DirectoryReader.open(directory)) {
      IndexSearcher searcher = new IndexSearcher(reader);
      if (queries != null && TokenFiles.isMatrix(queries)) {
        readMatrix();
        checkQueries();
        answer(searcher, options);
      } else {
        try (TextEncoder encoder = modelOptions.open(plaid.console(), folder, reader)) {
          encode(encoder);
          checkQueries();
          if (queries == null && recall == null && repeat == 0 && output.json() == false) {
            for (Query query : list) {
              if (plaid.console().isDeaf()) {
                break;
              }
              new HitPrinter(plaid.console(), encoder, searcher, query.text, query.tokens)
                  .print(search(searcher, query, options));
            }
          } else {
            answer(searcher, options);
          }
        }
      }
    }
    return 0;
  }

  private void readMatrix() throws IOException {
    Path lengths = sibling("querylens.json", "doclens.json");
    try (TokenFiles texts =
        new TokenFiles(queries, lengths, sibling("query_ids.json", "ids.json"))) {
      for (int i = 0; i < texts.size(); i++) {
        list.add(new Query(texts.id(i), null, new EncodedText(texts.next(), null, null, null)));
      }
    }
  }

  private Path sibling(String name, String other) {
    Path file = queries.resolveSibling(name);
    return file.toFile().exists() ? file : queries.resolveSibling(other);
  }

  private void encode(TextEncoder encoder) throws IOException {
    Notes notes = plaid.console()::note;
    if (queries == null) {
      for (String text : words) {
        String id = Integer.toString(list.size() + 1);
        list.add(new Query(id, text, encoder.encodeQuery(text, notes)));
      }
    } else {
      TextDecoder decoder = inputOptions.decoder();
      for (Passage query : TextFiles.readQueries(queries, "--queries", decoder, notes)) {
        String text = query.text();
        list.add(new Query(query.id(), text, encoder.encodeQuery(text, notes)));
      }
    }
  }

  /** Tells of queries without tokens, which have no hits; if all are so, it is an error. */
  private void checkQueries() {
    List<Query> empty = list.stream().filter(query -> query.tokens.vectors().length == 0).toList();
    for (Query query : empty) {
      String text = query.text == null ? query.id : "\"" + Ids.shown(query.text) + "\"";
      String message = "query " + text + ": no words in it";
      if (empty.size() == list.size()) {
        throw new UserException(message);
      }
      plaid.console().note(query.id + ": " + message + ", no hits");
    }
  }

  private RecordSearch.Hits search(
      IndexSearcher searcher, Query query, LateInteractionOptions options) throws IOException {
    return new RecordSearch(searcher, options).search(query.tokens.vectors(), k);
  }

  private void answer(IndexSearcher searcher, LateInteractionOptions options) throws IOException {
    List<float[][]> tokens =
        list.stream()
            .map(query -> query.tokens.vectors())
            .filter(vectors -> vectors.length > 0)
            .toList();
    SearchTrial trial = new SearchTrial(plaid.console(), searcher, tokens, k, options);
    if (repeat > 0) {
      print(trial.speed(repeat));
    }
    if (recall != null && recall.isEmpty()) {
      print(trial.recall(searcher, "the index"));
    } else if (recall != null) {
      try (Directory other = IndexFolder.open(Path.of(recall));
          DirectoryReader reader = DirectoryReader.open(other)) {
        print(trial.recall(new IndexSearcher(reader), recall));
      }
    }
    if (repeat == 0 && recall == null) {
      for (Query query : list) {
        if (plaid.console().isDeaf()) {
          break;
        }
        List<Hit> hits = hits(searcher, search(searcher, query, options));
        if (output.json()) {
          OutputOptions.printJson(plaid.console(), new Outcome(query.id, query.text, hits));
        } else {
          for (Hit hit : hits) {
            plaid
                .console()
                .out()
                .println(
                    Console.visible(query.id)
                        + "\t"
                        + hit.rank
                        + "\t"
                        + Console.visible(hit.id)
                        + "\t"
                        + hit.score);
          }
        }
      }
    }
  }

  private static List<Hit> hits(IndexSearcher searcher, RecordSearch.Hits found)
      throws IOException {
    StoredFields stored = searcher.storedFields();
    List<Hit> hits = new ArrayList<>();
    for (ScoreDoc hit : found.docs()) {
      Document document = stored.document(hit.doc);
      String id = RecordSearch.recordId(document);
      String title = document.get(IndexBuilder.TITLE);
      hits.add(new Hit(hits.size() + 1, id, title, hit.score));
    }
    return hits;
  }

  private void print(Object measured) {
    output.print(plaid.console(), measured, measured.toString());
  }
}
