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

package io.github.luceneplaid.engine;

import java.io.IOException;

/**
 * Reads token vectors, number by number, from the parser of an engine: an array of arrays, a text
 * in base64, or null for no vectors.
 *
 * @lucene.experimental
 */
public final class TokenReader {

  /** The events of a parser that have a meaning here. */
  public enum Event {
    START_ARRAY,
    END_ARRAY,
    NUMBER,
    TEXT,
    NULL,
    OTHER
  }

  /** A parser that stands at an event. */
  public interface Parser {

    /** The event at which the parser stands. */
    Event event();

    /** Moves to the next event, and returns it. */
    Event next() throws IOException;

    /** The number at which the parser stands. */
    double number() throws IOException;

    /** The text at which the parser stands. */
    String text() throws IOException;

    /** The event in the parser's own words, for messages. */
    String described();
  }

  private TokenReader() {}

  /**
   * Reads the vectors at which a parser stands.
   *
   * @param parser at the first event of the value, and afterwards at its last
   * @param matrix takes the vectors
   * @throws IllegalArgumentException if the value is something else, or if the matrix refuses it
   */
  public static void read(Parser parser, TokenMatrix matrix) throws IOException {
    switch (parser.event()) {
      case NULL -> {}
      case TEXT -> matrix.addBase64(parser.text());
      case START_ARRAY -> readVectors(parser, matrix);
      default -> throw matrix.unexpected(parser.described());
    }
  }

  /** Reads the vectors of a query, whose field is not known yet. */
  public static QueryVectors readQuery(Parser parser) throws IOException {
    if (parser.event() == Event.TEXT) {
      return new QueryVectors(null, parser.text());
    }
    TokenMatrix matrix = TokenMatrix.ofRequest();
    read(parser, matrix);
    return new QueryVectors(matrix.toArray(), null);
  }

  private static void readVectors(Parser parser, TokenMatrix matrix) throws IOException {
    for (Event event = parser.next(); event != Event.END_ARRAY; event = parser.next()) {
      switch (event) {
        case START_ARRAY -> {
          matrix.startToken();
          readNumbers(parser, matrix);
          matrix.endToken();
        }
        // The matrix says that it expects vectors
        case NUMBER -> matrix.add(parser.number());
        default -> throw matrix.unexpected(parser.described());
      }
    }
  }

  private static void readNumbers(Parser parser, TokenMatrix matrix) throws IOException {
    for (Event event = parser.next(); event != Event.END_ARRAY; event = parser.next()) {
      switch (event) {
        case NUMBER -> matrix.add(parser.number());
        // The matrix says that it expects numbers
        case START_ARRAY -> matrix.startToken();
        default -> throw matrix.unexpected(parser.described());
      }
    }
  }
}
