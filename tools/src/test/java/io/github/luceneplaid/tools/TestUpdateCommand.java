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
import java.net.URI;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.lucene.util.Constants;
import org.apache.lucene.util.IOUtils;

/** {@code plaid update} makes an index equal to a new one. */
public class TestUpdateCommand extends ChangeTestCase {

  private void assertCounts(JsonNode update, int added, int changed, int removed, int unchanged) {
    String text = update.toString();
    assertEquals(text, added, update.get("added").size());
    assertEquals(text, changed, update.get("changed").size());
    assertEquals(text, removed, update.get("removed").size());
    assertEquals(text, unchanged, update.get("unchanged").asInt());
  }

  private JsonNode update(Object... more) throws IOException {
    return json(concat(with("update", index, "--json"), more));
  }

  public void testUpdate() throws IOException {
    write("docs/a.md", "# red\nred cat\n# blue\nblue river\n");
    write("docs/sub/b.md", "the dogs\n");
    write("docs/c.txt", "a cat\n");
    Path lines = write("lines.log", "red\nblue\n");
    Path docs = folder.resolve("docs");
    run(with("index", docs, lines, "-o", index));
    String before = version();
    JsonNode nothing = update();
    assertCounts(nothing, 0, 0, 0, 4);
    assertEquals(0, nothing.get("tokens").asInt());
    assertEquals(before, version());

    write("docs/a.md", "# red\nred cat\n# blue\nblue moon\n");
    write("docs/new.md", "the river\n");
    Files.delete(docs.resolve("c.txt"));
    write("docs/.hidden.md", "cat\n");
    write("docs/empty.md", "\n");
    run(with("update", index, "--dry-run"));
    assertEquals(
        List.of(
            "added\t" + docs.resolve("new.md"),
            "changed\t" + docs.resolve("a.md"),
            "removed\t" + docs.resolve("c.txt")),
        out.toString().lines().limit(3).toList());
    assertTrue(
        out.toString(),
        out.toString().contains(index + ": 1 added, 1 changed, 1 removed, 2 unchanged, in "));
    assertEquals(before, version());
    JsonNode update = update();
    assertCounts(update, 1, 1, 1, 2);
    assertEquals(2, update.get("records").asInt());
    assertEquals(
        List.of(
            "1=red",
            "2=blue",
            "a.md#1=red\nred cat",
            "a.md#2=blue\nblue moon",
            "new.md#1=new\nthe river",
            "sub/b.md#1=sub/b\nthe dogs"),
        documents());
    assertCounts(update(), 0, 0, 0, 4);
    // Files that were named themselves may go, too
    Files.delete(lines);
    assertCounts(update(), 0, 0, 1, 3);
    assertEquals(4, documents().size());
    assertCounts(update(), 0, 0, 0, 3);
    run("check", index);
  }

  /** A file that was only touched is not encoded again, and its hash is computed only once. */
  public void testTouched() throws IOException {
    Path file = write("docs/a.md", "red cat\n");
    run(with("index", folder.resolve("docs"), "-o", index));
    Files.setLastModifiedTime(file, FileTime.fromMillis(12_345_678));
    assertCounts(update(), 0, 0, 0, 1);
    String before = version();
    assertCounts(update(), 0, 0, 0, 1);
    assertEquals(before, version());
    // Not read, because time and size are unchanged
    Files.writeString(file, "big cat\n");
    Files.setLastModifiedTime(file, FileTime.fromMillis(12_345_678));
    assertCounts(update(), 0, 0, 0, 1);
    write("docs/a.md", "blue cat\n");
    assertCounts(update(), 0, 1, 0, 0);
    assertEquals(List.of("a.md#1=a\nblue cat"), documents());
  }

