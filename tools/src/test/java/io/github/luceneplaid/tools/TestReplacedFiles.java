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
import io.github.luceneplaid.fsvi.files.NpyFile;
import io.github.luceneplaid.fsvi.files.NpyWriter;
import io.github.luceneplaid.testframework.FailingFileSystem;
import io.github.luceneplaid.testframework.TinyModel;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.util.IOUtils;

/** Commands that fail keep the files that they were to replace. */
public class TestReplacedFiles extends CommandTestCase {

  private static Set<String> names(Path folder) throws IOException {
    try (Stream<Path> paths = Files.list(folder)) {
      return paths
          .map(path -> path.getFileName().toString())
          .filter(name -> name.startsWith("extra") == false) // files of Lucene's test file systems
          .collect(Collectors.toCollection(TreeSet::new));
    }
  }

  private static long rows(Path folder) throws IOException {
    try (NpyFile tokens = NpyFile.open(folder.resolve("tokens.npy"))) {
      return tokens.shape()[0];
    }
  }

  /** Tokens, lengths, ids and pieces are those of one run. */
  public void testEncode() throws IOException {
    Path folder = createTempDir();
    Path texts = Files.writeString(folder.resolve("texts.txt"), "red cat\nthe dogs sleeps.\n");
    Path more = Files.writeString(folder.resolve("more.txt"), "a red cat and the blue river\n");
    Path model = TinyModel.copyTo(createTempDir());
    Path output = folder.resolve("out");
    assertEquals(0, plaid("encode", texts, "-o", output, "--model", model, "--pieces"));
    assertEquals(
        List.of("doclens.json", "ids.json", "pieces.json", "tokens.npy"),
        List.copyOf(names(output)));
    assertEquals(6, rows(output));

    // A path that cannot be replaced, and one that turns out not to be writable
    Files.delete(output.resolve("ids.json"));
    Files.createDirectory(output.resolve("ids.json"));
    assertFails(
        1, "ids.json: expected a file", "encode", more, "-o", output, "--model", model, "--force");
    assertEquals(6, rows(output));
    assertEquals("[2,4]", Files.readString(output.resolve("doclens.json")));
    IOUtils.rm(output.resolve("ids.json")); // file systems of tests may have put a file there

    assertEquals(0, plaid("encode", more, "-o", output, "--model", model, "--force"));
    assertEquals(7, rows(output));
    assertEquals(List.of("doclens.json", "ids.json", "tokens.npy"), List.copyOf(names(output)));
  }

  /** If the process dies between two moves, files of two runs are not taken for those of one. */
  public void testEncodeDies() throws IOException {
    Path parent = createTempDir();
    FailingFileSystem files = new FailingFileSystem(parent);
    List<String> names = List.of("tokens.npy", "doclens.json", "ids.json");
    int torn = 0;
    boolean done = false;
    for (int i = 0; done == false; i++) {
      files.failNone();
      Path folder = Files.createDirectory(files.wrapPath(parent).resolve("out" + i));
      Path fresh = Files.createDirectory(folder.resolve("fresh"));
      for (String name : names) {
        Files.writeString(fresh.resolve(name), "new");
        Files.writeString(folder.resolve(name), "old");
      }
      files.failAll(i); // leaves what a process leaves that dies there
      try {
        EncodeCommand.replaceFiles(fresh, folder);
        done = true;
      } catch (IOException e) {
        assertTrue(e.toString(), e.toString().contains("injected") || e.getCause() != null);
      }
      files.failNone();
      if (Files.exists(folder.resolve("doclens.json")) == false) {
        torn++;
        continue; // Nobody reads the others
      }
      Set<String> found = new TreeSet<>();
      for (String name : names) {
        found.add(Files.readString(folder.resolve(name)));
      }
      assertEquals(i + ": " + found, 1, found.size());
    }
    assertTrue(torn > 0);
  }

