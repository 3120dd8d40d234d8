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

import com.carrotsearch.randomizedtesting.annotations.TimeoutSuite;
import io.github.luceneplaid.engine.ExactVectorFieldSettings;
import io.github.luceneplaid.engine.LateInteractionFieldSettings;
import io.github.luceneplaid.engine.TokenMatrix;
import io.github.luceneplaid.engine.TokenReader;
import io.github.luceneplaid.engine.VectorValue;
import io.github.luceneplaid.fsvi.FsviEncoding;
import io.github.luceneplaid.plaid.RawTokens;
import io.github.luceneplaid.testframework.HostileTrials;
import io.github.luceneplaid.testframework.Mutator;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.tests.util.TimeUnits;
import org.elasticsearch.ExceptionsHelper;
import org.elasticsearch.common.bytes.BytesArray;
import org.elasticsearch.common.bytes.BytesReference;
import org.elasticsearch.common.logging.LogConfigurator;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.common.xcontent.XContentHelper;
import org.elasticsearch.index.query.AbstractQueryBuilder;
import org.elasticsearch.rest.RestStatus;
import org.elasticsearch.search.SearchModule;
import org.elasticsearch.xcontent.NamedXContentRegistry;
import org.elasticsearch.xcontent.XContentBuilder;
import org.elasticsearch.xcontent.XContentParser;
import org.elasticsearch.xcontent.XContentParserConfiguration;
import org.elasticsearch.xcontent.XContentType;
import org.junit.BeforeClass;

/**
 * Requests that are damaged at random, in each format that Elasticsearch reads: they are
 * understood, or are bad requests.
 */
@TimeoutSuite(millis = TimeUnits.HOUR)
public class TestHostileRequests extends LuceneTestCase {

  /** Values of the field; the document around them is the engine's. */
  private static final List<String> VALUES =
      List.of(
          "[[1, -0.5, 2.25e-3], [0, 0, 1]]",
          "\"f16:ADwAAAAAADwAPAA8\"",
          "\"f16x3:ADwAAAAAADwAPAA8\"",
          "\"AACAPwAAAAAAAAAA\"",
          "null",
          "[]");

  private static final List<String> QUERIES =
      List.of(
          "{\"maxsim\": {\"field\": \"tokens\", \"query_vectors\": [[1, 2.5], [0, -1]],"
              + " \"k\": 3, \"candidates\": 100, \"cells\": 8, \"recall\": 0.9, \"_name\": \"n\"}}",
          "{\"maxsim\": {\"query_vectors\": \"f32:AACAPwAAAAA=\", \"field\": \"tokens\","
              + " \"filter\": {\"match_all\": {}}, \"exact\": true, \"boost\": 2}}",
          "{\"maxsim\": {\"field\": \"tokens\", \"query_text\": \"red cat\", \"model\": \"m\"}}",
          "{\"exact_vector_knn\": {\"field\": \"v\", \"query_vector\": [1, 2.5], \"k\": 3,"
              + " \"prefix_dims\": 1, \"oversample\": 4, \"boost\": 2, \"_name\": \"n\"}}",
          "{\"exact_vector_knn\": {\"query_vector\": \"f32:AACAPw==\", \"field\": \"v\","
              + " \"quality_field\": \"w\", \"quality_vector\": [1, -2, 0.5],"
              + " \"quality_weight\": 0.5, \"filter\": {\"match_all\": {}}}}");

  private static XContentParserConfiguration CONFIG;

  /** Exceptions of the server need a logger. */
  @BeforeClass
  public static void configure() {
    LogConfigurator.configureESLogging();
    SearchModule module = new SearchModule(Settings.EMPTY, List.of(new LateInteractionPlugin()));
    CONFIG =
        XContentParserConfiguration.EMPTY.withRegistry(
            new NamedXContentRegistry(module.getNamedXContents()));
  }

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
    return XContentHelper.createParserNotCompressed(
        CONFIG, new BytesArray(request.bytes()), request.format());
  }

  /**
   * Whether an exception is a refusal. The engine's parsers throw IOExceptions for binary formats.
   * Failed assertions count, too, because assertions are off on real nodes.
   */
  private static boolean isRefusal(Throwable e) {
    return e instanceof AssertionError
        ? e.getStackTrace()[0].getClassName().startsWith("org.elasticsearch.")
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
    LateInteractionFieldSettings settings =
        new LateInteractionFieldSettings(3, 4, RawTokens.NONE, 1000, 5, 5, 1);
    attack(
        "documents of Elasticsearch",
        VALUES,
        request -> {
          try (XContentParser parser = parser(request)) {
            TokenMatrix matrix = settings.documentMatrix("tokens");
            parser.nextToken();
            TokenReader.read(new TokenParser(parser), matrix);
            for (float[] token : matrix.toArray()) {
              assertEquals(3, token.length);
            }
          }
        });
  }

  public void testVectors() throws Exception {
    ExactVectorFieldSettings settings =
        new ExactVectorFieldSettings(3, FsviEncoding.INT8, VectorSimilarityFunction.COSINE);
    attack(
        "vectors of Elasticsearch",
        List.of("[1, -0.5, 2.25e-3]", "\"f16:ADwAAAAA\"", "\"AACAPwAAAAAAAAAA\"", "null", "[]"),
        request -> {
          try (XContentParser parser = parser(request)) {
            parser.nextToken();
            VectorValue value = VectorValue.read(new TokenParser(parser), "field [v]");
            if (value != null) {
              assertEquals(3, value.vector(settings, "field [v]").length);
            }
          }
        });
  }

  public void testQueries() throws Exception {
    attack(
        "queries of Elasticsearch",
        QUERIES,
        request -> {
          try (XContentParser parser = parser(request)) {
            assertFalse(AbstractQueryBuilder.parseTopLevelQuery(parser).toString().isEmpty());
          }
        });
  }

  /** Requests may end anywhere. If SMILE's end marker follows, its parser reports no error. */
  public void testEnds() throws IOException {
    byte mark = (byte) 0xff;
    for (Request request : inAllFormats(QUERIES)) {
      for (int length = 0; length < request.bytes().length; length++) {
        byte[] ended = Arrays.copyOf(request.bytes(), length + 1);
        ended[length] = mark;
        for (int end = length; end <= ended.length; end++) {
          Request cut = new Request(Arrays.copyOf(ended, end), request.format());
          try (XContentParser parser = parser(cut)) {
            AbstractQueryBuilder.parseTopLevelQuery(parser);
            // A request that is cut is incomplete, except in YAML; in CBOR the end marker closes
            // open values
            assertTrue(
                cut.toString(), end > length || cut.format().canonical() == XContentType.YAML);
          } catch (Exception e) {
            if (isRefusal(e) == false) {
              throw new AssertionError(cut.toString(), e);
            }
          }
        }
      }
    }
  }
}
