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
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.luceneplaid.fsvi.FsviEncoding;
import io.github.luceneplaid.fsvi.FsviVectorsFormat;
import io.github.luceneplaid.fsvi.files.ElementType;
import io.github.luceneplaid.fsvi.files.NpyFile;
import io.github.luceneplaid.fsvi.files.NpyWriter;
import io.github.luceneplaid.fsvi.simd.VectorKernels;
import io.github.luceneplaid.testframework.Processes;
import io.github.luceneplaid.testframework.TinyModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.codecs.lucene104.Lucene104Codec;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.util.IOUtils;
import org.apache.lucene.util.VectorUtil;

/** The commands as they are typed: exit codes, messages and files. */
public class TestPlaid extends CommandTestCase {
  static final List<String> COMMANDS =
      List.of(
          "demo",
          "encode",
          "index",
          "add",
          "update",
          "delete",
          "merge",
          "search",
          "explain",
          "serve",
          "recall",
          "info",
          "import",
          "export",
          "convert",
          "check",
          "fit-projection",
          "generate-completion");

  public void testHelp() {
    assertEquals(0, plaid("--help"));
    for (String command : COMMANDS) {
      assertTrue(out.toString(), out.toString().contains("\n  " + command + " "));
    }
    for (String command : COMMANDS) {
      assertEquals(0, plaid(command, "--help"));
      assertTrue(out.toString().startsWith("Usage: plaid " + command));
    }
    assertTrue(out.toString(), out.toString().contains("Exit codes:\n  0   All went well."));
    assertEquals(0, plaid("generate-completion"));
    assertTrue(out.toString().startsWith("#!/usr/bin/env bash"));
    assertTrue(out.toString().contains("--ignore-wal"));
    assertEquals(0, plaid("--version"));
    assertTrue(out.toString().startsWith("plaid "));
  }

  /** The script does complete, in a shell that knows how. */
  public void testCompletion() throws Exception {
    Path bash = Path.of("/bin/bash");
    assumeTrue("no " + bash, Files.isExecutable(bash));
    Locale before = Locale.getDefault();
    Locale.setDefault(Locale.forLanguageTag("ar-KM")); // has digits of its own
    try {
      assertEquals(0, plaid("generate-completion"));
    } finally {
      Locale.setDefault(before);
    }
    Path folder = Path.of(createTempDir().toRealPath().toString());
    Path script = Files.writeString(folder.resolve("plaid.bash"), out.toString());
    assertEquals(
        "complete -o default -F _complete_plaid plaid", complete(script, "complete -p plaid"));
    assertEquals("check", typed(script, "plaid", "ch"));
    assertEquals("import index info", typed(script, "plaid", "i"));
    assertEquals("--ignore-missing", typed(script, "plaid", "delete", "--ig"));
    assertEquals("--no-metadata", typed(script, "plaid", "export", "--no"));
    assertEquals("COSINE", typed(script, "plaid", "convert", "--metric", "C"));
    assertEquals("", typed(script, "plaid", "check", "--nonsense"));
  }

  /** The completions of the last word, in alphabetical order. */
  private static String typed(Path script, String... words) throws Exception {
    String line = String.join(" ", words);
    String call =
        "COMP_WORDS=(" + line + "); COMP_CWORD=" + (words.length - 1) + "; COMP_LINE='" + line;
    return complete(
        script,
        call
            + "'; COMP_POINT=${#COMP_LINE}; _complete_plaid;"
            + " printf '%s\\n' \"${COMPREPLY[@]}\" | sort | paste -sd ' '");
  }

  private static String complete(Path script, String command) throws Exception {
    Path said = createTempFile();
    Process process =
        new ProcessBuilder("/bin/bash", "-c", "source \"$0\"; " + command, script.toString())
            // The script complains if it is not called by a completion
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .redirectOutput(said.toFile())
            .start();
    int exit = Processes.await(process, Processes.MINUTES);
    assertEquals(Files.readString(said), 0, exit);
    return Files.readString(said).strip();
  }

