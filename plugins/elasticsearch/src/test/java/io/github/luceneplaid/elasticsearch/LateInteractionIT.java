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

import com.carrotsearch.randomizedtesting.RandomizedRunner;
import com.carrotsearch.randomizedtesting.annotations.ThreadLeakScope;
import com.carrotsearch.randomizedtesting.annotations.TimeoutSuite;
import com.fasterxml.jackson.databind.JsonNode;
import io.github.luceneplaid.engine.nodes.AliasHighlights;
import io.github.luceneplaid.engine.nodes.Http;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.junit.AfterClass;
import org.junit.BeforeClass;
import org.junit.Test;
import org.junit.runner.RunWith;

/**
 * Tests which requests the plugin accepts and refuses, and how it works with the rest of a node.
 */
@RunWith(RandomizedRunner.class)
@ThreadLeakScope(ThreadLeakScope.Scope.NONE)
@TimeoutSuite(millis = 1_800_000)
public class LateInteractionIT {

  /** Two vectors, at right angles. */
  private static final String QUERY = Searches.query("[[1,0,0,0],[0,1,0,0]]", "");

  private static ElasticsearchNode node;
  private static Http http;

  @BeforeClass
  public static void start() throws IOException {
    node = ElasticsearchNode.single(ElasticsearchHome.install("single"));
    node.start();
    http = node.http("timeout=120s");
  }

  @AfterClass
  public static void stop() throws IOException {
    if (node != null) {
      node.close();
    }
  }

  /** An index with four documents, each nearer to {@link #QUERY} than the next. */
  private static void createFour(String index, String settings) throws IOException {
    create(index, settings, "");
    Searches.bulk(
        http,
        index,
        """
        {"index": {"_id": "a"}}
        {"tokens": [[1, 0, 0, 0], [0, 1, 0, 0]], "text": "red apple", "n": 1}
        {"index": {"_id": "b"}}
        {"tokens": [[0, 0, 1, 0], [0.8, 0, 0.6, 0]], "text": "green apple", "n": 2}
        {"index": {"_id": "c"}}
        {"tokens": "AAAAAAAAAAAAAAAAAACAPw==", "text": "green pear", "n": 3}
        {"index": {"_id": "d"}}
        {"tokens": [[-0.6, -0.8, 0, 0]], "text": "red pear", "n": 4}
        """);
    http.post("/" + index + "/_refresh", null).ok();
  }

  private static void create(String index, String settings, String mapping) throws IOException {
    http.put(
            "/" + index,
            String.format(
                Locale.ROOT,
                """
            {"settings": {"index.token_vectors": true, "number_of_shards": 2,
                          "number_of_replicas": 0%s},
             "mappings": {%s "properties": {
               "tokens": {"type": "token_vectors", "dims": 4},
               "text": {"type": "text"}}}}
            """,
                settings,
                mapping))
        .ok();
  }

  private static void assertRefused(Http.Answer answer, String... words) {
    assertEquals(answer.text(), 400, answer.status());
    for (String word : words) {
      assertTrue(answer.text(), answer.text().contains(word));
    }
  }

  private static Http.Answer createWith(String setting, String field) throws IOException {
    return http.put(
        "/refused",
        String.format(
            Locale.ROOT,
            """
        {"settings": {%s}, "mappings": {"properties": {"tokens": %s}}}
        """,
            setting,
            field));
  }

  private static Http.Answer createWith(String parameters) throws IOException {
    return createWith(
        "\"index.token_vectors\": true", "{\"type\": \"token_vectors\"" + parameters + "}");
  }

