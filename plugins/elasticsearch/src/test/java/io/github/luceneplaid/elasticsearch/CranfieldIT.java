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
import io.github.luceneplaid.engine.nodes.CranfieldTokens;
import io.github.luceneplaid.engine.nodes.Http;
import io.github.luceneplaid.plaid.LateInteractionQuery;
import io.github.luceneplaid.testframework.CranfieldFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.lucene.codecs.perfield.PerFieldDocValuesFormat;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.FieldInfos;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.util.BytesRef;
import org.elasticsearch.common.logging.LogConfigurator;
import org.elasticsearch.index.mapper.Uid;
import org.junit.AfterClass;
import org.junit.BeforeClass;
import org.junit.Test;
import org.junit.runner.RunWith;

/** A collection of real abstracts on one node, two shards. */
@RunWith(RandomizedRunner.class)
@ThreadLeakScope(ThreadLeakScope.Scope.NONE)
@TimeoutSuite(millis = 1_200_000)
public class CranfieldIT {

  private static final String INDEX = "cranfield";
  private static final String PLAIN = "plain";
  private static final int K = 10;

  private static CranfieldTokens tokens;
  private static ElasticsearchNode node;
  private static Http http;

  @BeforeClass
  public static void startAndIndex() throws IOException {
    assumeTrue(
        "found no " + CranfieldFolder.path() + ", set -Dplaid.shared",
        Files.exists(CranfieldFolder.path()));
    tokens = CranfieldTokens.read();
    // Some of the server's formats log when they are loaded
    LogConfigurator.configureESLogging();
    node = ElasticsearchNode.single(ElasticsearchHome.install("cranfield"));
    node.start();
    http = node.http("timeout=120s");
    Searches.create(http, INDEX, ", \"number_of_shards\": 2", "");
    Searches.add(http, INDEX, tokens, doc -> true);
    Searches.forceMerge(http, INDEX);
  }

  @AfterClass
  public static void stop() throws IOException {
    if (node != null) {
      node.close();
    }
  }

  private static List<String> ids(String query) throws IOException {
    return Searches.ids(http, INDEX, query);
  }

  @Test
  public void testRecall() throws IOException {
    double sum = 0;
    List<Map<String, Double>> hits = Searches.searchAll(http, INDEX, tokens);
    for (int query = 0; query < hits.size(); query++) {
      List<String> found = List.copyOf(hits.get(query).keySet());
      sum += CranfieldTokens.recall(tokens.best(query, K, doc -> true), found);
    }
    double recall = sum / hits.size();
    System.out.printf(
        Locale.ROOT, "recall@10 of %d queries over HTTP: %.4f%n", hits.size(), recall);
    assertTrue("recall@10: " + recall, recall >= 0.97);
  }

  /** Hits equal those of the library on the shards' files, also after a restart. */
  @Test
  public void testLibraryAndRestart() throws IOException {
    List<Map<String, Double>> hits = Searches.searchAll(http, INDEX, tokens);
    http.post("/" + INDEX + "/_flush", null).ok();
    String uuid =
        http.get("/" + INDEX + "/_settings").ok().at("/" + INDEX + "/settings/index/uuid").asText();
    node.close();
    try {
      List<Map<String, Double>> expected = searchFiles(node.shards(uuid));
      for (int query = 0; query < hits.size(); query++) {
        assertSame(best(expected.get(query)), hits.get(query));
      }
    } finally {
      node.start();
      http = node.http("wait_for_status=green&timeout=120s");
    }
    assertEquals(hits, Searches.searchAll(http, INDEX, tokens));
  }

  /** The hits that the library finds in the files of both shards, with their scores. */
  private static List<Map<String, Double>> searchFiles(List<Path> shards) throws IOException {
    assertEquals(2, shards.size());
    List<Map<String, Double>> hits = new ArrayList<>();
    tokens.questions().forEach(question -> hits.add(new LinkedHashMap<>()));
    for (Path shard : shards) {
      try (Directory directory = FSDirectory.open(shard);
          DirectoryReader reader = DirectoryReader.open(directory)) {
        FieldInfos fields = reader.leaves().get(0).reader().getFieldInfos();
        assertEquals(
            "Plaid1",
            fields
                .fieldInfo(Searches.FIELD)
                .getAttribute(PerFieldDocValuesFormat.PER_FIELD_FORMAT_KEY));
        searchShard(reader, hits);
      }
    }
    return hits;
  }

