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
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.luceneplaid.engine.nodes.CranfieldTokens;
import io.github.luceneplaid.engine.nodes.Http;
import io.github.luceneplaid.testframework.CranfieldFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.apache.lucene.util.VectorUtil;
import org.junit.AfterClass;
import org.junit.BeforeClass;
import org.junit.Test;
import org.junit.runner.RunWith;

/** Exact search on a node: each document is a token of the collection, one index per encoding. */
@RunWith(RandomizedRunner.class)
@ThreadLeakScope(ThreadLeakScope.Scope.NONE)
@TimeoutSuite(millis = 1_200_000)
public class ExactVectorIT {

  private static final boolean NIGHTLY = Boolean.getBoolean("tests.nightly");
  private static final int DOCUMENTS = NIGHTLY ? 50_000 : 2_000;
  private static final int BULK = 1000;
  private static final int PARTS = 7;
  private static final List<String> ENCODINGS =
      List.of("float32", "float16", "int8", "int8_then_float16");
  private static final List<String> FLAT = List.of("flat", "int8_flat");

  private static float[][] documents;
  private static float[][] queries;
  private static List<List<String>> best;
  private static ElasticsearchNode node;
  private static Http http;

  @BeforeClass
  public static void startAndIndex() throws IOException {
    assumeTrue("no " + CranfieldFolder.path(), Files.exists(CranfieldFolder.path()));
    CranfieldTokens tokens = CranfieldTokens.read();
    documents =
        Arrays.stream(tokens.documents())
            .flatMap(Arrays::stream)
            .limit(DOCUMENTS)
            .toArray(float[][]::new);
    float[][][] all = tokens.queries();
    queries =
        IntStream.range(0, NIGHTLY ? all.length : 50)
            .mapToObj(q -> all[q][q % all[q].length])
            .toArray(float[][]::new);
    best = IntStream.range(0, queries.length).mapToObj(q -> best(q, doc -> true)).toList();
    node = ElasticsearchNode.single(ElasticsearchHome.install("vectors"));
    node.start();
    http = node.http("timeout=120s");
    for (String encoding : ENCODINGS) {
      create(encoding, exactVector("v", encoding), "v");
    }
    create("both", exactVector("v", "int8") + ", " + exactVector("w", "float32"), "v", "w");
    for (String type : FLAT) {
      create(
          type,
          "\"v\": {\"type\": \"dense_vector\", \"dims\": 128, \"similarity\": \"dot_product\","
              + " \"index_options\": {\"type\": \""
              + type
              + "\"}}");
    }
    // The node opens what it wrote
    node.close();
    node.start();
    http = node.http("wait_for_status=green&timeout=120s");
  }

  @AfterClass
  public static void stop() throws IOException {
    if (node != null) {
      node.close();
    }
  }

  private static String exactVector(String name, String encoding) {
    return String.format(
        Locale.ROOT,
        "\"%s\": {\"type\": \"exact_vector\", \"dims\": 128, %s, \"encoding\": \"%s\"}",
        name,
        "\"similarity\": \"dot_product\"",
        encoding);
  }

