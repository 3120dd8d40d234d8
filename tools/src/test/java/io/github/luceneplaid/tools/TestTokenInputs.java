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

import static io.github.luceneplaid.tools.NumpyFiles.npy;
import static java.lang.Float.NEGATIVE_INFINITY;
import static java.lang.Float.NaN;
import static java.lang.Float.POSITIVE_INFINITY;

import io.github.luceneplaid.fsvi.files.ElementType;
import io.github.luceneplaid.fsvi.files.NpyWriter;
import io.github.luceneplaid.testframework.TinyModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Tokens as programs in Python save them: lists of arrays, padded arrays, masks. */
public class TestTokenInputs extends CommandTestCase {
  private static final int DIMENSION = 4;

  private final List<String> notes = new ArrayList<>();
  private Path folder;
  private float[][][] texts;

  @Override
  public void setUp() throws Exception {
    super.setUp();
    folder = createTempDir();
    // More than ten, so that names sort differently from numbers
    texts = new float[11 + random().nextInt(9)][][];
    for (int i = 0; i < texts.length; i++) {
      texts[i] = new float[i == 0 ? 5 : random().nextInt(5)][DIMENSION];
      for (int token = 0; token < texts[i].length; token++) {
        // Halves hold these; no row is zero
        texts[i][token] = new float[] {i + 1, token, random().nextInt(9) / 4f, 0};
      }
    }
  }

  private static String floats() {
    return random().nextBoolean() ? "<f2" : "<f4";
  }

  private static byte[] matrix(float[][] rows) {
    float[] values = new float[rows.length * DIMENSION];
    for (int i = 0; i < rows.length; i++) {
      System.arraycopy(rows[i], 0, values, i * DIMENSION, DIMENSION);
    }
    return npy(floats(), new int[] {rows.length, DIMENSION}, values);
  }

  private static Map<String, byte[]> entries(Object... namesAndArrays) {
    Map<String, byte[]> result = new LinkedHashMap<>();
    for (int i = 0; i < namesAndArrays.length; i += 2) {
      result.put((String) namesAndArrays[i], (byte[]) namesAndArrays[i + 1]);
    }
    return result;
  }

  private Path npz(String name, Object... namesAndArrays) throws IOException {
    return NumpyFiles.npz(folder.resolve(name), random().nextBoolean(), entries(namesAndArrays));
  }

  /** The list of all texts, in any order of the entries. */
  private Path list(String name) throws IOException {
    List<Object> entries = new ArrayList<>();
    int turn = random().nextInt(texts.length);
    for (int i = 0; i < texts.length; i++) {
      int text = (i + turn) % texts.length;
      entries.add("arr_" + text + ".npy");
      entries.add(matrix(texts[text]));
    }
    return npz(name, entries.toArray());
  }

  /**
   * All texts in an array of three axes.
   *
   * @param first the rows before the tokens of each text
   * @param padding the value that padding has
   */
  private byte[] padded(int first, float padding) {
    int length = first + 6;
    float[] values = new float[texts.length * length * DIMENSION];
    Arrays.fill(values, padding);
    for (int i = 0; i < texts.length; i++) {
      for (int token = 0; token < texts[i].length; token++) {
        int at = (i * length + first + token) * DIMENSION;
        System.arraycopy(texts[i][token], 0, values, at, DIMENSION);
      }
    }
    return npy(floats(), new int[] {texts.length, length, DIMENSION}, values);
  }

  private byte[] mask(String descr, int first) {
    int length = first + 6;
    float[] values = new float[texts.length * length];
    for (int i = 0; i < texts.length; i++) {
      int from = i * length + first;
      Arrays.fill(values, from, from + texts[i].length, 1);
    }
    return npy(descr, new int[] {texts.length, length}, values);
  }

  private TokenInput open(Path file) throws IOException {
    assertTrue(TokenInput.isOne(file));
    return TokenInput.documents(file, null, null, new Ids(), notes::add);
  }

  private void assertTexts(Path file, String... ids) throws IOException {
    try (TokenInput input = open(file)) {
      assertEquals(texts.length, input.size());
      for (int i = 0; i < texts.length; i++) {
        assertEquals(ids.length == 0 ? Integer.toString(i) : ids[i], input.id(i));
        assertEquals(input.id(i), input.passage(i).id());
        float[][] found = input.next();
        assertEquals(texts[i].length, found.length);
        for (int token = 0; token < found.length; token++) {
          assertArrayEquals(texts[i][token], found[token], 0);
        }
      }
    }
  }

