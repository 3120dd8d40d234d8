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

import io.github.luceneplaid.engine.LateInteractionRequest;
import io.github.luceneplaid.plaid.SearchProfile;
import java.io.IOException;
import org.apache.lucene.search.Query;
import org.apache.solr.common.SolrException;
import org.apache.solr.common.SolrException.ErrorCode;
import org.apache.solr.common.params.SolrParams;
import org.apache.solr.common.util.NamedList;
import org.apache.solr.common.util.SimpleOrderedMap;
import org.apache.solr.request.SolrQueryRequest;
import org.apache.solr.request.SolrRequestInfo;
import org.apache.solr.schema.SchemaField;
import org.apache.solr.search.QueryParsing;
import org.apache.solr.search.SyntaxError;
import org.apache.solr.search.vector.AbstractVectorQParserBase;

/** Makes the query of {@code {!maxsim}}. Solr decides which filters count. */
final class MaxSimQParser extends AbstractVectorQParserBase {

  private static final String QUERY_TEXT = "query_text";
  private static final String MODEL = "model";

  private final int percent;

  MaxSimQParser(
      String text,
      SolrParams localParams,
      SolrParams params,
      SolrQueryRequest request,
      int percent) {
    super(text, localParams, params, request);
    this.percent = percent;
  }

  @Override
  public Query parse() throws SyntaxError {
    SchemaField field =
        TokenVectorsField.checked(req.getSchema(), required(QueryParsing.F, "the field"));
    TokenVectorsField.checkCodec(req.getCore(), field);
    float[][] tokens = ((TokenVectorsField) field.getType()).queryTokens(field, asked());
    return new LimitedQuery(
        request().toQuery(field.getName(), tokens, getFilterQuery()),
        NodeMemory.of(req.getCore(), percent));
  }

  /** The vectors of the query, as a text or encoded from words. */
  private Object asked() {
    String text = localParams.get(QUERY_TEXT);
    String vectors = localParams.get(QueryParsing.V);
    if (text != null && vectors != null && vectors.isBlank() == false) {
      throw refused("found both [" + QueryParsing.V + "] and [" + QUERY_TEXT + "], expected one");
    }
    if (text == null) {
      if (localParams.get(MODEL) != null) {
        throw refused("[" + MODEL + "]: expected only together with [" + QUERY_TEXT + "]");
      }
      return required(QueryParsing.V, "the vectors of the query, or [" + QUERY_TEXT + "]");
    }
    QueryEncoder encoder = QueryEncoder.find();
    if (encoder == null) {
      throw refused(
          "[" + QUERY_TEXT + "] needs the jars of lucene-plaid-solr-encoder on this node");
    }
    SolrRequestInfo info = SolrRequestInfo.getRequestInfo();
    return encoder.encode(req, info == null ? null : info.getRsp(), localParams.get(MODEL), text);
  }

  private String required(String name, String meaning) {
    String value = localParams.get(name);
    if (value == null || value.isEmpty()) {
      throw refused("[" + name + "] is missing, " + meaning);
    }
    return value;
  }

  private static SolrException refused(String reason) {
    return new SolrException(
        ErrorCode.BAD_REQUEST, "{!" + MaxSimQParserPlugin.NAME + "}: " + reason);
  }

  private LateInteractionRequest request() {
    try {
      return new LateInteractionRequest(
          localParams.getInt("k"),
          localParams.getInt("candidates"),
          localParams.getInt("cells"),
          localParams.getFloat("recall"),
          localParams.getBool("exact", false));
    } catch (IllegalArgumentException e) {
      throw new SolrException(
          ErrorCode.BAD_REQUEST, "{!" + MaxSimQParserPlugin.NAME + "}: " + e.getMessage(), e);
    }
  }

  @Override
  public void addDebugInfo(NamedList<Object> debug) {
    super.addDebugInfo(debug);
    try {
      SearchProfile profile =
          getQuery() instanceof LimitedQuery limited ? limited.profile(req.getSearcher()) : null;
      if (profile != null) {
        debug.add(MaxSimQParserPlugin.NAME, described(profile));
      }
    } catch (SyntaxError | IOException e) {
      throw new SolrException(ErrorCode.SERVER_ERROR, e);
    } catch (SolrException e) {
      // The hits are found already, and need no more memory
      if (e.code() != ErrorCode.TOO_MANY_REQUESTS.code) {
        throw e;
      }
    }
  }

  private static SimpleOrderedMap<Object> described(SearchProfile profile) {
    SimpleOrderedMap<Object> map = new SimpleOrderedMap<>();
    map.add("kernels", profile.kernels());
    map.add("segments", profile.segments());
    map.add("scanned", profile.scanned());
    map.add("cells", profile.cells());
    map.add("postings", profile.postings());
    map.add("candidates", profile.candidates());
    map.add("quick", profile.quick());
    map.add("exact", profile.exact());
    return map;
  }
}
