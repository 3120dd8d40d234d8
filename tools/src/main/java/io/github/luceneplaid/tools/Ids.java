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

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.util.UnicodeUtil;

/** The ids of a collection: each is there once. */
final class Ids {
  /** The longest id. A term may be longer; the rest is for the numbers of passages. */
  static final int MAX_BYTES = IndexWriter.MAX_TERM_LENGTH - 66;

  private static final int SHOWN = 30;

  /** The names of id types in MongoDB's JSON. */
  private static final Set<String> TYPES =
      Set.of("$oid", "$uuid", "$numberInt", "$numberLong", "$numberDouble", "$numberDecimal");

  /** Ids, and where they are from. */
  private final Map<String, String> places = new HashMap<>();

  /** The last number that was tried for each wanted id that is used. */
  private final Map<String, Integer> numbers = new HashMap<>();

  private final Existing existing;

  /** Ids that are there already. */
  interface Existing {
    /** Says where an id is used already, and what to do about it; null if the id is free. */
    String find(String id) throws IOException;
  }

  /** Those of a new collection. */
  Ids() {
    this(id -> null);
  }

  /** Those that are added to others. */
  Ids(Existing existing) {
    this.existing = existing;
  }

  /**
   * An id as text.
   *
   * @param json a string, a number, or MongoDB's object for one
   * @param place where it is, for messages
   * @return null if there is none: it is missing, null or empty
   */
  static String text(JsonNode json, String place) {
    if (json == null || json.isMissingNode() || json.isNull()) {
      return null;
    } else if (json.isTextual() || json.isNumber()) {
      return json.asText().isEmpty() ? null : json.asText();
    } else if (json.isObject() && json.size() == 1) {
      String type = json.fieldNames().next();
      if (TYPES.contains(type) && json.get(type).isValueNode()) {
        return text(json.get(type), place);
      }
    }
    throw new UserException(
        place + ": id: expected a string or a number, found " + shown(json.toString()));
  }

  /**
   * Takes an id that the user gives.
   *
   * @param place where, for messages
   * @throws UserException if it was given before, or cannot be one
   */
  void add(String id, String place) throws IOException {
    check(id, place);
    String there = existing.find(id);
    if (there != null) {
      throw new UserException(place + ": the id " + shown(id) + " " + there);
    }
    String before = places.putIfAbsent(id, place);
    if (before != null) {
      throw new UserException(
          place + ": the id " + shown(id) + " occurs for the second time, first in " + before);
    }
  }

  /**
   * Checks that an id can be one.
   *
   * @throws UserException if it is too long, or not text
   */
  static void check(String id, String place) {
    int bytes = id.getBytes(StandardCharsets.UTF_8).length;
    if (bytes > MAX_BYTES) {
      throw new UserException(
          place
              + ": the id "
              + shown(id)
              + " has "
              + bytes
              + " bytes, expected up to "
              + MAX_BYTES);
    }
    if (UnicodeUtil.validUTF16String(id) == false) {
      throw new UserException(place + ": the id " + shown(id) + " has half a character in it");
    }
  }

  /** Makes an unused id that is similar to the wanted one. */
  String make(String wanted, String place) throws IOException {
    String id = numbers.containsKey(wanted) ? next(wanted) : wanted;
    while (existing.find(id) != null || places.putIfAbsent(id, place) != null) {
      id = next(wanted);
    }
    return id;
  }

  private String next(String wanted) {
    return wanted + "~" + numbers.merge(wanted, 2, (last, start) -> last + 1);
  }

  /** As much of an id as fits into a message. */
  static String shown(String id) {
    return id.length() <= SHOWN ? id : id.substring(0, SHOWN) + "…";
  }
}
