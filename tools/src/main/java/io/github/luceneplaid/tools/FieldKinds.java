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

import io.github.luceneplaid.tools.MetadataColumn.Kind;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Finds the kind of each field of records: one that can hold the values of all records. */
final class FieldKinds {
  /** The most fields of an index: each costs memory in each segment, and may be somebody's id. */
  static final int MAX_FIELDS = 1000;

  private final IndexFields there;
  private final Map<String, Kind> kinds = new HashMap<>();
  private final Map<String, Integer> counts = new HashMap<>();

  /** The fields with whole numbers that are no doubles. */
  private final Set<String> withLongs = new HashSet<>();

  /**
   * For an index.
   *
   * @param there the fields that its documents have already
   */
  FieldKinds(IndexFields there) {
    this.there = there;
  }

  /**
   * Returns the kind of each field of some records. If the index would have more than {@value
   * #MAX_FIELDS} fields of records with them, returns its own, and of the others those that most
   * records have.
   *
   * @throws UserException if the index has a field with values of another kind
   */
  Map<String, Kind> of(List<Passage> records, Notes notes) {
    for (Passage record : records) {
      record.fields().values().forEach((name, values) -> add(record, name, values));
    }
    List<String> others =
        counts.keySet().stream().filter(name -> there.kind(name) == null).toList();
    long own = there.kinds().keySet().stream().filter(RecordFields::isOfRecords).count();
    long room = Math.max(0, MAX_FIELDS - own);
    if (others.size() > room) {
      notes.add(
          "records have "
              + others.size()
              + (own == 0 ? " different fields" : " fields that the index lacks")
              + (room == 0
                  ? "; none is kept, because the index has " + own + " fields"
                  : "; kept are the " + room + " that most of them have"));
      others.stream()
          .sorted(
              Comparator.<String, Integer>comparing(counts::get)
                  .reversed()
                  .thenComparing(name -> name))
          .skip(room)
          .forEach(kinds::remove);
    }
    return kinds;
  }

  private void add(Passage record, String name, List<Object> values) {
    counts.merge(name, 1, Integer::sum);
    Kind kind = kinds.getOrDefault(name, ofIndex(name));
    for (Object value : values) {
      if (value instanceof Long number && isDouble(number) == false) {
        withLongs.add(name);
      }
      Kind wider = Kind.of(value).compareTo(kind) > 0 ? Kind.of(value) : kind;
      // As doubles, such numbers would be others
      wider = wider == Kind.REAL && withLongs.contains(name) ? Kind.TEXT : wider;
      if (wider != kind) {
        check(record, name, value, wider);
        kind = wider;
      }
    }
    kinds.put(name, kind);
  }

  /** Whether a whole number is a double exactly. The highest long only seems to be one. */
  private static boolean isDouble(long number) {
    return (long) (double) number == number && number < Long.MAX_VALUE;
  }

  /** The narrowest kind that fits the field as the index has it. */
  private Kind ofIndex(String name) {
    IndexFields.Kind kind = there.kind(name);
    if (kind == IndexFields.Kind.TERMS) {
      return Kind.TEXT;
    }
    return kind == IndexFields.Kind.DOUBLE ? Kind.REAL : Kind.NOTHING;
  }

  private void check(Passage record, String name, Object value, Kind kind) {
    IndexFields.Kind expected = there.kind(name);
    boolean fits =
        expected == null
            || (expected == IndexFields.Kind.LONG && kind == Kind.INTEGER)
            || (expected == IndexFields.Kind.NO_NUMBERS && kind.compareTo(Kind.REAL) <= 0);
    if (fits == false) {
      throw new UserException(
          "record "
              + Ids.shown(record.recordId())
              + ": "
              + name
              + ": found "
              + Ids.shown(value.toString())
              + ", expected "
              + expected.inWords()
              + (value instanceof Long && kind == Kind.TEXT ? " that are doubles" : "")
              + ", as the index has them in this field (plaid index makes an index anew)");
    }
  }
}