  public void testList() throws IOException {
    // The content decides, whatever the name is
    assertTexts(list(random().nextBoolean() ? "a.npz" : "a.data"));
    String[] ids = new String[texts.length];
    Arrays.setAll(ids, i -> "id" + i);
    Files.writeString(folder.resolve("ids.json"), "[\"" + String.join("\",\"", ids) + "\"]");
    assertTexts(list("a.npz"), ids);
    Files.writeString(folder.resolve("ids.json"), "[1]");
    Path file = list("a.npz");
    String message = expectThrows(UserException.class, () -> open(file)).getMessage();
    assertTrue(message, message.endsWith("ids.json: 1 id, but " + counted(file)));
    assertEquals(List.of(), notes);
  }

  private String counted(Path file) {
    return file + " has " + texts.length + " arrays";
  }

  /** Names are ids, in the order of the file, which is not that of the alphabet. */
  public void testNames() throws IOException {
    List<Object> entries = new ArrayList<>();
    String[] ids = new String[texts.length];
    for (int i = 0; i < texts.length; i++) {
      ids[i] = (i % 2 == 0 ? "z" : "a/ü") + i;
      entries.add(ids[i] + ".npy");
      entries.add(matrix(texts[i]));
    }
    Files.writeString(folder.resolve("ids.json"), "[\"of another file\"]");
    Path file = npz("a.npz", entries.toArray());
    assertTexts(file, ids);
    Object[] index = {
      "index", file, "-o", folder.resolve("i"), "--ids", folder.resolve("ids.json")
    };
    assertFails(1, "have names, which are the ids", index);
  }

  public void testPadding() throws IOException {
    Path file = Files.write(folder.resolve("a.npy"), padded(0, 0));
    assertTexts(file);
    int tokens = Arrays.stream(texts).mapToInt(text -> text.length).sum();
    String note =
        file
            + ": there is no mask; "
            + (6 * texts.length - tokens)
            + " rows of zeros at the end of "
            + texts.length
            + " texts taken for padding";
    assertEquals(List.of(note), notes);
    assertTexts(npz("a.npz", "arr_0.npy", padded(0, 0)));
    assertEquals(2, notes.size());
  }

  /** A row of numbers that are 0 or infinite only as 32-bit floats is refused by its numbers. */
  public void testPaddingOfDoubles() throws IOException {
    Path file = folder.resolve("a.npy");
    Path index = folder.resolve("index");
    for (double odd : new double[] {1e-50, 1e300}) {
      try (NpyWriter writer = new NpyWriter(file, ElementType.FLOAT64, 2, 2)) {
        writer.writeDoubles(new double[] {1, 2, 0, odd}, 0, 4);
        writer.finish();
      }
      String found = "element [0, 1, 1] at byte 152: found " + odd + ", expected ";
      assertFails(1, file + ": " + found, "index", file, "-o", index);
      byte[] tokens = Files.readAllBytes(file);
      byte[] mask = npy("|b1", new int[] {1, 2}, 1, 1);
      Path masked = npz("a.npz", "arr_0.npy", tokens, "arr_1.npy", mask);
      assertFails(1, masked + ": arr_0.npy: " + found, "index", masked, "-o", index);
      assertFalse(Files.exists(index));
      // What a mask leaves out is not looked at
      masked = npz("a.npz", "arr_0.npy", tokens, "arr_1.npy", npy("|b1", new int[] {1, 2}, 1, 0));
      try (TokenInput input = open(masked)) {
        assertArrayEquals(new float[][] {{1, 2}}, input.next());
      }
    }
  }

  /** Zeros before other tokens are tokens. Without padding there is no note. */
  public void testZerosInside() throws IOException {
    float[] values = {0, 0, 1, 2, 0, 0, 3, 4};
    Path file = folder.resolve("a.npy");
    Files.write(file, npy(floats(), new int[] {1, 4, 2}, values));
    try (TokenInput input = open(file)) {
      assertArrayEquals(new float[][] {{0, 0}, {1, 2}, {0, 0}, {3, 4}}, input.next());
    }
    assertEquals(List.of(), notes);
  }