  public void testUsage() {
    assertFails(2, "Missing command");
    assertFails(2, "nonsense", "nonsense");
    assertFails(2, "--nonsense", "encode", "--nonsense", "x", "-o", "y");
    assertFails(2, "--output", "encode", "x");
    assertFails(2, "--color", "--color=sometimes", "encode", "x", "-o", "y");
  }

  public void testEncode() throws IOException {
    Path folder = createTempDir();
    Path texts = Files.writeString(folder.resolve("texts.txt"), "red cat\n\nthe dogs sleeps.\n");
    Path model = TinyModel.copyTo(createTempDir());
    Path output = folder.resolve("out");
    assertEquals(0, plaid("encode", texts, "-o", output, "--model", model));
    assertTrue(out.toString(), out.toString().startsWith("2 texts, 6 tokens in " + output + ", "));
    assertEquals("[2,4]", Files.readString(output.resolve("doclens.json")));
    assertEquals("[\"1\",\"3\"]", Files.readString(output.resolve("ids.json")));
    try (NpyFile tokens = NpyFile.open(output.resolve("tokens.npy"))) {
      assertArrayEquals(new long[] {6, 8}, tokens.shape());
      assertEquals(ElementType.FLOAT16, tokens.type());
    }
    assertFails(1, "exists (--force replaces it)", "encode", texts, "-o", output, "--model", model);
    assertEquals(
        0,
        plaid(
            "encode",
            texts,
            "-o",
            output,
            "--model",
            model,
            "--query",
            "--f32",
            "--pieces",
            "--force"));
    int[] pieces =
        new ObjectMapper().readValue(output.resolve("pieces.json").toFile(), int[].class);
    assertEquals(7, pieces.length);
    assertTrue(Arrays.stream(pieces).distinct().count() > 1);
    assertEquals("[2,5]", Files.readString(output.resolve("doclens.json")));
    try (TokenInput files = TokenInput.queries(output.resolve("tokens.npy"), note -> {})) {
      assertEquals("3", files.id(1));
      assertEquals(2, files.next().length);
      assertEquals(5, files.next().length);
    }
  }

  public void testEncodeFailures() throws IOException {
    Path folder = createTempDir();
    Path missing = folder.resolve("missing");
    assertFails(1, missing + ": no such file", "encode", missing, "-o", folder.resolve("o"));
    Path texts = Files.writeString(folder.resolve("t.txt"), "red");
    assertFails(
        1, "model.onnx is missing", "encode", texts, "-o", folder.resolve("o"), "--model", folder);
    Path model = TinyModel.copyTo(createTempDir());
    Path settings = Files.writeString(model.resolve("onnx_config.json"), "{\"query_length\": 4");
    String reason = settings + ": not a JSON object: ";
    assertFails(1, reason, "encode", texts, "-o", folder.resolve("o"), "--model", model);
    plaid("encode", missing, "-o", folder.resolve("o"), "--stacktrace");
    assertTrue(err.toString(), err.toString().contains("\tat "));
    plaid("encode", folder.resolve("\u001b[2J"), "-o", folder.resolve("o"), "--stacktrace");
    assertFalse(err.toString(), err.toString().contains("\u001b"));
  }

