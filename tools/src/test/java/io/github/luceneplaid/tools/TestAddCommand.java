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
import io.github.luceneplaid.fsvi.files.NpyWriter;
import io.github.luceneplaid.plaid.PlaidDocValuesFormat;
import io.github.luceneplaid.plaid.PlaidStatistics;
import io.github.luceneplaid.testframework.TinyModel;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;

/** {@code plaid add} adds all given records or none. */
public class TestAddCommand extends ChangeTestCase {

  public void testAdd() throws IOException {
    run(with("index", write("a.jsonl", "{\"id\":\"x\",\"text\":\"red cat\"}"), "-o", index));
    Path more =
        write(
            "b.jsonl",
            "{\"id\":\"y\",\"text\":\"blue river\"}\n{\"title\":\"dogs\",\"text\":\"the dogs\"}");
    JsonNode added = json(with("add", index, more, "--json"));
    assertEquals(2, added.get("records").asInt());
    assertEquals(2, added.get("passages").asInt());
    assertEquals(0, added.get("replaced").asInt());
    assertEquals(List.of("b.jsonl:2=dogs\nthe dogs", "x=red cat", "y=blue river"), documents());
    run(with("search", index, "river", "-k", 1));
    assertTrue(out.toString(), out.toString().contains("  y\n"));
    run("info", index);
    assertTrue(out.toString(), out.toString().contains("3 records of 2 files in 3 documents"));
    run(with("add", index, write("c.jsonl", "{\"id\":\"z\",\"text\":\"cat\"}")));
    assertTrue(
        out.toString(), out.toString().startsWith("1 record, 1 token added to " + index + ", in "));
  }

  /** An id that exists changes nothing: even the records before it are not added. */
  public void testIdThatIsThere() throws IOException {
    Path first = write("a.jsonl", "{\"id\":\"x\",\"text\":\"red cat\"}");
    run(with("index", first, "-o", index));
    String before = version();
    Path more = write("b.jsonl", "{\"id\":\"y\",\"text\":\"a\"}\n{\"id\":\"x\",\"text\":\"dogs\"}");
    assertFails(
        1,
        more + ":2: the id x is in " + index + " already, from " + first + " (--replace",
        with("add", index, more));
    assertEquals(before, version());
    JsonNode added = json(with("add", index, more, "--replace", "--json"));
    assertEquals(1, added.get("replaced").asInt());
    assertEquals(List.of("x=dogs", "y=a"), documents());
  }

  /** A record is deleted together with its passages, whose ids belong to it. */
  public void testReplacePassages() throws IOException {
    String words = "red cat blue river ";
    Path first = write("a.jsonl", "{\"id\":\"x\",\"text\":\"" + words.repeat(100) + "\"}");
    run(with("index", first, "-o", index));
    assertEquals(List.of("x", "x#2", "x#3"), ids());
    Path more = write("b.jsonl", "{\"id\":\"x#2\",\"text\":\"dogs\"}");
    String before = version();
    for (Object[] add : new Object[][] {{"add", index, more}, {"add", index, more, "--replace"}}) {
      assertFails(1, ":1: the id x#2 is that of a passage of the record x in ", with(add));
    }
    assertEquals(before, version());
    Path other = write("c.jsonl", "{\"id\":\"x\",\"text\":\"" + words.repeat(45) + "\"}");
    run(with("add", index, other, "--replace"));
    assertEquals(List.of("x", "x#2"), ids());
    // Passages of new records get no ids that exist
    Path third =
        write("d.jsonl", "{\"id\":\"y#2\",\"text\":\"a\"}\n{\"id\":\"z\",\"text\":\"dogs\"}");
    run(with("add", index, third));
    run(with("add", index, write("e.jsonl", Files.readString(other).replace("\"x\"", "\"y\""))));
    assertEquals(List.of("x", "x#2", "y", "y#2", "y#2~2", "z"), ids());
    run("info", index, "--json");
    assertTrue(out.toString(), out.toString().contains("\"records\":4,\"files\":3,"));
  }

  /** Lines are numbered; those of the first file alone, those of others with its name. */
  public void testLines() throws IOException {
    Path first = write("one/notes", "red\ncat\n");
    run(with("index", first, "-o", index));
    run(with("add", index, write("two/notes", "blue\n")));
    run(with("add", index, write("three/notes", "river\n")));
    String longName = folder.resolve("three/notes") + ":1";
    assertEquals(List.of(longName + "=river", "1=red", "2=cat", "notes:1=blue"), documents());
    String before = version();
    assertFails(1, first + ": is in " + index + " already", with("add", index, first));
    assertEquals(before, version());
    write("one/notes", "red\ndogs\nsleeps\n");
    run(with("add", index, first, "--replace"));
    assertEquals(
        List.of(longName + "=river", "1=red", "2=dogs", "3=sleeps", "notes:1=blue"), documents());
  }

