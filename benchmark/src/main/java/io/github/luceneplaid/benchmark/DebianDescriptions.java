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
package io.github.luceneplaid.benchmark;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Reads the stanzas of Debian's description files, line by line. */
final class DebianDescriptions {
  private static final String PACKAGE = "Package: ";
  private static final String DESCRIPTION = "Description-en: ";

  /** The first description of each package. */
  private final Map<String, Description> byName = new TreeMap<>();

  private String name;
  private String synopsis;
  private List<String> lines = new ArrayList<>();
  private boolean inDescription;

  /**
   * The description of a package.
   *
   * @param synopsis one line
   * @param text paragraphs, one a line
   */
  record Description(String name, String synopsis, String text) {}

  /** Takes the next line; an empty one ends a stanza. */
  void line(String line) {
    if (line.isEmpty()) {
      endStanza();
    } else if (line.startsWith(" ")) {
      if (inDescription) {
        lines.add(line);
      }
    } else {
      inDescription = false;
      if (line.startsWith(PACKAGE)) {
        name = strip(line.substring(PACKAGE.length()));
      } else if (line.startsWith(DESCRIPTION)) {
        synopsis = strip(line.substring(DESCRIPTION.length()));
        inDescription = true;
      }
    }
  }

  private void endStanza() {
    if (name != null && synopsis != null) {
      String text = paragraphs();
      if (name.isEmpty() == false && synopsis.isEmpty() == false && text.isEmpty() == false) {
        byName.putIfAbsent(name, new Description(name, synopsis, text));
      }
    }
    name = null;
    synopsis = null;
    lines = new ArrayList<>();
    inDescription = false;
  }

  /** A text without white space at its ends, including no-break spaces. */
  private static String strip(String text) {
    int start = 0;
    int end = text.length();
    while (start < end && isSpace(text.charAt(start))) {
      start++;
    }
    while (start < end && isSpace(text.charAt(end - 1))) {
      end--;
    }
    return text.substring(start, end);
  }

  private static boolean isSpace(char c) {
    return Character.isWhitespace(c) || Character.isSpaceChar(c);
  }

  /** Joins the lines of each paragraph; a line with a dot only is between two of them. */
  private String paragraphs() {
    List<String> paragraphs = new ArrayList<>();
    List<String> current = new ArrayList<>();
    for (String line : lines) {
      String text = strip(line);
      if (text.equals(".") == false) {
        if (text.isEmpty() == false) {
          current.add(text);
        }
      } else if (current.isEmpty() == false) {
        paragraphs.add(String.join(" ", current));
        current.clear();
      }
    }
    if (current.isEmpty() == false) {
      paragraphs.add(String.join(" ", current));
    }
    return String.join("\n", paragraphs);
  }

  /** All descriptions, in the order of package names, without repeated texts. */
  List<Description> distinct() {
    endStanza();
    Set<String> texts = new HashSet<>();
    return byName.values().stream().filter(d -> texts.add(d.text())).toList();
  }
}
