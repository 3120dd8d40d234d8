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
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.apache.lucene.document.Document;
import org.apache.lucene.search.IndexSearcher;

/** Prints the hits of a query, each with the words that the words of the query found. */
final class HitPrinter {
  private static final int FIRST_LINES = 5;
  private static final int OTHER_LINES = 2;

  private final Console console;
  private final IndexSearcher searcher;
  private final String queryText;
  private final HitWords words;

  /**
   * For one query.
   *
   * @param queryText what was asked
   * @param encoded its tokens
   */
  HitPrinter(
      Console console,
      TextEncoder encoder,
      IndexSearcher searcher,
      String queryText,
      EncodedText encoded) {
    this.console = console;
    this.searcher = searcher;
    this.queryText = queryText;
    words = new HitWords(encoder, searcher, queryText, encoded);
  }

  void print(List<RankedHit> hits) throws IOException {
    PrintWriter out = console.out();
    out.println();
    out.println(console.bold("? " + Console.visible(queryText)));
    if (hits.isEmpty()) {
      out.println("    no hits");
    }
    int rank = 1;
    for (RankedHit hit : hits) {
      printHit(rank++, hit);
    }
  }

  private void printHit(int rank, RankedHit hit) throws IOException {
    PrintWriter out = console.out();
    Document document = searcher.storedFields().document(hit.doc());
    String id = Console.visible(RecordSearch.shownId(document, hit.doc()));
    String title = document.get(IndexBuilder.TITLE);
    String text = document.get(IndexBuilder.TEXT);
    // Fused scores are small
    String format = hit.isFused() ? "%3d. %6.4f  " : "%3d. %6.3f  ";
    String head = String.format(Locale.ROOT, format, rank, hit.score());
    String ranks = hit.isFused() ? "  " + console.faint(ranks(hit)) : "";
    if (text == null) {
      out.println(head + console.bold(id) + ranks);
      return;
    }
    List<WordMatch> matches = words.matches(hit.doc(), text);
    Snippet snippet = new Snippet(text, matches);
    int bodyStart = Snippet.bodyStart(title, text);
    out.println(
        head
            + (bodyStart == 0
                ? console.bold(id)
                : MarkedText.styled(snippet.title(title.length()), console, console::bold)
                    + "  "
                    + console.faint(id))
            + ranks);
    for (List<MarkedText> line : snippet.lines(bodyStart, rank == 1 ? FIRST_LINES : OTHER_LINES)) {
      out.println("     " + MarkedText.styled(line, console, UnaryOperator.identity()));
    }
    if (rank == 1 && matches.isEmpty() == false) {
      out.println(console.faint("     " + summary(text, matches)));
    }
  }

  /** The ranks of a hit in two rankings. */
  private static String ranks(RankedHit hit) {
    String words = RankedHit.rank(hit.words());
    return "(MaxSim " + RankedHit.rank(hit.maxSim()) + ", words " + words + ")";
  }

  private static String summary(String text, List<WordMatch> matches) {
    return matches.stream()
        .map(
            match ->
                String.format(
                    Locale.ROOT,
                    "%s→%s %.2f",
                    Console.visible(match.queryWord()),
                    match.spans().stream()
                        .map(span -> Console.visible(span.of(text).toLowerCase(Locale.ROOT)))
                        .distinct()
                        .collect(Collectors.joining(", ")),
                    match.similarity()))
        .collect(Collectors.joining("  "));
  }
}
