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

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.apache.solr.client.solrj.SolrServerException;
import org.apache.solr.client.solrj.response.QueryResponse;
import org.apache.solr.common.SolrDocument;
import org.apache.solr.common.SolrException;
import org.apache.solr.common.util.NamedList;

public class TestMaxSimQueries extends SolrCoreTestCase {

  private final Map<String, float[][]> documents = new TreeMap<>();

  private void index(int count) throws SolrServerException, IOException {
    for (int i = 0; i < count; i++) {
      String id = String.format(Locale.ROOT, "%03d", i);
      float[][] tokens = randomTokens();
      documents.put(id, tokens);
      add("id", id, "text", i % 3 == 0 ? "fizz" : "buzz", FIELD, Arrays.deepToString(tokens));
      if (random().nextInt(20) == 0) {
        server.commit();
      }
    }
    add("id", "none", "text", "fizz"); // without tokens
    server.commit();
  }

  private List<String> best(float[][] query, int k, int step) {
    List<String> ids = new ArrayList<>();
    for (String id : documents.keySet()) {
      if (Integer.parseInt(id) % step == 0) {
        ids.add(id);
      }
    }
    ids.sort(Comparator.comparingDouble(id -> -score(query, documents.get(id))));
    return ids.subList(0, Math.min(k, ids.size()));
  }

  /** With raw vectors and enough candidates, hits and scores are exact. */
  public void testExact() throws Exception {
    start("raw=\"float32\" training_threshold=\"" + (1 + random().nextInt(400)) + "\"");
    index(20 + random().nextInt(80));
    if (random().nextBoolean()) {
      server.optimize();
    }
    for (int i = 0; i < 10; i++) {
      float[][] query = randomTokens();
      String v = Arrays.deepToString(query);
      int k = 1 + random().nextInt(30);
      List<String> expected = best(query, k, 1);
      QueryResponse found =
          query(
              "q",
              "{!maxsim f=tokens k=" + k + " candidates=1000 cells=1000 v=$qv}",
              "qv",
              v,
              "rows",
              "100",
              "fl",
              "id,score,m:maxsim(tokens,$qv)");
      List<String> ids = new ArrayList<>();
      for (SolrDocument hit : found.getResults()) {
        String id = (String) hit.getFieldValue("id");
        ids.add(id);
        float score = score(query, documents.get(id));
        assertEquals(score, (float) hit.getFieldValue("score"), 1e-4f);
        assertEquals(score, (float) hit.getFieldValue("m"), 1e-4f);
      }
      assertEquals(expected, ids);
      String rows = Integer.toString(expected.size());
      assertEquals(
          expected, hits("q", "{!maxsim f=tokens exact=true v=$qv}", "qv", v, "rows", rows));
      assertEquals(expected, hits("q", "{!func}maxsim(tokens,$qv)", "qv", v, "rows", rows));
      assertEquals(
          expected, hits("q", "*:*", "sort", "maxsim(tokens,$qv) desc", "qv", v, "rows", rows));
    }
  }

  /** Filters restrict the search, as for Solr's own vectors. */
  public void testFilters() throws Exception {
    start("raw=\"float32\"");
    index(60);
    float[][] query = randomTokens();
    String v = Arrays.deepToString(query);
    List<String> all = best(query, 5, 1);
    List<String> fizz = best(query, 5, 3);
    List<String> both = new ArrayList<>(all);
    both.retainAll(fizz);
    String q = "{!maxsim f=tokens k=5 v=$qv}";
    assertEquals(fizz, hits("q", q, "qv", v, "fq", "text:fizz"));
    assertEquals(both, hits("q", q.replace("k=5", "k=5 preFilter=''"), "qv", v, "fq", "text:fizz"));
    assertEquals(fizz, hits("q", q.replace("k=5", "k=5 preFilter=$p"), "p", "text:fizz", "qv", v));
    String tagged = "{!tag=a}text:fizz";
    assertEquals(both, hits("q", q.replace("k=5", "k=5 excludeTags=a"), "qv", v, "fq", tagged));
    assertEquals(fizz, hits("q", q.replace("k=5", "k=5 includeTags=a"), "qv", v, "fq", tagged));
    assertEquals(
        fizz, hits("q", q.replace("k=5", "exact=true"), "qv", v, "fq", "text:fizz", "rows", "5"));
    assertEquals( // a filter itself
        both.stream().sorted().toList(),
        hits("q", "text:fizz", "fq", q, "qv", v, "sort", "id asc"));
    assertEquals(List.of(), hits("q", q, "qv", v, "fq", "text:nothing"));
  }