  @Test
  public void testMappings() throws IOException {
    assertRefused(
        createWith("", "{\"type\": \"token_vectors\", \"dims\": 4}"),
        "Field [tokens]",
        "needs the index setting [index.token_vectors] to be true");
    assertRefused(createWith(""), "Field [tokens]: [dims]: found none");
    assertRefused(createWith(", \"dims\": 1025"), "[dims]: found 1025, expected 1 to 1024");
    assertRefused(createWith(", \"dims\": 1.5"), "[dims]: found 1.5, expected a whole number");
    String dims = ", \"dims\": 4";
    assertRefused(createWith(dims + ", \"bits\": 5"), "bits", "expected 1, 2, 3, 4 or 8");
    assertRefused(createWith(dims + ", \"raw\": \"f8\""), "[raw]: found f8");
    assertRefused(createWith(dims + ", \"max_vectors\": 0"), "[max_vectors]: found 0");
    assertRefused(createWith(dims + ", \"max_query_vectors\": 9000"), "[max_query_vectors]");
    assertRefused(createWith(dims + ", \"training_threshold\": 0"), "[training_threshold]");
    assertRefused(createWith(dims + ", \"copy_to\": \"text\""), "[copy_to] is not supported");
    assertRefused(
        createWith(dims + ", \"fields\": {\"raw\": {\"type\": \"keyword\"}}"),
        "[fields] are not supported");
    assertRefused(createWith(dims + ", \"index\": false"), "unknown parameter [index]");
    assertRefused(
        createWith(
            "\"index.token_vectors\": true",
            """
            {"type": "keyword", "fields": {"m": {"type": "token_vectors", "dims": 4}}}
            """),
        "can't be used in multifields");
    assertRefused(
        http.put("/refused", "{\"settings\": {\"index.token_vectors\": \"perhaps\"}}"), "perhaps");
  }

  /** The highlighter shows numbers of vectors after pooling; bad options are refused. */
  @Test
  public void testPoolingAndHighlighter() throws IOException {
    http.put(
            "/pooled",
            """
            {"settings": {"index.token_vectors": true, "number_of_replicas": 0},
             "mappings": {"properties": {
               "tokens": {"type": "token_vectors", "dims": 2, "pool_factor": 3},
               "text": {"type": "text"}}}}
            """)
        .ok();
    String tokens = "{\"tokens\": [[1, 0], [0, 1], [0, 1], [0, 1], [-1, 0]], \"text\": \"a\"}";
    http.put("/pooled/_doc/1?refresh", tokens).ok();
    String search =
        """
        {"query": {"bool": {"should": [
          {"maxsim": {"field": "tokens", "query_vectors": [[0, 1], [-1, 0], [1, 0]]%s}},
          {"match": {"text": "a"}}]}},
         "highlight": {"fields": {"%s": {"type": "maxsim", "options": {%s}}}}}
        """;
    for (String exact : List.of("", ", \"exact\": true")) {
      JsonNode answer =
          http.post("/pooled/_search", String.format(Locale.ROOT, search, exact, "tokens", ""))
              .ok();
      assertEquals(
          "[\"0:1\",\"1:2\",\"2:0\"]", answer.at("/hits/hits/0/highlight/tokens").toString());
    }
    assertRefused(
        http.post("/pooled/_search", String.format(Locale.ROOT, search, "", "text", "\"x\": 1")),
        "highlighter [maxsim] of field [text], option [x]: found an unknown option");
    assertRefused(
        createWith(", \"dims\": 4, \"pool_factor\": 65"),
        "[pool_factor]: found 65, expected 1 to 64");
  }

  @Test
  public void testHighlightsOfAliases() throws IOException {
    AliasHighlights.check(http);
  }

  /** Only settings that do not affect stored data can be changed. */
  @Test
  public void testMappingUpdates() throws IOException {
    createFour("updated", "");
    String path = "/updated/_mapping";
    String body = "{\"properties\": {\"tokens\": {\"type\": \"token_vectors\", \"dims\": 4, %s}}}";
    http.put(
            path,
            String.format(Locale.ROOT, body, "\"max_vectors\": 8193, \"max_query_vectors\": 1"))
        .ok();
    assertRefused(
        http.put(path, String.format(Locale.ROOT, body, "\"max_vectors\": 8192")),
        "Cannot update parameter [max_vectors]");
    assertRefused(
        http.put(path, String.format(Locale.ROOT, body, "\"bits\": 2")),
        "Cannot update parameter [bits]");
    JsonNode mapping = http.get(path).ok().at("/updated/mappings/properties/tokens");
    assertEquals(8193, mapping.path("max_vectors").asInt());
    assertRefused(
        http.post("/updated/_search", "{\"query\": " + QUERY + "}"),
        "[query_vectors] of field [tokens]",
        "[max_query_vectors]");
    assertRefused(
        http.put("/updated/_settings", "{\"index.token_vectors\": false}"), "index.token_vectors");
  }