  public void testTokenFilesRefusals() throws IOException {
    Path folder = createTempDir();
    Path matrix = folder.resolve("tokens.npy");
    write(matrix, new float[3][4]);
    String lone = ": found FLOAT32 of shape [3, 4], expected doclens.json beside it (the number of";
    assertRefused(matrix + lone, folder, null);
    assertRefused("not JSON", folder, "[1");
    assertRefused("expected a JSON array", folder, "{}");
    assertRefused("start marker at line 1, column 2)", folder, "[[1");
    for (String odd : List.of("\"x\"", "-4", "[4]", "4.0", "null", "99999999999")) {
      String expected = ", expected the number of tokens of a text, a whole number from 0 to ";
      assertRefused(", entry 1: found " + odd + expected, folder, "[3, " + odd + "]");
    }
    assertRefused("3 rows, but the lengths in", folder, "[1, 1]");
    Files.writeString(folder.resolve("ids.json"), "[1]");
    assertRefused("1 id, but", folder, "[1, 2]");
    Files.writeString(folder.resolve("ids.json"), "[1, 2]");
    Path records = Files.writeString(folder.resolve("records.json"), "[\"r\", true]");
    assertRefused("records.json, entry 1: id: expected a string", folder, "[1, 2]");
    for (String parts : List.of("[\"2\", null]", "[null, \"1\"]", "[\"r\", \"r\"]")) {
      Files.writeString(records, parts);
      assertRefused(", expected the id of its first part, which is ", folder, "[1, 2]");
    }
    Files.delete(records);
    Files.delete(folder.resolve("ids.json"));
    Files.createDirectory(folder.resolve("ids.json"));
    assertRefused("ids.json: expected a file, found a folder", folder, "[1, 2]");
    IOUtils.rm(folder.resolve("ids.json"));
    Files.delete(matrix);
    assertRefused("tokens.npy: no such file", folder, null);
    Files.writeString(matrix, "not a matrix");
    assertFails(1, "magic at byte 0", "index", matrix, "-o", folder.resolve("index"));
  }

  private static void write(Path file, float[][] matrix) throws IOException {
    try (NpyWriter writer = new NpyWriter(file, ElementType.FLOAT32, matrix[0].length)) {
      for (float[] row : matrix) {
        writer.add(row);
      }
      writer.finish();
    }
  }

  private static void assertRefused(String message, Path folder, String lengths)
      throws IOException {
    Path file = folder.resolve("doclens.json");
    if (lengths != null) {
      Files.writeString(file, lengths);
    }
    UserException e =
        expectThrows(
            UserException.class,
            () ->
                TokenInput.documents(folder.resolve("tokens.npy"), null, null, new Ids(), n -> {})
                    .close());
    assertTrue(e.getMessage(), e.getMessage().contains(message));
  }

  public void testFitProjection() throws IOException {
    Path folder = createTempDir();
    Path texts = Files.writeString(folder.resolve("t.txt"), "too short a text");
    Path output = folder.resolve("p.npy");
    assertFails(1, "at least 384 tokens, the text has 4", "fit-projection", texts, "-o", output);
    assertFails(
        2, "expected 1 to 384", "fit-projection", texts, "-o", output, "--dimension", "385");
    assertFalse(Files.exists(output));
    Files.createFile(output);
    assertFails(1, "exists (--force replaces it)", "fit-projection", texts, "-o", output);
  }

  /** If no document has tokens, nothing is found, and nothing fails. */
  public void testIndexWithoutTokens() throws IOException {
    Path folder = createTempDir();
    Path texts = Files.writeString(folder.resolve("t.txt"), "., !\n., !\n");
    Path model = TinyModel.copyTo(createTempDir());
    Path index = folder.resolve("index");
    assertEquals(0, plaid("index", texts, "-o", index, "--model", model));
    assertEquals(0, plaid("search", index, "--model", model, "red"));
    assertEquals("", err.toString());
    String[] explain = {"explain", index.toString(), "--model", model.toString(), "--query", "red"};
    assertFails(1, "--hit 1: the query has 0 hits", with(explain, "--hit", "1"));
    assertFails(1, "document 2: no tokens of 8 dimensions", with(explain, "--doc", "2"));
  }

  private static Object[] with(String[] words, String... more) {
    return Stream.concat(Arrays.stream(words), Arrays.stream(more)).toArray();
  }

