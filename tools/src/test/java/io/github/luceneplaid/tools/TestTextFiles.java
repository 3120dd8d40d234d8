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
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.lucene.tests.util.LuceneTestCase;

public class TestTextFiles extends LuceneTestCase {
  public void testFolder() throws IOException {
    Path folder = createTempDir();
    Files.createDirectories(folder.resolve("sub"));
    Files.createDirectories(folder.resolve(".hidden"));
    Files.writeString(folder.resolve("a.md"), "# One\n\nFirst text.\n\n## Two\nSecond *text*.\n");
    Files.writeString(folder.resolve("b.txt"), "Plain\ntext.\n");
    Files.writeString(folder.resolve("c.png"), "no text");
    Files.writeString(folder.resolve(".hidden/d.md"), "Not read.");
    Files.writeString(
        folder.resolve("sub/e.jsonl"), "{\"id\": 7, \"title\": \"T\", \"text\": \" body \"}\n\n");
    assertEquals(
        List.of(
            new Passage("a.md#1", "One", "First text."),
            new Passage("a.md#2", "Two", "Second text."),
            new Passage("b.txt#1", "b", "Plain text."),
            new Passage("7", "T", "body")),
        TextFiles.read(List.of(folder), "--text"));
  }

  public void testMarkdown() {
    String text =
        """
        Intro with a [link](http://x.y) and `code_name`.
        ```
        not this
        # nor *that*
        ```
        - item *one*
        - item __two__

        | a | b |
        |---|---|
        | c | d |
        # Head #
        ***
        > quoted
        1. first\
        """;
    assertEquals(
        List.of(
            new Passage(
                "x.md#1",
                "x",
                "Intro with a link and code_name. not this # nor *that* item one item two a b c d"),
            new Passage("x.md#2", "Head", "quoted 1. first")),
        PassageCutter.cut("x.md", text, true));
  }

  /** Marks that mark nothing are text, and code stays as it is. */
  public void testMarks() {
    String[][] cases = {
      {"Room size 3*4 m", "Room size 3*4 m"},
      {"2**10 and 2*3*4", "2**10 and 2*3*4"},
      {"a * b * c", "a * b * c"},
      {"a *b* **c** ***d*** __e__ _f_", "a b c d e f"},
      {"re*start*ed \u7684**\u91cd\u70b9**\u5185", "restarted \u7684\u91cd\u70b9\u5185"},
      {"***a** b*", "a b"},
      {"a **bold\nline** b", "a bold line b"},
      {
        "\u0438\u043c\u044f_\u0444\u0430\u0439\u043b\u0430 a_b_c",
        "\u0438\u043c\u044f_\u0444\u0430\u0439\u043b\u0430 a_b_c"
      },
      {
        "Call `handlers[name](event)`, `a*b` and ``c`d``", "Call handlers[name](event), a*b and c`d"
      },
      {"[`code`](url) _[a](b_c)_ ``x` y", "code a ``x` y"},
      {"| `a|b` |", "a|b"},
      {"Call handlers[name](event, data) now.", "Call handlers[name](event, data) now."},
      {"a [b] c | d](e) | f", "a [b] c d](e) f"},
      {"a [b (c | d](e) f", "a b (c d f"},
      {"[![alt](u)](v) ![a](b 'c') ![d [e](f)](g)", "alt a d e"},
      {"[a [b](c) d](e)", "[a b d](e)"},
      {"[a]() [b](<c d>) [e](f_(g)_h \"i)\") [j](k (l)) [m]( n )", "a b e j m"},
      {"[a](b(c) [d](e \"f\" g) [h](<i) [j](k \"l)", "[a](b(c) [d](e \"f\" g) [h](<i) [j](k \"l)"},
      {"\\[a](b) [c\\](d) e](f)", "\\[a](b) c\\](d) e"},
      {"[a](b\\)c)", "a"}
    };
    for (String[] text : cases) {
      assertEquals(
          List.of(new Passage("x.md#1", "x", text[1])), PassageCutter.cut("x.md", text[0], true));
    }
    // Takes no time
    String ticks = IntStream.range(1, 2000).mapToObj("`"::repeat).collect(Collectors.joining(" "));
    assertEquals(ticks, MarkdownText.plain(ticks));
    for (String part : List.of("[", "[a](", "[a](b", "[a](<b", "[a](b \"", "[a](b (", "![a](b '")) {
      String parts = part.repeat(100_000);
      assertEquals(parts, MarkdownText.plain(parts));
    }
  }

