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

import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.lucene.tests.util.LuceneTestCase;

/** The commands as they are typed: exit codes, messages and files. */
public class TestPlaid extends LuceneTestCase {
  private static final List<String> COMMANDS = List.of("encode", "fit-projection");

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int plaid(Object... args) {
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
    String[] strings = new String[args.length];
    for (int i = 0; i < args.length; i++) {
      strings[i] = args[i].toString();
    }
    return Plaid.run(Console.of(null, out, err), strings);
  }

  private void assertFails(int code, String message, Object... args) {
    assertEquals(err.toString(), code, plaid(args));
    assertTrue(err.toString(), err.toString().contains(message));
    assertEquals(err.toString(), 1, err.toString().lines().count());
  }

  public void testHelp() {
    assertEquals(0, plaid("--help"));
    for (String command : COMMANDS) {
      assertTrue(out.toString(), out.toString().contains("\n  " + command + " "));
    }
    for (String command : COMMANDS) {
      assertEquals(0, plaid(command, "--help"));
      assertTrue(out.toString().startsWith("Usage: plaid " + command));
    }
    assertEquals(0, plaid("--version"));
    assertTrue(out.toString().startsWith("plaid "));
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
    assertEquals(err.toString(), 0, plaid("encode", texts, "-o", output, "--model", model));
    assertEquals("2 texts, 6 tokens in " + output, out.toString().strip());
    assertEquals("[2,4]", Files.readString(output.resolve("doclens.json")));
    assertEquals("[\"1\",\"3\"]", Files.readString(output.resolve("ids.json")));
    try (NpyReader reader = new NpyReader(output.resolve("tokens.npy"))) {
      assertEquals(6, reader.rows());
      assertEquals(8, reader.dimension());
    }
    assertFails(1, "exists (--force replaces it)", "encode", texts, "-o", output, "--model", model);
    assertEquals(
        0, plaid("encode", texts, "-o", output, "--model", model, "--query", "--f32", "--force"));
    assertEquals("[2,5]", Files.readString(output.resolve("doclens.json")));
    try (TokenFiles files =
        new TokenFiles(
            output.resolve("tokens.npy"),
            output.resolve("doclens.json"),
            output.resolve("ids.json"))) {
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
    plaid("encode", missing, "-o", folder.resolve("o"), "--stacktrace");
    assertTrue(err.toString(), err.toString().contains("\tat "));
  }

  public void testTokenFilesRefusals() throws IOException {
    Path folder = createTempDir();
    Path matrix = folder.resolve("tokens.npy");
    try (NpyWriter writer = new NpyWriter(matrix, true, 4)) {
      writer.write(new float[3][4]);
    }
    assertRefused("no such file", folder, null);
    assertRefused("not JSON", folder, "[1");
    assertRefused("expected a JSON array", folder, "{}");
    assertRefused("x is not a length", folder, "[\"x\"]");
    assertRefused("negative length -1", folder, "[-1]");
    assertRefused("3 rows, but the lengths in", folder, "[1, 1]");
    Files.writeString(folder.resolve("ids.json"), "[1]");
    assertRefused("1 ids, but", folder, "[1, 2]");
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
                new TokenFiles(folder.resolve("tokens.npy"), file, folder.resolve("ids.json"))
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
}
