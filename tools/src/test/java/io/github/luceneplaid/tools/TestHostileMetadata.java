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

import com.carrotsearch.randomizedtesting.annotations.TimeoutSuite;
import com.carrotsearch.randomizedtesting.generators.RandomPicks;
import io.github.luceneplaid.plaid.exchange.PlaidFolder;
import io.github.luceneplaid.testframework.HostileTrials;
import io.github.luceneplaid.testframework.Mutator;
import io.github.luceneplaid.testframework.SharedFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.tests.util.LuceneTestCase.SuppressFileSystems;
import org.apache.lucene.tests.util.TimeUnits;
import org.apache.lucene.util.IOUtils;

/**
 * Directories whose {@code metadata.db} is damaged at random, or made to do harm: all documents are
 * imported, or none, with a message that names the file.
 */
@SuppressFileSystems("*")
@TimeoutSuite(millis = TimeUnits.HOUR)
public class TestHostileMetadata extends CommandTestCase {

  private static final class Refused extends Exception {
    Refused(String message) {
      super(message);
    }
  }

  private static List<Path> golden() throws IOException {
    Path golden = SharedFolder.of("golden");
    try (Stream<Path> files = Files.walk(golden)) {
      return files
          .filter(file -> file.endsWith(MetadataDatabase.FILE))
          .map(Path::getParent)
          .sorted()
          .toList();
    }
  }

  private static Path copy(Path source) throws IOException {
    Path copy = createTempDir();
    try (Stream<Path> files = Files.list(source)) {
      for (Path file : files.toList()) {
        Files.copy(file, copy.resolve(file.getFileName()));
      }
    }
    return copy;
  }

  /**
   * Imports a directory and returns the number of documents, or checks that a failed import leaves
   * nothing.
   */
  private int read(Path source, Path index) throws IOException, Refused {
    if (plaid("import", source, index) == 0) {
      int documents;
      try (Directory directory = FSDirectory.open(index);
          DirectoryReader reader = DirectoryReader.open(directory)) {
        documents = reader.numDocs();
      }
      IOUtils.rm(index);
      return documents;
    } else {
      assertFalse("nothing is left of what failed", Files.exists(index));
      String message = err.toString();
      assertTrue(message, message.contains(source.resolve(MetadataDatabase.FILE).toString()));
      assertFalse("not an error of the program: " + message, message.contains("--stacktrace"));
      assertEquals(message, 1, message.lines().count());
      throw new Refused(message);
    }
  }

  public void testDamaged() throws Exception {
    List<Path> sources = golden();
    Path index = createTempDir().resolve("index");
    Mutator mutator = new Mutator(random());
    Path source = copy(sources.get(random().nextInt(sources.size())));
    Path database = source.resolve(MetadataDatabase.FILE);
    byte[] bytes = Files.readAllBytes(database);
    int documents;
    try (PlaidFolder directory = PlaidFolder.open(source)) {
      documents = directory.documents();
    }
    HostileTrials.run(
        MetadataDatabase.FILE,
        TEST_NIGHTLY,
        e -> e instanceof Refused,
        () -> Files.write(database, mutator.mutate(bytes)),
        damaged -> assertEquals(documents, read(source, index)));
  }

  /** A database with a log, either of which is damaged. */
  public void testDamagedBesideLog() throws Exception {
    Path source = copy(golden().get(0));
    Path database = source.resolve(MetadataDatabase.FILE);
    ExchangeTestCase.changeInLog(database, "UPDATE METADATA_CONTENT SET title = 'new'");
    Path log = source.resolve("metadata.db-wal");
    byte[] bytes = Files.readAllBytes(database);
    byte[] logged = Files.readAllBytes(log);
    int documents;
    try (PlaidFolder directory = PlaidFolder.open(source)) {
      documents = directory.documents();
    }
    Path index = createTempDir().resolve("index");
    Mutator mutator = new Mutator(random());
    HostileTrials.run(
        log.getFileName().toString(),
        TEST_NIGHTLY,
        e -> e instanceof Refused,
        () -> {
          boolean inLog = random().nextBoolean();
          Files.write(database, inLog ? bytes : mutator.mutate(bytes));
          return Files.write(log, inLog ? mutator.mutate(logged) : logged);
        },
        damaged -> assertEquals(documents, read(source, index)));
  }

