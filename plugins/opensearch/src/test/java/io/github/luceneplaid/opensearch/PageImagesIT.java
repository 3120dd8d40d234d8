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

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.luceneplaid.engine.nodes.CranfieldTokens;
import io.github.luceneplaid.engine.nodes.Http;
import io.github.luceneplaid.engine.nodes.PageImages;
import io.github.luceneplaid.engine.nodes.Ports;
import io.github.luceneplaid.testframework.CranfieldFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Locale;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/** Prints how fast documents of 1,030 vectors are searched. It takes some minutes: nightly. */
public class PageImagesIT {

  private static final int BULK = 20;

  @Rule public final TemporaryFolder folder = new TemporaryFolder();

  @Test
  public void testPageImages() throws IOException {
    assumeTrue("not nightly", Boolean.getBoolean("tests.nightly"));
    assumeTrue("no " + CranfieldFolder.path(), Files.isDirectory(CranfieldFolder.path()));
    PageImages pages = PageImages.of(CranfieldTokens.read());
    int[] ports = Ports.free(2);
    StringBuilder table = new StringBuilder(PageImages.head());
    try (OpenSearchNode node =
        new OpenSearchHome(folder.getRoot().toPath())
            .start("single", ports[0], ports[1], "discovery.type=single-node")) {
      node.awaitHealth("red", 1);
      for (int factor : new int[] {1, 3}) {
        String index = "pages" + factor;
        index(node.http(), index, factor, pages.documents());
        long bytes =
            node.http()
                .get("/" + index + "/_stats/store")
                .ok()
                .at("/_all/primaries/store/size_in_bytes")
                .asLong();
        String name = "`pool_factor` " + factor;
        table.append(pages.row(name, node.process(), bytes, query -> ids(node, index, query, "")));
        table.append(
            pages.row(
                name + ", `recall` 0.95",
                node.process(),
                bytes,
                query -> ids(node, index, query, "0.95")));
      }
    }
    System.out.println(table);
    assertEquals(2 + 4, table.toString().lines().count());
  }

  private static List<String> ids(OpenSearchNode node, String index, float[][] query, String recall)
      throws IOException {
    ObjectNode late = Requests.lateInteraction(query);
    if (recall.isEmpty() == false) {
      ((ObjectNode) late.get("maxsim")).put("recall", Double.parseDouble(recall));
    }
    return OpenSearchNode.ids(
        node.search(index, Requests.search(late).toString(), "request_cache=false"));
  }

  private static void index(Http http, String index, int factor, float[][][] documents)
      throws IOException {
    String body =
        Requests.indexWithoutSource(", \"number_of_replicas\": 0")
            .replace("\"number_of_shards\": 2", "\"number_of_shards\": 1")
            .replace("128", "128, \"pool_factor\": " + factor);
    http.put("/" + index, body).ok();
    for (int from = 0; from < documents.length; from += BULK) {
      StringBuilder lines = new StringBuilder();
      for (int doc = from; doc < from + BULK; doc++) {
        lines.append(
            String.format(
                Locale.ROOT,
                "{\"index\":{\"_id\":\"%d\"}}%n{\"tokens\":\"%s\"}%n",
                doc,
                CranfieldTokens.base64(documents[doc], true)));
      }
      if (http.post("/" + index + "/_bulk", lines.toString()).ok().get("errors").asBoolean()) {
        throw new IOException("some documents were refused");
      }
    }
    http.post("/" + index + "/_forcemerge?max_num_segments=1", null).ok();
    http.post("/" + index + "/_refresh", null).ok();
  }
}
