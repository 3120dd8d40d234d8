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

package io.github.luceneplaid.plaid.exchange;

import io.github.luceneplaid.fsvi.files.VectorFileException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.apache.lucene.util.ArrayUtil;

/**
 * Reads the two kinds of JSON files in a PLAID folder: an object of strings, numbers and booleans,
 * and an array of integers. Any other content is an error.
 */
final class JsonFile {

  /** Largest length of an object. Real ones are much shorter. */
  private static final int MAX_OBJECT = 1 << 16;

  private static final Pattern INTEGER = Pattern.compile("-?(0|[1-9][0-9]*)");

  private static final Pattern NUMBER =
      Pattern.compile("-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+-]?[0-9]+)?");

  private final Path file;
  private final byte[] text;
  private int next;

  private JsonFile(Path file) throws IOException {
    this.file = file;
    this.text = Files.readAllBytes(file);
  }

  /**
   * Reads an object.
   *
   * @return its values by name: {@link String}, {@link Long}, {@link Double}, {@link Boolean}, or
   *     null
   */
  static Map<String, Object> object(Path file) throws IOException {
    long length = Files.size(file);
    if (length > MAX_OBJECT) {
      throw new VectorFileException(
          file.toString(), 0, "JSON", length + " bytes", "at most " + MAX_OBJECT);
    }
    JsonFile json = new JsonFile(file);
    Map<String, Object> values = new LinkedHashMap<>();
    json.expect('{');
    boolean more = json.peek() != '}';
    while (more) {
      int at = json.next;
      String name = json.string();
      json.expect(':');
      if (values.containsKey(name)) {
        throw json.error(at, "key", "a second \"" + name + "\"", "one");
      }
      values.put(name, json.value());
      more = json.peek() == ',';
      json.next += more ? 1 : 0;
    }
    json.expect('}');
    json.expectEnd();
    return values;
  }

  /**
   * Reads an array of integers.
   *
   * @param most the largest one allowed
   * @return numbers from 0 to {@code most}
   */
  static int[] integers(Path file, int most) throws IOException {
    JsonFile json = new JsonFile(file);
    int[] numbers = new int[8];
    int n = 0;
    json.expect('[');
    boolean more = json.peek() != ']';
    while (more) {
      int at = json.next;
      if (json.number() instanceof Long number && number >= 0 && number <= most) {
        numbers = ArrayUtil.grow(numbers, n + 1);
        numbers[n++] = number.intValue();
      } else {
        String found = new String(json.text, at, json.next - at, StandardCharsets.UTF_8);
        throw json.error(at, "element " + n, found.strip(), "an integer from 0 to " + most);
      }
      more = json.peek() == ',';
      json.next += more ? 1 : 0;
    }
    json.expect(']');
    json.expectEnd();
    return ArrayUtil.copyOfSubArray(numbers, 0, n);
  }

  private Object value() throws VectorFileException {
    int first = peek();
    if (first == '"') {
      return string();
    }
    if (first == '-' || isDigit(first)) {
      return number();
    }
    int from = next;
    while (next < text.length && text[next] >= 'a' && text[next] <= 'z') {
      next++;
    }
    String word = new String(text, from, next - from, StandardCharsets.US_ASCII);
    return switch (word) {
      case "true" -> true;
      case "false" -> false;
      case "null" -> null;
      default -> throw error(from, "value", found(from), "a string, a number or a boolean");
    };
  }

  private Number number() throws VectorFileException {
    peek();
    int from = next;
    while (next < text.length && (isDigit(text[next]) || "+-.eE".indexOf(text[next]) >= 0)) {
      next++;
    }
    if (isShortInteger(from)) {
      return shortInteger(from);
    }
    String digits = new String(text, from, next - from, StandardCharsets.US_ASCII);
    try {
      if (INTEGER.matcher(digits).matches()) {
        return Long.valueOf(digits);
      }
      if (NUMBER.matcher(digits).matches()) {
        return Double.valueOf(digits);
      }
    } catch (NumberFormatException e) {
      VectorFileException exception = error(from, "number", digits, "a 64-bit integer");
      exception.initCause(e);
      throw exception;
    }
    throw error(from, "number", digits.isEmpty() ? found(from) : digits, "a number");
  }

  /** Whether the text that ends here consists of digits only, and too few of them to overflow. */
  private boolean isShortInteger(int from) {
    if (next == from || next - from > 9 || (text[from] == '0' && next - from > 1)) {
      return false;
    }
    for (int i = from; i < next; i++) {
      if (isDigit(text[i]) == false) {
        return false;
      }
    }
    return true;
  }

  private long shortInteger(int from) {
    long number = 0;
    for (int i = from; i < next; i++) {
      number = 10 * number + text[i] - '0';
    }
    return number;
  }

  /** Names and values of these files need only the escapes of single characters. */
  private String string() throws VectorFileException {
    expect('"');
    int from = next;
    StringBuilder string = new StringBuilder();
    while (next < text.length && text[next] != '"') {
      if (text[next] == '\\' || text[next] < ' ') {
        throw error(next, "string", found(next), "one of plain characters");
      }
      string.append((char) text[next++]);
    }
    if (next == text.length) {
      throw error(from, "string", "the end of the file", "'\"'");
    }
    next++;
    return string.toString();
  }

  private void expect(char wanted) throws VectorFileException {
    if (peek() != wanted) {
      throw error(next, "JSON", found(next), "'" + wanted + "'");
    }
    next++;
  }

  private void expectEnd() throws VectorFileException {
    if (peek() >= 0) {
      throw error(next, "JSON", found(next), "the end of the file");
    }
  }

  /** Returns the next byte that is not white space; -1 at the end. */
  private int peek() {
    while (next < text.length && " \t\r\n".indexOf(text[next]) >= 0) {
      next++;
    }
    return next < text.length ? text[next] & 0xFF : -1;
  }

  private static boolean isDigit(int c) {
    return c >= '0' && c <= '9';
  }

  /** Returns the start of the text at a place, for messages. */
  private String found(int at) {
    if (at >= text.length) {
      return "the end of the file";
    }
    int length = Math.min(20, text.length - at);
    return '"' + new String(text, at, length, StandardCharsets.ISO_8859_1).strip() + '"';
  }

  private VectorFileException error(int at, String field, Object found, String expected) {
    return new VectorFileException(file.toString(), at, field, found, expected);
  }
}
