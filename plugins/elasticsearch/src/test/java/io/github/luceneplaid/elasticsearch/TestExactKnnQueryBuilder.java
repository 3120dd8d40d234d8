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

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import org.apache.lucene.tests.util.LuceneTestCase;
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
import org.elasticsearch.search.SearchModule;
import org.elasticsearch.xcontent.NamedXContentRegistry;
import org.elasticsearch.xcontent.XContentParser;
import org.elasticsearch.xcontent.XContentParserConfiguration;
import org.elasticsearch.xcontent.json.JsonXContent;
import org.junit.BeforeClass;

public class TestExactKnnQueryBuilder extends LuceneTestCase {

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
    XContentParserConfiguration config = XContentParserConfiguration.EMPTY.withRegistry(contents);
    try (XContentParser parser = JsonXContent.jsonXContent.createParser(config, json)) {
      return AbstractQueryBuilder.parseTopLevelQuery(parser);
    }
  }

  private static String query(String parameters) {
    return "{\"exact_vector_knn\":{\"field\":\"v\"," + parameters + "}}";
  }

  private static String vector() {
    return random().nextBoolean()
        ? "\"f16:ADwA\""
        : String.format(Locale.ROOT, "[%s,1.5,-1.0]", random().nextFloat());
  }

  private static String number(String name) {
    return random().nextBoolean()
        ? ""
        : String.format(Locale.ROOT, ",\"%s\":%d", name, 1 + random().nextInt(300));
  }

  private static String randomParameters() {
    String parameters = "\"query_vector\":" + vector() + number("k");
    parameters +=
        switch (random().nextInt(3)) {
          case 0 -> "";
          case 1 -> ",\"prefix_dims\":2" + number("oversample");
          default ->
              ",\"quality_field\":\"w\",\"quality_vector\":"
                  + vector()
                  + (random().nextBoolean() ? ",\"quality_weight\":0.25" : "")
                  + number("oversample");
        };
    if (random().nextBoolean()) {
      parameters += ",\"filter\":{\"exists\":{\"field\":\"text\",\"boost\":1.0}}";
    }
    if (random().nextBoolean()) {
      parameters += ",\"boost\":2.5";
    }
    if (random().nextBoolean()) {
      parameters += ",\"_name\":\"exact\"";
    }
    return parameters;
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
    assertNotEquals(query, parse(query("\"query_vector\":[2,2]")));
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

  private void assertRefused(String parameters, String words) {
    String message =
        expectThrows(ParsingException.class, () -> parse(query(parameters))).getMessage();
    assertTrue(message, message.contains(words));
  }

  public void testRefused() {
    assertRefused("\"k\":1", "needs [field] and [query_vector]");
    assertRefused("\"query_vector\":[[1]]", "[query_vector]: found start_array, expected");
    assertRefused("\"query_vector\":[]", "[query_vector]: found no numbers");
    assertRefused("\"query_vector\":[1],\"k\":100001", "[k]: found 100001, expected 1 to");
    assertRefused("\"query_vector\":[1],\"oversample\":2", "[oversample]: expected");
    assertRefused("\"query_vector\":[1],\"quality_field\":\"w\"", "[quality_vector]");
    assertRefused("\"query_vector\":[1],\"top\":1", "does not support [top]");
  }
}
