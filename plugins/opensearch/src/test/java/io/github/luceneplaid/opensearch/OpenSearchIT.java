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
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNotEquals;
import static org.junit.Assert.assertTrue;
import static org.junit.Assume.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.luceneplaid.engine.nodes.AliasHighlights;
import io.github.luceneplaid.engine.nodes.CranfieldTokens;
import io.github.luceneplaid.engine.nodes.Http;
import io.github.luceneplaid.engine.nodes.Ports;
import io.github.luceneplaid.testframework.CranfieldFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.AfterClass;
import org.junit.BeforeClass;
import org.junit.ClassRule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/** The plugin on one node, with the collection in two shards. */
public class OpenSearchIT {

  @ClassRule public static final TemporaryFolder FOLDER = new TemporaryFolder();

  private static final String INDEX = "cranfield";
  private static CranfieldTokens collection;
  private static List<List<String>> best;
  private static OpenSearchHome home;
  private static OpenSearchNode node;
  private static Http http;

  @BeforeClass
  public static void startAndIndex() throws IOException {
    assumeTrue("no " + CranfieldFolder.path(), Files.isDirectory(CranfieldFolder.path()));
    collection = CranfieldTokens.read();
    home = new OpenSearchHome(FOLDER.getRoot().toPath());
    start();
    create(INDEX, Requests.index(", \"number_of_replicas\": 0"));
    node.index(INDEX, collection, 0, collection.ids().size(), false);
    http.post("/" + INDEX + "/_forcemerge?max_num_segments=1", null).ok();
    http.post("/" + INDEX + "/_refresh", null).ok();
  }

  @AfterClass
  public static void end() throws IOException {
    if (node != null) {
      node.close();
    }
    collection = null;
  }

  private static void start() throws IOException {
    int[] ports = Ports.free(2);
    node = home.start("single", ports[0], ports[1], "discovery.type=single-node");
    http = node.http();
    node.awaitHealth("red", 1);
  }

  private static void restart() throws IOException {
    node.close();
    start();
  }

  private static void create(String index, String body) throws IOException {
    http.put("/" + index, body).ok();
  }

  /** The best documents of all queries, found once. */
  private static List<List<String>> best() {
    if (best == null) {
      best =
          IntStream.range(0, collection.queries().length)
              .mapToObj(q -> collection.best(q, 10, doc -> true))
              .toList();
    }
    return best;
  }

  private static List<String> hits(ObjectNode query) throws IOException {
    return ids(node.search(INDEX, Requests.search(query).toString()));
  }

  /** Hits of every tenth query. */
  private static List<List<String>> someHits() throws IOException {
    List<List<String>> hits = new ArrayList<>();
    for (int q = 0; q < collection.queries().length; q += 10) {
      hits.add(hits(Requests.lateInteraction(collection.queries()[q])));
    }
    return hits;
  }

  private static boolean holds(String id, int part) {
    return collection.ids().indexOf(id) % 7 == part;
  }

  @Test
  public void testZip() throws IOException {
    try (ZipFile zip = new ZipFile(OpenSearchHome.zip().toFile())) {
      Set<String> names = zip.stream().map(ZipEntry::getName).collect(Collectors.toSet());
      assertTrue(names.containsAll(Set.of("plugin-descriptor.properties", "LICENSE", "NOTICE")));
      List<String> jars = names.stream().filter(name -> name.endsWith(".jar")).toList();
      assertEquals(names.toString(), 5, jars.size());
      assertTrue(
          jars.toString(),
          jars.stream().allMatch(jar -> jar.matches("lucene-(fsvi|plaid)-[a-z]+-.*\\.jar")));
      assertEquals(names.toString(), 8, names.size());
    }
  }

  @Test
  public void testRecall() throws IOException {
    double recall = 0;
    int queries = collection.queries().length;
    for (int q = 0; q < queries; q++) {
      ObjectNode late = Requests.lateInteraction(collection.queries()[q]);
      JsonNode found = node.search(INDEX, Requests.search(late).toString());
      recall += CranfieldTokens.recall(best().get(q), ids(found)) / queries;
      JsonNode first = found.at("/hits/hits/0");
      double score = collection.score(q, collection.ids().indexOf(first.get("_id").asText()));
      assertEquals(score, first.get("_score").asDouble(), 0.01 * score);
    }
    System.out.println("recall@10: " + recall);
    assertTrue("recall@10: " + recall, recall >= 0.97);
  }

