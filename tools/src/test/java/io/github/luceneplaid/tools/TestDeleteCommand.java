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
import java.util.ArrayList;
import java.util.List;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.store.FilterDirectory;
import org.apache.lucene.store.IOContext;
import org.apache.lucene.store.IndexOutput;

/** {@code plaid delete} and {@code plaid merge}. */
public class TestDeleteCommand extends ChangeTestCase {

  private void index() throws IOException {
    String words = "red cat blue river ".repeat(100);
    write(
        "docs/a.jsonl", "{\"id\":\"x\",\"text\":\"" + words + "\"}\n{\"id\":\"y\",\"text\":\"a\"}");
    write("docs/sub/b.md", "the dogs\n");
    write("docs/sub/c.md", "the river\n");
    write("docs2/d.md", "the moon\n");
    run(
        with(
            "index",
            folder.resolve("docs"),
            folder.resolve("docs2"),
            "-o",
            index,
            "--commit-every=2"));
  }

  public void testIds() throws IOException {
    index();
    assertTrue(ids().toString(), ids().contains("x#2"));
    String before = version();
    assertFails(
        1,
        index + ": holds nothing of nobody, none; nothing was deleted (--ignore-missing",
        "delete",
        index,
        "--id",
        "y",
        "nobody",
        "none");
    assertFails(1, "--id x#2: is a passage of the record x", "delete", index, "--id", "y", "x#2");
    assertFails(2, "expected --id, --ids or --file", "delete", index);
    assertEquals(before, version());
    run("delete", index, "--id", "x");
    assertTrue(
        out.toString(),
        out.toString().startsWith("1 record deleted, 4 left in " + index + ", in "));
    assertEquals(List.of("d.md#1", "sub/b.md#1", "sub/c.md#1", "y"), ids());
    JsonNode deleted = json("delete", index, "--id", "y", "none", "--ignore-missing", "--json");
    assertEquals("plaid: " + index + ": holds nothing of none\n", err.toString());
    assertEquals(1, deleted.get("deleted").asInt());
    assertEquals(3, deleted.get("left").asInt());
    assertEquals("[\"none\"]", deleted.get("missing").toString());
    run("check", index);
  }

  public void testIdsOfFile() throws IOException {
    index();
    Path ids = write("ids.txt", "x\n\nsub/b.md#1\n");
    run("delete", index, "--ids", ids);
    assertEquals(List.of("d.md#1", "sub/c.md#1", "y"), ids());
    Path array = write("ids.json", "[\"y\", {\"$oid\": \"d.md#1\"}]");
    run("delete", index, "--ids", array);
    assertEquals(List.of("sub/c.md#1"), ids());
    Files.writeString(array, "[\"y\", null]");
    assertFails(
        1, array + ", entry 1: expected an id, found null", "delete", index, "--ids", array);
    Path none = folder.resolve("none");
    assertFails(1, "--ids " + none + ": no such file", "delete", index, "--ids", none);
    // To the last one
    run("delete", index, "--id", "sub/c.md#1");
    assertEquals(List.of(), ids());
    run(with("search", index, "red"));
    run(with("add", index, write("e.md", "red\n")));
    assertEquals(List.of("e.md#1"), ids());
  }

  /** Ids may start as a JSON array does. */
  public void testIdsWithBrackets() throws IOException {
    Path docs = write("docs/[draft].md", "red\n").getParent();
    write("docs/[1].md", "blue\n");
    write("docs/b.md", "cat\n");
    run(with("index", docs, "-o", index));
    run("delete", index, "--ids", write("ids", "[draft].md#1\n[1].md#1\n"));
    assertEquals(List.of("b.md#1"), ids());
    // A broken array has no lines of ids
    Path array = write("ids", "[ \"b.md#1\"");
    Object[] delete = {"delete", index, "--ids", array, "--ignore-missing"};
    assertFails(1, array + ": not JSON: ", delete);
  }

  /**
   * A folder does not match another one whose name starts with its own. Records of missing files
   * are deleted, too.
   */
  public void testFiles() throws IOException {
    index();
    Path docs = folder.resolve("docs");
    Files.delete(docs.resolve("sub/b.md"));
    run("delete", index, "--file", docs.resolve("sub/b.md"));
    assertEquals(List.of("d.md#1", "sub/c.md#1", "x", "x#2", "x#3", "y"), ids());
    String before = version();
    assertFails(
        1,
        "holds nothing of " + docs.resolve("sub/b.md"),
        "delete",
        index,
        "--file",
        docs,
        docs.resolve("sub/b.md"));
    assertEquals(before, version());
    run("delete", index, "--file", docs.resolve("sub"), "--id", "x");
    assertEquals(List.of("d.md#1", "y"), ids());
    // The file still lies in a folder that the index was made of
    run(with("update", index));
    assertEquals(List.of("d.md#1", "sub/c.md#1", "y"), ids());
    run("delete", index, "--file", docs);
    run(with("update", index));
    assertEquals(List.of("d.md#1"), ids());
  }

