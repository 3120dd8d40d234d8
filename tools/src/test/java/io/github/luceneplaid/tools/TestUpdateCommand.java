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
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import org.apache.lucene.util.IOUtils;

/** {@code plaid update}: an index that is brought up to date is what a new one would be. */
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
    assertEquals(3, update.get("records").asInt());
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

  /** A file that was only touched is not encoded, and its hash not computed a second time. */
  public void testTouched() throws IOException {
    Path file = write("docs/a.md", "red cat\n");
    run(with("index", folder.resolve("docs"), "-o", index));
    Files.setLastModifiedTime(file, FileTime.fromMillis(12_345_678));
    assertCounts(update(), 0, 0, 0, 1);
    String before = version();
    assertCounts(update(), 0, 0, 0, 1);
    assertEquals(before, version());
    // Not looked into, as the time tells
    Files.writeString(file, "blue cat\n");
    Files.setLastModifiedTime(file, FileTime.fromMillis(12_345_678));
    assertCounts(update(), 0, 0, 0, 1);
    write("docs/a.md", "blue cat\n");
    assertCounts(update(), 0, 1, 0, 0);
    assertEquals(List.of("a.md#1=a\nblue cat"), documents());
  }

  /** The model is asked for only where there is something to encode. */
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

  /** Only what is named is looked at; what is new there is looked at from then on. */
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

  /** Where a whole folder is missing, nothing is deleted: its disk may be. */
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

  /** What was added is kept up to date, too; standard input cannot be. */
  public void testAfterAdd() throws IOException {
    run(with("index", write("a.jsonl", "{\"id\":\"x\",\"text\":\"red\"}"), "-o", index));
    write("docs/b.md", "blue\n");
    run(with("add", index, folder.resolve("docs")));
    write("docs/b.md", "blue moon\n");
    write("docs/c.md", "cat\n");
    assertCounts(update(), 1, 1, 0, 1);
    assertEquals(List.of("b.md#1=b\nblue moon", "c.md#1=c\ncat", "x=red"), documents());
  }
}
