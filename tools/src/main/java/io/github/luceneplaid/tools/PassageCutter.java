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

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Cuts prose into passages, at headings, blank lines and, where those are rare, at sentences. */
final class PassageCutter {
  /** About as many words as the built-in model takes. */
  static final int WORDS = 120;

  private static final Pattern HEADING = Pattern.compile("#{1,6}\\s+(.*?)\\s*#*");
  private static final Pattern FENCE = Pattern.compile("\\s*(```|~~~).*");
  private static final Pattern ITEM = Pattern.compile("\\s*(?:[-*+]|\\d+[.)]|>)\\s+");
  private static final Pattern LINK = Pattern.compile("!?\\[([^\\]]*)\\]\\([^)]*\\)");
  private static final Pattern EMPHASIS =
      Pattern.compile("\\*{1,3}|`+|(?<!\\w)_{1,3}|_{1,3}(?!\\w)");
  private static final Pattern RULE = Pattern.compile("[\\s|:=*_-]*");
  private static final Pattern SENTENCE = Pattern.compile("(?<=[.!?])\\s+");
  private static final Pattern BLANKS = Pattern.compile("\\s+");

  private final String name;
  private final boolean markdown;
  private final List<Passage> passages = new ArrayList<>();
  private final StringBuilder paragraph = new StringBuilder();
  private final StringBuilder passage = new StringBuilder();
  private String title;

  private PassageCutter(String name, boolean markdown) {
    this.name = name;
    this.markdown = markdown;
    int dot = name.lastIndexOf('.');
    title = dot > 0 ? name.substring(0, dot) : name;
  }

  /**
   * Cuts a file.
   *
   * @param name its path, from which ids and, without headings, titles are made
   */
  static List<Passage> cut(String name, String content, boolean markdown) {
    PassageCutter cutter = new PassageCutter(name, markdown);
    boolean code = false;
    for (String line : content.lines().toList()) {
      if (markdown && FENCE.matcher(line).matches()) {
        code = code == false;
        cutter.endParagraph();
      } else if (code == false) {
        cutter.line(line);
      }
    }
    cutter.endPassage();
    return cutter.passages;
  }

  private void line(String line) {
    if (markdown) {
      var heading = HEADING.matcher(line);
      if (heading.matches()) {
        endPassage();
        title = plain(heading.group(1));
        return;
      }
    }
    if (line.isBlank()) {
      endParagraph();
      return;
    }
    var item = ITEM.matcher(line);
    if (markdown && item.lookingAt()) {
      endParagraph();
      line = line.substring(item.end());
    }
    if (RULE.matcher(line).matches() == false) {
      paragraph.append(' ').append(markdown ? plain(line) : line);
    }
  }

  /** Adds the paragraph to the passage, which ends if the two are too long together. */
  private void endParagraph() {
    String text = BLANKS.matcher(paragraph.toString().strip()).replaceAll(" ");
    paragraph.setLength(0);
    if (text.isEmpty()) {
      return;
    }
    if (words(text) > WORDS) {
      SENTENCE.splitAsStream(text).forEach(this::append);
    } else {
      append(text);
    }
  }

  private void append(String text) {
    if (passage.isEmpty() == false && words(passage) + words(text) > WORDS) {
      emit();
    }
    passage.append(passage.isEmpty() ? "" : " ").append(text);
  }

  private void endPassage() {
    endParagraph();
    emit();
  }

  private void emit() {
    if (passage.isEmpty() == false) {
      String id = name + "#" + (passages.size() + 1);
      passages.add(new Passage(id, title, passage.toString()));
      passage.setLength(0);
    }
  }

  private static String plain(String line) {
    String text = LINK.matcher(line).replaceAll("$1");
    return EMPHASIS.matcher(text).replaceAll("").replace('|', ' ');
  }

  private static long words(CharSequence text) {
    return text.isEmpty() ? 0 : BLANKS.splitAsStream(text).count();
  }
}
