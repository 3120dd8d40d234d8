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

import io.github.luceneplaid.engine.LateInteractionFieldSettings;
import io.github.luceneplaid.engine.LateInteractionRequest;
import io.github.luceneplaid.engine.QueryText;
import io.github.luceneplaid.engine.QueryVectors;
import io.github.luceneplaid.engine.TokenReader;
import java.io.IOException;
import java.util.Objects;
import java.util.function.Supplier;
import org.apache.lucene.search.MatchNoDocsQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.util.SetOnce;
import org.elasticsearch.TransportVersion;
import org.elasticsearch.common.ParsingException;
import org.elasticsearch.common.io.stream.StreamInput;
import org.elasticsearch.common.io.stream.StreamOutput;
import org.elasticsearch.common.logging.HeaderWarning;
import org.elasticsearch.index.mapper.MappedFieldType;
import org.elasticsearch.index.query.LeafQueryBuilder;
import org.elasticsearch.index.query.MatchNoneQueryBuilder;
import org.elasticsearch.index.query.QueryBuilder;
import org.elasticsearch.index.query.QueryRewriteContext;
import org.elasticsearch.index.query.SearchExecutionContext;
import org.elasticsearch.xcontent.XContentBuilder;
import org.elasticsearch.xcontent.XContentParser;

/** The query {@code maxsim}: the k documents of each shard with the highest MaxSim. */
final class LateInteractionQueryBuilder extends LeafQueryBuilder<LateInteractionQueryBuilder> {

  static final String NAME = LateInteractionRequest.QUERY;

  private final String field;

  /** Null until the text is encoded. */
  private final QueryVectors vectors;

  /** Null if there are vectors. */
  private final QueryText text;

  private final QueryTexts texts;

  /** Gives the vectors of the text once it is encoded; null if that was not asked for yet. */
  private final Supplier<QueryVectors> encoded;

  private final LateInteractionRequest request;
  private final QueryBuilder filter;

  /**
   * Makes a query.
   *
   * @param filter what hits must match; null for everything
   */
  LateInteractionQueryBuilder(
      String field, QueryVectors vectors, LateInteractionRequest request, QueryBuilder filter) {
    this(field, Objects.requireNonNull(vectors, "vectors"), null, null, null, request, filter);
  }

  private LateInteractionQueryBuilder(
      String field,
      QueryVectors vectors,
      QueryText text,
      QueryTexts texts,
      Supplier<QueryVectors> encoded,
      LateInteractionRequest request,
      QueryBuilder filter) {
    this.field = Objects.requireNonNull(field, "field");
    this.vectors = vectors;
    this.text = text;
    this.texts = texts;
    this.encoded = encoded;
    this.request = Objects.requireNonNull(request, "request");
    this.filter = filter;
  }

  /**
   * Reads what {@link #doWriteTo} wrote.
   *
   * @param texts encodes the text, if there is one
   */
  LateInteractionQueryBuilder(StreamInput in, QueryTexts texts) throws IOException {
    super(in);
    field = in.readString();
    String words = in.readOptionalString();
    text = words == null ? null : new QueryText(words, in.readOptionalString());
    this.texts = texts;
    encoded = null;
    vectors = text == null ? readVectors(in) : null;
    request =
        new LateInteractionRequest(
            in.readOptionalVInt(),
            in.readOptionalVInt(),
            in.readOptionalVInt(),
            in.readOptionalFloat(),
            in.readBoolean());
    filter = in.readOptionalNamedWriteable(QueryBuilder.class);
  }

  private static QueryVectors readVectors(StreamInput in) throws IOException {
    float[][] numbers =
        in.readBoolean() ? in.readArray(StreamInput::readFloatArray, float[][]::new) : null;
    return new QueryVectors(numbers, in.readOptionalString(), in.readOptionalString());
  }

  @Override
  protected void doWriteTo(StreamOutput out) throws IOException {
    out.writeString(field);
    out.writeOptionalString(text == null ? null : text.text());
    if (text != null) {
      out.writeOptionalString(text.model());
    } else {
      out.writeBoolean(vectors.numbers() != null);
      if (vectors.numbers() != null) {
        out.writeArray(StreamOutput::writeFloatArray, vectors.numbers());
      }
      out.writeOptionalString(vectors.base64());
      out.writeOptionalString(vectors.warning());
    }
    out.writeOptionalVInt(request.k());
    out.writeOptionalVInt(request.candidates());
    out.writeOptionalVInt(request.cells());
    out.writeOptionalFloat(request.recall());
    out.writeBoolean(request.exact());
    out.writeOptionalNamedWriteable(filter);
  }

  static LateInteractionQueryBuilder fromXContent(XContentParser parser, QueryTexts texts)
      throws IOException {
    try {
      return new Body(parser).build(texts);
    } catch (IllegalArgumentException e) {
      throw new ParsingException(parser.getTokenLocation(), "[" + NAME + "] " + e.getMessage(), e);
    }
  }

  /** The body of a request. */
  private static final class Body {

    private String field;
    private QueryVectors vectors;
    private String text;
    private String model;
    private Integer k;
    private Integer candidates;
    private Integer cells;
    private Float recall;
    private boolean exact;
    private QueryBuilder filter;
    private float boost = DEFAULT_BOOST;
    private String queryName;

    Body(XContentParser parser) throws IOException {
      XContentParser.Token token;
      while ((token = parser.nextToken()) != XContentParser.Token.END_OBJECT) {
        String name = parser.currentName();
        // Parsers of truncated binary formats report no error
        if (token != XContentParser.Token.FIELD_NAME || parser.nextToken() == null) {
          throw new IllegalArgumentException(
              "found " + parser.currentToken() + ", expected parameters and the end of an object");
        }
        parse(name, parser);
      }
    }

