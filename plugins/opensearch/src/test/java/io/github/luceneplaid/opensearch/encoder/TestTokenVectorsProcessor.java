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
package io.github.luceneplaid.opensearch.encoder;

import io.github.luceneplaid.encoder.EncodedPart;
import io.github.luceneplaid.testframework.HostileTrials;
import io.github.luceneplaid.testframework.Mutator;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.opensearch.ExceptionsHelper;
import org.opensearch.common.xcontent.XContentType;
import org.opensearch.core.rest.RestStatus;
import org.opensearch.core.xcontent.DeprecationHandler;
import org.opensearch.core.xcontent.NamedXContentRegistry;
import org.opensearch.core.xcontent.XContentParser;
import org.opensearch.index.VersionType;
import org.opensearch.ingest.IngestDocument;
import org.opensearch.ingest.Processor;

/** What a pipeline states, and documents without a text; EncoderIT has texts. */
public class TestTokenVectorsProcessor extends LuceneTestCase {

  private static final String CONFIG =
      "{\"field\": \"text\", \"target_field\": \"tokens\", \"model\": \"m\", \"passages\": true,"
          + " \"ignore_missing\": false}";

  private static Processor processor(String json) throws Exception {
    try (XContentParser parser =
        XContentType.JSON
            .xContent()
            .createParser(
                NamedXContentRegistry.EMPTY, DeprecationHandler.IGNORE_DEPRECATIONS, json)) {
      return new TokenVectorsProcessor.Factory(() -> null)
          .create(Map.of(), "tag", "description", parser.map());
    }
  }

  private static Processor processor(boolean ignoreMissing) throws Exception {
    return processor(CONFIG.replace("false", Boolean.toString(ignoreMissing)));
  }

  public void testHostileParameters() throws Exception {
    Mutator mutator = new Mutator(random());
    byte[] config = CONFIG.getBytes(StandardCharsets.UTF_8);
    assertEquals("token_vectors", processor(CONFIG).getType());
    HostileTrials.run(
        "processors",
        TEST_NIGHTLY,
        e -> e instanceof IOException || ExceptionsHelper.status(e) == RestStatus.BAD_REQUEST,
        () -> new String(mutator.mutate(config), StandardCharsets.ISO_8859_1),
        json -> assertNotNull(processor(json)));
  }

  /** Runs a processor, which gives the document or an exception, once. */
  private static Exception run(boolean ignoreMissing, Map<String, Object> source) throws Exception {
    IngestDocument document = document(source);
    List<IngestDocument> results = new ArrayList<>();
    List<Exception> failures = new ArrayList<>();
    processor(ignoreMissing)
        .execute(
            document,
            (done, e) -> {
              results.add(done);
              failures.add(e);
            });
    assertEquals(1, results.size());
    assertSame(failures.get(0) == null ? document : null, results.get(0));
    return failures.get(0);
  }

  private static IngestDocument document(Map<String, Object> source) {
    return new IngestDocument("index", "id", null, 1L, VersionType.INTERNAL, source);
  }

  private static Map<String, Object> source(Object text) {
    Map<String, Object> source = new HashMap<>();
    source.put("text", text);
    return source;
  }

  public void testWithoutText() throws Exception {
    assertTrue(run(false, new HashMap<>()).getMessage().contains("field [text] not present"));
    assertTrue(run(false, source(null)).getMessage().contains("found null, expected a text"));
    String number = run(random().nextBoolean(), source(7)).getMessage();
    assertTrue(number, number.contains("java.lang.Integer"));
    assertNull(run(true, new HashMap<>()));
    assertNull(run(true, source(null)));
  }

  /** A pipeline may go on with passages: scripts, for example, add to them and remove some. */
  public void testPassagesCanBeChanged() {
    IngestDocument document = document(new HashMap<>());
    document.setFieldValue(
        "passages",
        TokenVectorsProcessor.passages(List.of(new EncodedPart("a wing", new float[][] {{1, 0}}))));
    document.setFieldValue("passages.0.page", 7);
    document.removeField("passages.0.text");
    document.appendFieldValue("passages", Map.of("text", "a bee"));
    assertEquals(
        List.of(Map.of("tokens", "f16x2:ADwAAA==", "page", 7), Map.of("text", "a bee")),
        document.getFieldValue("passages", List.class));
  }
}