  /** Scores are added to those of other clauses. */
  public void testHybrid() throws Exception {
    start("raw=\"float32\"");
    index(40);
    float[][] query = randomTokens();
    String v = Arrays.deepToString(query);
    List<String> all = best(query, 5, 1);
    float[] text = new float[1];
    query("q", "text:fizz", "fl", "id,score", "rows", "100")
        .getResults()
        .forEach(hit -> text[0] = (float) hit.getFieldValue("score"));
    QueryResponse found =
        query(
            "q", "{!bool should=$t should=$m}",
            "t", "text:fizz",
            "m", "{!maxsim f=tokens k=5 v=$qv}",
            "qv", v,
            "rows", "100",
            "fl", "id,score,text");
    for (SolrDocument hit : found.getResults()) {
      String id = (String) hit.getFieldValue("id");
      float expected = hit.getFieldValue("text").equals("fizz") ? text[0] : 0;
      if (all.contains(id)) {
        expected += score(query, documents.get(id));
      }
      assertEquals(id, expected, (float) hit.getFieldValue("score"), 1e-4f);
    }
    assertTrue(
        all.containsAll(
            hits("q", "+text:fizz +_query_:\"{!maxsim f=tokens k=5 v=$qv}\"", "qv", v)));
  }

  /** The best of a first pass, by their exact scores. */
  public void testRerank() throws Exception {
    start("raw=\"float32\"");
    index(40);
    float[][] query = randomTokens();
    List<String> expected = best(query, 10, 3);
    for (String second :
        List.of("{!maxsim f=tokens exact=true v=$qv}", "{!func}maxsim(tokens,$qv)")) {
      assertEquals(
          expected,
          hits(
              "q",
              "text:fizz",
              "rq",
              "{!rerank reRankQuery=$s reRankDocs=50 reRankOperator=replace}",
              "s",
              second,
              "qv",
              Arrays.deepToString(query)));
    }
  }

  public void testExplainAndDebug() throws Exception {
    start("");
    add("id", "1", FIELD, "[[1,0,0,0],[0,1,0,0]]");
    server.commit();
    QueryResponse found =
        query("q", "{!maxsim f=tokens v='[[0.6,0.8,0,0]]'}", "debugQuery", "true");
    assertTrue(found.getExplainMap().toString().contains("to document token 1"));
    assertEquals("MaxSimQParser", found.getDebugMap().get("QParser"));
    assertTrue(found.getDebugMap().get("maxsim").toString().contains("scanned=1"));
  }

  /** The transformer of the example marks words; see the README for its answers. */
  public void testTransformer() throws Exception {
    start("");
    String places = "[[0,3],[4,8]]";
    add("id", "1", "text", "red fish", FIELD, "[[1,0,0,0],[0,1,0,0]]", "places", places);
    add("id", "2", "text", "blue fish", FIELD, "[[0,0,1,0],[0,1,0,0]]");
    add("id", "3", "text", "no vectors");
    server.commit();
    String q = "{!maxsim f=tokens v='[[0,1,0,0]]'}";
    String fl = "id,n:[maxsim f=tokens],t:[maxsim f=tokens text=text offsets=places]";
    QueryResponse found = query("q", q, "fl", fl, "sort", "id asc");
    assertEquals(List.of("0:1"), found.getResults().get(0).get("n"));
    assertEquals(List.of("red <em>fish</em>"), found.getResults().get(0).get("t"));
    assertEquals(List.of("0:1"), found.getResults().get(1).get("n"));
    assertNull(found.getResults().get(1).get("t"));
    found = query("q", "text:vectors", "fl", fl);
    assertNull(found.getResults().get(0).get("n"));
    String exact = q.replace("v=", "exact=true v=");
    fl =
        "[maxsim f=tokens text=text offsets=places before=< after=> fragments=1 similarities=true]";
    found = query("q", exact, "fq", "id:1", "fl", fl);
    assertEquals(List.of("red <fish> (1.0000)"), found.getResults().get(0).get("[maxsim]"));

    assertBadRequest("[f] is missing", "q", q, "fl", "[maxsim]");
    assertBadRequest("field [id] is of type", "q", q, "fl", "[maxsim f=id]");
    assertBadRequest(
        "found no model [none]", "q", q, "fl", "[maxsim f=tokens text=text model=none]");
    assertBadRequest(
        "[fragments]: found -1, expected 0",
        "q",
        q,
        "fl",
        fl.replace("fragments=1", "fragments=-1"));
    add("id", "1", "text", "red fish", FIELD, "[[1,0,0,0],[0,1,0,0]]", "places", "[[0,3],[4,9]]");
    add("id", "2", "text", "blue fish", FIELD, "[[1,0,0,0],[0,1,0,0]]", "places", "[[");
    server.commit();
    fl = "t:[maxsim f=tokens text=text offsets=places]";
    assertBadRequest("token 1 has [4, 9]", "q", q, "fq", "id:1", "fl", fl);
    assertBadRequest("text that is not JSON", "q", q, "fq", "id:2", "fl", fl);
  }

