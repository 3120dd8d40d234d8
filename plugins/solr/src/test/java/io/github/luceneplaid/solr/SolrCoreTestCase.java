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

import com.carrotsearch.randomizedtesting.annotations.ThreadLeakScope;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.solr.client.solrj.SolrServerException;
import org.apache.solr.client.solrj.embedded.EmbeddedSolrServer;
import org.apache.solr.client.solrj.request.ContentStreamUpdateRequest;
import org.apache.solr.client.solrj.response.QueryResponse;
import org.apache.solr.common.SolrDocument;
import org.apache.solr.common.SolrException;
import org.apache.solr.common.SolrInputDocument;
import org.apache.solr.common.params.ModifiableSolrParams;
import org.apache.solr.common.util.ContentStreamBase;
import org.apache.solr.common.util.NamedList;
import org.junit.BeforeClass;

/**
 * Tests in a core inside this JVM. Thread leaks are ignored, because Solr's threads may end late.
 */
@ThreadLeakScope(ThreadLeakScope.Scope.NONE)
public abstract class SolrCoreTestCase extends LuceneTestCase {

  static final String FIELD = "tokens";
  static final int DIMS = 4;

  // Kept, so that the logger keeps its level
  private static final Logger TELEMETRY = Logger.getLogger("io.opentelemetry");

  SolrHome home;
  EmbeddedSolrServer server;

  /** Silences a logger: Solr closes each of its meters twice, which is logged each time. */
  @BeforeClass
  public static void silenceTelemetry() {
    TELEMETRY.setLevel(Level.OFF);
  }

  @Override
  public void setUp() throws Exception {
    super.setUp();
    home = new SolrHome(createTempDir());
  }

  @Override
  public void tearDown() throws Exception {
    stop();
    super.tearDown();
  }

  private void stop() throws IOException {
    if (server != null) {
      server.close();
    }
  }

  /** Starts a core whose field has some attributes beside its dims. */
  final void start(String attributes) throws IOException {
    start(
        schema -> schema.replace("dims=\"128\"", "dims=\"" + DIMS + "\" " + attributes),
        UnaryOperator.identity());
  }

  final void start(UnaryOperator<String> schema, UnaryOperator<String> config) throws IOException {
    home.addCore("core", schema, config);
    restart();
  }

  final void restart() throws IOException {
    stop();
    server = new EmbeddedSolrServer(home.path(), "core");
  }

  static float[][] randomTokens() {
    return randomTokens(1 + random().nextInt(8));
  }

  /** Tokens of length 1, as models make them. */
  static float[][] randomTokens(int count) {
    float[][] tokens = new float[count][DIMS];
    for (float[] token : tokens) {
      double sum = 0;
      for (int i = 0; i < DIMS; i++) {
        token[i] = (float) random().nextGaussian();
        sum += token[i] * token[i];
      }
      for (int i = 0; i < DIMS; i++) {
        token[i] /= (float) Math.sqrt(sum);
      }
    }
    return tokens;
  }

  static float score(float[][] query, float[][] tokens) {
    float sum = 0;
    for (float[] q : query) {
      float best = Float.NEGATIVE_INFINITY;
      for (float[] t : tokens) {
        float dot = 0;
        for (int i = 0; i < DIMS; i++) {
          dot += q[i] * t[i];
        }
        best = Math.max(best, dot);
      }
      sum += Math.max(0, (1 + best) / 2);
    }
    return sum;
  }

  /** A document; names and values by turns. */
  static SolrInputDocument document(Object... fields) {
    SolrInputDocument document = new SolrInputDocument();
    for (int i = 0; i < fields.length; i += 2) {
      document.addField((String) fields[i], fields[i + 1]);
    }
    return document;
  }

  final void add(Object... fields) throws SolrServerException, IOException {
    assertEquals(List.of(), server.add(document(fields)).getResponseHeader().get("errors"));
  }

  /** Sends JSON to the update handler; returns the header of the answer. */
  final NamedList<?> update(String json, String... params) throws SolrServerException, IOException {
    ContentStreamUpdateRequest request = new ContentStreamUpdateRequest("/update");
    request.addContentStream(new ContentStreamBase.StringStream(json, "application/json"));
    request.setParams(params(params));
    return request.process(server).getResponseHeader();
  }

  static ModifiableSolrParams params(String... namesAndValues) {
    ModifiableSolrParams params = new ModifiableSolrParams();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      params.add(namesAndValues[i], namesAndValues[i + 1]);
    }
    return params;
  }

  final QueryResponse query(String... params) throws SolrServerException, IOException {
    return server.query(params(params));
  }

  final List<String> hits(String... params) throws SolrServerException, IOException {
    List<String> ids = new ArrayList<>();
    for (SolrDocument document : query(params).getResults()) {
      ids.add((String) document.getFieldValue("id"));
    }
    return ids;
  }

  /** Expects a query to be refused as a bad request. */
  final void assertBadRequest(String reason, String... params) {
    SolrException e = expectThrows(SolrException.class, () -> query(params));
    assertEquals(e.getMessage(), 400, e.code());
    assertTrue(e.getMessage(), e.getMessage().contains(reason));
  }
}