  @Test
  public void testExact() throws IOException {
    int queries = 20;
    double recall = 0;
    for (int q = 0; q < queries; q++) {
      List<String> found = hits(Requests.exact(collection.queries()[q]));
      recall += CranfieldTokens.recall(best().get(q), found) / queries;
    }
    assertTrue("recall@10: " + recall, recall >= 0.93);
  }

  @Test
  public void testFilter() throws IOException {
    double recall = 0;
    int count = 0;
    for (int q = 0; q < collection.queries().length; q += 5, count++) {
      int part = q % 7;
      ObjectNode query = Requests.lateInteraction(collection.queries()[q]);
      ((ObjectNode) query.get("maxsim")).set("filter", Requests.part(part));
      recall += CranfieldTokens.recall(collection.best(q, 10, doc -> doc % 7 == part), hits(query));
    }
    assertTrue("recall@10: " + recall / count, recall / count >= 0.97);
  }

  @Test
  public void testInsideBool() throws IOException {
    for (int q = 0; q < 20; q++) {
      ObjectNode late = Requests.lateInteraction(collection.queries()[q]);
      List<String> all = new ArrayList<>(ids(node.search(INDEX, search(late, 20).toString())));
      assertEquals(20, all.size());

      assertEquals(all, boolHits("must", late, null));
      assertEquals(all, boolHits("should", late, null));
      assertEquals(Set.copyOf(all), Set.copyOf(boolHits("filter", late, null)));
      int part = q % 7;
      all.removeIf(id -> holds(id, part) == false);
      assertEquals(all, boolHits("must", late, Requests.part(part)));
    }
  }

  private static ObjectNode search(ObjectNode query, int size) {
    return Requests.search(query).put("size", size);
  }

  private static List<String> boolHits(String occur, ObjectNode query, ObjectNode filter)
      throws IOException {
    ObjectNode bool = Http.JSON.createObjectNode();
    ArrayNode clauses = bool.putObject("bool").putArray(occur);
    clauses.add(query);
    if (filter != null) {
      ((ObjectNode) bool.get("bool")).putArray("filter").add(filter);
    }
    return ids(node.search(INDEX, search(bool, 20).toString()));
  }

  @Test
  public void testHybrid() throws IOException {
    for (int q = 0; q < 20; q += 4) {
      ObjectNode bool = Http.JSON.createObjectNode();
      ArrayNode should = bool.putObject("bool").putArray("should");
      ObjectNode match = Requests.match(collection.questions().get(q));
      ObjectNode late = Requests.lateInteraction(collection.queries()[q]);
      should.add(match).add(late);
      // Hits of one clause only count as well: the sum is checked with all hits of each
      JsonNode words = node.search(INDEX, search(match, 2000).toString());
      JsonNode tokens = node.search(INDEX, search(late, 2000).toString());
      assertEquals(20, ids(tokens).size());
      for (JsonNode hit : node.search(INDEX, search(bool, 30).toString()).at("/hits/hits")) {
        String id = hit.get("_id").asText();
        double sum = score(words, id) + score(tokens, id);
        assertEquals(sum, hit.get("_score").asDouble(), 1e-4 * sum);
      }
    }
  }

  private static double score(JsonNode answer, String id) {
    int rank = ids(answer).indexOf(id);
    return rank < 0 ? 0 : answer.at("/hits/hits/" + rank + "/_score").asDouble();
  }

  @Test
  public void testRescore() throws IOException {
    int queries = 20;
    double recall = 0;
    for (int q = 0; q < queries; q++) {
      float[][] tokens = collection.queries()[q];
      ObjectNode match = Requests.match(collection.questions().get(q));
      List<String> rescored =
          ids(node.search(INDEX, Requests.rescored(match, Requests.exact(tokens), 50).toString()));
      List<String> scripted =
          ids(
              node.search(
                  INDEX,
                  Requests.rescored(match, Requests.script(tokens, matchAll()), 50).toString()));
      recall += CranfieldTokens.recall(scripted, rescored) / queries;
    }
    assertTrue("recall@10: " + recall, recall >= 0.93);
  }

  private static ObjectNode matchAll() {
    ObjectNode query = Http.JSON.createObjectNode();
    query.putObject("match_all");
    return query;
  }

