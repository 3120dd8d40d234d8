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

/** Finds the target of a link in Markdown, after its words, by the rules of CommonMark. */
final class LinkTarget {
  /** The most open parentheses in a target, so that none is looked at too often. */
  private static final int PARENTHESES = 32;

  private final char[] text;

  /**
   * @param text a paragraph
   */
  LinkTarget(char[] text) {
    this.text = text;
  }

  /**
   * The end of a target: an address without blanks, or in {@code <>}, and perhaps a title.
   *
   * @param open where its parenthesis should be
   * @return −1 if there is no target
   */
  int end(int open) {
    if (at(open) != '(') {
      return -1;
    }
    int end = address(blanks(open + 1));
    int next = blanks(end);
    if (next > end && at(next) != ')') {
      next = blanks(title(next));
    }
    return at(next) == ')' ? next + 1 : -1;
  }

  /** A char; 0 if there is none. */
  private char at(int i) {
    return i >= 0 && i < text.length ? text[i] : 0;
  }

  private int blanks(int start) {
    int end = start;
    while (Character.isWhitespace(at(end))) {
      end++;
    }
    return end;
  }

  private int address(int start) {
    if (at(start) == '<') {
      return quoted(start, '<', '>');
    }
    int depth = 0;
    int end = start;
    while (at(end) > ' ' && depth <= PARENTHESES) {
      if (at(end) == '(') {
        depth++;
      } else if (at(end) == ')' && depth-- == 0) {
        return end;
      }
      end += at(end) == '\\' && at(end + 1) > ' ' ? 2 : 1;
    }
    return depth == 0 ? end : -1;
  }

  private int title(int start) {
    return switch (at(start)) {
      case '"', '\'' -> quoted(start, at(start), at(start));
      case '(' -> quoted(start, '(', ')');
      default -> -1;
    };
  }

  /** The end of a text between two marks, which has neither of them; −1 if it does not end. */
  private int quoted(int start, char open, char close) {
    for (int i = start + 1; i < text.length; i++) {
      if (text[i] == close) {
        return i + 1;
      } else if (text[i] == open) {
        return -1;
      }
      i += text[i] == '\\' ? 1 : 0;
    }
    return -1;
  }
}
