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
import java.util.List;
import org.apache.lucene.util.Constants;

/** Links to files and folders that an index is made of. */
public class TestLinks extends ChangeTestCase {
  @Override
  public void setUp() throws Exception {
    super.setUp();
    assumeFalse("needs links", Constants.WINDOWS);
  }

  private void assertCounts(String counts, Object... update) {
    run(with(update));
    assertTrue(out.toString(), out.toString().contains(": " + counts + ", in "));
  }

  /** What a link leads to may be on a disk that is not mounted. */
  public void testLinksThatLeadNowhere() throws IOException {
    Path notes = write("notes/a.md", "red\n").getParent();
    Path texts = write("disk/texts/b.md", "blue\n").getParent();
    write("disk/texts/c.md", "moon\n");
    Path link = Files.createSymbolicLink(notes.resolve("more"), texts);
    Path file = folder.resolve("d.md");
    Files.createSymbolicLink(file, write("disk/d.md", "cat\n"));
    run(with("index", notes, file, "-o", index));
    String before = version();
    Path disk = folder.resolve("disk");
    Path away = Files.move(disk, folder.resolve("away"));
    String end = " in " + index + "; make it available, or delete what came from it: plaid delete ";
    assertFails(
        1,
        link + ": the link leads nowhere, 2 files of it" + end + index + " --file " + link,
        with("update", index, notes));
    assertFails(
        1, file + ": the link leads nowhere, 1 file of it" + end, with("update", index, file));
    assertFails(1, ": the link leads nowhere, ", with("update", index));
    assertFails(1, ": the link leads nowhere, ", with("update", index, "--dry-run"));
    assertEquals(before, version());
    assertCounts("0 added, 0 changed, 0 removed, 1 unchanged", "update", index, notes + "/a.md");
    Files.move(away, disk);
    assertCounts("0 added, 0 changed, 0 removed, 4 unchanged", "update", index);
    // The disk may be mounted in the folder that the link leads to
    away = Files.move(texts, folder.resolve("away"));
    Files.createDirectory(texts);
    assertFails(
        1,
        link + ": the link leads to an empty folder, 2 files of it" + end,
        with("update", index));
    assertEquals(before, version());
    Files.delete(texts);
    Files.move(away, texts);
    // What a link leads to may be deleted, and so may the link
    Files.delete(texts.resolve("c.md"));
    assertCounts("0 added, 0 changed, 1 removed, 3 unchanged", "update", index);
    Files.delete(link);
    assertCounts("0 added, 0 changed, 1 removed, 2 unchanged", "update", index);
  }

  /** The folder above a link is the one above what the link leads to. */
  public void testFolderAboveLink() throws IOException {
    Path other = write("other/b", "red\n").getParent();
    Path link = Files.createSymbolicLink(write("here/b", "blue\n").resolveSibling("link"), other);
    Files.createDirectory(other.resolve("sub"));
    Path file = link.resolve("sub/../b");
    assertEquals(link.resolve("b").toString(), SourceFile.path(file));
    assertEquals(folder.toString(), SourceFile.path(link.resolve("./..")));
    Path sub = Files.createSymbolicLink(link.resolveSibling("sub"), other.resolve("sub"));
    run(with("index", sub.resolve("../b"), "-o", index));
    assertCounts("0 added, 0 changed, 0 removed, 1 unchanged", "update", index);
    assertEquals(List.of("1=red"), documents());
    run("export", index, sub.resolve("../papers"));
    assertTrue(Files.exists(other.resolve("papers/metadata.json")));
    assertFalse(Files.exists(folder.resolve("here/papers")));
  }
}
