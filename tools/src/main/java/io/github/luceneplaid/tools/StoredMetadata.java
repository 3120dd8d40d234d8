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

import static io.github.luceneplaid.tools.MetadataDatabase.CONTENT;
import static io.github.luceneplaid.tools.MetadataDatabase.CONTENT_TABLE;
import static io.github.luceneplaid.tools.MetadataDatabase.DOCUMENT;
import static io.github.luceneplaid.tools.MetadataDatabase.DOCUMENTS_TABLE;
import static io.github.luceneplaid.tools.MetadataDatabase.WORDS_SETTINGS;
import static io.github.luceneplaid.tools.MetadataDatabase.folded;
import static io.github.luceneplaid.tools.MetadataDatabase.quoted;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.luceneplaid.tools.MetadataColumn.Kind;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.lucene.document.Document;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.IndexableField;
import org.apache.lucene.util.ArrayUtil;
import org.apache.lucene.util.BytesRef;
import org.apache.lucene.util.IOUtils;
import org.sqlite.SQLiteConfig;

/**
 * Stored fields of documents as {@code metadata.db}, in the layout that next-plaid 1.8.5 gives it,
 * with its index of words. A field becomes a column; several values in a document are a JSON array.
 */
final class StoredMetadata {
  /** The columns that next-plaid keeps beside the numbers of documents, to filter by them. */
  private static final Set<String> COLUMNS_OF_DOCUMENTS =
      Set.of(
          "file",
          "name",
          "qualified_name",
          "line",
          "end_line",
          "language",
          "unit_type",
          "complexity",
          "has_loops",
          "has_branches",
          "has_error_handling");

  /** SQLite has 2,000 columns a table, and each table has some of its own. */
  private static final int MAX_COLUMNS = 1_990;

  /** The layout of two tables. */
  private static final int LAYOUT = 2;

  private static final String WORDS = "METADATA_FTS";
  private static final String WORDS_COLUMN = "_fts_content_";

  /** How the index of words finds words in texts. */
  static final String TOKENIZER = "unicode61";

  private final WholeDocuments fields;
  private final GivenValues given;
  private final int[] documents;
  private final Map<String, Kind> columns = new LinkedHashMap<>();

  private StoredMetadata(IndexReader reader, int[] documents) throws IOException {
    this.fields = new WholeDocuments(reader);
    this.given = new GivenValues(reader);
    this.documents = documents;
  }

  /**
   * Writes the database, unless no field is stored.
   *
   * @param folder of the directory
   * @param documents number in the reader of each document of the directory
   * @param progress is told of each document twice
   * @return the columns
   */
  static List<String> write(Path folder, IndexReader reader, int[] documents, Progress progress)
      throws IOException {
    StoredMetadata metadata = new StoredMetadata(reader, documents);
    metadata.findColumns(progress);
    Path file = folder.resolve(MetadataDatabase.FILE);
    if (metadata.columns.isEmpty() == false) {
      metadata.checkNames();
      try {
        metadata.write(file, progress);
      } catch (SQLException e) {
        throw new UserException(file.getFileName() + ": cannot hold the fields: " + message(e), e);
      }
      IOUtils.fsync(file, false);
    }
    return List.copyOf(metadata.columns.keySet());
  }

  /**
   * Refuses more columns than SQLite has, names that SQLite ends at a NUL, and names that differ in
   * the case of A to Z only: they are equal to SQLite, in either table.
   */
  private void checkNames() {
    if (columns.size() > MAX_COLUMNS) {
      throw new UserException(
          MetadataDatabase.FILE
              + ": found "
              + columns.size()
              + " fields, expected up to "
              + MAX_COLUMNS
              + ", the columns that SQLite has (--no-metadata leaves them out)");
    }
    Set<String> names = new HashSet<>(Set.of(DOCUMENT, CONTENT));
    for (String name : columns.keySet()) {
      if (name.indexOf('\0') >= 0) {
        throw new UserException(
            MetadataDatabase.FILE
                + ": cannot hold the fields: found a NUL in the name "
                + name.replace("\0", "\\0")
                + ", expected none (--no-metadata leaves them out)");
      }
      if (names.add(folded(name)) == false) {
        throw new UserException(
            MetadataDatabase.FILE
                + ": cannot hold the fields: found another column "
                + name
                + ", in whatever case (--no-metadata leaves them out)");
      }
    }
  }