  @Test
  public void testExplainProfileAndName() throws IOException {
    ObjectNode late = Requests.lateInteraction(collection.queries()[0]);
    ((ObjectNode) late.get("maxsim")).put("_name", "tokens").put("boost", 2);
    ObjectNode search = Requests.search(late).put("explain", true).put("profile", true);
    JsonNode answer = node.search(INDEX, search.toString());
    assertEquals(hits(late), ids(answer));
    for (JsonNode hit : answer.at("/hits/hits")) {
      JsonNode explanation = hit.get("_explanation");
      assertEquals(hit.get("_score").asDouble(), explanation.get("value").asDouble(), 1e-4);
      assertTrue(explanation.toString().contains("for query token 3, s = "));
      assertEquals("tokens", hit.at("/matched_queries/0").asText());
    }
    assertEquals(2, answer.at("/profile/shards").size());
    JsonNode work = answer.at("/profile/shards/0/searches/0/query/0/breakdown/create_weight");
    assertTrue(answer.toString(), work.asLong() > 0);
  }

  @Test
  public void testConcurrentSegmentSearch() throws IOException {
    create("segments", Requests.indexWithoutSource(", \"number_of_replicas\": 0"));
    for (int from = 0; from < 400; from += 100) {
      node.index("segments", collection, from, from + 100, true);
      http.post("/segments/_refresh", null).ok();
    }
    Set<List<List<String>>> hits = new HashSet<>();
    for (String mode : List.of("all", "none")) {
      String setting = "{\"index.search.concurrent_segment_search.mode\": \"" + mode + "\"}";
      http.put("/segments/_settings", setting).ok();
      List<List<String>> some = new ArrayList<>();
      for (int q = 0; q < 50; q++) {
        ObjectNode late = Requests.lateInteraction(collection.queries()[q]);
        some.add(ids(node.search("segments", Requests.search(late).toString())));
        assertEquals(10, ids(node.search("segments", profiled(late).toString())).size());
      }
      hits.add(some);
    }
    assertEquals(1, hits.size());
  }

  private static ObjectNode profiled(ObjectNode query) {
    return Requests.search(query).put("profile", true);
  }

  @Test
  public void testAlias() throws IOException {
    http.post(
            "/_aliases",
            """
            {"actions": [{"add": {"index": "cranfield", "alias": "third",
              "filter": {"term": {"part": 3}}}}]}
            """)
        .ok();
    ObjectNode late = Requests.lateInteraction(collection.queries()[7]);
    List<String> all = new ArrayList<>(ids(node.search(INDEX, search(late, 20).toString())));
    all.removeIf(id -> holds(id, 3) == false);
    assertEquals(all, ids(node.search("third", search(late, 20).toString())));
    ((ObjectNode) late.get("maxsim")).set("filter", Requests.part(3));
    assertEquals(20, ids(node.search("third", search(late, 20).toString())).size());
  }

  @Test
  public void testTemplateReindexAndPointInTime() throws IOException {
    http.put(
            "/_index_template/late",
            "{\"index_patterns\": [\"late-*\"], \"template\": "
                + Requests.index(", \"number_of_replicas\": 0")
                + "}")
        .ok();
    http.post(
            "/_reindex?refresh=true",
            """
            {"source": {"index": "cranfield", "size": 20, "query": {"term": {"part": 2}}},
             "dest": {"index": "late-copy"}}
            """)
        .ok();
    assertEquals("token_vectors", setting("late-copy", "index.codec"));
    int queries = 20;
    double recall = 0;
    for (int q = 0; q < queries; q++) {
      ObjectNode query = Requests.lateInteraction(collection.queries()[q]);
      List<String> expected = collection.best(q, 10, doc -> doc % 7 == 2);
      List<String> hits = ids(node.search("late-copy", Requests.search(query).toString()));
      recall += CranfieldTokens.recall(expected, hits) / queries;
    }
    assertTrue("recall@10: " + recall, recall >= 0.93);
    ObjectNode late = Requests.lateInteraction(collection.queries()[11]);
    List<String> found = ids(node.search("late-copy", Requests.search(late).toString()));

    String pit =
        http.post("/late-copy/_search/point_in_time?keep_alive=5m", null)
            .ok()
            .get("pit_id")
            .asText();
    http.delete("/late-copy/_doc/" + found.getFirst() + "?refresh=true").ok();
    ObjectNode search = Requests.search(late);
    search.putObject("pit").put("id", pit);
    assertEquals(found, ids(http.post("/_search", search.toString()).ok()));
    assertFalse(
        ids(node.search("late-copy", Requests.search(late).toString())).contains(found.getFirst()));
  }

