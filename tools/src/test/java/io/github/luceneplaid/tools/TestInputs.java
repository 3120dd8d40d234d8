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

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16BE;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.util.Constants;

/** The content of files decides their kind. Nothing is lost, and no id occurs twice. */
public class TestInputs extends LuceneTestCase {
  private final List<String> notes = new ArrayList<>();

  private List<Passage> read(Charset named, Path... paths) throws IOException {
    notes.clear();
    return TextFiles.read(List.of(paths), "INPUT", new TextDecoder(named), notes::add);
  }

  private List<String> ids(Path... paths) throws IOException {
    return read(null, paths).stream().map(Passage::id).toList();
  }

  private String refusal(Path... paths) {
    return expectThrows(UserException.class, () -> read(null, paths)).getMessage();
  }

  private static Path file(String name, byte[] content) throws IOException {
    return Files.write(createTempDir().resolve(name), content);
  }

  private static Path file(String name, String content) throws IOException {
    return file(name, content.getBytes(UTF_8));
  }

  private static byte[] bytes(int... values) {
    byte[] result = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      result[i] = (byte) values[i];
    }
    return result;
  }

  private static byte[] join(byte[] first, byte[] second) {
    byte[] result = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, result, first.length, second.length);
    return result;
  }

  public void testByteOrderMarks() throws IOException {
    String text = "Der Bär \ud83d\udc3b\nzweite Zeile";
    List<Passage> expected =
        List.of(new Passage("1", "", "Der Bär \ud83d\udc3b"), new Passage("2", "", "zweite Zeile"));
    assertEquals(
        expected, read(null, file("a.txt", join(bytes(0xef, 0xbb, 0xbf), text.getBytes(UTF_8)))));
    assertEquals(
        expected, read(null, file("a.txt", join(bytes(0xff, 0xfe), text.getBytes(UTF_16LE)))));
    assertEquals(
        expected, read(null, file("a.txt", join(bytes(0xfe, 0xff), text.getBytes(UTF_16BE)))));
    byte[] wide = text.getBytes(Charset.forName("UTF-32LE"));
    // A mark overrides the encoding that the user names for all files
    assertEquals(expected, read(ISO_8859_1, file("a.txt", join(bytes(0xff, 0xfe, 0, 0), wide))));
    String json = "{\"id\":\"x\",\"text\":\"a\"}\n{\"id\":\"y\",\"text\":\"b\"}\n";
    // Twice, or in an encoding whose mark does not tell it
    assertEquals(List.of("x", "y"), ids(file("a.jsonl", "\ufeff\ufeff" + json)));
    Charset chinese = Charset.forName("GB18030");
    assertEquals(expected, read(chinese, file("a.txt", ("\ufeff" + text).getBytes(chinese))));
  }

  public void testEncodings() throws IOException {
    Path latin = file("a.txt", "Stra\u00dfe".getBytes(ISO_8859_1));
    String message = refusal(latin);
    assertTrue(message, message.startsWith(latin + ": not UTF-8: byte 0xDF at offset 4 (--enc"));
    assertEquals("Stra\u00dfe", read(ISO_8859_1, latin).get(0).body());
    Path cut = file("a.md", bytes('a', 0xc3));
    assertTrue(refusal(cut), refusal(cut).contains("byte 0xC3 at offset 1"));
    Path unmarked = file("a.txt", "ab".getBytes(UTF_16LE));
    assertTrue(refusal(unmarked), refusal(unmarked).contains("NUL character at offset 1"));
    assertTrue(refusal(unmarked), refusal(unmarked).contains("--encoding UTF-16LE"));
    assertEquals("ab", read(UTF_16LE, unmarked).get(0).body());
    Path odd = file("a.txt", bytes(0xff, 0xfe, 'a', 0, 'b'));
    assertTrue(refusal(odd), refusal(odd).contains("not UTF-16LE"));
  }

  /** By name, whatever the extension says, and whatever encoding is named. */
  public void testBinaryFiles() throws IOException {
    ByteArrayOutputStream zip = new ByteArrayOutputStream();
    try (ZipOutputStream out = new ZipOutputStream(zip)) {
      out.putNextEntry(new ZipEntry("arr_0.npy"));
    }
    assertBinary("a ZIP archive", zip.toByteArray());
    assertBinary("a PDF document", "%PDF-1.7\n".getBytes(UTF_8));
    assertBinary("a PNG image", bytes(0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n', 0, 0));
    assertBinary("a JPEG image", bytes(0xff, 0xd8, 0xff, 0xe0, 0, 16));
    assertBinary("a GIF image", join("GIF89a".getBytes(UTF_8), bytes(1, 0, 1, 0)));
    assertBinary("a gzip file", bytes(0x1f, 0x8b, 8, 0));
    assertBinary("an SQLite database", "SQLite format 3\0".getBytes(UTF_8));
    assertBinary("an NPY array", join(bytes(0x93), "NUMPY".getBytes(UTF_8)));
    assertBinary("a pickle", bytes(0x80, 4, '.'));
    Path euro = Files.write(createTempDir().resolve("a.txt"), bytes(0x80, ' ', '5'));
    assertEquals("\u20ac 5", read(Charset.forName("windows-1252"), euro).getFirst().body());
    assertBinary("a program", join(bytes(0x7f), "ELF".getBytes(UTF_8)));
    assertBinary(
        "a safetensors file", join(bytes(4, 0, 0, 0, 0, 0, 0, 0), "{\"a\"".getBytes(UTF_8)));
    assertBinary("a NUL character at offset 2", bytes('a', 'b', 0, 'c'));
    // Text that only starts so
    assertEquals(
        "RIFFs and GIF8 are text",
        read(null, file("a.txt", "RIFFs and GIF8 are text")).get(0).body());
    assertEquals("12345678{\"a\"", read(null, file("a.txt", "12345678{\"a\"")).get(0).body());
  }

  private void assertBinary(String what, byte[] content) throws IOException {
    Path file = file(RandomPicker.pick("a.txt", "a.md", "a.jsonl", "a.npz", "a"), content);
    Charset named = random().nextBoolean() ? null : ISO_8859_1;
    String message = expectThrows(UserException.class, () -> read(named, file)).getMessage();
    assertTrue(message, message.startsWith(file + ": expected text, found " + what));
    assertEquals(1, message.lines().count());
  }

  /** One of several. */
  private static final class RandomPicker {
    static String pick(String... choices) {
      return choices[random().nextInt(choices.length)];
    }
  }

  /** Records are read one after another, in whichever lines they are. */
  public void testRecords() throws IOException {
    assertEquals(
        List.of("a", "b", "c"),
        ids(
            file(
                "a.jsonl",
                """
                {"id":"a","text":"1"}{"id":"b","text":"2"}

                {"id":"c",
                "text":"3"}
                """)));
    String array = "[\n{\"id\":\"a\",\"text\":\"1\"},\n{\"id\":\"b\",\"text\":\"2\"}]";
    for (String name : List.of("a.json", "a.jsonl", "a.data")) {
      assertEquals(List.of("a", "b"), ids(file(name, array)));
    }
    // Prose may start with a bracket
    assertEquals("[1] see below", read(null, file("a.txt", "[1] see below")).get(0).body());

    refused(":2: not JSON: ", "{\"text\":\"a\"}\n{\"text\":\"b\"\n");
    refused(":2: not JSON: ", "{\"text\":\"a\"}\n{\"text\":\"b\",}\n");
    refused(":1: not JSON: Duplicate field 'text'", "{\"text\":\"a\",\"text\":\"b\"}");
    refused(":2: expected an object with a string \"text\", found 7", "{\"text\":\"a\"}\n7\n");
    refused(
        ":2: expected an object with a string \"text\", found one without",
        "{\"text\":\"a\"}\n{\"id\":1}");
    refused(":1: expected an object with a string \"text\", found text null", "{\"text\":null}");
    refused(
        ":1, record 1: expected an object with a string \"text\", found an array",
        "[[{\"text\":\"a\"}]]");
    refused(":1: title: expected a string", "{\"title\":[\"t\"],\"text\":\"a\"}");
    refused(
        ":1, record 1: expected an object with a string \"text\", found an array",
        "[".repeat(100_000));
    refused(
        ":1: expected up to 1000 objects and arrays in one another, found more",
        "{\"text\":\"a\",\"more\":" + "[".repeat(100_000));
  }

  /** Where a line has several records, messages count them. */
  public void testRecordsInOneLine() throws IOException {
    String a = "{\"id\":\"a\",\"text\":\"a\"}";
    refused(":1, record 3: expected an object", "[" + a + ",{\"text\":\"b\"},7]");
    refused(":1, record 2: title: expected a string", a + "{\"title\":[],\"text\":\"a\"}");
    refused(":2: expected an object", a + a + "\n7");
    refused(":1, record 2: not JSON: ", "[" + a + ",{\"text\":oops}]");
    Path file = file("a.json", "[" + a + "," + a + "]");
    String message = refusal(file);
    assertTrue(
        message,
        message.equals(
            file
                + ":1, record 2: the id a occurs for the second time, first in "
                + file
                + ":1, record 1"));
  }

  /** All of these want the same id. Looking for a free one takes no time. */
  public void testManyRecordsInOneLine() throws IOException {
    int n = 200_000;
    String array = "[" + "{\"text\":\"a\"},".repeat(n - 1) + "{\"id\":\"1~3\",\"text\":\"a\"}]";
    List<String> ids = ids(file("a.json", array));
    assertEquals(List.of("1", "1~2", "1~4", "1~5"), ids.subList(0, 4));
    assertEquals("1~" + n, ids.get(n - 2));
  }

  /** Long numbers and names are JSON, too. */
  public void testLongNumbersAndNames() throws IOException {
    String name = "n".repeat(60_000);
    String digits = "1".repeat(1001);
    Passage record =
        read(null, file("a.jsonl", "{\"text\":\"a\",\"" + name + "\":" + digits + "}")).getFirst();
    assertEquals(List.of(digits), record.fields().values().get(name));
    refused(":1: n: expected numbers from ", "{\"text\":\"a\",\"n\":" + digits + ".5}");

    Path folder = createTempDir();
    Files.writeString(folder.resolve("a.md"), "Text.");
    for (String value :
        List.of(digits, "{\"" + name + "\":1}", "[".repeat(5000) + "]".repeat(5000))) {
      Path settings = Files.writeString(folder.resolve("b.json"), "{\"a\":" + value + "}");
      assertEquals(List.of("a.md#1"), ids(folder));
      assertEquals(List.of(settings + ": left out, it has no records"), notes);
    }
  }

  private void refused(String message, String content) throws IOException {
    Path file = file("a.jsonl", content);
    String found = refusal(file);
    assertTrue(found, found.startsWith(file + message));
    assertEquals(1, found.lines().count());
  }

  /** Records are not taken as lines or prose if the first of them is wrong. */
  public void testWrongFirstRecord() throws IOException {
    String next = "\n{\"id\":\"b\",\"text\":\"b\"}\n";
    String[][] cases = {
      {"{\"id\":\"a\",\"text\":null}", ":1: expected an object with a string \"text\", found text"},
      {"{\"id\":\"a\",\"body\":\"a\"}", ":1: expected an object with a string \"text\", found one"},
      {" { \"id\" : \"a\" \"text\":\"a\"}", ":1: not JSON: "},
      {"{\"id:\"a\",\"text\":\"a\"}", ":1: not JSON: "},
      {"[\n {\"id\":oops,\"text\":\"a\"}]", ":2: not JSON: "},
      {"{\"text\":\"a\",\"text\":\"a\"}", ":1: not JSON: Duplicate field 'text'"},
      {
        "{\n\"id\":\"a\",\n\"text\":7}",
        ":1: expected an object with a string \"text\", found text 7"
      },
    };
    for (String[] wrong : cases) {
      for (String name : List.of("a.txt", "a.log", "a")) {
        Path file = file(name, wrong[0] + next);
        assertTrue(refusal(file), refusal(file).startsWith(file + wrong[1]));
      }
      Path file = file("a.txt", wrong[0] + next);
      String message = refusal(file.getParent());
      assertTrue(message, message.startsWith(file + wrong[1]));
    }
  }

  /** Prose may start with a brace or a bracket. */
  public void testBraces() throws IOException {
    for (String text :
        List.of(
            "{a} and \"b\": c",
            "{\"Hello\", she said} and went",
            "{\"a\nb\": c",
            "[1] \"b\": c",
            "[see {\"a\": b}]",
            "{}",
            "[]",
            "{",
            "{\"",
            "{\"" + "\" ".repeat(100_000))) {
      String line = text.lines().findFirst().orElse("").strip();
      assertEquals(line, read(null, file("a.log", text)).get(0).body());
    }
    assertEquals("{\"a\": 1}", read(null, file("a.md", "{\"a\": 1}")).get(0).body());
  }

  /** A file does not vanish without a note. */
  public void testEmptyFiles() throws IOException {
    Path folder = createTempDir();
    Files.writeString(folder.resolve("a.md"), "Text.");
    List<String> expected = new ArrayList<>();
    for (String name : List.of("b.md", "c.txt", "d.jsonl", "e.text")) {
      Path file = Files.writeString(folder.resolve(name), name.startsWith("b") ? "" : " \n\n");
      expected.add(file + ": has no text in it");
    }
    assertEquals(List.of("a.md#1"), ids(folder));
    assertEquals(expected, notes);
  }

  /** Half a character would come back as another one. */
  public void testHalfCharacters() throws IOException {
    String record =
        "{\"text\":\"a\"}\n{\"title\":\"\\ud83d\\udc3b%s\",\"text\":\"\\ud83d\\udc3b%s\"}\n";
    assertEquals(
        "\ud83d\udc3b",
        read(null, file("a.jsonl", String.format(Locale.ROOT, record, "", ""))).get(1).body());
    for (String half : List.of("\\ud800", "\\udc3b", "\\ud800\\ud83d\\udc3b")) {
      String found =
          ": expected whole characters, found half of one, "
              + half.substring(0, 6)
              + ", at offset 2";
      refused(":2: title" + found, String.format(Locale.ROOT, record, half, ""));
      refused(":2: text" + found, String.format(Locale.ROOT, record, "", half));
      String fields = "{\"text\":\"a\"}\n{\"text\":\"b\",\"ab%s\":{\"c\":[1,\"ef%s\"]}}\n";
      // The parser refuses some of them itself
      refused(":2: ", String.format(Locale.ROOT, fields, half, ""));
      refused(":2: ab.c" + found, String.format(Locale.ROOT, fields, "", half));
    }
  }

  /** A number that no double can hold would become infinite. */
  public void testLargeNumbers() throws IOException {
    read(null, file("a.jsonl", "{\"text\":\"a\",\"n\":1e308}\n"));
    for (String number : List.of("1e309", "-1e400")) {
      refused(":1: n.m: expected numbers from ", "{\"text\":\"a\",\"n\":{\"m\":" + number + "}}\n");
    }
  }

  /** Other JSON in a folder is no text. */
  public void testFolderWithSettings() throws IOException {
    Path folder = createTempDir();
    Files.writeString(folder.resolve("records.json"), "[{\"id\":\"a\",\"text\":\"1\"}]");
    Path settings = Files.writeString(folder.resolve("settings.json"), "{\"a\":1}");
    assertEquals(List.of("a"), ids(folder));
    assertEquals(List.of(settings + ": left out, it has no records"), notes);
    for (String other : List.of("", "7", "[]", "[[{\"text\":1}]]", "[1,{}] {\"a\":{\"text\":1}}")) {
      Files.writeString(settings, other);
      assertEquals(other, List.of("a"), ids(folder));
      assertEquals(List.of(settings + ": left out, it has no records"), notes);
    }
  }

  /** JSON in a folder is left out only if it is valid and surely has no records. */
  public void testFolderWithBrokenRecords() throws IOException {
    String[][] cases = {
      {
        "[{\"id\":\"a\",\"text\":\"ferry},\n{\"id\":\"b\",\"text\":\"otter\"}]",
        ":1, record 1: not JSON: "
      },
      {
        "[{\"text\":null},\n{\"text\":\"otter\"}]",
        ":1, record 1: expected an object with a string \"text\""
      },
      {"{\"text\":\"a\",\"text\":\"b\"}", ":1: not JSON: Duplicate field 'text'"},
      {
        "[{\"id\":\"a\",\"id\":\"a\",\"text\":\"b\"}]",
        ":1, record 1: not JSON: Duplicate field 'id'"
      },
      {"{\"a\":1}\n{\"text\":\"b\"}", ":1: expected an object with a string \"text\", found one"},
      {"[{\"a\":1},\n{\"b\":2}", ":1, record 1: "},
      {"{\"a\":1,\n", ":1: not JSON: "},
      {"words", ":1: not JSON: "},
    };
    for (String[] broken : cases) {
      Path file = Files.writeString(createTempDir().resolve("d.json"), broken[0]);
      String message = refusal(file.getParent());
      assertTrue(message, message.startsWith(file + broken[1]));
    }
  }

  public void testIds() throws IOException {
    String lines =
        """
        {"id":{"$oid":"5f"},"text":"a"}
        {"id":7,"text":"b"}
        {"id":1.50,"text":"c"}
        {"_id":{"$numberLong":"12"},"text":"d"}
        {"id":null,"_id":"e","text":"e"}
        {"id":null,"text":"f"}
        {"id":"","text":"g"}
        {"text":"h"}
        """;
    assertEquals(
        List.of("5f", "7", "1.50", "12", "e", "6", "7~2", "8"), ids(file("a.jsonl", lines)));
    refused(
        ":2: the id 7 occurs for the second time, first in ",
        "{\"id\":7,\"text\":\"a\"}\n{\"id\":\"7\",\"text\":\"b\"}");
    refused(
        ":1: id: expected a string or a number, found {\"a\":1}",
        "{\"id\":{\"a\":1},\"text\":\"b\"}");
    refused(":1: id: expected a string or a number, found true", "{\"id\":true,\"text\":\"b\"}");
    refused(":1: the id \ud800 has half a character", "{\"id\":\"\\ud800\",\"text\":\"b\"}");
    String longest = "x".repeat(Ids.MAX_BYTES - 2) + "\u00e9";
    assertEquals(
        List.of(longest), ids(file("a.jsonl", "{\"id\":\"" + longest + "\",\"text\":\"b\"}")));
    refused(
        ":1: the id " + "x".repeat(30) + "… has " + (Ids.MAX_BYTES + 1) + " bytes",
        "{\"id\":\"x" + longest + "\",\"text\":\"b\"}");
  }

  /** Generated ids differ between files, and from given ids. */
  public void testIdsOfSeveralFiles() throws IOException {
    Path folder = createTempDir();
    Path one = Files.createDirectory(folder.resolve("one"));
    Path two = Files.createDirectory(folder.resolve("two"));
    for (Path part : List.of(one, two)) {
      Files.writeString(part.resolve("readme.md"), "Text.");
      Files.writeString(part.resolve("lines"), "a\nb\n");
    }
    Files.writeString(two.resolve("other.md"), "Text.");
    assertEquals(List.of(one + "/readme.md#1", "other.md#1", two + "/readme.md#1"), ids(one, two));
    assertEquals(List.of("1", "2"), ids(one.resolve("lines")));
    assertEquals(
        List.of(one + "/lines:1", one + "/lines:2", two + "/lines:1", two + "/lines:2"),
        ids(one.resolve("lines"), two.resolve("lines")));
    // A file is read only once, even if several paths lead to it
    assertEquals(List.of("1", "2"), ids(one.resolve("lines"), one.resolve("../one/lines")));
    Path given = Files.writeString(folder.resolve("g.jsonl"), "{\"id\":\"2\",\"text\":\"a\"}");
    assertEquals(List.of("1", "2~2", "2"), ids(one.resolve("lines"), given));
  }

  /** Links to folders are followed once; files that cannot be read are noted. */
  public void testLinks() throws IOException {
    assumeFalse("needs links", Constants.WINDOWS);
    Path folder = createTempDir();
    Path outside = createTempDir();
    Files.writeString(outside.resolve("linked.md"), "Text.");
    Files.writeString(folder.resolve("a.md"), "Text.");
    Files.createSymbolicLink(folder.resolve("link"), outside);
    Files.createSymbolicLink(folder.resolve("other link"), outside);
    Files.createSymbolicLink(folder.resolve("loop"), folder);
    Files.createSymbolicLink(folder.resolve("same.md"), folder.resolve("a.md"));
    Files.createSymbolicLink(folder.resolve("dangling.md"), folder.resolve("nowhere"));
    assertEquals(2, ids(folder).size());
    assertEquals(1, notes.size());
    assertEquals(folder.resolve("dangling.md") + ": left out, it cannot be read", notes.get(0));
    // A file system that imitates Windows could not delete it later
    Files.delete(folder.resolve("loop"));
  }
}