  private static String message(SQLException e) {
    return e.getMessage() + " (--no-metadata leaves them out)";
  }

  /**
   * Finds the kind of each column: one that can hold all values of its field. Among fractions,
   * whole numbers would get fractions, too. Lucene's points do not let them meet, but ids and texts
   * can.
   */
  private void findColumns(Progress progress) throws IOException {
    Set<String> withLongs = new HashSet<>();
    for (int document : documents) {
      for (Map.Entry<String, Object> value : values(document).entrySet()) {
        String name = value.getKey();
        Kind kind = kind(value.getValue());
        if (value.getValue() instanceof Long number
            && (isDouble(number) == false || GivenValues.FIELDS.contains(name))) {
          withLongs.add(name);
        }
        Kind before = columns.getOrDefault(name, kind);
        if ((kind == Kind.BYTES) != (before == Kind.BYTES)) {
          throw new UserException(
              "field "
                  + name
                  + ": found bytes and other values, expected one of them"
                  + " (--no-metadata leaves fields out)");
        }
        columns.put(name, kind.compareTo(before) > 0 ? kind : before);
      }
      progress.step(1);
    }
    columns.replaceAll(
        (name, kind) -> kind == Kind.REAL && withLongs.contains(name) ? Kind.TEXT : kind);
  }

  private static boolean isDouble(long number) {
    return number == (long) (double) number && number != Long.MAX_VALUE;
  }

  private static Kind kind(Object value) {
    if (value instanceof String) {
      return Kind.TEXT;
    }
    if (value instanceof byte[]) {
      return Kind.BYTES;
    }
    return value instanceof Long ? Kind.INTEGER : Kind.REAL;
  }

  /** The value of each field of a document: a string, bytes, a long or a double. */
  private Map<String, Object> values(int document) throws IOException {
    Map<String, Object> values = values(fields.get(document));
    given.restore(document, values);
    return values;
  }

  private static Map<String, Object> values(Document document) {
    Map<String, List<Object>> lists = new LinkedHashMap<>();
    for (IndexableField field : document) {
      lists.computeIfAbsent(field.name(), name -> new ArrayList<>()).add(value(field));
    }
    Map<String, Object> values = new LinkedHashMap<>();
    lists.forEach((name, list) -> values.put(name, list.size() == 1 ? list.get(0) : json(list)));
    return values;
  }

  private static Object value(IndexableField field) {
    Number number = field.numericValue();
    if (number != null) {
      // By its digits, so that 0.1f is 0.1
      boolean isWhole = number instanceof Long || number instanceof Integer;
      return isWhole ? (Object) number.longValue() : (Object) Double.valueOf(number.toString());
    }
    BytesRef bytes = field.binaryValue();
    return bytes == null
        ? field.stringValue()
        : ArrayUtil.copyOfSubArray(bytes.bytes, bytes.offset, bytes.offset + bytes.length);
  }

  private static String json(List<Object> values) {
    try {
      return new ObjectMapper().writeValueAsString(values);
    } catch (JsonProcessingException e) {
      throw new AssertionError("a list of strings, bytes and numbers", e);
    }
  }

  private void write(Path file, Progress progress) throws IOException, SQLException {
    SQLiteConfig config = new SQLiteConfig();
    config.setJournalMode(SQLiteConfig.JournalMode.OFF);
    config.setSynchronous(SQLiteConfig.SynchronousMode.OFF);
    config.setUserVersion(LAYOUT);
    try (Connection connection = MetadataDatabase.connect(config, file.toString())) {
      connection.setAutoCommit(false);
      makeTables(connection);
      List<String> beside = columnsOf(DOCUMENTS_TABLE);
      List<String> content = columnsOf(CONTENT_TABLE);
      try (PreparedStatement number = insert(connection, DOCUMENTS_TABLE, DOCUMENT, beside);
          PreparedStatement row = insert(connection, CONTENT_TABLE, null, content);
          PreparedStatement words = insert(connection, WORDS, null, List.of(WORDS_COLUMN))) {
        for (int i = 0; i < documents.length; i++) {
          Map<String, Object> values = values(documents[i]);
          number.setInt(2, i);
          add(number, i, 3, beside, values);
          add(row, i, 2, content, values);
          words.setInt(1, i);
          words.setString(2, text(values));
          words.executeUpdate();
          progress.step(1);
        }
      }
      connection.commit();
    }
  }

