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

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.luceneplaid.engine.nodes.CranfieldTokens;
import io.github.luceneplaid.engine.nodes.Http;
import io.github.luceneplaid.engine.nodes.Judgements;
import io.github.luceneplaid.engine.nodes.Ports;
import io.github.luceneplaid.testframework.CranfieldFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/** Words and token vectors in one request, judged by people. */
public class HybridIT {

  private static final String INDEX = "cranfield";

  @Rule public final TemporaryFolder folder = new TemporaryFolder();

  /** The query of the README: the score of the vectors is 60 times their mean similarity. */
  private static ObjectNode both(String question, float[][] tokens) {
    ObjectNode query = Http.JSON.createObjectNode();
    ArrayNode should = query.putObject("bool").putArray("should");
    ObjectNode late = Requests.lateInteraction(tokens);
    ((ObjectNode) late.get("maxsim")).put("k", 100).put("boost", 60f / tokens.length);
    should.add(Requests.match(question)).add(late);
    return query;
  }

  @Test
  public void testQuality() throws IOException {
    assumeTrue("no " + CranfieldFolder.path(), Files.isDirectory(CranfieldFolder.path()));
    CranfieldTokens collection = CranfieldTokens.read();
    float[][][] tokens = collection.queries();
    List<String> questions = collection.questions();
    OpenSearchHome home = new OpenSearchHome(folder.getRoot().toPath());
    int[] ports = Ports.free(2);
    try (OpenSearchNode node =
        home.start("single", ports[0], ports[1], "discovery.type=single-node")) {
      node.awaitHealth("red", 1);
      node.http().put("/" + INDEX, Requests.indexWithoutSource(", \"number_of_replicas\": 0")).ok();
      node.index(INDEX, collection, 0, collection.ids().size(), true);
      node.http().post("/" + INDEX + "/_forcemerge?max_num_segments=1", null).ok();
      node.http().post("/" + INDEX + "/_refresh", null).ok();
      Judgements.Hybrid quality =
          new Judgements()
              .compare(
                  q -> hits(node, Requests.match(questions.get(q))),
                  q -> hits(node, Requests.lateInteraction(tokens[q])),
                  q -> hits(node, both(questions.get(q), tokens[q])));
      System.out.println(quality);
      assertTrue(quality.toString(), quality.isGood());
    }
  }

  private static List<String> hits(OpenSearchNode node, ObjectNode query) throws IOException {
    return OpenSearchNode.ids(node.search(INDEX, Requests.search(query).toString()));
  }
}
