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

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Types and values of metadata, on the way in and out, and what is told of them. */
public class TestMetadataTypes extends ExchangeTestCase {

  private void assertThereAndBack(String... columns) throws Exception {
    run("import", source, index);
    if (random().nextBoolean()) {
      run("merge", index);
    }
    Path target = export();
    for (String column : columns) {
      assertEquals(column, values(source, column), values(target, column));
    }
    // Once more, from what was exported
    Path again = createTempDir().resolve("again");
    run("import", target, again);
    assertEquals(TestExchangeCommands.stored(index), TestExchangeCommands.stored(again));
  }

  private List<String> ids() throws IOException {
    List<String> ids = new ArrayList<>();
    for (String stored : TestExchangeCommands.stored(index)) {
      ids.add(stored.replaceAll(".*[\\[ ]id=([^,\\]]*).*", "$1"));
    }
    return ids;
  }

  public void testWholeNumbers() throws Exception {
    change(
        "ALTER TABLE METADATA ADD COLUMN id INTEGER",
        "ALTER TABLE METADATA ADD COLUMN text INTEGER",
        "UPDATE METADATA SET id = (_subset_ - 9) * 461168601842738790",
        "UPDATE METADATA SET text = 7 * _subset_ WHERE _subset_ <> 3");
    assertThereAndBack("id", "text");
    assertEquals("461168601842738790", ids().get(10));
  }

  public void testReals() throws Exception {
    change(
        "ALTER TABLE METADATA ADD COLUMN id REAL",
        "ALTER TABLE METADATA ADD COLUMN text REAL",
        "UPDATE METADATA SET id = _subset_ / 3.0, text = 1e300 * _subset_");
    assertThereAndBack("id", "text");
  }

  /** Whole numbers stay what they are when fractions are among them. */
  public void testWholeNumbersAmongFractions() throws Exception {
    change(
        "ALTER TABLE METADATA ADD COLUMN id INTEGER", "UPDATE METADATA SET id = _subset_ + 1000");
    run("import", source, index);
    change("ALTER TABLE METADATA DROP COLUMN id", "ALTER TABLE METADATA ADD COLUMN id REAL");
    change("UPDATE METADATA SET id = _subset_ + .5");
    run("import", source, index);
    List<String> values = values(export(), "id");
    assertEquals(List.of("text 1000", "text 1001"), values.subList(0, 2));
    assertEquals(List.of("text 0.5", "text 1.5"), values.subList(DOCUMENTS, DOCUMENTS + 2));
  }

  /** Numbers among texts are texts, as in other columns. */
  public void testTexts() throws Exception {
    change(
        "ALTER TABLE METADATA ADD COLUMN id TEXT",
        "ALTER TABLE METADATA ADD COLUMN text TEXT",
        "UPDATE METADATA SET id = _subset_ * 5, text = '' WHERE _subset_ % 2 = 0",
        "UPDATE METADATA SET id = 'x' || _subset_, text = '7' WHERE _subset_ % 2 = 1");
    assertThereAndBack("id", "text");
  }

  /** Ids that are made for documents without one are not exported in place of it. */
  public void testNone() throws Exception {
    boolean isText = random().nextBoolean();
    change(
        "ALTER TABLE METADATA ADD COLUMN id " + (isText ? "TEXT" : "INTEGER"),
        "UPDATE METADATA SET id = " + (isText ? "''" : "NULL") + " WHERE _subset_ % 3 = 0",
        "UPDATE METADATA SET id = 100 + _subset_ WHERE _subset_ % 3 = 1");
    assertThereAndBack("id");
    assertEquals(List.of("0", "101", "2", "3"), ids().subList(0, 4));
  }

