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
import io.github.luceneplaid.plaid.search.LateInteractionQuery;
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
import org.apache.lucene.search.TopDocs;
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
      "With --json there is an object per query, with its hits; --recall and --repeat print one each."
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
              + " (or ids.json) beside it, .jsonl, or a query per line.")
  private Path queries;

  @Option(
      names = "-k",
      defaultValue = "10",
      paramLabel = "N",
      description = "Hits per query (default: ${DEFAULT-VALUE}).")
  private int k;

  @Mixin private SearchOptions searchOptions;

  @Option(
      names = "--recall",
      arity = "0..1",
      fallbackValue = "",
      paramLabel = "INDEX",
      description =
          "Print which part of the hits is found that come first when every document is scored, here"
              + " or in another index of the same documents.")
  private String recall;

  @Option(
      names = "--repeat",
      defaultValue = "0",
      paramLabel = "N",
      description = "Print queries per CPU-second, over N rounds after one to warm up.")
  private int repeat;

  @Option(
      names = "--model",
      paramLabel = "DIR",
      description = "The model the index was written with, unless it is the built-in one.")
  private Path model;

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
      if (queries != null && queries.toString().endsWith(".npy")) {
        readMatrix();
        answer(searcher, options);
      } else {
        IndexFolder.checkModel(plaid.console(), folder, reader, model);
        try (TextEncoder encoder = TextEncoder.open(model)) {
          encode(encoder);
          if (queries == null && recall == null && repeat == 0 && output.json() == false) {
            for (Query query : list) {
              var search = query(query, options);
              new HitPrinter(plaid.console(), encoder, searcher, query.text, query.tokens, search)
                  .print(searcher.search(search, k));
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
    if (queries == null) {
      for (String text : words) {
        list.add(new Query(Integer.toString(list.size() + 1), text, encoder.encodeQuery(text)));
      }
    } else {
      for (Passage query : TextFiles.read(List.of(queries), "--queries")) {
        String text = query.text();
        list.add(new Query(query.id(), text, encoder.encodeQuery(text)));
      }
    }
    for (Query query : list) {
      if (query.tokens.vectors().length == 0) {
        throw new UserException("query \"" + query.text + "\": no words in it");
      }
    }
  }

  private TopDocs search(IndexSearcher searcher, Query query, LateInteractionOptions options)
      throws IOException {
    return searcher.search(query(query, options), k);
  }

  private LateInteractionQuery query(Query query, LateInteractionOptions options) {
    float[][] tokens = query.tokens.vectors();
    return new LateInteractionQuery(IndexBuilder.TOKENS, tokens, k, null, options);
  }

  private void answer(IndexSearcher searcher, LateInteractionOptions options) throws IOException {
    List<float[][]> tokens = list.stream().map(query -> query.tokens.vectors()).toList();
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
        List<Hit> hits = hits(searcher, search(searcher, query, options));
        if (output.json()) {
          OutputOptions.printJson(plaid.console(), new Outcome(query.id, query.text, hits));
        } else {
          for (Hit hit : hits) {
            plaid
                .console()
                .out()
                .println(query.id + "\t" + hit.rank + "\t" + hit.id + "\t" + hit.score);
          }
        }
      }
    }
  }

  private static List<Hit> hits(IndexSearcher searcher, TopDocs found) throws IOException {
    StoredFields stored = searcher.storedFields();
    List<Hit> hits = new ArrayList<>();
    for (ScoreDoc hit : found.scoreDocs) {
      Document document = stored.document(hit.doc);
      String id = document.get(IndexBuilder.ID);
      String title = document.get(IndexBuilder.TITLE);
      hits.add(new Hit(hits.size() + 1, id, title, hit.score));
    }
    return hits;
  }

  private void print(Object measured) {
    output.print(plaid.console(), measured, measured.toString());
  }
}
