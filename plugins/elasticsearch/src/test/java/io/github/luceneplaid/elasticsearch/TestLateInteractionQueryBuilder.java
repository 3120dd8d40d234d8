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

import io.github.luceneplaid.engine.QueryVectors;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.elasticsearch.action.ActionListener;
import org.elasticsearch.action.support.PlainActionFuture;
import org.elasticsearch.common.ParsingException;
import org.elasticsearch.common.Strings;
import org.elasticsearch.common.io.stream.BytesStreamOutput;
import org.elasticsearch.common.io.stream.NamedWriteableAwareStreamInput;
import org.elasticsearch.common.io.stream.NamedWriteableRegistry;
import org.elasticsearch.common.io.stream.StreamInput;
import org.elasticsearch.common.logging.LogConfigurator;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.index.query.AbstractQueryBuilder;
import org.elasticsearch.index.query.QueryBuilder;
import org.elasticsearch.index.query.QueryRewriteContext;
import org.elasticsearch.index.query.Rewriteable;
import org.elasticsearch.plugins.ExtensiblePlugin;
import org.elasticsearch.search.SearchModule;
import org.elasticsearch.xcontent.NamedXContentRegistry;
import org.elasticsearch.xcontent.XContentParser;
import org.elasticsearch.xcontent.XContentParserConfiguration;
import org.elasticsearch.xcontent.json.JsonXContent;
import org.junit.BeforeClass;

public class TestLateInteractionQueryBuilder extends LuceneTestCase {

  @BeforeClass
  public static void configureLogging() {
    // Exceptions of the server need a logger
    LogConfigurator.configureESLogging();
  }

  private final SearchModule module =
      new SearchModule(Settings.EMPTY, List.of(new LateInteractionPlugin()));
  private final NamedXContentRegistry contents =
      new NamedXContentRegistry(module.getNamedXContents());
  private final NamedWriteableRegistry writeables =
      new NamedWriteableRegistry(module.getNamedWriteables());

  private QueryBuilder parse(String json) throws IOException {
    return parse(json, contents);
  }

  private static QueryBuilder parse(String json, NamedXContentRegistry registry)
      throws IOException {
    XContentParserConfiguration config = XContentParserConfiguration.EMPTY.withRegistry(registry);
    try (XContentParser parser = JsonXContent.jsonXContent.createParser(config, json)) {
      return AbstractQueryBuilder.parseTopLevelQuery(parser);
    }
  }

  private static String query(String parameters) {
    return "{\"maxsim\":{\"field\":\"tokens\"," + parameters + "}}";
  }

  private static String randomParameters() {
    StringBuilder parameters = new StringBuilder();
    parameters.append(
        switch (random().nextInt(4)) {
          case 0 -> "\"query_vectors\":\"AACAPwAAAAA=\"";
          case 1 -> "\"query_text\":\"red cat\"";
          case 2 -> "\"query_text\":\"red cat\",\"model\":\"m\"";
          default ->
              String.format(
                  Locale.ROOT, "\"query_vectors\":[[%s,1.5],[0.0,-1.0]]", random().nextFloat());
        });
    if (random().nextBoolean()) {
      parameters.append(",\"exact\":true");
    } else {
      for (String name : List.of("k", "candidates", "cells")) {
        if (random().nextBoolean()) {
          parameters.append(
              String.format(Locale.ROOT, ",\"%s\":%d", name, 1 + random().nextInt(1000)));
        }
      }
    }
    if (random().nextBoolean()) {
      parameters.append(",\"filter\":{\"exists\":{\"field\":\"text\",\"boost\":1.0}}");
    }
    if (random().nextBoolean()) {
      parameters.append(",\"boost\":2.5");
    }
    if (random().nextBoolean()) {
      parameters.append(",\"_name\":\"late\"");
    }
    return parameters.toString();
  }