    private void parse(String name, XContentParser parser) throws IOException {
      switch (name) {
        case "field" -> field = parser.text();
        case "query_vectors" -> vectors = TokenReader.readQuery(new TokenParser(parser));
        case "query_text" -> text = parser.text();
        case "model" -> model = parser.text();
        case "k" -> k = parser.intValue();
        case "candidates" -> candidates = parser.intValue();
        case "cells" -> cells = parser.intValue();
        case "recall" -> recall = parser.floatValue();
        case "exact" -> exact = parser.booleanValue();
        case "filter" -> filter = parseInnerQueryBuilder(parser);
        case "boost" -> boost = parser.floatValue();
        case "_name" -> queryName = parser.text();
        default -> throw new IllegalArgumentException("does not support [" + name + "]");
      }
    }

    LateInteractionQueryBuilder build(QueryTexts texts) {
      if (field == null) {
        throw new IllegalArgumentException("needs [field]");
      }
      return new LateInteractionQueryBuilder(
              field,
              vectors,
              QueryText.ofRequest(vectors, text, model),
              texts,
              null,
              new LateInteractionRequest(k, candidates, cells, recall, exact),
              filter)
          .boost(boost)
          .queryName(queryName);
    }
  }

  @Override
  protected void doXContent(XContentBuilder builder, Params params) throws IOException {
    builder.startObject(NAME);
    builder.field("field", field);
    if (text != null) {
      builder.field("query_text", text.text());
      if (text.model() != null) {
        builder.field("model", text.model());
      }
    } else if (vectors.base64() != null) {
      builder.field("query_vectors", vectors.base64());
    } else {
      builder.startArray("query_vectors");
      for (float[] vector : vectors.numbers()) {
        builder.startArray();
        for (float number : vector) {
          builder.value(number);
        }
        builder.endArray();
      }
      builder.endArray();
    }
    number(builder, "k", request.k());
    number(builder, "candidates", request.candidates());
    number(builder, "cells", request.cells());
    number(builder, "recall", request.recall());
    if (request.exact()) {
      builder.field("exact", true);
    }
    if (filter != null) {
      builder.field("filter", filter, params);
    }
    boostAndQueryNameToXContent(builder);
    builder.endObject();
  }

  private static void number(XContentBuilder builder, String name, Number value)
      throws IOException {
    if (value != null) {
      builder.field(name, value);
    }
  }

  @Override
  protected QueryBuilder doRewrite(QueryRewriteContext context) throws IOException {
    if (vectors == null) {
      return context.convertToSearchExecutionContext() == null ? rewriteText(context) : this;
    }
    QueryBuilder rewritten = filter == null ? null : filter.rewrite(context);
    if (rewritten instanceof MatchNoneQueryBuilder) {
      return rewritten;
    }
    return rewritten == filter
        ? this
        : new LateInteractionQueryBuilder(field, vectors, request, rewritten);
  }

  /** Has the text encoded, and becomes a query of its vectors when that is done. */
  private QueryBuilder rewriteText(QueryRewriteContext context) {
    if (encoded != null) {
      QueryVectors done = encoded.get();
      return done == null ? this : new LateInteractionQueryBuilder(field, done, request, filter);
    }
    SetOnce<QueryVectors> result = new SetOnce<>();
    context.registerAsyncAction(
        (client, listener) ->
            texts.encode(
                text,
                listener.delegateFailureAndWrap(
                    (done, tokens) -> {
                      result.set(tokens);
                      done.onResponse(null);
                    })));
    return new LateInteractionQueryBuilder(field, null, text, texts, result::get, request, filter);
  }

  @Override
  protected Query doToQuery(SearchExecutionContext context) throws IOException {
    MappedFieldType type = context.getFieldType(field);
    if (type == null) {
      return new MatchNoDocsQuery("no field [" + field + "]");
    }
    if (type instanceof LateInteractionFieldType == false) {
      throw new IllegalArgumentException(
          "["
              + NAME
              + "] field ["
              + field
              + "]: found type ["
              + type.typeName()
              + "], expected ["
              + LateInteractionFieldSettings.TYPE
              + "]");
    }
    if (vectors == null) {
      throw new IllegalArgumentException(
          "["
              + NAME
              + "] [query_text]: expected a query that is rewritten before shards search, found one"
              + " that is not");
    }
    if (vectors.warning() != null) {
      // Not while the query is rewritten: the search may go on in a thread without those warnings
      HeaderWarning.addWarning("{}", vectors.warning());
    }
    float[][] tokens = vectors.tokens(((LateInteractionFieldType) type).settings(), type.name());
    if (context.getIndexReader() == null) {
      return new MatchNoDocsQuery("there is nothing to search");
    }
    return new CancellableQuery(
        request.toQuery(type.name(), tokens, ShardFilter.of(filter, context, type.name())),
        context);
  }

  @Override
  protected boolean doEquals(LateInteractionQueryBuilder other) {
    return field.equals(other.field)
        && Objects.equals(vectors, other.vectors)
        && Objects.equals(text, other.text)
        && request.equals(other.request)
        && Objects.equals(filter, other.filter);
  }

  @Override
  protected int doHashCode() {
    return Objects.hash(field, vectors, text, request, filter);
  }

  @Override
  public String getWriteableName() {
    return NAME;
  }

  @Override
  public TransportVersion getMinimalSupportedVersion() {
    return TransportVersion.minimumCompatible();
  }
}
