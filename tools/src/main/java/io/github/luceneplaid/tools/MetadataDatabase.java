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

import io.github.luceneplaid.fsvi.files.VectorFileException;
import io.github.luceneplaid.tools.MetadataColumn.Kind;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.lucene.util.IOUtils;
import org.sqlite.SQLiteConfig;

/**
 * The {@code metadata.db} of a PLAID directory. One table has the numbers of documents and some
 * columns of properties; another one, which the oldest databases lack, has the other columns. The
 * database is read without locks and without making files beside it. If it has a write-ahead log, a
 * copy of both is read.
 */
final class MetadataDatabase implements Closeable {
  static {
    // Without this the driver looks for a logger, and prints that there is none.
    System.setProperty("slf4j.internal.verbosity", "ERROR");
  }

  static final String FILE = "metadata.db";

  /** The column of documents' numbers. */
  static final String DOCUMENT = "_subset_";

  /** The column that joins the two tables. */
  static final String CONTENT = "_content_id_";

  static final String DOCUMENTS_TABLE = "METADATA";
  static final String CONTENT_TABLE = "METADATA_CONTENT";

  /** The table of the settings of the index of words. */
  static final String WORDS_SETTINGS = "_FTS_SETTINGS_";

  private final Path file;
  private final int documents;
  private final Connection connection;

  /** What is read in place of the database; null if it is read itself. */
  private final DatabaseCopy copy;

  private final List<MetadataColumn> columns = new ArrayList<>();

  /** Names of columns without any value. */
  private final List<String> emptyColumns = new ArrayList<>();

  /** Whether there is a table of the other columns. */
  private final boolean hasContent;

  private final String tokenizer;

  private MetadataDatabase(Path file, int documents, Connection connection, DatabaseCopy copy)
      throws IOException, SQLException {
    this.file = file;
    this.documents = documents;
    this.connection = connection;
    this.copy = copy;
    distrust();
    readColumns(DOCUMENTS_TABLE);
    int inDocuments = columns.size();
    this.hasContent = readColumns(CONTENT_TABLE);
    checkNames(inDocuments);
    this.tokenizer = readTokenizer();
  }

  /**
   * Opens the database of a directory.
   *
   * @param documents number of documents of the directory
   * @return null if it has none
   */
  static MetadataDatabase open(Path directory, int documents) throws IOException {
    Path file = directory.resolve(FILE);
    if (TokenIds.isThere(file) == false) {
      return null;
    }
    TokenIds.checkFile(file);
    Path stored = file.toRealPath(); // If the file is a link, SQLite has its logs beside the target
    checkJournal(stored.resolveSibling(stored.getFileName() + "-journal"));
    Path log = stored.resolveSibling(stored.getFileName() + "-wal");
    SQLiteConfig config = new SQLiteConfig();
    config.setReadOnly(true);
    DatabaseCopy copy = null;
    Connection connection = null;
    boolean success = false;
    try {
      copy = hasBytes(log) ? DatabaseCopy.of(stored, log) : null;
      connection = connect(config, copy == null ? file.toUri() + "?immutable=1" : copy.uri());
      MetadataDatabase result = new MetadataDatabase(file, documents, connection, copy);
      success = true;
      return result;
    } catch (SQLException e) {
      throw unreadable(file, e);
    } finally {
      if (success == false) {
        closeQuietly(connection);
        IOUtils.closeWhileHandlingException(copy);
      }
    }
  }

  private static boolean hasBytes(Path log) throws IOException {
    if (TokenIds.isThere(log) == false) {
      return false;
    }
    TokenIds.checkFile(log);
    return Files.size(log) > 0;
  }

  /** Refuses a log of changes that are half made. SQLite undoes them when it writes. */
  private static void checkJournal(Path journal) throws IOException {
    if (hasBytes(journal)) {
      throw new UserException(
          journal
              + ": found "
              + Files.size(journal)
              + " bytes to undo changes of "
              + FILE
              + ", expected none (end the program that writes it; if it was killed, any query of"
              + " sqlite3 undoes them)");
    }
  }

  /** Connects to a file. Use only this method, so that the driver's logging is turned off first. */
  static Connection connect(SQLiteConfig config, String file) throws SQLException {
    return config.createConnection("jdbc:sqlite:" + file);
  }

