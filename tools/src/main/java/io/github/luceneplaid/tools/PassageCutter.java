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

/**
 * Cuts prose into passages, at headings, blank lines and, where those are rare, at sentences. No
 * heading is lost: one without text of its own comes before the deeper heading that follows, as in
 * {@code Lisbon / Parks}, or is a passage by itself.
 */
final class PassageCutter {
  /** About the number of words that the built-in model can take. */
  static final int WORDS = 120;

  private static final Pattern HEADING = Pattern.compile("(#{1,6})\\s+");

  /** A line with a backtick after the marks is text that starts with code. */
  private static final Pattern FENCE = Pattern.compile("\\s*(`{3,}+(?=[^`]*$)|~{3,}+)(.*)");

  /** The start of an item or a quote. A number may belong to a sentence, so it stays. */
  private static final Pattern ITEM = Pattern.compile("\\s*(?:([-*+>])|\\d+[.)])\\s+");

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

  /** The number of marks of the last heading; 0 before the first one. */
  private int level;

  /** Whether the title is of headings that no passage has yet. */
  private boolean pending;

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
    String fence = null;
    for (String line : content.lines().toList()) {
      var bar = FENCE.matcher(line);
      if (markdown == false || bar.matches() == false) {
        cutter.line(line, fence != null);
      } else if (fence == null) {
        cutter.endParagraph();
        fence = bar.group(1);
      } else if (bar.group(1).startsWith(fence) && bar.group(2).isBlank()) {
        cutter.endParagraph();
        fence = null;
      } else {
        cutter.line(line, true);
      }
    }
    cutter.endPassage();
    cutter.endHeading();
    return cutter.passages;
  }

  /**
   * Adds a line.
   *
   * @param code whether it is in a block of code, where nothing is markup
   */
  private void line(String line, boolean code) {
    boolean markup = markdown && code == false;
    var heading = HEADING.matcher(line);
    if (markup && heading.lookingAt()) {
      endPassage();
      String text = plain(heading(line.substring(heading.end()))).strip();
      startHeading(heading.group(1).length(), text);
      return;
    }
    if (line.isBlank()) {
      endParagraph();
      return;
    }
    var item = ITEM.matcher(line);
    if (markup && item.lookingAt()) {
      endParagraph();
      line = item.group(1) == null ? line : line.substring(item.end());
    }
    if (RULE.matcher(line).matches() == false) {
      paragraph.append(' ').append(markup ? plain(line) : line);
    }
  }

  private void startHeading(int depth, String text) {
    if (depth <= level) {
      endHeading();
    }
    title = pending ? title + (text.isEmpty() ? "" : " / " + text) : text;
    level = depth;
    pending = title.isEmpty() == false;
  }

  /** Makes a passage of a title that no passage has. */
  private void endHeading() {
    if (pending) {
      add("");
    }
  }

  /** A heading without the marks that may end it, after a blank. */
  private static String heading(String line) {
    String text = line.strip();
    int end = text.length();
    while (end > 0 && text.charAt(end - 1) == '#') {
      end--;
    }
    boolean closed = end == 0 || Character.isWhitespace(text.charAt(end - 1));
    return closed ? text.substring(0, end).strip() : text;
  }

  /** Adds the paragraph to the passage. Ends the passage first if both together are too long. */
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
      add(passage.toString());
      passage.setLength(0);
    }
  }

  private void add(String body) {
    passages.add(new Passage(name + "#" + (passages.size() + 1), title, body));
    pending = false;
  }

  private static String plain(String line) {
    return EMPHASIS.matcher(withoutLinks(line)).replaceAll("").replace('|', ' ');
  }

  /** Reduces links and images to their words. Looks at each char only a few times. */
  private static String withoutLinks(String line) {
    StringBuilder text = new StringBuilder();
    int copied = 0;
    int bracket = 0;
    int close = 0;
    int end = 0;
    for (int open = line.indexOf('['); open >= 0; open = line.indexOf('[', open + 1)) {
      if (open < copied) {
        continue;
      }
      bracket = bracket > open ? bracket : line.indexOf(']', open);
      close = close > open ? close : line.indexOf("](", open);
      end = close < 0 || end > close ? end : line.indexOf(')', close);
      if (close < 0 || end < 0) {
        break;
      }
      if (bracket < close) {
        continue; // The words end at the first bracket
      }
      boolean image = open > copied && line.charAt(open - 1) == '!';
      text.append(line, copied, image ? open - 1 : open).append(line, open + 1, close);
      copied = end + 1;
    }
    return text.append(line, copied, line.length()).toString();
  }

  private static long words(CharSequence text) {
    return text.isEmpty() ? 0 : BLANKS.splitAsStream(text).count();
  }
}