  public void testIndexTextAndSearch() throws IOException {
    Path folder = createTempDir();
    Path texts = folder.resolve("t.jsonl");
    Files.writeString(
        texts,
        """
        {"id": "x", "title": "Red", "text": "the red house runs"}
        {"id": "y", "text": "a blue river under the moon"}
        {"id": "z", "text": "., !"}
        """);
    Path model = TinyModel.copyTo(createTempDir());
    Path index = folder.resolve("index");
    assertEquals(0, plaid("index", texts, "-o", index, "--model", model, "--commit-every", 1));
    assertTrue(out.toString(), out.toString().startsWith("3 documents, 11 tokens in " + index));
    assertEquals(0, plaid("search", index, "--model", model, "blue moons", "-k", 1));
    String text = out.toString();
    assertTrue(text, text.contains("? blue moons") && text.contains("  1. "));
    assertTrue(text, text.contains("a [blue] river under the [moon]"));
    assertTrue(text, text.contains("blue→blue 1.00  moons→moon 1.00"));

    assertFails(1, "holds an index already", "index", texts, "-o", index, "--model", model);
    assertEquals(
        0, plaid("index", texts, "-o", index, "--model", model, "--force", "--merge", "--bits=2"));
    assertFails(2, "name it by --model", "search", index, "red");
    assertFails(1, "no words in it", "search", index, "--model", model, " ");
    assertFails(2, "expected queries", "search", index);
    assertFails(2, "-k 0", "search", index, "red", "-k", 0);
    assertFails(2, "no --cells", "search", index, "red", "--exact", "--cells", 3);

    Path queries = Files.writeString(folder.resolve("q.txt"), "red house\nriver\n");
    assertEquals(0, plaid("search", index, "--model", model, "--queries", queries, "-k", 1));
    List<String> lines = out.toString().lines().toList();
    assertEquals(2, lines.size());
    assertTrue(lines.get(0), lines.get(0).startsWith("1\t1\tx\t"));
    assertTrue(lines.get(1), lines.get(1).startsWith("2\t1\ty\t"));

    assertEquals(0, plaid("info", index));
    assertTrue(out.toString(), out.toString().contains("3 documents (0 deleted) in 1 segment"));
    assertTrue(out.toString(), out.toString().contains("Field tokens"));
    assertTrue(out.toString(), out.toString().contains("floats"));
    assertEquals(
        "Kernels: " + VectorKernels.get().name(), out.toString().lines().toList().getLast());
  }

  public void testJson() throws IOException {
    Path folder = createTempDir();
    Path texts = folder.resolve("t.jsonl");
    Files.writeString(
        texts,
        """
        {"id": "x", "title": "Red", "text": "the red house runs"}
        {"id": "y", "text": "a blue river under the moon"}
        """);
    Path model = TinyModel.copyTo(createTempDir());
    Path output = folder.resolve("out");
    JsonNode encoded = json("encode", texts, "-o", output, "--model", model, "--json");
    assertEquals(2, encoded.get("texts").intValue());
    assertEquals(11, encoded.get("tokens").intValue());
    assertEquals(output.toString(), encoded.get("folder").textValue());
    Path index = folder.resolve("index");
    JsonNode indexed = json("index", texts, "-o", index, "--model", model, "--json");
    assertEquals(2, indexed.get("documents").intValue());
    assertEquals(11, indexed.get("tokens").intValue());
    JsonNode info = json("info", index, "--json");
    assertEquals(indexed.get("bytes"), info.get("bytes"));
    assertEquals(2, info.get("documents").intValue());
    assertEquals(VectorKernels.get().name(), info.get("kernels").textValue());
    JsonNode segment = info.get("tokenFields").get("tokens").get(0);
    assertEquals("_0", segment.get("segment").textValue());
    assertEquals(11, segment.get("statistics").get("tokens").intValue());
    assertEquals(0, info.get("vectorFields").size());

    // An object a query, in a line
    Object[] search = {"search", index, "--model", model, "--json", "blue moon", "red"};
    assertEquals(0, plaid(search));
    List<String> lines = out.toString().lines().toList();
    assertEquals(2, lines.size());
    JsonNode second = new ObjectMapper().readTree(lines.get(1));
    assertEquals("2", second.get("query").textValue());
    assertEquals("red", second.get("text").textValue());
    assertEquals(2, second.get("hits").size());
    JsonNode hit = second.get("hits").get(0);
    assertEquals(1, hit.get("rank").intValue());
    assertEquals("x", hit.get("id").textValue());
    assertEquals("Red", hit.get("title").textValue());
    assertTrue(hit.get("score").floatValue() > second.get("hits").get(1).get("score").floatValue());
    assertTrue(second.get("hits").get(1).get("title").isNull());
    assertEquals(1, json(with(search, "--recall")).get("recall").doubleValue(), 0);
    assertEquals(3, json(with(search, "--repeat=3")).get("rounds").intValue());
  }

