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
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.luceneplaid.engine.nodes.CranfieldTokens;
import io.github.luceneplaid.engine.nodes.Http;
import io.github.luceneplaid.testframework.CranfieldFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.junit.After;
import org.junit.Assume;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/** Searches a real collection on a real node, in two cores that are searched as one. */
public class SolrNodeIT {

  private static final List<String> CORES = List.of("even", "odd");
  private static final int BULK = 100;
  private static final String OURS = "{!maxsim f=tokens k=10 v=$qv}";
  private static final String EXACT = "{!maxsim f=tokens exact=true v=$qv}";
  private static final String FUNCTION = "{!func}maxsim(tokens,$qv)";
  private static final String TEXT = "{!edismax qf=text v=$text}";

  @Rule public final TemporaryFolder folder = new TemporaryFolder();

  private CranfieldTokens cranfield;
  private final List<List<String>> best = new ArrayList<>();
  private SolrNode node;

  @Before
  public void start() throws IOException {
    Assume.assumeTrue(
        "no collection in " + CranfieldFolder.path(), Files.exists(CranfieldFolder.path()));
    cranfield = CranfieldTokens.read();
    for (int query = 0; query < cranfield.queries().length; query++) {
      best.add(cranfield.best(query, 10, doc -> true));
    }
    SolrHome home = new SolrHome(folder.getRoot().toPath());
    node = new SolrNode(home.path());
    node.install();
    for (String core : CORES) {
      home.addCore(core, schema -> schema, config -> config);
    }
    node.start(CORES);
  }

  @After
  public void end() throws IOException {
    if (node != null) {
      node.close();
    }
  }

  @Test
  public void testCollection() throws IOException {
    index();
    List<List<String>> hits = search();
    filter();
    hybrid();
    rerank();
    node.restart(CORES);
    assertEquals("after a restart", hits, search());
    badDocuments();
    updateAndDelete();
    crash();
    for (String core : CORES) {
      post(core, "/update?optimize=true", Http.JSON.createArrayNode());
    }
    hits = search();
    node.restart(CORES);
    assertEquals("merged, after a restart", hits, search());
    measure();
    assertFalse(node.process().output().contains("ServiceConfigurationError"));
  }

  private void index() throws IOException {
    int step = CORES.size() * BULK;
    for (int core = 0; core < CORES.size(); core++) {
      for (int from = core; from < cranfield.ids().size(); from += step) {
        ArrayNode bulk = Http.JSON.createArrayNode();
        for (int doc = from; doc < Math.min(cranfield.ids().size(), from + step); doc += 2) {
          bulk.add(document(doc, cranfield.documents()[doc]));
        }
        assertEquals(List.of(), errors(update(CORES.get(core), bulk)));
      }
      commit(CORES.get(core));
    }
  }

  /** A document, its vectors in one of the shapes that they may have. */
  private ObjectNode document(int doc, float[][] tokens) {
    ObjectNode json =
        Http.JSON
            .createObjectNode()
            .put("id", cranfield.ids().get(doc))
            .put("text", cranfield.texts().get(doc));
    return switch (doc % 4) {
      case 0 -> json.putPOJO("tokens", tokens);
      case 1 -> json.put("tokens", Arrays.deepToString(tokens));
      case 2 -> json.put("tokens", CranfieldTokens.base64(tokens, false));
      default -> json.put("tokens", CranfieldTokens.base64(tokens, true));
    };
  }

  private String core(int doc) {
    return CORES.get(doc % CORES.size());
  }

  private JsonNode post(String core, String path, JsonNode body) throws IOException {
    return node.http().post("/solr/" + core + path, body.toString()).ok();
  }

  private JsonNode update(String core, JsonNode documents) throws IOException {
    return post(core, "/update", documents);
  }

  private void commit(String core) throws IOException {
    post(core, "/update?commit=true", Http.JSON.createArrayNode());
  }

  private static List<String> errors(JsonNode answer) {
    List<String> messages = new ArrayList<>();
    answer
        .at("/responseHeader/errors")
        .forEach(error -> messages.add(error.get("message").asText()));
    return messages;
  }

  /** Asks both cores. Parameters that are not given are those of a query of the collection. */
  private JsonNode ask(int query, Map<String, String> params) throws IOException {
    ObjectNode json = Http.JSON.createObjectNode();
    json.putObject("params")
        .put("qv", CranfieldTokens.base64(cranfield.queries()[query], false))
        .put("text", cranfield.questions().get(query))
        .put("fl", "id,score")
        .put("rows", "10")
        .put("shards", shards());
    params.forEach(((ObjectNode) json.get("params"))::put);
    return post(CORES.getFirst(), "/select", json).get("response");
  }

