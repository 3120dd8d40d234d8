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
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * The fields of a JSON record besides its id, title and text. A member of a nested object is named
 * by the object's name, a dot and its own name. An array gives several values. Nulls are left out.
 *
 * @param values strings, longs and doubles by name
 * @param renamed the fields that were renamed, because their own names are reserved
 */
record RecordFields(Map<String, List<Object>> values, List<String> renamed) {
  static final RecordFields NONE = new RecordFields(Map.of(), List.of());

  /** Fields that a document has for other reasons. */
  private static final Set<String> RESERVED =
      Set.of(
          IndexBuilder.TOKENS,
          IndexBuilder.PART_OF,
          IndexBuilder.ORDER,
          PoolClusters.FIELD,
          GivenValues.OF_ID,
          GivenValues.OF_TEXT,
          SourceFile.FILE,
          SourceFile.NAME,
          SourceFile.HASH,
          SourceFile.TIME,
          SourceFile.SIZE);

  /** Members of a record that are not such fields. */
  static final Set<String> MEMBERS = Set.of(IndexBuilder.ID, IndexBuilder.TITLE, IndexBuilder.TEXT);

  /**
   * Reads the fields of a record, without some names.
   *
   * @param json an object
   * @param place where it is, for messages
   * @throws UserException if two of its members become the same field
   */
  static RecordFields of(JsonNode json, Set<String> without, String place) {
    Collector fields = new Collector(place);
    for (Map.Entry<String, JsonNode> member : json.properties()) {
      String name = member.getKey();
      if (without.contains(name) == false) {
        fields.add(name, List.of(name), member.getValue());
      }
    }
    return fields.values.isEmpty()
        ? NONE
        : new RecordFields(fields.values, List.copyOf(fields.renamed));
  }

  /** Collects the fields of a record. */
  private static final class Collector {
    private final String place;
    private final Map<String, List<Object>> values = new LinkedHashMap<>();
    private final Set<String> renamed = new TreeSet<>();

    /** The names of the member, from the outside in, that each field comes from. */
    private final Map<String, List<String>> members = new HashMap<>();

    Collector(String place) {
      this.place = place;
    }

    /**
     * Adds the values of a member.
     *
     * @param name of the field
     * @param member names from the outside in
     */
    void add(String name, List<String> member, JsonNode json) {
      if (json.isObject()) {
        for (Map.Entry<String, JsonNode> inner : json.properties()) {
          List<String> names = new ArrayList<>(member);
          names.add(inner.getKey());
          add(name + "." + inner.getKey(), names, inner.getValue());
        }
      } else if (json.isArray()) {
        json.forEach(element -> add(name, member, element));
      } else if (json.isNull() == false) {
        if (RESERVED.contains(name)) {
          renamed.add(name);
        }
        put(RESERVED.contains(name) ? renamed(name) : name, member, value(json));
      }
    }

    private void put(String field, List<String> member, Object value) {
      List<String> other = members.putIfAbsent(field, member);
      if (other != null && other.equals(member) == false) {
        throw new UserException(
            place + ": two members become the field " + field + "; rename one of them");
      }
      values.computeIfAbsent(field, key -> new ArrayList<>()).add(value);
    }
  }

  /** Whole numbers beyond a long are text, because a double would change most of them. */
  private static Object value(JsonNode json) {
    if (json.isFloatingPointNumber()) {
      return json.doubleValue();
    }
    return json.isNumber() && json.canConvertToLong() ? (Object) json.longValue() : json.asText();
  }

  /** Whether a field of an index can be one of records. */
  static boolean isOfRecords(String field) {
    return RESERVED.contains(field) == false && MEMBERS.contains(field) == false;
  }

  /** The name of a field whose own name is reserved. */
  static String renamed(String name) {
    return name + "_";
  }
}
