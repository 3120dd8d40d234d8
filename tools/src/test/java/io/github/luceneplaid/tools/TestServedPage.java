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

import com.carrotsearch.randomizedtesting.ThreadFilter;
import com.carrotsearch.randomizedtesting.annotations.ThreadLeakFilters;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.lucene.tests.util.QuickPatchThreadsFilter;
import org.junit.AfterClass;
import org.junit.BeforeClass;
import org.openqa.selenium.Keys;

/** {@code plaid serve}, as people see it, in a browser. */
@ThreadLeakFilters(
    defaultFilters = true,
    filters = {QuickPatchThreadsFilter.class, TestServedPage.DriverThreads.class})
public class TestServedPage extends ServeTestCase {
  private static final String[] RECORDS = {
    "{\"id\": \"x\", \"title\": \"Red\", \"text\": \"the red house runs\", \"year\": 1905}",
    "{\"id\": \"y\", \"text\": \"a blue river under the moon\", \"year\": 1948, \"odd: name\": \"a b\"}",
    "{\"id\": \"z\", \"text\": \"the cat sat\"}"
  };

  private static final String HITS = "document.querySelectorAll('#hits li').length";
  private static final String OPEN = "document.getElementById('explanation').open";
  private static final String FOCUS = "document.activeElement";

  private static Browser browser;

  /** One that looks whether the driver has started stays for a minute, for the next driver. */
  public static final class DriverThreads implements ThreadFilter {
    @Override
    public boolean reject(Thread thread) {
      return thread.getName().startsWith("UrlChecker-");
    }
  }

  @BeforeClass
  public static void openBrowser() {
    browser = Browser.open(createTempDir());
  }

  @AfterClass
  public static void closeBrowser() {
    if (browser != null) {
      browser.close();
      browser = null;
    }
  }

  @Override
  public void setUp() throws Exception {
    super.setUp();
    browser.go("about:blank");
    browser.prefer("light");
    browser.resize(1000, 700);
    browser.complaints();
  }

  /** Opens the page of an index, with what follows its address. */
  private void open(String more, String... records) throws Exception {
    index(records);
    serve();
    go(more);
  }

  private void go(String more) throws Exception {
    browser.go(address + more);
    browser.await("document.querySelector('#index').textContent");
  }

  private void awaitHits(int n) throws Exception {
    browser.await(HITS + " === " + n + " && !document.querySelector('#hits[aria-busy]')");
  }

  /** Goes to the query, whose text is selected then. */
  private void focusQuery() {
    browser.run(FOCUS + ".blur()");
    browser.press("/");
  }

  private void assertAddress(String query) {
    assertEquals(address + query, browser.address());
  }

  private void assertNoComplaints() {
    assertEquals(List.of(), browser.complaints());
  }

  public void testSearchAndMap() throws Exception {
    open("", RECORDS);
    assertEquals(index + " · 3 documents", browser.text("#index"));
    Object form = browser.run("return document.getElementById('hits').getBoundingClientRect().top");
    browser.press("blue moons", Keys.ENTER);
    awaitHits(3);
    assertEquals(
        "nothing has moved",
        form,
        browser.run("return document.getElementById('hits').getBoundingClientRect().top"));
    assertAddress("?q=blue+moons");
    assertEquals("3 hits", browser.text("#status"));
    assertEquals("blue\nmoon", browser.texts("#hits li:first-child mark"));
    assertEquals("a blue river under the moon", browser.text("#hits .snippet"));
    assertEquals("1.", browser.text("#hits .rank"));
    assertEquals("y", browser.text("#hits h2"));
    assertTrue(browser.text("#hits .about").matches("score \\d\\.\\d{3}y"));
    assertEquals("year\nodd: name", browser.texts("#hits li:first-child dt"));
    assertEquals("blue moons – plaid", browser.run("return document.title"));

    browser.find("#hits li .snippet").click();
    browser.await(OPEN);
    assertAddress("?q=blue+moons&hit=y");
    assertMap();
    browser.find("#close").click();
    browser.await("!" + OPEN);
    browser.await("!location.search.includes('hit')");
    assertAddress("?q=blue+moons");
    assertEquals(3, browser.count("#hits li"));
    assertNoComplaints();
  }

  private void assertMap() {
    assertEquals("blue moons", browser.text("#explained"));
    assertTrue(browser.text(".hit").matches("1\\. \\(y\\), score \\d\\.\\d{3}"));
    assertEquals("blue → blue 1.00\nmoons → moon 1.00", browser.texts(".answers li"));
    assertEquals("a blue river under the moon", browser.text("#map .text"));
    assertEquals("a\nblue\nriver\nunder\nthe\nmoon", browser.texts("thead th"));
    assertEquals("blue1.00\nmoon1.00\ns", browser.texts("tbody th").replaceAll("s-?0.*", "s"));
    assertEquals(18, browser.count("tbody td[title]"));
    assertEquals(3, browser.count("tbody td.best"));
    assertEquals(
        "blue → blue: 1.000", browser.run("return document.querySelector('td.best').title"));
    Object colour =
        browser.run("return getComputedStyle(document.querySelector('td.best')).backgroundColor");
    assertEquals("rgb(244, 114, 32)", colour);
  }

