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

package io.github.luceneplaid.elasticsearch;

import static org.junit.Assert.assertTrue;
import static org.junit.Assume.assumeTrue;

import com.carrotsearch.randomizedtesting.RandomizedRunner;
import com.carrotsearch.randomizedtesting.annotations.ThreadLeakScope;
import com.carrotsearch.randomizedtesting.annotations.TimeoutSuite;
import io.github.luceneplaid.engine.nodes.CranfieldTokens;
import io.github.luceneplaid.engine.nodes.Http;
import io.github.luceneplaid.engine.nodes.SearchLimits;
import io.github.luceneplaid.testframework.CranfieldFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import org.junit.AfterClass;
import org.junit.BeforeClass;
import org.junit.Test;
import org.junit.runner.RunWith;

/** Tests searches of 8,192 vectors on a node with 512 MB of heap. */
@RunWith(RandomizedRunner.class)
@ThreadLeakScope(ThreadLeakScope.Scope.NONE)
@TimeoutSuite(millis = 1_800_000)
public class SearchLimitsIT {

  private static ElasticsearchNode node;
  private static SearchLimits limits;

  @BeforeClass
  public static void startAndIndex() throws IOException {
    assumeTrue("no " + CranfieldFolder.path(), Files.isDirectory(CranfieldFolder.path()));
    CranfieldTokens collection = CranfieldTokens.read();
    node = ElasticsearchNode.single(ElasticsearchHome.install("limits"));
    node.start();
    Http http = node.http("timeout=120s");
    Searches.create(
        http, "long", "", ", \"training_threshold\": 1000, \"max_query_vectors\": 8192");
    Searches.add(http, "long", collection, doc -> doc < 250);
    Searches.forceMerge(http, "long");
    limits = SearchLimits.of(http, "long", collection.documents());
  }

  @AfterClass
  public static void stop() throws IOException {
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
