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

import io.github.luceneplaid.engine.LateInteractionRequest;
import io.github.luceneplaid.engine.QueryVectors;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.opensearch.action.support.PlainActionFuture;
import org.opensearch.common.io.stream.BytesStreamOutput;
import org.opensearch.common.settings.Settings;
import org.opensearch.common.xcontent.XContentType;
import org.opensearch.core.action.ActionListener;
import org.opensearch.core.common.io.stream.NamedWriteableAwareStreamInput;
import org.opensearch.core.common.io.stream.NamedWriteableRegistry;
import org.opensearch.core.xcontent.DeprecationHandler;
import org.opensearch.core.xcontent.NamedXContentRegistry;
import org.opensearch.core.xcontent.XContentParseException;
import org.opensearch.core.xcontent.XContentParser;
import org.opensearch.index.query.AbstractQueryBuilder;
import org.opensearch.index.query.BaseQueryRewriteContext;
import org.opensearch.index.query.MatchNoneQueryBuilder;
import org.opensearch.index.query.QueryBuilder;
import org.opensearch.index.query.QueryBuilders;
import org.opensearch.index.query.QueryRewriteContext;
import org.opensearch.index.query.Rewriteable;
import org.opensearch.plugins.ExtensiblePlugin;
import org.opensearch.search.SearchModule;

public class TestLateInteractionQueryBuilder extends LuceneTestCase {

  private static final String BASE64 =
      "{\"maxsim\": {\"field\": \"f\", \"query_vectors\": \"AAAA\", \"k\": 3}}";

  private static SearchModule module() {
    return new SearchModule(Settings.EMPTY, List.of(IndexFixture.PLUGIN));
  }

  private static QueryBuilder parse(String json) throws IOException {
    return parse(json, module());
  }

  private static QueryBuilder parse(String json, SearchModule module) throws IOException {
    NamedXContentRegistry registry = new NamedXContentRegistry(module.getNamedXContents());
    try (XContentParser parser =
        XContentType.JSON
            .xContent()
            .createParser(registry, DeprecationHandler.THROW_UNSUPPORTED_OPERATION, json)) {
      return AbstractQueryBuilder.parseInnerQueryBuilder(parser);
    }
  }

  private static LateInteractionQueryBuilder randomQuery(QueryBuilder filter) {
    float[][] tokens = new float[1 + random().nextInt(4)][2 + random().nextInt(3)];
    for (float[] token : tokens) {
      for (int i = 0; i < token.length; i++) {
        token[i] = random().nextFloat() - 0.5f;
      }
    }
    LateInteractionRequest request =
        random().nextInt(4) == 0
            ? new LateInteractionRequest(null, null, null, null, true)
            : new LateInteractionRequest(number(), number(), number(), share(), false);
    LateInteractionQueryBuilder query =
        new LateInteractionQueryBuilder("field", tokens, request, filter);
    return random().nextBoolean() ? query : query.boost(2).queryName("name");
  }

  private static Float share() {
    return random().nextBoolean() ? null : 1 - random().nextFloat();
  }

  private static Integer number() {
    return random().nextBoolean() ? null : 1 + random().nextInt(1000);
  }

  private static LateInteractionQueryBuilder randomQuery() {
    return randomQuery(random().nextBoolean() ? null : QueryBuilders.termQuery("f", "v"));
  }

  public void testJson() throws IOException {
    LateInteractionQueryBuilder query = randomQuery();
    QueryBuilder read = parse(query.toString());
    assertEquals(query, read);
    assertEquals(query.hashCode(), read.hashCode());
  }

  public void testStream() throws IOException {
    QueryBuilder query =
        random().nextBoolean()
            ? randomQuery()
            : parse(random().nextBoolean() ? BASE64 : text(random().nextBoolean()));
    NamedWriteableRegistry registry = new NamedWriteableRegistry(module().getNamedWriteables());
    try (BytesStreamOutput out = new BytesStreamOutput()) {
      out.writeNamedWriteable(query);
      try (NamedWriteableAwareStreamInput in =
          new NamedWriteableAwareStreamInput(out.bytes().streamInput(), registry)) {
        QueryBuilder read = in.readNamedWriteable(QueryBuilder.class);
        assertEquals(query, read);
        assertEquals(query.toString(), read.toString());
        assertEquals(-1, in.read());
      }
    }
  }

  private static String text(boolean model) {
    return "{\"maxsim\": {\"field\": \"f\", \"query_text\": \"red cat\", \"k\": 3, \"boost\": 2"
        + (model ? ", \"model\": \"m\"" : "")
        + ", \"_name\": \"n\", \"filter\": {\"term\": {\"t\": \"v\"}}}}";
  }

  public void testTextAsJson() throws IOException {
    QueryBuilder query = parse(text(true));
    assertEquals(query, parse(query.toString()));
    assertNotEquals(query, parse(text(false)));
    assertNotEquals(query, parse(text(true).replace("cat", "cats")));
  }

  /** The words become vectors, and all else stays. */
  public void testTextIsEncoded() throws IOException {
    LateInteractionPlugin plugin = new LateInteractionPlugin();
    QueryBuilder query = parse(text(true), new SearchModule(Settings.EMPTY, List.of(plugin)));
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
    String vectors =
        text(false).replace("\"query_text\": \"red cat\"", "\"query_vectors\": [[1, 0.5]]");
    assertEquals(parse(vectors), fetch(query));
    assertEquals(List.of("m: red cat"), asked);
  }

  private static QueryBuilder fetch(QueryBuilder query) {
    PlainActionFuture<QueryBuilder> future = PlainActionFuture.newFuture();
    Rewriteable.rewriteAndFetch(
        query, new BaseQueryRewriteContext(null, null, null, () -> 0L), future);
    return future.actionGet();
  }

  public void testDifferent() throws IOException {
    LateInteractionQueryBuilder query = randomQuery();
    LateInteractionQueryBuilder other = randomQuery(QueryBuilders.termQuery("other", "v"));
    assertFalse(query.equals(other));
    assertNotEquals(
        parse("{\"maxsim\": {\"field\": \"f\", \"query_vectors\": \"AAAA\"}}"),
        parse("{\"maxsim\": {\"field\": \"f\", \"query_vectors\": \"BBBB\"}}"));
  }

  public void testRewrite() throws IOException {
    QueryRewriteContext context = new BaseQueryRewriteContext(null, null, null, () -> 0L);
    LateInteractionQueryBuilder query = randomQuery();
    assertSame(query, query.rewrite(context));
    QueryBuilder wrapped =
        randomQuery(QueryBuilders.boolQuery().must(new MatchNoneQueryBuilder())).rewrite(context);
    assertTrue(wrapped.toString(), wrapped instanceof MatchNoneQueryBuilder);
  }

  public void testLimits() {
    StringBuilder tokens = new StringBuilder("[0]");
    for (int i = 0; i < 8192; i++) {
      tokens.append(",[0]");
    }
    String query = "{\"maxsim\": {\"field\": \"f\", \"query_vectors\": [%s]}}";
    XContentParseException e =
        expectThrows(
            XContentParseException.class, () -> parse(String.format(Locale.ROOT, query, tokens)));
    assertTrue(
        e.getCause().getMessage(),
        e.getCause().getMessage().contains("found more than 8192 tokens"));
    String token = "[0" + ",0".repeat(1024) + "]";
    e =
        expectThrows(
            XContentParseException.class, () -> parse(String.format(Locale.ROOT, query, token)));
    assertTrue(
        e.getCause().getMessage(), e.getCause().getMessage().contains("more than 1024 numbers"));
  }
}