  /** Later records are stored and pooled like the first ones. */
  public void testOptions() throws IOException {
    Path lines = write("a", "red cat\n");
    run(
        with(
            "index",
            lines,
            "-o",
            index,
            "--bits=2",
            "--raw=float16",
            "--pool-factor=2",
            "--pool-protect=0",
            "--training-threshold=12",
            "--encoding=ISO-8859-1"));
    Path latin = folder.resolve("b");
    Files.write(
        latin,
        "r\u00e9d cat the dogs river blue\n".repeat(8).getBytes(StandardCharsets.ISO_8859_1));
    JsonNode added = json(with("add", index, latin, "--json"));
    assertEquals(8, added.get("records").asInt());
    Path other = folder.resolve("other");
    Object[] again = with("index", latin, "-o", other, "--encoding=ISO-8859-1", "--json");
    int unpooled = json(again).get("tokens").asInt();
    again = concat(again, "--force", "--pool-factor=2", "--pool-protect=0");
    int pooled = json(again).get("tokens").asInt();
    assertTrue(pooled + " of " + unpooled, pooled < unpooled);
    assertEquals(pooled, added.get("tokens").asInt());
    assertTrue(
        documents().toString(), documents().contains("b:8=r\u00e9d cat the dogs river blue"));
    try (Directory directory = FSDirectory.open(index);
        DirectoryReader reader = DirectoryReader.open(directory)) {
      for (LeafReaderContext leaf : reader.leaves()) {
        PlaidStatistics tokens = PlaidDocValuesFormat.statistics(leaf.reader(), "tokens");
        assertEquals(2, tokens.bits());
        assertEquals(tokens.tokens() >= 12, tokens.trained());
        assertEquals("FLOAT16", tokens.raw().name());
      }
    }
  }

  public void testModels() throws IOException {
    run(with("index", write("a", "red cat\n"), "-o", index));
    Path more = write("b", "blue river\n");
    String before = version();
    assertFails(2, "its tokens are of the model " + model, "add", index, more);
    Path other = TinyModel.copyTo(Files.createDirectory(folder.resolve("other")));
    Path vocabulary = other.resolve("tokenizer.json");
    Files.writeString(vocabulary, Files.readString(vocabulary).replace("\"cat\"", "\"cot\""));
    assertFails(2, "not of " + other, "add", index, more, "--model", other);
    assertEquals(before, version());
    run("add", index, more, "--model", other, "--any-model");
    assertEquals(List.of("1=red cat", "b:1=blue river"), documents());
  }

  private Path tokens(String name, int documents, int dimension, float last) throws IOException {
    Path file = Files.createDirectories(folder.resolve(name)).resolve("tokens.npy");
    try (NpyWriter writer = new NpyWriter(file, ElementType.FLOAT32, dimension)) {
      for (int i = 0; i < 2 * documents; i++) {
        float[] row = new float[dimension];
        row[i % dimension] = 1;
        row[0] = i == 2 * documents - 1 ? last : 1;
        writer.add(row);
      }
      writer.finish();
    }
    Files.writeString(file.resolveSibling("doclens.json"), "[2" + ",2".repeat(documents - 1) + "]");
    return file;
  }

  /** Tokens can be added to tokens of the same dimension; texts need a model. */
  public void testTokens() throws IOException {
    run("index", tokens("a", 3, 4, 1), "-o", index, "--pool-factor=2");
    assertFails(1, "holds tokens that were imported", with("add", index, write("b", "red\n")));
    assertFails(1, "of files that are known; name", with("update", index));
    assertFails(1, "holds tokens that were", with("update", index, write("b", "red\n")));
    String before = version();
    assertFails(
        1,
        "record 0~2: its tokens have 8 dimensions, expected 4 as in the index",
        "add",
        index,
        tokens("c", 2, 8, 1));
    // The last document of several
    assertFails(1, "text 4, token ", "add", index, tokens("d", 5, 4, Float.NaN));
    Path given = tokens("e", 2, 4, 1);
    Path ids = Files.writeString(given.resolveSibling("ids.json"), "[\"a\", \"1\"]");
    assertFails(1, ids + ", entry 1: the id 1 is in " + index + " already", "add", index, given);
    assertEquals(before, version());
    Files.writeString(ids, "[\"a\", null]");
    run("add", index, given);
    assertEquals(List.of("0", "1", "1~2", "2", "a"), documents());
    Path none = folder.resolve("none");
    assertFails(1, none + ": no such folder", "add", none, given);
  }

  /** Tokens of more dimensions than the format codes are compared, too. */
  public void testManyDimensions() throws IOException {
    int dimension = 1025 + random().nextInt(600);
    run("index", tokens("a", 3, dimension, 1), "-o", index);
    Path other = tokens("b", 2, 128, 1);
    String found = ": its tokens have 128 dimensions, expected " + dimension + " as in the index";
    String before = version();
    assertFails(1, "record 0~2" + found, "add", index, other);
    assertEquals(before, version());
    assertFails(1, other + ": query 0" + found, "search", index, "--queries", other);
    run("add", index, tokens("c", 2, dimension, 1));
    run("search", index, "--queries", tokens("d", 1, dimension, 1));
    assertEquals(5, out.toString().lines().count());
    Path plaid = folder.resolve("plaid");
    run("index", other, "-o", folder.resolve("coded"));
    run("export", folder.resolve("coded"), plaid);
    found = "dimension: found 128, expected " + dimension + " as in " + index;
    assertFails(1, found, "import", plaid, index, "--id-prefix=p");
  }

  /** Another writer is reported in a line. */
  public void testLock() throws IOException {
    run(with("index", write("a", "red cat\n"), "-o", index));
    String before = version();
    try (Directory directory = FSDirectory.open(index);
        IndexWriter writer = new IndexWriter(directory, new IndexWriterConfig())) {
      Object[][] commands = {
        with("add", index, write("b", "blue\n")),
        with("update", index),
        {"delete", index, "--id", "1"},
        {"merge", index}
      };
      for (Object[] command : commands) {
        assertFails(1, "somebody else writes to the index", command);
      }
      run(with("update", index, "--dry-run"));
      writer.rollback();
    }
    assertEquals(before, version());
  }
}