  /** A parsed query can be printed and sent without a change. */
  public void testRoundTrips() throws IOException {
    String json = query(randomParameters());
    QueryBuilder query = parse(json);
    assertEquals(json, Strings.toString(query));
    assertEquals(query, parse(Strings.toString(query)));
    QueryBuilder copy = copy(query);
    assertEquals(query, copy);
    assertEquals(query.hashCode(), copy.hashCode());
    assertEquals(json, Strings.toString(copy));
    assertNotEquals(query, parse(query("\"query_vectors\":[[2,2]]")));
  }

  private QueryBuilder copy(QueryBuilder query) throws IOException {
    try (BytesStreamOutput out = new BytesStreamOutput()) {
      out.writeNamedWriteable(query);
      try (StreamInput in =
          new NamedWriteableAwareStreamInput(out.bytes().streamInput(), writeables)) {
        QueryBuilder copy = in.readNamedWriteable(QueryBuilder.class);
        assertEquals(-1, in.read());
        return copy;
      }
    }
  }

  /** The words become vectors, and all else stays. */
  public void testTextIsEncoded() throws IOException {
    LateInteractionPlugin plugin = new LateInteractionPlugin();
    String more = ",\"filter\":{\"exists\":{\"field\":\"text\"}},\"boost\":2.5,\"_name\":\"late\"";
    String words = query("\"query_text\":\"red cat\",\"model\":\"m\"" + more);
    NamedXContentRegistry registry =
        new NamedXContentRegistry(
            new SearchModule(Settings.EMPTY, List.of(plugin)).getNamedXContents());
    QueryBuilder query = parse(words, registry);
    String refusal = expectThrows(IllegalArgumentException.class, () -> fetch(query)).getMessage();
    assertTrue(refusal, refusal.contains("expected the plugin late-interaction-encoder"));
    List<String> asked = new ArrayList<>();
    QueryEncoder encoder =
        new QueryEncoder() {
          @Override
          public void encode(String model, String text, ActionListener<QueryVectors> listener) {
            asked.add(model + ": " + text);
            listener.onResponse(new QueryVectors(new float[][] {{1, 0.5f}}, null));
          }

          @Override
          public void locate(String model, String text, ActionListener<int[][]> listener) {
            throw new AssertionError("nothing is highlighted");
          }
        };
    plugin.loadExtensions(
        new ExtensiblePlugin.ExtensionLoader() {
          @Override
          public <T> List<T> loadExtensions(Class<T> type) {
            return List.of(type.cast(encoder));
          }
        });
    assertEquals(parse(query("\"query_vectors\":[[1,0.5]]" + more)), fetch(query));
    assertEquals(List.of("m: red cat"), asked);
  }

  private static QueryBuilder fetch(QueryBuilder query) {
    PlainActionFuture<QueryBuilder> future = new PlainActionFuture<>();
    Rewriteable.rewriteAndFetch(
        query, new QueryRewriteContext(XContentParserConfiguration.EMPTY, null, () -> 0L), future);
    return future.actionGet();
  }

  private void assertRefused(String parameters, String... words) {
    String message =
        expectThrows(ParsingException.class, () -> parse(query(parameters))).getMessage();
    for (String word : words) {
      assertTrue(message, message.contains(word));
    }
  }

  public void testRefused() {
    assertRefused("\"k\":1", "found neither [query_vectors] nor [query_text]");
    assertRefused("\"query_vectors\":[[1]],\"query_text\":\"a\"", "found both");
    assertRefused("\"query_vectors\":[[1]],\"model\":\"a\"", "[model]: expected only together");
    assertRefused("\"query_vectors\":[[1],[2,3]]", "token 1 has more than 1 numbers");
    assertRefused("\"query_vectors\":[[1,null]]", "found value_null");
    assertRefused("\"query_vectors\":{\"a\":1}", "[query_vectors]: found start_object");
    assertRefused("\"query_vectors\":[[1]],\"k\":100001", "[k]: found 100001, expected 1 to");
    assertRefused("\"query_vectors\":[[1]],\"k\":\"many\"", "many");
    assertRefused("\"query_vectors\":[[1]],\"exact\":true,\"cells\":1", "[exact]");
    assertRefused("\"query_vectors\":[[1]],\"top\":1", "does not support [top]");
  }
}