  public void testPooling() throws IOException {
    Path folder = createTempDir();
    Path texts = Files.writeString(folder.resolve("t.txt"), "the red house runs\nred cat\n");
    Path model = TinyModel.copyTo(createTempDir());
    Path index = folder.resolve("index");
    assertEquals(0, plaid("index", texts, "-o", index, "--model", model, "--pool-factor=2"));
    assertTrue(out.toString(), out.toString().startsWith("2 documents, 5 tokens in "));
    assertEquals(0, plaid("search", index, "--model", model, "cat"));
    assertTrue(out.toString(), out.toString().contains("the red house runs"));
    assertEquals(0, plaid("explain", index, "--model", model, "--query", "house", "--doc", "1"));
    assertTrue(
        out.toString(),
        out.toString().lines().toList().get(3).matches(" +house .* \\[the\\] red house runs"));
    Path output = folder.resolve("out");
    Object[] encode = {"encode", texts, "-o", output, "--model", model, "--pool-factor=3"};
    assertEquals(0, plaid(with(encode, "--pool-protect=0")));
    assertEquals("[2,1]", Files.readString(output.resolve("doclens.json")));
    assertFails(2, "neither with --query nor", with(encode, "--query"));
    assertFails(2, "neither with --query nor", with(encode, "--pieces"));
    assertFails(2, "--pool-protect -1: expected 0", with(encode, "--pool-protect=-1"));
    assertFails(2, "--pool-factor 0: expected 1", "index", texts, "-o", output, "--pool-factor=0");
    write(folder.resolve("tokens.npy"), new float[][] {{1, 0}, {1, Float.NaN}, {0, 1}});
    Files.writeString(folder.resolve("doclens.json"), "[1,2]");
    assertFails(
        1,
        "text 1, token 0, component 1: found NaN, expected a finite number",
        "index",
        folder.resolve("tokens.npy"),
        "-o",
        folder.resolve("i"),
        "--pool-factor=2");
  }

  private static Object[] with(Object[] args, Object more) {
    Object[] result = Arrays.copyOf(args, args.length + 1);
    result[args.length] = more;
    return result;
  }

  public void testInfoOfVectors() throws IOException {
    Path index = createTempDir();
    KnnVectorsFormat format = new FsviVectorsFormat(FsviEncoding.INT8_THEN_FLOAT16);
    IndexWriterConfig config =
        new IndexWriterConfig()
            .setCodec(
                new Lucene104Codec() {
                  @Override
                  public KnnVectorsFormat getKnnVectorsFormatForField(String field) {
                    return format;
                  }
                });
    try (Directory directory = FSDirectory.open(index);
        IndexWriter writer = new IndexWriter(directory, config)) {
      Document document = new Document();
      document.add(new KnnFloatVectorField("vector", new float[] {1, 0.5f, -0.25f}));
      writer.addDocument(document);
    }
    assertEquals(0, plaid("info", index));
    assertTrue(out.toString(), out.toString().contains("Field vector"));
    assertTrue(out.toString(), out.toString().contains("int8, then float16"));
  }

