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

import io.github.luceneplaid.encoder.TextEncoder;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.lucene.tests.util.LuceneTestCase;

/** The demo with the built-in model, on a few of its passages. */
public class TestDemo extends LuceneTestCase {
  private static final int PASSAGES = 20;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  public void testDemo() throws IOException {
    Path text = createTempDir();
    Files.copy(corpus().resolve("passages/search.md"), text.resolve("search.md"));
    Path index = createTempDir().resolve("index");
    run(
        null,
        "demo",
        "--text=" + text,
        "--keep=" + index,
        "--training-threshold=500",
        "--bits=2",
        "-k1",
        "--query",
        "asking whether a word belongs to a set without keeping the set",
        "--query",
        "what happens to a removed document");
    String printed = out.toString();
    assertTrue(printed, printed.contains("indexed " + PASSAGES + " passages"));
    assertTrue(printed, printed.contains("in 4 parts: "));
    assertTrue(printed, printed.contains("Deleted 1 copy, updated 1 draft: "));
    assertTrue(printed, printed.contains("1 segment, " + PASSAGES + " documents, 0 deleted"));
    assertTrue(printed, printed.contains("2 bits"));
    assertTrue(printed, printed.contains("[Bloom] filters") || printed.contains("Bloom filters"));
    assertTrue(printed, printed.contains("Deleting") || printed.contains("[Deleting]"));
    assertTrue(printed, printed.contains("word→word"));
    assertFalse(printed, printed.contains("(draft)"));

    // A kept index can be searched, and is not overwritten.
    run(null, "search", index.toString(), "-k", "1", "sorting a pile of cards");
    assertTrue(out.toString(), out.toString().contains("[Sorting] by merging"));
    assertEquals(1, Plaid.run(console(null), "demo", "--text=" + text, "--keep=" + index));
    assertTrue(err.toString(), err.toString().contains("holds an index already"));
  }

  /** Typed queries are answered, until an empty line. */
  public void testTypedQueries() throws IOException {
    Path text = Files.createFile(createTempDir().resolve("t.md"));
    Files.writeString(text, "# Cats\nKittens sleep a lot.\n# Banks\nMoney earns interest.\n");
    run("finance\n  \nnot read\n", "demo", "--text=" + text, "-k", "1");
    String printed = out.toString();
    assertTrue(printed, printed.contains("Your turn"));
    assertTrue(printed, printed.contains("Banks"));
    assertFalse(printed, printed.contains("not read"));
    assertFalse(printed, printed.contains("Cats"));
  }

  /** The passages in the repository: enough of them, none too long for the model. */
  public void testCorpus() throws IOException {
    List<Passage> passages = TextFiles.read(List.of(corpus().resolve("passages")), "--text");
    assertTrue("" + passages.size(), passages.size() >= 200);
    assertEquals(passages.size(), passages.stream().map(Passage::id).distinct().count());
    assertEquals(passages.size(), passages.stream().map(Passage::title).distinct().count());
    try (TextEncoder encoder = TextEncoder.open(null)) {
      for (Passage passage : passages) {
        assertTrue(passage.id(), encoder.sees(passage.text()));
      }
    }
    for (String query : Files.readAllLines(corpus().resolve("queries.txt"))) {
      assertFalse(query.isBlank());
    }
  }

  private void run(String input, String... args) {
    out.getBuffer().setLength(0);
    int code = Plaid.run(console(input), args);
    assertEquals(err.toString(), 0, code);
  }

  private Console console(String input) {
    return Console.of(input, out, err);
  }

  private static Path corpus() {
    return Path.of(System.getProperty(DemoCommand.HOME), "corpus");
  }
}