  /**
   * A file that appears while a command runs is not overwritten either.
   *
   * @param command prints a note
   */
  private void assertKept(Path place, Object... command) throws IOException {
    StringWriter errors =
        new StringWriter() {
          @Override
          public void flush() { // after each note
            try {
              Files.writeString(place, "mine");
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          }
        };
    String[] args = Stream.of(command).map(Object::toString).toArray(String[]::new);
    int code = Plaid.run(Console.of(null, out, errors), args);
    String said = errors.toString();
    assertEquals(said, 1, code);
    assertEquals(said, 2, said.lines().count());
    assertTrue(said, said.endsWith("plaid: " + place + ": exists (--force replaces it)\n"));
    assertEquals("mine", Files.readString(place));
    assertEquals(Set.of(place.getFileName().toString()), names(place.getParent()));
    Object[] forced = Stream.concat(Stream.of(command), Stream.of("--force")).toArray();
    assertEquals(err.toString(), 0, plaid(forced));
    assertNotEquals(4, Files.size(place));
  }

  public void testPlaceThatIsTaken() throws IOException {
    Path folder = createTempDir();
    Path texts = Files.createDirectory(folder.resolve("texts"));
    Files.writeString(texts.resolve("a.md"), "red cat\n");
    Files.writeString(texts.resolve("none.md"), "\n");
    Path model = TinyModel.copyTo(createTempDir());
    Path output = Files.createDirectory(folder.resolve("out"));
    Path tokens = output.resolve("tokens.npy");
    assertKept(tokens, "encode", texts, "-o", output, "--model", model);

    Path index = folder.resolve("index");
    assertEquals(0, plaid("index", texts, "-o", index, "--model", model));
    Path page = Files.createDirectory(folder.resolve("pages")).resolve("page.html");
    String query = "red cat ".repeat(200);
    assertKept(
        page, "explain", index, "--query", query, "--hit=1", "--html", page, "--model", model);

    Path plot = Files.createDirectory(folder.resolve("plots")).resolve("plot.svg");
    Path queries = Files.writeString(folder.resolve("queries"), "cat\n\n");
    assertKept(
        plot, "recall", index, "--queries", queries, "--plot", plot, "--model", model, "-k1");
  }

  /** If an index cannot be finished, the former one stays. */
  public void testIndex() throws IOException {
    Path folder = createTempDir();
    Path sound = Files.createDirectory(folder.resolve("sound"));
    Path broken = Files.createDirectory(folder.resolve("broken"));
    write(sound, 1);
    write(broken, Float.POSITIVE_INFINITY);
    Path index = folder.resolve("index");
    Object[] fails = {
      "index", broken.resolve("tokens.npy"), "-o", index, "--pool-factor", 2, "--force"
    };
    assertFails(1, "text 3, token 5, component 7: found Infinity", fails);
    // The remains do not hinder the next command
    assertEquals(0, plaid("index", sound.resolve("tokens.npy"), "-o", index));
    assertEquals(4, documents(index));
    assertFails(1, "text 3, token 5, component 7: found Infinity", fails);
    assertEquals(4, documents(index));
    assertEquals(0, plaid("search", index, "red", "--model", TinyModel.copyTo(createTempDir())));
  }

  /** Four documents of six tokens; the last number is as asked for. */
  private static void write(Path folder, float last) throws IOException {
    try (NpyWriter writer = new NpyWriter(folder.resolve("tokens.npy"), ElementType.FLOAT32, 8)) {
      for (int i = 0; i < 24; i++) {
        float[] token = new float[8];
        token[i % 8] = 1;
        token[7] = i == 23 ? last : 1;
        writer.add(token);
      }
      writer.finish();
    }
    Files.writeString(folder.resolve("doclens.json"), "[6, 6, 6, 6]");
  }

  private static int documents(Path index) throws IOException {
    try (Directory directory = FSDirectory.open(index);
        DirectoryReader reader = DirectoryReader.open(directory)) {
      return reader.numDocs();
    }
  }
}
