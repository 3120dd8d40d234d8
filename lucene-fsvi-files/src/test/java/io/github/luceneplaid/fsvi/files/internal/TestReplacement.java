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
package io.github.luceneplaid.fsvi.files.internal;

import io.github.luceneplaid.fsvi.files.ElementType;
import io.github.luceneplaid.fsvi.files.NpyWriter;
import io.github.luceneplaid.testframework.FailingFileSystem;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.tests.util.LuceneTestCase.SuppressFileSystems;

/** Replacements of files and folders in which each step may fail. */
@SuppressFileSystems("ExtrasFS") // Steps are counted
public class TestReplacement extends LuceneTestCase {

  private FailingFileSystem files;
  private Path parent;

  @Override
  public void setUp() throws Exception {
    super.setUp();
    Path folder = createTempDir();
    files = new FailingFileSystem(folder);
    parent = files.wrapPath(folder);
  }

  private interface Action {
    void run() throws IOException;
  }

  /** Returns whether an action succeeds. Only an injected fault may make it fail. */
  private static boolean succeeds(Action action) {
    try {
      action.run();
      return true;
    } catch (IOException e) {
      String message = e.getCause() == null ? e.getMessage() : e.getCause().getMessage();
      assertTrue(message, message.startsWith("injected: "));
      return false;
    }
  }

  /** Counts the steps of an action of which none fails. */
  private int steps(Action action) throws IOException {
    files.failNone();
    action.run();
    return files.steps().size();
  }

  private List<String> names() throws IOException {
    files.failNone();
    try (Stream<Path> paths = Files.list(parent)) {
      return paths
          .map(path -> path.getFileName().toString())
          .filter(
              name -> name.startsWith("extra") == false) // files of Lucene's file systems for tests
          .sorted()
          .toList();
    }
  }

  private void write(Path file, String text) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  /** Replaces a folder and a file, creates a file, and removes two, one of which does not exist. */
  private void replace() throws IOException {
    try (Replacement replacement = new Replacement()) {
      replacement.put(parent.resolve("new/folder"), parent.resolve("folder"));
      replacement.put(parent.resolve("new/file"), parent.resolve("file"));
      replacement.put(parent.resolve("new/other"), parent.resolve("other"));
      replacement.remove(parent.resolve("gone"));
      replacement.remove(parent.resolve("never"));
      replacement.finish();
    }
  }

  private void prepare() throws IOException {
    files.failNone();
    for (String name : names()) {
      Replacement.discard(parent.resolve(name));
    }
    write(parent.resolve("folder/a"), "old");
    write(parent.resolve("file"), "old");
    write(parent.resolve("gone"), "old");
    write(parent.resolve("new/folder/a"), "new");
    write(parent.resolve("new/folder/b"), "new");
    write(parent.resolve("new/file"), "new");
    write(parent.resolve("new/other"), "new");
  }

  private String text(String name) throws IOException {
    Path file = parent.resolve(name);
    return Files.exists(file) ? Files.readString(file) : null;
  }

  private void assertOld() throws IOException {
    assertEquals("old", text("folder/a"));
    assertNull(text("folder/b"));
    assertEquals("old", text("file"));
    assertEquals("old", text("gone"));
    assertNull(text("other"));
    assertEquals("new", text("new/folder/b"));
  }

  private void assertNew() throws IOException {
    assertEquals("new", text("folder/a"));
    assertEquals("new", text("folder/b"));
    assertEquals("new", text("file"));
    assertNull(text("gone"));
    assertEquals("new", text("other"));
  }

  public void testEachStepFails() throws IOException {
    prepare();
    int n = steps(this::replace);
    assertEquals(List.of("file", "folder", "new", "other"), names());
    assertNew();
    int failed = 0;
    for (int i = 0; i < n; i++) {
      prepare();
      files.failOne(i);
      if (succeeds(this::replace)) {
        assertNew();
        assertTrue(names().toString(), names().size() <= 5);
      } else {
        failed++;
        assertOld();
        assertEquals(List.of("file", "folder", "gone", "new"), names());
      }
    }
    // Six moves and a sync can be undone; later steps only delete old files
    assertEquals(7, failed);
  }

  /** If the undo fails, too, the old files are whole and lie beside their targets. */
  public void testAllStepsFail() throws IOException {
    prepare();
    int n = steps(this::replace);
    for (int i = 0; i < n; i++) {
      prepare();
      files.failAll(i);
      boolean done = succeeds(this::replace);
      List<String> names = names();
      if (done) {
        assertNew();
      } else {
        for (String name : List.of("folder", "file", "gone")) {
          String place = names.contains(name + ".0.old") ? name + ".0.old" : name;
          assertEquals("old", text(name.equals("folder") ? place + "/a" : place));
        }
      }
      // The next replacement is not affected
      write(parent.resolve("new/folder/a"), "new");
      write(parent.resolve("new/folder/b"), "new");
      write(parent.resolve("new/file"), "new");
      write(parent.resolve("new/other"), "new");
      replace();
      assertNew();
    }
  }

  /** A partly deleted folder does not have the name of a whole one. */
  public void testNamesTell() throws IOException {
    prepare();
    files.failNone();
    replace();
    List<String> steps = files.steps();
    int delete = steps.indexOf("delete a");
    assertTrue(steps.toString(), delete > 0);
    prepare();
    files.failAll(delete);
    assertTrue(succeeds(this::replace));
    assertTrue(names().toString(), names().contains("folder.0.tmp"));
    assertFalse(names().toString(), names().contains("folder.0.old"));
    assertTrue(names().toString(), names().contains("gone.0.old"));
  }

  public void testFoldersForNewThings() throws IOException {
    Path target = parent.resolve("target");
    List<Path> folders = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      folders.add(Replacement.temporaryFolder(target));
      assertEquals("target." + i + ".tmp", folders.get(i).getFileName().toString());
    }
    write(folders.get(1).resolve("a/b"), "text");
    files.failNone();
    Replacement.sync(folders.get(1));
    assertEquals(
        List.of("open b", "sync b", "sync folder a", "sync folder target.1.tmp"), files.steps());
    for (Path folder : folders) {
      Replacement.discard(folder);
    }
    assertEquals(List.of(), names());
  }

  /** A file of vectors is the old one or the new one, and no temporary file stays. */
  public void testAtomicOutput() throws IOException {
    Path file = parent.resolve("a.npy");
    Action action =
        () -> {
          try (NpyWriter writer = new NpyWriter(file, ElementType.FLOAT32, 3)) {
            writer.add(new float[] {1, 2, 3});
            writer.finish();
          }
        };
    int n = steps(action);
    for (int i = 0; i < n; i++) {
      files.failNone();
      Files.writeString(file, "old");
      files.failOne(i);
      boolean done = succeeds(action);
      boolean isLast = i == n - 1; // syncs the folder
      assertEquals(isLast || done, Files.size(file) != 3);
      assertFalse(done);
      assertEquals(List.of("a.npy"), names());
    }
  }

  /** A folder is not replaced by a file. */
  public void testNoFile() throws IOException {
    Path folder = Files.createDirectory(parent.resolve("folder.npy"));
    FileSystemException e =
        expectThrows(
            FileSystemException.class, () -> new NpyWriter(folder, ElementType.FLOAT32, 3));
    assertEquals("expected a file", e.getReason());
    assertEquals(List.of("folder.npy"), names());
  }
}
