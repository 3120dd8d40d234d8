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

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;

/**
 * The words of a paragraph of Markdown, without marks of links, emphasis and tables. Code in
 * backticks stays as it is, and so do marks that mark nothing, as in 3*4. Each char is looked at
 * only a few times.
 */
final class MarkdownText {
  private final String text;

  /** The text, with a letter for each char of code. */
  private final char[] masked;

  private final BitSet dropped = new BitSet();

  private MarkdownText(String text) {
    this.text = text;
    masked = text.toCharArray();
  }

  /** A paragraph without markup. */
  static String plain(String paragraph) {
    MarkdownText plain = new MarkdownText(paragraph);
    plain.dropTicks();
    plain.dropLinks();
    plain.dropEmphasis('*');
    plain.dropEmphasis('_');
    return plain.rest();
  }

  private String rest() {
    StringBuilder rest = new StringBuilder();
    for (int i = 0; i < masked.length; i++) {
      if (dropped.get(i) == false) {
        rest.append(masked[i] == '|' ? ' ' : text.charAt(i));
      }
    }
    return rest.toString();
  }

  /** Returns the end of a run of equal chars. */
  private int end(int start) {
    int end = start;
    while (end < masked.length && masked[end] == masked[start]) {
      end++;
    }
    return end;
  }

  /** Drops backticks around code, which end with as many as it starts with. */
  private void dropTicks() {
    Map<Integer, Integer> last = new HashMap<>();
    for (int i = text.indexOf('`'); i >= 0; i = text.indexOf('`', end(i))) {
      last.put(end(i) - i, i);
    }
    int open = text.indexOf('`');
    while (open >= 0) {
      int start = end(open);
      int length = start - open;
      int next = start;
      if (last.get(length) > open) {
        int close = text.indexOf('`', start);
        while (end(close) - close != length) {
          close = text.indexOf('`', end(close));
        }
        Arrays.fill(masked, start, close, 'x');
        dropped.set(open, start);
        dropped.set(close, close + length);
        next = close + length;
      }
      open = text.indexOf('`', next);
    }
  }

  /** Reduces links and images to their words. A link may hold images, but no link. */
  private void dropLinks() {
    LinkTarget target = new LinkTarget(masked);
    Deque<Integer> open = new ArrayDeque<>();
    int lastLink = -1;
    for (int i = 0; i < masked.length; i++) {
      if (masked[i] == '\\') {
        i++;
      } else if (masked[i] == '[') {
        open.push(i);
      } else if (masked[i] == ']' && open.isEmpty() == false) {
        int start = open.pop();
        boolean image = start > 0 && masked[start - 1] == '!';
        int end = image || start > lastLink ? target.end(i + 1) : -1;
        if (end >= 0) {
          dropped.set(image ? start - 1 : start, start + 1);
          dropped.set(i, end);
          Arrays.fill(masked, i, end, '.');
          lastLink = image ? lastLink : start;
          i = end - 1;
        }
      }
    }
  }

  /** Drops pairs of equal marks around words. */
  private void dropEmphasis(char mark) {
    Deque<int[]> open = new ArrayDeque<>(); // start and end of the marks that are left
    int start = next(mark, 0);
    while (start < masked.length) {
      int end = end(start);
      int from = start;
      if (canClose(mark, start, end)) {
        while (from < end && open.isEmpty() == false) {
          int[] opened = open.peek();
          int n = Math.min(end - from, opened[1] - opened[0]);
          dropped.set(opened[1] - n, opened[1]);
          dropped.set(from, from + n);
          opened[1] -= n;
          from += n;
          if (opened[0] == opened[1]) {
            open.pop();
          }
        }
      }
      if (from < end && canOpen(mark, start, end)) {
        open.push(new int[] {from, end});
      }
      start = next(mark, end);
    }
  }

  private int next(char mark, int from) {
    int next = from;
    while (next < masked.length && masked[next] != mark) {
      next++;
    }
    return next;
  }

  /** Whether marks are before a word. An underscore in a word is a letter of it. */
  private boolean canOpen(char mark, int start, int end) {
    return end < masked.length
        && Character.isWhitespace(masked[end]) == false
        && (mark == '*' ? isProduct(start, end) == false : isLetter(start - 1) == false);
  }

  private boolean canClose(char mark, int start, int end) {
    return start > 0
        && Character.isWhitespace(masked[start - 1]) == false
        && (mark == '*' ? isProduct(start, end) == false : isLetter(end) == false);
  }

  private boolean isProduct(int start, int end) {
    return start > 0
        && end < masked.length
        && Character.isDigit(masked[start - 1])
        && Character.isDigit(masked[end]);
  }

  private boolean isLetter(int at) {
    return at >= 0 && at < masked.length && Character.isLetterOrDigit(masked[at]);
  }
}
