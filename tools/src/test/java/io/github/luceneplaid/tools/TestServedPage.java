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

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.openqa.selenium.Keys;

/** {@code plaid serve}, as people see it, in a browser. */
public class TestServedPage extends PageTestCase {
  /** Moves the focus to the query, which selects its text. */
  private void focusQuery() {
    browser.run(FOCUS + ".blur()");
    browser.press("/");
  }

  /** Going back in the history takes the browser a moment. */
  private void assertAddress(String query) throws Exception {
    browser.await("location.href === '" + address + query + "'");
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

  /** The page always shows the state of its address, whichever way leads to it. */
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

  /** The Tab key reaches all controls in their visible order, and shows the focus. */
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

  /** Refusals have the same messages as in a terminal. */
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

  /** A repeated query searches the latest commit. */
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
}