  public void testBadRequests() throws Exception {
    start("max_query_vectors=\"2\"");
    String q = "{!maxsim f=tokens v='[[1,0,0,0]]'}";
    assertEquals(List.of(), hits("q", q)); // nothing is indexed yet
    add("id", "1", "text", "fizz");
    server.commit();
    assertEquals(List.of(), hits("q", q)); // no document has the field
    add("id", "1", FIELD, "[[1,0,0,0]]");
    server.commit();
    assertEquals(List.of("1"), hits("q", q));

    assertBadRequest("[f] is missing", "q", "{!maxsim v='[[1,0,0,0]]'}");
    assertBadRequest("[v] is missing", "q", "{!maxsim f=tokens}");
    String words = "{!maxsim f=tokens query_text=cat model=none}";
    assertBadRequest("found no model [none], expected all-MiniLM-L6-v2 or a", "q", words);
    assertBadRequest("found both [v] and [query_text]", "q", q.replace("v=", "query_text=cat v="));
    assertBadRequest("[model]: expected only together", "q", q.replace("v=", "model=none v="));
    assertBadRequest("[f] is missing", "q", "[[1,0,0,0]]", "defType", "maxsim");
    assertBadRequest("undefined field", "q", q.replace("f=tokens", "f=other"));
    assertBadRequest("field [text] is of type [text]", "q", q.replace("f=tokens", "f=text"));
    assertBadRequest("[k]: found 0", "q", q.replace("v=", "k=0 v="));
    assertBadRequest("[recall]: found 1.5", "q", q.replace("v=", "recall=1.5 v="));
    assertBadRequest("[cells]: found -1", "q", q.replace("v=", "cells=-1 v="));
    assertBadRequest("[exact]", "q", q.replace("v=", "k=3 exact=true v="));
    assertBadRequest("For input string", "q", q.replace("v=", "k=x v="));
    assertBadRequest("token 0 has 3 numbers, expected 4", "q", q.replace("[[1,", "[["));
    assertBadRequest("found none", "q", q.replace("[[1,0,0,0]]", "[]"));
    assertBadRequest(
        "[query_vectors] of field [tokens]: found more than 2 tokens",
        "q",
        q.replace("[[", "[[1,1,1,1],[1,1,1,1],["));
    assertBadRequest("preFilter", "q", q.replace("v=", "preFilter=id:1 includeTags=a v="));

    assertBadRequest("expected maxsim(", "q", "{!func}maxsim(tokens)");
    assertBadRequest("expected maxsim(", "q", "{!func}maxsim(tokens,[[1,0,0,0]])");
    assertBadRequest("token 0 has 1 numbers", "q", "{!func}maxsim(tokens,'[[1]]')");
    assertBadRequest("field [id] is of type", "q", "{!func}maxsim(id,'[[1]]')");
    assertBadRequest("use {!maxsim f=tokens", "q", "tokens:x");
    assertBadRequest("use {!maxsim f=tokens", "q", "tokens:[1 TO 2]");
    assertBadRequest("use maxsim(tokens", "q", "*:*", "sort", "tokens asc");
    assertBadRequest("use maxsim(tokens", "q", "{!func}tokens");
    assertEquals(List.of("1"), hits("q", "tokens:*"));
    assertEquals(List.of("1"), hits("q", "tokens:[* TO *]"));
  }

  /**
   * The schema must have the field, as for all of Solr's queries, but the index may have no values
   * yet.
   */
  public void testFieldWithoutValues() throws Exception {
    start("");
    add("id", "1", "text", "fizz");
    server.commit();
    for (String q : List.of("{!maxsim f=tokens v=$qv}", "{!maxsim f=tokens exact=true v=$qv}")) {
      assertEquals(List.of(), hits("q", q, "qv", "[[1,0,0,0]]"));
      assertEquals(
          List.of("1"),
          hits("q", "{!bool should=$t should=$m}", "t", "text:fizz", "m", q, "qv", "[[1,0,0,0]]"));
      assertBadRequest("token 0 has 3 numbers, expected 4", "q", q, "qv", "[[1,0,0]]");
      assertBadRequest("undefined field", "q", q.replace("tokens", "other"), "qv", "[[1,0,0,0]]");
    }
    QueryResponse function =
        query("q", "text:fizz", "fl", "id,m:maxsim(tokens,$qv)", "qv", "[[1,0,0,0]]");
    assertEquals(0, (float) function.getResults().get(0).getFieldValue("m"), 0);
  }

