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

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.luceneplaid.testframework.SharedFolder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.openqa.selenium.Keys;

/** The page of {@code plaid serve} shows all texts legibly and as plain text. */
public class TestServedTexts extends PageTestCase {
  /** A script that finds texts that are hard to read: those with a contrast below 4.5. */
  private static final String FAINT_TEXTS =
      """
      const parse = (colour) => {
        const [r, g, b, a = 1] = colour.match(/[\\d.]+/g).map(Number);
        return [r, g, b, a];
      };
      const over = ([r, g, b, a], below) =>
        [r, g, b].map((c, i) => c * a + below[i] * (1 - a)).concat(1);
      const backgroundOf = (e) => {
        const own = e ? parse(getComputedStyle(e).backgroundColor) : [255, 255, 255, 1];
        return own[3] === 1 ? own : over(own, backgroundOf(e.parentElement));
      };
      const light = (colour) => {
        const [r, g, b] = colour.map((c) => {
          const s = c / 255;
          return s <= 0.04045 ? s / 12.92 : ((s + 0.055) / 1.055) ** 2.4;
        });
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
      };
      const faint = [];
      let seen = 0;
      for (const e of document.querySelectorAll("body *")) {
        const text = [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim() !== "");
        if ((text || e.matches("input")) && e.checkVisibility()) {
          const below = backgroundOf(e);
          const lights = [light(over(parse(getComputedStyle(e).color), below)), light(below)];
          const contrast = (Math.max(...lights) + 0.05) / (Math.min(...lights) + 0.05);
          seen++;
          if (contrast < 4.5) {
            faint.push(`${e.tagName}.${e.className} ${e.textContent} ${contrast}`);
          }
        }
      }
      return seen < arguments[0] ? [`only ${seen} texts`] : faint;
      """;

  public void testColours() throws Exception {
    open("", RECORDS);
    for (String scheme : List.of("light", "dark")) {
      browser.prefer(scheme);
      String colours =
          (String)
              browser.run(
                  "const s = getComputedStyle(document.body); return s.color + s.backgroundColor");
      assertEquals(
          scheme,
          scheme.equals("light")
              ? "rgb(29, 29, 31)rgb(253, 253, 251)"
              : "rgb(232, 232, 234)rgb(22, 22, 24)",
          colours);
      go("?q=the+red+house&words=1");
      awaitHits(3);
      browser.run("document.getElementById('fields').open = true");
      assertTrue(browser.count("mark") > 0);
      assertEquals(List.of(), browser.run(FAINT_TEXTS, 30));
      browser.run("document.querySelector('mark').style.color = '#7a7a7a'");
      assertNotEquals("it can tell", List.of(), browser.run(FAINT_TEXTS, 30));
      go("?q=the+red+house&hit=x");
      browser.await(OPEN);
      assertEquals(List.of(), browser.run(FAINT_TEXTS, 30));
      go("?q=" + encoded("red ".repeat(500)));
      browser.await("document.querySelector('.warning')");
      assertEquals(List.of(), browser.run(FAINT_TEXTS, 15));
      go("?q=red&filter=nosuch:1");
      browser.await("document.getElementById('error').textContent");
      assertEquals(List.of(), browser.run(FAINT_TEXTS, 8));
    }
  }

  /** In narrow windows, even endless words do not overflow at the side. */
  public void testNarrow() throws Exception {
    String endless = "x".repeat(300);
    ObjectNode record = mapper.createObjectNode();
    record.put("id", endless).put("title", endless).put("text", "red " + endless + " cat");
    record.put(endless, endless);
    open("?q=red+" + endless, RECORDS[0], RECORDS[1], record.toString());
    awaitHits(3);
    String width = "return document.documentElement.scrollWidth - innerWidth";
    for (int pixels : new int[] {320, 500, 1200}) {
      browser.resize(pixels, 600);
      browser.run("document.getElementById('fields').open = true");
      assertTrue((Long) browser.run(width) <= 0);
    }
    browser.resize(320, 600);
    go("?q=red+" + endless + "&hit=" + endless);
    browser.await(OPEN);
    assertTrue((Long) browser.run(width) <= 0);
    assertEquals(
        0L,
        browser.run(
            "const d = document.getElementById('explanation');"
                + "return Math.max(0, d.scrollWidth - d.clientWidth)"));
  }