  /** What the address says is what is there, whichever way one comes to it. */
  public void testHistory() throws Exception {
    open("", RECORDS);
    browser.press("blue moons", Keys.ENTER);
    awaitHits(3);
    browser.find("#hits h2 a").click();
    browser.await(OPEN);
    browser.reload();
    browser.await(OPEN);
    assertMap();
    browser.back();
    browser.await("!" + OPEN);
    assertAddress("?q=blue+moons");
    awaitHits(3);
    focusQuery();
    browser.press("red", Keys.TAB, Keys.TAB, "year:1905", Keys.ENTER);
    awaitHits(1);
    assertAddress("?q=red&filter=year%3A1905");
    browser.reload();
    awaitHits(1);
    assertEquals("year:1905", browser.run("return document.getElementById('filter').value"));
    browser.back();
    awaitHits(3);
    assertEquals("blue moons", browser.run("return document.getElementById('query').value"));
    assertEquals("", browser.run("return document.getElementById('filter').value"));
    browser.back();
    awaitHits(0);
    assertAddress("");
    browser.run("history.go(2)");
    awaitHits(1);
    // Straight to a map: closing it leads to its hits
    go("?q=blue+moons&hit=y");
    browser.await(OPEN);
    browser.press(Keys.ESCAPE);
    browser.await("!" + OPEN);
    assertAddress("?q=blue+moons");
    browser.await(FOCUS + ".textContent === 'y'");
    assertNoComplaints();
  }

  public void testKeyboard() throws Exception {
    open("", RECORDS);
    assertEquals("query", browser.run("return " + FOCUS + ".id"));
    browser.press("red/", Keys.BACK_SPACE, Keys.ENTER);
    awaitHits(3);
    assertEquals("red", browser.run("return document.getElementById('query').value"));
    browser.press(Keys.ARROW_DOWN);
    assertFocus("Red");
    browser.press(Keys.ARROW_DOWN, Keys.ARROW_DOWN, Keys.ARROW_DOWN);
    assertEquals(
        2L, browser.run("return [...document.querySelectorAll('.open')].indexOf(" + FOCUS + ")"));
    browser.press(Keys.ARROW_UP, Keys.ARROW_UP);
    assertFocus("Red");
    browser.press(Keys.ENTER);
    browser.await(OPEN);
    browser.await(FOCUS + ".id === 'close'");
    browser.press("/");
    assertEquals("close", browser.run("return " + FOCUS + ".id"));
    browser.press(Keys.TAB);
    assertEquals("squares", browser.run("return " + FOCUS + ".className"));
    browser.press(Keys.ESCAPE);
    browser.await("!" + OPEN);
    browser.await("!location.search.includes('hit')");
    assertFocus("Red");
    browser.press(Keys.ARROW_UP);
    assertEquals("query", browser.run("return " + FOCUS + ".id"));
    browser.press(Keys.ARROW_DOWN, "/", "cat", Keys.ENTER);
    browser.await("document.querySelector('#hits h2').textContent === 'z'");
    assertEquals("cat", browser.run("return document.getElementById('query').value"));
    assertNoComplaints();
  }

  private void assertFocus(String text) throws Exception {
    browser.await(FOCUS + ".textContent === '" + text + "'");
    assertEquals("solid", browser.run("return getComputedStyle(" + FOCUS + ").outlineStyle"));
  }

  /** Tab comes to all there is to use, in the order in which it is seen, and shows where it is. */
  public void testTab() throws Exception {
    open("?q=blue", RECORDS);
    awaitHits(3);
    focusQuery();
    StringBuilder order = new StringBuilder();
    for (int i = 0; i < 8; i++) {
      assertEquals("solid", browser.run("return getComputedStyle(" + FOCUS + ").outlineStyle"));
      order.append(
          browser.run("const e = " + FOCUS + "; return e.id || e.textContent.trim() || e.tagName"));
      order.append(' ');
      browser.press(Keys.TAB);
    }
    assertTrue(
        order.toString(),
        order
            .toString()
            .startsWith(
                "query Search filter words Fields to filter by "
                    + browser.texts("#hits h2").replace('\n', ' ')));
    for (String[] named :
        new String[][] {
          {"#query", "Query"},
          {"#filter", "Filter"},
          {"#words", "also by words"},
          {"#hits", "Hits"},
        }) {
      assertEquals(named[1], browser.find(named[0]).getAccessibleName());
    }
    assertEquals("status", browser.find("#status").getAriaRole());
    assertEquals("alert", browser.find("#error").getAriaRole());
  }

  /** A script that says which texts are hard to read: of a contrast below 4.5. */
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

  /** Narrow windows, and words without end, make nothing stand out at the side. */
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