  public void testIndexMatrix() throws IOException {
    Path folder = createTempDir();
    int documents = 60;
    int dimension = 1 + random().nextInt(40);
    StringBuilder lengths = new StringBuilder("[");
    float[][] first = null;
    Path tokensFile = folder.resolve("tokens.npy");
    try (NpyWriter writer = new NpyWriter(tokensFile, ElementType.FLOAT32, dimension)) {
      for (int i = 0; i < documents; i++) {
        float[][] tokens = new float[1 + random().nextInt(20)][dimension];
        for (float[] token : tokens) {
          for (int j = 0; j < dimension; j++) {
            token[j] = (float) random().nextGaussian();
          }
          // Of length 1, as a document finds itself only if no other has longer tokens
          VectorUtil.l2normalize(token);
        }
        first = first == null ? tokens : first;
        for (float[] token : tokens) {
          writer.add(token);
        }
        lengths.append(i == 0 ? "" : ",").append(tokens.length);
      }
      writer.finish();
    }
    Files.writeString(folder.resolve("doclens.json"), lengths + "]");
    Path index = folder.resolve("index");
    Path matrix = folder.resolve("tokens.npy");
    assertEquals(
        0,
        plaid(
            "index", matrix, "-o", index, "--training-threshold=100", "--raw=float32", "--bits=8"));
    assertEquals(0, plaid("info", index));
    assertTrue(out.toString(), out.toString().contains("8 bits"));
    assertTrue(out.toString(), out.toString().contains("float32"));

    // The first document as a query finds itself.
    Path queries = Files.createDirectories(folder.resolve("q"));
    write(queries.resolve("q.npy"), first);
    Files.writeString(queries.resolve("querylens.json"), "[" + first.length + "]");
    Files.writeString(queries.resolve("query_ids.json"), "[\"me\"]");
    Path file = queries.resolve("q.npy");
    assertEquals(0, plaid("search", index, "--queries", file, "-k5", "--exact"));
    assertEquals(5, out.toString().lines().count());
    assertTrue(out.toString(), out.toString().startsWith("me\t1\t0\t"));
    assertEquals(
        0,
        plaid("search", index, "--queries", file, "--recall", "--repeat=2", "--candidates=1000"));
    assertTrue(out.toString(), out.toString().contains("queries per CPU-second"));
    assertTrue(out.toString(), out.toString().contains("scored: 1.0000 (1 query)"));
    Path flat = folder.resolve("flat");
    assertEquals(0, plaid("index", matrix, "-o", flat));
    assertEquals(0, plaid("search", index, "--queries", file, "--exact", "--recall", flat));
    assertTrue(out.toString(), out.toString().contains("of " + flat + " scored: "));
    assertFails(1, "found none", "search", index, "--queries", file, "--recall", queries);

    assertFails(2, "encoded already", "index", matrix, "-o", index, "--model", folder);
    assertFails(2, "one .npy or .npz file", "index", matrix, matrix, "-o", index);
    assertFails(2, "bits", "index", matrix, "-o", index, "--bits=5");
    assertFails(2, "--raw", "index", matrix, "-o", index, "--raw=int8");
    assertFails(1, "found a file", "index", matrix, "-o", matrix);
    assertFails(1, "expected an empty folder", "index", matrix, "-o", folder, "--force");
    Path wide = Files.createDirectories(folder.resolve("w"));
    write(wide.resolve("q.npy"), new float[][] {new float[dimension + 1]});
    Files.writeString(wide.resolve("querylens.json"), "[1]");
    assertFails(1, "dimension", "search", index, "--queries", wide.resolve("q.npy"));
  }

  public void testNoIndex() throws IOException {
    Path folder = createTempDir();
    for (String command : List.of("info", "search")) {
      Path missing = folder.resolve("missing");
      assertFails(
          1, "no such folder", command, missing, command.equals("info") ? "--color=never" : "red");
    }
    assertFails(1, "expected a Lucene index, found none", "info", folder);
    Path odd = Files.createDirectory(folder.resolve("one\nline"));
    Files.writeString(odd.resolve("segments_1"), "it is not");
    assertFails(1, "one line", "info", odd);
    assertFails(1, "no text found", "demo", "--text", folder);
    assertFails(1, "model.onnx is missing", "demo", "--model", folder);
    assertFails(2, "-k 0", "demo", "-k", "0");
  }
}
