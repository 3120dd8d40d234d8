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
import io.github.luceneplaid.fsvi.files.FsviFileWriter;
import io.github.luceneplaid.fsvi.files.MvecFile;
import io.github.luceneplaid.fsvi.files.MvecFileWriter;
import io.github.luceneplaid.fsvi.files.NpyWriter;
import io.github.luceneplaid.fsvi.files.VectorRowsWriter;
import io.github.luceneplaid.testframework.FailingFileSystem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
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

  /** If a new file cannot be moved back, the error says where the old one is. */
  public void testUndoFails() throws IOException {
    prepare();
    Replacement replacement = new Replacement();
    replacement.put(parent.resolve("new/file"), parent.resolve("file"));
    files.failAll(0);
    IOException e = expectThrows(IOException.class, replacement::close);
    Path old = parent.resolve("file.0.old");
    assertTrue(e.getMessage(), e.getMessage().endsWith("its old content is in " + old));
    files.failNone();
    assertEquals("old", text("file.0.old"));
    assertEquals("new", text("file"));
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
    Action action = () -> writeRow(file);
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

  private static void writeRow(Path file) throws IOException {
    try (NpyWriter writer = new NpyWriter(file, ElementType.FLOAT32, 3)) {
      writer.add(new float[] {1, 2, 3});
      writer.finish();
    }
  }

  /** A folder that cannot be opened is noticed before a file in it is replaced. */
  public void testFolderOfOutput() throws IOException {
    Path file = parent.resolve("a.npy");
    steps(() -> writeRow(file));
    int folder = files.steps().indexOf("sync folder " + parent.getFileName());
    assertTrue(files.steps().toString(), folder > 0);
    files.failNone();
    Files.writeString(file, "old");
    files.failOne(folder);
    assertFalse(succeeds(() -> writeRow(file)));
    assertEquals("old", Files.readString(file));
    assertEquals(List.of("a.npy"), names());
  }

  private interface Maker {
    VectorRowsWriter make(Path file) throws IOException;
  }

  /** Whichever step fails, a caller that goes on cannot put an incomplete file in its place. */
  public void testStubbornCaller() throws IOException {
    int dimension = 8000; // so that a few rows fill the buffer
    ElementType type = ElementType.FLOAT32;
    assertWhole("a.npy", file -> new NpyWriter(file, type, dimension));
    assertWhole("a.fsvi", file -> new FsviFileWriter(file, "e", "", type, dimension));
    assertWhole("a.mvec", file -> new MvecFileWriter(file, MvecFile.Metric.COSINE, dimension));
  }

  private void assertWhole(String name, Maker maker) throws IOException {
    Path file = parent.resolve(name);
    int n = steps(() -> writeStubbornly(maker, file));
    int move = files.steps().indexOf("move " + name + ".0.tmp");
    assertTrue(files.steps().toString(), move > 0);
    byte[] whole = Files.readAllBytes(file);
    assertTrue(whole.length > 5 * 8000 * Float.BYTES);
    for (int i = 0; i < n; i++) {
      files.failNone();
      Files.writeString(file, "old");
      files.failOne(i);
      writeStubbornly(maker, file);
      files.failNone();
      byte[] expected = i <= move ? "old".getBytes(StandardCharsets.UTF_8) : whole;
      assertArrayEquals("step " + i, expected, Files.readAllBytes(file));
    }
  }

  /** Writes rows, and goes on after each failure. */
  private static void writeStubbornly(Maker maker, Path file) {
    try (VectorRowsWriter writer = maker.make(file)) {
      for (int i = 0; i < 5; i++) {
        String id = "id" + i;
        tryTo(() -> writer.add(id, new float[8000]));
      }
      tryTo(writer::finish);
      // It is finished, or has failed
      expectThrows(IllegalStateException.class, () -> writer.add("more", new float[8000]));
      expectThrows(IllegalStateException.class, writer::finish);
    } catch (IOException e) {
      assertTrue(e.getMessage(), e.getMessage().startsWith("injected: "));
    }
  }

  private static void tryTo(Action action) {
    try {
      action.run();
    } catch (IOException | IllegalStateException e) {
      String message = e.getMessage();
      assertTrue(message, e instanceof IllegalStateException || message.startsWith("injected: "));
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