  private static String setting(String index, String name) throws IOException {
    return http.get("/" + index + "/_settings?flat_settings=true")
        .ok()
        .at("/" + index + "/settings/" + name)
        .asText();
  }

  @Test
  public void testUpdateDeleteMerge() throws IOException {
    create("changes", Requests.index(", \"number_of_replicas\": 0"));
    node.index("changes", collection, 0, 60, false);
    // The document of the first query's best hit gets other tokens, and its own go to a new one
    ObjectNode late = Requests.lateInteraction(collection.queries()[0]);
    http.post("/changes/_refresh", null).ok();
    List<String> before = ids(node.search("changes", Requests.search(late).toString()));
    assertEquals(collection.best(0, 10, doc -> doc < 60), before);
    int top = collection.ids().indexOf(before.getFirst());
    ObjectNode moved = OpenSearchNode.document(collection, top, true);
    http.put("/changes/_doc/moved", moved.toString()).ok();
    ObjectNode other = OpenSearchNode.document(collection, 700, false);
    http.put("/changes/_doc/" + before.getFirst(), other.toString()).ok();
    http.delete("/changes/_doc/" + before.get(1)).ok();
    http.post("/changes/_update/" + before.get(2), "{\"doc\": {\"tokens\": null}}").ok();
    http.post("/changes/_refresh", null).ok();
    List<String> expected = new ArrayList<>(before.subList(3, 10));
    expected.addFirst("moved");
    for (int round = 0; round < 2; round++) {
      List<String> after = ids(node.search("changes", Requests.search(late).toString()));
      assertEquals(10, after.size());
      after.remove(before.getFirst());
      assertEquals(expected, after.subList(0, 8));
      http.post("/changes/_forcemerge?max_num_segments=1", null).ok();
      http.post("/changes/_refresh", null).ok();
    }
    assertEquals(
        59,
        http.post("/changes/_count", "{\"query\": {\"exists\": {\"field\": \"tokens\"}}}")
            .ok()
            .get("count")
            .asInt());
  }

  @Test
  public void testBesideCodecService() throws IOException {
    create(
        "beside",
        Requests.indexWithoutSource(
            ", \"number_of_replicas\": 0, \"index.peer\": true, \"index.compound_format\": false"));
    node.index("beside", collection, 0, 100, true);
    http.post("/beside/_flush", null).ok();
    http.post("/beside/_forcemerge?max_num_segments=1", null).ok();
    http.post("/beside/_refresh", null).ok();
    // The index has the effects of both codecs, the peer's and ours
    assertTrue(http.get("/beside/_segments").text().contains("BEST_COMPRESSION"));
    Path data = home.data("single");
    try (Stream<Path> files = Files.walk(data)) {
      assertTrue(files.anyMatch(file -> file.getFileName().toString().contains("Plaid1")));
    }
    ObjectNode late = Requests.lateInteraction(collection.queries()[3]);
    assertEquals(
        collection.best(3, 10, doc -> doc < 100),
        ids(node.search("beside", Requests.search(late).toString())));
  }

  /** The table of the README is that of the nightly run, of all queries. */
  @Test
  public void testLatency() throws IOException {
    float[][][] queries = collection.queries();
    List<String> questions = collection.questions();
    int step = Boolean.getBoolean("tests.nightly") ? 1 : 5;
    Latency latency = new Latency(node, INDEX, best());
    latency.measure(
        "maxsim, k = 10", step, q -> Requests.search(Requests.lateInteraction(queries[q])));
    latency.measure(
        "exact, all documents", 9 * step, q -> Requests.search(Requests.exact(queries[q])));
    latency.measure("match", step, q -> Requests.search(Requests.match(questions.get(q))));
    latency.measure(
        "match, best 100 rescored by exact",
        step,
        q -> Requests.rescored(Requests.match(questions.get(q)), Requests.exact(queries[q]), 50));
    latency.measure(
        "match, best 100 rescored by a script from the source",
        9 * step,
        q ->
            Requests.rescored(
                Requests.match(questions.get(q)), Requests.script(queries[q], matchAll()), 50));
    System.out.println(latency);
    assertEquals(2 + 5, latency.toString().lines().count());
  }

