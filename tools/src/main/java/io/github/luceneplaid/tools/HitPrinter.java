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

import io.github.luceneplaid.plaid.search.LateInteractionQuery;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.apache.lucene.document.Document;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.ScoreDoc;

/** Prints the hits of a query, each with the words that the words of the query found. */
final class HitPrinter {
  private static final int FIRST_LINES = 5;
  private static final int OTHER_LINES = 2;

  private final Console console;
  private final TextEncoder encoder;
  private final IndexSearcher searcher;
  private final String queryText;
  private final EncodedText encoded;

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
    this.encoder = encoder;
    this.searcher = searcher;
    this.queryText = queryText;
    this.encoded = encoded;
  }

  void print(RecordSearch.Hits hits) throws IOException {
    PrintWriter out = console.out();
    out.println();
    out.println(console.bold("? " + Console.visible(queryText)));
    if (hits.docs().isEmpty()) {
      out.println("    no hits");
    }
    int rank = 1;
    for (ScoreDoc hit : hits.docs()) {
      printHit(hits.query(), rank++, hit);
    }
  }

  private void printHit(LateInteractionQuery query, int rank, ScoreDoc hit) throws IOException {
    PrintWriter out = console.out();
    Document document = searcher.storedFields().document(hit.doc);
    String id = Console.visible(RecordSearch.recordId(document));
    String title = document.get(IndexBuilder.TITLE);
    String text = document.get(IndexBuilder.TEXT);
    String head = String.format(Locale.ROOT, "%3d. %6.3f  ", rank, hit.score);
    if (text == null) {
      out.println(head + console.bold(id));
      return;
    }
    if (title != null && text.startsWith(title + "\n") == false) {
      // Imported metadata: a title that is not part of the text
      title = null;
    }
    List<WordMatch> matches = matches(query, hit.doc, text);
    Snippet snippet = new Snippet(text, matches, console);
    int bodyStart = title == null ? 0 : title.length() + 1;
    out.println(
        title == null
            ? head + console.bold(id)
            : head + snippet.title(title.length()) + "  " + console.faint(id));
    for (String line : snippet.lines(bodyStart, rank == 1 ? FIRST_LINES : OTHER_LINES)) {
      out.println("     " + line);
    }
    if (rank == 1 && matches.isEmpty() == false) {
      out.println(console.faint("     " + summary(text, matches)));
    }
  }

  private List<WordMatch> matches(LateInteractionQuery query, int doc, String text)
      throws IOException {
    Pieces pieces = encoder.locate(text);
    if (query.similarities(searcher, doc)[0].length != pieces.tokens()) {
      // Pooled, or of another text
      return List.of();
    }
    List<WordMatch> all =
        WordMatch.of(queryText, encoded, text, pieces, query.matches(searcher, doc));
    List<WordMatch> telling = all.stream().filter(WordMatch::tells).toList();
    return telling.isEmpty() ? all : telling;
  }

  private static String summary(String text, List<WordMatch> matches) {
    return matches.stream()
        .map(
            match ->
                String.format(
                    Locale.ROOT,
                    "%s→%s %.2f",
                    Console.visible(match.queryWord()),
                    Console.visible(
                        text.substring(match.start(), match.end()).toLowerCase(Locale.ROOT)),
                    match.similarity()))
        .collect(Collectors.joining("  "));
  }
}
