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
import io.github.luceneplaid.testframework.SharedFolder;
import io.github.luceneplaid.testframework.TinyModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** The content of texts, ids and titles cannot control a terminal, and breaks no lines. */
public class TestShownText extends CommandTestCase {
  private static final String CONTROLS =
      "\u0000\u0007\b\t\n\r\u001b[2J\u007f\u0085\u009b2J\u202e\u2028";

  public void testVisible() {
    assertEquals("␀␇␈␉␊␍␛[2J␡␤\ufffd2J\ufffd␤", Console.visible(CONTROLS));
    String text = "Stra\u00dfe \u6e21\u8f2a \ud83d\udea2 e\u0301 \u05d4 \u200f";
    assertSame(text, Console.visible(text));
    assertEquals("a b ␛", Console.oneLine("a\r\n\tb \u001b"));
  }

  private static boolean isShown(int c) {
    return c == '\n'
        || c == '\t'
        || Console.visible(Character.toString(c)).equals(Character.toString(c));
  }

  private void assertShown() {
    String all = out.toString() + err;
    assertTrue(all, all.codePoints().allMatch(TestShownText::isShown));
  }

  public void testCommands() throws IOException {
    Path folder = createTempDir();
    ObjectMapper mapper = new ObjectMapper();
    String id = "id" + CONTROLS;
    String text = "red " + CONTROLS + " moon";
    String record =
        mapper.writeValueAsString(Map.of("id", id, "title", "t" + CONTROLS + "x", "text", text));
    Path texts = Files.writeString(folder.resolve("t.jsonl"), record + "\n");
    Path model = TinyModel.copyTo(createTempDir());
    Path index = folder.resolve("index");
    assertEquals(err.toString(), 0, plaid("index", texts, "-o", index, "--model", model));
    String query = "moon " + CONTROLS;
    assertEquals(err.toString(), 0, plaid("search", index, query, "--model", model));
    assertShown();
    assertTrue(out.toString(), out.toString().contains("[moon]"));
    assertEquals(0, plaid("explain", index, "--query", query, "--hit", 1, "--model", model));
    assertShown();
    assertEquals(
        0, plaid("explain", index, "--query", query, "--hit", 1, "--model", model, "--json"));
    assertShown();
    assertEquals(
        text,
        "t" + CONTROLS + "x" + "\n" + text,
        new ObjectMapper().readTree(out.toString()).get("text").textValue());
    Path queries = Files.writeString(folder.resolve("q"), "moon\n");
    assertEquals(0, plaid("search", index, "--queries", queries, "--model", model));
    assertShown();
    assertEquals(out.toString(), 1, out.toString().lines().count());
    assertEquals(4, out.toString().split("\t", -1).length);
    JsonNode json = json("search", index, query, "--model", model, "--json");
    assertShown();
    assertEquals(id, json.get("hits").get(0).get("id").textValue());
    assertEquals(query, json.get("text").textValue());
    assertEquals(
        0,
        plaid(
            "demo",
            "--text",
            texts,
            "--query",
            query,
            "--model",
            model,
            "--training-threshold=1000"));
    assertShown();
    assertEquals(1, plaid("search", folder.resolve("no\u001b[2Jne"), "x"));
    assertShown();
    assertEquals(2, plaid("search", "--\u001b[2J\u009b", "x"));
    assertShown();
  }

  public void testShared() throws IOException {
    Path evil = SharedFolder.of("cases/evil.jsonl");
    Path model = TinyModel.copyTo(createTempDir());
    Path index = createTempDir().resolve("index");
    assertEquals(err.toString(), 0, plaid("index", evil, "-o", index, "--model", model));
    for (Object[] more : List.of(new Object[0], new Object[] {"--json"})) {
      Object[] search = {"search", index, "the ferry leaves", "--model", model, "-k", 50};
      Object[] all = java.util.Arrays.copyOf(search, search.length + more.length);
      System.arraycopy(more, 0, all, search.length, more.length);
      assertEquals(0, plaid(all));
      assertShown();
    }
  }
}