  private String shards() {
    return String.join(
        ",", CORES.stream().map(core -> "127.0.0.1:" + node.port() + "/solr/" + core).toList());
  }

  private List<String> hits(int query, Map<String, String> params) throws IOException {
    List<String> ids = new ArrayList<>();
    ask(query, params).get("docs").forEach(hit -> ids.add(hit.get("id").asText()));
    return ids;
  }

  private int queries() {
    return cranfield.queries().length;
  }

  /** Returns the hits of all queries. They must agree with exact scores of the original vectors. */
  private List<List<String>> search() throws IOException {
    List<List<String>> hits = new ArrayList<>();
    for (int query = 0; query < queries(); query++) {
      hits.add(hits(query, Map.of("q", OURS)));
    }
    assertTrue("recall " + recall(hits), recall(hits) >= 0.97);
    return hits;
  }

  private double recall(List<List<String>> hits) {
    double sum = 0;
    for (int query = 0; query < hits.size(); query++) {
      sum += CranfieldTokens.recall(best.get(query), hits.get(query));
    }
    return sum / hits.size();
  }

  /** A filter is applied before the best are chosen. */
  private void filter() throws IOException {
    Set<String> accepted = new HashSet<>(hits(0, Map.of("q", "text:boundary", "rows", "2000")));
    assertTrue(accepted.size() > 100 && accepted.size() < cranfield.ids().size() / 2);
    double recall = 0;
    for (int query = 0; query < 50; query++) {
      List<String> expected =
          cranfield.best(query, 10, doc -> accepted.contains(cranfield.ids().get(doc)));
      List<String> found = hits(query, Map.of("q", OURS, "fq", "text:boundary"));
      recall += CranfieldTokens.recall(expected, found) / 50;
    }
    assertTrue("recall " + recall, recall >= 0.97);
  }

  /** The score of a hit of both queries is the sum of both scores. */
  private void hybrid() throws IOException {
    int both = 0;
    for (int query = 0; query < 20; query++) {
      Map<String, Float> text = scores(query, Map.of("q", TEXT, "rows", "2000"));
      Map<String, Float> vectors = scores(query, Map.of("q", OURS, "rows", "20"));
      Map<String, Float> sums =
          scores(query, Map.of("q", "{!bool should=$t should=$m}", "t", TEXT, "m", OURS));
      assertEquals(10, sums.size());
      for (Map.Entry<String, Float> hit : sums.entrySet()) {
        float expected =
            text.getOrDefault(hit.getKey(), 0f) + vectors.getOrDefault(hit.getKey(), 0f);
        assertEquals(expected, hit.getValue(), 1e-3f);
        both += vectors.containsKey(hit.getKey()) && text.containsKey(hit.getKey()) ? 1 : 0;
      }
    }
    assertTrue(both > 20);
  }

  private Map<String, Float> scores(int query, Map<String, String> params) throws IOException {
    Map<String, Float> scores = new HashMap<>();
    ask(query, params)
        .get("docs")
        .forEach(hit -> scores.put(hit.get("id").asText(), (float) hit.get("score").asDouble()));
    return scores;
  }

  private static Map<String, String> reranked(String second) {
    return Map.of(
        "q", TEXT,
        "rq", "{!rerank reRankQuery=$second reRankDocs=100 reRankOperator=replace}",
        "second", second);
  }

  /** The best 100 of each core for the text, by their exact scores. */
  private void rerank() throws IOException {
    int queries = 20;
    double recall = 0;
    for (int query = 0; query < queries; query++) {
      Set<String> first = new HashSet<>();
      for (String core : CORES) {
        String shard = "127.0.0.1:" + node.port() + "/solr/" + core;
        first.addAll(hits(query, Map.of("q", TEXT, "rows", "100", "shards", shard)));
      }
      List<String> expected =
          cranfield.best(query, 10, doc -> first.contains(cranfield.ids().get(doc)));
      for (String second : List.of(EXACT, FUNCTION)) {
        recall += CranfieldTokens.recall(expected, hits(query, reranked(second))) / 2 / queries;
      }
    }
    assertTrue("recall " + recall, recall >= 0.93);
  }

