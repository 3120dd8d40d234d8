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
import io.github.luceneplaid.plaid.PlaidDocValuesFormat;
import io.github.luceneplaid.plaid.TokenPooling;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.FieldInfos;
import org.apache.lucene.index.IndexableField;
import org.apache.lucene.index.MultiDocValues;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.util.IOUtils;

/**
 * Indexes that the command made, each in a zip beside this class, with what was read from it then.
 * The command of today reads the same, and goes on with the index. So the names of fields and the
 * keys of commits keep their meaning.
 */
public class TestKeptIndex extends ChangeTestCase {
  private static final String LINES = "lines.txt";

  /** Where the texts of the kept indexes were. Nothing is there when they are read. */
  private static final Path NOTES = Path.of("/tmp/plaid-kept-notes");

  private static final List<String> QUERIES = List.of("red cat", "blue river", "sun over house");

  private static String zip(int number) {
    return "kept-index/" + number + ".zip";
  }

  private static int zips() {
    int number = 0;
    while (TestKeptIndex.class.getResource(zip(number)) != null) {
      number++;
    }
    return number;
  }

  /** Writes an index with everything that the command keeps. */
  private void make(Path notes) throws IOException {
    Charset latin = StandardCharsets.ISO_8859_1;
    Path texts = Files.createDirectories(notes.resolve("texts"));
    Files.writeString(texts.resolve("a.md"), "# Réd\nred cat runs\n# Blue\nblue river\n", latin);
    Files.writeString(texts.resolve("b.txt"), "green tree, green stone\nbird sing\n", latin);
    Files.writeString(texts.resolve("c.txt"), "moon sleeps\n", latin);
    Path records = notes.resolve("r.jsonl");
    String longText = "the sun runs over the house. ".repeat(60);
    Files.writeString(
        records,
        """
        {"id": "one", "title": "First", "text": "red dog", "year": 1950, "open": true, "by": {"name": "A"}}
        {"id": "two", "text": "blue dog", "year": 1960, "score": 0.5, "tags": ["x", "y"]}
        {"id": "long", "title": "Sun", "text": "LONG", "year": 1970}
        """
            .replace("LONG", longText));
    String[] options = {
      "--bits=2", "--raw=float16", "--training-threshold=64", "--pool-factor=2", "--encoding=latin1"
    };
    run(concat(with("index", texts, "-o", index), (Object[]) options));
    run(with("add", index, records, "--encoding=utf-8"));
    run("delete", index, "--id", "c.txt#1");
    run("delete", index, "--id", "a.md#2");
  }

  /** What the command finds in the index, a line for each value. */
  private List<String> read() throws IOException {
    List<String> lines = new ArrayList<>();
    try (Directory directory = FSDirectory.open(index);
        DirectoryReader reader = DirectoryReader.open(directory)) {
      IndexSettings settings = IndexSettings.of(reader);
      TokenPooling pooling = settings.pooling();
      lines.add("bits " + ((PlaidDocValuesFormat) settings.format()).bits().getAsInt());
      lines.add("pooling " + pooling.factor() + " " + pooling.protectedTokens());
      settings.emptied().forEach(file -> lines.add("emptied " + file.path() + " " + file.hash()));
      settings.data().forEach((key, value) -> lines.add("key " + key + " " + value));
      for (int doc = 0; doc < reader.maxDoc(); doc++) {
        for (IndexableField field : reader.storedFields().document(doc)) {
          lines.add("document " + doc + " " + field.name() + " " + field.stringValue());
        }
      }
      for (String field : List.of(SourceFile.HASH, SourceFile.TIME, SourceFile.SIZE)) {
        var values = MultiDocValues.getNumericValues(reader, field);
        while (values.nextDoc() < reader.maxDoc()) {
          lines.add("value " + values.docID() + " " + field + " " + values.longValue());
        }
      }
    }
    for (String query : QUERIES) {
      lines.add("hits of " + query + ": " + hits(query));
    }
    lines.add("hits with filter: " + hits("red", "--filter", "year:[1950 TO 1960] AND by.name:A"));
    lines.add("hits of words: " + hits("dog", "--words", "--filter", "open:true OR tags:x"));
    return lines;
  }