  /** The commands of the README, one after the other. */
  @Test
  public void testReadme() throws IOException {
    String readme = Readme.withoutTextIn();
    Matcher commands = Readme.COMMAND.matcher(readme);
    int hits = 0;
    int count = 0;
    for (; commands.find() && commands.group(2).endsWith("_settings") == false; count++) {
      String body = commands.group(3).stripLeading();
      JsonNode answer = http.send(commands.group(1), commands.group(2), body).ok();
      assertFalse(answer.toString(), answer.path("errors").asBoolean());
      hits += answer.at("/hits/hits").size();
      if (body.contains("highlight")) {
        JsonNode first = answer.at("/hits/hits/0/highlight");
        String shown =
            "`\"tokens\": " + first.get("tokens") + "` and `\"title\": " + first.get("title") + "`";
        assertTrue(first.toString(), readme.contains(shown));
      }
    }
    assertEquals(10, count);
    assertEquals(1 + 2 + 1 + 1 + 1 + 2, hits);
  }

  @Test
  public void testHighlightsOfAliases() throws IOException {
    AliasHighlights.check(http);
  }

  /** Without the second plugin, questions in words are refused. */
  @Test
  public void testQueryText() throws IOException {
    String query = "{\"query\": {\"maxsim\": {\"field\": \"tokens\", \"query_text\": \"wing\"}}}";
    Http.Answer answer = http.post("/" + INDEX + "/_search", query);
    assertEquals(answer.text(), 400, answer.status());
    assertTrue(
        answer.text(), answer.text().contains("expected the plugin late-interaction-encoder"));
  }

  @Test
  public void testRestart() throws IOException {
    List<List<String>> before = someHits();
    restart();
    node.awaitHealth("yellow", 1);
    assertEquals(before, someHits());
  }

  @Test
  public void testRemovedAndBack() throws IOException {
    List<List<String>> before = someHits();
    create("plain", "{}");
    node.close();
    home.uninstall();
    start();
    // Other indexes work as before; those of the plugin do not open, and their settings are
    // archived
    http.await(
        "/_cat/indices/plain?h=health",
        node.process()::isAlive,
        a -> a.text().startsWith("yellow"));
    assertEquals(503, http.get("/" + INDEX + "/_search").status());
    assertEquals("token_vectors", setting(INDEX, "archived.index.codec"));
    node.close();

    home.install();
    start();
    node.awaitHealth("yellow", 1);
    assertEquals(before, someHits());
    http.post("/" + INDEX + "/_close", null).ok();
    http.put(
            "/" + INDEX + "/_settings",
            """
            {"index.token_vectors": true, "index.codec": "token_vectors", "archived.*": null}
            """)
        .ok();
    http.post("/" + INDEX + "/_open", null).ok();
    node.awaitHealth("yellow", 1);
    assertEquals(before, someHits());
    assertEquals("token_vectors", setting(INDEX, "index.codec"));
    assertNotEquals("token_vectors", setting(INDEX, "archived.index.codec"));
  }

  /** A query that runs out of time says so; its node stays as it is. */
  @Test
  public void testTimeout() throws IOException {
    String mapping =
        "{\"properties\": {\"tokens\": {\"type\": \"token_vectors\", \"dims\": 128,"
            + " \"max_query_vectors\": 8192}}}";
    http.put("/" + INDEX + "/_mapping", mapping).ok();
    float[][] tokens = new float[8192][];
    for (int i = 0; i < tokens.length; i++) {
      float[][] document = collection.documents()[i % collection.documents().length];
      tokens[i] = document[i % document.length];
    }
    ObjectNode query = Requests.lateInteraction(tokens);
    ((ObjectNode) query.get("maxsim")).put("k", 1000).put("candidates", 100_000);
    ObjectNode body = Http.JSON.createObjectNode();
    body.put("timeout", "1ms").set("query", query);
    JsonNode answer = http.post("/" + INDEX + "/_search", body.toString()).ok();
    assertTrue(answer.toString(), answer.get("timed_out").asBoolean());
    assertEquals(0, answer.at("/_shards/failed").asInt());
  }
}
