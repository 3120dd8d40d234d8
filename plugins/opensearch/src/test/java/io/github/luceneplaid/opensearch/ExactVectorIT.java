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

import static io.github.luceneplaid.opensearch.OpenSearchNode.ids;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;
import static org.junit.Assume.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.luceneplaid.engine.nodes.CranfieldTokens;
import io.github.luceneplaid.engine.nodes.Http;
import io.github.luceneplaid.engine.nodes.Ports;
import io.github.luceneplaid.testframework.CranfieldFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.apache.lucene.util.VectorUtil;
import org.junit.AfterClass;
import org.junit.BeforeClass;
import org.junit.ClassRule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/** Exact search on a node: each document is a token of the collection, one index per encoding. */
public class ExactVectorIT {

  @ClassRule public static final TemporaryFolder FOLDER = new TemporaryFolder();

  private static final boolean NIGHTLY = Boolean.getBoolean("tests.nightly");
  private static final int DOCUMENTS = NIGHTLY ? 50_000 : 2_000;
  private static final int BULK = 1000;
  private static final int PARTS = 7;
  private static final List<String> ENCODINGS =
      List.of("float32", "float16", "int8", "int8_then_float16");
  private static final String SOURCE = "source";

  private static float[][] documents;
  private static float[][] queries;
  private static List<List<String>> best;
  private static OpenSearchNode node;

  @BeforeClass
  public static void startAndIndex() throws IOException {
    assumeTrue("no " + CranfieldFolder.path(), Files.isDirectory(CranfieldFolder.path()));
    CranfieldTokens collection = CranfieldTokens.read();
    documents =
        Arrays.stream(collection.documents())
            .flatMap(Arrays::stream)
            .limit(DOCUMENTS)
            .toArray(float[][]::new);
    float[][][] all = collection.queries();
    queries =
        IntStream.range(0, NIGHTLY ? all.length : 50)
            .mapToObj(q -> all[q][q % all[q].length])
            .toArray(float[][]::new);
    best = IntStream.range(0, queries.length).mapToObj(q -> best(q, doc -> true)).toList();

    OpenSearchHome home = new OpenSearchHome(FOLDER.getRoot().toPath());
    node = start(home);
    for (String encoding : ENCODINGS) {
      create(encoding, vectorField("v", encoding), "v");
    }
    create("both", vectorField("v", "int8") + ", " + vectorField("w", "float32"), "v", "w");
    create(SOURCE, "\"v\": {\"type\": \"object\", \"enabled\": false}");
    // The node opens what it wrote
    node.close();
    node = start(home);
    node.awaitHealth("green", 1);
  }

  private static OpenSearchNode start(OpenSearchHome home) throws IOException {
    int[] ports = Ports.free(2);
    OpenSearchNode started =
        home.start("vectors", ports[0], ports[1], "discovery.type=single-node");
    started.awaitHealth("red", 1);
    return started;
  }

  @AfterClass
  public static void end() throws IOException {
    if (node != null) {
      node.close();
    }
  }

  private static String vectorField(String name, String encoding) {
    return String.format(
        Locale.ROOT,
        "\"%s\": {\"type\": \"exact_vector\", \"dims\": 128, %s, \"encoding\": \"%s\"}",
        name,
        "\"similarity\": \"dot_product\"",
        encoding);
  }

  /** Makes an index with all documents in one segment; it keeps no source of the given fields. */
  private static void create(String index, String fields, String... vectorFields)
      throws IOException {
    String mapping =
        String.format(
            Locale.ROOT,
            """
        {"settings": {"index.token_vectors": true, "number_of_shards": 1, "number_of_replicas": 0,
           "refresh_interval": -1},
         "mappings": {"_source": {"excludes": %s},
           "properties": {"part": {"type": "integer"}, %s}}}
        """,
            Http.JSON.valueToTree(vectorFields),
            fields);
    node.http().put("/" + index, mapping).ok();
    for (int start = 0; start < documents.length; start += BULK) {
      StringBuilder lines = new StringBuilder();
      for (int doc = start; doc < Math.min(documents.length, start + BULK); doc++) {
        ObjectNode document = Http.JSON.createObjectNode().put("part", doc % PARTS);
        float[][] rows = {documents[doc]};
        for (String field : vectorFields) {
          document.put(field, CranfieldTokens.base64(rows, false));
        }
        if (vectorFields.length == 0) {
          document.set("v", Http.JSON.valueToTree(rows));
        }
        lines.append("{\"index\": {\"_id\": \"").append(doc).append("\"}}\n");
        lines.append(document).append('\n');
      }
      JsonNode answer = node.http().post("/" + index + "/_bulk", lines.toString()).ok();
      if (answer.get("errors").asBoolean()) {
        throw new IOException("some documents were refused: " + answer);
      }
    }
    node.http().post("/" + index + "/_forcemerge?max_num_segments=1", null).ok();
    node.http().post("/" + index + "/_refresh", null).ok();
    node.http().post("/" + index + "/_flush", null).ok();
  }

