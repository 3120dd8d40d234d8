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
package io.github.luceneplaid.fsvi.files;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;

/**
 * Parses the Python dictionary in the header of an NPY file. The dictionary must have the keys
 * {@code descr}, {@code fortran_order} and {@code shape}, in any order, and no others. A value is a
 * string, {@code True} or {@code False}, or a tuple of integers. An integer may end with {@code L},
 * as NumPy wrote it under Python 2.
 */
final class NpyDictionary {

  private final MappedFile file;
  private final int start;
  private final String text;
  private int next;

  private ElementType type;
  private boolean fortranOrder;
  private long[] shape;

  /**
   * Prepares to parse.
   *
   * @param start offset of the dictionary in the file, in bytes
   * @param bytes the dictionary
   */
  NpyDictionary(MappedFile file, int start, byte[] bytes) {
    this.file = file;
    this.start = start;
    this.text = new String(bytes, StandardCharsets.ISO_8859_1);
  }

  NpyHeader parse() throws VectorFileException {
    expect('{');
    Set<String> keys = new HashSet<>();
    while (peek() != '}') {
      int at = next;
      String key = string();
      if (keys.add(key) == false) {
        throw error(at, "key", "a second '" + key + "'", "one");
      }
      expect(':');
      skipSpace();
      switch (key) {
        case "descr" -> type = type();
        case "fortran_order" -> fortranOrder = bool();
        case "shape" -> shape = shape();
        default -> throw error(at, "key", quoted(key), "'descr', 'fortran_order' or 'shape'");
      }
      if (peek() != '}') {
        expect(',');
      }
    }
    int end = next;
    expect('}');
    if (text.substring(next).isBlank() == false) {
      throw error(next, "NPY header", "more after the dictionary", "its end");
    }
    for (String key : new String[] {"descr", "fortran_order", "shape"}) {
      if (keys.contains(key) == false) {
        throw error(end, "NPY header", "no '" + key + "'", "one");
      }
    }
    return new NpyHeader(type, fortranOrder, shape, start + (long) text.length());
  }

  private ElementType type() throws VectorFileException {
    int at = next;
    // The type of a structure is a list, not a string.
    boolean single = peek() == '\'' || peek() == '"';
    String code = single ? string() : text.substring(at);
    ElementType result = single ? NpyHeader.type(code) : null;
    if (result == null) {
      throw error(at, "descr", quoted(code), NpyHeader.codes());
    }
    return result;
  }

  private boolean bool() throws VectorFileException {
    for (String word : new String[] {"True", "False"}) {
      if (text.startsWith(word, next)) {
        next += word.length();
        return word.equals("True");
      }
    }
    throw error(next, "fortran_order", quoted(text.substring(next)), "True or False");
  }

  private long[] shape() throws VectorFileException {
    expect('(');
    long[] result = new long[NpyHeader.MAX_AXES];
    int axes = 0;
    while (peek() != ')') {
      if (axes == result.length) {
        throw error(next, "shape", "more axes", "at most " + result.length);
      }
      result[axes++] = number();
      if (peek() != ')') {
        expect(',');
      }
    }
    expect(')');
    return Arrays.copyOf(result, axes);
  }

  private long number() throws VectorFileException {
    int from = next;
    while (next < text.length() && text.charAt(next) >= '0' && text.charAt(next) <= '9') {
      next++;
    }
    String digits = text.substring(from, next);
    if (digits.isEmpty() == false && text.startsWith("L", next)) {
      next++;
    }
    try {
      return Long.parseLong(digits);
    } catch (NumberFormatException e) {
      String found = quoted(digits.isEmpty() ? text.substring(from) : digits);
      throw file.error(start + (long) from, "shape", found, "a number from 0 to 2^63 - 1", e);
    }
  }

  private String string() throws VectorFileException {
    char quote = peek();
    int end = quote == '\'' || quote == '"' ? text.indexOf(quote, next + 1) : -1;
    if (end < 0) {
      throw error(next, "NPY header", quoted(text.substring(next)), "a string");
    }
    String result = text.substring(next + 1, end);
    next = end + 1;
    return result;
  }

  private void expect(char wanted) throws VectorFileException {
    if (peek() != wanted) {
      throw error(next, "NPY header", quoted(text.substring(next)), "'" + wanted + "'");
    }
    next++;
  }

  /** Returns the next character that is not white space, or 0 at the end. */
  private char peek() {
    skipSpace();
    return next < text.length() ? text.charAt(next) : 0;
  }

  private void skipSpace() {
    while (next < text.length() && Character.isWhitespace(text.charAt(next))) {
      next++;
    }
  }

  /** Shortens and quotes text for a message. */
  private static String quoted(String found) {
    int most = 20;
    String shown = found.strip();
    if (shown.isEmpty()) {
      return "the end of the header";
    }
    return "\"" + (shown.length() > most ? shown.substring(0, most) + "..." : shown) + "\"";
  }

  private VectorFileException error(int at, String field, Object found, String expected) {
    return file.error(start + (long) at, field, found, expected);
  }
}