  /** Only the changed records of a changed file are encoded. */
  public void testRecordsThatStay() throws IOException {
    String words = "{\"id\":\"long\",\"title\":\"t\",\"text\":\"" + "red cat ".repeat(300) + "\"}";
    String moved = "{\"id\":\"moved\",\"text\":\"blue\"}";
    Path file = write("a.jsonl", words + "\n{\"id\":\"short\",\"text\":\"cat\"}");
    Path other = write("b.jsonl", moved + "\n{\"id\":\"gone\",\"text\":\"blue\"}");
    run(with("index", file, other, "-o", index));
    List<String> before = documents();
    write("a.jsonl", Files.readString(file) + "\n" + moved);
    write("b.jsonl", "{\"text\":\"the dogs sleeps\"}");
    JsonNode update = update();
    assertCounts(update, 0, 2, 0, 0);
    assertEquals(2, update.get("records").asInt());
    assertEquals(5, update.get("tokens").asInt());
    List<String> after = new ArrayList<>(before);
    after.remove("gone=blue");
    after.add(0, "b.jsonl:1=the dogs sleeps");
    assertEquals(after, documents());
    // Not encoded, so that no model is needed
    write("a.jsonl", words);
    write("b.jsonl", moved);
    run("update", index, "--dry-run");
    assertFails(2, "its tokens are of the model", "update", index);
    write("b.jsonl", "");
    // A record that has to be cut is compared after it was cut
    update = update();
    assertEquals(0, update.get("records").asInt());
    assertCounts(update, 0, 2, 0, 0);
    after.removeIf(document -> document.startsWith("long") == false);
    assertEquals(after, documents());
    write("a.jsonl", words.replace("\"t\"", "\"u\""));
    assertEquals(1, update().get("records").asInt());
    assertTrue(documents().toString(), documents().get(0).startsWith("long#2=u\n"));
    run("merge", index);
    assertCounts(update(), 0, 0, 0, 1);
  }

  /** The other fields of records count like their texts. */
  public void testFields() throws IOException {
    String stays = "{\"id\":\"a\",\"text\":\"red\",\"year\":1990,\"tags\":[\"x\",\"y\"]}\n";
    String changes = "{\"id\":\"b\",\"text\":\"red\",\"year\":1990}\n";
    Path file = write("a.jsonl", stays + changes);
    run(with("index", file, "-o", index));
    write("a.jsonl", stays + changes.replace("1990", "2000"));
    assertEquals(1, update().get("records").asInt());
    run(with("search", index, "red", "--filter", "year:[1995 TO 2005]"));
    assertTrue(out.toString(), out.toString().contains("  b\n"));
    assertFalse(out.toString(), out.toString().contains("  a\n"));
    String before = version();
    write("a.jsonl", stays + changes.replace("1990", "\"unknown\""));
    assertFails(1, "record b: year: found unknown, expected whole numbers", with("update", index));
    assertEquals(before, version());
  }

  /** After any changes of files, the index equals a new one. */
  public void testRandomChanges() throws IOException {
    Path docs = Files.createDirectory(folder.resolve("docs"));
    for (int i = 0; i < 4; i++) {
      change(docs);
    }
    run(with("index", docs, "-o", index));
    Path fresh = folder.resolve("fresh");
    Path updated = index;
    for (int i = 0; i < 4; i++) {
      for (int j = random().nextInt(4); j >= 0; j--) {
        change(docs);
      }
      run(with("update", updated));
      run("merge", updated);
      run(with("index", docs, "-o", fresh, "--force", "--merge"));
      List<String> documents = documents();
      String tokens = tokens();
      index = fresh;
      assertEquals(documents(), documents);
      assertEquals(tokens(), tokens);
      index = updated;
      run(with("update", updated));
      assertTrue(out.toString(), out.toString().contains(": 0 added, 0 changed, 0 removed, "));
    }
    run("check", index);
  }

  private String tokens() throws IOException {
    JsonNode statistics = json("info", index, "--json").at("/tokenFields/tokens/0/statistics");
    return statistics.get("documents") + " documents, " + statistics.get("tokens") + " tokens";
  }

  /** Writes or deletes one of a few files; there is always one. */
  private void change(Path docs) throws IOException {
    int n = random().nextInt(5);
    write("docs/always.md", "red\n");
    if (random().nextInt(4) == 0) {
      Files.deleteIfExists(docs.resolve("f" + n + ".md"));
      Files.deleteIfExists(docs.resolve("f" + n + ".jsonl"));
      return;
    }
    StringBuilder prose = new StringBuilder();
    StringBuilder records = new StringBuilder();
    for (int i = random().nextInt(5); i > 0; i--) {
      String text = "red cat ".repeat(1 << random().nextInt(8)) + random().nextInt(3);
      prose.append("# h\n").append(text).append("\n");
      String id = n + "-" + random().nextInt(1000);
      records.append("{\"id\":\"").append(id).append("\",\"text\":\"").append(text).append("\"}\n");
    }
    write("docs/f" + n + ".md", prose.toString());
    Path file = docs.resolve("f" + n + ".jsonl");
    String before = Files.exists(file) && random().nextBoolean() ? Files.readString(file) : "";
    write("docs/f" + n + ".jsonl", before + unique(before, records.toString()));
  }

