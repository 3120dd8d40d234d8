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

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;
import static org.junit.Assume.assumeTrue;

import com.carrotsearch.randomizedtesting.RandomizedRunner;
import com.carrotsearch.randomizedtesting.annotations.ThreadLeakScope;
import com.carrotsearch.randomizedtesting.annotations.TimeoutSuite;
import io.github.luceneplaid.engine.nodes.CranfieldTokens;
import io.github.luceneplaid.engine.nodes.Http;
import io.github.luceneplaid.testframework.CranfieldFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;
import org.junit.Test;
import org.junit.runner.RunWith;

/** A node of this version takes over the data of a node of an older one. */
@RunWith(RandomizedRunner.class)
@ThreadLeakScope(ThreadLeakScope.Scope.NONE)
@TimeoutSuite(millis = 1_800_000)
public class OlderIndexIT {

  private static final String OLDER = System.getProperty("plaid.older");
  private static final String INDEX = "cranfield";
  private static final int QUERIES = 50;

  private CranfieldTokens tokens;

  @Test
  public void testRestart() throws IOException {
    assumeTrue(
        "found no " + CranfieldFolder.path() + ", set -Dplaid.shared",
        Files.exists(CranfieldFolder.path()));
    assumeTrue(
        "no older version of Elasticsearch: -Dplaid.older=FOLDER names it, see .ci/versions",
        OLDER != null);
    tokens = CranfieldTokens.read();
    Path folder = Path.of(OLDER);
    ElasticsearchHome older =
        ElasticsearchHome.install("older", folder.resolve("server"), folder.resolve("plugin.zip"));
    List<Map<String, Double>> hits;
    Path data;
    try (ElasticsearchNode node = ElasticsearchNode.single(older)) {
      node.start();
      Http http = node.http("timeout=120s");
      Searches.create(http, INDEX, ", \"number_of_shards\": 2", "");
      Searches.add(http, INDEX, tokens, doc -> doc < 1000);
      Searches.forceMerge(http, INDEX);
      // Small segments beside the merged ones, with floats instead of codes
      Searches.add(http, INDEX, tokens, doc -> doc >= 1000 && doc < 1200);
      http.post("/" + INDEX + "/_flush", null).ok();
      hits = search(http, doc -> doc < 1200);
      data = node.folder("data");
    }
    try (ElasticsearchNode node = ElasticsearchNode.single(ElasticsearchHome.install("newer"))) {
      Files.createDirectories(node.folder("data").getParent());
      Files.move(data, node.folder("data"));
      node.start();
      Http http = node.http("timeout=120s");
      http.get("/_cluster/health/" + INDEX + "?wait_for_status=green&timeout=120s").ok();
      assertEquals(hits, search(http, doc -> doc < 1200));
      Searches.add(http, INDEX, tokens, doc -> doc >= 1100);
      search(http, doc -> true);
      Searches.forceMerge(http, INDEX);
      search(http, doc -> true);
    }
  }

  /** Hits of some queries, which must be the best of some documents. */
  private List<Map<String, Double>> search(Http http, IntPredicate indexed) throws IOException {
    List<Map<String, Double>> hits = new ArrayList<>();
    double recall = 0;
    for (int query = 0; query < QUERIES; query++) {
      String body = "{\"query\":" + Searches.query(tokens.queries()[query], "") + "}";
      Map<String, Double> found = Searches.search(http, INDEX, body);
      recall +=
          CranfieldTokens.recall(tokens.best(query, 10, indexed), List.copyOf(found.keySet()))
              / QUERIES;
      hits.add(found);
    }
    assertTrue("recall@10: " + recall, recall >= 0.95);
    return hits;
  }
}
