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

package io.github.luceneplaid.opensearch;

import io.github.luceneplaid.engine.QueryVectors;
import io.github.luceneplaid.engine.TokenMatrix;
import java.io.IOException;
import java.util.Locale;
import org.opensearch.core.xcontent.XContentParser;
import org.opensearch.core.xcontent.XContentParser.Token;

/** Reads the token vectors of documents and queries, number by number. */
final class TokenParser {

  private TokenParser() {}

  /**
   * Reads an array of arrays, a text in base64, or null, at which the parser is.
   *
   * @throws IllegalArgumentException if it is something else, or if the matrix refuses it
   */
  static void parse(XContentParser parser, TokenMatrix matrix) throws IOException {
    switch (parser.currentToken()) {
      case VALUE_NULL -> {}
      case VALUE_STRING -> matrix.addBase64(parser.text());
      case START_ARRAY -> parseTokens(parser, matrix);
      default -> throw matrix.unexpected(found(parser));
    }
  }

  /** Reads the vectors of a query, whose field is not known yet. */
  static QueryVectors parseQuery(XContentParser parser) throws IOException {
    if (parser.currentToken() == Token.VALUE_STRING) {
      return new QueryVectors(null, parser.text());
    }
    TokenMatrix matrix = TokenMatrix.ofRequest();
    parse(parser, matrix);
    return new QueryVectors(matrix.toArray(), null);
  }

  private static void parseTokens(XContentParser parser, TokenMatrix matrix) throws IOException {
    for (Token next = parser.nextToken(); next != Token.END_ARRAY; next = parser.nextToken()) {
      if (next != Token.START_ARRAY) {
        throw matrix.unexpected(found(parser));
      }
      matrix.startToken();
      parseNumbers(parser, matrix);
      matrix.endToken();
    }
  }

  private static void parseNumbers(XContentParser parser, TokenMatrix matrix) throws IOException {
    for (Token next = parser.nextToken(); next != Token.END_ARRAY; next = parser.nextToken()) {
      if (next != Token.VALUE_NUMBER) {
        throw matrix.unexpected(found(parser));
      }
      matrix.add(parser.doubleValue());
    }
  }

  private static String found(XContentParser parser) {
    return parser.currentToken().name().toLowerCase(Locale.ROOT);
  }
}
