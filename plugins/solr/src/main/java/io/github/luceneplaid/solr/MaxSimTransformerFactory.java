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

import io.github.luceneplaid.engine.HitHighlighter;
import io.github.luceneplaid.engine.HitMatches;
import io.github.luceneplaid.engine.TokenOffsets;
import io.github.luceneplaid.engine.WordMarker;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.lucene.index.IndexableField;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.ReaderUtil;
import org.apache.solr.common.SolrDocument;
import org.apache.solr.common.SolrException;
import org.apache.solr.common.SolrException.ErrorCode;
import org.apache.solr.common.params.SolrParams;
import org.apache.solr.common.util.Utils;
import org.apache.solr.request.SolrQueryRequest;
import org.apache.solr.response.ResultContext;
import org.apache.solr.response.transform.DocTransformer;
import org.apache.solr.response.transform.TransformerFactory;
import org.apache.solr.search.DocIterationInfo;

/**
 * Shows what of a document answered the vectors of the query: {@code fl=m:[maxsim f=tokens]} shows
 * the numbers of vectors, and {@code [maxsim f=tokens text=body offsets=places]} marks words.
 * Without {@code offsets} the encoder finds the words.
 *
 * @lucene.experimental
 */
public final class MaxSimTransformerFactory extends TransformerFactory {

  /** Made by Solr, for a core. */
  public MaxSimTransformerFactory() {}

  @Override
  public DocTransformer create(String name, SolrParams params, SolrQueryRequest request) {
    try {
      return new Transformer(name, params, request);
    } catch (IllegalArgumentException e) {
      throw new SolrException(ErrorCode.BAD_REQUEST, e.getMessage(), e);
    }
  }

  private static final class Transformer extends DocTransformer {

    private final String name;
    private final String text;
    private final String offsets;
    private final HitHighlighter highlighter;
    private final WordMarker marker;
    private final SolrQueryRequest request;
    private HitMatches queries;

    Transformer(String name, SolrParams params, SolrQueryRequest request) {
      this.name = name;
      this.request = request;
      this.text = params.get("text");
      this.offsets = params.get("offsets");
      String vectors = params.get("f");
      if (vectors == null) {
        throw new IllegalArgumentException(
            "[" + MaxSimQParserPlugin.NAME + "]: [f] is missing, the field of the vectors");
      }
      TokenVectorsField.checked(request.getSchema(), vectors);
      Map<String, Object> options = new HashMap<>();
      options.put("similarities", params.getBool("similarities", false));
      if (text != null) {
        options.put("vectors", vectors);
        options.put("offsets", offsets);
        options.put("model", params.get("model"));
      }
      this.highlighter = new HitHighlighter(text == null ? vectors : text, text == null, options);
      this.marker =
          new WordMarker(
              params.get("before", "<em>"),
              params.get("after", "</em>"),
              params.getInt("fragments", 0),
              params.getInt("size", 100));
    }

    @Override
    public String getName() {
      return name;
    }

    @Override
    public boolean needsSolrIndexSearcher() {
      return true;
    }

    @Override
    public String[] getExtraRequestFields() {
      if (text == null) {
        return null;
      }
      return offsets == null ? new String[] {text} : new String[] {text, offsets};
    }

    @Override
    public void setContext(ResultContext context) {
      super.setContext(context);
      queries =
          context.getQuery() == null
              ? null
              : highlighter.queries(context.getQuery(), field -> field);
    }

    @Override
    public void transform(SolrDocument document, int docId, DocIterationInfo info)
        throws IOException {
      if (queries == null || docId < 0) {
        return;
      }
      List<LeafReaderContext> leaves = context.getSearcher().getIndexReader().leaves();
      LeafReaderContext leaf = leaves.get(ReaderUtil.subIndex(docId, leaves));
      try {
        List<String> shown =
            highlighter.highlight(
                marker,
                queries,
                leaf.reader(),
                docId - leaf.docBase,
                this::encoder,
                field -> value(document, field));
        if (shown.isEmpty() == false) {
          document.setField(name, shown);
        }
      } catch (IllegalArgumentException e) {
        throw new SolrException(ErrorCode.BAD_REQUEST, e.getMessage(), e);
      }
    }

    private TokenOffsets encoder(String model) {
      QueryEncoder encoder = QueryEncoder.find();
      return encoder == null ? null : words -> encoder.locate(request, model, words);
    }

    /** A text as it is, offsets as their text in JSON says. */
    private Object value(SolrDocument document, String field) {
      Object value = document.getFirstValue(field);
      Object plain = value instanceof IndexableField stored ? stored.stringValue() : value;
      return field.equals(offsets) && plain instanceof String json ? parsed(field, json) : plain;
    }

    private static Object parsed(String field, String json) {
      try {
        return Utils.fromJSONString(json);
      } catch (RuntimeException e) {
        throw new IllegalArgumentException(
            "field [" + field + "]: found a text that is not JSON, expected [[start, end], ...]",
            e);
      }
    }
  }
}