  private static List<String> best(int query, IntPredicate accepted) {
    record Hit(int doc, float score) {}
    return IntStream.range(0, documents.length)
        .filter(accepted)
        .mapToObj(doc -> new Hit(doc, VectorUtil.dotProduct(queries[query], documents[doc])))
        .sorted(Comparator.comparingDouble(hit -> -hit.score()))
        .limit(10)
        .map(hit -> Integer.toString(hit.doc()))
        .toList();
  }

  private static ObjectNode exactKnn(int query) {
    ObjectNode body = Http.JSON.createObjectNode();
    body.putObject("exact_vector_knn")
        .put("field", "v")
        .set("query_vector", Http.JSON.valueToTree(queries[query]));
    return body;
  }

  private static ObjectNode parameters(ObjectNode query) {
    return (ObjectNode) query.get("exact_vector_knn");
  }

  private static ObjectNode prefix(int query, int dims, int oversample) {
    ObjectNode body = exactKnn(query);
    parameters(body).put("prefix_dims", dims).put("oversample", oversample);
    return body;
  }

  private static double recall(String index, List<ObjectNode> some) throws IOException {
    double sum = 0;
    for (int q = 0; q < some.size(); q++) {
      JsonNode answer = node.search(index, Requests.search(some.get(q)).toString());
      sum += CranfieldTokens.recall(best.get(q), ids(answer));
    }
    return sum / some.size();
  }

  @Test
  public void testScores() throws IOException {
    for (int q = 0; q < 20; q++) {
      JsonNode answer = node.search("float32", Requests.search(exactKnn(q)).toString());
      assertEquals(10, ids(answer).size());
      for (JsonNode hit : answer.at("/hits/hits")) {
        float[] document = documents[hit.get("_id").asInt()];
        double score = (1 + VectorUtil.dotProduct(queries[q], document)) / 2;
        assertEquals(score, hit.get("_score").asDouble(), 1e-5);
      }
    }
  }

  @Test
  public void testFilter() throws IOException {
    for (int q = 0; q < 50; q++) {
      int part = q % PARTS;
      ObjectNode query = exactKnn(q);
      parameters(query).set("filter", Requests.part(part));
      JsonNode answer = node.search("float32", Requests.search(query).toString());
      double recall = CranfieldTokens.recall(best(q, doc -> doc % PARTS == part), ids(answer));
      // Only equal scores can be taken for each other
      assertTrue("recall@10: " + recall, recall >= 0.9);
    }
  }

  @Test
  public void testTwoFields() throws IOException {
    List<ObjectNode> some = new ArrayList<>();
    for (int q = 0; q < 50; q++) {
      ObjectNode query = exactKnn(q);
      parameters(query)
          .put("quality_field", "w")
          .put("quality_weight", 1)
          .put("oversample", 5)
          .set("quality_vector", Http.JSON.valueToTree(queries[q]));
      some.add(query);
    }
    double recall = recall("both", some);
    assertTrue("recall@10: " + recall, recall >= 0.99);
  }

  /** Recall, latency and bytes beside what the server can do without the plugin: a script. */
  @Test
  public void testTable() throws IOException {
    StringBuilder table = new StringBuilder();
    for (String index : ENCODINGS) {
      Latency latency = new Latency(node, index, best);
      latency.measure(
          "exact_vector_knn, " + index + bytes(index), 1, q -> Requests.search(exactKnn(q)));
      append(table, latency);
    }
    Latency prefix = new Latency(node, "float32", best);
    prefix.measure(
        "exact_vector_knn, float32, prefix_dims 32, oversample 10",
        1,
        q -> Requests.search(prefix(q, 32, 10)));
    append(table, prefix);
    Latency script = new Latency(node, SOURCE, best);
    ObjectNode all = Http.JSON.createObjectNode();
    all.putObject("match_all");
    script.measure(
        "script_score from the source" + bytes(SOURCE),
        75,
        q -> Requests.search(script(new float[][] {queries[q]}, all)));
    append(table, script);
    System.out.println(table);
    for (String index : ENCODINGS) {
      List<ObjectNode> some =
          IntStream.range(0, queries.length).mapToObj(q -> exactKnn(q)).toList();
      double recall = recall(index, some);
      double least = index.equals("int8") ? 0.9 : 0.98;
      assertTrue(index + ": recall@10: " + recall, recall >= least);
    }
    assertEquals(ENCODINGS.size() + 2, table.toString().lines().count());
  }

  private static ObjectNode script(float[][] rows, ObjectNode query) {
    ObjectNode body = Requests.script(rows, query);
    ((ObjectNode) body.at("/script_score/script/params")).put("field", "v");
    return body;
  }

  private static void append(StringBuilder table, Latency latency) {
    latency.toString().lines().skip(2).forEach(row -> table.append(row).append('\n'));
  }

  private static String bytes(String index) throws IOException {
    JsonNode stats = node.http().get("/" + index + "/_stats/store").ok();
    long bytes = stats.at("/_all/primaries/store/size_in_bytes").asLong();
    assertTrue(stats.toString(), bytes > 0);
    return String.format(Locale.ROOT, " (%.1f MB)", bytes / 1e6);
  }
}
