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
import io.github.luceneplaid.engine.nodes.Judgements;
import io.github.luceneplaid.testframework.CranfieldFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Locale;
import java.util.Map;
import org.junit.Test;
import org.junit.runner.RunWith;

/** Words and token vectors in one request, judged by people. */
@RunWith(RandomizedRunner.class)
@ThreadLeakScope(ThreadLeakScope.Scope.NONE)
@TimeoutSuite(millis = 1_800_000)
public class HybridIT {

  private static final String INDEX = "cranfield";

  private static String words(String question) throws IOException {
    return "{\"match\":{\"text\":" + Http.JSON.writeValueAsString(question) + "}}";
  }

  /** The query of the README: the score of the vectors is 132 times their mean similarity. */
  private static String both(String question, float[][] tokens) throws IOException {
    String more = String.format(Locale.ROOT, ",\"k\":100,\"boost\":%f", 132f / tokens.length);
    return "{\"bool\":{\"should\":[" + words(question) + "," + Searches.query(tokens, more) + "]}}";
  }

  @Test
  public void testQuality() throws IOException {
    assumeTrue(
        "found no " + CranfieldFolder.path() + ", set -Dplaid.shared",
        Files.exists(CranfieldFolder.path()));
    CranfieldTokens collection = CranfieldTokens.read();
    float[][][] tokens = collection.queries();
    try (ElasticsearchNode node = ElasticsearchNode.single(ElasticsearchHome.install("hybrid"))) {
      node.start();
      Http http = node.http("timeout=120s");
      Searches.create(http, INDEX, ", \"number_of_shards\": 2", "");
      Searches.add(http, INDEX, collection, doc -> true);
      Searches.forceMerge(http, INDEX);
      assertBoost(http, tokens[0]);
      Judgements.Hybrid quality =
          new Judgements()
              .compare(
                  q -> Searches.ids(http, INDEX, words(collection.questions().get(q))),
                  q -> Searches.ids(http, INDEX, Searches.query(tokens[q], "")),
                  q -> Searches.ids(http, INDEX, both(collection.questions().get(q), tokens[q])));
      System.out.println(quality);
      assertTrue(quality.toString(), quality.isGood());
    }
  }

  /** Scores are multiplied by the boost. */
  private static void assertBoost(Http http, float[][] tokens) throws IOException {
    Map<String, Double> scores =
        Searches.search(http, INDEX, "{\"query\":" + Searches.query(tokens, "") + "}");
    Map<String, Double> boosted =
        Searches.search(
            http, INDEX, "{\"query\":" + Searches.query(tokens, ",\"boost\":2.5") + "}");
    assertEquals(scores.keySet(), boosted.keySet());
    scores.forEach((id, score) -> assertEquals(2.5 * score, boosted.get(id), 1e-4 * score));
  }
}