  private List<String> columnsOf(String table) {
    return columns.keySet().stream()
        .filter(name -> COLUMNS_OF_DOCUMENTS.contains(name) == table.equals(DOCUMENTS_TABLE))
        .toList();
  }

  private void makeTables(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.executeUpdate(
          table(DOCUMENTS_TABLE, quoted(DOCUMENT) + " INTEGER NOT NULL", "INTEGER NOT NULL"));
      statement.executeUpdate(table(CONTENT_TABLE, "", "INTEGER PRIMARY KEY"));
      statement.executeUpdate(index("idx_metadata_subset", DOCUMENT));
      statement.executeUpdate(index("idx_metadata_content_id", CONTENT));
      statement.executeUpdate(
          "CREATE VIRTUAL TABLE "
              + quoted(WORDS)
              + " USING fts5("
              + quoted(WORDS_COLUMN)
              + ", content='', contentless_delete=1, tokenize='"
              + TOKENIZER
              + "')");
      statement.executeUpdate(
          "CREATE TABLE "
              + quoted(WORDS_SETTINGS)
              + " (key TEXT PRIMARY KEY, value TEXT NOT NULL)");
      statement.executeUpdate(
          "INSERT INTO "
              + quoted(WORDS_SETTINGS)
              + " VALUES ('tokenizer', '"
              + TOKENIZER
              + "'), ('fts_key', 'content_id')");
    }
  }

  private String table(String table, String first, String typeOfContent) {
    List<String> definitions = new ArrayList<>();
    if (first.isEmpty() == false) {
      definitions.add(first);
    }
    definitions.add(quoted(CONTENT) + " " + typeOfContent);
    for (String name : columnsOf(table)) {
      Kind kind = columns.get(name);
      definitions.add(quoted(name) + " " + (kind == Kind.BYTES ? "BLOB" : kind));
    }
    return "CREATE TABLE " + table + " (" + String.join(", ", definitions) + ")";
  }

  private static String index(String name, String column) {
    return "CREATE INDEX " + quoted(name) + " ON " + DOCUMENTS_TABLE + " (" + quoted(column) + ")";
  }

  /**
   * A statement that inserts a row whose first value is the number of the content, or of the row in
   * the index of words.
   */
  private static PreparedStatement insert(
      Connection connection, String table, String second, List<String> columns)
      throws SQLException {
    List<String> names = new ArrayList<>();
    names.add(table.equals(WORDS) ? "rowid" : quoted(CONTENT));
    if (second != null) {
      names.add(quoted(second));
    }
    columns.forEach(name -> names.add(quoted(name)));
    String places = names.stream().map(name -> "?").collect(Collectors.joining(", "));
    return connection.prepareStatement(
        "INSERT INTO " + table + " (" + String.join(", ", names) + ") VALUES (" + places + ")");
  }

  private void add(
      PreparedStatement row, int content, int at, List<String> names, Map<String, Object> values)
      throws SQLException {
    row.setInt(1, content);
    for (int i = 0; i < names.size(); i++) {
      Object value = values.get(names.get(i));
      // In a column of text SQLite would keep 15 digits of a double
      boolean asText = value instanceof Double && columns.get(names.get(i)) == Kind.TEXT;
      row.setObject(at + i, asText ? value.toString() : value);
    }
    row.executeUpdate();
  }

  /** The words of all values, as next-plaid puts them together. */
  private static String text(Map<String, Object> values) {
    return values.values().stream()
        .filter(value -> value instanceof byte[] == false)
        .map(Object::toString)
        .collect(Collectors.joining(" "));
  }
}
