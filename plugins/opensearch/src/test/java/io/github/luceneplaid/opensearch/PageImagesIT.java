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

package io.github.luceneplaid.opensearch;

import static org.junit.Assert.assertEquals;
import static org.junit.Assume.assumeTrue;

import io.github.luceneplaid.engine.nodes.CranfieldTokens;
import io.github.luceneplaid.engine.nodes.PageImages;
import io.github.luceneplaid.engine.nodes.Ports;
import io.github.luceneplaid.testframework.CranfieldFolder;
import java.io.IOException;
import java.nio.file.Files;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/** Prints how fast documents of 1,030 vectors are searched. It takes some minutes: nightly. */
public class PageImagesIT {

  @Rule public final TemporaryFolder folder = new TemporaryFolder();

  @Test
  public void testPageImages() throws IOException {
    assumeTrue("not nightly", Boolean.getBoolean("tests.nightly"));
    assumeTrue("no " + CranfieldFolder.path(), Files.isDirectory(CranfieldFolder.path()));
    PageImages pages = PageImages.of(CranfieldTokens.read());
    int[] ports = Ports.free(2);
    OpenSearchHome home = new OpenSearchHome(folder.getRoot().toPath());
    try (OpenSearchNode node =
        home.start("single", ports[0], ports[1], "discovery.type=single-node")) {
      node.awaitHealth("red", 1);
      String table = pages.measure(node.http(), node.process(), home.data("single"));
      System.out.println(table);
      assertEquals(2 + 4, table.lines().count());
    }
  }
}
