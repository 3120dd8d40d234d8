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
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.apache.lucene.document.LateInteractionField;
import org.apache.lucene.util.BytesRef;
import org.apache.solr.client.solrj.SolrServerException;
import org.apache.solr.common.SolrDocument;
import org.apache.solr.common.SolrException;
import org.apache.solr.common.SolrInputDocument;
import org.apache.solr.common.util.NamedList;

public class TestLateInteractionUpdates extends SolrCoreTestCase {

  private static final String OWN =
      "<processor class=\"io.github.luceneplaid.solr.LateInteractionUpdateProcessorFactory\"/>";

  /** Leaves processors out of the example's chain. */
  private void startWithout(String... processors) throws IOException {
    start(
        schema -> schema.replace("dims=\"128\"", "dims=\"" + DIMS + "\""),
        config -> {
          for (String processor : processors) {
            String changed = config.replaceFirst("(?s)" + processor, "");
            assertNotEquals(config, changed);
            config = changed;
          }
          return config;
        });
  }

  private float[][] stored(String id) throws SolrServerException, IOException {
    SolrDocument document = query("q", "id:" + id, "fl", "text,tokens").getResults().get(0);
    Object value = document.getFieldValue(FIELD);
    if (value == null) {
      return null;
    }
    byte[] payload =
        value instanceof byte[] bytes ? bytes : Base64.getDecoder().decode((String) value);
    return LateInteractionField.decode(new BytesRef(payload));
  }

  /** Documents are taken in all shapes, in one request. */
  public void testShapes() throws Exception {
    start("");
    float[][] tokens = randomTokens();
    String json = Arrays.deepToString(tokens);
    String payload = Base64.getEncoder().encodeToString(LateInteractionField.encode(tokens).bytes);
    NamedList<?> header =
        update(
            "[{'id':'1','tokens':JSON},{'id':'2','tokens':'JSON'},{'id':'3','tokens':'BASE64'},"
                    .replace("JSON", json)
                    .replace("BASE64", payload)
                + "{'id':'4','tokens':null},{'id':'5','tokens':[]},{'id':'6','tokens':'[]'},"
                + "{'id':'7'}]",
            "commit",
            "true");
    assertEquals(List.of(), header.get("errors"));
    for (String id : List.of("1", "2", "3")) {
      assertArrayEquals(tokens, stored(id));
    }
    assertEquals(List.of("1", "2", "3"), hits("q", "tokens:*", "sort", "id asc"));
    assertEquals(7, hits("q", "*:*").size());
    add("id", "8", FIELD, Arrays.asList(tokens)); // from a client in Java
    server.commit();
    assertArrayEquals(tokens, stored("8"));
  }

  /** Vectors are pooled once: not when they are sent back, and not by an atomic update. */
  public void testPooling() throws Exception {
    start("pool_factor=\"2\" raw=\"float32\"");
    add("id", "1", "text", "fizz", FIELD, Arrays.deepToString(randomTokens(9)));
    server.commit();
    float[][] pooled = stored("1");
    assertEquals(1 + 4, pooled.length);
    add("id", "1", "text", set("buzz"));
    server.commit();
    assertArrayEquals(pooled, stored("1"));
    add("id", "2", FIELD, query("q", "id:1", "fl", FIELD).getResults().get(0).get(FIELD));
    server.commit();
    assertArrayEquals(pooled, stored("2"));
  }

  /** Bad documents are reported, the others go in. */
  public void testTolerant() throws Exception {
    start("max_vectors=\"3\"");
    NamedList<?> header =
        update(
            "[{'id':'1','tokens':[[1,0,0,0]]},"
                + "{'id':'2','tokens':[[1,0,0,0],[1,0,0]]},"
                + "{'id':'3','tokens':'[[1,0,0,NaN]]'},"
                + "{'id':'4','tokens':[[1,0,0,0],[1,0,0,0],[1,0,0,0],[1,0,0,0]]},"
                + "{'id':'5','tokens':'AAAA'},"
                + "{'id':'6','tokens':['[[1,0,0,0]]','[[1,0,0,0]]']},"
                + "{'id':'7','tokens':[[0,1,0,0]]}]",
            "commit",
            "true");
    assertEquals(List.of("1", "7"), hits("q", "*:*", "sort", "id asc"));
    String errors = header.get("errors").toString();
    assertEquals(5, ((List<?>) header.get("errors")).size());
    for (String reason :
        List.of(
            "[doc=2] field [tokens]: token 1 has 3 numbers, expected 4",
            "[doc=3] field [tokens]: found a text that is not JSON",
            "[doc=4] field [tokens]: found more than 3 tokens",
            "[doc=5] field [tokens]: found 3 bytes",
            "[doc=6] field [tokens]: found a second value")) {
      assertTrue(errors, errors.contains(reason));
    }
  }

