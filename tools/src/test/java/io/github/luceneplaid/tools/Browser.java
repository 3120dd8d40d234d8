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

import static org.junit.Assert.fail;
import static org.junit.Assume.assumeTrue;

import java.io.Closeable;
import java.io.File;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.stream.Stream;
import org.openqa.selenium.By;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.interactions.Actions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;

/** Chromium without a window, driven by tests as a person would. */
final class Browser implements Closeable {
  /**
   * The number of checks for something expected, one every hundredth of a second: two minutes in
   * total.
   */
  private static final int PATIENCE = 12_000;

  private final ChromeDriver driver;

  private Browser(ChromeDriver driver) {
    this.driver = driver;
  }

  /** The browser, if there is one. */
  static Optional<Path> program() {
    return program("chromium", "chromium-browser", "google-chrome");
  }

  private static Optional<Path> program(String... names) {
    return Arrays.stream(System.getenv("PATH").split(File.pathSeparator, -1))
        .flatMap(folder -> Stream.of(names).map(name -> Path.of(folder, name)))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /**
   * Starts a browser with an empty profile. Skips the test if there is no browser.
   *
   * @param profile an empty folder
   */
  static Browser open(Path profile) {
    Optional<Path> browser = program();
    Optional<Path> driver = program("chromedriver");
    assumeTrue("no Chromium on the PATH", browser.isPresent());
    assumeTrue("no chromedriver on the PATH", driver.isPresent());
    LoggingPreferences logging = new LoggingPreferences();
    logging.enable(LogType.BROWSER, Level.ALL);
    ChromeOptions options = new ChromeOptions();
    options.setBinary(browser.get().toString());
    options.setCapability(ChromeOptions.LOGGING_PREFS, logging);
    options.addArguments(
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--disable-dev-shm-usage",
        "--user-data-dir=" + profile);
    ChromeDriverService service =
        new ChromeDriverService.Builder()
            .usingDriverExecutable(driver.get().toFile())
            .usingAnyFreePort()
            .build();
    service.sendOutputTo(OutputStream.nullOutputStream());
    return new Browser(new ChromeDriver(service, options));
  }

  void go(String address) {
    driver.get(address);
  }

  void back() {
    driver.navigate().back();
  }

  void reload() {
    driver.navigate().refresh();
  }

  String address() {
    return driver.getCurrentUrl();
  }

  WebElement find(String selector) {
    return driver.findElement(By.cssSelector(selector));
  }

  /** The text of an element. */
  String text(String selector) {
    return (String) run("return document.querySelector(arguments[0]).textContent", selector);
  }

  /** The texts of all elements that match a selector, one per line. */
  String texts(String selector) {
    return (String)
        run(
            "return [...document.querySelectorAll(arguments[0])].map(e => e.textContent).join('\\n')",
            selector);
  }

  /** The number of elements that match a selector. */
  long count(String selector) {
    return (Long) run("return document.querySelectorAll(arguments[0]).length", selector);
  }

  /** Runs a script in the page, and returns what it returns. */
  Object run(String script, Object... arguments) {
    return driver.executeScript(script, arguments);
  }

  /** Waits until an expression of a script is true. */
  void await(String expression) throws InterruptedException {
    for (int i = 0; i < PATIENCE; i++) {
      if (Boolean.TRUE.equals(run("return !!(" + expression + ")"))) {
        return;
      }
      TimeUnit.MILLISECONDS.sleep(10);
    }
    fail(expression + " did not come true; the page says: " + text("body"));
  }

  /** Presses keys, wherever the focus is. */
  void press(CharSequence... keys) {
    new Actions(driver).sendKeys(keys).perform();
  }

  /** Sets the preference for light or dark colours. */
  void prefer(String scheme) {
    Map<String, Object> feature = Map.of("name", "prefers-color-scheme", "value", scheme);
    driver.executeCdpCommand("Emulation.setEmulatedMedia", Map.of("features", List.of(feature)));
  }

  /** Sets the size of the page, in CSS pixels. */
  void resize(int width, int height) {
    driver.executeCdpCommand(
        "Emulation.setDeviceMetricsOverride",
        Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", false));
  }

  /** The complaints of the browser since the last call, such as breaches of policy. */
  List<String> complaints() {
    return driver.manage().logs().get(LogType.BROWSER).getAll().stream()
        .map(LogEntry::getMessage)
        .toList();
  }

  /** Whether a script has opened a dialog of the browser. */
  boolean isAsking() {
    try {
      driver.switchTo().alert();
      return true;
    } catch (
        @SuppressWarnings("unused")
        org.openqa.selenium.NoAlertPresentException e) {
      return false;
    }
  }

  /** A picture of the page, as PNG. */
  byte[] picture() {
    return driver.getScreenshotAs(org.openqa.selenium.OutputType.BYTES);
  }

  @Override
  public void close() {
    driver.quit();
  }
}
