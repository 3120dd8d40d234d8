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

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;

/** A table of text: the first column to the left, the others to the right. */
final class Table {
  private final List<String[]> rows = new ArrayList<>();

  /** A number of things, in words: one, or several. */
  static String count(long n, String thing) {
    return count(n, thing, thing + "s");
  }

  /** As above, for a thing with an irregular plural. */
  static String count(long n, String one, String several) {
    return n + " " + (n == 1 ? one : several);
  }

  Table(String... heads) {
    rows.add(heads);
  }

  void add(String... cells) {
    rows.add(cells);
  }

  /** Prints the table, unless it has only its head. */
  void print(PrintWriter out) {
    if (rows.size() == 1) {
      return;
    }
    int columns = rows.get(0).length;
    int[] widths = new int[columns];
    for (String[] row : rows) {
      for (int c = 0; c < columns; c++) {
        widths[c] = Math.max(widths[c], row[c].length());
      }
    }
    for (String[] row : rows) {
      StringBuilder line = new StringBuilder("  ");
      for (int c = 0; c < columns; c++) {
        String space = " ".repeat(widths[c] - row[c].length());
        line.append(c == 0 ? row[c] + space : "  " + space + row[c]);
      }
      out.println(line);
    }
    out.println();
  }
}
