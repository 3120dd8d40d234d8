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
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.luceneplaid.testframework.SharedFolder;
import io.github.luceneplaid.testframework.TinyModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.lucene.document.Document;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;

/** A text of any kind and length is searchable as a whole, and a record is one hit. */
public class TestLongTexts extends CommandTestCase {
  /** Each kind of input, searched for its end. */
  public void testAllInputs() throws IOException {
    Path model = TinyModel.copyTo(createTempDir());
    String filler = "the blue river runs under trees ".repeat(30);
    Path folder = createTempDir();
    List<Path> files =
        List.of(
            Files.writeString(
                folder.resolve("a.jsonl"),
                "{\"id\":\"x\",\"text\":\""
                    + filler
                    + "moon\"}\n{\"id\":\"y\",\"text\":\"a river\"}"),
            Files.writeString(folder.resolve("a.lines"), filler + "moon\na river\n"),
            Files.writeString(
                folder.resolve("a.md"),
                "# T\n| " + filler.replace(" ", " | ") + "moon |\n# U\na river\n"),
            Files.writeString(
                folder.resolve("b.md"),
                "# T\n- " + filler.replace(" ", "\n- ") + "moon\n# U\na river\n"));
    for (Path file : files) {
      Path index = createTempDir().resolve("index");
      JsonNode indexed = json("index", file, "-o", index, "--model", model, "--json");
      int documents = indexed.get("documents").intValue();
      assertTrue(indexed.toString(), documents >= 2);
      assertTrue(indexed.toString(), indexed.get("passages").intValue() >= documents);
      assertEquals(0, plaid("search", index, "moon", "--model", model, "-k", 50));
      String found = out.toString();
      assertTrue(found, found.contains("[moon]"));
      // Of its passages, the record is one hit
      assertTrue(found, found.contains("  " + documents + ". "));
      assertFalse(found, found.contains("  " + (documents + 1) + ". "));
    }
    Path index = createTempDir().resolve("index");
    assertEquals(0, plaid("index", files.get(0), "-o", index, "--model", model));
    Object[] explain = {"explain", index, "--model", model, "--query", "moon"};
    for (Object[] choice : new Object[][] {{"--doc", "x"}, {"--hit", 1}}) {
      assertEquals(0, plaid(with(with(explain, choice[0]), choice[1])));
      assertTrue(out.toString(), out.toString().contains("[moon]"));
    }
    assertFails(1, "the query has 2 hits", with(with(explain, "--hit"), 3));
  }

  /** A title that is too long for each part is a field of each part. */
  public void testLongTitle() throws IOException {
    Path model = TinyModel.copyTo(createTempDir());
    String title = "red cat ".repeat(30).strip();
    Path file =
        Files.writeString(
            createTempDir().resolve("a.jsonl"),
            "{\"title\":\"" + title + "\",\"text\":\"" + "a river ".repeat(200) + "moon\"}\n");
    Path index = createTempDir().resolve("index");
    JsonNode indexed = json("index", file, "-o", index, "--model", model, "--json");
    int passages = indexed.get("passages").intValue();
    assertTrue(indexed.toString(), passages > 2);
    try (Directory directory = FSDirectory.open(index);
        DirectoryReader reader = DirectoryReader.open(directory)) {
      int first = 0;
      for (int doc = 0; doc < passages; doc++) {
        Document document = reader.storedFields().document(doc);
        assertEquals(title, document.get(IndexBuilder.TITLE));
        first += document.get(IndexBuilder.TEXT).startsWith("red cat") ? 1 : 0;
      }
      assertTrue("the title starts the text once", 0 < first && first < passages);
    }
  }

