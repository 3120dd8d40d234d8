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

package io.github.luceneplaid.solr;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;
import static org.junit.Assume.assumeTrue;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.luceneplaid.engine.nodes.CranfieldTokens;
import io.github.luceneplaid.engine.nodes.Http;
import io.github.luceneplaid.engine.nodes.Judgements;
import io.github.luceneplaid.testframework.CranfieldFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/** Words and token vectors in one request, judged by people. */
public class SolrHybridIT {

  private static final String CORE = "cranfield";
  private static final int BULK = 100;

  @Rule public final TemporaryFolder folder = new TemporaryFolder();

  @Test
  public void testQuality() throws IOException {
    assumeTrue("no collection in " + CranfieldFolder.path(), Files.exists(CranfieldFolder.path()));
    CranfieldTokens cranfield = CranfieldTokens.read();
    SolrHome home = new SolrHome(folder.getRoot().toPath());
    try (SolrNode node = new SolrNode(home.path())) {
      node.install();
      home.addCore(CORE, schema -> schema, config -> config);
      node.start(List.of(CORE));
      index(node.http(), cranfield);
      Judgements.Hybrid quality =
          new Judgements()
              .compare(
                  q -> hits(node.http(), cranfield, q, "{!query v=$words}"),
                  q -> hits(node.http(), cranfield, q, "{!maxsim f=tokens k=10 v=$qv}"),
                  q -> hits(node.http(), cranfield, q, "{!bool should=$words should=$weighed}"));
      System.out.println(quality);
      assertTrue(quality.toString(), quality.isGood());
    }
  }

  private static void index(Http http, CranfieldTokens cranfield) throws IOException {
    for (int from = 0; from < cranfield.ids().size(); from += BULK) {
      ArrayNode bulk = Http.JSON.createArrayNode();
      for (int doc = from; doc < Math.min(cranfield.ids().size(), from + BULK); doc++) {
        bulk.addObject()
            .put("id", cranfield.ids().get(doc))
            .put("text", cranfield.texts().get(doc))
            .put("tokens", CranfieldTokens.base64(cranfield.documents()[doc], true));
      }
      assertEquals(0, http.post(path("/update"), bulk.toString()).ok().at("/errors").size());
    }
    http.post(path("/update?optimize=true"), "[]").ok();
  }

  private static String path(String path) {
    return "/solr/" + CORE + path;
  }

  /** Parameters as in the README: the score of the vectors is 60 times their mean similarity. */
  private static List<String> hits(Http http, CranfieldTokens cranfield, int query, String q)
      throws IOException {
    float[][] tokens = cranfield.queries()[query];
    ObjectNode json = Http.JSON.createObjectNode();
    json.putObject("params")
        .put("q", q)
        .put("words", "{!edismax qf=text v=$text}")
        .put("weighed", "{!boost b=" + 60f / tokens.length + " v=$vectors}")
        .put("vectors", "{!maxsim f=tokens k=100 v=$qv}")
        .put("qv", CranfieldTokens.base64(tokens, false))
        .put("text", cranfield.questions().get(query))
        .put("fl", "id")
        .put("rows", "10");
    List<String> ids = new ArrayList<>();
    http.post(path("/select"), json.toString())
        .ok()
        .at("/response/docs")
        .forEach(hit -> ids.add(hit.get("id").asText()));
    return ids;
  }
}