  /** Headings that are underlined or indented, and properties at the start. */
  public void testOtherHeadings() {
    String text =
        """
        ---
        title: X
        # draft
        ---
        Lisbon
        ======

        Ferries.

         Porto `a`
        ---
        Wine.
           ## Faro
        Sun
        and sea.
        ---
        - item
        ---
        end
        """;
    assertEquals(
        List.of(
            new Passage("x.md#1", "x", "title: X # draft"),
            new Passage("x.md#2", "Lisbon", "Ferries."),
            new Passage("x.md#3", "Porto a", "Wine."),
            new Passage("x.md#4", "Faro", "Sun and sea. item end")),
        PassageCutter.cut("x.md", text, true));
    assertEquals(
        List.of(new Passage("x.md#1", "b", "c")),
        PassageCutter.cut("x.md", "---\n# b\nc\n\n---\n", true));
  }

  /** A fence ends by one of its kind, or with the file. */
  public void testFences() {
    String text = "a\n~~~ java\nb\n```\n# c\n~~~~\n# D\ne\n````\nf\n```\n\n# g [h](i)\n";
    assertEquals(
        List.of(
            new Passage("x.md#1", "x", "a b ``` # c"),
            new Passage("x.md#2", "D", "e f ``` # g [h](i)")),
        PassageCutter.cut("x.md", text, true));
  }

  /** Code in a line is no fence, even at the start of the line. */
  public void testInlineCode() {
    String text = "```plaid info``` tells\n# D\n~~~ a`b`\n# e\n~~~\n````x```` f";
    assertEquals(
        List.of(
            new Passage("x.md#1", "x", "plaid info tells"), new Passage("x.md#2", "D", "# e x f")),
        PassageCutter.cut("x.md", text, true));
  }

  /** A number at the start of a line and a mark at the end of a word are text. */
  public void testNumbersAndMarks() {
    String text = "# Learning C#\nfounded in\n1984. It\n- burned\n# A ## \n2) b\n# #\nc\n";
    assertEquals(
        List.of(
            new Passage("x.md#1", "Learning C#", "founded in 1984. It burned"),
            new Passage("x.md#2", "A", "2) b"),
            new Passage("x.md#3", "", "c")),
        PassageCutter.cut("x.md", text, true));
  }

  /** A heading without text of its own is in the title of the next passage, or is a passage. */
  public void testHeadings() {
    String text =
        """
        # Purple elephants of Lisbon

        ## Escape

        The gate was open.

        ## Return
        # Zebra closed
        ### Why
        ## When
        ---
        """;
    assertEquals(
        List.of(
            new Passage("x.md#1", "Purple elephants of Lisbon / Escape", "The gate was open."),
            new Passage("x.md#2", "Return", ""),
            new Passage("x.md#3", "Zebra closed / Why", ""),
            new Passage("x.md#4", "When", "")),
        PassageCutter.cut("x.md", text, true));
    assertEquals(
        List.of(new Passage("x.md#1", "a / b", ""), new Passage("x.md#2", "c", "")),
        PassageCutter.cut("x.md", "# a\n##### b\n# c", true));
    assertEquals(List.of(), PassageCutter.cut("x.md", "# \n## |\n", true));
  }

  public void testLinks() {
    String[][] pairs = {
      {"[a](b)", "a"},
      {"x ![a](b) [c](d)", "x a c"},
      {"[a [b](c) d", "[a b d"},
      {"[a] b](c)", "[a] b](c)"},
      {"[a](b", "[a](b"},
      {"[[a] [b](c)", "[[a] b"},
      {"[]()", null},
      {"[a](b)](c)", "a](c)"},
    };
    for (String[] pair : pairs) {
      List<Passage> cut = PassageCutter.cut("x.md", pair[0], true);
      assertEquals(pair[0], pair[1], cut.isEmpty() ? null : cut.get(0).body());
    }
  }

