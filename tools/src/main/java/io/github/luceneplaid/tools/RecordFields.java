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
   */
  static RecordFields of(JsonNode json, Set<String> without) {
    Map<String, List<Object>> values = new LinkedHashMap<>();
    Set<String> renamed = new TreeSet<>();
    for (Map.Entry<String, JsonNode> member : json.properties()) {
      if (without.contains(member.getKey()) == false) {
        add(member.getKey(), member.getValue(), values, renamed);
      }
    }
    return values.isEmpty() ? NONE : new RecordFields(values, List.copyOf(renamed));
  }

  private static void add(
      String name, JsonNode json, Map<String, List<Object>> values, Set<String> renamed) {
    if (json.isObject()) {
      json.properties()
          .forEach(member -> add(name + "." + member.getKey(), member.getValue(), values, renamed));
    } else if (json.isArray()) {
      json.forEach(element -> add(name, element, values, renamed));
    } else if (json.isNull() == false) {
      if (RESERVED.contains(name)) {
        renamed.add(name);
      }
      String field = RESERVED.contains(name) ? renamed(name) : name;
      values.computeIfAbsent(field, key -> new ArrayList<>()).add(value(json));
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