  @SuppressWarnings("EmptyCatch") // the earlier error matters more
  private static void closeQuietly(Connection connection) {
    try {
      if (connection != null) {
        connection.close();
      }
    } catch (SQLException ignored) {
      // See above.
    }
  }

  private static UserException unreadable(Path file, SQLException e) {
    return new UserException(file + ": expected a SQLite database, found: " + e.getMessage(), e);
  }

  static String quoted(String name) {
    return '"' + name.replace("\"", "\"\"") + '"';
  }

  /** A name such that equal ones are equal to SQLite, which ignores the case of A to Z only. */
  static String folded(String name) {
    StringBuilder folded = new StringBuilder(name);
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      folded.setCharAt(i, c >= 'A' && c <= 'Z' ? (char) (c - 'A' + 'a') : c);
    }
    return folded.toString();
  }

  /** Makes SQLite check pages before it uses them, and run no unsafe functions for the file. */
  private void distrust() throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA cell_size_check = ON");
      statement.execute("PRAGMA trusted_schema = OFF");
    }
  }

  /**
   * Checks that a name, if it exists, is a table. Views and virtual tables run code of their
   * author, which may never end.
   */
  private void checkTable(String table) throws IOException, SQLException {
    String query =
        "SELECT type, sql FROM sqlite_schema"
            + " WHERE name = '%t' COLLATE NOCASE AND type IN ('table', 'view')";
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(query.replace("%t", table))) {
      while (rows.next()) {
        String sql = rows.getString(2);
        if (sql == null || sql.startsWith("CREATE TABLE ") == false) {
          String found = rows.getString(1).equals("view") ? "a view" : "a virtual table";
          throw new VectorFileException(file.toString(), 0, table, found, "a table");
        }
      }
    }
  }

  /** Adds the columns of a table; returns whether it is there. */
  private boolean readColumns(String table) throws IOException, SQLException {
    Map<String, String> types = types(table);
    for (Map.Entry<String, String> column : types.entrySet()) {
      String name = column.getKey();
      if (name.equals(CONTENT) == false && name.equals(DOCUMENT) == false) {
        columns.add(new MetadataColumn(name, kind(table, name, column.getValue())));
      }
    }
    return types.isEmpty() == false;
  }

  /** The declared types of the columns of a table, by name; empty if there is no such table. */
  private Map<String, String> types(String table) throws IOException, SQLException {
    checkTable(table);
    Map<String, String> types = new LinkedHashMap<>();
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("PRAGMA table_xinfo(" + table + ")")) {
      while (rows.next()) {
        String name = rows.getString("name");
        if (rows.getInt("hidden") != 0) {
          throw new VectorFileException(
              file.toString(), 0, "column " + name, "an expression", "stored values");
        }
        types.put(name, rows.getString("type"));
      }
    }
    return types;
  }

  /** The setting of the index of words; null if there is none. */
  private String readTokenizer() throws IOException, SQLException {
    if (types(WORDS_SETTINGS).keySet().containsAll(List.of("key", "value")) == false) {
      return null;
    }
    String query = "SELECT value FROM " + WORDS_SETTINGS + " WHERE key = 'tokenizer'";
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(query)) {
      return rows.next() ? rows.getString(1) : null;
    }
  }

  /** Checks that no column is in both tables. */
  private void checkNames(int inDocuments) throws VectorFileException {
    for (int i = inDocuments; i < columns.size(); i++) {
      String name = columns.get(i).name();
      for (int j = 0; j < inDocuments; j++) {
        if (folded(columns.get(j).name()).equals(folded(name))) {
          throw new VectorFileException(
              file.toString(), 0, "column " + name, "it in two tables", "it in one");
        }
      }
    }
  }

  /**
   * The declared kind of a column, or a wider one if its values need it, because SQLite stores any
   * value.
   */
  private Kind kind(String table, String name, String type) throws IOException, SQLException {
    Kind kind = Kind.declared(type);
    boolean empty = true;
    String column = quoted(name);
    String query = "SELECT DISTINCT typeof(" + column + ") FROM " + table;
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(query)) {
      while (rows.next()) {
        Kind stored = Kind.stored(rows.getString(1));
        boolean differ = stored != kind && stored != Kind.NOTHING && kind != Kind.NOTHING;
        if (differ && (stored == Kind.BYTES || kind == Kind.BYTES)) {
          throw new VectorFileException(
              file.toString(), 0, "column " + name, "bytes", "text or numbers as in other rows");
        }
        kind = stored.compareTo(kind) > 0 ? stored : kind;
        empty &= stored == Kind.NOTHING;
      }
    }
    if (empty && documents > 0) {
      emptyColumns.add(name);
    }
    return kind == Kind.REAL && hasLongs(table, column) ? Kind.TEXT : kind;
  }

  /** Whether a column has whole numbers that are no doubles. */
  private boolean hasLongs(String table, String column) throws SQLException {
    String query =
        String.format(
            Locale.ROOT,
            """
            SELECT 1 FROM %1$s WHERE typeof(%2$s) = 'integer'
            AND (%2$s <> CAST(CAST(%2$s AS REAL) AS INTEGER) OR %2$s = 9223372036854775807) LIMIT 1
            """,
            table,
            column);
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(query)) {
      return rows.next();
    }
  }

  Path file() {
    return file;
  }

  /** The columns of documents. */
  List<MetadataColumn> columns() {
    return columns;
  }

  /** The names of columns in which no document has a value; empty if there are no documents. */
  List<String> emptyColumns() {
    return emptyColumns;
  }

  /** How the index of words finds words in texts; null if that is not told. */
  String tokenizer() {
    return tokenizer;
  }

  /** Takes the metadata of a document. */
  interface Sink {
    /**
     * Takes a row.
     *
     * @param document number of the document; numbers ascend, and documents without a row are left
     *     out
     * @param rows positioned at the row; column {@code i + 1} is element {@code i} of the columns
     *     that are read
     */
    void accept(int document, ResultSet rows) throws IOException, SQLException;
  }

  /** Reads all rows. */
  void read(Sink sink) throws IOException {
    read(columns, sink);
  }

  /** Reads some columns of all rows. */
  void read(List<MetadataColumn> some, Sink sink) throws IOException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(query(some))) {
      long previous = -1;
      while (rows.next()) {
        long document = number(rows, some.size() + 1);
        if (document <= previous || document >= documents) {
          String expected =
              previous + 1 < documents
                  ? (previous + 1) + " to " + (documents - 1)
                  : "no row after that of the last document, " + previous;
          throw new VectorFileException(file.toString(), 0, DOCUMENT, document, expected);
        }
        if (rows.getBoolean(some.size() + 2)) {
          String content = CONTENT + " of document " + document;
          throw new VectorFileException(
              file.toString(), 0, content, "no row of " + CONTENT_TABLE, "one");
        }
        sink.accept((int) document, rows);
        previous = document;
      }
    } catch (SQLException e) {
      throw unreadable(file, e);
    }
  }

  /** The query for columns, the number of the document, and whether its content is missing. */
  private String query(List<MetadataColumn> some) {
    String names =
        some.stream().map(column -> quoted(column.name()) + ", ").collect(Collectors.joining());
    String rest =
        hasContent
            ? String.format(
                Locale.ROOT,
                "%2$s.%3$s IS NULL FROM %1$s LEFT JOIN %2$s USING (%3$s)",
                DOCUMENTS_TABLE,
                CONTENT_TABLE,
                CONTENT)
            : "0 FROM " + DOCUMENTS_TABLE;
    return "SELECT " + names + DOCUMENT + ", " + rest + " ORDER BY " + DOCUMENT;
  }

  /** The number of the document of a row. SQLite would make one of anything. */
  private long number(ResultSet rows, int column) throws IOException, SQLException {
    Object value = rows.getObject(column);
    if (value instanceof Integer || value instanceof Long) {
      return ((Number) value).longValue();
    }
    String found =
        switch (value) {
          case null -> "none";
          case byte[] bytes -> "bytes";
          case String text -> "the text " + Ids.shown(text);
          default -> value.toString();
        };
    throw new VectorFileException(
        file.toString(), 0, DOCUMENT, found, "a whole number in each row");
  }

  @Override
  public void close() throws IOException {
    try {
      connection.close();
    } catch (SQLException e) {
      throw new IOException(file.toString(), e);
    } finally {
      IOUtils.close(copy);
    }
  }
}
