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

/**
 * A file that is optional is not missing if there is a link of its name, which leads nowhere: the
 * disk of what it leads to may not be mounted.
 */
public class TestLinksToNothing extends CommandTestCase {
  private Path folder;
  private Path index;

  @Override
  public void setUp() throws Exception {
    super.setUp();
    // Not in Lucene's test file systems
    folder = Path.of(createTempDir().toRealPath().toString());
    index = folder.resolve("index");
  }

  private void link(String name, String to) throws IOException {
    Path link = folder.resolve(name);
    Files.deleteIfExists(link);
    try {
      Files.createSymbolicLink(link, Path.of(to));
    } catch (UnsupportedOperationException | IOException e) {
      assumeNoException("needs links", e);
    }
  }

  private void assertRefused(String name, Object... command) {
    String found = folder.resolve(name) + ": expected a file, found a link that leads nowhere";
    assertFails(1, found, command);
  }

  public void testTokens() throws IOException {
    Path tokens = folder.resolve("tokens.npy");
    Files.write(tokens, NumpyFiles.npy("<f4", new int[] {2, 2}, 1, 2, 3, 4));
    Files.writeString(folder.resolve("lengths"), "[1, 1]");
    Files.writeString(folder.resolve("ids"), "[\"a\", \"b\"]");
    Object[] command = {"index", tokens, "-o", index, "--force"};
    for (String name : new String[] {"doclens.json", "ids.json", "records.json"}) {
      link(name, "gone.json");
      assertRefused(name, command);
      link(name, name.startsWith("doclens") ? "lengths" : "ids");
      assertEquals(err.toString(), 0, plaid(command));
    }
    Object[] search = {"search", index, "--queries", tokens};
    for (String name : new String[] {"querylens.json", "query_ids.json"}) {
      link(name, "gone.json");
      assertRefused(name, search);
      link(name, name.startsWith("querylens") ? "lengths" : "ids");
      assertEquals(err.toString(), 0, plaid(search));
    }
    assertTrue(out.toString(), out.toString().startsWith("a\t1\t"));
    Files.delete(folder.resolve("querylens.json"));
    link("query_ids.json", "gone.json");
    assertRefused("query_ids.json", search);
  }

  /** A link is not replaced if what it leads to is not there. */
  public void testTarget() throws IOException {
    Path tokens = folder.resolve("tokens.npy");
    Files.write(tokens, NumpyFiles.npy("<f4", new int[] {2, 2}, 1, 2, 3, 4));
    link("out.npy", "gone.npy");
    Path target = folder.resolve("out.npy");
    assertRefused("out.npy", "convert", tokens, target);
    assertRefused("out.npy", "convert", tokens, target, "--force");
    assertTrue(Files.isSymbolicLink(target));
  }

  public void testMetadata() throws IOException {
    ExchangeTestCase.copyTo(folder);
    Files.move(folder.resolve(MetadataDatabase.FILE), folder.resolve("metadata"));
    link(MetadataDatabase.FILE, "gone");
    assertRefused(MetadataDatabase.FILE, "import", folder, index);
    link(MetadataDatabase.FILE, "metadata");
    assertEquals(6, json("import", folder, index, "--json").get("metadata").size());
  }
}