  /** The mask alone decides, whatever the masked values are, and padding may be on either side. */
  public void testMask() throws IOException {
    for (String type : List.of("|b1", "|u1", "<i8")) {
      int first = random().nextInt(3);
      float padding = random().nextInt(3);
      byte[] tokens = padded(first, padding);
      byte[] mask = mask(type, first);
      String name = random().nextBoolean() ? "attention_mask.npy" : "Mask.npy";
      assertTexts(npz("a.npz", "token_embeddings.npy", tokens, name, mask));
      assertTexts(npz("a.npz", name, mask, "arr_0.npy", tokens));
      assertTexts(npz("a.npz", "arr_0.npy", tokens, "arr_1.npy", mask));
    }
    assertEquals(List.of(), notes);
  }

  private void assertRefused(String message, Path file) {
    for (Object[] command :
        List.of(
            new Object[] {"index", file, "-o", folder.resolve("index")},
            new Object[] {"search", folder.resolve("good"), "--queries", file})) {
      assertFails(1, message, command);
      assertTrue(err.toString(), err.toString().startsWith("plaid: " + file + ": "));
    }
    assertFalse(Files.exists(folder.resolve("index")));
  }

  public void testRefusals() throws IOException {
    assertEquals(0, plaid("index", list("good.npz"), "-o", folder.resolve("good")));
    byte[] two = npy("<f4", new int[] {1, 2}, 1, 2);
    byte[] three = npy("<f4", new int[] {1, 2, 2}, 1, 2, 3, 4);
    byte[] half = npy("|b1", new int[] {1, 1}, 1);
    String axes = "expected floats by texts, tokens and dimensions, none of them 0";

    assertRefused("found no arrays", npz("a.npz"));
    assertRefused("expected a zip file", Files.writeString(folder.resolve("t.npz"), "a text"));
    assertRefused("found \"b.txt\" in it", npz("a.npz", "a.npy", two, "b.txt", two));
    assertRefused("both with numbers", npz("a.npz", "arr_0.npy", two, "b.npy", two));
    assertRefused("without a name", npz("a.npz", ".npy", two));
    Path twice = NumpyFiles.rename(npz("a.npz", "a.npy", two, "b.npy", two), "b.npy", "a.npy");
    assertRefused("found two arrays \"a\", expected one of each name", twice);
    byte[] wide = npy("<f4", new int[] {1, 3}, 1, 2, 3);
    assertRefused(
        "arr_1.npy: found 3 dimensions, expected 2 as in arr_0",
        npz("a.npz", "arr_0.npy", two, "arr_1.npy", wide));
    assertRefused(
        "arr_1.npy: found FLOAT32 of shape [1, 2, 2], expected floats by tokens",
        npz("a.npz", "arr_0.npy", two, "arr_1.npy", three, "arr_2.npy", two));
    assertRefused(
        "a.npy: found INT64 of shape [1, 2], expected floats",
        npz("a.npz", "a.npy", npy("<i8", new int[] {1, 2}, 1, 2)));
    assertRefused("found INT8 of shape [1, 1, 1], " + axes, npy3("|i1", 1, 1, 1, 0));
    assertRefused("found FLOAT32 of shape [2, 0, 3], " + axes, npy3("<f4", 2, 0, 3));
    assertRefused("found FLOAT32 of shape [2, 3, 0], " + axes, npy3("<f4", 2, 3, 0));
    assertRefused(
        "found FLOAT32 of shape [0, 32768, 32768], expected at most 2147483646 texts of at most"
            + " 1073741823 numbers each",
        npy3("<f4", 0, 1 << 15, 1 << 15));

    assertRefused(
        "found a mask of BOOLEAN of shape [1, 1], expected booleans or integers of shape [1, 2]",
        npz("a.npz", "a.npy", three, "mask.npy", half));
    assertRefused(
        "found a mask of FLOAT32 of shape [1, 2], expected booleans or integers of shape [1, 2]",
        npz("a.npz", "a.npy", three, "mask.npy", two));
    assertRefused(
        "mask of text 0, token 1: found 5, expected 0 or 1",
        npz("a.npz", "a.npy", three, "mask.npy", npy("|u1", new int[] {1, 2}, 1, 5)));
    byte[] mask = npy("|b1", new int[] {1, 2}, 1, 0);
    for (String name : List.of("padding_mask", "special_tokens_mask", "my_mask", "input_ids")) {
      assertRefused(
          "found \"" + name + "\", BOOLEAN of shape [1, 2], beside an array of 3 axes; expected",
          npz("a.npz", "a.npy", three, name + ".npy", mask));
    }
  }

