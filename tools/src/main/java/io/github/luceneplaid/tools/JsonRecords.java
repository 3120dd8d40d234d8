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

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.lucene.util.UnicodeUtil;

/**
 * Reads records from JSON: objects one after another, usually a line each, or arrays of them. Each
 * has a {@code text}, and if wanted an {@code id} (or {@code _id}), a {@code title} and other
 * fields.
 */
final class JsonRecords {
  /**
   * A brace, a quote, and later in this line a quote before a colon. Prose may start with a brace,
   * too, but hardly so. The name need not be right: it may lack its own closing quote.
   */
  private static final Pattern START =
      Pattern.compile("\\s*+(?:\\[\\s*+)?\\{\\s*+\"[^\n]*?\"\\s*+:");

  private final String name;
  private final JsonParser parser;

  /** Takes records. */
  interface Sink {
    /**
     * Takes a record.
     *
     * @param id null if it has none
     * @param fields what else it has
     * @param line where it starts, from 1
     */
    void accept(String id, String title, String text, RecordFields fields, int line);
  }

  private JsonRecords(String name, JsonParser parser) {
    this.name = name;
    this.parser = parser;
  }

  /**
   * Whether a text starts like records, right or wrong: with an object, or an array of objects, and
   * the name of a member.
   */
  static boolean startsLikeRecords(String content) {
    return START.matcher(content).lookingAt();
  }

  /**
   * Whether a text is whole, valid JSON in which nothing is meant as a record: no object, or object
   * in an array, has a member {@code text}. JSON with an error is no such text, because nobody can
   * tell what it was meant to be.
   */
  static boolean isOtherJson(String content) throws IOException {
    try (JsonParser parser = JsonFiles.mapper().createParser(content)) {
      boolean inArray = false;
      for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
        switch (token) {
          case START_ARRAY -> {
            if (inArray) {
              parser.skipChildren();
            }
            inArray = true;
          }
          case END_ARRAY -> inArray = false;
          case START_OBJECT -> {
            if (hasText(parser)) {
              return false;
            }
          }
          default -> {}
        }
      }
      return true;
    } catch (
        @SuppressWarnings("unused")
        JsonProcessingException e) {
      return false;
    }
  }

  /** Whether the object that has just started has a text. Reads it to the end if it has none. */
  private static boolean hasText(JsonParser parser) throws IOException {
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      if (parser.currentName().equals("text")) {
        return true;
      }
      parser.nextToken();
      parser.skipChildren();
    }
    return false;
  }

  /**
   * Reads all records.
   *
   * @param name of the file
   * @throws UserException that names the line, if a value is not a record
   */
  static void read(String name, String content, Sink sink) throws IOException {
    ObjectMapper mapper = JsonFiles.mapper();
    try (JsonParser parser = mapper.createParser(content)) {
      new JsonRecords(name, parser).read(sink);
    }
  }

  private void read(Sink sink) throws IOException {
    int line = 1;
    int depth = 0;
    try {
      for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
        line = parser.currentTokenLocation().getLineNr();
        switch (token) {
          case START_ARRAY -> depth++;
          case END_ARRAY -> depth--;
          case START_OBJECT -> read(parser.readValueAsTree(), line, sink);
          default -> throw noRecord(line, parser.getText());
        }
        if (depth > 1) {
          throw noRecord(line, "an array in an array");
        }
      }
    } catch (JsonProcessingException e) {
      throw new UserException(name + ":" + line(e, line) + ": not JSON: " + JsonFiles.reason(e), e);
    }
  }

  /** The line to report: the start of a record that does not end, or else the line of the error. */
  private static int line(JsonProcessingException e, int start) {
    boolean ends = e.getOriginalMessage().startsWith("Unexpected end-of-input");
    return ends || e.getLocation() == null ? start : e.getLocation().getLineNr();
  }

  private UserException noRecord(int line, String found) {
    return new UserException(
        name
            + ":"
            + line
            + ": expected an object with a string \"text\", found "
            + Ids.shown(found));
  }

  private void read(JsonNode json, int line, Sink sink) {
    String place = name + ":" + line;
    if (json.path("text").isTextual() == false) {
      JsonNode text = json.get("text");
      throw noRecord(line, text == null ? "one without" : "text " + text);
    }
    String id = Ids.text(json.get("id"), place);
    Set<String> taken = new HashSet<>(RecordFields.MEMBERS);
    if (id == null) {
      id = Ids.text(json.get("_id"), place);
      taken.add("_id");
    }
    JsonNode title = json.path("title");
    if (title.isContainerNode()) {
      throw new UserException(
          place + ": title: expected a string, found " + Ids.shown(title.toString()));
    }
    String text = json.get("text").textValue().strip();
    String heading = title.asText("").strip();
    checkCharacters("title", heading, place);
    checkCharacters("text", text, place);
    RecordFields fields = RecordFields.of(json, taken);
    checkFields(fields, place);
    sink.accept(id, heading, text, fields, line);
  }

  /** Names with different halves of characters would become one name. */
  private static void checkFields(RecordFields fields, String place) {
    fields
        .values()
        .forEach(
            (field, values) -> {
              checkCharacters("name of a field", field, place);
              values.forEach(value -> checkValue(field, value, place));
            });
  }

  private static void checkValue(String field, Object value, String place) {
    checkCharacters(field, value.toString(), place);
    if (value instanceof Double number && number.isInfinite()) {
      throw new UserException(
          place
              + ": "
              + field
              + ": expected numbers from -1.7976931348623157e308 to 1.7976931348623157e308, found one"
              + " beyond");
    }
  }

  /** Refuses half of a character, such as \\ud800 alone: an index cannot keep it. */
  private static void checkCharacters(String member, String value, String place) {
    if (UnicodeUtil.validUTF16String(value)) {
      return;
    }
    int at = 0;
    while (isHalf(value, at) == false) {
      at += Character.charCount(value.codePointAt(at));
    }
    throw new UserException(
        String.format(
            Locale.ROOT,
            "%s: %s: expected whole characters, found half of one, \\u%04x, at offset %d",
            place,
            member,
            (int) value.charAt(at),
            at));
  }

  private static boolean isHalf(String value, int at) {
    int point = value.codePointAt(at);
    return Character.isBmpCodePoint(point) && Character.isSurrogate((char) point);
  }
}
