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
import org.apache.lucene.document.Document;
import org.apache.lucene.document.NumericDocValuesField;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.NumericDocValues;

/**
 * The ids and texts that documents of a PLAID directory had, if these were not text. Their fields
 * hold text, and each document has an id. So doc values tell what an export writes instead of the
 * text. A document without such a value had just this text, or was not imported.
 */
final class GivenValues {
  /** Doc values about the id. */
  static final String OF_ID = "plaid.given.id";

  /** Doc values about the text. */
  static final String OF_TEXT = "plaid.given.text";

  /** The fields whose values can be of any type. */
  static final Set<String> FIELDS = Set.of(IndexBuilder.ID, IndexBuilder.TEXT);

  // These numbers are stored
  private static final int AS_IS = 0;
  private static final int NONE = 1;
  private static final int EMPTY = 2;
  private static final int INTEGER = 3;
  private static final int REAL = 4;

  /** By document; null if no document has doc values. */
  private final byte[] ids;

  private final byte[] texts;

  /** Reads the doc values of an index. */
  GivenValues(IndexReader reader) throws IOException {
    ids = read(reader, OF_ID);
    texts = read(reader, OF_TEXT);
  }

  private static byte[] read(IndexReader reader, String field) throws IOException {
    byte[] given = null;
    for (LeafReaderContext leaf : reader.leaves()) {
      NumericDocValues values = leaf.reader().getNumericDocValues(field);
      while (values != null && values.nextDoc() != NumericDocValues.NO_MORE_DOCS) {
        given = given == null ? new byte[reader.maxDoc()] : given;
        given[leaf.docBase + values.docID()] = (byte) values.longValue();
      }
    }
    return given;
  }

  /**
   * Adds doc values about an id.
   *
   * @param kind of the column of ids
   * @param id what the document has there; null for nothing
   */
  static void addId(Document document, MetadataColumn.Kind kind, Object id) {
    add(document, OF_ID, id == null ? NONE : id.equals("") ? EMPTY : number(kind, id));
  }

  /** Adds doc values about a text. */
  static void addText(Document document, MetadataColumn.Kind kind, Object text) {
    add(document, OF_TEXT, number(kind, text));
  }

  private static int number(MetadataColumn.Kind kind, Object value) {
    if (kind != MetadataColumn.Kind.INTEGER && kind != MetadataColumn.Kind.REAL) {
      return AS_IS; // Among texts, numbers are texts
    }
    return switch (MetadataColumn.Kind.of(value)) {
      case INTEGER -> INTEGER;
      case REAL -> REAL;
      default -> AS_IS;
    };
  }

  private static void add(Document document, String field, int given) {
    if (given != AS_IS) {
      document.add(new NumericDocValuesField(field, given));
    }
  }

  /**
   * Puts what a document had in place of what it has.
   *
   * @param values by field
   */
  void restore(int doc, Map<String, Object> values) {
    restore(ids, doc, IndexBuilder.ID, values);
    restore(texts, doc, IndexBuilder.TEXT, values);
  }

  private static void restore(byte[] given, int doc, String field, Map<String, Object> values) {
    if (given == null || values.get(field) instanceof String == false) {
      return;
    }
    String text = (String) values.get(field);
    switch (given[doc]) {
      case NONE -> values.remove(field);
      case EMPTY -> values.put(field, "");
      case INTEGER -> values.put(field, Long.valueOf(text));
      case REAL -> values.put(field, Double.valueOf(text));
      default -> {}
    }
  }
}
