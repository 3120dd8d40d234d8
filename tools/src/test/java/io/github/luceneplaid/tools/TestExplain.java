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
import io.github.luceneplaid.plaid.TokenMatch;
import io.github.luceneplaid.testframework.Processes;
import io.github.luceneplaid.testframework.TinyModel;
import io.github.luceneplaid.tools.HitExplanation.Label;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

/** {@code plaid explain}, on a model that gives equal words equal tokens. */
public class TestExplain extends CommandTestCase {
  private Path model;
  private Path index;

  @Override
  public void setUp() throws Exception {
    super.setUp();
    Path texts = createTempFile("texts", ".jsonl");
    Files.writeString(
        texts,
        """
        {"id": "x", "title": "Red", "text": "the red house runs"}
        {"id": "y", "text": "a blue river under the moon"}
        {"id": "z", "text": "., !"}
        """);
    model = TinyModel.copyTo(createTempDir());
    // A subfolder, because the folder itself may contain other files
    index = createTempDir().resolve("index");
    assertEquals(0, plaid("index", texts, "-o", index, "--model", model));
    out.getBuffer().setLength(0);
  }

  private Object[] explaining(Object... args) {
    Stream<Object> fixed = Stream.of("explain", index, "--model", model, "--query", "blue moons");
    return Stream.concat(fixed, Arrays.stream(args)).toArray();
  }

  private int explain(Object... args) {
    return plaid(explaining(args));
  }

  private void assertExplainFails(int code, String message, Object... args) {
    assertFails(code, message, explaining(args));
    assertEquals("", out.toString());
  }

  public void testWords() {
    assertEquals(err.toString(), 0, explain("--hit", 1));
    List<String> lines = out.toString().lines().toList();
    assertEquals("? blue moons", lines.get(1));
    assertTrue(lines.get(2), lines.get(2).matches("  1\\.  \\d\\.\\d{3}  y"));
    assertEquals("      blue  1.00 ▇▇▇▇▇▇▇▇▇▇  a [blue] river under the moon", lines.get(3));
    assertEquals("     moons  1.00 ▇▇▇▇▇▇▇▇▇▇  a blue river under the [moon]", lines.get(4));
    assertEquals(5, lines.size());
    String score = lines.get(2).substring(4);

    assertEquals(0, explain("--doc", "y"));
    assertEquals("    " + score, out.toString().lines().toList().get(2));
    assertEquals(0, explain("--doc", "x"));
    assertTrue(out.toString(), out.toString().contains("Red  x\n"));

    assertEquals(0, explain("--doc", "y", "--color=always"));
    assertTrue(out.toString(), out.toString().contains("a \u001b[1;31mblue\u001b[0m river"));
    assertTrue(out.toString(), out.toString().contains("the \u001b[1;32mmoon\u001b[0m"));
  }

  public void testFailures() throws IOException {
    assertExplainFails(2, "--doc", "--json");
    assertExplainFails(2, "--hit", "--hit", 1, "--doc", "x");
    assertExplainFails(2, "--hit 0: expected 1 or more", "--hit", 0);
    assertExplainFails(1, "--hit 3: the query has 2 hits", "--hit", 3);
    assertExplainFails(1, "--doc w: no such document in " + index, "--doc", "w");
    assertExplainFails(1, "document z: no tokens of 8 dimensions", "--doc", "z");
    Path page = Files.writeString(createTempFile(), "kept");
    assertExplainFails(1, page + ": exists (--force replaces it)", "--doc", "x", "--html", page);
    assertEquals("kept", Files.readString(page));
    assertFails(2, "name it by --model", "explain", index, "--query", "red", "--hit", 1);
    assertFails(
        1, "no words in it", "explain", index, "--model", model, "--query", " ", "--hit", 1);
  }

  public void testJson() throws IOException {
    assertEquals(0, explain("--hit", 1, "--json"));
    JsonNode json = new ObjectMapper().readTree(out.toString());
    assertEquals("y", json.get("id").asText());
    assertEquals(1, json.get("rank").asInt());
    assertTrue(json.get("title").isNull());
    assertEquals("blue", json.get("queryTokens").get(0).get("text").asText());
    int tokens = json.get("documentTokens").size();
    double score = 0;
    for (JsonNode match : json.get("matches")) {
      JsonNode row = json.get("similarities").get(match.get("queryToken").asInt());
      assertEquals(tokens, row.size());
      double highest = Double.NEGATIVE_INFINITY;
      for (JsonNode similarity : row) {
        highest = Math.max(highest, similarity.asDouble());
      }
      assertEquals(highest, row.get(match.get("documentToken").asInt()).asDouble(), 0);
      assertEquals(highest, match.get("similarity").asDouble(), 1e-5);
      score += (1 + highest) / 2;
    }
    assertEquals(score, json.get("score").asDouble(), 1e-5);
    JsonNode moon = json.get("words").get(1);
    assertEquals("moons", moon.get("queryWord").asText());
    assertEquals("a blue river under the ".length(), moon.get("start").asInt());
  }

  public void testPage() throws Exception {
    Path page = createTempDir().resolve("page.html");
    assertEquals(err.toString(), 0, explain("--hit", 1, "--html", page));
    assertHeatMap(Files.readString(page));
    Files.writeString(page, "old ".repeat(10_000));
    assertEquals(0, explain("--hit", 1, "--html", page, "--force"));
    assertHeatMap(Files.readString(page));
  }

