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
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** A {@code metadata.db} with a write-ahead log beside it, as next-plaid leaves it. */
public class TestMetadataLog extends ExchangeTestCase {
  private static final String TITLE =
      "UPDATE METADATA_CONTENT SET title = '%s' WHERE _content_id_ ="
          + " (SELECT _content_id_ FROM METADATA WHERE _subset_ = %s)";

  private Path database;
  private Path log;

  @Override
  public void setUp() throws Exception {
    super.setUp();
    database = source.resolve(MetadataDatabase.FILE);
    log = source.resolve("metadata.db-wal");
  }

  private static String title(int document, String title) {
    return TITLE.replaceFirst("%s", title).replaceFirst("%s", Integer.toString(document));
  }

  private void assertTitle(int document, String title) throws IOException {
    String stored = TestExchangeCommands.stored(index).get(document);
    assertTrue(stored, stored.contains(", title=" + title + ","));
  }

  /** The files of the directory and what is in them. */
  private Map<String, String> content() throws IOException {
    Map<String, String> content = new TreeMap<>();
    try (Stream<Path> files = Files.list(source)) {
      for (Path file : files.toList()) {
        content.put(file.toString(), Arrays.toString(Files.readAllBytes(file)));
      }
    }
    return content;
  }

  /** What is committed in the log counts, and no file is changed or made. */
  public void testCommitted() throws Exception {
    changeInLog(
        database,
        title(3, "new"),
        "ALTER TABLE METADATA ADD COLUMN language TEXT",
        "UPDATE METADATA SET language = 'de' WHERE _subset_ = 4");
    assertTrue(Files.size(log) > 0);
    Map<String, String> before = content();
    assertEquals(7, json("import", source, index, "--json").get("metadata").size());
    assertTitle(3, "new");
    String stored = TestExchangeCommands.stored(index).get(4);
    assertTrue(stored, stored.contains("language=de"));
    assertEquals(before, content());
  }

  /** A log may stay although all of it is in the database. */
  public void testMovedToDatabase() throws Exception {
    changeInLog(database, title(3, "new"), "PRAGMA wal_checkpoint(PASSIVE)");
    assertTrue(Files.size(log) > 0);
    run("import", source, index);
    assertTitle(3, "new");
  }

  /** If the database is a link, SQLite has its logs beside the file that the link leads to. */
  public void testLink() throws Exception {
    Path target = Path.of(createTempDir().toRealPath().toString(), "store.db");
    Files.move(database, target);
    Files.createSymbolicLink(database, target);
    changeInLog(target, title(3, "new"));
    run("import", source, index);
    assertTitle(3, "new");
    Path journal = Files.writeString(target.resolveSibling("store.db-journal"), "changes");
    Path other = index.resolveSibling("other");
    assertFails(1, journal + ": found 7 bytes to undo changes", "import", source, other);
  }

  public void testLogThatLeadsNowhere() throws Exception {
    Files.createSymbolicLink(log, source.resolve("nothing"));
    assertFails(1, log + ": expected a file, found a link", "import", source, index);
  }

  /** A transaction whose end is missing does not count. */
  public void testCut() throws Exception {
    changeInLog(database, title(3, "new"), title(4, "newer"));
    byte[] bytes = Files.readAllBytes(log);
    Files.write(log, Arrays.copyOf(bytes, bytes.length - 1 - random().nextInt(1000)));
    run("import", source, index);
    assertTitle(3, "new");
    assertTitle(4, "ember paper 4");
  }

  /** Bytes that are no log do not count, just as to SQLite. */
  public void testNoLog() throws Exception {
    Files.writeString(log, "changes".repeat(random().nextInt(1000)));
    run("import", source, index);
    assertTitle(3, "dune paper 3");
  }
}
