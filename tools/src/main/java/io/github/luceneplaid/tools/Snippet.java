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

import java.text.BreakIterator;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;

/** The sentences of a text with the best matches, in lines, with the matching words marked. */
final class Snippet {
  private static final int LINE_LENGTH = 92;

  /** The lowest similarity that is marked: weaker matches are chance. */
  private static final float MIN_SIMILARITY = 0.4f;

  private final String text;
  private final List<WordMatch> matches;
  private final BitSet marked = new BitSet();

  /**
   * Marks a text.
   *
   * @param text the whole text
   * @param matches what to mark
   */
  Snippet(String text, List<WordMatch> matches) {
    this.text = text;
    this.matches = matches.stream().filter(match -> match.similarity() >= MIN_SIMILARITY).toList();
    for (WordMatch match : this.matches) {
      match.spans().forEach(span -> marked.set(span.start(), span.end()));
    }
  }

  /**
   * The position after the title in a text, in chars. It is 0 if there is no title, or if the title
   * is not part of the text, as with imported metadata.
   */
  static int bodyStart(String title, String text) {
    return title != null && text.startsWith(title + "\n") ? title.length() + 1 : 0;
  }

  /** The text up to a position, which is its title. */
  List<MarkedText> title(int end) {
    Line title = new Line();
    append(title, 0, end);
    return title.parts;
  }

  /**
   * The best sentences, or all that fit.
   *
   * @param from where the snippet may begin, in chars
   * @param maxLines how many lines it may have
   */
  List<List<MarkedText>> lines(int from, int maxLines) {
    int[] window = window(from, maxLines * LINE_LENGTH);
    List<List<MarkedText>> lines = new ArrayList<>();
    Line line = new Line();
    line.append(window[0] > from ? "… " : "", false);
    int length = line.length();
    for (int start = window[0]; start < window[1]; ) {
      int end = start;
      while (end < window[1] && Character.isWhitespace(text.charAt(end)) == false) {
        end++;
      }
      if (length > 0 && length + end - start > LINE_LENGTH) {
        lines.add(line.stripped());
        line = new Line();
        length = 0;
      }
      append(line, start, end);
      line.append(" ", false);
      length += end - start + 1;
      start = end + 1;
    }
    line.append(window[1] < text.length() ? "…" : "", false);
    lines.add(line.stripped());
    return lines;
  }

  /** As {@link #lines}, in one line. */
  List<MarkedText> line(int from, int maxLines) {
    Line all = new Line();
    for (List<MarkedText> line : lines(from, maxLines)) {
      all.append(all.parts.isEmpty() ? "" : " ", false);
      line.forEach(part -> all.append(part.text(), part.marked()));
    }
    return all.parts;
  }

  /** A line that grows. */
  private static final class Line {
    private final List<MarkedText> parts = new ArrayList<>();

    void append(String text, boolean marked) {
      if (text.isEmpty()) {
        return;
      }
      boolean goesOn = parts.isEmpty() == false && parts.getLast().marked() == marked;
      String before = goesOn ? parts.removeLast().text() : "";
      parts.add(new MarkedText(before + text, marked));
    }

    int length() {
      return parts.stream().mapToInt(part -> part.text().length()).sum();
    }

    /** The line without white space at its end. */
    List<MarkedText> stripped() {
      if (parts.isEmpty() == false && parts.getLast().marked() == false) {
        append(parts.removeLast().text().stripTrailing(), false);
      }
      return parts;
    }
  }

  private void append(Line line, int start, int end) {
    for (int i = start; i < end; ) {
      boolean mark = marked.get(i);
      int next = mark ? marked.nextClearBit(i) : marked.nextSetBit(i);
      next = next < 0 || next > end ? end : next;
      line.append(Console.visible(text.substring(i, next)), mark);
      i = next;
    }
  }

  /** The run of sentences that fits and has the best matches in total. */
  private int[] window(int from, int maxLength) {
    if (text.length() - from <= maxLength) {
      return new int[] {from, text.length()};
    }
    List<Integer> bounds = bounds(from, maxLength / 2);
    int[] best = {from, from + maxLength};
    float bestScore = -1;
    for (int i = 0; i + 1 < bounds.size(); i++) {
      int start = bounds.get(i);
      int j = i + 1;
      while (j + 1 < bounds.size() && bounds.get(j + 1) - start <= maxLength) {
        j++;
      }
      int end = wordEnd(start, Math.min(bounds.get(j), start + maxLength));
      float score = score(start, end);
      if (score > bestScore) {
        bestScore = score;
        best = new int[] {start, end};
      }
    }
    return best;
  }

  /** Where sentences start and end, and in long ones some words, too. */
  private List<Integer> bounds(int from, int maxLength) {
    BreakIterator sentences = BreakIterator.getSentenceInstance(Locale.ROOT);
    BreakIterator words = BreakIterator.getLineInstance(Locale.ROOT);
    sentences.setText(text);
    words.setText(text);
    List<Integer> bounds = new ArrayList<>(List.of(from));
    for (int i = sentences.following(from); i != BreakIterator.DONE; i = sentences.next()) {
      if (i - bounds.getLast() > maxLength) {
        int step = maxLength / 4;
        for (int at = bounds.getLast() + step; at < i - step; at = bounds.getLast() + step) {
          int word = words.following(at);
          bounds.add(word == BreakIterator.DONE || word >= i ? at : word);
        }
      }
      bounds.add(i);
    }
    return bounds;
  }

  /** The end of the last whole word up to {@code end}. */
  private int wordEnd(int start, int end) {
    int result = end;
    while (result < text.length()
        && result > start + 1
        && Character.isWhitespace(text.charAt(result - 1)) == false) {
      result--;
    }
    return result > start + 1 ? result : end;
  }

  private float score(int start, int end) {
    float score = 0;
    for (WordMatch match : matches) {
      boolean inside =
          match.spans().stream().anyMatch(span -> span.start() >= start && span.end() <= end);
      score += inside ? match.similarity() : 0;
    }
    return score;
  }
}