  /** Leaves out records whose ids are there already. */
  private static String unique(String before, String records) {
    Set<String> ids = new HashSet<>();
    before.lines().forEach(line -> ids.add(line.substring(0, line.indexOf(','))));
    StringBuilder result = new StringBuilder();
    records
        .lines()
        .filter(line -> ids.add(line.substring(0, line.indexOf(','))))
        .forEach(line -> result.append(line).append("\n"));
    return result.toString();
  }

  /** The model is needed only if there is something to encode. */
  public void testModelOnlyIfNeeded() throws IOException {
    write("docs/a.md", "red cat\n");
    Path second = write("docs/b.md", "red dogs\n");
    run(with("index", folder.resolve("docs"), "-o", index));
    Files.delete(second);
    run("update", index);
    assertEquals(List.of("a.md#1=a\nred cat"), documents());
    write("docs/a.md", "blue cat\n");
    String before = version();
    assertFails(2, "its tokens are of the model " + model, "update", index);
    assertEquals(before, version());
  }

  /** Ids that are given move with the records, and stay unique. */
  public void testIds() throws IOException {
    Path docs = folder.resolve("docs");
    write("docs/a.jsonl", "{\"id\":\"x\",\"text\":\"red\"}\n{\"id\":\"y\",\"text\":\"cat\"}");
    write("docs/b.jsonl", "{\"id\":\"z\",\"text\":\"blue\"}");
    run(with("index", docs, "-o", index));
    // From one changed file to another
    write("docs/a.jsonl", "{\"id\":\"x\",\"text\":\"red\"}");
    write("docs/b.jsonl", "{\"id\":\"z\",\"text\":\"blue\"}\n{\"id\":\"y\",\"text\":\"cat\"}");
    assertCounts(update(), 0, 2, 0, 0);
    assertEquals(List.of("x=red", "y=cat", "z=blue"), documents());
    String before = version();
    Path clash =
        write("docs/c.jsonl", "{\"id\":\"w\",\"text\":\"a\"}\n{\"id\":\"y\",\"text\":\"a\"}");
    assertFails(
        1,
        clash + ":2: the id y is in " + index + " already, from " + docs.resolve("b.jsonl"),
        with("update", index));
    assertEquals(before, version());
    // A file that is no text fails as a whole, too
    Files.write(clash, new byte[] {'a', 0, 'b'});
    assertFails(1, clash + ": expected text, found", with("update", index));
    assertEquals(before, version());
  }

  /** Files keep the names that their ids are made of; new ones get others. */
  public void testNames() throws IOException {
    Path one = write("one/readme.md", "red\n").getParent();
    Path two = write("two/readme.md", "blue\n").getParent();
    run(with("index", one, two, "-o", index));
    assertEquals(List.of(one + "/readme.md#1", two + "/readme.md#1"), ids());
    write("one/readme.md", "red cat\n");
    assertCounts(update(), 0, 1, 0, 1);
    write("two/other.md", "moon\n");
    write("one/sub/other.md", "river\n");
    assertCounts(update(), 2, 0, 0, 2);
    Path three = write("three/other.md", "cat\n").getParent();
    assertCounts(update(three), 1, 0, 0, 0);
    assertEquals(
        List.of(
            one + "/readme.md#1",
            three + "/other.md#1",
            two + "/readme.md#1",
            "other.md#1",
            "sub/other.md#1"),
        ids());
  }

  /** Only named files and folders are read; new ones are also read by later updates. */
  public void testNamed() throws IOException {
    Path docs = folder.resolve("docs");
    Path first = write("docs/a.txt", "red\n\ncat\n");
    Path second = write("docs/b.md", "blue\n");
    run(with("index", docs, "-o", index));
    write("docs/a.txt", "red\n\ndogs\n");
    write("docs/b.md", "blue moon\n");
    assertCounts(update(first), 0, 1, 0, 0);
    // It is prose as before, although files that are named are of lines
    assertEquals(List.of("a.txt#1=a\nred dogs", "b.md#1=b\nblue"), documents());
    Path other = write("other/c.md", "river\n");
    assertCounts(update(other), 1, 0, 0, 0);
    write("other/c.md", "the river\n");
    Files.delete(second);
    assertCounts(update(second), 0, 0, 1, 0);
    assertCounts(update(), 0, 1, 0, 1);
    assertEquals(List.of("a.txt#1=a\nred dogs", "c.md#1=c\nthe river"), documents());
    Path none = folder.resolve("none");
    assertFails(1, "INPUT " + none + ": no such file or folder", with("update", index, none));
  }

