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

import java.io.StringWriter;
import java.util.List;
import java.util.function.UnaryOperator;
import org.apache.lucene.tests.util.LuceneTestCase;

public class TestSnippet extends LuceneTestCase {
  private final Console console = Console.of(null, new StringWriter(), new StringWriter());

  public void testMarks() {
    String text = "A title\nThe cat sat, and the dogs ran.";
    List<WordMatch> matches =
        List.of(
            match("kitten", text, "cat", 0.9f),
            match("title", text, "title", 0.8f),
            match("dog", text, "dogs", 0.7f),
            match("nothing", text, "sat", 0.1f));
    Snippet snippet = new Snippet(text, matches);
    assertEquals(List.of("A [title]"), styled(List.of(snippet.title(7))));
    assertEquals(
        List.of("The [cat] sat, and the [dogs] ran."),
        styled(snippet.lines("A title\n".length(), 2)));
    console.setColours(true);
    assertEquals(
        List.of("The \u001b[1;33mcat\u001b[0m sat, and the \u001b[1;33mdogs\u001b[0m ran."),
        styled(snippet.lines("A title\n".length(), 2)));
  }

  private List<String> styled(List<List<MarkedText>> lines) {
    return lines.stream()
        .map(line -> MarkedText.styled(line, console, UnaryOperator.identity()))
        .toList();
  }

  /** A long text is reduced to the sentences that matched, with an ellipsis for each gap. */
  public void testWindow() {
    String filler = "Nothing of interest is said in this sentence, which is somewhat long. ";
    String text = filler.repeat(5) + "Here is the cat. " + filler.repeat(5).strip();
    List<String> lines =
        styled(new Snippet(text, List.of(match("cat", text, "cat", 1))).lines(0, 2));
    String joined = String.join(" ", lines);
    assertTrue(joined, joined.startsWith("… ") && joined.endsWith(" …"));
    assertTrue(joined, joined.contains("Here is the [cat]."));
    assertTrue(joined, lines.size() <= 3);
    for (String line : lines) {
      assertTrue(line, line.replaceAll("[\\[\\]]", "").length() <= 94);
    }
  }

  /** Without any sentence end or match, it is cut between words. */
  public void testOneLongSentence() {
    String text = "word ".repeat(200).strip();
    String joined = String.join(" ", styled(new Snippet(text, List.of()).lines(0, 2)));
    assertTrue(joined, joined.matches("(word )+…"));
    assertTrue(joined, joined.length() < 200);
  }

  /** A text that fits is shown whole, except for line breaks. */
  public void testRandomText() {
    StringBuilder text = new StringBuilder();
    while (text.length() < 250) {
      text.append(random().nextInt(10) == 0 ? ". " : random().nextInt(6) == 0 ? " " : "x");
    }
    String whole = text.toString().strip();
    int from = random().nextInt(whole.length() / 2);
    while (whole.charAt(from) == ' ') {
      from++;
    }
    String joined = String.join(" ", styled(new Snippet(whole, List.of()).lines(from, 3)));
    assertEquals(whole.substring(from).replaceAll(" +", " "), joined.replaceAll(" +", " "));
  }

  private static WordMatch match(String query, String text, String word, float similarity) {
    int start = text.indexOf(word);
    return new WordMatch(query, start, start + word.length(), similarity);
  }
}
