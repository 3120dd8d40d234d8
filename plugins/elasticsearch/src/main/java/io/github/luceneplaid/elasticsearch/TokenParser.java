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

package io.github.luceneplaid.elasticsearch;

import io.github.luceneplaid.engine.TokenMatrix;
import java.io.IOException;
import org.elasticsearch.xcontent.XContentParser;

/** Reads token vectors of documents and queries, number by number. */
final class TokenParser {

  private TokenParser() {}

  /**
   * Reads an array of arrays, or a text in base64.
   *
   * @param parser at the first token of the value; at its last afterwards
   * @param matrix takes the vectors
   * @throws IllegalArgumentException if it is something else, or if the matrix refuses it
   */
  static void parse(XContentParser parser, TokenMatrix matrix) throws IOException {
    XContentParser.Token token = parser.currentToken();
    if (token == XContentParser.Token.VALUE_STRING) {
      matrix.addBase64(parser.text());
    } else if (token == XContentParser.Token.START_ARRAY) {
      parseVectors(parser, matrix);
    } else {
      throw matrix.unexpected(String.valueOf(token));
    }
  }

  /** Reads an array of arrays; the parser is at its beginning. */
  private static void parseVectors(XContentParser parser, TokenMatrix matrix) throws IOException {
    int depth = 1;
    while (depth > 0) {
      XContentParser.Token token = parser.nextToken();
      switch (token) {
        case START_ARRAY -> {
          matrix.startToken();
          depth++;
        }
        case END_ARRAY -> {
          depth--;
          if (depth > 0) {
            matrix.endToken();
          }
        }
        case VALUE_NUMBER -> matrix.add(parser.doubleValue());
        case null, default -> throw matrix.unexpected(String.valueOf(token));
      }
    }
  }
}
