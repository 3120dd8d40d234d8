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

import io.github.luceneplaid.plaid.search.TokenMatch;
import io.github.luceneplaid.tools.HitExplanation.Label;
import java.util.Arrays;
import java.util.Locale;

/**
 * A page with the similarities of query tokens (rows) and document tokens (columns). It needs
 * nothing but itself, runs no script and is well-formed XML, too.
 */
final class HeatMap {
  private static final String STYLE =
      """
      body { font: 15px/1.5 sans-serif; margin: 2em; color: #222; background: #fff; }
      h1 { font-size: 1.4em; }
      .text { white-space: pre-wrap; max-width: 60em; }
      .map { overflow-x: auto; }
      table { border-collapse: collapse; }
      thead th { writing-mode: vertical-rl; transform: rotate(180deg); text-align: left; }
      th { font-weight: normal; white-space: pre; padding: 2px 4px; }
      tbody th { text-align: right; position: sticky; left: 0; background: #fff; }
      td { min-width: 18px; height: 18px; border: 1px solid #eee; }
      td.best { border: 2px solid #222; }
      .note { color: #666; }
      """;

  private final HitExplanation hit;
  private final StringBuilder page = new StringBuilder();

  HeatMap(HitExplanation hit) {
    this.hit = hit;
  }

  /** The page in HTML. */
  String page() {
    page.append("<!DOCTYPE html>\n<html lang=\"en\" xmlns=\"http://www.w3.org/1999/xhtml\">\n");
    page.append("<head><meta charset=\"utf-8\"/><title>");
    page.append(escaped(hit.query())).append("</title>\n");
    page.append("<style>\n").append(STYLE).append("</style></head>\n<body>\n");
    element("h1", hit.query());
    element("p", heading());
    if (hit.text() != null) {
      appendText();
    }
    appendTable();
    page.append("<p class=\"note\">Rows are tokens of the query, columns tokens of the document. ");
    page.append("The stronger the colour, the higher the similarity, from 0 to 1; ");
    page.append("a frame marks the best token of each row, which makes the score.</p>\n");
    return page.append("</body>\n</html>\n").toString();
  }

  private String heading() {
    String rank = hit.rank() == null ? "" : hit.rank() + ". ";
    String title = hit.title() == null ? "" : hit.title() + " ";
    return String.format(Locale.ROOT, "%s%s(%s), score %.3f", rank, title, hit.id(), hit.score());
  }

  private void element(String name, String text) {
    page.append('<').append(name).append('>').append(escaped(text));
    page.append("</").append(name).append(">\n");
  }

  /** The text, each token in the colour of what it answers best. */
  private void appendText() {
    page.append("<p class=\"text\">");
    int from = 0;
    for (int token = 0; token < hit.documentTokens().size(); token++) {
      Label label = hit.documentTokens().get(token);
      if (label.start() < from) {
        continue;
      }
      int best = 0;
      for (int q = 1; q < hit.similarities().length; q++) {
        best = hit.similarities()[q][token] > hit.similarities()[best][token] ? q : best;
      }
      page.append(escaped(hit.text().substring(from, label.start()))).append("<span");
      appendCell(best, token);
      page.append('>').append(escaped(label.text())).append("</span>");
      from = label.end();
    }
    page.append(escaped(hit.text().substring(from))).append("</p>\n");
  }

  private void appendTable() {
    int[] best = new int[hit.queryTokens().size()];
    Arrays.fill(best, -1);
    for (TokenMatch match : hit.matches()) {
      best[match.queryToken()] = match.documentToken();
    }
    page.append("<div class=\"map\"><table>\n<thead><tr><td></td>");
    for (Label label : hit.documentTokens()) {
      page.append("<th>").append(escaped(label.text())).append("</th>");
    }
    page.append("</tr></thead>\n<tbody>\n");
    for (int q = 0; q < best.length; q++) {
      page.append("<tr><th>").append(escaped(hit.queryTokens().get(q).text())).append("</th>");
      for (int token = 0; token < hit.documentTokens().size(); token++) {
        page.append(token == best[q] ? "<td class=\"best\"" : "<td");
        appendCell(q, token);
        page.append("></td>");
      }
      page.append("</tr>\n");
    }
    page.append("</tbody></table></div>\n");
  }

  /** Attributes with the colour and the tip of a pair. */
  private void appendCell(int queryToken, int documentToken) {
    float similarity = hit.similarities()[queryToken][documentToken];
    double colour = Float.isFinite(similarity) ? Math.clamp(similarity, 0f, 1f) : 0;
    page.append(
        String.format(
            Locale.ROOT,
            " style=\"background:rgba(214,69,0,%.3f)\" title=\"%s → %s: %.3f\"",
            // Squared, so that chance similarities fade
            colour * colour,
            escaped(hit.queryTokens().get(queryToken).text()),
            escaped(hit.documentTokens().get(documentToken).text()),
            similarity));
  }

  private static String escaped(String text) {
    StringBuilder result = new StringBuilder();
    text.codePoints()
        .forEach(
            c -> {
              switch (c) {
                case '&' -> result.append("&amp;");
                case '<' -> result.append("&lt;");
                case '>' -> result.append("&gt;");
                case '"' -> result.append("&quot;");
                default -> result.appendCodePoint(isAllowed(c) ? c : 0xFFFD);
              }
            });
    return result.toString();
  }

  /** Whether XML may have a character: no control characters, no halves of pairs. */
  private static boolean isAllowed(int c) {
    return c == '\t'
        || c == '\n'
        || c == '\r'
        || (c >= 0x20 && c < 0xD800)
        || (c >= 0xE000 && c < 0xFFFE)
        || c > 0xFFFF;
  }
}
