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

import io.github.luceneplaid.engine.TokenReader;
import java.io.IOException;
import java.util.Locale;
import org.opensearch.core.xcontent.XContentParser;

/** The engine's parser, as {@link TokenReader} needs it. */
record TokenParser(XContentParser parser) implements TokenReader.Parser {

  @Override
  public TokenReader.Event event() {
    return switch (parser.currentToken()) {
      case START_ARRAY -> TokenReader.Event.START_ARRAY;
      case END_ARRAY -> TokenReader.Event.END_ARRAY;
      case VALUE_NUMBER -> TokenReader.Event.NUMBER;
      case VALUE_STRING -> TokenReader.Event.TEXT;
      case VALUE_NULL -> TokenReader.Event.NULL;
      case null, default -> TokenReader.Event.OTHER;
    };
  }

  @Override
  public TokenReader.Event next() throws IOException {
    parser.nextToken();
    return event();
  }

  @Override
  public double number() throws IOException {
    return parser.doubleValue();
  }

  @Override
  public String text() throws IOException {
    return parser.text();
  }

  @Override
  public String described() {
    XContentParser.Token token = parser.currentToken();
    return token == null ? "the end" : token.name().toLowerCase(Locale.ROOT);
  }
}