  /** A file without records is not new for an update, however many of them there are. */
  public void testEmptiedFiles() throws IOException {
    Path docs = write("docs/stays.md", "red\n").getParent();
    int n = 400 + random().nextInt(100);
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      String name = "x".repeat(100) + i + ".md";
      write("docs/" + name, "cat\n");
      ids.add(name + "#1");
    }
    run(with("index", docs, "-o", index));
    Path list = write("ids", String.join("\n", ids));
    run("delete", index, "--ids", list);
    List<String> stays = List.of("stays.md#1");
    assertEquals(stays, ids());
    String before = version();
    for (int i = 0; i < 2; i++) {
      run("update", index);
      assertTrue(out.toString(), out.toString().contains(": 0 added, 0 changed, 0 removed, "));
      assertTrue(out.toString(), out.toString().contains(", " + (n + 1) + " unchanged"));
    }
    assertEquals(before, version());
    run("merge", index);
    // Touched; changed; gone; deleted by its name; added by its name
    Path touched = docs.resolve("x".repeat(100) + "0.md");
    Files.setLastModifiedTime(touched, FileTime.fromMillis(12_345_678));
    String changed = write("docs/" + "x".repeat(100) + "1.md", "blue\n").getFileName() + "#1";
    Files.delete(docs.resolve("x".repeat(100) + "2.md"));
    run(with("update", index));
    String said = out.toString();
    assertTrue(said, said.contains(": 0 added, 1 changed, 1 removed, " + (n - 1) + " unchanged"));
    assertEquals(List.of("stays.md#1", changed), ids());
    before = version();
    run("update", index);
    assertTrue(out.toString(), out.toString().contains(", " + n + " unchanged"));
    assertEquals(before, version());
    run("delete", index, "--file", touched);
    Path added = docs.resolve("x".repeat(100) + "3.md");
    run(with("add", index, added));
    assertEquals(3, ids().size());
    run(with("update", index));
    assertTrue(out.toString(), out.toString().contains(": 1 added, 0 changed, 0 removed, "));
    assertEquals(4, ids().size());
    run("delete", index, "--id", changed);
    run(with("update", index));
    assertEquals(3, ids().size());
    run("check", index);
  }

  public void testMerge() throws IOException {
    index();
    run("delete", index, "--id", "y");
    List<String> before = documents();
    assertFails(2, "--segments 0: expected 1 or more", "merge", index, "--segments=0");
    JsonNode merged = json("merge", index, "--segments=2", "--json");
    assertTrue(merged.toString(), merged.at("/before/segments").asInt() > 2);
    assertEquals(2, merged.at("/after/segments").asInt());
    run("merge", index);
    String said = out.toString();
    assertTrue(said, said.matches("1 segment of [0-9,]+ bytes, before 2 segments of .*\n"));
    assertEquals(before, documents());
    merged = json("merge", index, "--json");
    assertEquals(merged.at("/before"), merged.at("/after"));
    run("check", index);
    run(with("update", index));
    assertTrue(out.toString(), out.toString().contains("0 added, 0 changed, 0 removed, 4 unch"));
  }

  /** A failed merge in another thread is reported in a line, and changes nothing. */
  public void testFullDisk() throws IOException {
    index();
    String before = version();
    try (Directory directory =
        new FilterDirectory(FSDirectory.open(index)) {
          @Override
          public IndexOutput createOutput(String name, IOContext context) throws IOException {
            if (context.mergeInfo() != null) {
              throw new IOException("No space left on device");
            }
            return super.createOutput(name, context);
          }
        }) {
      try (IndexBuilder builder = IndexBuilder.append(directory)) {
        Exception e = expectThrows(Exception.class, () -> builder.merge(1));
        assertEquals(
            "No space left on device; make room and run the command again", Problem.message(e));
      }
    }
    assertEquals(before, version());
    run("merge", index);
  }

  /** Imported documents have ids, but neither texts nor files. */
  public void testImported() throws IOException {
    index();
    Path export = folder.resolve("export");
    run("export", index, export, "--no-metadata");
    Path imported = folder.resolve("imported");
    run("import", export, imported);
    run("import", export, imported, "--id-prefix", "again-");
    index = imported;
    int size = documents().size();
    run("delete", imported, "--id", "0", "again-1");
    assertEquals(size - 2, documents().size());
    run("merge", imported);
    assertTrue(out.toString(), out.toString().startsWith("1 segment of "));
    assertEquals(size - 2, documents().size());
    run("check", imported);
    String before = version();
    Path more = write("more.md", "red\n");
    assertFails(1, "holds tokens that were imported", with("add", imported, more));
    assertFails(1, "holds tokens that were imported", with("update", imported, more));
    assertFails(1, "was not made of files that are known", with("update", imported));
    assertFails(1, "holds nothing of " + more, "delete", imported, "--file", more);
    assertEquals(before, version());
  }
}