  /** As in a terminal. */
  public void testRefusals() throws Exception {
    open("?q=red", RECORDS);
    awaitHits(3);
    for (String filter : List.of("nosuch:1", "year:[1 TO")) {
      assertEquals(2, plaid("search", index, "--model", model, "red", "--filter", filter));
      go("?q=red&filter=" + encoded(filter));
      browser.await("document.getElementById('error').textContent");
      assertEquals(err.toString(), "plaid: " + browser.text("#error") + "\n");
      assertEquals(0, browser.count("#hits li"));
      assertEquals("", browser.text("#status"));
    }
    focusQuery();
    browser.press(Keys.TAB, Keys.TAB, Keys.DELETE, Keys.ENTER);
    awaitHits(3);
    assertEquals("", browser.text("#error"));
    focusQuery();
    browser.press(Keys.BACK_SPACE, Keys.ENTER);
    browser.await("document.getElementById('error').textContent");
    assertEquals("query \"\": no words in it", browser.text("#error"));
    String query = "red moon ".repeat(100).strip();
    assertEquals(0, plaid("search", index, "--model", model, query));
    go("?q=" + encoded(query));
    awaitHits(3);
    assertEquals(err.toString(), "plaid: " + browser.text("#status .warning") + "\n");
    go("?q=red&hit=nobody");
    browser.await(OPEN);
    assertEquals("document nobody: no such document in " + index, browser.text("#map"));
    browser.press(Keys.ESCAPE);
    browser.await("!" + OPEN);
    stop();
    focusQuery();
    browser.press(Keys.ENTER);
    browser.await("document.getElementById('error').textContent.includes('has ended')");
    assertEquals(0, browser.count("#hits li"));
  }

  public void testWordsAndFields() throws Exception {
    open("?q=cat", RECORDS);
    awaitHits(3);
    browser.find("#words").click();
    browser.await("document.querySelector('.about').textContent.includes('MaxSim')");
    assertAddress("?q=cat&words=1");
    assertTrue(browser.text(".about").matches("score 0\\.0\\d{3}MaxSim 1, words 1z"));
    assertTrue(browser.text("li:last-child .about").contains("words –"));
    browser.find("#fields summary").click();
    browser.await("document.querySelector('#names button').checkVisibility()");
    assertTrue(
        browser.texts("#names button"),
        browser.texts("#names button").contains("\nyear whole numbers"));
    browser.run(
        "[...document.querySelectorAll('#names button')]"
            + ".find(b => b.textContent.startsWith('odd: name')).click()");
    assertEquals("filter", browser.run("return " + FOCUS + ".id"));
    browser.press("\"a b\"", Keys.ENTER);
    awaitHits(1);
    assertEquals(
        "odd\\:\\ name:\"a b\"", browser.run("return document.getElementById('filter').value"));
    browser.run(
        "[...document.querySelectorAll('#names button')]"
            + ".find(b => b.textContent.startsWith('year')).click()");
    browser.press("1905", Keys.ENTER);
    awaitHits(2);
    browser.find("#words").click();
    browser.await("!document.querySelector('.about').textContent.includes('MaxSim')");
    assertNoComplaints();
  }

  /** Who asks again gets what was committed meanwhile. */
  public void testLaterCommits() throws Exception {
    open("?q=blue", RECORDS);
    awaitHits(3);
    String record = "{\"id\": \"w\", \"text\": \"blue\", \"fresh\": 1}";
    Path more = Files.writeString(createTempDir().resolve("m.jsonl"), record);
    assertEquals(err.toString(), 0, plaid("add", index, more, "--model", model));
    focusQuery();
    browser.press(Keys.ENTER);
    awaitHits(4);
    assertAddress("?q=blue");
    browser.await("document.getElementById('index').textContent.endsWith('4 documents')");
    assertTrue(browser.texts("#names"), browser.texts("#names").contains("fresh"));
  }

  public void testMore() throws Exception {
    String[] records = new String[25];
    for (int i = 0; i < records.length; i++) {
      records[i] = "{\"id\": \"r" + i + "\", \"text\": \"red cat\"}";
    }
    open("?q=red", records);
    awaitHits(10);
    assertTrue(browser.find("#more").isDisplayed());
    browser.find("#more").click();
    awaitHits(20);
    browser.await(FOCUS + ".closest('li')?.querySelector('.rank').textContent === '11.'");
    assertAddress("?q=red&k=20");
    browser.find("#more").click();
    awaitHits(25);
    assertFalse(browser.find("#more").isDisplayed());
    browser.find("#hits li:nth-child(22) a").click();
    browser.await(OPEN);
    browser.reload();
    browser.await(OPEN);
    assertEquals(25, browser.count("#hits li"));
    go("?q=red&k=200");
    browser.await("document.getElementById('error').textContent");
    assertEquals("the parameter k is 200, expected 1 to 100", browser.text("#error"));
    assertFalse(browser.find("#more").isDisplayed());
  }

  /** The page shows characters that cannot be seen as the terminal does. */
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

  /** What somebody wrote is text, wherever it is shown. */
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

    // What a mistake could do the policy refuses, which shows that the browser would tell
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
    Path evil = Path.of(System.getProperty("plaid.shared", "../shared"), "cases", "evil.jsonl");
    assumeTrue("no " + evil, Files.exists(evil));
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
