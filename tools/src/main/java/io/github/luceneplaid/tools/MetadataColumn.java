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

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Locale;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.DoubleField;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.LongField;
import org.apache.lucene.document.StoredField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.util.BytesRef;

/**
 * A column of metadata, and the field it becomes.
 *
 * @param name of the column
 * @param kind of its values
 */
record MetadataColumn(String name, Kind kind) {
  private static final int MAX_TERM_BYTES = 1024;

  /** The kind of values. Each kind can hold the values of the kinds before it, except the last. */
  enum Kind {
    NOTHING,
    INTEGER,
    REAL,
    TEXT,
    BYTES;

    /**
     * The kind that a column was made for.
     *
     * @param type in SQL
     */
    static Kind declared(String type) {
      return switch (type.toUpperCase(Locale.ROOT)) {
        case "INTEGER" -> INTEGER;
        case "REAL" -> REAL;
        case "TEXT" -> TEXT;
        default -> NOTHING;
      };
    }

    /**
     * The kind of values.
     *
     * @param type storage class of SQLite
     */
    static Kind stored(String type) {
      return switch (type) {
        case "null" -> NOTHING;
        case "integer" -> INTEGER;
        case "real" -> REAL;
        case "text" -> TEXT;
        default -> BYTES;
      };
    }

    /** The kind of a value that is not null. */
    static Kind of(Object value) {
      return switch (value) {
        case Integer i -> INTEGER;
        case Long l -> INTEGER;
        case Number n -> REAL;
        case String s -> TEXT;
        default -> BYTES;
      };
    }
  }

  /**
   * Adds the value of a row, unless it is null.
   *
   * @param field name of the field
   * @param column number of the column in the rows, from 1
   */
  void addTo(Document document, String field, ResultSet rows, int column) throws SQLException {
    Object value = rows.getObject(column);
    if (value == null) {
      return;
    }
    if (Kind.of(value).compareTo(kind) > 0) {
      // An SQL index gave a value that differs from the table
      throw new SQLException("found " + Kind.of(value) + " in column " + name + " of " + kind);
    }
    add(document, field, kind, kind == Kind.TEXT ? text(rows, column) : value);
  }

  /** The value of a row as text; null if it is null. Of a double SQLite would give 15 digits. */
  static String text(ResultSet rows, int column) throws SQLException {
    Object value = rows.getObject(column);
    return value instanceof Double number ? number.toString() : rows.getString(column);
  }

  /**
   * Adds a value: text as a term and stored, numbers as points, doc values and stored, bytes stored
   * only.
   *
   * @param kind of the field
   * @param value of that kind, or of one before it
   */
  static void add(Document document, String field, Kind kind, Object value) {
    switch (kind) {
      case INTEGER -> {
        long number = ((Number) value).longValue();
        document.add(new LongField(field, number, Field.Store.YES));
      }
      case REAL -> {
        double number = 0 + ((Number) value).doubleValue(); // -0.0 is 0.0
        document.add(new DoubleField(field, number, Field.Store.YES));
      }
      case TEXT -> {
        addTerm(document, field, value.toString());
        document.add(new StoredField(field, value.toString()));
      }
      case BYTES -> document.add(new StoredField(field, (byte[]) value));
      case NOTHING -> throw new AssertionError("it has no values");
    }
  }

  /** Adds a text as a term that is not stored. */
  static void addTerm(Document document, String field, String text) {
    document.add(new StringField(field, term(text), Field.Store.NO));
  }

  /**
   * The part of a text that becomes a term: at most its first {@value #MAX_TERM_BYTES} bytes, in
   * whole characters.
   */
  static BytesRef term(String text) {
    BytesRef bytes = new BytesRef(text);
    if (bytes.length > MAX_TERM_BYTES) {
      bytes.length = MAX_TERM_BYTES;
      while ((bytes.bytes[bytes.length] & 0xc0) == 0x80) {
        bytes.length--;
      }
    }
    return bytes;
  }
}
