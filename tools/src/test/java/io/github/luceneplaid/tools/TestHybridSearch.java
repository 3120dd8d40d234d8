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
package io.github.luceneplaid.tools;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.luceneplaid.encoder.TextEncoder;
import io.github.luceneplaid.plaid.LateInteractionQuery;
import io.github.luceneplaid.testframework.TinyModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.store.Directory;

/** Searches by tokens and by words, fused. */
public class TestHybridSearch extends CommandTestCase {
  private static final String[] WORDS = {
    "red", "green", "blue", "cat", "dog", "bird", "house", "tree", "river", "stone", "sun", "moon"
  };

  private Path model;
  private Path index;

  @Override
  public void setUp() throws Exception {
    super.setUp();
    model = TinyModel.copyTo(createTempDir());
    index = createTempDir().resolve("index");
  }

  private void index(String lines) throws IOException {
    Path file = Files.writeString(createTempDir().resolve("lines"), lines);
    assertEquals(err.toString(), 0, plaid("index", file, "-o", index, "--model", model));
  }

  private Object[] search(Object... more) {
    List<Object> args = new ArrayList<>(List.of("search", index, "--model", model, "--words"));
    args.addAll(List.of(more));
    return args.toArray();
  }

  private static String text(int words) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < words; i++) {
      text.append(WORDS[random().nextInt(WORDS.length)]).append(' ');
    }
    return text.toString().strip();
  }

  /** The score of each record in one ranking: that of its best passage, best first. */
  private static Map<String, Double> ranking(IndexSearcher searcher, Query query)
      throws IOException {
    Map<String, Double> best = new LinkedHashMap<>();
    for (var hit : searcher.search(query, 1000).scoreDocs) {
      String id = RecordSearch.recordId(searcher.storedFields().document(hit.doc));
      best.putIfAbsent(id, (double) hit.score);
    }
    return best;
  }

  /** Adds up the shares of the score by their definitions. */
  private static void add(Map<String, Double> ranking, boolean sum, Map<String, Double> fused) {
    List<Double> scores = new ArrayList<>(ranking.values());
    int rank = 0;
    for (Map.Entry<String, Double> record : ranking.entrySet()) {
      rank++;
      double range = scores.getFirst() - scores.getLast();
      double scaled = range == 0 ? 1 : (record.getValue() - scores.getLast()) / range;
      fused.merge(record.getKey(), sum ? scaled : 1.0 / (60 + rank), Double::sum);
    }
  }

  private static void assertPlace(Map<String, Double> ranking, String id, JsonNode place) {
    if (ranking.containsKey(id)) {
      assertEquals(new ArrayList<>(ranking.keySet()).indexOf(id) + 1, place.get("rank").intValue());
      assertEquals(ranking.get(id), place.get("score").doubleValue(), 1e-5);
    } else {
      assertTrue(place.isNull());
    }
  }

  /** Ranks and scores of both, and the order that follows from them; of records, not passages. */
  public void testAgainstDefinition() throws IOException {
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < 40; i++) {
      lines.append(text(i % 10 == 0 ? 400 : 1 + random().nextInt(12))).append('\n');
    }
    index(lines.toString());
    boolean sum = random().nextBoolean();
    String text = text(1 + random().nextInt(4)) + " cat cat";
    JsonNode hits =
        json(search(text, "-k60", sum ? "--fusion=sum" : "--fusion=rrf", "--json")).get("hits");
    try (Directory directory = IndexFolder.open(index);
        DirectoryReader reader = DirectoryReader.open(directory);
        TextEncoder encoder = TextEncoder.open(model)) {
      IndexSearcher searcher = new IndexSearcher(reader);
      float[][] tokens = encoder.encodeQuery(text).vectors();
      Map<String, Double> maxSim =
          ranking(searcher, new LateInteractionQuery("tokens", tokens, 1000));
      Map<String, Double> words = ranking(searcher, WordsQuery.of(text, 100, line -> fail(line)));
      assertEquals(40, maxSim.size());
      assertTrue(words.size() < 40);
      Map<String, Double> fused = new HashMap<>();
      add(maxSim, sum, fused);
      add(words, sum, fused);
      assertEquals(40, hits.size());
      double last = Double.POSITIVE_INFINITY;
      for (JsonNode hit : hits) {
        String id = hit.get("id").textValue();
        double score = hit.get("score").doubleValue();
        assertEquals(fused.remove(id), score, 1e-5);
        assertTrue(score <= last);
        last = score;
        assertPlace(maxSim, id, hit.get("ranks").get("maxSim"));
        assertPlace(words, id, hit.get("ranks").get("words"));
      }
      assertEquals(Map.of(), fused);
    }
  }

  /** Words that the model does not know are found if they are equal. */
  public void testOutput() throws IOException {
    index("red cat\nblue zyx river\nred moon\nxyz " + "green tree ".repeat(150) + "zyx42\n");
    assertEquals(0, plaid(search("zyx42", "-k2")));
    String shown = out.toString();
    assertTrue(shown, shown.contains("  1. 0.0"));
    assertTrue(shown, shown.matches("(?s).*4  \\(MaxSim \\d, words 1\\).*"));
    // The passage that has the word is shown. The first one is as similar, because all unknown
    // words are equal to the model
    assertTrue(shown, shown.contains("[zyx42]"));
    assertFalse(shown, shown.contains("[xyz]"));

    Path queries = Files.writeString(createTempDir().resolve("q.txt"), "red moon\nblue\n");
    assertEquals(0, plaid(search("--queries", queries, "-k1")));
    List<String> lines = out.toString().lines().toList();
    assertEquals(List.of("1\t1\t3\t0.032786883\t1\t1", "2\t1\t2\t0.032786883\t1\t1"), lines);
    // A single ranking has no ranks in its output
    assertEquals(0, plaid("search", index, "--model", model, "red", "--json"));
    assertFalse(out.toString(), out.toString().contains("rank\":{"));
    assertNull(new ObjectMapper().readTree(out.toString()).get("hits").get(0).get("ranks"));

    assertEquals(0, plaid(search("blue", "--filter", "id:3", "--json")));
    JsonNode hits = new ObjectMapper().readTree(out.toString()).get("hits");
    assertEquals(1, hits.size());
    assertTrue(hits.get(0).get("ranks").get("words").isNull());
    assertEquals(1, hits.get(0).get("ranks").get("maxSim").get("rank").intValue());
    // The query has tokens, but no words for Lucene
    for (JsonNode hit : json(search("?", "--json")).get("hits")) {
      assertTrue(hit.get("ranks").get("words").isNull());
    }
  }

  public void testRefusals() throws IOException {
    index("red cat\n");
    assertFails(
        2,
        "there is one ranking only without --words",
        "search",
        index,
        "--model",
        model,
        "red",
        "--fusion=rrf");
    assertFails(2, "expected neither --recall nor --repeat", search("red", "--recall"));
    assertFails(2, "--fusion", search("red", "--fusion=max"));
    Path tokens = createTempDir().resolve("tokens");
    Path file = Files.writeString(createTempDir().resolve("lines"), "red cat\n");
    assertEquals(0, plaid("encode", file, "-o", tokens, "--model", model));
    assertFails(
        2,
        "expected queries in words, found tokens",
        search("--queries", tokens.resolve("tokens.npy")));
    assertEquals(0, plaid("index", tokens.resolve("tokens.npy"), "-o", index, "--force"));
    assertFails(1, "expected words in the field text, found none", search("red"));
  }

  /** More words than a query may have, of which some are the same. */
  public void testManyWords() throws IOException {
    StringBuilder text = new StringBuilder();
    int most = IndexSearcher.getMaxClauseCount();
    for (int i = 0; i < most; i++) {
      text.append("red word").append(i).append(' ');
    }
    List<String> notes = new ArrayList<>();
    WordsQuery.of(text.toString().replace("word0 ", ""), most, notes::add);
    assertEquals(List.of(), notes);
    WordsQuery.of(text.toString(), most, notes::add);
    assertEquals(1, notes.size());
    assertTrue(
        notes.get(0),
        notes.get(0).endsWith("has 1025 different words; the first 1024 are looked for"));
  }
}
