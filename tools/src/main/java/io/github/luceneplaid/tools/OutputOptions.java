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

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.SerializableString;
import com.fasterxml.jackson.core.io.CharacterEscapes;
import com.fasterxml.jackson.core.io.SerializedString;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Locale;
import picocli.CommandLine.Option;

/** Options of how a command reports its outcome: in a line for people, or as a JSON object. */
final class OutputOptions {
  @Option(
      names = "--json",
      description = "Print the outcome as a JSON object; of several queries, one for each.")
  private boolean json;

  /** Escapes characters that control terminals but that JSON does not escape by itself. */
  private static final class Escapes extends CharacterEscapes {
    private static final int[] ASCII = CharacterEscapes.standardAsciiEscapesForJSON();

    static {
      ASCII['\u007f'] = CharacterEscapes.ESCAPE_STANDARD;
    }

    @Override
    public int[] getEscapeCodesForAscii() {
      return ASCII.clone();
    }

    @Override
    public SerializableString getEscapeSequence(int c) {
      boolean visible = Console.visible(Character.toString(c)).equals(Character.toString(c));
      return visible || c > Character.MAX_VALUE
          ? null
          : new SerializedString(String.format(Locale.ROOT, "\\u%04x", c));
    }
  }

  /**
   * Initialised only when there is something to print, because that takes longer than reading a
   * command line.
   */
  private static final class Json {
    private static final ObjectMapper MAPPER = mapper();

    private static ObjectMapper mapper() {
      ObjectMapper mapper = new ObjectMapper();
      mapper.getFactory().setCharacterEscapes(new Escapes());
      return mapper;
    }
  }

  private final long start = System.nanoTime();

  boolean json() {
    return json;
  }

  /** Seconds since the command line was read. */
  double seconds() {
    return (System.nanoTime() - start) * 1e-9;
  }

  /**
   * Prints an outcome.
   *
   * @param outcome a record whose components are the members of the object
   * @param line says the same in words
   */
  void print(Console console, Object outcome, String line) {
    if (json) {
      printJson(console, outcome);
    } else {
      console.out().println(Console.visible(line));
    }
  }

  /** Prints an outcome as JSON, in a line. */
  static void printJson(Console console, Object outcome) {
    console.out().println(asJson(outcome));
  }

  /** An outcome as JSON, in a line. */
  static String asJson(Object outcome) {
    try {
      return Json.MAPPER.writeValueAsString(outcome);
    } catch (JsonProcessingException e) {
      throw new AssertionError("a record of numbers, strings and lists", e);
    }
  }

  /** A time, and the amount that was done per second. */
  static String rate(double seconds, long count, String unit) {
    return String.format(
        Locale.ROOT, "%.2f s (%,.0f %s/s)", seconds, count / Math.max(seconds, 1e-9), unit);
  }
}