  public void testMadeIdsAvoidOthers() throws Exception {
    change(
        "ALTER TABLE METADATA ADD COLUMN id TEXT",
        "UPDATE METADATA SET id = 'x' || _subset_ WHERE _subset_ > 4",
        "UPDATE METADATA SET id = '0' WHERE _subset_ = 1",
        "UPDATE METADATA SET id = '0~2' WHERE _subset_ = 2",
        "UPDATE METADATA SET id = '3~2' WHERE _subset_ = 4",
        "UPDATE METADATA SET id = '19' WHERE _subset_ = 6",
        "DELETE FROM METADATA WHERE _subset_ = 19");
    run("import", source, index);
    assertEquals(List.of("0~3", "0", "0~2", "3", "3~2", "x5", "19"), ids().subList(0, 7));
    assertEquals("19~2", ids().get(19));
    // Of another prefix they are free
    index = index.resolveSibling("other");
    run("import", source, index, "--id-prefix=p");
    assertEquals(List.of("p0", "0"), ids().subList(0, 2));
  }

  /** The message about a second id names the way out. */
  public void testSecondId() throws Exception {
    change("ALTER TABLE METADATA ADD COLUMN id TEXT", "UPDATE METADATA SET id = 'same'");
    String found = "the id same occurs for the second time (--prefix makes the column of ids";
    assertFails(1, found, "import", source, index);
    run("import", source, index, "--prefix=m.");
    assertEquals("17", ids().get(17));
  }

  public void testDocumentsWithoutMetadata() throws Exception {
    JsonNode json = json("import", source, index, "--json");
    assertEquals(0, json.get("documentsWithoutMetadata").intValue());
    change("DELETE FROM METADATA WHERE _subset_ IN (0, 3, 19)");
    Path second = index.resolveSibling("second");
    json = json("import", source, second, "--json");
    assertEquals(3, json.get("documentsWithoutMetadata").intValue());
    run("import", source, second, "--id-prefix=b");
    assertTrue(out.toString(), out.toString().contains(", 3 documents without metadata, in "));
  }

  /** Columns without values, and the tokenizer of the words, get lost. */
  public void testNotes() throws Exception {
    run("import", source, index);
    assertEquals("", err.toString());
    change(
        "ALTER TABLE METADATA_CONTENT ADD COLUMN blank INTEGER",
        "UPDATE METADATA_CONTENT SET note = NULL",
        "UPDATE _FTS_SETTINGS_ SET value = 'trigram' WHERE key = 'tokenizer'");
    run("import", source, index, "--id-prefix=b");
    String file = "plaid: " + source.resolve(MetadataDatabase.FILE);
    String columns = ": columns without any value become no fields: note, blank\n";
    String words = ": its index of words is made by the tokenizer trigram; an export makes one by";
    assertEquals(file + columns + file + words + " unicode61\n", err.toString());
  }

  /** SQLite ignores the case of A to Z only. */
  public void testCase() throws Exception {
    change(
        "ALTER TABLE METADATA ADD COLUMN \"\u00e4\" TEXT DEFAULT 'small'",
        "ALTER TABLE METADATA_CONTENT ADD COLUMN \"\u00c4\" TEXT DEFAULT 'large'");
    assertThereAndBack("\u00e4", "\u00c4");
    change("ALTER TABLE METADATA_CONTENT ADD COLUMN \"Lang\" TEXT");
    change("ALTER TABLE METADATA ADD COLUMN \"lANG\" TEXT");
    assertFails(1, "column Lang at byte 0: found it in two tables", "import", source, index);
  }

  /** Imported rows have all of their values, whatever they are parts of. */
  public void testParts() throws Exception {
    change(
        "ALTER TABLE METADATA ADD COLUMN id TEXT",
        "ALTER TABLE METADATA ADD COLUMN part_of TEXT",
        "UPDATE METADATA SET id = 'x' || _subset_, part_of = 'x0'",
        "UPDATE METADATA_CONTENT SET title = 'amber' WHERE title LIKE 'birch%'");
    assertThereAndBack("id", "part_of", "note", "title");
  }
}