  /** Without tolerance a request ends with its first bad document, as Solr has it. */
  public void testIntolerant() throws Exception {
    startWithout("<processor class=\"solr.TolerantUpdate.*?</processor>");
    SolrException e =
        expectThrows(
            SolrException.class,
            () ->
                update(
                    "[{'id':'1','tokens':[[1,0,0,0]]},{'id':'2','tokens':[[1]]},"
                        + "{'id':'3','tokens':[[1,0,0,0]]}]"));
    assertEquals(400, e.code());
    assertTrue(
        e.getMessage(),
        e.getMessage().contains("[doc=2] field [tokens]: token 0 has 1 numbers, expected 4"));
    server.commit();
    assertEquals(List.of("1"), hits("q", "*:*"));
  }

  /** Without the processor, only texts are accepted, and errors have Solr's form. */
  public void testWithoutProcessor() throws Exception {
    startWithout(OWN);
    float[][] tokens = randomTokens(2);
    String json = Arrays.deepToString(tokens);
    NamedList<?> header =
        update(
            "[{'id':'1','tokens':'JSON'},{'id':'2','tokens':JSON},{'id':'3','tokens':'[[1]]'}]"
                .replace("JSON", json),
            "commit",
            "true");
    assertEquals(List.of("1"), hits("q", "*:*"));
    assertArrayEquals(tokens, stored("1"));
    String errors = header.get("errors").toString();
    assertTrue(errors, errors.contains("multiple values encountered for non multiValued field"));
    assertTrue(errors, errors.contains("field [tokens]: token 0 has 1 numbers, expected " + DIMS));
  }

  private static Map<String, Object> set(Object value) {
    return Collections.singletonMap("set", value);
  }

  /** An update of another field keeps the vectors; one of this field replaces them. */
  public void testAtomicUpdates() throws Exception {
    boolean stored = random().nextBoolean();
    start("stored=\"" + stored + "\" training_threshold=\"1\" bits=\"8\"");
    float[][] tokens = randomTokens();
    add("id", "1", "text", "fizz", FIELD, Arrays.deepToString(tokens));
    if (random().nextBoolean()) {
      server.commit(); // otherwise the document would come from the update log
    }
    add("id", "1", "text", set("buzz"));
    server.commit();
    assertEquals(List.of("1"), hits("q", "text:buzz"));
    float[][] found = stored("1");
    for (int i = 0; i < tokens.length; i++) {
      assertArrayEquals(tokens[i], found[i], stored ? 0 : 0.05f);
    }

    float[][] others = randomTokens(2);
    add("id", "1", FIELD, set(Arrays.asList(others)));
    server.commit();
    assertEquals(2, stored("1").length);
    assertEquals(List.of("1"), hits("q", "text:buzz"));
    SolrInputDocument second = document("id", "1", FIELD, Map.of("add", "[[1,0,0,0]]"));
    String errors = server.add(second).getResponseHeader().get("errors").toString();
    assertTrue(errors, errors.contains("multiple values encountered"));
    add("id", "1", FIELD, set(null));
    server.commit();
    assertNull(stored("1"));
    add("id", "1", FIELD, Map.of("add", "[[1,0,0,0]]"));
    server.commit();
    assertEquals(1, stored("1").length);
  }

  /** The value of a response can be sent back. */
  public void testRoundTrip() throws Exception {
    start("raw=\"float32\" stored=\"" + random().nextBoolean() + "\"");
    float[][] tokens = randomTokens();
    add("id", "1", FIELD, Arrays.deepToString(tokens));
    server.commit();
    Object value = query("q", "id:1").getResults().get(0).getFieldValue(FIELD);
    add("id", "2", FIELD, value);
    server.commit();
    assertArrayEquals(tokens, stored("2"));
    add("id", "3", FIELD, value); // not committed, from the log of updates
    assertEquals(
        Base64.getEncoder().encodeToString(LateInteractionField.encode(tokens).bytes),
        server.getById("3").getFieldValue(FIELD));
  }

  /** Vectors of nested documents are taken, too. */
  public void testNestedDocuments() throws Exception {
    start(
        schema ->
            schema
                .replace("dims=\"128\"", "dims=\"" + DIMS + "\"")
                .replace(
                    "<field name=\"id\"",
                    "<field name=\"_root_\" type=\"string\"/><field name=\"id\""),
        config -> config);
    SolrInputDocument child = document("id", "child", FIELD, List.of(List.of(1, 0, 0, 0)));
    SolrInputDocument parent = document("id", "parent");
    parent.addChildDocument(child);
    server.add(parent);
    server.commit();
    assertEquals(List.of("child"), hits("q", "{!maxsim f=tokens v='[[1,0,0,0]]'}"));
  }
}
