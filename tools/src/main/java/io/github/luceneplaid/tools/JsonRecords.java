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

  /** Where the last value starts that may be a record, or an array of records. */
  private int line;

  /** The number of that value, counted from 1. */
  private int number;

  /** Whether another record or its array starts in the same line before it. */
  private boolean shared;

  /** Takes records. */
  interface Sink {
    /**
     * Takes a record.
     *
     * @param id null if it has none
     * @param fields what else it has
     * @param line where it starts, from 1
     * @param number which one of the file it is, from 1; 0 if the line tells
     */
    void accept(String id, String title, String text, RecordFields fields, int line, int number);
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
    try (JsonParser parser = JsonFiles.mapper(Integer.MAX_VALUE).createParser(content)) {
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
    ObjectMapper mapper = JsonFiles.mapper(JsonFiles.MAX_DEPTH);
    try (JsonParser parser = mapper.createParser(content)) {
      new JsonRecords(name, parser).read(sink);
    }
  }

  private void read(Sink sink) throws IOException {
    int depth = 0;
    try {
      for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
        if (token == JsonToken.END_ARRAY) {
          depth--;
          continue;
        }
        boolean inArray = token == JsonToken.START_ARRAY && depth == 0;
        start(parser.currentTokenLocation().getLineNr(), inArray);
        if (inArray) {
          depth++;
        } else if (token == JsonToken.START_OBJECT) {
          read(parser.readValueAsTree(), sink);
        } else {
          boolean nested = token == JsonToken.START_ARRAY;
          throw noRecord(nested ? "an array in an array" : parser.getText());
        }
      }
    } catch (JsonProcessingException e) {
      String place = line(e) == line ? place() : place(name, line(e), 0);
      throw new UserException(place + ": " + JsonFiles.problem(e), e);
    }
  }

  private void start(int newLine, boolean isArray) {
    shared = newLine == line;
    line = newLine;
    number += isArray ? 0 : 1;
  }

  /** The line to report: the start of a record that does not end, or else the line of the error. */
  private int line(JsonProcessingException e) {
    boolean ends = e.getOriginalMessage().startsWith("Unexpected end-of-input");
    return ends || e.getLocation() == null ? Math.max(1, line) : e.getLocation().getLineNr();
  }

  /** Where a record is, for messages. */
  static String place(String name, int line, int record) {
    return name + ":" + line + (record > 0 ? ", record " + record : "");
  }

  private String place() {
    return place(name, line, shared ? number : 0);
  }

  private UserException noRecord(String found) {
    return new UserException(
        place() + ": expected an object with a string \"text\", found " + Ids.shown(found));
  }

  private void read(JsonNode json, Sink sink) {
    String place = place();
    if (json.path("text").isTextual() == false) {
      JsonNode text = json.get("text");
      throw noRecord(text == null ? "one without" : "text " + text);
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
    RecordFields fields = RecordFields.of(json, taken, place);
    checkFields(fields, place);
    sink.accept(id, heading, text, fields, line, shared ? number : 0);
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
              + ": expected numbers from -1.7976931348623157e308 to 1.7976931348623157e308, found"
              + " one beyond");
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