  /** NaN and infinity are refused by their place, in documents and queries. */
  public void testNotFinite() throws IOException {
    Path good = folder.resolve("good");
    assertEquals(0, plaid("index", list("good.npz"), "-o", good));
    float[] values = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
    float odd = new float[] {NaN, POSITIVE_INFINITY, NEGATIVE_INFINITY}[random().nextInt(3)];
    values[14] = odd;
    String found = ", component 2: found " + odd + ", expected a finite number";
    byte[] matrix = npy(floats(), new int[] {4, 4}, values);
    byte[] padded = npy(floats(), new int[] {2, 2, 4}, values);

    Files.writeString(folder.resolve("doclens.json"), "[1,3]");
    assertNotFinite("text 1, token 2" + found, Files.write(folder.resolve("m.npy"), matrix));
    assertNotFinite("text 1, token 1" + found, Files.write(folder.resolve("p.npy"), padded));
    byte[] mask = npy("|b1", new int[] {2, 2}, 1, 0, 0, 1);
    Path masked = npz("p.npz", "a.npy", padded, "mask.npy", mask);
    assertNotFinite("text 1, token 1" + found, masked);
    byte[] first = npy("<f4", new int[] {1, 4}, 1, 2, 3, 4);
    Path archive = npz("a.npz", "arr_0.npy", first, "arr_1.npy", matrix);
    assertNotFinite("arr_1.npy, token 3" + found, archive);
    // What a mask leaves out is not looked at
    masked = npz("p.npz", "a.npy", padded, "mask.npy", npy("|b1", new int[] {2, 2}, 1, 0, 1, 0));
    assertEquals(err.toString(), 0, plaid("index", masked, "-o", folder.resolve("masked")));
  }

  private void assertNotFinite(String message, Path file) throws IOException {
    assertRefused(message, file);
    Path good = folder.resolve("good");
    String before = json("info", good, "--json").toString();
    assertFails(1, message, "index", file, "-o", good, "--force");
    assertFails(1, message, "add", good, file);
    assertEquals(before, json("info", good, "--json").toString());
  }

  /** A file without texts makes no index, and replaces none. */
  public void testNoTexts() throws IOException {
    Path index = folder.resolve("index");
    assertEquals(0, plaid("index", list("good.npz"), "-o", index));
    String before = json("info", index, "--json").toString();
    Path padded = Files.write(folder.resolve("a.npy"), npy("<f4", new int[] {0, 5, DIMENSION}));
    Path matrix = Files.write(folder.resolve("b.npy"), npy("<f4", new int[] {0, DIMENSION}));
    Files.writeString(folder.resolve("doclens.json"), "[]");
    for (Path file : List.of(padded, matrix)) {
      String message = file + ": found tokens of no texts, expected at least one";
      assertFails(1, message, "index", file, "-o", index, "--force");
      assertFails(1, message, "add", index, file);
      assertFails(1, message, "index", file, "-o", folder.resolve("none"));
    }
    assertFalse(Files.exists(folder.resolve("none")));
    assertEquals(before, json("info", index, "--json").toString());
  }

  /** Queries that do not go with the tokens of the index are refused. */
  public void testOtherDimension() throws IOException {
    Path index = folder.resolve("index");
    assertEquals(0, plaid("index", list("good.npz"), "-o", index));
    byte[] wide = npy("<f4", new int[] {1, 5}, 1, 2, 3, 4, 5);
    byte[] none = npy("<f4", new int[] {0, 5});
    Path other = npz("other.npz", "none.npy", none, "mine.npy", wide);
    String end = ": its tokens have 5 dimensions, expected 4 as in the index; is it another model?";
    assertFails(1, other + ": query mine" + end, "search", index, "--queries", other);
    assertFails(1, other + ": query mine" + end, "recall", index, "--queries", other);

    Path wider = folder.resolve("wider");
    assertEquals(err.toString(), 0, plaid("index", other, "-o", wider));
    Object[] recall = {"search", index, "--queries", list("good.npz"), "--recall", wider};
    assertEquals(1, plaid(recall));
    String dimensions =
        "--recall " + wider + ": its tokens have 5 dimensions, expected 4 as in the";
    assertTrue(err.toString(), err.toString().contains(dimensions));

    int length = 8193;
    byte[] longArray = npy("<f4", new int[] {length, 4}, new float[4 * length]);
    Path tooLong = npz("long.npz", "mine.npy", longArray);
    String most = ": query mine: the query must have at most 8192 tokens, got: " + length;
    assertFails(1, tooLong + most, "search", index, "--queries", tooLong);

    Object[] model = {"--model", TinyModel.copyTo(createTempDir()), "--any-model"};
    Path words = Files.writeString(folder.resolve("words"), "cat\n");
    Object[][] commands = {
      {"search", index, "cat"},
      {"search", index, "--queries", words},
      {"explain", index, "--query", "cat", "--doc", "0"},
      {"explain", index, "--query", "cat", "--hit", 1}
    };
    for (Object[] command : commands) {
      Object[] all = Stream.of(command, model).flatMap(Arrays::stream).toArray();
      assertFails(1, "expected 4 as in the index; is it another model? (--model", all);
    }
    assertTrue(err.toString(), err.toString().startsWith("plaid: query \"cat\": its tokens have "));
  }

