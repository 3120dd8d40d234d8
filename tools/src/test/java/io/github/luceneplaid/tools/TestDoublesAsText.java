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

import io.github.luceneplaid.plaid.PlaidDocValuesFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.Statement;
import java.util.List;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.LateInteractionField;
import org.apache.lucene.document.StoredField;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;

/** Doubles in columns of text keep their digits, on the way out and on the way in. */
public class TestDoublesAsText extends CommandTestCase {
  private double number;
  private Path index;
  private Path exported;

  @Override
  public void setUp() throws Exception {
    super.setUp();
    index = createTempDir().resolve("index");
    exported = createTempDir().resolve("out");
    // Of 17 digits, so that 15 are another number
    number = 0.1 + (1 + random().nextInt(9)) * Math.ulp(0.1);
    Document one = new Document();
    one.add(new LateInteractionField(IndexBuilder.TOKENS, new float[][] {new float[24]}));
    one.add(new StoredField("score", number));
    Document two = new Document();
    two.add(new StoredField("score", 1.5));
    two.add(new StoredField("score", 2.5));
    write(one, two);
  }

  /** Writes an index, and exports it. */
  private void write(Document... documents) throws IOException {
    IndexWriterConfig config =
        IndexBuilder.config(new PlaidDocValuesFormat())
            .setOpenMode(IndexWriterConfig.OpenMode.CREATE);
    try (Directory directory = FSDirectory.open(index);
        IndexWriter writer = new IndexWriter(directory, config)) {
      writer.addDocuments(List.of(documents));
    }
    assertEquals(err.toString(), 0, plaid("export", index, exported, "--force"));
  }

  private void assertImported(String... documents) throws IOException {
    Path imported = createTempDir().resolve("index");
    assertEquals(err.toString(), 0, plaid("import", exported, imported));
    assertEquals(List.of(documents), TestExchangeCommands.stored(imported));
  }

  public void testThereAndBack() throws IOException {
    assertImported("[id=0, score=" + number + "]", "[id=1, score=[1.5,2.5]]");
  }

  /** A field of whole numbers that are no doubles, and of doubles, becomes a column of text. */
  public void testLongs() throws IOException {
    for (long whole : new long[] {(1L << 53) + 1, 1L << 53}) {
      Document one = new Document();
      one.add(new LateInteractionField(IndexBuilder.TOKENS, new float[][] {new float[24]}));
      one.add(new StoredField("score", whole));
      Document two = new Document();
      two.add(new StoredField("score", number));
      boolean isText = whole % 2 == 1;
      write(one, two);
      assertImported(
          "[id=0, score=" + (isText ? whole : "class java.lang.Double" + (double) whole) + "]",
          "[id=1, score=" + (isText ? "" : "class java.lang.Double") + number + "]");
    }
  }

  /** A whole number that is no double makes the column one of text. */
  public void testImport() throws Exception {
    Path database = exported.resolve(MetadataDatabase.FILE);
    Files.delete(database);
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + database);
        Statement statement = connection.createStatement()) {
      statement.executeUpdate("CREATE TABLE METADATA (_subset_ INTEGER, id, text, score)");
      statement.executeUpdate("INSERT INTO METADATA VALUES (0, 'a', 'red', 9007199254740993)");
      try (PreparedStatement row =
          connection.prepareStatement("INSERT INTO METADATA VALUES (1, ?1, ?1, ?1)")) {
        row.setDouble(1, number);
        row.executeUpdate();
      }
    }
    assertImported(
        "[id=a, score=9007199254740993, text=red]",
        "[id=%s, score=%s, text=%s]".replace("%s", Double.toString(number)));
  }
}
