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

  private static final Pattern HEADING = Pattern.compile(" {0,3}(#{1,6})\\s+");

  /** What makes a heading of the line above. */
  private static final Pattern UNDERLINE = Pattern.compile(" {0,3}(=+|-+)\\s*");

  /** The most words of a heading that is underlined: a longer line is followed by a rule. */
  private static final int HEADING_WORDS = 30;

  /** The first line of properties at the start of a file. */
  private static final Pattern PROPERTY = Pattern.compile("[^\\s#:][^:]*:(\\s.*)?");

  /** A line with a backtick after the marks is text that starts with code. */
  private static final Pattern FENCE = Pattern.compile("\\s*(`{3,}+(?=[^`]*$)|~{3,}+)(.*)");

  /** The start of an item or a quote. A number may belong to a sentence, so it stays. */
  private static final Pattern ITEM = Pattern.compile("\\s*(?:([-*+>])|\\d+[.)])\\s+");

  private static final Pattern RULE = Pattern.compile("[\\s|:=*_-]*");
  private static final Pattern SENTENCE = Pattern.compile("(?<=[.!?])\\s+");
  private static final Pattern BLANKS = Pattern.compile("\\s+");

  private final String name;
  private final boolean markdown;
  private final List<Passage> passages = new ArrayList<>();
  private final StringBuilder paragraph = new StringBuilder();
  private final StringBuilder passage = new StringBuilder();
  private String title;

  /** Whether the paragraph is code, where nothing is markup. */
  private boolean code;

  /** The lines of the paragraph; 2 if it starts with the mark of an item. */
  private int lines;

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
    List<String> lines = content.lines().toList();
    int properties = markdown ? properties(lines) : 0;
    lines.subList(0, properties).forEach(line -> cutter.line(line, true));
    cutter.endParagraph();
    String fence = null;
    for (String line : lines.subList(properties, lines.size())) {
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

  /** The number of lines of properties (YAML) at the start of a file; 0 if there are none. */
  private static int properties(List<String> lines) {
    if (lines.size() < 3
        || lines.get(0).equals("---") == false
        || PROPERTY.matcher(lines.get(1)).matches() == false) {
      return 0;
    }
    for (int i = 2; i < lines.size(); i++) {
      if (lines.get(i).equals("---") || lines.get(i).equals("...")) {
        return i + 1;
      }
    }
    return 0;
  }

  /**
   * Adds a line.
   *
   * @param code whether it is in a block of code, where nothing is markup
   */
  private void line(String line, boolean code) {
    boolean markup = markdown && code == false;
    this.code = markup == false;
    var heading = HEADING.matcher(line);
    if (markup && heading.lookingAt()) {
      endPassage();
      String text = MarkdownText.plain(heading(line.substring(heading.end())));
      startHeading(heading.group(1).length(), text.strip());
      return;
    }
    if (markup && isUnderline(line)) {
      String text = takeParagraph();
      endPassage();
      startHeading(line.contains("=") ? 1 : 2, text);
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
      lines++;
    }
    if (RULE.matcher(line).matches() == false) {
      paragraph.append(' ').append(line);
      lines++;
    }
  }

  /** Whether a line makes a heading of the paragraph, which is another line. */
  private boolean isUnderline(String line) {
    return lines == 1
        && UNDERLINE.matcher(line).matches()
        && words(paragraph.toString().strip()) <= HEADING_WORDS;
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
    String text = BLANKS.matcher(takeParagraph()).replaceAll(" ");
    if (text.isEmpty()) {
      return;
    }
    if (words(text) > WORDS) {
      SENTENCE.splitAsStream(text).forEach(this::append);
    } else {
      append(text);
    }
  }

  /** Ends the paragraph, and returns its words. */
  private String takeParagraph() {
    String text = code ? paragraph.toString() : MarkdownText.plain(paragraph.toString());
    paragraph.setLength(0);
    lines = 0;
    return text.strip();
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
    title = Passage.repeated(title);
  }

  private static long words(CharSequence text) {
    return text.isEmpty() ? 0 : BLANKS.splitAsStream(text).count();
  }
}
