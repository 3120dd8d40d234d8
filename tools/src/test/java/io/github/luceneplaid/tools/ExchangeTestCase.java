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
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** Imports a PLAID directory of 20 documents, and exports it. */
abstract class ExchangeTestCase extends CommandTestCase {
  static final int DOCUMENTS = 20;

  private static final List<String> FILES =
      List.of(
          "0.codes.npy",
          "0.residuals.npy",
          "avg_residual.npy",
          "bucket_cutoffs.npy",
          "bucket_weights.npy",
          "centroids.npy",
          "cluster_threshold.npy",
          "doclens.0.json",
          "metadata.db",
          "metadata.json");

  /** The directory. */
  Path source;

  /** Not there yet. */
  Path index;

  @Override
  public void setUp() throws Exception {
    super.setUp();
    Path folder = Path.of(createTempDir().toRealPath().toString());
    source = copyTo(folder.resolve("source"));
    index = folder.resolve("index");
  }

  /** Makes a PLAID directory. */
  static Path copyTo(Path directory) throws IOException {
    Files.createDirectories(directory);
    for (String name : FILES) {
      try (InputStream in = ExchangeTestCase.class.getResourceAsStream("plaid-directory/" + name)) {
        Files.copy(in, directory.resolve(name));
      }
    }
    return directory;
  }

  /** Runs a command that succeeds. */
  void run(Object... args) {
    assertEquals(err.toString(), 0, plaid(args));
  }

  /** Exports the index to a new folder. */
  Path export() {
    Path target = createTempDir().resolve("exported");
    run("export", index, target);
    return target;
  }

  /** Changes the metadata of the directory. */
  void change(String... statements) throws SQLException {
    try (Connection connection = connect(source.resolve(MetadataDatabase.FILE));
        Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }

  private static Connection connect(Path database) throws SQLException {
    return DriverManager.getConnection("jdbc:sqlite:" + database);
  }

  /** Changes a database such that the changes are in its write-ahead log only. */
  static void changeInLog(Path database, String... statements) throws SQLException, IOException {
    Path open = Files.copy(database, createTempDir().resolve("open.db"));
    try (Connection connection = connect(open);
        Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA journal_mode = WAL");
      statement.execute("PRAGMA wal_autocheckpoint = 0");
      for (String sql : statements) {
        statement.execute(sql);
      }
      // The end of the connection would move the changes to the database
      Files.copy(open, database, StandardCopyOption.REPLACE_EXISTING);
      Path log = database.resolveSibling(database.getFileName() + "-wal");
      Files.copy(open.resolveSibling("open.db-wal"), log, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  /** The types and values of a column, document by document, of the metadata of a directory. */
  static List<String> values(Path directory, String column) throws SQLException {
    String query =
        "SELECT typeof(%1$s) || coalesce(' ' || %1$s, '') FROM METADATA"
            + " LEFT JOIN METADATA_CONTENT USING (_content_id_) ORDER BY _subset_";
    List<String> values = new ArrayList<>();
    try (Connection connection = connect(directory.resolve(MetadataDatabase.FILE));
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(query.replace("%1$s", '"' + column + '"'))) {
      while (rows.next()) {
        values.add(rows.getString(1));
      }
    }
    return values;
  }
}