  /**
   * Makes an index with all documents in one segment.
   *
   * @param fields of the mapping
   * @param exact fields that are ours, which the source leaves out; none for Elasticsearch's own
   */
  private static void create(String index, String fields, String... exact) throws IOException {
    String body =
        String.format(
            Locale.ROOT,
            """
        {"settings": {"index.token_vectors": %s, "number_of_replicas": 0, "refresh_interval": -1},
         "mappings": {"_source": {"excludes": %s},
           "properties": {"part": {"type": "integer"}, %s}}}
        """,
            exact.length > 0,
            Http.JSON.valueToTree(exact),
            fields);
    http.put("/" + index, body).ok();
    for (int start = 0; start < documents.length; start += BULK) {
      StringBuilder lines = new StringBuilder();
      for (int doc = start; doc < Math.min(documents.length, start + BULK); doc++) {
        ObjectNode document = Http.JSON.createObjectNode().put("part", doc % PARTS);
        for (String field : exact) {
          document.put(field, CranfieldTokens.base64(new float[][] {documents[doc]}, false));
        }
        if (exact.length == 0) {
          document.set("v", Http.JSON.valueToTree(documents[doc]));
        }
        lines.append("{\"index\": {\"_id\": \"").append(doc).append("\"}}\n");
        lines.append(document).append('\n');
      }
      Searches.bulk(http, index, lines.toString());
    }
    http.post("/" + index + "/_forcemerge?max_num_segments=1", null).ok();
    http.post("/" + index + "/_refresh", null).ok();
    http.post("/" + index + "/_flush", null).ok();
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

  private static String body(String query) {
    return "{\"size\": 10, \"_source\": false, \"query\": " + query + "}";
  }

  /**
   * A query of the field v.
   *
   * @param more further parameters, each after a comma
   */
  private static String exactKnn(int query, String more) {
    return body(
        "{\"exact_vector_knn\": {\"field\": \"v\", \"query_vector\": "
            + Arrays.toString(queries[query])
            + more
            + "}}");
  }

  private static String knn(int query) {
    return body(
        "{\"knn\": {\"field\": \"v\", \"k\": 10, \"num_candidates\": 10, \"query_vector\": "
            + Arrays.toString(queries[query])
            + "}}");
  }

  private static double recall(String index, int count, Timings.Body search) throws IOException {
    double sum = 0;
    for (int q = 0; q < count; q++) {
      Map<String, Double> hits = Searches.search(http, index, search.of(q));
      sum += CranfieldTokens.recall(best.get(q), List.copyOf(hits.keySet()));
    }
    return sum / count;
  }

  @Test
  public void testScoresAndFilter() throws IOException {
    for (int q = 0; q < 50; q++) {
      int part = q % PARTS;
      String filter = ", \"filter\": {\"term\": {\"part\": " + part + "}}";
      Map<String, Double> hits = Searches.search(http, "float32", exactKnn(q, filter));
      List<String> expected = best(q, doc -> doc % PARTS == part);
      double recall = CranfieldTokens.recall(expected, List.copyOf(hits.keySet()));
      // Only equal scores can be taken for each other
      assertTrue("recall@10: " + recall, recall >= 0.9);
      for (Map.Entry<String, Double> hit : hits.entrySet()) {
        float[] document = documents[Integer.parseInt(hit.getKey())];
        assertEquals((1 + VectorUtil.dotProduct(queries[q], document)) / 2, hit.getValue(), 1e-5);
      }
    }
  }

  @Test
  public void testTwoFields() throws IOException {
    double recall =
        recall(
            "both",
            50,
            q ->
                exactKnn(
                    q,
                    ", \"quality_field\": \"w\", \"quality_weight\": 1, \"oversample\": 5,"
                        + " \"quality_vector\": "
                        + Arrays.toString(queries[q])));
    assertTrue("recall@10: " + recall, recall >= 0.99);
  }

  /** Invalid fields, documents and queries are bad requests that say why. */
  @Test
  public void testRefusals() throws IOException {
    refused(
        http.put("/plain", "{\"mappings\": {\"properties\": {" + field("") + "}}}"),
        "[index.token_vectors]");
    for (Map.Entry<String, String> bad :
        Map.of("\"encoding\": \"int4\"", "[encoding]: found int4", "\"similarity\": 1", "found 1")
            .entrySet()) {
      refused(
          http.put(
              "/bad",
              "{\"settings\": {\"index.token_vectors\": true}, \"mappings\": {\"properties\": {"
                  + field(", " + bad.getKey())
                  + "}}}"),
          bad.getValue());
    }
    refused(
        http.post("/float32/_doc", "{\"v\": [1, 2]}"), "field [v]: found 2 numbers, expected 128");
    refused(http.post("/float32/_search", tooShort("v")), "found 1 numbers, expected 128");
    refused(http.post("/float32/_search", tooShort("part")), "found type [integer]");
    assertEquals(0, Searches.search(http, "float32", tooShort("nowhere")).size());
  }

  private static String tooShort(String field) {
    return body("{\"exact_vector_knn\": {\"field\": \"" + field + "\", \"query_vector\": [1]}}");
  }

  private static String field(String more) {
    return "\"v\": {\"type\": \"exact_vector\", \"dims\": 2" + more + "}";
  }

  private static void refused(Http.Answer answer, String reason) {
    assertEquals(answer.text(), 400, answer.status());
    assertTrue(answer.text(), answer.text().contains(reason));
  }

  /** Recall, latency and bytes beside Elasticsearch's own vectors without a graph. */
  @Test
  public void testTable() throws IOException {
    Timings timings = new Timings(http, node.process());
    // All searches are made once before the first is measured
    double[] recall = new double[ENCODINGS.size()];
    for (int i = 0; i < recall.length; i++) {
      recall[i] = recall(ENCODINGS.get(i), queries.length, q -> exactKnn(q, ""));
    }
    for (String index : FLAT) {
      recall(index, queries.length, ExactVectorIT::knn);
    }
    for (int i = 0; i < recall.length; i++) {
      String index = ENCODINGS.get(i);
      measure(timings, "exact_vector_knn, " + index, index, q -> exactKnn(q, ""));
      assertTrue(index + ": " + recall[i], recall[i] >= (index.equals("int8") ? 0.9 : 0.98));
    }
    measure(
        timings,
        "exact_vector_knn, float32, prefix_dims 32, oversample 10",
        "float32",
        q -> exactKnn(q, ", \"prefix_dims\": 32, \"oversample\": 10"));
    for (String index : FLAT) {
      measure(timings, "knn, dense_vector, " + index, index, ExactVectorIT::knn);
    }
    System.out.println(timings);
    assertEquals(2 + ENCODINGS.size() + 1 + FLAT.size(), timings.toString().lines().count());
  }

  private static void measure(Timings timings, String name, String index, Timings.Body search)
      throws IOException {
    double recall = recall(index, queries.length, search);
    JsonNode stats = http.get("/" + index + "/_stats/store").ok();
    double bytes = stats.at("/_all/primaries/store/size_in_bytes").asDouble();
    timings.measure(
        String.format(Locale.ROOT, "%s, %.1f MB, recall@10 %.3f", name, bytes / 1e6, recall),
        index,
        queries.length,
        search);
  }
}