  /** A bad document is refused by itself; the rest of its bulk goes in. */
  @Test
  public void testBadDocuments() throws IOException {
    create("bulk", "", "");
    List<List<String>> documents =
        List.of(
            List.of("[[1,0,0,0],[0,1,0]]", "field [tokens]: token 1 has 3 numbers, expected 4"),
            List.of("[[1,0,0,0,0]]", "token 0 has more than 4 numbers"),
            List.of("[[1,0,0,NaN]]", "tokens", "NaN"),
            List.of("\"AADAfwAAAAAAAAAAAAAAAA==\"", "token 0, dimension 0: found NaN"),
            List.of("[[1,0,0,1e39]]", "dimension 3: found Infinity, expected a finite 32-bit"),
            List.of("[1,0,0,0]", "field [tokens]: found a number, expected an array of token"),
            List.of("[[[1,0,0,0]]]", "found an array in token 0"),
            List.of("[[\"1\",0,0,0]]", "field [tokens]: found value_string"),
            List.of("{\"a\":1}", "field [tokens]: found start_object"),
            List.of("true", "field [tokens]: found value_boolean"),
            List.of("\"no base64!\"", "field [tokens]: found a text that is not base64"),
            List.of("\"AACAPw==\"", "found 4 bytes of 32-bit floats, expected a multiple of 16"));
    StringBuilder lines = new StringBuilder();
    for (List<String> document : documents) {
      lines.append(
          String.format(Locale.ROOT, "{\"index\":{}}%n{\"tokens\":%s}%n", document.get(0)));
      lines.append(String.format(Locale.ROOT, "{\"index\":{}}%n{\"tokens\":[[1,0,0,0]]}%n"));
    }
    lines.append(String.format(Locale.ROOT, "{\"index\":{}}%n{\"tokens\":null}%n"));
    lines.append(String.format(Locale.ROOT, "{\"index\":{}}%n{\"tokens\":[]}%n"));
    JsonNode items = http.post("/bulk/_bulk?refresh", lines.toString()).ok().path("items");
    for (int i = 0; i < documents.size(); i++) {
      JsonNode bad = items.at("/" + 2 * i + "/index");
      assertEquals(bad.toString(), 400, bad.path("status").asInt());
      assertEquals(201, items.at("/" + (2 * i + 1) + "/index/status").asInt());
      String error = bad.path("error").toString();
      assertTrue(error, error.contains("failed to parse field [tokens]"));
      for (String word : documents.get(i).subList(1, documents.get(i).size())) {
        assertTrue(error, error.contains(word));
      }
    }
    String exists = "{\"query\": {\"exists\": {\"field\": \"tokens\"}}}";
    assertEquals(documents.size(), http.post("/bulk/_count", exists).ok().path("count").asInt());
    assertEquals(documents.size() + 2, http.get("/bulk/_count").ok().path("count").asInt());
  }

  /** Two objects of an array give one document two matrices. */
  @Test
  public void testSecondValue() throws IOException {
    http.put(
            "/objects",
            """
            {"settings": {"index.token_vectors": true},
             "mappings": {"properties": {"o": {"properties": {
               "tokens": {"type": "token_vectors", "dims": 1}}}}}}
            """)
        .ok();
    assertRefused(
        http.put("/objects/_doc/1", "{\"o\": [{\"tokens\": [[1]]}, {\"tokens\": [[2]]}]}"),
        "field [o.tokens]: found a second value");
    http.put("/objects/_doc/1", "{\"o\": [{\"tokens\": [[1]]}, {\"tokens\": null}]}").ok();
  }

  private static void assertSearchRefused(String query, String... words) throws IOException {
    assertRefused(http.post("/queries/_search", "{\"query\": " + query + "}"), words);
  }

