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

import java.io.IOException;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.lucene.document.Document;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.FieldInfos;
import org.apache.lucene.index.IndexOptions;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.IndexableField;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.PointValues;
import org.apache.lucene.search.CollectionTerminatedException;

/**
 * The fields of an index that documents can be found by, besides their tokens. The index knows
 * which fields have terms, and which have points of how many bytes. A stored value shows whether
 * points are whole numbers.
 *
 * @param kinds by name, in the order of the alphabet
 */
record IndexFields(Map<String, Kind> kinds) {

  /** The kind of a field's values. */
  enum Kind {
    WORDS("words"),
    TERMS("text"),
    INT("whole numbers"),
    LONG("whole numbers"),
    FLOAT("numbers"),
    DOUBLE("numbers"),
    /** Points that no document has any more. */
    NO_NUMBERS("numbers"),
    /** Points of which no value is stored. */
    UNKNOWN("unknown");

    private final String name;

    Kind(String name) {
      this.name = name;
    }

    /** What to call it in messages. */
    String inWords() {
      return name;
    }
  }

  static IndexFields of(IndexReader reader) throws IOException {
    Map<String, Kind> kinds = new TreeMap<>();
    for (FieldInfo field : FieldInfos.getMergedFieldInfos(reader)) {
      int bytes = field.getPointDimensionCount() == 1 ? field.getPointNumBytes() : 0;
      if (field.getIndexOptions().compareTo(IndexOptions.DOCS_AND_FREQS) >= 0) {
        kinds.put(field.name, Kind.WORDS);
      } else if (field.getIndexOptions() == IndexOptions.DOCS) {
        kinds.put(field.name, Kind.TERMS);
      } else if (bytes == Integer.BYTES || bytes == Long.BYTES) {
        kinds.put(field.name, ofPoints(field.name, bytes, reader));
      }
    }
    return new IndexFields(kinds);
  }

  private static Kind ofPoints(String field, int bytes, IndexReader reader) throws IOException {
    boolean any = false;
    for (LeafReaderContext leaf : reader.leaves()) {
      any |= leaf.reader().getPointValues(field) != null;
      Number number = number(field, leaf.reader());
      if (number != null) {
        boolean isWhole = number instanceof Integer || number instanceof Long;
        if (bytes == Integer.BYTES) {
          return isWhole ? Kind.INT : Kind.FLOAT;
        }
        return isWhole ? Kind.LONG : Kind.DOUBLE;
      }
    }
    return any ? Kind.UNKNOWN : Kind.NO_NUMBERS;
  }

  /** The stored value of the first document that has a point; null if there is none. */
  private static Number number(String field, LeafReader reader) throws IOException {
    PointValues points = reader.getPointValues(field);
    if (points == null) {
      return null;
    }
    First first = new First();
    try {
      points.intersect(first);
    } catch (
        @SuppressWarnings("unused")
        CollectionTerminatedException e) {
      Document document = reader.storedFields().document(first.doc, Set.of(field));
      IndexableField value = document.getField(field);
      return value == null ? null : value.numericValue();
    }
    return null;
  }

  /** Stops at the first document. */
  private static final class First implements PointValues.IntersectVisitor {
    private int doc;

    @Override
    public void visit(int found) {
      doc = found;
      throw new CollectionTerminatedException();
    }

    @Override
    public void visit(int found, byte[] value) {
      visit(found);
    }

    @Override
    public PointValues.Relation compare(byte[] min, byte[] max) {
      return PointValues.Relation.CELL_INSIDE_QUERY;
    }
  }

  /** The kind of a field; null if it is not there. */
  Kind kind(String name) {
    return kinds.get(name);
  }

  /** All fields, in words. */
  @Override
  public String toString() {
    return kinds.entrySet().stream()
        .map(field -> field.getKey() + " (" + field.getValue().inWords() + ")")
        .collect(Collectors.joining(", "));
  }
}