  private static void change(Path source, String... statements) throws Exception {
    Path database = source.resolve(MetadataDatabase.FILE);
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + database);
        Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }

  private void assertRefused(String reason, String... statements) throws Exception {
    Path source = copy(golden().get(0));
    change(source, statements);
    Path index = createTempDir().resolve("index");
    Refused refused = expectThrows(Refused.class, () -> read(source, index));
    assertTrue(refused.getMessage(), refused.getMessage().contains(reason));
  }

  public void testMadeToHarm() throws Exception {
    assertRefused(
        "METADATA at byte 0: found a view, expected a table",
        "ALTER TABLE METADATA RENAME TO other",
        "CREATE VIEW metadata AS WITH RECURSIVE endless(_subset_) AS"
            + " (SELECT 0 UNION ALL SELECT _subset_ FROM endless) SELECT _subset_ FROM endless");
    assertRefused(
        "METADATA at byte 0: found a virtual table, expected a table",
        "DROP TABLE METADATA",
        "CREATE VIRTUAL TABLE METADATA USING rtree(_subset_, low, high)",
        "PRAGMA writable_schema = ON",
        "UPDATE sqlite_schema SET rootpage = 2 WHERE name = 'METADATA'");
    assertRefused(
        "column _subset_ at byte 0: found an expression, expected stored values",
        "DROP TABLE METADATA",
        "CREATE TABLE METADATA (a, _subset_ INTEGER AS (length(hex(zeroblob(100000000)))))",
        "INSERT INTO METADATA (a) VALUES (1), (2)");
    // Its name is part of the message
    assertRefused("column a b", "ALTER TABLE METADATA ADD COLUMN \"a\r\nb\" AS (1)");
    // An SQL index whose values differ from the table
    assertRefused(
        "found TEXT in column claim of NOTHING",
        "ALTER TABLE METADATA ADD COLUMN claim ANY",
        "ALTER TABLE METADATA ADD COLUMN empty ANY",
        "UPDATE METADATA SET claim = 'text'",
        "CREATE INDEX of_claim ON METADATA (claim)",
        "CREATE INDEX of_empty ON METADATA (empty)",
        "PRAGMA writable_schema = ON",
        "UPDATE sqlite_schema SET rootpage = (SELECT sum(rootpage) FROM sqlite_schema"
            + " WHERE name LIKE 'of_%') - rootpage WHERE name LIKE 'of_%'");
    assertRefused(
        ", document 0: the id " + "0".repeat(30) + "… has 40000 bytes, expected up to 32700",
        "ALTER TABLE METADATA ADD COLUMN id TEXT",
        "UPDATE METADATA SET id = hex(zeroblob(20000))");
    assertRefused(
        "column id: found bytes, expected text",
        "ALTER TABLE METADATA ADD COLUMN id BLOB",
        "UPDATE METADATA SET id = zeroblob(_subset_ + 1)");
    assertRefused(
        "column text: found bytes, expected text",
        "ALTER TABLE METADATA ADD COLUMN text BLOB",
        "UPDATE METADATA SET text = x'ff00'");
    assertRefused(
        "column part_of: found numbers, expected text",
        "ALTER TABLE METADATA ADD COLUMN part_of INTEGER",
        "UPDATE METADATA SET part_of = 0");
    assertRefused(
        "_subset_ at byte 0: found 99999, expected ",
        "INSERT INTO METADATA (_subset_, _content_id_)"
            + " SELECT 99999, max(_content_id_) FROM METADATA");
  }

  /** Bytes and other values in a column are refused, whichever come first. */
  public void testBytesAndOthers() throws Exception {
    String type = RandomPicks.randomFrom(random(), List.of("BLOB", "ANY", "NUMERIC"));
    for (int first = 0; first < 2; first++) {
      assertRefused(
          "column claim at byte 0: found bytes, expected text or numbers as in other rows",
          "ALTER TABLE METADATA ADD COLUMN claim " + type,
          "UPDATE METADATA SET claim = " + (random().nextBoolean() ? "'words'" : "7"),
          "UPDATE METADATA SET claim = x'0102' WHERE (_subset_ = 0) = " + first);
    }
  }

  /** Numbers of documents that SQLite would make of other values are refused. */
  public void testNumbersThatAreNone() throws Exception {
    String[][] cases = {
      {"NULL", "none"},
      {"_subset_ + 0.5", "0.5"},
      {"_subset_ || ' or so'", "the text 0 or so"},
      {"CAST(_subset_ AS BLOB)", "bytes"}
    };
    for (String[] one : cases) {
      assertRefused(
          "_subset_ at byte 0: found " + one[1] + ", expected a whole number in each row",
          "CREATE TABLE other AS SELECT " + one[0] + " AS number FROM METADATA",
          "DROP TABLE METADATA",
          "CREATE TABLE METADATA (_subset_)",
          "INSERT INTO METADATA SELECT number FROM other ORDER BY rowid",
          "DROP TABLE METADATA_CONTENT");
    }
  }

  /** Documents without the rest of their metadata are not taken as if they had none. */
  public void testMissingContent() throws Exception {
    assertRefused(
        "_content_id_ of document 1 at byte 0: found no row of METADATA_CONTENT, expected one",
        "DELETE FROM METADATA_CONTENT"
            + " WHERE _content_id_ = (SELECT _content_id_ FROM METADATA WHERE _subset_ = 1)");
  }

  /** An empty id is none. */
  public void testEmptyIds() throws Exception {
    Path source = copy(golden().get(0));
    change(source, "ALTER TABLE METADATA ADD COLUMN id TEXT", "UPDATE METADATA SET id = ''");
    int documents;
    try (PlaidFolder directory = PlaidFolder.open(source)) {
      documents = directory.documents();
    }
    assertEquals(documents, read(source, createTempDir().resolve("index")));
  }

  /** Several imports can have more columns than SQLite has. Then they cannot be exported again. */
  public void testManyColumns() throws Exception {
    Path source = copy(golden().get(0));
    String[] statements = new String[1_000];
    Arrays.setAll(statements, i -> "ALTER TABLE METADATA ADD COLUMN c" + i + " INTEGER DEFAULT 1");
    change(source, statements);
    Path index = createTempDir().resolve("index");
    for (String prefix : List.of("a", "b")) {
      assertEquals(
          0, plaid("import", source, index, "--prefix=" + prefix, "--id-prefix=" + prefix));
    }
    Path exported = createTempDir().resolve("exported");
    assertEquals(1, plaid("export", index, exported));
    assertTrue(
        err.toString(), err.toString().contains(" fields, expected up to 1990, the columns"));
    assertEquals(0, plaid("export", index, exported, "--no-metadata"));
  }
}
