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

package io.github.luceneplaid.engine;

import io.github.luceneplaid.plaid.TokenMatch;
import java.text.BreakIterator;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/**
 * Marks the words of a text whose token vectors answered a query.
 *
 * @param before what stands before a marked word
 * @param after what stands after it
 * @param fragments the most parts of the text to return, 0 for all of it in one part
 * @param size about the number of chars of a part
 * @param encoder writes each piece of the text
 * @lucene.internal
 */
public record WordMarker(
    String before, String after, int fragments, int size, UnaryOperator<String> encoder) {

  /**
   * Checks the number of parts.
   *
   * @throws IllegalArgumentException if it is negative
   */
  public WordMarker {
    if (fragments < 0) {
      throw new IllegalArgumentException(
          "[fragments]: found " + fragments + ", expected 0 or more");
    }
  }

  /** Writes the text as it is. */
  public WordMarker(String before, String after, int fragments, int size) {
    this(before, after, fragments, size, UnaryOperator.identity());
  }

  /** A part of a text, and how well it answers. */
  private record Part(int start, int end, double weight) {}

  /**
   * Marks words.
   *
   * @param offsets where the vectors come from
   * @param matches of a hit
   * @param similarities whether the best similarity of a marked word follows it, in brackets
   * @return whole sentences, the best ones, in the order of the text; none if nothing is marked
   * @throws IllegalArgumentException if the vectors cannot be those of the text
   */
  public List<String> mark(
      String text, int[][] offsets, List<TokenMatch> matches, boolean similarities) {
    TreeMap<Integer, Word> words = new TreeMap<>();
    for (TokenMatch match : matches) {
      if (match.documentToken() >= offsets.length) {
        throw new IllegalArgumentException(
            "found offsets of "
                + offsets.length
                + " tokens, expected them for token "
                + match.documentToken());
      }
      int[] part = offsets[match.documentToken()];
      if (part[0] < part[1]) {
        Word word = Word.around(text, part[0], part[1], match.similarity());
        words.merge(word.start, word, Word::with);
      }
    }
    return words.isEmpty()
        ? List.of()
        : parts(text, words).stream().map(part -> marked(text, part, words, similarities)).toList();
  }

  /** A word that is marked, with the best similarity of one of its tokens. */
  private record Word(int start, int end, float similarity) {

    static Word around(String text, int from, int to, float similarity) {
      int start = from;
      while (start > 0 && isInside(text, start)) {
        start -= Character.charCount(text.codePointBefore(start));
      }
      int end = to;
      while (end < text.length() && isInside(text, end)) {
        end += Character.charCount(text.codePointAt(end));
      }
      return new Word(start, end, similarity);
    }

    /** Whether letters or digits are on both sides, of a script that has spaces between words. */
    private static boolean isInside(String text, int at) {
      return isLetter(text.codePointBefore(at)) && isLetter(text.codePointAt(at));
    }

    private static boolean isLetter(int c) {
      return (Character.isLetterOrDigit(c) || Character.getType(c) == Character.NON_SPACING_MARK)
          && Character.isIdeographic(c) == false
          && Character.UnicodeScript.of(c) != Character.UnicodeScript.HIRAGANA
          && Character.UnicodeScript.of(c) != Character.UnicodeScript.KATAKANA;
    }

    Word with(Word other) {
      return new Word(start, Math.max(end, other.end), Math.max(similarity, other.similarity));
    }
  }

  private List<Part> parts(String text, TreeMap<Integer, Word> words) {
    if (fragments == 0) {
      return List.of(new Part(0, text.length(), 0));
    }
    List<Part> parts = new ArrayList<>();
    BreakIterator sentences = BreakIterator.getSentenceInstance(Locale.ROOT);
    sentences.setText(text);
    int start = 0;
    for (int end = sentences.next(); end != BreakIterator.DONE; end = sentences.next()) {
      if (end - start >= size || end == text.length()) {
        double weight = 0;
        for (Word word : words.subMap(start, end).values()) {
          weight += 1 + word.similarity;
        }
        parts.add(new Part(start, end, weight));
        start = end;
      }
    }
    return parts.stream()
        .filter(part -> part.weight > 0)
        .sorted(Comparator.comparingDouble(part -> -part.weight))
        .limit(fragments)
        .sorted(Comparator.comparingInt(Part::start))
        .toList();
  }

  private String marked(
      String text, Part part, TreeMap<Integer, Word> words, boolean similarities) {
    StringBuilder marked = new StringBuilder();
    int at = part.start;
    for (Map.Entry<Integer, Word> entry : words.subMap(part.start, part.end).entrySet()) {
      Word word = entry.getValue();
      if (word.start >= at) {
        int end = Math.min(word.end, part.end);
        marked.append(encoded(text, at, word.start));
        marked.append(before).append(encoded(text, word.start, end)).append(after);
        if (similarities) {
          marked.append(String.format(Locale.ROOT, " (%.4f)", word.similarity));
        }
        at = end;
      }
    }
    return marked.append(encoded(text, at, part.end)).toString().strip();
  }

  private String encoded(String text, int start, int end) {
    return encoder.apply(text.substring(start, end));
  }
}