  @Test
  public void testBadQueries() throws IOException {
    createFour("queries", "");
    String one = "[[1,0,0,0]]";
    assertSearchRefused(
        "{\"maxsim\": {\"field\": \"tokens\"}}", "found neither [query_vectors] nor [query_text]");
    assertSearchRefused("{\"maxsim\": [1]}", "maxsim");
    assertSearchRefused(Searches.query("[[1,0,0]]", ""), "token 0 has 3 numbers, expected 4");
    assertSearchRefused(Searches.query("[[1,0,0,0],[1]]", ""), "token 1 has 1 numbers");
    assertSearchRefused(Searches.query("[]", ""), "[query_vectors]", "no vectors");
    assertSearchRefused(Searches.query("[1]", ""), "found a number, expected an array");
    assertSearchRefused(Searches.query("7", ""), "[query_vectors]", "found value_number");
    assertSearchRefused(Searches.query("\"%%\"", ""), "not base64");
    assertSearchRefused(Searches.query(one, ",\"k\":0"), "[k]: found 0, expected 1 to 100000");
    assertSearchRefused(Searches.query(one, ",\"cells\":-1"), "[cells]: found -1");
    assertSearchRefused(Searches.query(one, ",\"candidates\":0"), "[candidates]: found 0");
    assertSearchRefused(Searches.query(one, ",\"k\":3,\"exact\":true"), "[exact]", "[k]");
    assertSearchRefused(Searches.query(one, ",\"size\":3"), "does not support [size]");
    assertSearchRefused(Searches.query(one, ",\"boost\":-1"), "negative [boost]");
    assertSearchRefused(
        "{\"maxsim\": {\"field\": \"text\", \"query_vectors\": [[1]]}}",
        "field [text]: found type [text], expected [token_vectors]");
    assertSearchRefused("{\"term\": {\"tokens\": 1}}", "Field [tokens]", "queries only");
    assertEquals(
        Map.of(),
        Searches.search(
            http,
            "queries",
            """
            {"query": {"maxsim": {"field": "absent", "query_vectors": [[1]]}}}
            """));
  }

  /** A query of two clauses. */
  private static String bool(String occur, String query, String otherOccur, String other) {
    return String.format(
        Locale.ROOT, "{\"bool\": {\"%s\": [%s], \"%s\": [%s]}}", occur, query, otherOccur, other);
  }

  /** Within other queries, at all places. */
  @Test
  public void testBool() throws IOException {
    createFour("bool", "");
    assertEquals(List.of("a", "b", "c", "d"), Searches.ids(http, "bool", QUERY));
    String apple = "{\"match\": {\"text\": \"apple\"}}";
    String red = "{\"match\": {\"text\": \"red\"}}";
    String nested = bool("must", bool("should", QUERY, "filter", red), "filter", red);
    assertEquals(List.of("a", "d"), Searches.ids(http, "bool", nested));
    assertEquals(
        Set.of("a", "b"),
        Set.copyOf(Searches.ids(http, "bool", bool("must", apple, "filter", QUERY))));
    String apples = Searches.query("[[1,0,0,0]]", ",\"filter\":" + apple);
    assertEquals(List.of("d"), Searches.ids(http, "bool", bool("must", red, "must_not", apples)));
    String exact = Searches.query("[[1,0,0,0],[0,1,0,0]]", ",\"exact\":true,\"filter\":" + red);
    assertEquals(List.of("a", "d"), Searches.ids(http, "bool", exact));
    assertEquals(
        Searches.search(http, "bool", "{\"query\": " + QUERY + "}"),
        Searches.search(
            http,
            "bool",
            "{\"query\": " + Searches.query("[[1,0,0,0],[0,1,0,0]]", ",\"exact\":true") + "}"));
    assertEquals(
        4, http.post("/bool/_count", "{\"query\": " + QUERY + "}").ok().path("count").asInt());
  }

