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

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;

/** Reads JSON strictly: no object may have a name twice, and nothing may follow a file's value. */
final class JsonFiles {
  /** How a message names a place in the text, which it does not show. */
  private static final Pattern PLACE =
      Pattern.compile("\\[Source: [^;]*; line: (\\d+), column: (\\d+)]");

  /** The most objects and arrays in one another that are read to a tree. */
  static final int MAX_DEPTH = StreamReadConstraints.DEFAULT_MAX_DEPTH;

  private JsonFiles() {}

  /**
   * A mapper that reads values of any length without loss.
   *
   * @param depth the most objects and arrays in one another
   */
  static ObjectMapper mapper(int depth) {
    JsonFactory factory =
        JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .streamReadConstraints(
                StreamReadConstraints.builder()
                    .maxStringLength(Integer.MAX_VALUE)
                    .maxNumberLength(Integer.MAX_VALUE)
                    .maxNameLength(Integer.MAX_VALUE)
                    .maxNestingDepth(depth)
                    .build())
            .build();
    return JsonMapper.builder(factory)
        .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
        .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
        .build();
  }

  /**
   * Reads a small file whole.
   *
   * @throws UserException if it is not JSON, or more than one value
   */
  static JsonNode read(Path file) throws IOException {
    String name = file.toString();
    return read(name, new TextDecoder(null).decode(name, Files.readAllBytes(file)));
  }

  /**
   * Reads the content of a small file.
   *
   * @param name of the file
   * @throws UserException if it is not JSON, or more than one value
   */
  static JsonNode read(String name, String text) throws IOException {
    try {
      ObjectReader reader =
          mapper(MAX_DEPTH).reader().with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
      JsonNode json = reader.readTree(text);
      if (json.isMissingNode()) {
        throw new UserException(name + ": expected JSON, found nothing");
      }
      return json;
    } catch (JsonProcessingException e) {
      throw new UserException(name + ": " + problem(e), e);
    }
  }

  /** What is wrong with a text, as one line. */
  static String problem(JsonProcessingException e) {
    if (e instanceof StreamConstraintsException) {
      return "expected up to " + MAX_DEPTH + " objects and arrays in one another, found more";
    }
    String message = PLACE.matcher(e.getOriginalMessage()).replaceAll("line $1, column $2");
    return "not JSON: " + message.lines().findFirst().orElse("");
  }
}
