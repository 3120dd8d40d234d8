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

import io.github.luceneplaid.fsvi.files.ElementType;
import io.github.luceneplaid.fsvi.files.NpyWriter;
import io.github.luceneplaid.plaid.PlaidDocValuesFormat;
import io.github.luceneplaid.testframework.TinyModel;
import java.io.IOException;
import java.io.OutputStream;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.lucene.document.Document;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.util.Constants;
import org.apache.lucene.util.IOUtils;

/** An index is written completely or not at all, and its remains hinder no later command. */
public class TestNewIndex extends CommandTestCase {
  private static Path tokens(Path folder, int documents, float last) throws IOException {
    Path file = Files.createDirectories(folder).resolve("tokens.npy");
    try (NpyWriter writer = new NpyWriter(file, ElementType.FLOAT32, 4)) {
      for (int i = 0; i < documents; i++) {
        float end = i == documents - 1 ? last : 0;
        writer.add(new float[] {1, i, 0, 0});
        writer.add(new float[] {1, i, 1, end});
      }
      writer.finish();
    }
    Files.writeString(folder.resolve("doclens.json"), "[2" + ",2".repeat(documents - 1) + "]");
    return file;
  }

  /** A real folder, in which Lucene's test file systems put no files. */
  private static Path realFolder() throws IOException {
    return Path.of(createTempDir().toRealPath().toString());
  }

  private static int documents(Path index) throws IOException {
    try (Directory directory = FSDirectory.open(index);
        DirectoryReader reader = DirectoryReader.open(directory)) {
      return reader.numDocs();
    }
  }

