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
package io.github.luceneplaid.plaid.exchange;

import io.github.luceneplaid.fsvi.files.internal.Replacement;
import io.github.luceneplaid.testframework.FailingFileSystem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.LateInteractionField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.store.Directory;
import org.apache.lucene.tests.util.LuceneTestCase.SuppressFileSystems;
import org.apache.lucene.tests.util.TestUtil;

/** Each step of an export fails. Then either the old folder exists, or the new one. */
@SuppressFileSystems("ExtrasFS") // its files are nobody's
public class TestExportFaults extends ImportTestCase {

  private static final PlaidExport.Options OPTIONS = PlaidExport.Options.ofDefaults();

  private FailingFileSystem files;
  private Path target;
  private Directory directory;
  private DirectoryReader reader;

  @Override
  public void setUp() throws Exception {
    super.setUp();
    Path folder = createTempDir();
    files = new FailingFileSystem(folder);
    target = files.wrapPath(folder).resolve("exported");
    directory = newDirectory();
    try (IndexWriter writer = writer(directory)) {
      for (int i = 0; i < 3; i++) {
        Document document = new Document();
        document.add(
            new LateInteractionField(FIELD, RandomDirectories.tokens(random(), 2 + i, 16)));
        writer.addDocument(document);
      }
    }
    reader = DirectoryReader.open(directory);
  }

  @Override
  public void tearDown() throws Exception {
    reader.close();
    directory.close();
    super.tearDown();
  }

  /** An export with an additional file, like the metadata of the command. */
  private void export(PlaidExport.Options options) throws IOException {
    PlaidExport.to(
        reader,
        FIELD,
        target,
        options.withChunksOf(2),
        new PlaidExport.Companion() {
          @Override
          public void complete(Path folder, int[] documents) throws IOException {
            Files.writeString(folder.resolve("companion"), "text");
          }
        });
  }

  private boolean exports(PlaidExport.Options options) {
    try {
      export(options);
      return true;
    } catch (IOException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      assertTrue(cause.getMessage(), cause.getMessage().startsWith("injected: "));
      return false;
    }
  }

  private List<String> names() throws IOException {
    try (Stream<Path> paths = Files.list(target.getParent())) {
      return paths
          .map(path -> path.getFileName().toString())
          .filter(name -> name.contains("exported"))
          .sorted()
          .toList();
    }
  }

  /** Begins again with an old directory, or with nothing. */
  private void prepare(boolean withOld) throws IOException {
    files.failNone();
    for (String name : names()) {
      Replacement.discard(target.resolveSibling(name));
    }
    if (withOld) {
      Files.createDirectory(target);
      Files.writeString(target.resolve("old"), "all");
    }
  }

  private void assertOld(Path old) throws IOException {
    assertEquals("all", Files.readString(old.resolve("old")));
    assertFalse(Files.exists(old.resolve("companion")));
  }

  private void assertNew() throws IOException {
    assertFalse(Files.exists(target.resolve("old")));
    assertEquals("text", Files.readString(target.resolve("companion")));
    try (PlaidFolder plaid = PlaidFolder.open(target)) {
      assertEquals(3, plaid.documents());
      assertEquals(9, plaid.tokens());
    }
  }

  private List<String> steps(boolean withOld) throws IOException {
    prepare(withOld);
    files.failNone();
    export(OPTIONS.replacing());
    List<String> steps = files.steps();
    assertNew();
    assertEquals(List.of("exported"), names());
    return steps;
  }

  /** All files are on the disk before the folder is moved to the target. */
  public void testFilesAreSynced() throws IOException {
    List<String> steps = steps(true);
    int move = steps.indexOf("move exported");
    List<String> before = steps.subList(0, move);
    try (Stream<Path> paths = Files.list(target)) {
      List<String> names = paths.map(path -> path.getFileName().toString()).toList();
      assertTrue(names.toString(), names.contains("doclens.1.json"));
      for (String name : names) {
        int sync = before.lastIndexOf("sync " + name);
        assertTrue(name + " in " + before, sync > before.lastIndexOf("write " + name));
      }
    }
    assertEquals("sync folder exported.0.tmp", before.get(move - 1));
    int parent = steps.lastIndexOf("sync folder " + target.getParent().getFileName());
    assertTrue(parent > steps.indexOf("move exported.0.tmp"));
    assertTrue(parent < steps.indexOf("delete old"));
  }

  /** Chooses the next step to fail: some of the steps that write files, and all later ones. */
  private static int next(int i, List<String> steps) {
    int most = TEST_NIGHTLY || i + 30 > steps.indexOf("move exported.0.tmp") ? 1 : 30;
    return i + TestUtil.nextInt(random(), 1, most);
  }

  public void testEachStepFails() throws IOException {
    for (boolean withOld : new boolean[] {true, false}) {
      List<String> steps = steps(withOld);
      for (int i = next(-1, steps); i < steps.size(); i = next(i, steps)) {
        prepare(withOld);
        files.failOne(i);
        boolean done = exports(OPTIONS.replacing());
        files.failNone();
        String step = String.format(Locale.ROOT, "%d: %s", i, steps.get(i));
        if (done) {
          assertNew();
          // A step of those that delete the old directory
          assertTrue(step, i > steps.indexOf("move exported.0.tmp") && names().size() <= 2);
        } else {
          assertEquals(step, withOld ? List.of("exported") : List.of(), names());
          if (withOld) {
            assertOld(target);
          }
        }
        assertNextOne(done || withOld);
      }
    }
  }

  /**
   * If the disk is gone, the old folder is at the target, or beside it with its documented name.
   */
  public void testAllStepsFail() throws IOException {
    List<String> steps = steps(true);
    int aside = 0;
    for (int i = next(-1, steps); i < steps.size(); i = next(i, steps)) {
      prepare(true);
      files.failAll(i);
      boolean done = exports(OPTIONS.replacing());
      files.failNone();
      if (done) {
        assertNew();
      } else if (names().contains("exported.0.old")) {
        assertOld(target.resolveSibling("exported.0.old"));
        aside++;
      } else {
        assertOld(target);
      }
      assertNextOne(true);
    }
    assertEquals("the second move and the sync after it", 2, aside);
  }

  /** The next export succeeds, whatever was left behind. */
  private void assertNextOne(boolean replaces) throws IOException {
    export(replaces ? OPTIONS.replacing() : OPTIONS);
    assertNew();
  }
}
