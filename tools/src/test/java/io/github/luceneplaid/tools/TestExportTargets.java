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
import org.apache.lucene.util.Constants;

/** Folders that an export must not replace. */
public class TestExportTargets extends ExchangeTestCase {

  private void assertRefused(String found, Path from, Path target) throws IOException {
    String apart = target + ": expected a folder apart from the index " + from + ", found one ";
    assertFails(1, apart + found, "export", from, target, "--force");
    assertEquals(DOCUMENTS, TestExchangeCommands.stored(from).size());
  }

  /** The index may be in a PLAID directory, and is not deleted with it. */
  public void testFolderOfIndex() throws IOException {
    Path inner = Files.createDirectory(source.resolve("deep")).resolve("index");
    run("import", source, inner);
    assertRefused("that holds it", inner, source);
    assertRefused("that holds it", inner, source.resolve("deep/../../source"));
    assertRefused("in it", inner, inner.resolve("out"));
    assertFalse(Files.exists(inner.resolve("out")));
    assertFails(1, "found other files", "export", inner, inner, "--force");
    // A folder beside it with a name that starts alike
    run("export", inner, inner.resolveSibling("index2"));
  }

  public void testLinks() throws IOException {
    assumeFalse("needs links", Constants.WINDOWS);
    Path inner = source.resolve("index");
    run("import", source, inner);
    Path link = Files.createSymbolicLink(index.resolveSibling("link"), source);
    assertRefused("that holds it", link.resolve("index"), source);
    assertRefused("that holds it", inner, link);
    assertRefused("in it", inner, link.resolve("index/out"));
  }

  /** A link that leads nowhere is not replaced. */
  public void testLinkToNothing() throws IOException {
    assumeFalse("needs links", Constants.WINDOWS);
    run("import", source, index);
    Path link = Files.createSymbolicLink(index.resolveSibling("link"), index.resolve("gone"));
    assertFails(1, link + ": exists (--force replaces it)", "export", index, link);
    String found = link + ": expected a folder, found a link that leads nowhere";
    assertFails(1, found, "export", index, link, "--force");
    assertTrue(Files.isSymbolicLink(link));
  }
}