  /** The page shows invisible characters like the terminal does. */
  public void testVisible() throws Exception {
    open("", RECORDS);
    StringBuilder all = new StringBuilder();
    for (char c = 0; c < Character.MAX_VALUE; c++) {
      all.append(Character.isSurrogate(c) ? "" : c);
    }
    String shown =
        (String)
            browser.run(
                "return import('/shown.js').then(m => m.visible(arguments[0]))", all.toString());
    assertEquals(Console.visible(all.toString()), shown);
    String lines =
        (String)
            browser.run(
                "return import('/shown.js').then(m => m.visibleLines(arguments[0]))",
                all.toString());
    assertEquals(shown.replace('␊', '\n').replace('␉', '\t').length(), lines.length());
    assertEquals("\t\n", lines.substring(9, 11));
    assertEquals(shown.substring(11), lines.substring(11));
  }

  private static final String MARKUP = "img, b, i, iframe, [onerror], main script, dialog script";

  /** Markup in a record is shown as text everywhere. */
  public void testHostileTexts() throws Exception {
    String markup = "red<img src=x onerror=alert(1)><script>alert(2)</script><b>&amp;\"'";
    String controls = "\u0000\u001b[2J\u202e\u2028\u009b";
    ObjectNode record = mapper.createObjectNode();
    for (String name : List.of("id", "title", "text", markup)) {
      record.put(name, markup + controls);
    }
    open("", record.toString());
    browser.press(markup, Keys.ENTER);
    awaitHits(1);
    String shown = Console.visible(markup + controls);
    assertEquals(shown, browser.text("#hits h2"));
    // Lines are broken anew
    assertEquals(shown.replace('␤', ' '), browser.text(".snippet"));
    assertEquals(shown, browser.text(".id"));
    assertEquals(markup, browser.text("dt"));
    assertEquals(shown, browser.text("dd"));
    assertTrue(browser.text("#names").contains(markup));
    assertEquals(markup + " – plaid", browser.run("return document.title"));
    browser.find("#hits h2 a").click();
    browser.await(OPEN);
    assertEquals(markup, browser.text("#explained"));
    assertTrue(browser.text(".hit").startsWith("1. " + shown + " (" + shown + "), score "));
    assertEquals(shown + "\n" + shown, browser.text("#map .text"));
    assertUntouched();
    go("?q=red&filter=" + encoded(markup));
    browser.await("document.getElementById('error').textContent");
    assertTrue(browser.text("#error"), browser.text("#error").contains("<img src=x"));
    assertFalse(browser.isAsking());
    assertEquals(0, browser.count(MARKUP));
    browser.complaints();

    // The policy would block the effect of a mistake; this shows that the browser reports it
    assertEquals(
        "TypeError",
        browser.run("try { document.body.innerHTML = '<b>x</b>'; } catch (e) { return e.name; }"));
    browser.run(
        "return new Promise(done => { const i = document.createElement('img');"
            + "i.onerror = () => done(true); i.src = 'data:,'; })");
    assertFalse(browser.isAsking());
    List<String> complaints = browser.complaints();
    assertTrue(
        complaints.toString(),
        complaints.stream().anyMatch(line -> line.contains("Content Security Policy")));
  }

  private void assertUntouched() {
    assertFalse(browser.isAsking());
    assertEquals(0, browser.count(MARKUP));
    assertEquals(1, browser.count("script"));
    assertNoComplaints();
  }

  public void testShared() throws Exception {
    Path evil = SharedFolder.of("cases/evil.jsonl");
    List<String> records = Files.readAllLines(evil, StandardCharsets.UTF_8);
    open("?q=the+ferry+leaves", records.toArray(String[]::new));
    awaitHits(records.size());
    assertTrue(browser.texts("h2"), browser.texts("h2").contains("<script>alert('t')</script>"));
    assertTrue(browser.texts(".snippet").contains("The ferry ␛[2J␛[1;1H␛]0;pwned␇ leaves at noon"));
    assertUntouched();
    Map<String, String> texts = new HashMap<>();
    for (String record : records) {
      ObjectNode json = (ObjectNode) mapper.readTree(record);
      String title = json.has("title") ? json.get("title").textValue() + "\n" : "";
      texts.put(json.get("id").textValue(), title + json.get("text").textValue());
    }
    for (Map.Entry<String, String> text : texts.entrySet()) {
      go("?q=the+ferry+leaves&hit=" + encoded(text.getKey()));
      browser.await(OPEN);
      String shown = browser.text("#map .text").replace("\n", "␊");
      assertEquals(Console.visible(text.getValue()), shown);
      assertUntouched();
    }
  }
}
