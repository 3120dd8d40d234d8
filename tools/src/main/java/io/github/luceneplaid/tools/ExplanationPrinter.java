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

import io.github.luceneplaid.plaid.TokenMatch;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Prints an explanation. Each word of the query has a line, which shows the matching word of the
 * document in its context. A pooled token of words that are far apart has more lines. If the tokens
 * do not belong to the text, each token has a line.
 */
final class ExplanationPrinter {
  /** Chars of context on each side. */
  private static final int CONTEXT = 30;

  private static final int BAR = 10;

  /** The column of the document's words, without the width of the query's words. */
  private static final int INDENT = "     ".length() + " -0.00 ".length() + BAR + "  ".length();

  private final Console console;
  private final HitExplanation hit;

  ExplanationPrinter(Console console, HitExplanation hit) {
    this.console = console;
    this.hit = hit;
  }

  void print() {
    PrintWriter out = console.out();
    out.println();
    out.println(console.bold("? " + Console.visible(hit.query())));
    String rank = hit.rank() == null ? "    " : String.format(Locale.ROOT, "%3d.", hit.rank());
    String score = String.format(Locale.ROOT, " %6.3f  ", hit.score());
    String title = hit.title() == null ? "" : console.bold(Console.visible(hit.title())) + "  ";
    out.println(rank + score + title + console.faint(Console.visible(hit.id())));
    if (hit.words().isEmpty()) {
      printTokens();
    } else {
      printWords();
    }
  }

  private void printTokens() {
    int width = hit.queryTokens().stream().mapToInt(token -> token.text().length()).max().orElse(0);
    for (TokenMatch match : hit.matches()) {
      String token = flat(hit.documentTokens().get(match.documentToken()).text());
      int number = match.queryToken();
      String word = flat(hit.queryTokens().get(number).text());
      print(number, width, word, match.similarity(), console.colour(number, token));
    }
  }

  private void printWords() {
    int width = hit.words().stream().mapToInt(word -> word.queryWord().length()).max().orElse(0);
    for (int i = 0; i < hit.words().size(); i++) {
      WordMatch word = hit.words().get(i);
      List<String> answers = answers(i, word);
      print(i, width, flat(word.queryWord()), word.similarity(), answers.getFirst());
      for (String answer : answers.subList(1, answers.size())) {
        console.out().println(" ".repeat(INDENT + width) + answer);
      }
    }
  }

  private void print(int number, int width, String word, float similarity, String answer) {
    int filled = Math.round(Math.clamp(similarity, 0f, 1f) * BAR);
    console
        .out()
        .println(
            "     "
                + " ".repeat(width - word.length())
                + console.colour(number, word)
                + String.format(Locale.ROOT, " %5.2f ", similarity)
                + console.faint("▇".repeat(filled) + "·".repeat(BAR - filled))
                + "  "
                + answer);
  }

  /**
   * The words of the document in their context. Words that are close together share one context.
   */
  private List<String> answers(int number, WordMatch match) {
    List<String> answers = new ArrayList<>();
    List<Span> words = match.spans();
    for (int i = 0; i < words.size(); ) {
      int to = contextEnd(words.get(i).end());
      int n = 1;
      while (i + n < words.size() && words.get(i + n).end() <= to) {
        n++;
      }
      answers.add(answer(number, words.subList(i, i + n), to));
      i += n;
    }
    return answers;
  }

  /** Some words in their context. */
  private String answer(int number, List<Span> words, int to) {
    String text = hit.text();
    int from = contextStart(words.getFirst().start());
    StringBuilder answer = new StringBuilder(from > 0 ? "… " : "");
    int at = from;
    for (Span span : words) {
      String before = flat(text.substring(at, span.start()));
      String word = flat(span.of(text));
      answer.append(at == from ? before.stripLeading() : before);
      answer.append(console.colours() ? console.colour(number, word) : console.mark(word));
      at = span.end();
    }
    answer.append(flat(text.substring(at, to)).stripTrailing());
    return answer.append(to < text.length() ? " …" : "").toString();
  }

  private int contextStart(int word) {
    int from = Math.max(0, word - CONTEXT);
    while (from < word && isInside(hit.text(), from)) {
      from++;
    }
    return from;
  }

  private int contextEnd(int word) {
    int to = Math.min(hit.text().length(), word + CONTEXT);
    while (to > word && isInside(hit.text(), to)) {
      to--;
    }
    return to;
  }

  /** Whether a position lies inside a word or a surrogate pair, where a text must not be cut. */
  private static boolean isInside(String text, int at) {
    return at > 0
        && at < text.length()
        && (Character.isLowSurrogate(text.charAt(at))
            || (Character.isLetterOrDigit(text.charAt(at - 1))
                && Character.isLetterOrDigit(text.charAt(at))));
  }

  private static String flat(String text) {
    return Console.visible(text.replaceAll("\\s+", " "));
  }
}
