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
import io.github.luceneplaid.fsvi.files.ElementType;
import io.github.luceneplaid.fsvi.files.NpyFile;
import io.github.luceneplaid.fsvi.files.NpyWriter;
import io.github.luceneplaid.testframework.TinyModel;
import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.store.AlreadyClosedException;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FilterDirectory;
import org.apache.lucene.store.Lock;
import org.apache.lucene.store.LockObtainFailedException;
import org.apache.lucene.util.Constants;

/** Every problem is reported in one line: what was found, what was expected, what to do. */
public class TestProblems extends CommandTestCase {
  private static byte[] npy(String descr, String shape, int bytes) {
    String header =
        "{'descr': '" + descr + "', 'fortran_order': False, 'shape': (" + shape + "), }";
    header += " ".repeat(117 - header.length()) + "\n";
    byte[] result = new byte[10 + header.length() + bytes];
    byte[] start = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, (byte) header.length(), 0};
    System.arraycopy(start, 0, result, 0, start.length);
    System.arraycopy(header.getBytes(StandardCharsets.US_ASCII), 0, result, 10, header.length());
    return result;
  }

  public void testArrays() throws IOException {
    Path folder = createTempDir();
    Path file = folder.resolve("tokens.npy");
    Files.writeString(folder.resolve("doclens.json"), "[2]");
    Object[] index = {"index", file, "-o", folder.resolve("index")};
    Files.write(file, npy(">f4", "2, 4", 32));
    assertFails(1, "found \">f4\", expected <f2, <f4", index);
    assertTrue(err.toString(), err.toString().contains("astype('<f4')"));
    Files.write(file, npy("<V2", "2, 4", 16));
    assertFails(1, "found \"<V2\"", index);
    Files.write(file, npy("|O", "2,", 16));
    assertFails(1, "found \"|O\"", index);
    assertTrue(err.toString(), err.toString().contains("numpy.savez(file, *list)"));
    Files.write(file, npy("<f4", "1, 1, 2, 4", 32));
    assertFails(1, "found FLOAT32 of shape [1, 1, 2, 4], expected floats with 2 axes", index);
    assertTrue(err.toString(), err.toString().contains("reshape(-1, array.shape[-1])"));
    assertTrue(err.toString(), err.toString().contains("doclens.json then says"));
    Files.write(file, npy("|i1", "2, 4", 8));
    assertFails(1, "found INT8 of shape [2, 4], expected floats", index);
    // Recognised by content, whatever the name
    Path other = folder.resolve("tokens.data");
    Files.write(other, npy("<f4", "2, 4", 32));
    assertEquals(err.toString(), 0, plaid("index", other, "-o", folder.resolve("index")));
    Path upper = Files.copy(other, folder.resolve("T.NPY"));
    assertEquals(0, plaid("index", upper, "-o", folder.resolve("index"), "--force"));
  }

  public void testStanford() throws IOException {
    Path folder = Files.createDirectory(createTempDir().resolve("colbert"));
    Files.writeString(folder.resolve("plan.json"), "{}");
    Files.writeString(folder.resolve("ivf.pid.pt"), "x");
    Path index = createTempDir().resolve("index");
    assertFails(1, "an index of Stanford's ColBERT", "index", folder, "-o", index);
    assertTrue(err.toString(), err.toString().contains("for plaid index tokens.npz"));
    assertFails(1, "an index of Stanford's ColBERT", "import", folder, index);
    // Without the plan, which only its writer needs
    Files.move(folder.resolve("plan.json"), folder.resolve("metadata.json"));
    assertFails(1, "an index of Stanford's ColBERT", "index", folder, "-o", index);
    Files.move(folder.resolve("ivf.pid.pt"), folder.resolve("centroids.npy"));
    String way = "a PLAID directory of next-plaid or fast-plaid, not texts; plaid import " + folder;
    assertFails(1, way, "index", folder, "-o", index);
    Files.delete(folder.resolve("centroids.npy"));
    Files.writeString(folder.resolve("metadata.json"), "{\"text\":\"a record\"}");
    assertEquals(err.toString(), 0, plaid("index", folder, "-o", index));
  }

  public void testFolders() throws IOException {
    Path folder = createTempDir();
    Path file = folder.resolve("a.npy");
    Files.write(file, npy("<f4", "2, 4", 32));
    Path missing = folder.resolve("missing");
    String message = "the folder " + missing.toAbsolutePath() + " is not there; make it first";
    assertFails(1, message, "convert", file, missing.resolve("b.fsvi"));
    assertFails(1, message, "fit-projection", file, "-o", missing.resolve("p.npy"));
    Path text = Files.writeString(folder.resolve("t"), "a");
    Object[] odd = {"index", text, "-o", missing, "--encoding=nonsense"};
    assertFails(2, "--encoding nonsense: no encoding", odd);
  }

  /** An empty path, as of a shell variable without a value, is not the current folder. */
  public void testEmptyPaths() {
    Object output = createTempDir().resolve("output");
    Object[][] commands = {
      {"index", "", "-o", output},
      {"index", output, "-o", ""},
      {"index", output, "", "-o", output},
      {"encode", "", "-o", output},
      {"add", output, ""},
      {"update", ""},
      {"update", output, ""},
      {"delete", output, "--file", ""},
      {"delete", output, "--ids", ""},
      {"merge", ""},
      {"search", "", "red"},
      {"search", output, "--queries", ""},
      {"search", output, "red", "--model", ""},
      {"explain", "", "--query", "red", "--hit", "1"},
      {"serve", ""},
      {"recall", ""},
      {"info", ""},
      {"import", "", output},
      {"export", output, ""},
      {"convert", "", output},
      {"check", ""},
      {"fit-projection", "", "-o", output},
    };
    for (Object[] command : commands) {
      assertFails(2, ": expected a path, found nothing (see plaid ", command);
    }
    assertFails(2, "plaid index: INPUT: expected a path, found nothing", commands[0]);
    assertFails(2, "plaid index: --output: expected a path, found nothing", commands[1]);
  }

  public void testMessages() {
    String memory = Problem.message(new IOException("x", new OutOfMemoryError("Java heap space")));
    assertTrue(memory, memory.startsWith("out of memory (Java heap space): the heap has "));
    assertTrue(memory, memory.contains("PLAID_JAVA_OPTS=-Xmx"));
    // No heap is large enough for these
    for (String what :
        List.of(
            "Requested array size exceeds VM limit",
            "Required array size too large",
            "Required length exceeds implementation limit",
            "UTF16 String size is 1200000000, should be less than 1073741823")) {
      String array = Problem.message(new OutOfMemoryError(what));
      assertTrue(array, array.startsWith("too much for one array (" + what + "): expected less"));
      assertFalse(array, array.contains("Xmx"));
    }
    assertEquals(
        "No space left on device; make room and run the command again",
        Problem.message(new IOException("No space left on device")));
    assertEquals(
        "/x: Read-only file system; choose a folder that can be written to",
        Problem.message(new FileSystemException("/x", null, "Read-only file system")));
    assertEquals(
        "/x: exists (--force replaces it)", Problem.message(new FileAlreadyExistsException("/x")));
    IOException full = new IOException("No space left on device");
    assertEquals(
        "No space left on device; make room and run the command again",
        Problem.message(new AlreadyClosedException("this IndexWriter is closed", full)));
    assertEquals(
        "IllegalStateException: y (--stacktrace: where)",
        Problem.message(new IllegalStateException("y")));
  }

  /** A file that no array can hold is told by its name and size. */
  public void testHugeFile() throws IOException {
    assumeTrue("needs files with holes", Constants.LINUX);
    Path file = Path.of(createTempDir().toRealPath().toString()).resolve("huge.txt");
    try (RandomAccessFile huge = new RandomAccessFile(file.toFile(), "rw")) {
      huge.setLength(1L << 31);
    }
    String message = file + ": found 2147483648 bytes, expected at most 2147483639; split it";
    assertFails(1, message, "index", file, "-o", createTempDir().resolve("index"));
    assertFails(1, message, "index", file.getParent(), "-o", createTempDir().resolve("index"));
  }

  /** A folder that nobody can write to needs no lock. */
  public void testCheckWithoutLock() throws IOException {
    try (Directory directory = newDirectory()) {
      IOException[] failures = {
        new FileSystemException("x", null, "Read-only file system"),
        new LockObtainFailedException("somebody")
      };
      for (IOException failure : failures) {
        Directory readOnly =
            new FilterDirectory(directory) {
              @Override
              public Lock obtainLock(String name) throws IOException {
                assertEquals(IndexWriter.WRITE_LOCK_NAME, name);
                throw failure;
              }
            };
        if (failure instanceof LockObtainFailedException) {
          assertSame(failure, expectThrows(IOException.class, () -> CheckCommand.lock(readOnly)));
        } else {
          CheckCommand.lock(readOnly).close();
        }
      }
    }
  }

  private int version(String failure) {
    StandardOutput output =
        new StandardOutput(
            new OutputStream() {
              @Override
              public void write(int b) throws IOException {
                if (failure != null) {
                  throw new IOException(failure);
                }
              }
            });
    err.getBuffer().setLength(0);
    return Plaid.run(Console.of(output, err), "--version");
  }

  /** A full disk is reported; a closed pipe is not. */
  public void testOutput() {
    assertEquals(0, version(null));
    assertEquals(1, version("No space left on device"));
    assertEquals(
        "plaid: standard output: No space left on device; what was printed is not all\n",
        err.toString());
    assertEquals(0, version("Broken pipe"));
    assertEquals("", err.toString());
  }

  private static void write(Path file, float[][] rows) throws IOException {
    try (NpyWriter writer = new NpyWriter(file, ElementType.FLOAT32, rows[0].length)) {
      for (float[] row : rows) {
        writer.add(row);
      }
      writer.finish();
    }
  }

  /** Rows that were sorted by hashes are restored to their order. */
  public void testOrderOfRows() throws IOException {
    Path folder = createTempDir();
    float[][] rows = new float[1 + random().nextInt(300)][4];
    for (int i = 0; i < rows.length; i++) {
      rows[i][0] = i + 1;
    }
    Path from = folder.resolve("from.npy");
    write(from, rows);
    Path hashed = folder.resolve("a.fsvi");
    Path to = folder.resolve("to.npy");
    assertEquals(err.toString(), 0, plaid("convert", from, hashed));
    assertEquals(err.toString(), 0, plaid("convert", hashed, to));
    assertTrue(err.toString(), err.toString().contains("rows are in the order of these numbers"));
    try (var array = NpyFile.open(to);
        var vectors = array.vectors()) {
      for (int i = 0; i < rows.length; i++) {
        assertArrayEquals(rows[i], vectors.read(i, 1)[0], 0);
      }
    }
  }

  /**
   * A query without words is noted, and the others are answered. A query without tokens has no
   * hits.
   */
  public void testEmpty() throws IOException {
    Path folder = createTempDir();
    Path model = TinyModel.copyTo(createTempDir());
    Path texts = Files.writeString(folder.resolve("t"), "red cat\n");
    Path index = folder.resolve("index");
    assertEquals(0, plaid("index", texts, "-o", index, "--model", model));
    assertTrue(out.toString(), out.toString().startsWith("1 document, 2 tokens in "));
    Path queries = Files.writeString(folder.resolve("q"), "cat\n  \nred\n");
    Object[] search = {"search", index, "--queries", queries, "--model", model};
    assertEquals(0, plaid(search));
    assertEquals("plaid: 2: query \"\": no words in it, no hits\n", err.toString());
    List<String> lines = out.toString().lines().toList();
    assertEquals(2, lines.size());
    assertTrue(lines.toString(), lines.get(0).startsWith("1\t") && lines.get(1).startsWith("3\t"));
    Files.writeString(queries, " \n");
    assertFails(1, "no words in it", search);

    Path empty = Files.writeString(folder.resolve("e.jsonl"), "{\"text\":\"\"}\n{\"text\":\" \"}");
    Path none = folder.resolve("none");
    assertEquals(err.toString(), 0, plaid("index", empty, "-o", none, "--model", model));
    assertEquals(0, plaid("search", none, "red", "--model", model));
    assertTrue(out.toString(), out.toString().contains("no hits"));
    JsonNode recall = json("search", none, "red", "--model", model, "--recall", "--json");
    assertTrue(recall.toString(), recall.get("recall").isNull());
    assertEquals(err.toString(), 0, plaid("check", none));
    assertEquals(err.toString(), 0, plaid("info", none));
  }

  /** An index is searched by the model it was written with. */
  public void testModels() throws IOException {
    Path folder = createTempDir();
    Path model = TinyModel.copyTo(createTempDir());
    Path same = TinyModel.copyTo(createTempDir());
    Path other = TinyModel.copyTo(createTempDir());
    Path vocabulary = other.resolve("tokenizer.json");
    Files.writeString(vocabulary, Files.readString(vocabulary).replace("\"cat\"", "\"cot\""));
    Path texts = Files.writeString(folder.resolve("t"), "red cat\n");
    Path index = folder.resolve("index");
    assertEquals(0, plaid("index", texts, "-o", index, "--model", model));
    assertEquals(0, plaid("search", index, "cat", "--model", same));
    assertFails(
        2,
        "its tokens are of the model " + model + ", not of " + other,
        "search",
        index,
        "cat",
        "--model",
        other);
    assertFails(
        2, "name it by --model", "explain", index, "--query", "cat", "--hit", 1, "--model", other);
    assertEquals(err.toString(), 0, plaid("search", index, "cat", "--model", other, "--any-model"));
  }
}