  private Path npy3(String descr, int texts, int tokens, int dimensions, float... values)
      throws IOException {
    return Files.write(
        folder.resolve("t.npy"), npy(descr, new int[] {texts, tokens, dimensions}, values));
  }

  /** An archive that was cut or changed is refused, and nothing is written. */
  public void testDamaged() throws IOException {
    Path file = NumpyFiles.npz(folder.resolve("a.npz"), false, entries("a.npy", matrix(texts[0])));
    byte[] bytes = Files.readAllBytes(file);
    Object[] index = {"index", file, "-o", folder.resolve("index")};
    Files.write(file, Arrays.copyOf(bytes, bytes.length - 1 - random().nextInt(bytes.length / 2)));
    assertFails(1, "expected a zip file", index);
    bytes[30 + "a.npy".length() + 128] ^= 1;
    Files.write(file, bytes);
    assertFails(1, "CRC-32", index);
    assertFalse(Files.exists(folder.resolve("index")));
  }

  public void testOtherFiles() throws IOException {
    Path file = npz("a.docx", "word/document.xml", new byte[9], "a.npy", matrix(texts[0]));
    assertFalse(TokenInput.isOne(file));
    assertFails(1, "expected text, found a ZIP", "index", file, "-o", folder.resolve("index"));
    // Files that may hold tokens are refused with advice on how to import them
    byte[] safetensors = {2, 0, 0, 0, 0, 0, 0, 0, '{', '"'};
    byte[] cut = {2, 1, 0, 0, 0, 0, 0, 0, '{', '"'};
    byte[] huge = {-1, -1, -1, -1, -1, 0, 0, 0, '{', '"', 'a'};
    byte[] pickle = {(byte) 0x80, 4, '.'};
    for (byte[] content : List.of(safetensors, cut, huge, pickle)) {
      Files.write(file, content);
      assertFails(1, "numpy.savez('tokens.npz', *", "index", file, "-o", folder.resolve("index"));
    }
  }

  /** From the command line: index and add, queries in each form, each finds itself. */
  public void testCommands() throws IOException {
    Path index = folder.resolve("index");
    Path file = list("documents.npz");
    assertEquals(err.toString(), 0, plaid("index", file, "-o", index));
    assertTrue(out.toString(), out.toString().startsWith(texts.length + " documents, "));
    assertFails(2, "--doclens goes with a matrix", "index", file, "-o", index, "--doclens", file);
    assertFails(2, "one .npy or .npz file", "index", file, file, "-o", index);
    float[] one = {0, 0, 0, 100, 0, 0, 0, 0};
    Path more = Files.write(folder.resolve("more.npy"), npy("<f2", new int[] {1, 2, 4}, one));
    assertEquals(err.toString(), 0, plaid("add", index, more));
    assertTrue(err.toString(), err.toString().contains("1 row of zeros at the end of 1 text"));
    assertTrue(out.toString(), out.toString().startsWith("1 record, 1 token added"));

    // The ids of the documents are not those of queries
    Files.writeString(folder.resolve("ids.json"), "[1, 2, 3]");
    Object[] search = {"search", index, "--queries", more, "-k", 1, "--exact"};
    assertEquals(err.toString(), 0, plaid(search));
    assertTrue(out.toString(), out.toString().startsWith("0\t1\t0~2\t"));
    Path queries = npz("q.npz", "mine.npy", npy("<f4", new int[] {1, 4}, 0, 0, 0, 100));
    search[3] = queries;
    assertEquals(err.toString(), 0, plaid(search));
    assertTrue(out.toString(), out.toString().startsWith("mine\t1\t0~2\t"));
    assertEquals(1, out.toString().lines().count());
    Files.writeString(folder.resolve("query_ids.json"), "[\"x\"]");
    search[3] = more;
    assertEquals(err.toString(), 0, plaid(search));
    assertTrue(out.toString(), out.toString().startsWith("x\t1\t0~2\t"));
  }
}