  /** Text stays prose, or of lines, whether its file is named or found in a folder. */
  public void testProseAndLines() throws IOException {
    Path docs = folder.resolve("docs");
    Path prose = write("docs/a.txt", "red\ncat\n");
    run(with("index", docs, "-o", index));
    write("docs/a.txt", "blue\ncat\n");
    run(with("add", index, prose, "--replace"));
    assertEquals(List.of("a.txt#1=a\nblue cat"), documents());
    write("docs/a.txt", "blue\ndogs\n");
    assertCounts(update(), 0, 1, 0, 0);
    assertEquals(List.of("a.txt#1=a\nblue dogs"), documents());

    Path lines = write("more/b.txt", "red\ncat\n");
    Path others = write("more/c.txt", "red\ncat\n");
    run(with("index", lines, "-o", index, "--force"));
    run(with("add", index, others));
    run("delete", index, "--id", "c.txt:1");
    write("more/b.txt", "blue\ncat\n");
    write("more/c.txt", "blue\nriver\n");
    write("more/d.txt", "blue\nmoon\n");
    run(with("add", index, lines.getParent(), "--replace"));
    List<String> documents =
        List.of("1=blue", "2=cat", "c.txt:1=blue", "c.txt:2=river", "d.txt#1=d\nblue moon");
    assertEquals(documents, documents());
    // A file without records counts as a new one
    write("more/b.txt", "\n");
    write("more/c.txt", "\n");
    assertCounts(update(), 0, 2, 0, 1);
    assertEquals(documents.subList(4, 5), documents());
    write("more/c.txt", "blue\nriver\n");
    run(with("update", index));
    assertEquals(documents.subList(2, 5), documents());
  }

  /** If a whole folder is missing, nothing is deleted, because its disk may not be mounted. */
  public void testMissingFolder() throws IOException {
    Path docs = write("docs/a.md", "red\n").getParent();
    Path lines = write("more/lines", "cat\n");
    run(with("index", docs, lines, "-o", index));
    String before = version();
    Files.move(docs, folder.resolve("elsewhere"));
    assertFails(
        1,
        docs + ": the folder is not there, 1 file of it in " + index + "; make it available, or",
        with("update", index));
    assertEquals(before, version());
    assertCounts(update(lines), 0, 0, 0, 1);
    run("delete", index, "--file", docs);
    assertCounts(update(), 0, 0, 0, 1);
    IOUtils.rm(lines.getParent());
    assertFails(1, lines.getParent() + ": the folder is not there", with("update", index));
    assertEquals(List.of("1=cat"), documents());
  }

  /** An empty folder may be one that a disk is mounted in at other times. */
  public void testEmptyFolder() throws IOException {
    Path docs = write("docs/a.md", "red\n").getParent();
    write("docs/sub/b.md", "cat\n");
    Path file = write("more/c.md", "blue\n");
    run(with("index", docs, file, "-o", index));
    String before = version();
    Files.move(docs, folder.resolve("elsewhere"));
    write("docs/image.png", "");
    assertFails(
        1,
        docs + ": no texts are left in the folder, 2 files of it in " + index + "; make it",
        with("update", index));
    assertEquals(before, version());
    assertCounts(update(file), 0, 0, 0, 1);
    // All may be renamed
    write("docs/d.md", "moon\n");
    assertCounts(update(), 1, 0, 2, 1);
    Files.delete(file);
    assertFails(
        1,
        file.getParent() + ": the folder is empty, 1 file of it in " + index,
        with("update", index));
    write("more/image.png", "");
    assertCounts(update(), 0, 0, 1, 1);
  }

  /** Added files are updated, too; standard input cannot be. */
  public void testAfterAdd() throws IOException {
    run(with("index", write("a.jsonl", "{\"id\":\"x\",\"text\":\"red\"}"), "-o", index));
    write("docs/b.md", "blue\n");
    run(with("add", index, folder.resolve("docs")));
    write("docs/b.md", "blue moon\n");
    write("docs/c.md", "cat\n");
    assertCounts(update(), 1, 1, 0, 1);
    assertEquals(List.of("b.md#1=b\nblue moon", "c.md#1=c\ncat", "x=red"), documents());
  }

