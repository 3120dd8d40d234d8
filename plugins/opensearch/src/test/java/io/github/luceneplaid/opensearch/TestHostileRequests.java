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

import com.carrotsearch.randomizedtesting.annotations.TimeoutSuite;
import io.github.luceneplaid.engine.ExactVectorFieldSettings;
import io.github.luceneplaid.testframework.HostileTrials;
import io.github.luceneplaid.testframework.Mutator;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.document.LateInteractionField;
import org.apache.lucene.index.IndexableField;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.tests.util.TimeUnits;
import org.apache.lucene.util.Version;
import org.opensearch.ExceptionsHelper;
import org.opensearch.common.settings.Settings;
import org.opensearch.common.xcontent.XContentType;
import org.opensearch.core.common.bytes.BytesArray;
import org.opensearch.core.common.bytes.BytesReference;
import org.opensearch.core.rest.RestStatus;
import org.opensearch.core.xcontent.DeprecationHandler;
import org.opensearch.core.xcontent.NamedXContentRegistry;
import org.opensearch.core.xcontent.XContentBuilder;
import org.opensearch.core.xcontent.XContentParser;
import org.opensearch.index.mapper.ParseContext;
import org.opensearch.index.query.AbstractQueryBuilder;
import org.opensearch.search.SearchModule;

/**
 * Requests that are damaged at random, in each format that OpenSearch reads: they are understood,
 * or are bad requests.
 */
@TimeoutSuite(millis = TimeUnits.HOUR)
public class TestHostileRequests extends LuceneTestCase {

  private static final List<String> DOCUMENTS =
      List.of(
          "{\"tokens\": [[1, -0.5, 2.25e-3], [0, 0, 1]]}",
          "{\"tokens\": \"f16:ADwAAAAAADwAPAA8\"}",
          "{\"tokens\": \"f16x3:ADwAAAAAADwAPAA8\"}",
          "{\"tokens\": \"AACAPwAAAAAAAAAA\"}",
          "{\"vector\": [1, -0.5, 2.25e-3]}",
          "{\"vector\": \"f16:ADwAAAAA\"}",
          "{\"tokens\": null}",
          "{\"tokens\": []}");

  private static final List<String> QUERIES =
      List.of(
          "{\"maxsim\": {\"field\": \"tokens\", \"query_vectors\": [[1, 2.5], [0, -1]],"
              + " \"k\": 3, \"candidates\": 100, \"cells\": 8, \"recall\": 0.9, \"_name\": \"n\"}}",
          "{\"maxsim\": {\"query_vectors\": \"f32:AACAPwAAAAA=\", \"field\": \"tokens\","
              + " \"filter\": {\"match_all\": {}}, \"exact\": true, \"boost\": 2}}",
          "{\"maxsim\": {\"field\": \"tokens\", \"query_text\": \"red cat\", \"model\": \"m\"}}",
          "{\"exact_vector_knn\": {\"field\": \"vector\", \"query_vector\": [1, 2.5], \"k\": 3,"
              + " \"prefix_dims\": 1, \"oversample\": 4, \"boost\": 2, \"_name\": \"n\"}}",
          "{\"exact_vector_knn\": {\"query_vector\": \"f32:AACAPw==\", \"field\": \"vector\","
              + " \"quality_field\": \"other\", \"quality_vector\": [1, -2, 0.5],"
              + " \"quality_weight\": 0.5, \"filter\": {\"match_all\": {}}}}");

  private static final NamedXContentRegistry REGISTRY =
      new NamedXContentRegistry(
          new SearchModule(Settings.EMPTY, List.of(IndexFixture.PLUGIN)).getNamedXContents());

  /** A request, and the format it is in. */
  private record Request(byte[] bytes, XContentType format) {
    @Override
    public String toString() {
      return format + ": " + new String(bytes, StandardCharsets.ISO_8859_1);
    }
  }

  private static List<Request> inAllFormats(List<String> requests) throws IOException {
    List<Request> all = new ArrayList<>();
    for (String json : requests) {
      for (XContentType format : XContentType.values()) {
        try (XContentParser parser =
                parser(new Request(json.getBytes(StandardCharsets.UTF_8), XContentType.JSON));
            XContentBuilder builder = XContentBuilder.builder(format.xContent())) {
          parser.nextToken();
          builder.copyCurrentStructure(parser);
          all.add(new Request(BytesReference.toBytes(BytesReference.bytes(builder)), format));
        }
      }
    }
    return all;
  }

  private static XContentParser parser(Request request) throws IOException {
    try {
      return request
          .format()
          .xContent()
          .createParser(
              REGISTRY,
              DeprecationHandler.IGNORE_DEPRECATIONS,
              new BytesArray(request.bytes()).streamInput());
    } catch (RuntimeException e) {
      throw new IOException("it is not text in a known encoding", e);
    }
  }

  /**
   * Whether an exception is a refusal. The engine's parsers throw IOExceptions for binary formats.
   * Failed assertions count, too, because assertions are off on real nodes.
   */
  private static boolean isRefusal(Throwable e) {
    return e instanceof AssertionError
        ? e.getStackTrace()[0].getClassName().startsWith("org.opensearch.")
        : e instanceof IOException || ExceptionsHelper.status(e) == RestStatus.BAD_REQUEST;
  }

  private static void attack(String what, List<String> seeds, HostileTrials.Target<Request> target)
      throws Exception {
    List<Request> requests = inAllFormats(seeds);
    Mutator mutator = new Mutator(random());
    HostileTrials.run(
        what,
        TEST_NIGHTLY,
        TestHostileRequests::isRefusal,
        () -> {
          Request request = requests.get(random().nextInt(requests.size()));
          return new Request(mutator.mutate(request.bytes()), request.format());
        },
        target);
  }

  public void testDocuments() throws Exception {
    IndexFixture index =
        IndexFixture.enabled(
            "\"tokens\": {\"type\": \"token_vectors\", \"dims\": 3, \"max_vectors\": 5},"
                + " \"vector\": {"
                + (ExactVectorFieldSettings.supports(Version.LATEST)
                    ? "\"type\": \"exact_vector\", \"dims\": 3}"
                    : "\"type\": \"float\"}"));
    attack(
        "documents of OpenSearch",
        DOCUMENTS,
        request -> {
          ParseContext.Document document =
              index.parse(new BytesArray(request.bytes()), request.format()).rootDoc();
          if (document.getField("vector") instanceof KnnFloatVectorField vector) {
            assertEquals(3, vector.vectorValue().length);
          }
          for (IndexableField field : document.getFields("tokens")) {
            for (float[] token : LateInteractionField.decode(field.binaryValue())) {
              assertEquals(3, token.length);
            }
          }
        });
  }

  public void testQueries() throws Exception {
    attack(
        "queries of OpenSearch",
        QUERIES,
        request -> {
          try (XContentParser parser = parser(request)) {
            assertFalse(AbstractQueryBuilder.parseInnerQueryBuilder(parser).toString().isEmpty());
          }
        });
  }
}
