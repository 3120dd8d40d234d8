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

import io.github.luceneplaid.engine.ExactKnnRequest;
import io.github.luceneplaid.engine.VectorValue;
import java.io.IOException;
import java.util.List;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.opensearch.common.io.stream.BytesStreamOutput;
import org.opensearch.common.settings.Settings;
import org.opensearch.common.xcontent.XContentType;
import org.opensearch.core.common.io.stream.NamedWriteableAwareStreamInput;
import org.opensearch.core.common.io.stream.NamedWriteableRegistry;
import org.opensearch.core.xcontent.DeprecationHandler;
import org.opensearch.core.xcontent.NamedXContentRegistry;
import org.opensearch.core.xcontent.XContentParser;
import org.opensearch.index.query.AbstractQueryBuilder;
import org.opensearch.index.query.BaseQueryRewriteContext;
import org.opensearch.index.query.MatchNoneQueryBuilder;
import org.opensearch.index.query.QueryBuilder;
import org.opensearch.index.query.QueryBuilders;
import org.opensearch.index.query.QueryRewriteContext;
import org.opensearch.search.SearchModule;

public class TestExactKnnQueryBuilder extends LuceneTestCase {

  private static SearchModule module() {
    return new SearchModule(Settings.EMPTY, List.of(IndexFixture.PLUGIN));
  }

  private static QueryBuilder parse(String json) throws IOException {
    NamedXContentRegistry registry = new NamedXContentRegistry(module().getNamedXContents());
    try (XContentParser parser =
        XContentType.JSON
            .xContent()
            .createParser(registry, DeprecationHandler.THROW_UNSUPPORTED_OPERATION, json)) {
      return AbstractQueryBuilder.parseInnerQueryBuilder(parser);
    }
  }

  private static VectorValue randomVector() {
    if (random().nextInt(4) == 0) {
      return new VectorValue(null, "f16:ADwA" + random().nextInt(10));
    }
    float[] vector = new float[1 + random().nextInt(5)];
    for (int i = 0; i < vector.length; i++) {
      vector[i] = random().nextFloat() - 0.5f;
    }
    return new VectorValue(vector, null);
  }

  private static Integer number() {
    return random().nextBoolean() ? null : 1 + random().nextInt(300);
  }

  private static ExactKnnQueryBuilder randomQuery(QueryBuilder filter) {
    VectorValue vector = randomVector();
    ExactKnnRequest request =
        switch (random().nextInt(3)) {
          case 0 -> new ExactKnnRequest("f", vector, number(), null, null, null, null, null);
          case 1 -> new ExactKnnRequest("f", vector, number(), 7, null, null, null, number());
          default ->
              new ExactKnnRequest(
                  "f",
                  vector,
                  number(),
                  null,
                  "g",
                  randomVector(),
                  random().nextBoolean() ? null : random().nextFloat(),
                  number());
        };
    ExactKnnQueryBuilder query = new ExactKnnQueryBuilder(request, filter);
    return random().nextBoolean() ? query : query.boost(2).queryName("name");
  }

  private static ExactKnnQueryBuilder randomQuery() {
    return randomQuery(random().nextBoolean() ? null : QueryBuilders.termQuery("f", "v"));
  }

  public void testJson() throws IOException {
    ExactKnnQueryBuilder query = randomQuery();
    QueryBuilder read = parse(query.toString());
    assertEquals(query, read);
    assertEquals(query.hashCode(), read.hashCode());
  }

  public void testStream() throws IOException {
    QueryBuilder query = randomQuery();
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

  public void testDifferent() throws IOException {
    ExactKnnQueryBuilder other = randomQuery(QueryBuilders.termQuery("other", "v"));
    assertFalse(randomQuery().equals(other));
    assertNotEquals(
        parse("{\"exact_vector_knn\": {\"field\": \"f\", \"query_vector\": \"AAAA\"}}"),
        parse("{\"exact_vector_knn\": {\"field\": \"f\", \"query_vector\": [1]}}"));
  }

  public void testRewrite() throws IOException {
    QueryRewriteContext context = new BaseQueryRewriteContext(null, null, null, () -> 0L);
    ExactKnnQueryBuilder query = randomQuery();
    assertSame(query, query.rewrite(context));
    QueryBuilder wrapped =
        randomQuery(QueryBuilders.boolQuery().must(new MatchNoneQueryBuilder())).rewrite(context);
    assertTrue(wrapped.toString(), wrapped instanceof MatchNoneQueryBuilder);
  }

  private static void refuses(String expected, String parameters) {
    Throwable last =
        expectThrows(
            IllegalArgumentException.class,
            () -> parse("{\"exact_vector_knn\": {\"field\": \"f\", " + parameters + "}}"));
    while (last.getCause() != null) {
      last = last.getCause();
    }
    assertTrue(last.getMessage(), last.getMessage().contains(expected));
  }

  public void testRefusals() {
    refuses("Required [query_vector]", "\"k\": 1");
    refuses("[query_vector]: found no numbers", "\"query_vector\": []");
    refuses("[query_vector]: found start_array, expected", "\"query_vector\": [[1]]");
    refuses(
        "[query_vector]: found more than 65535", "\"query_vector\": [0" + ",0".repeat(65535) + "]");
    String vector = "\"query_vector\": [1], ";
    refuses("[k]: found 0, expected 1 to 100000", vector + "\"k\": 0");
    refuses("[oversample]: expected [prefix_dims] or", vector + "\"oversample\": 3");
    refuses("[quality_weight]: expected [quality_field]", vector + "\"quality_weight\": 1");
    refuses("both [quality_field] and", vector + "\"quality_field\": \"g\"");
    String quality = vector + "\"quality_field\": \"g\", \"quality_vector\": [2], ";
    refuses("only one of them", quality + "\"prefix_dims\": 3");
    refuses("[quality_weight]: found 1.5, expected 0 to 1", quality + "\"quality_weight\": 1.5");
  }
}