  @Test
  public void testExplainAndProfile() throws IOException {
    createFour("explained", "");
    String named = Searches.query("[[1,0,0,0],[0,1,0,0]]", ",\"boost\":2,\"_name\":\"maxsim\"");
    JsonNode answer =
        http.post(
                "/explained/_search",
                "{\"explain\": true, \"profile\": true, \"query\": " + named + "}")
            .ok();
    JsonNode hit = answer.at("/hits/hits/0");
    assertEquals("a", hit.path("_id").asText());
    assertEquals("maxsim", hit.at("/matched_queries/0").asText());
    assertEquals(4, hit.path("_score").asDouble(), 1e-6);
    assertEquals(4, hit.at("/_explanation/value").asDouble(), 1e-6);
    assertTrue(
        hit.toString(), hit.toString().contains("query token 1, s = 1.0 to document token 1"));
    JsonNode profile = answer.at("/profile/shards");
    assertEquals(2, profile.size());
    assertTrue(profile.at("/0/searches/0/rewrite_time").asLong() > 0);
    JsonNode explained = http.post("/explained/_explain/b", "{\"query\": " + QUERY + "}").ok();
    assertTrue(explained.path("matched").asBoolean());
    assertTrue(
        http.post("/explained/_validate/query", "{\"query\": " + QUERY + "}")
            .ok()
            .path("valid")
            .asBoolean());
  }

  /** Tokens are kept in the source, but shown only if asked for. */
  @Test
  public void testSource() throws IOException {
    createFour("source", "");
    JsonNode hidden = http.get("/source/_doc/a").ok().path("_source");
    assertEquals("{\"text\":\"red apple\",\"n\":1}", hidden.toString());
    String shown = "/source/_doc/a?_source_exclude_vectors=false";
    assertEquals(2, http.get(shown).ok().at("/_source/tokens").size());
    http.post("/source/_update/a", "{\"doc\": {\"n\": 9}}").ok();
    JsonNode updated = http.get(shown).ok().path("_source");
    assertEquals(9, updated.path("n").asInt());
    assertEquals("[[1,0,0,0],[0,1,0,0]]", updated.path("tokens").toString());
    JsonNode fields =
        http.post(
                "/source/_search",
                "{\"fields\": [\"tokens\"], \"query\": {\"match\": {\"text\": \"green\"}}}")
            .ok()
            .at("/hits/hits");
    String both = fields.toString();
    assertTrue(both, both.contains("\"tokens\":[[0,0,1,0],[0.8,0,0.6,0]]"));
    assertTrue(both, both.contains("\"tokens\":[\"AAAAAAAAAAAAAAAAAACAPw==\"]"));
  }

  /** Tokens that are permanently left out of the source are still found, also after recovery. */
  @Test
  public void testSourceExcludes() throws IOException {
    create("excluded", "", "\"_source\": {\"excludes\": [\"tokens\"]},");
    http.put("/excluded/_doc/a?refresh", "{\"tokens\": [[1,0,0,0]], \"text\": \"x\"}").ok();
    JsonNode source = http.get("/excluded/_doc/a?_source_exclude_vectors=false").ok();
    assertEquals("{\"text\":\"x\"}", source.path("_source").toString());
    Searches.forceMerge(http, "excluded");
    assertEquals(List.of("a"), Searches.ids(http, "excluded", QUERY));
  }

  /** A source that is rebuilt from doc values has the tokens as they were sent. */
  @Test
  public void testSyntheticSource() throws IOException {
    createFour("synthetic", ", \"index.mapping.source.mode\": \"synthetic\"");
    Searches.forceMerge(http, "synthetic");
    JsonNode numbers = http.get("/synthetic/_doc/b?_source_exclude_vectors=false").ok();
    assertEquals("[[0,0,1,0],[0.8,0,0.6,0]]", numbers.at("/_source/tokens").toString());
    JsonNode base64 = http.get("/synthetic/_doc/c?_source_exclude_vectors=false").ok();
    assertEquals("AAAAAAAAAAAAAAAAAACAPw==", base64.at("/_source/tokens").asText());
    assertEquals(List.of("a", "b", "c", "d"), Searches.ids(http, "synthetic", QUERY));
  }

  /** Fields that are not in the mapping are mapped as they are without the plugin. */
  @Test
  public void testDynamicMapping() throws IOException {
    createFour("dynamic", "");
    http.put("/dynamic/_doc/e", "{\"rows\": [[1.5, 2], [3, 4]], \"name\": \"x\"}").ok();
    JsonNode properties = http.get("/dynamic/_mapping").ok().at("/dynamic/mappings/properties");
    assertEquals("float", properties.at("/rows/type").asText());
    assertEquals("text", properties.at("/name/type").asText());
  }

