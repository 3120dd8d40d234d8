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
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.store.Directory;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code plaid explain}: why a document is a hit. */
@Command(
    name = "explain",
    description = "Shows which word of a document answers each word of a query.",
    mixinStandardHelpOptions = true)
final class ExplainCommand implements Callable<Integer> {
  @ParentCommand private Plaid plaid;

  @Parameters(paramLabel = "DIR", description = "Folder of the index.")
  private Path folder;

  @Option(
      names = "--query",
      required = true,
      paramLabel = "TEXT",
      description = "The query, in words.")
  private String query;

  @ArgGroup(multiplicity = "1")
  private Choice choice;

  /** Which document to explain. */
  static final class Choice {
    @Option(names = "--doc", paramLabel = "ID", description = "The document of this id.")
    private String id;

    @Option(names = "--hit", paramLabel = "N", description = "The N-th hit of the query, from 1.")
    private Integer hit;
  }

  @Option(
      names = "--html",
      paramLabel = "FILE",
      description =
          "Write a page with a heat map of the similarities of all tokens of the query with all"
              + " tokens of the document.")
  private Path html;

  @Option(names = "--force", description = "Replace the page if it exists.")
  private boolean force;

  @Option(names = "--json", description = "Print everything, similarities too, as JSON.")
  private boolean json;

  @Mixin private SearchOptions searchOptions;

  @Mixin private ModelOptions modelOptions;

  @Override
  public Integer call() throws IOException {
    if (choice.hit != null && choice.hit < 1) {
      throw UserException.usage("--hit " + choice.hit + ": expected 1 or more");
    }
    if (choice.id != null) {
      searchOptions.checkNone("--doc names the document");
    }
    if (html != null) {
      OutputFile.checkPlace(html, force);
      ConvertCommand.checkFolder(html);
    }
    try (Directory directory = IndexFolder.open(folder);
        DirectoryReader reader = DirectoryReader.open(directory)) {
      IndexFolder.checkTokens(folder, reader);
      try (TextEncoder encoder = modelOptions.open(plaid.console(), folder, reader)) {
        EncodedText encoded =
            new QueryReader(plaid.console()::note, reader)
                .take(List.of(query), encoder)
                .getFirst()
                .tokens();
        print(explain(new IndexSearcher(reader), encoder, encoded));
      }
    }
    return 0;
  }

  private HitExplanation explain(IndexSearcher searcher, TextEncoder encoder, EncodedText encoded)
      throws IOException {
    HitExplainer explainer = new HitExplainer(searcher, encoder, query, encoded);
    ScoreDoc hit =
        choice.hit == null
            ? explainer.best(RecordSearch.documents(choice.id))
            : hit(searcher, encoded.vectors());
    if (hit == null) {
      throw new UserException("--doc " + choice.id + ": no such document in " + folder);
    }
    return explainer.explain(hit, choice.hit);
  }

  private ScoreDoc hit(IndexSearcher searcher, float[][] tokens) throws IOException {
    RecordSearch search =
        new RecordSearch(
            searcher, searchOptions.options(), searchOptions.filter(searcher.getIndexReader()));
    List<ScoreDoc> hits = search.search(tokens, choice.hit);
    if (hits.size() < choice.hit) {
      throw new UserException(
          "--hit " + choice.hit + ": the query has " + Table.count(hits.size(), "hit"));
    }
    return hits.get(choice.hit - 1);
  }

  private void print(HitExplanation explanation) throws IOException {
    if (html != null) {
      byte[] page = new HeatMap(explanation).page().getBytes(StandardCharsets.UTF_8);
      OutputFile.write(html, page, force);
    }
    if (json) {
      OutputOptions.printJson(plaid.console(), explanation);
    } else {
      new ExplanationPrinter(plaid.console(), explanation).print();
    }
  }
}