  /** The best hit and, sorted, all of them. */
  private String hits(String query, Object... more) throws IOException {
    List<String> ids = new ArrayList<>();
    JsonNode found = json(concat(with("search", index, query, "-k50", "--json"), more));
    found.get("hits").forEach(hit -> ids.add(hit.get("id").textValue()));
    return ids.isEmpty() ? "none" : ids.get(0) + " of " + new TreeSet<>(ids);
  }

  /** Names of fields and keys of the commit. */
  private Set<String> names() throws IOException {
    Set<String> names = new TreeSet<>();
    try (Directory directory = FSDirectory.open(index);
        DirectoryReader reader = DirectoryReader.open(directory)) {
      FieldInfos.getMergedFieldInfos(reader).forEach(field -> names.add("field " + field.name));
      reader.getIndexCommit().getUserData().keySet().forEach(key -> names.add("key " + key));
    }
    return names;
  }

  /** The newest kept index has all that is kept today. If it has not, the next one is written. */
  public void testNamesOfToday() throws IOException {
    make(folder.resolve("notes"));
    Set<String> today = names();
    int zips = zips();
    if (zips > 0) {
      index = folder.resolve("kept");
      unzip(zips - 1);
    }
    if (zips == 0 || today.equals(names()) == false) {
      index = folder.resolve("new");
      Path made = Path.of(System.getProperty("java.io.tmpdir"), zips + ".zip");
      try {
        make(NOTES);
        zip(made, String.join("\n", read()) + "\n");
      } finally {
        IOUtils.rm(NOTES); // Kept indexes expect nothing there
      }
      fail("add " + made.toAbsolutePath() + " to the resources of the tests as " + zip(zips));
    }
  }

  private void zip(Path made, String lines) throws IOException {
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(made));
        Stream<Path> files = Files.list(index)) {
      for (Path file : files.sorted().toList()) {
        if (file.endsWith("write.lock") == false) {
          put(zip, file.getFileName().toString(), Files.readAllBytes(file));
        }
      }
      put(zip, LINES, lines.getBytes(StandardCharsets.UTF_8));
    }
  }

  private static void put(ZipOutputStream zip, String name, byte[] bytes) throws IOException {
    ZipEntry entry = new ZipEntry(name);
    entry.setTime(0);
    zip.putNextEntry(entry);
    zip.write(bytes);
    zip.closeEntry();
  }

  /** Unpacks an index; returns what was read from it. */
  private List<String> unzip(int number) throws IOException {
    List<String> lines = List.of();
    Files.createDirectories(index);
    try (InputStream in = getClass().getResourceAsStream(zip(number));
        ZipInputStream zip = new ZipInputStream(in)) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        byte[] bytes = zip.readAllBytes();
        if (entry.getName().equals(LINES)) {
          lines = new String(bytes, StandardCharsets.UTF_8).lines().toList();
        } else {
          Files.write(index.resolve(entry.getName()), bytes);
        }
      }
    }
    return lines;
  }

  public void testAll() throws IOException {
    for (int number = 0; number < zips(); number++) {
      index = folder.resolve("kept-" + number);
      assertEquals(String.join("\n", unzip(number)), String.join("\n", read()));
      run("check", "--deep", index);
      goOn();
    }
    assertTrue(zips() > 0);
  }

  /** Adds, deletes and merges. */
  private void goOn() throws IOException {
    Set<String> before = names();
    assertFails(1, NOTES.resolve("texts") + ": the folder is not there", with("update", index));
    Path more =
        write("more.jsonl", "{\"id\": \"three\", \"text\": \"red dog sleeps\", \"year\": 9}");
    run(with("add", index, more));
    assertTrue(hits("red dog sleeps").startsWith("three of "));
    Map<String, Integer> files = Map.of("texts/b.txt", 1, "r.jsonl", 3);
    for (Map.Entry<String, Integer> file : files.entrySet()) {
      JsonNode deleted = json("delete", index, "--file", NOTES.resolve(file.getKey()), "--json");
      assertEquals(deleted.toString(), (int) file.getValue(), deleted.get("deleted").intValue());
    }
    run("merge", index);
    run("check", "--deep", index);
    assertEquals(List.of("a.md#1", "three"), ids());
    Set<String> after = names();
    assertTrue(after + ", before " + before, before.containsAll(after));
  }
}