  private static void searchShard(DirectoryReader reader, List<Map<String, Double>> hits)
      throws IOException {
    IndexSearcher searcher = new IndexSearcher(reader);
    for (int query = 0; query < hits.size(); query++) {
      LateInteractionQuery alone =
          new LateInteractionQuery(Searches.FIELD, tokens.queries()[query], K);
      for (ScoreDoc hit : searcher.search(alone, K).scoreDocs) {
        BytesRef id = searcher.storedFields().document(hit.doc).getBinaryValue("_id");
        hits.get(query).put(Uid.decodeId(id.bytes, id.offset, id.length), (double) hit.score);
      }
    }
  }

  private static Map<String, Double> best(Map<String, Double> hits) {
    Map<String, Double> best = new LinkedHashMap<>();
    hits.entrySet().stream()
        .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
        .limit(K)
        .forEach(hit -> best.put(hit.getKey(), hit.getValue()));
    return best;
  }

  /** Scores pass through decimal texts. */
  private static void assertSame(Map<String, Double> expected, Map<String, Double> actual) {
    assertEquals(List.copyOf(expected.keySet()), List.copyOf(actual.keySet()));
    expected.forEach((id, score) -> assertEquals(score, actual.get(id), 1e-5 * score));
  }

  @Test
  public void testFilter() throws IOException {
    double recall = 0;
    int queries = 20;
    for (int query = 0; query < queries; query++) {
      String filter = ",\"filter\":{\"terms\":{\"part\":[3,7]}}";
      List<String> found = ids(Searches.query(tokens.queries()[query], filter));
      List<String> expected = tokens.best(query, K, doc -> doc % 10 == 3 || doc % 10 == 7);
      recall += CranfieldTokens.recall(expected, found) / queries;
      assertEquals(K, found.size());
      for (String id : found) {
        assertTrue(List.of(3, 7).contains(tokens.ids().indexOf(id) % 10));
      }
    }
    assertTrue("recall@10: " + recall, recall >= 0.93);
  }

  /** The filter of an alias counts before the best are chosen, not after. */
  @Test
  public void testAlias() throws IOException {
    http.post(
            "/_aliases",
            """
            {"actions": [{"add":
              {"index": "cranfield", "alias": "third", "filter": {"term": {"part": 3}}}}]}
            """)
        .ok();
    for (int query = 0; query < 3; query++) {
      float[][] vectors = tokens.queries()[query];
      List<String> filtered = ids(Searches.query(vectors, ",\"filter\":{\"term\":{\"part\":3}}"));
      assertEquals(K, filtered.size());
      assertEquals(filtered, Searches.ids(http, "third", Searches.query(vectors, "")));
    }
  }

  /** Beside text, in a bool query: scores are added. */
  @Test
  public void testHybrid() throws IOException {
    String late = Searches.query(tokens.queries()[0], "");
    String text = textQuery(0);
    Map<String, Double> lateHits = Searches.search(http, INDEX, "{\"query\":" + late + "}");
    Map<String, Double> textHits =
        Searches.search(http, INDEX, "{\"size\":2000,\"query\":" + text + "}");
    Map<String, Double> hybrid =
        Searches.search(
            http,
            INDEX,
            "{\"size\":2000,\"query\":{\"bool\":{\"should\":[" + late + "," + text + "]}}}");
    assertTrue(hybrid.size() >= textHits.size());
    lateHits.forEach(
        (id, score) ->
            assertEquals(score + textHits.getOrDefault(id, 0.0), hybrid.get(id), 1e-4 * score));
    String must = "{\"bool\":{\"must\":[" + late + "],\"filter\":[" + text + "]}}";
    for (String id : ids(must)) {
      assertTrue(textHits.containsKey(id));
    }
    Map<String, Double> retriever =
        Searches.search(http, INDEX, "{\"retriever\":{\"standard\":{\"query\":" + late + "}}}");
    assertEquals(lateHits, retriever);
  }

  /** Beside a search by one vector: the hits of both. */
  @Test
  public void testKnnSection() throws IOException {
    String late = "\"query\":" + Searches.query(tokens.queries()[1], "");
    String knn =
        "\"knn\":{\"field\":\"first\",\"k\":3,\"query_vector\":"
            + Http.JSON.writeValueAsString(tokens.documents()[5][0])
            + "}";
    Map<String, Double> lateHits = Searches.search(http, INDEX, "{" + late + "}");
    Map<String, Double> knnHits = Searches.search(http, INDEX, "{" + knn + "}");
    Map<String, Double> both =
        Searches.search(http, INDEX, "{\"size\":30," + late + "," + knn + "}");
    assertTrue(both.keySet().containsAll(lateHits.keySet()));
    assertEquals(3, knnHits.size());
    knnHits.forEach((id, score) -> assertTrue(both.get(id) >= score));
  }

