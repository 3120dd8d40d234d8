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
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.NumericDocValuesField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.util.Constants;

/** Inputs and options that do not go together are refused by name, and leave nothing behind. */
public class TestWrongInputs extends ChangeTestCase {
  private Path matrix(String name, int rows) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    try (NpyWriter writer = new NpyWriter(file, ElementType.FLOAT32, 4)) {
      for (int i = 0; i < rows; i++) {
        writer.add(new float[] {1, i, 0, 0});
      }
      writer.finish();
    }
    return file;
  }

  /** Changes the model so that it gives NaN for a piece of its vocabulary. */
  private void spoil(int piece) throws IOException {
    Path file = model.resolve("model.onnx");
    byte[] bytes = Files.readAllBytes(file);
    // The name of the table is followed by its length, in two bytes
    int table = new String(bytes, StandardCharsets.ISO_8859_1).indexOf("tableJ") + 8;
    int row = table + piece * 8 * Float.BYTES;
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putFloat(row, Float.NaN);
    Files.write(file, bytes);
  }

  /** No query would find tokens that are not finite. */
  public void testModelGivesNaN() throws IOException {
    run(with("index", write("a", "red\n"), "-o", index, "--force"));
    spoil(13);
    Path texts =
        write("b.jsonl", "{\"id\":\"x\",\"text\":\"red\"}\n{\"id\":\"y\",\"text\":\"red cat\"}");
    String found = "record y, token 1: the model gives NaN";
    Path other = folder.resolve("other");
    assertFails(1, found, with("index", texts, "-o", other));
    assertFalse(Files.exists(other));
    assertFails(1, found, with("add", index, texts, "--any-model"));
    assertFails(1, "NaN", with("search", index, "cat", "--any-model"));
    for (List<String> options :
        List.of(List.<String>of(), List.of("--truncate"), List.of("--query"))) {
      assertFails(1, found, concat(with("encode", texts, "-o", other), options.toArray()));
      assertFalse(Files.exists(other));
    }
  }

  /** The files beside encoded queries that are of the documents in the same folder do not count. */
  public void testQueriesBesideDocuments() throws IOException {
    Path documents = matrix("tokens.npy", 3);
    write("doclens.json", "[1, 2]");
    write("ids.json", "[\"d\", \"d#2\"]");
    write("records.json", "[\"d\", \"d\"]");
    run("index", documents, "-o", index);
    Path queries = matrix("queries.npy", 2);
    write("querylens.json", "[2]");
    run("search", index, "--queries", queries);
    assertTrue(out.toString(), out.toString().startsWith("0\t1\td\t"));
    write("query_ids.json", "[\"q\"]");
    run("search", index, "--queries", queries);
    assertTrue(out.toString(), out.toString().startsWith("q\t1\td\t"));
    // A folder of its own
    Path own = matrix("own/tokens.npy", 1);
    write("own/doclens.json", "[1]");
    write("own/ids.json", "[\"mine\"]");
    run("search", index, "--queries", own);
    assertTrue(out.toString(), out.toString().startsWith("mine\t1\td\t"));
  }

  /** The message names the matrix if it is what is missing, and else what is missing beside it. */
  public void testMissingFiles() throws IOException {
    Path lone = matrix("T.NPY", 3);
    String found = lone + ": found FLOAT32 of shape [3, 4], expected ";
    assertFails(1, found + "doclens.json beside it", "index", lone, "-o", index);
    run("index", write("a", "red\n"), "-o", index, "--model", model);
    assertFails(1, found + "querylens.json beside it", "search", index, "--queries", lone);
    for (String name : List.of("x.npy", "x.npz")) {
      Path file = folder.resolve(name);
      assertFails(1, file + ": no such file", "index", file, "-o", index, "--force");
      assertFails(1, file + ": no such file", "add", index, file);
      assertFails(1, file + ": no such file", "search", index, "--queries", file);
      Files.createDirectory(file);
      assertFails(1, file + ": expected a file, found a folder", "add", index, file);
      assertFails(1, file + ": expected a file, found", "search", index, "--queries", file);
    }
  }

  /** JSON may come from another program. */
  public void testPipes() throws Exception {
    assumeFalse("no pipes", Constants.WINDOWS);
    Path file = matrix("tokens.npy", 3);
    Path lengths = pipe("lengths", "[1, 2]");
    Path ids = pipe("ids", "[\"a\", \"b\"]");
    run("index", file, "-o", index, "--doclens", lengths, "--ids", ids);
    assertEquals(List.of("a", "b"), ids());
    Path missing = folder.resolve("missing");
    assertFails(1, missing + ": no such file", "add", index, file, "--doclens", missing);
    assertFails(1, folder + ": expected a file, found", "add", index, file, "--doclens", folder);
  }

  /** An array is mapped, so it cannot come from a pipe. */
  public void testPipeOfArray() throws Exception {
    assumeFalse("no pipes", Constants.WINDOWS);
    Path pipe = pipe("p.npy");
    String found = pipe + ": expected a regular file, found a pipe or a device";
    assertFails(1, found, "convert", pipe, folder.resolve("x.npy"));
    assertFails(1, found, "index", pipe, "-o", index);
  }

  /** The ids of records are beside the matrix, wherever the ids are. */
  public void testRecordsBesideMatrix() throws IOException {
    Path documents = matrix("tokens.npy", 3);
    write("doclens.json", "[1, 2]");
    Path ids = write("other/ids.json", "[\"d\", \"d#2\"]");
    write("other/records.json", "of another matrix");
    Object[] command = {"index", documents, "-o", index, "--ids", ids};
    run(command);
    Path records = write("records.json", "[\"d\", \"x\"]");
    assertFails(1, records + ", entry 1: found the record x", concat(command, "--force"));
  }

  private Path pipe(String name) throws Exception {
    Path pipe = folder.resolve(name);
    assertEquals(0, new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor());
    return pipe;
  }

  private Path pipe(String name, String content) throws Exception {
    Path pipe = pipe(name);
    Thread writer =
        new Thread(
            () -> {
              try {
                Files.writeString(pipe, content);
              } catch (IOException e) {
                throw new AssertionError(e);
              }
            });
    writer.setDaemon(true);
    writer.start();
    return pipe;
  }

  private Set<String> names() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).collect(Collectors.toSet());
    }
  }

  /** A command that fails deletes the folders that it made, and no other. */
  public void testFoldersThatWereMade() throws IOException {
    Path texts = write("t.txt", "red\n");
    Path broken = Files.createDirectory(folder.resolve("broken"));
    Set<String> before = names();
    assertFails(1, texts + ": expected a folder, found a file", "encode", texts, "-o", texts);
    Path deep = folder.resolve("a/b/c");
    assertFails(1, "model.onnx is missing", "encode", texts, "-o", deep, "--model", broken);
    assertEquals(before, names());
    Path wrong = matrix("wrong.npy", 2);
    try (NpyWriter writer = new NpyWriter(wrong, ElementType.FLOAT32, 1)) {
      writer.add(new float[] {Float.NaN});
      writer.finish();
    }
    write("doclens.json", "[1]");
    before = names();
    assertFails(1, "expected a finite number", "index", wrong, "-o", deep);
    assertEquals(before, names());
    Files.createDirectory(folder.resolve("a"));
    assertFails(1, "expected a finite number", "index", wrong, "-o", deep);
    assertTrue(Files.exists(folder.resolve("a")));
    assertFalse(Files.exists(folder.resolve("a/b")));
    run(with("encode", texts, "-o", deep));
    assertTrue(Files.exists(deep.resolve("tokens.npy")));
  }

  public void testBlankQueries() throws IOException {
    run(with("index", write("a", "red\n"), "-o", index));
    Path queries = write("q", "\n \n");
    assertFails(
        1, queries + ": query 1: no words in it", with("search", index, "--queries", queries));
  }

  /** An index of another program may have another field of that name. */
  public void testOtherTokens() throws IOException {
    try (Directory directory = FSDirectory.open(index);
        IndexWriter writer = new IndexWriter(directory, new IndexWriterConfig())) {
      Document document = new Document();
      document.add(new NumericDocValuesField(IndexBuilder.TOKENS, 7));
      document.add(new StringField(IndexBuilder.ID, "x", Field.Store.YES));
      writer.addDocument(document);
    }
    String found = index + ": field tokens: found doc values of type NUMERIC, expected BINARY";
    assertFails(1, found, with("search", index, "red"));
    assertFails(1, found, "search", index, "--queries", matrix("q.npy", 1));
    assertFails(1, found, with("explain", index, "--query", "red", "--doc", "x"));
    assertFails(1, found, "recall", index);
    assertFails(1, found, with("serve", index, "--port", 0));
    run("info", index);
  }

  public void testLongIdPrefix() throws IOException {
    run(with("index", write("a", "red\n"), "-o", index));
    Path directory = folder.resolve("directory");
    run("export", index, directory, "--no-metadata");
    Path target = folder.resolve("target");
    Object[] command = {"import", directory, target, "--id-prefix", "x".repeat(40_000)};
    assertFails(1, "--id-prefix: the id xxx", command);
    assertFalse(Files.exists(target));
    command[4] = "x".repeat(Ids.MAX_BYTES);
    run(command);
  }

  /** Options that would do nothing. */
  public void testOptionsWithoutUse() throws IOException {
    run(with("index", write("a", "red\n"), "-o", index));
    Path tokens = matrix("tokens.npy", 3);
    write("doclens.json", "[1, 2]");
    String encoded = "--model and --any-model: " + tokens + " is encoded already";
    assertFails(2, encoded, with("add", index, tokens));
    assertFails(2, encoded, "add", index, tokens, "--any-model");
    assertFails(2, encoded, with("search", index, "--queries", tokens));
    String none = "--encoding: " + tokens + " has tokens, no text";
    assertFails(2, none, "add", index, tokens, "--encoding", "UTF-16");
    assertFails(2, none, "index", tokens, "-o", index, "--force", "--encoding", "UTF-16");
    Object[] explain = with("explain", index, "--query", "red", "--doc", "1");
    for (String option : List.of("--filter=(((", "--exact", "--cells=3", "--candidates=3")) {
      assertFails(2, "--filter are of searches; --doc names the doc", concat(explain, option));
    }
    run(explain);
  }
}