  /** Lines of a million chars are not scanned repeatedly. */
  public void testLongLines() {
    int n = TEST_NIGHTLY ? 1_000_000 : 200_000;
    for (String unit : List.of("[", "](", "*", "_", " ", "# ", "![", "[]", ")", "`", "> ", "1")) {
      for (String start : List.of("", "# ", "# a ", "[ ] ", "- ")) {
        String text = start + unit.repeat(n / unit.length()) + " [ ](x) b";
        PassageCutter.cut("x.md", text, true);
        PassageCutter.cut("x.md", (unit + "\n").repeat(n / 10), true);
      }
    }
  }

  /** Nothing is lost, and only a single sentence may make a passage too long. */
  public void testLongText() {
    StringBuilder text = new StringBuilder();
    int words = 0;
    for (int sentence = 0; sentence < 50; sentence++) {
      int length = 1 + random().nextInt(40);
      words += length;
      text.append(String.join(" ", Collections.nCopies(length, "word")));
      text.append(random().nextInt(5) == 0 ? ".\n\n" : random().nextBoolean() ? ".\n" : ". ");
    }
    int found = 0;
    for (Passage passage : PassageCutter.cut("long.txt", text.toString(), false)) {
      int length = passage.body().split(" ").length;
      assertTrue("" + length, length <= PassageCutter.WORDS);
      found += length;
    }
    assertEquals(words, found);
  }

  public void testLines() throws IOException {
    Path file = createTempDir().resolve("lines.txt");
    Files.writeString(file, "one\n\n two \n");
    assertEquals(
        List.of(new Passage("1", "", "one"), new Passage("3", "", "two")),
        TextFiles.read(List.of(file), "TEXT"));
  }

  public void testRefusals() throws IOException {
    Path folder = createTempDir();
    refused("TEXT " + folder + ": no text found", folder);
    refused("TEXT " + folder.resolve("x") + ": no such file or folder", folder.resolve("x"));
    Path json = folder.resolve("a.jsonl");
    Files.writeString(json, "{\"text\": \"a\"}\n{\"text\"\n");
    refused(json + ":2: not JSON", json);
    Files.writeString(json, "{\"id\": \"a\"}\n");
    refused(json + ":1: expected an object with a string \"text\"", json);
    Files.writeString(json, "{\"id\": 1, \"text\": \"a\"}\n{\"_id\": \"1\", \"text\": \"b\"}\n");
    refused(json + ":2: the id 1 occurs for the second time", json);
  }

  /** Members of different names do not become one field. */
  public void testSameFields() throws IOException {
    Path file = createTempDir().resolve("a.jsonl");
    String[][] cases = {
      {"\"tokens\": 5, \"tokens_\": \"x\"", "tokens_"},
      {"\"tokens_\": \"x\", \"tokens\": 5", "tokens_"},
      {"\"a.b\": 1, \"a\": {\"b\": \"y\"}", "a.b"},
      {"\"a\": {\"b\": [{\"c\": 1}], \"b.c\": 1}", "a.b.c"}
    };
    for (String[] one : cases) {
      Files.writeString(file, "{\"text\": \"a\", " + one[0] + "}");
      refused(file + ":1: two members become the field " + one[1] + "; rename one of them", file);
    }
    String fields =
        """
        {"text": "a", "tokens_": [], "tokens": 5, "n": {"tokens": 1}, "a.b": null,
         "a": [{"b": 7}, {"b": [8, "9"]}]}
        """;
    Files.writeString(file, fields);
    assertEquals(
        Map.of("tokens_", List.of(5L), "n.tokens", List.of(1L), "a.b", List.of(7L, 8L, "9")),
        TextFiles.read(List.of(file), "TEXT").get(0).fields().values());
  }

  private static void refused(String message, Path path) {
    UserException e =
        expectThrows(UserException.class, () -> TextFiles.read(List.of(path), "TEXT"));
    assertTrue(e.getMessage(), e.getMessage().startsWith(message));
  }
}