  /** Long titles and values are stored once, found by each part, and shown as a whole. */
  public void testLongValues() throws IOException {
    Path model = TinyModel.copyTo(createTempDir());
    String title = "x".repeat(999) + "\ud83d\udc3b" + "y".repeat(10_000);
    String value = "v".repeat(10_000);
    Path folder = createTempDir();
    Path file =
        Files.writeString(
            folder.resolve("a.jsonl"),
            "{\"id\":\"r\",\"title\":\""
                + title
                + "\",\"text\":\""
                + "a river ".repeat(200)
                + "moon\",\"s\":\""
                + value
                + "\",\"t\":\"short\",\"n\":7}\n");
    Path index = folder.resolve("index");
    JsonNode indexed = json("index", file, "-o", index, "--model", model, "--json");
    int passages = indexed.get("passages").intValue();
    assertTrue(indexed.toString(), passages > 2);
    try (Directory directory = FSDirectory.open(index);
        DirectoryReader reader = DirectoryReader.open(directory)) {
      for (int doc = 0; doc < passages; doc++) {
        Document document = reader.storedFields().document(doc);
        assertEquals(doc == 0 ? title : "x".repeat(999), document.get(IndexBuilder.TITLE));
        assertEquals(doc == 0 ? value : null, document.get("s"));
        assertEquals("short", document.get("t"));
        assertEquals(7L, document.getField("n").numericValue());
        assertTrue(document.get(IndexBuilder.TEXT).length() < (doc == 0 ? 20_000 : 2000));
        document = new WholeDocuments(reader).get(doc);
        assertEquals(title, document.get(IndexBuilder.TITLE));
        assertEquals(value, document.get("s"));
        assertEquals(1, document.getFields("s").length);
      }
      IndexSearcher searcher = new IndexSearcher(reader);
      for (String filter : List.of("s:" + value, "title:" + title)) {
        assertEquals(passages, searcher.count(FilterParser.parse(filter, reader)));
      }
    }
    Object[] search = {"search", index, "moon", "--model", model, "--json"};
    assertEquals(title, json(search).get("hits").get(0).get("title").textValue());
    String[] unchanged = {"update", index.toString(), "--model", model.toString(), "--json"};
    Files.writeString(file, " " + Files.readString(file));
    JsonNode updated = json((Object[]) unchanged);
    assertEquals(updated.toString(), 0, updated.get("passages").intValue());

    // There and back
    Path export = folder.resolve("export");
    assertEquals(err.toString(), 0, plaid("export", index, export));
    Path back = folder.resolve("back");
    assertEquals(err.toString(), 0, plaid("import", export, back));
    try (Directory directory = FSDirectory.open(back);
        DirectoryReader reader = DirectoryReader.open(directory)) {
      assertEquals(passages, reader.numDocs());
      for (int doc = 0; doc < passages; doc++) {
        Document document = reader.storedFields().document(doc);
        assertEquals(title, document.get(IndexBuilder.TITLE));
        assertEquals(value, document.get("s"));
      }
    }
  }

  /** A long heading is the title of the first passage below it, and starts those of the others. */
  public void testLongHeading() {
    String heading = "h".repeat(2000);
    String paragraph = "word ".repeat(PassageCutter.WORDS).strip();
    List<Passage> passages =
        PassageCutter.cut("a.md", "# " + heading + ("\n\n" + paragraph).repeat(3), true);
    assertEquals(3, passages.size());
    assertEquals(heading, passages.get(0).title());
    assertEquals("h".repeat(1000), passages.get(1).title());
    assertEquals("h".repeat(1000), passages.get(2).title());
  }

  /** Punctuation that fills a whole part does not hide the text after it. */
  public void testPunctuationBeforeText() throws IOException {
    Path model = TinyModel.copyTo(createTempDir());
    Path file = createTempDir().resolve("a.lines");
    Files.writeString(file, "=".repeat(300) + " red moon\na river\n");
    Path index = createTempDir().resolve("index");
    JsonNode indexed = json("index", file, "-o", index, "--model", model, "--json");
    assertEquals(2, indexed.get("documents").intValue());
    assertEquals(0, plaid("search", index, "moon", "--model", model));
    assertTrue(out.toString(), out.toString().contains("red [moon]"));
  }

  /** Headings without text of their own are searchable. */
  public void testHeadings() throws IOException {
    Path model = TinyModel.copyTo(createTempDir());
    Path file = createTempDir().resolve("a.md");
    Files.writeString(file, "# The river\n\n## Trees\n\nA blue cat.\n\n# Red moon\n");
    Path index = createTempDir().resolve("index");
    assertEquals(err.toString(), 0, plaid("index", file, "-o", index, "--model", model));
    for (String[] pair : new String[][] {{"river", "[river] / Trees"}, {"moon", "Red [moon]"}}) {
      assertEquals(0, plaid("search", index, pair[0], "--model", model));
      assertTrue(out.toString(), out.toString().contains(pair[1]));
    }
  }