  private static void assertHeatMap(String page) throws Exception {
    Document document = parse(page);
    assertEquals("blue moons", text(document, "h1", 0));
    NodeList rows = document.getElementsByTagName("tr");
    int columns = document.getElementsByTagName("th").getLength() - (rows.getLength() - 1);
    assertEquals("a", text(document, "th", 0));
    assertEquals("moon", text(document, "th", columns - 1));
    assertEquals("blue1.00", text(document, "th", columns));
    for (int row = 1; row < rows.getLength(); row++) {
      NodeList cells = ((Element) rows.item(row)).getElementsByTagName("td");
      assertEquals(columns, cells.getLength());
      int best = 0;
      for (int i = 0; i < columns; i++) {
        Element cell = (Element) cells.item(i);
        assertTrue(cell.getAttribute("title"), cell.getAttribute("title").contains(" → "));
        best += cell.getAttribute("class").equals("best") ? 1 : 0;
      }
      assertEquals(1, best);
    }
    assertEquals("a blue river under the moon", text(document, "p", 1));
    assertFalse(page, page.contains("pooled"));
    assertFalse(
        "loads nothing", Pattern.compile("src=|href=|url\\(|@import|<script").matcher(page).find());
  }

  private static String text(Document document, String element, int number) {
    return document.getElementsByTagName(element).item(number).getTextContent();
  }

  private static Document parse(String page) throws Exception {
    DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
    factory.setNamespaceAware(true);
    return factory.newDocumentBuilder().parse(new InputSource(new StringReader(page)));
  }

  /** The page shows any text unchanged, except for characters that XML does not allow. */
  public void testMarkupAndControlCharacters() throws Exception {
    String text = "<b a=\"1\">&amp; \u0001 \ud800 \ud83d\ude00 </p>";
    Document document = parse(new HeatMap(explanation("<i>&\u0000", text)).page());
    assertEquals("<i>&\ufffd", text(document, "h1", 0));
    String expected = text.replace('\u0001', '\ufffd').replace("\ud800 ", "\ufffd ");
    assertEquals(expected, text(document, "p", 1));
    assertEquals("&amp;", text(document, "th", 1));
    assertEquals(0, document.getElementsByTagName("b").getLength());
  }

  private static HitExplanation explanation(String query, String text) {
    int second = text.indexOf('&');
    return new HitExplanation(
        query,
        "id",
        null,
        text,
        null,
        1,
        List.of(new Label(query, 0, query.length())),
        List.of(
            new Label("·", -1, -1),
            new Label(text.substring(second, second + 5), second, second + 5)),
        List.of(),
        List.of(new TokenMatch(0, 1, 0.5f)),
        new float[][] {{Float.NaN, 0.5f}});
  }

  /** Tokens that do not belong to the text have numbers in place of words. */
  public void testNumbers() {
    Label query = new Label("cat", 0, 3);
    HitExplanation hit =
        new HitExplanation(
            "cat",
            "id",
            null,
            "text",
            2,
            0.75f,
            List.of(query),
            HitExplanation.numbers(3),
            List.of(),
            List.of(new TokenMatch(0, 2, 0.5f)),
            new float[][] {{0, 0.1f, 0.5f}});
    new ExplanationPrinter(Console.of(null, out, err), hit).print();
    assertEquals(
        List.of("", "? cat", "  2.  0.750  id", "     cat  0.50 ▇▇▇▇▇·····  #2"),
        out.toString().lines().toList());
  }

  /** Context ends between words, on both sides. */
  public void testContext() {
    String text = "word ".repeat(50) + "\n cat \n" + " more".repeat(50);
    int start = text.indexOf("cat");
    HitExplanation hit =
        new HitExplanation(
            "cat",
            "id",
            null,
            text,
            null,
            1,
            List.of(),
            List.of(),
            List.of(new WordMatch("cat", start, start + 3, 1)),
            List.of(),
            new float[1][0]);
    new ExplanationPrinter(Console.of(null, out, err), hit).print();
    String line = out.toString().lines().toList().get(3);
    assertTrue(line, line.matches(".* {2}… (word )+\\[cat\\]( more)+ …"));
  }

  /** A browser parses the page like a strict parser. */
  @Nightly
  public void testInBrowser() throws Exception {
    Optional<Path> browser = Browser.program();
    assumeTrue("no Chromium on the PATH", browser.isPresent());
    Path page = createTempDir().resolve("page.html");
    assertEquals(0, explain("--hit", 1, "--html", page));
    Path dump = createTempFile();
    Process process =
        new ProcessBuilder(
                browser.get().toString(),
                "--headless",
                "--disable-gpu",
                "--no-sandbox",
                "--user-data-dir=" + createTempDir(),
                "--dump-dom",
                page.toUri().toString())
            .redirectOutput(dump.toFile())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    assertEquals(0, Processes.await(process, Processes.MINUTES));
    String dom = Files.readString(dump, StandardCharsets.UTF_8);
    int cells = Files.readString(page).split("</td>", -1).length;
    assertEquals(cells, dom.split("</td>", -1).length);
    assertTrue(dom, dom.contains("<h1>blue moons</h1>"));
  }
}