  private static Set<String> names(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .map(file -> file.getFileName().toString())
          .collect(Collectors.toCollection(TreeSet::new));
    }
  }

  /** With a segment after each document, too. */
  public void testFailures() throws IOException {
    Path folder = realFolder();
    Path sound = tokens(folder.resolve("sound"), 3, 0);
    Path broken = tokens(folder.resolve("broken"), 5, Float.NaN);
    Path index = folder.resolve("index");
    for (String every : new String[] {"--commit-every=0", "--commit-every=1"}) {
      Object[] first = {"index", broken, "-o", index, "--pool-factor=2", every};
      assertFails(1, "text 4, token ", first);
      assertFalse(Files.exists(index));
      Files.createDirectory(index);
      assertFails(1, "text 4, token ", first);
      assertEquals(Set.of(), names(index));

      assertEquals(err.toString(), 0, plaid("index", sound, "-o", index, every));
      assertEquals(3, documents(index));
      Set<String> before = names(index);
      assertFails(
          1, "text 4, token ", "index", broken, "-o", index, "--pool-factor=2", every, "--force");
      assertEquals(3, documents(index));
      assertEquals(before, names(index));
      assertEquals(err.toString(), 0, plaid("index", sound, "-o", index, every, "--force"));
      assertEquals(3, documents(index));
      IOUtils.rm(index);
    }
  }

  /** The remains of a killed process: segments and a lock, but no commit. */
  public void testRemains() throws IOException {
    Path folder = realFolder();
    Path sound = tokens(folder.resolve("sound"), 3, 0);
    Path index = folder.resolve("index");
    IndexWriterConfig config = IndexBuilder.config(new PlaidDocValuesFormat());
    Path copy = Files.createDirectories(folder.resolve("copy"));
    try (Directory directory = FSDirectory.open(index);
        IndexWriter writer = new IndexWriter(directory, config)) {
      writer.addDocument(new Document());
      writer.flush();
      writer.addDocument(new Document());
      writer.prepareCommit();
      for (String name : names(index)) {
        Files.copy(index.resolve(name), copy.resolve(name));
      }
      writer.rollback();
    }
    Set<String> remains = names(copy);
    assertTrue(remains.toString(), remains.contains("pending_segments_1"));
    assertEquals(err.toString(), 0, plaid("index", sound, "-o", copy));
    assertEquals(3, documents(copy));
    remains.retainAll(names(copy));
    remains.removeIf(name -> name.startsWith("_0") || name.equals("write.lock"));
    assertEquals(Set.of(), remains);
    // Files that are not Lucene's are kept
    Path foreign = Files.createDirectories(folder.resolve("foreign"));
    Files.writeString(foreign.resolve("notes.txt"), "mine");
    assertFails(1, "expected an empty folder", "index", sound, "-o", foreign, "--force");
    assertEquals(Set.of("notes.txt"), names(foreign));
  }

  /** The demo keeps its index only if it finishes. */
  public void testDemo() throws IOException {
    Path folder = realFolder();
    Path texts = Files.writeString(folder.resolve("t.md"), "# Red\nred cat\n# Blue\nblue river\n");
    Path model = TinyModel.copyTo(createTempDir());
    Path index = folder.resolve("index");
    Object[] demo = {"demo", "--text", texts, "--keep", index, "--model", model, "--query", "cat"};
    Path onnx = model.resolve("model.onnx");
    byte[] sound = Files.readAllBytes(onnx);
    Files.writeString(onnx, "broken");
    assertFails(1, "not a model", demo);
    assertFalse(Files.exists(index));
    Files.write(onnx, sound);
    assertEquals(err.toString(), 0, plaid(demo));
    assertEquals(2, documents(index));
  }

  /** The same documents are not imported twice. */
  public void testImportTwice() throws IOException {
    Path folder = realFolder();
    Path index = folder.resolve("index");
    assertEquals(0, plaid("index", tokens(folder.resolve("sound"), 3, 0), "-o", index));
    Path export = folder.resolve("export");
    assertEquals(err.toString(), 0, plaid("export", index, export, "--bits=4"));
    Path target = folder.resolve("target");
    assertEquals(err.toString(), 0, plaid("import", export, target));
    assertFails(1, export + ": the id 0 is in " + target + " already", "import", export, target);
    assertEquals(3, documents(target));
  }

  /** Exports three documents. */
  private Path export(Path folder) throws IOException {
    Path index = folder.resolve("exported");
    assertEquals(0, plaid("index", tokens(folder.resolve("sound"), 3, 0), "-o", index));
    Path export = folder.resolve("export");
    assertEquals(err.toString(), 0, plaid("export", index, export, "--bits=4"));
    return export;
  }

  /** Others fail while somebody makes an index, and do not disturb. */
  public void testLock() throws IOException {
    Path folder = realFolder();
    Path export = export(folder);
    Path texts = Files.writeString(folder.resolve("t.md"), "red cat\n");
    Path model = TinyModel.copyTo(createTempDir());
    Path index = folder.resolve("index");
    Object[][] commands = {
      {"index", folder.resolve("sound/tokens.npy"), "-o", index},
      {"index", texts, "-o", index, "--model", model},
      {"demo", "--text", texts, "--keep", index, "--model", model, "--query", "cat"},
      {"import", export, index}
    };
    for (Object[] command : commands) {
      IndexWriterConfig config = IndexBuilder.config(new PlaidDocValuesFormat());
      try (Directory directory = FSDirectory.open(index);
          IndexWriter writer = new IndexWriter(directory, config)) {
        writer.addDocument(new Document());
        assertFails(1, "somebody else writes to the index", command);
        writer.commit();
      }
      assertEquals(1, documents(index));
      IOUtils.rm(index);
    }
  }

  /** An import notices if somebody makes the index while it reads its directory. */
  public void testImportsAtOnce() throws Exception {
    assumeFalse("no pipes", Constants.WINDOWS);
    Path folder = realFolder();
    Path export = export(folder);
    Path copy = Files.createDirectory(folder.resolve("copy"));
    for (String name : names(export)) {
      Files.copy(export.resolve(name), copy.resolve(name));
    }
    Path pipe = copy.resolve("doclens.0.json");
    byte[] lengths = Files.readAllBytes(pipe);
    Files.delete(pipe);
    assertEquals(0, new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor());
    Path target = folder.resolve("target");
    StringWriter errors = new StringWriter();
    int[] code = new int[1];
    Thread second =
        new Thread(
            () ->
                code[0] =
                    Plaid.run(
                        Console.of(null, new StringWriter(), errors),
                        "import",
                        copy.toString(),
                        target.toString()));
    second.start();
    // The pipe opens when the other import reads it, which has looked for an index before
    try (OutputStream out = Files.newOutputStream(pipe)) {
      assertEquals(err.toString(), 0, plaid("import", export, target));
      out.write(lengths);
    }
    second.join();
    String said = errors.toString();
    assertEquals(said, 1, code[0]);
    assertTrue(said, said.contains(copy + ": the id 0 is in " + target + " already"));
    assertEquals(3, documents(target));
  }

  /** A command looks for an index before it can lock the folder, and again when it has the lock. */
  public void testIndexInBetween() throws IOException {
    Path folder = realFolder();
    Path sound = tokens(folder.resolve("sound"), 3, 0);
    Path index = folder.resolve("index");
    IndexSettings settings = new IndexSettings();
    try (NewIndex late = IndexFolder.create(index, false)) {
      assertEquals(err.toString(), 0, plaid("index", sound, "-o", index));
      UserException e =
          expectThrows(
              UserException.class,
              () -> IndexBuilder.create(late, new PlaidDocValuesFormat(), settings));
      assertEquals(index + ": holds an index already (--force replaces it)", e.getMessage());
    }
    assertEquals(3, documents(index));
    assertEquals(err.toString(), 0, plaid("index", sound, "-o", index, "--force"));
  }

  public void testLinkThatLeadsNowhere() throws IOException {
    assumeFalse("needs links", Constants.WINDOWS);
    Path folder = realFolder();
    Path sound = tokens(folder.resolve("sound"), 3, 0);
    Path link = Files.createSymbolicLink(folder.resolve("index"), folder.resolve("nowhere"));
    assertFails(
        1,
        link + ": expected a folder, found a link that leads nowhere",
        "index",
        sound,
        "-o",
        link);
  }

  public void testIdsOfTokens() throws IOException {
    Path folder = realFolder();
    Path tokens = tokens(folder.resolve("d"), 3, 0);
    Path ids = folder.resolve("d/ids.json");
    Path lengths = folder.resolve("d/doclens.json");
    Path index = folder.resolve("index");
    Files.writeString(ids, "[\"a\", \"b\", \"a\"]");
    assertFails(1, "the id a occurs for the second time", "index", tokens, "-o", index);
    Files.writeString(ids, "[\"a\", \"b\"] [\"c\"]");
    assertFails(1, ids + ": not JSON: Trailing token", "index", tokens, "-o", index);
    Files.writeString(ids, "[null, {\"$oid\": \"1\"}, \"\"]");
    assertEquals(err.toString(), 0, plaid("index", tokens, "-o", index));
    Object[] again = {"index", tokens, "-o", index, "--force"};
    Files.writeString(lengths, "[2, 2, 2] [1]");
    assertFails(1, lengths + ": not JSON: Trailing token", again);
    Files.writeString(lengths, "");
    assertFails(1, lengths + ": expected JSON, found nothing", again);
    assertEquals(3, documents(index));
  }
}