  /** As many records as asked for, however many passages the first ones have. */
  public void testManyRecords() throws IOException {
    Path model = TinyModel.copyTo(createTempDir());
    StringBuilder lines = new StringBuilder();
    int records = 12;
    for (int i = 0; i < records; i++) {
      lines.append("red cat ".repeat(i % 3 == 0 ? 200 : 3)).append('\n');
    }
    Path folder = createTempDir();
    Path file = Files.writeString(folder.resolve("lines"), lines);
    Path index = folder.resolve("index");
    JsonNode indexed = json("index", file, "-o", index, "--model", model, "--json");
    assertEquals(records, indexed.get("documents").intValue());
    for (int k : new int[] {1, 5, records, records + 5}) {
      JsonNode hits =
          json("search", index, "red cat", "--model", model, "-k", k, "--json").get("hits");
      Set<String> ids = new HashSet<>();
      hits.forEach(hit -> ids.add(hit.get("id").textValue()));
      assertEquals(Math.min(k, records), ids.size());
      assertEquals(ids.size(), hits.size());
    }

    // By way of arrays, too
    Path tokens = folder.resolve("tokens");
    assertEquals(0, plaid("encode", file, "-o", tokens, "--model", model));
    Path other = folder.resolve("other");
    JsonNode again = json("index", tokens.resolve("tokens.npy"), "-o", other, "--json");
    assertEquals(records, again.get("documents").intValue());
    assertEquals(indexed.get("passages"), again.get("passages"));
    assertEquals(indexed.get("tokens"), again.get("tokens"));
    JsonNode hits =
        json("search", other, "red cat", "--model", model, "-k", 9, "--json").get("hits");
    assertEquals(9, hits.size());
  }

  /** With {@code --truncate} each record gives one text, and the number of cut ones is noted. */
  public void testTruncate() throws IOException {
    Path model = TinyModel.copyTo(createTempDir());
    Path folder = createTempDir();
    Path file = folder.resolve("lines");
    Files.writeString(file, "red cat\n" + "red cat sleeps ".repeat(200) + "\n");
    Path tokens = folder.resolve("tokens");
    assertEquals(0, plaid("encode", file, "-o", tokens, "--model", model));
    int[] parts =
        new ObjectMapper().readValue(tokens.resolve("doclens.json").toFile(), int[].class);
    assertTrue(parts.length > 2);
    assertEquals(0, plaid("encode", "--force", "--truncate", file, "-o", tokens, "--model", model));
    assertTrue(err.toString(), err.toString().contains("1 text cut to what the model sees"));
    int[] lengths =
        new ObjectMapper().readValue(tokens.resolve("doclens.json").toFile(), int[].class);
    assertEquals(2, lengths.length);
    assertEquals(parts[0], lengths[0]);
    assertTrue(lengths[1] >= parts[1]);
    assertFalse(Files.exists(tokens.resolve("records.json")));
  }

  /** The part of a query that the model does not see is noted. */
  public void testLongQuery() throws IOException {
    Path model = TinyModel.copyTo(createTempDir());
    Path folder = createTempDir();
    Path file = Files.writeString(folder.resolve("lines"), "red cat\n");
    Path index = folder.resolve("index");
    assertEquals(0, plaid("index", file, "-o", index, "--model", model));
    String fits = "red ".repeat(30);
    for (Object[] command :
        new Object[][] {
          {"search", index, "--model", model},
          {"explain", index, "--model", model, "--hit", 1, "--query"}
        }) {
      assertEquals(0, plaid(with(command, fits)));
      assertEquals("", err.toString());
      assertEquals(0, plaid(with(command, fits + "moon tail")));
      String message = err.toString();
      assertTrue(
          message, message.contains("is too long for the model: left out from \"moon tail\""));
      assertEquals(1, message.lines().count());
    }
  }

  private static Object[] with(Object[] command, Object last) {
    List<Object> all = new ArrayList<>(List.of(command));
    all.add(last);
    return all.toArray();
  }

  /** The inputs that were reported. */
  public void testShared() throws IOException {
    Path cases = SharedFolder.of("cases");
    Path index = createTempDir().resolve("index");
    assertEquals(0, plaid("index", cases.resolve("long.jsonl"), "-o", index));
    JsonNode hits =
        json("search", index, "purple elephant escaped zoo Lisbon", "--json").get("hits");
    assertEquals("long", hits.get(0).get("id").textValue());
    assertEquals(2, hits.size());
    assertEquals(0, plaid("index", cases.resolve("timetable.md"), "-o", index, "--force"));
    assertEquals(0, plaid("search", index, "lighthouse F99 23:55"));
    assertTrue(out.toString(), out.toString().contains("[Lighthouse] [F99]"));
    JsonNode brackets =
        json("index", cases.resolve("brackets.md"), "-o", index, "--force", "--json");
    assertEquals(1, brackets.get("documents").intValue());
  }
}