  private void badDocuments() throws IOException {
    JsonNode bulk =
        Http.JSON.readTree(
            """
            [{"id": "good1"}, {"id": "bad1", "tokens": [[1, 2], [3]]},
             {"id": "bad2", "tokens": "[[NaN]]"}, {"id": "good2", "text": "goodness"}]
            """);
    List<String> errors = errors(update("odd", bulk));
    assertEquals(
        List.of(
            "[doc=bad1] field [tokens]: token 0 has 2 numbers, expected 128",
            "[doc=bad2] field [tokens]: found a text that is not JSON"),
        errors.stream().map(message -> message.replaceAll(" \\(.*", "")).toList());
    commit("odd");
    assertEquals(List.of("good2"), hits(0, Map.of("q", "text:goodness")));
    Http.Answer answer = node.http().post("/solr/odd/update?maxErrors=0", bulk.toString());
    assertEquals(400, answer.status());
    assertTrue(answer.text(), answer.text().contains("[doc=bad1] field [tokens]: token 0 has 2"));
    answer = node.http().get("/solr/odd/select?q=%7B!maxsim%20f=tokens%7D%5B%5B1%5D%5D");
    assertEquals(400, answer.status());
    assertTrue(answer.text(), answer.text().contains("token 0 has 1 numbers, expected 128"));
    delete("odd", "good1");
    delete("odd", "good2");
  }

  private void delete(String core, String id) throws IOException {
    post(core, "/update?commit=true", Http.JSON.createObjectNode().put("delete", id));
  }

  private void updateAndDelete() throws IOException {
    String bestId = best.get(0).getFirst();
    int bestDoc = cranfield.ids().indexOf(bestId);
    assertEquals(bestId, hits(0, Map.of("q", OURS)).getFirst());
    delete(core(bestDoc), bestId);
    assertFalse(hits(0, Map.of("q", OURS)).contains(bestId));

    int other = (bestDoc + 700) % cranfield.ids().size();
    put(document(other, cranfield.documents()[bestDoc]), core(other));
    assertEquals(cranfield.ids().get(other), hits(0, Map.of("q", OURS)).getFirst());

    put(document(other, cranfield.documents()[other]), core(other));
    put(document(bestDoc, cranfield.documents()[bestDoc]), core(bestDoc));
    // An update of one field keeps the vectors
    ObjectNode atomic = Http.JSON.createObjectNode().put("id", bestId);
    atomic.putObject("text").put("set", "altered4711");
    put(atomic, core(bestDoc));
    assertEquals(List.of(bestId), hits(0, Map.of("q", OURS, "fq", "text:altered4711")));
    put(document(bestDoc, cranfield.documents()[bestDoc]), core(bestDoc));
    assertEquals(bestId, hits(0, Map.of("q", OURS)).getFirst());
  }

  private void put(ObjectNode document, String core) throws IOException {
    assertEquals(List.of(), errors(update(core, Http.JSON.createArrayNode().add(document))));
    commit(core);
  }

  /** Uncommitted updates are restored from the update log after the process died. */
  private void crash() throws IOException {
    ObjectNode late = document(0, cranfield.documents()[0]).put("id", "late").put("text", "tardy");
    update("even", Http.JSON.createArrayNode().add(late));
    node.process().kill();
    node.start(CORES);
    node.http()
        .await(
            "/solr/even/select?q=text:tardy",
            node.process()::isAlive,
            answer -> answer.body().at("/response/numFound").asInt() == 1);
    assertTrue(hits(0, Map.of("q", EXACT, "rows", "2000")).contains("late"));
    delete("even", "late");
  }

  /** Prints the time that sequential queries take, for the client and for the node. */
  private void measure() throws IOException {
    StringBuilder table =
        new StringBuilder("| | recall@10 | CPU | median | p95 |\n|---|---|---|---|---|\n");
    int all = queries();
    int few = all / 9; // for slow kinds of queries
    table.append(measured("`{!maxsim k=10}`", all, Map.of("q", OURS)));
    table.append(measured("BM25's top 100, `maxsim()`", all, reranked(FUNCTION)));
    table.append(measured("BM25's top 100, `{!maxsim exact=true}`", all, reranked(EXACT)));
    table.append(measured("all documents, `maxsim()`", few, Map.of("q", FUNCTION)));
    table.append(measured("all documents, `{!maxsim exact=true}`", few, Map.of("q", EXACT)));
    System.out.println(table);
  }

  private String measured(String name, int queries, Map<String, String> params) throws IOException {
    List<List<String>> hits = new ArrayList<>();
    for (int query = 0; query < queries; query++) { // to warm up
      hits.add(hits(query, params));
    }
    long[] nanos = new long[queries];
    Duration cpu = node.process().cpu();
    for (int query = 0; query < queries; query++) {
      long start = System.nanoTime();
      ask(query, params);
      nanos[query] = System.nanoTime() - start;
    }
    cpu = node.process().cpu().minus(cpu);
    Arrays.sort(nanos);
    return String.format(
        Locale.ROOT,
        "| %s | %.3f | %.1f ms | %.1f ms | %.1f ms |%n",
        name,
        recall(hits),
        cpu.toNanos() / 1e6 / queries,
        nanos[nanos.length / 2] / 1e6,
        nanos[nanos.length * 95 / 100] / 1e6);
  }
}
