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

import static org.junit.Assert.assertTrue;
import static org.junit.Assume.assumeTrue;

import io.github.luceneplaid.engine.nodes.CranfieldTokens;
import io.github.luceneplaid.engine.nodes.Ports;
import io.github.luceneplaid.engine.nodes.SearchLimits;
import io.github.luceneplaid.testframework.CranfieldFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import org.junit.AfterClass;
import org.junit.BeforeClass;
import org.junit.ClassRule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/** Tests searches of 8,192 vectors on a node with 512 MB of heap. */
public class SearchLimitsIT {

  @ClassRule public static final TemporaryFolder FOLDER = new TemporaryFolder();

  private static OpenSearchNode node;
  private static SearchLimits limits;

  @BeforeClass
  public static void startAndIndex() throws IOException {
    assumeTrue("no " + CranfieldFolder.path(), Files.isDirectory(CranfieldFolder.path()));
    CranfieldTokens collection = CranfieldTokens.read();
    int[] ports = Ports.free(2);
    node =
        new OpenSearchHome(FOLDER.getRoot().toPath())
            .start("single", ports[0], ports[1], "discovery.type=single-node");
    node.awaitHealth("red", 1);
    node.http().put("/long", Requests.longQueries()).ok();
    node.index("long", collection, 0, 250, true);
    node.http().post("/long/_forcemerge?max_num_segments=1", null).ok();
    node.http().post("/long/_refresh", null).ok();
    limits = SearchLimits.of(node.http(), "long", collection.documents());
  }

  @AfterClass
  public static void end() throws IOException {
    if (node != null) {
      node.close();
    }
  }

  @Test
  public void testCrowd() throws IOException {
    System.out.println("answered searches of 8,192 vectors: " + limits.crowd() + " of 16");
    assertTrue(node.process().isAlive());
  }

  @Test
  public void testBreaker() throws IOException {
    limits.breaker();
  }

  @Test
  public void testTimeout() throws IOException {
    limits.timeout();
  }

  /** The quickest of several: others may have waited for the machine. */
  @Test
  public void testCancel() throws IOException {
    List<Long> millis = limits.cancel();
    System.out.println("searches ended so many ms after they were cancelled: " + millis);
    assertTrue(millis.toString(), millis.getFirst() < 100);
  }
}