  /** Records stay in the index if their file is no longer valid, or seems to be something else. */
  public void testBrokenRecords() throws IOException {
    String first = "[{\"id\":\"a\",\"text\":\"red\"},\n";
    String second = "{\"id\":\"b\",\"text\":\"blue\"}]";
    Path file = write("docs/d.json", first + second);
    write("docs/a.md", "cat\n");
    run(with("index", file.getParent(), "-o", index));
    String before = version();
    write("docs/d.json", first.replace("red\"", "red") + second);
    assertFails(1, file + ":1, record 1: not JSON: ", with("update", index));
    write("docs/d.json", first.replace("\"red\"", "null") + second);
    assertFails(1, file + ":1, record 1: expected an object with a string", with("update", index));
    write("docs/d.json", first.replace("\"id\"", "\"text\"") + second);
    assertFails(1, file + ":1, record 1: not JSON: Duplicate field", with("update", index));
    write("docs/d.json", "{\"theme\":\"dark\"}");
    assertFails(1, file + ":1: expected an object with a string", with("update", index));
    assertEquals(before, version());
    write("docs/d.json", first + second.replace("blue", "moon"));
    assertCounts(update(), 0, 1, 0, 1);
    assertEquals(List.of("a.md#1=a\ncat", "a=red", "b=moon"), documents());
  }

  /** Records in a file of any name stay records, and so do queries. */
  public void testBrokenFirstLine() throws IOException {
    Path file =
        write("docs/d.txt", "{\"id\":\"a\",\"text\":\"red\"}\n{\"id\":\"b\",\"text\":\"cat\"}\n");
    run(with("index", file.getParent(), "-o", index));
    String before = version();
    write("docs/d.txt", "{\"id\":\"a\",\"text\":\"red}\n{\"id\":\"b\",\"text\":\"cat\"}\n");
    assertFails(1, file + ":", with("update", index));
    assertEquals(before, version());
    Path queries = write("q.txt", "{\"id\":\"q\",\"body\":\"red\"}\n");
    assertFails(
        1, queries + ":1: expected an object with a", with("search", index, "--queries", queries));
  }

  /** Files whose names are no text look alike, so they are left out, with a note. */
  public void testNamesThatAreNoText() throws IOException {
    assumeTrue("needs names of any bytes", Constants.LINUX);
    assumeTrue("needs names in UTF-8", "UTF-8".equals(System.getProperty("sun.jnu.encoding")));
    Path docs = write("docs/a.md", "cat\n").getParent();
    Path odd = bytes(docs, "caf%E9.md");
    Path other = bytes(docs, "caf%E8.md");
    Path below = bytes(docs, "sub%E8");
    try {
      Files.writeString(odd, "red\n");
      Files.writeString(other, "blue\n");
      Files.writeString(Files.createDirectory(below).resolve("b.md"), "moon\n");
    } catch (InvalidPathException | FileSystemException e) {
      assumeNoException("needs names of any bytes", e);
    }
    run(with("index", docs, "-o", index));
    String note = "caf\ufffd.md: left out, its name is not UTF-8; rename it";
    assertEquals(err.toString(), 2, err.toString().split(Pattern.quote(note), -1).length - 1);
    assertTrue(err.toString(), err.toString().contains("sub\ufffd: left out, its name is not "));
    assertCounts(update(), 0, 0, 0, 1);
    UserException named =
        expectThrows(UserException.class, () -> TextFiles.read(List.of(odd), "INPUT"));
    assertEquals("INPUT " + odd + ": its name is not UTF-8; rename it", named.getMessage());
    assertFails(
        1,
        "INPUT " + docs.resolve("caf\ufffd.md") + ": its name is not UTF-8; rename it",
        with("add", index, docs.resolve("caf\ufffd.md")));
    Files.move(odd, docs.resolve("caf\u00e9.md"));
    assertCounts(update(), 1, 0, 0, 1);
  }

  /** A path by its escaped bytes. */
  private static Path bytes(Path folder, String name) {
    return Path.of(URI.create(folder.toUri() + "/" + name));
  }
}
