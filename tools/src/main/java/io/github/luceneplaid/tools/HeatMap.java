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
import io.github.luceneplaid.tools.HitExplanation.Label;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * A page with the similarities of query tokens (rows) and document tokens (columns). It is
 * self-contained, runs no script and is well-formed XML, too.
 */
final class HeatMap {
  private static final String STYLE =
      """
      :root {
        color-scheme: light dark;
        --ink: #1d1d1f; --paper: #fff; --faint: #6b6b70; --line: #e4e4e7; --heat: 244 114 32;
      }
      @media (prefers-color-scheme: dark) {
        :root { --ink: #ececf0; --paper: #17171a; --faint: #a0a0a8; --line: #35353b; --heat: 222 92 12; }
      }
      body {
        font: 15px/1.55 system-ui, sans-serif; margin: 2.5em auto; max-width: 1200px;
        padding: 0 1.5em; color: var(--ink); background: var(--paper);
      }
      h1 { font-size: 1.6em; line-height: 1.25; margin: 0; }
      .hit { color: var(--faint); margin: 0.3em 0 1.5em; }
      .text { white-space: pre-wrap; max-width: 46em; max-height: 22em; overflow-y: auto; }
      .text span { border-radius: 3px; }
      .text span, td { background: rgb(var(--heat) / var(--s)); }
      .map { overflow-x: auto; margin: 1.5em 0; padding-bottom: 0.5em; }
      table { border-collapse: separate; border-spacing: 0; font-size: 13px; line-height: 1.2; }
      th { font-weight: normal; white-space: pre; padding: 3px 5px; background: var(--paper); }
      thead th { writing-mode: vertical-rl; transform: rotate(180deg); text-align: left; }
      tbody th { text-align: right; position: sticky; left: 0; }
      tbody th small { color: var(--faint); font-weight: normal; padding-left: 0.7em; }
      tbody tr:hover th { color: rgb(var(--heat)); }
      td { min-width: 20px; height: 20px; padding: 0; border: 1px solid var(--line); }
      td.best { outline: 2px solid var(--ink); outline-offset: -2px; }
      thead td { border: none; background: none; }
      .note { color: var(--faint); max-width: 46em; }
      .scale {
        display: inline-block; width: 8em; height: 0.8em; margin: 0 0.4em; vertical-align: baseline;
        border: 1px solid var(--line);
        background: linear-gradient(to right,
            rgb(var(--heat) / 0), rgb(var(--heat) / 0.06) 25%, rgb(var(--heat) / 0.25) 50%,
            rgb(var(--heat) / 0.56) 75%, rgb(var(--heat) / 1));
      }
      """;

  private final HitExplanation hit;
  private final StringBuilder page = new StringBuilder();

  HeatMap(HitExplanation hit) {
    this.hit = hit;
  }

  /** The page in HTML. */
  String page() {
    page.append("<!DOCTYPE html>\n<html lang=\"en\" xmlns=\"http://www.w3.org/1999/xhtml\">\n");
    page.append("<head><meta charset=\"utf-8\"/>");
    page.append("<meta name=\"viewport\" content=\"width=device-width\"/><title>");
    page.append(escaped(hit.query())).append("</title>\n");
    page.append("<style>\n").append(STYLE).append("</style></head>\n<body>\n");
    page.append("<h1>").append(escaped(hit.query())).append("</h1>\n");
    page.append("<p class=\"hit\">").append(escaped(heading())).append("</p>\n");
    if (hit.text() != null) {
      appendText();
    }
    appendTable();
    page.append("<p class=\"note\">Similarity: 0<span class=\"scale\"></span>1</p>\n");
    page.append("<p class=\"note\">Rows are tokens of the query, columns tokens of the document. ");
    page.append(
        "A frame marks the best token of each row; its similarity, which stands beside the ");
    page.append(
        "token of the query, makes the score. In the text a token has the colour of what it ");
    page.append(
        "answers best. Point at a token or a square to see both words and the number.</p>\n");
    if (hit.documentTokens().stream().anyMatch(label -> label.pooled().isEmpty() == false)) {
      page.append("<p class=\"note\">Tokens were pooled before they were indexed: a column ");
      page.append("stands for all pieces of the text that became one token.</p>\n");
    }
    return page.append("</body>\n</html>\n").toString();
  }

  private String heading() {
    String rank = hit.rank() == null ? "" : hit.rank() + ". ";
    String title = hit.title() == null ? "" : hit.title() + " ";
    return String.format(Locale.ROOT, "%s%s(%s), score %.3f", rank, title, hit.id(), hit.score());
  }

  /** Appends the text. Each token has the colour of the query token that it matches best. */
  private void appendText() {
    page.append("<p class=\"text\">");
    int from = 0;
    for (Place place : places()) {
      if (place.span.start() < from) {
        continue;
      }
      int best = 0;
      for (int q = 1; q < hit.similarities().length; q++) {
        float similarity = hit.similarities()[q][place.token];
        best = similarity > hit.similarities()[best][place.token] ? q : best;
      }
      page.append(escaped(hit.text().substring(from, place.span.start()))).append("<span");
      appendCell(best, place.token);
      page.append('>').append(escaped(place.span.of(hit.text()))).append("</span>");
      from = place.span.end();
    }
    page.append(escaped(hit.text().substring(from))).append("</p>\n");
  }

  /** Where a token, or a part of a pooled one, lies in the text. */
  private record Place(Span span, int token) {}

  /** The places of all tokens, in the order of the text. */
  private List<Place> places() {
    List<Place> places = new ArrayList<>();
    for (int token = 0; token < hit.documentTokens().size(); token++) {
      Label label = hit.documentTokens().get(token);
      if (label.start() >= 0) {
        places.add(new Place(new Span(label.start(), label.end()), token));
      }
      for (Span span : label.pooled()) {
        places.add(new Place(span, token));
      }
    }
    places.sort(Comparator.comparingInt(place -> place.span.start()));
    return places;
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
      page.append("<tr><th>").append(escaped(hit.queryTokens().get(q).text()));
      if (best[q] >= 0) {
        float similarity = hit.similarities()[q][best[q]];
        page.append(String.format(Locale.ROOT, "<small>%.2f</small>", similarity));
      }
      page.append("</th>");
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
            " style=\"--s:%.3f\" title=\"%s → %s: %.3f\"",
            // Squared, so that chance similarities fade
            colour * colour,
            escaped(hit.queryTokens().get(queryToken).text()),
            escaped(hit.documentTokens().get(documentToken).text()),
            similarity));
  }

  /** A text, escaped for XML. */
  static String escaped(String text) {
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