  @Test
  public void testTemplate() throws IOException {
    http.put(
            "/_index_template/passages",
            """
            {"index_patterns": ["passages-*"], "template": {
              "settings": {"index.token_vectors": true},
              "mappings": {"properties": {"tokens": {"type": "token_vectors", "dims": 4}}}}}
            """)
        .ok();
    http.put("/passages-1", null).ok();
    http.put("/passages-1/_doc/a?refresh", "{\"tokens\": [[1,0,0,0]]}").ok();
    assertEquals(List.of("a"), Searches.ids(http, "passages-1", QUERY));
  }

  /** Passages of a document, each with a matrix of its own. */
  @Test
  public void testNested() throws IOException {
    http.put(
            "/nested",
            """
            {"settings": {"index.token_vectors": true},
             "mappings": {"properties": {"n": {"type": "integer"},
               "passages": {"type": "nested", "properties": {
                 "tokens": {"type": "token_vectors", "dims": 2}}}}}}
            """)
        .ok();
    Searches.bulk(
        http,
        "nested",
        """
        {"index": {"_id": "a"}}
        {"n": 1, "passages": [{"tokens": [[1, 0]]}, {"tokens": [[0, 1]]}]}
        {"index": {"_id": "b"}}
        {"n": 2, "passages": [{"tokens": [[0.6, 0.8]]}, {"tokens": [[-1, 0]]}]}
        """);
    http.post("/nested/_refresh", null).ok();
    String query =
        """
        {"query": {"nested": {"path": "passages", "score_mode": "max", "inner_hits": {},
          "query": {"maxsim": {
            "field": "passages.tokens", "query_vectors": [[1, 0]], "k": 1}}}}}
        """;
    JsonNode hits = http.post("/nested/_search", query).ok().path("hits");
    assertEquals(1, hits.at("/total/value").asInt());
    assertEquals("a", hits.at("/hits/0/_id").asText());
    assertEquals(0, hits.at("/hits/0/inner_hits/passages/hits/hits/0/_nested/offset").asInt(-1));
    http.post(
            "/_aliases",
            """
            {"actions": [{"add":
              {"index": "nested", "alias": "nested-2", "filter": {"term": {"n": 2}}}}]}
            """)
        .ok();
    assertEquals(List.of("b"), List.copyOf(Searches.search(http, "nested-2", query).keySet()));
  }

  /** Documents as they were when a point in time was opened; and an index closed and opened. */
  @Test
  public void testPointInTimeAndClose() throws IOException {
    createFour("closed", "");
    String pit = http.post("/closed/_pit?keep_alive=5m", null).ok().path("id").asText();
    http.delete("/closed/_doc/a?refresh").ok();
    JsonNode then =
        http.post("/_search", "{\"pit\": {\"id\": \"" + pit + "\"}, \"query\": " + QUERY + "}")
            .ok();
    assertEquals("a", then.at("/hits/hits/0/_id").asText());
    assertEquals(List.of("b", "c", "d"), Searches.ids(http, "closed", QUERY));
    http.send("DELETE", "/_pit", "{\"id\": \"" + pit + "\"}").ok();
    http.post("/closed/_close", null).ok();
    http.post("/closed/_open?wait_for_active_shards=all", null).ok();
    assertEquals(List.of("b", "c", "d"), Searches.ids(http, "closed", QUERY));
  }

  /** The engine's statistics include the format's files. */
  @Test
  public void testStatistics() throws IOException {
    createFour("statistics", ", \"index.codec\": \"lucene_default\"");
    Searches.forceMerge(http, "statistics");
    JsonNode usage = http.post("/statistics/_disk_usage?run_expensive_tasks=true", null).ok();
    assertTrue(
        usage.toString(), usage.at("/statistics/fields/tokens/doc_values_in_bytes").isNumber());
    http.get("/statistics/_segments").ok();
    assertEquals(List.of("a", "b", "c", "d"), Searches.ids(http, "statistics", QUERY));
  }
}
