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
import java.util.List;
import org.apache.lucene.tests.util.QuickPatchThreadsFilter;
import org.junit.AfterClass;
import org.junit.BeforeClass;

/** Opens the page of {@code plaid serve} in a browser; tests are skipped if there is none. */
@ThreadLeakFilters(
    defaultFilters = true,
    filters = {QuickPatchThreadsFilter.class, PageTestCase.DriverThreads.class})
public abstract class PageTestCase extends ServeTestCase {
  static final String[] RECORDS = {
    "{\"id\": \"x\", \"title\": \"Red\", \"text\": \"the red house runs\", \"year\": 1905}",
    "{\"id\": \"y\", \"text\": \"a blue river under the moon\", \"year\": 1948, \"odd: name\": \"a b\"}",
    "{\"id\": \"z\", \"text\": \"the cat sat\"}"
  };

  static final String HITS = "document.querySelectorAll('#hits li').length";
  static final String OPEN = "document.getElementById('explanation').open";
  static final String FOCUS = "document.activeElement";

  static Browser browser;

  /**
   * Ignores a thread that checks whether the driver has started: it stays for a minute, for the
   * next driver.
   */
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

  /** Opens the page of an index, with a query string or fragment. */
  void open(String more, String... records) throws Exception {
    index(records);
    serve();
    go(more);
  }

  void go(String more) throws Exception {
    browser.go(address + more);
    browser.await("document.querySelector('#index').textContent");
  }

  void awaitHits(int n) throws Exception {
    browser.await(HITS + " === " + n + " && !document.querySelector('#hits[aria-busy]')");
  }

  void assertNoComplaints() {
    assertEquals(List.of(), browser.complaints());
  }
}