  /** Tests values at and above the default limit of the field type. */
  public void testMaxQueryVectors() throws Exception {
    start("");
    add("id", "1", FIELD, "[[1,0,0,0]]");
    server.commit();
    String q = "{!maxsim f=tokens v=$qv}";
    assertEquals(List.of("1"), hits("q", q, "qv", Arrays.deepToString(randomTokens(1024))));
    assertBadRequest(
        "found more than 1024 tokens, the most that [max_query_vectors] allows",
        "q",
        q,
        "qv",
        Arrays.deepToString(randomTokens(1025)));
  }

  /** A query that exceeds its time limit reports that its result is incomplete. */
  public void testTimeAllowed() throws Exception {
    start("max_query_vectors=\"8192\" training_threshold=\"10000000\"");
    String tokens = Arrays.deepToString(randomTokens(8000));
    for (int i = 0; i < 40; i++) {
      add("id", Integer.toString(i), FIELD, tokens);
    }
    server.commit();
    String q = "{!maxsim f=tokens k=40 candidates=1000 v=$qv}";
    QueryResponse complete = query("q", q, "qv", "[[1,0,0,0]]", "timeAllowed", "600000");
    assertNull(complete.getHeader().get("partialResults"));
    assertEquals(10, complete.getResults().size());
    // 2.6 billion comparisons of tokens, and another 2.6 billion exact ones: no processor does 130
    // per nanosecond
    String qv = Arrays.deepToString(randomTokens(8192));
    QueryResponse partial = query("q", q, "qv", qv, "timeAllowed", "40");
    assertEquals(true, partial.getHeader().get("partialResults"));
    assertEquals(0, partial.getResults().size());
    // No time is left to tell what a search takes
    QueryResponse debug = query("q", q, "qv", qv, "timeAllowed", "40", "debugQuery", "true");
    assertEquals(true, debug.getHeader().get("partialResults"));
    Map<?, ?> told = debug.getDebugMap();
    assertTrue(String.valueOf(told), told == null || told.get("maxsim") == null);
  }

  /** A search that needs more than a share of the heap is refused, with the figures. */
  public void testMemory() throws Exception {
    int dims = 64;
    start(
        schema -> schema.replace("\"128\"", "\"" + dims + "\" max_query_vectors=\"8192\""),
        config ->
            config.replaceFirst(
                "(<queryParser name=\"maxsim\" class=\"[^\"]*\")/>",
                "$1><int name=\"memoryPercent\">1</int></queryParser>"));
    add("id", "1", FIELD, Arrays.deepToString(new float[1][dims]));
    server.commit();
    String few = Arrays.deepToString(new float[1][dims]);
    String many = Arrays.deepToString(new float[8192][dims]);
    for (String query :
        List.of(
            "{!maxsim f=tokens v=$qv}",
            "{!maxsim f=tokens exact=true v=$qv}",
            "{!func}maxsim(tokens,$qv)")) {
      assertEquals(List.of("1"), hits("q", query, "qv", few));
      SolrException e = expectThrows(SolrException.class, () -> query("q", query, "qv", many));
      assertEquals(e.getMessage(), 429, e.code());
      String most = Long.toString(Runtime.getRuntime().maxMemory() / 100);
      assertTrue(e.getMessage(), e.getMessage().contains("expected at most " + most));
      assertEquals(List.of("1"), hits("q", query, "qv", few));
    }
  }

  public void testBadMemory() {
    for (Object percent : new Object[] {0, 101, "many"}) {
      NamedList<Object> arguments = new NamedList<>();
      arguments.add("memoryPercent", percent);
      SolrException e =
          expectThrows(SolrException.class, () -> new MaxSimQParserPlugin().init(arguments));
      assertTrue(e.getMessage(), e.getMessage().contains("found " + percent + ", expected an int"));
    }
  }

  /** Solr's limit of memory ends a search as its limit of time does. */
  public void testMemAllowed() throws Exception {
    start("max_query_vectors=\"8192\"");
    index(60);
    String qv = Arrays.deepToString(randomTokens(8192));
    String q = "{!maxsim f=tokens v=$qv}";
    assertEquals(10, query("q", q, "qv", qv, "memAllowed", "1000").getResults().size());
    QueryResponse partial = query("q", q, "qv", qv, "memAllowed", "0.001");
    assertEquals(true, partial.getHeader().get("partialResults"));
  }
}