  /** As a second pass over hits of text: the rescored hits are in the order of MaxSim. */
  @Test
  public void testRescore() throws IOException {
    float[][] vectors = tokens.queries()[2];
    String text = textQuery(2);
    // Each shard rescores its own
    Map<String, Double> rescored = Searches.search(http, INDEX, rescore(2, 1000));
    String all = "{\"size\":1398,\"query\":" + Searches.query(vectors, ",\"exact\":true") + "}";
    Map<String, Double> exact = Searches.search(http, INDEX, all);
    assertEquals(tokens.ids().size(), exact.size());
    List<String> matching =
        List.copyOf(
            Searches.search(http, INDEX, "{\"size\":1398,\"query\":" + text + "}").keySet());
    List<String> expected = exact.keySet().stream().filter(matching::contains).limit(K).toList();
    assertEquals(expected, List.copyOf(rescored.keySet()));
  }

  private static String textQuery(int query) throws IOException {
    return "{\"match\":{\"text\":"
        + Http.JSON.writeValueAsString(tokens.questions().get(query))
        + "}}";
  }

  /** A search by text whose best hits of each shard are scored by MaxSim. */
  private static String rescore(int query, int window) throws IOException {
    return "{\"query\":"
        + textQuery(query)
        + ",\"rescore\":{\"window_size\":"
        + window
        + ",\"query\":{\"query_weight\":0,\"rescore_query\":"
        + Searches.query(tokens.queries()[query], ",\"exact\":true")
        + "}}}";
  }

  /** Documents are replaced and deleted, and segments merged. */
  @Test
  public void testUpdatesAndDeletes() throws IOException {
    String index = "changing";
    int count = 300;
    Searches.create(http, index, ", \"number_of_shards\": 2", ", \"training_threshold\": 1000");
    Searches.add(http, index, tokens, doc -> doc < count);
    Searches.add(http, index, tokens, doc -> doc < count && doc % 3 == 0);
    StringBuilder lines = new StringBuilder();
    for (int doc = 0; doc < count; doc += 2) {
      lines.append(
          String.format(Locale.ROOT, "{\"delete\":{\"_id\":\"%s\"}}%n", tokens.ids().get(doc)));
    }
    Searches.bulk(http, index, lines.toString());
    // A partial update keeps the tokens, although hits show the source without them
    String updated = tokens.ids().get(1);
    http.post("/" + index + "/_update/" + updated, "{\"doc\":{\"part\":77}}").ok();
    http.post("/" + index + "/_refresh", null).ok();
    checkOdd(index, count);
    Searches.forceMerge(http, index);
    checkOdd(index, count);
    List<String> found =
        Searches.ids(
            http,
            index,
            Searches.query(tokens.queries()[0], ",\"filter\":{\"term\":{\"part\":77}}"));
    assertEquals(List.of(updated), found);
  }

  private static void checkOdd(String index, int count) throws IOException {
    double sum = 0;
    for (int query = 0; query < 20; query++) {
      List<String> expected = tokens.best(query, K, doc -> doc < count && doc % 2 == 1);
      sum +=
          CranfieldTokens.recall(
              expected, Searches.ids(http, index, Searches.query(tokens.queries()[query], "")));
    }
    assertTrue("recall@10: " + sum / 20, sum / 20 >= 0.95);
  }

  /**
   * Prints the time of searches, compared with tokens that have no codes. The table of the README
   * is that of the nightly run, of all documents and queries.
   */
  @Test
  public void testLatency() throws IOException {
    // Tokens as plain floats, the doc values that Lucene's own late-interaction scoring reads
    Searches.create(
        http,
        PLAIN,
        ", \"number_of_shards\": 2",
        ", \"raw\": \"float32\", \"training_threshold\": 2000000000");
    boolean nightly = Boolean.getBoolean("tests.nightly");
    Searches.add(http, PLAIN, tokens, doc -> nightly || doc % 5 == 0);
    Searches.forceMerge(http, PLAIN);
    Timings timings = new Timings(http, node.process());
    int count = tokens.queries().length / (nightly ? 1 : 5);
    timings.measure("`maxsim`, k 10", INDEX, count, query -> late(query, ""));
    timings.measure("`match` alone", INDEX, count, query -> "{\"query\":" + textQuery(query) + "}");
    timings.measure(
        "`match`, best 100 of each shard rescored with `exact`, by floats",
        PLAIN,
        count,
        query -> rescore(query, 100));
    timings.measure("the same, by codes of 4 bits", INDEX, count, query -> rescore(query, 100));
    timings.measure(
        "all documents scored with `exact`, by floats",
        PLAIN,
        count / 5,
        query -> late(query, ",\"exact\":true"));
    System.out.println(timings);
  }

  private static String late(int query, String more) {
    return "{\"query\":" + Searches.query(tokens.queries()[query], more) + "}";
  }
}
