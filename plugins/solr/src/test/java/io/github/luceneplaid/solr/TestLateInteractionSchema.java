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

import io.github.luceneplaid.plaid.PlaidDocValuesFormat;
import java.io.IOException;
import java.util.List;
import java.util.function.UnaryOperator;
import org.apache.lucene.codecs.Codec;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.codecs.lucene103.Lucene103Codec;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.FieldInfos;
import org.apache.solr.common.SolrException;
import org.apache.solr.core.CodecFactory;
import org.apache.solr.core.CoreContainer;
import org.apache.solr.core.SolrCore;
import org.apache.solr.search.SolrIndexSearcher;
import org.apache.solr.util.RefCounted;
import org.apache.solr.util.plugin.SolrCoreAware;

public class TestLateInteractionSchema extends SolrCoreTestCase {

  /** The field is written in its format, with its options, and others are not. */
  public void testFormat() throws Exception {
    start(
        schema ->
            schema
                .replace("dims=\"128\"", "dims=\"" + DIMS + "\" bits=\"2\" raw=\"float16\"")
                .replace(
                    "<field name=\"id\"",
                    "<field name=\"number\" type=\"long\"/><field name=\"id\""),
        config -> config);
    add("id", "1", "number", 3, FIELD, "[[1,0,0,0]]");
    server.commit();
    restart();
    try (SolrCore core = server.getCoreContainer().getCore("core")) {
      RefCounted<SolrIndexSearcher> searcher = core.getSearcher();
      try {
        FieldInfos infos = FieldInfos.getMergedFieldInfos(searcher.get().getIndexReader());
        FieldInfo tokens = infos.fieldInfo(FIELD);
        assertEquals(
            PlaidDocValuesFormat.NAME, tokens.getAttribute("PerFieldDocValuesFormat.format"));
        assertTrue(tokens.attributes().toString(), tokens.attributes().containsValue("2"));
        assertNotEquals(
            PlaidDocValuesFormat.NAME,
            infos.fieldInfo("number").getAttribute("PerFieldDocValuesFormat.format"));
      } finally {
        searcher.decref();
      }
    }
  }

  /** The formats for single vectors that our jars name do not get in the way of Solr's. */
  public void testSingleVectors() throws Exception {
    assertNotNull(KnnVectorsFormat.forName("Lucene99HnswVectorsFormat"));
    start(
        schema ->
            schema
                .replace(
                    "<field name=\"id\"",
                    "<fieldType name=\"vector\" class=\"solr.DenseVectorField\""
                        + " vectorDimension=\"2\"/>"
                        + "<field name=\"vector\" type=\"vector\"/><field name=\"id\"")
                .replace("dims=\"128\"", "dims=\"" + DIMS + "\""),
        config -> config);
    add("id", "1", FIELD, "[[1,0,0,0]]", "vector", List.of(0.5f, 0.5f));
    server.commit();
    server.optimize();
    assertEquals(1, hits("q", "{!knn f=vector topK=1}[0.5,0.5]").size());
    assertEquals(1, hits("q", "{!maxsim f=tokens v='[[1,0,0,0]]'}").size());
  }

  /** A factory that gets its core, like Solr's, and ignores it. */
  public static final class ObliviousCodecFactory extends CodecFactory implements SolrCoreAware {
    @Override
    public Codec getCodec() {
      return new Lucene103Codec();
    }

    @Override
    public void inform(SolrCore core) {}
  }

  /** With a codec that ignores the schema, the field is neither written nor searched. */
  public void testCodecWithoutFormat() throws Exception {
    start(
        schema -> schema.replace("dims=\"128\"", "dims=\"" + DIMS + "\""),
        config -> config.replace("solr.SchemaCodecFactory", ObliviousCodecFactory.class.getName()));
    String reason = "does not give it docValuesFormat [Plaid1]; configure solr.SchemaCodecFactory";
    String errors =
        server
            .add(document("id", "1", FIELD, "[[1,0,0,0]]"))
            .getResponseHeader()
            .get("errors")
            .toString();
    assertTrue(errors, errors.contains(reason));
    SolrException e =
        expectThrows(SolrException.class, () -> hits("q", "{!maxsim f=tokens v='[[1,0,0,0]]'}"));
    assertTrue(e.getMessage(), e.getMessage().contains(reason));
  }

  public void testBadSchemas() throws IOException {
    assertRefused("dims=\"0\"", "[dims]: found 0, expected 1 to 1024");
    assertRefused("", "[dims] is missing");
    assertRefused("dims=\"x\"", "[dims]: found x, expected a number");
    assertRefused("dims=\"4\" bits=\"5\"", "bits");
    assertRefused("dims=\"4\" raw=\"int8\"", "[raw]: found int8, expected one of none, float16");
    assertRefused("dims=\"4\" max_vectors=\"0\"", "[max_vectors]: found 0");
    assertRefused("dims=\"4\" max_query_vectors=\"10000\"", "[max_query_vectors]: found 10000");
    assertRefused("dims=\"4\" multiValued=\"true\"", "expected docValues, and no multiValued");
    assertRefused("dims=\"4\" docValues=\"false\"", "expected docValues, and no multiValued");
    assertRefused("dims=\"4\" docValuesFormat=\"Lucene90\"", "[docValuesFormat]: found Lucene90");
    assertRefused("dims=\"4\" colour=\"red\"", "colour");
    UnaryOperator<String> dims = schema -> schema.replace("dims=\"128\"", "dims=\"4\"");
    assertRefused(
        schema ->
            dims.apply(schema)
                .replace("type=\"tokens\"/>", "type=\"tokens\" multiValued=\"true\"/>"),
        config -> config,
        "field [tokens]: expected docValues, and no multiValued");
    assertRefused(
        schema ->
            dims.apply(schema).replace("type=\"tokens\"/>", "type=\"tokens\" indexed=\"true\"/>"),
        config -> config,
        "field [tokens]: expected docValues, and no multiValued");
    assertRefused(
        schema ->
            dims.apply(schema).replace("type=\"tokens\"/>", "type=\"tokens\" stored=\"true\"/>"),
        config -> config,
        "field [tokens]: stored needs useDocValuesAsStored");
    assertRefused( // a codec that does not ask the schema
        dims,
        config -> config.replace("solr.SchemaCodecFactory", "solr.SimpleTextCodecFactory"),
        "is configured with a docValues format, but the codec does not support it");
  }

  private void assertRefused(String attributes, String reason) throws IOException {
    assertRefused(schema -> schema.replace("dims=\"128\"", attributes), config -> config, reason);
  }

  private void assertRefused(
      UnaryOperator<String> schema, UnaryOperator<String> config, String reason)
      throws IOException {
    home = new SolrHome(createTempDir());
    start(schema, config);
    CoreContainer.CoreLoadFailure failure =
        server.getCoreContainer().getCoreInitFailures().get("core");
    StringBuilder messages = new StringBuilder();
    for (Throwable e = failure.exception; e != null; e = e.getCause()) {
      messages.append(e.getMessage()).append('\n');
    }
    assertTrue(messages.toString(), messages.toString().contains(reason));
  }
}
