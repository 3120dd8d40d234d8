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

import static org.opensearch.core.xcontent.ConstructingObjectParser.constructorArg;
import static org.opensearch.core.xcontent.ConstructingObjectParser.optionalConstructorArg;

import io.github.luceneplaid.engine.LateInteractionFieldSettings;
import io.github.luceneplaid.engine.LateInteractionRequest;
import io.github.luceneplaid.engine.QueryText;
import io.github.luceneplaid.engine.QueryVectors;
import io.github.luceneplaid.engine.TokenReader;
import java.io.IOException;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import org.apache.lucene.search.BooleanClause;
import org.apache.lucene.search.MatchNoDocsQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.util.SetOnce;
import org.opensearch.common.logging.HeaderWarning;
import org.opensearch.common.lucene.search.Queries;
import org.opensearch.core.ParseField;
import org.opensearch.core.action.ActionListener;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.xcontent.ConstructingObjectParser;
import org.opensearch.core.xcontent.ObjectParser.ValueType;
import org.opensearch.core.xcontent.XContentBuilder;
import org.opensearch.core.xcontent.XContentParser;
import org.opensearch.index.mapper.MappedFieldType;
import org.opensearch.index.query.AbstractQueryBuilder;
import org.opensearch.index.query.InnerHitContextBuilder;
import org.opensearch.index.query.MatchNoneQueryBuilder;
import org.opensearch.index.query.QueryBuilder;
import org.opensearch.index.query.QueryBuilderVisitor;
import org.opensearch.index.query.QueryRewriteContext;
import org.opensearch.index.query.QueryShardContext;
import org.opensearch.index.query.QueryShardException;

/**
 * The query {@code maxsim}: the k documents of each shard with the highest MaxSim, or, with {@code
 * exact}, the MaxSim of each document that is asked for.
 *
 * @lucene.experimental
 */
public final class LateInteractionQueryBuilder
    extends AbstractQueryBuilder<LateInteractionQueryBuilder> {

  static final String NAME = LateInteractionRequest.QUERY;

  private static final ParseField FIELD = new ParseField("field");
  private static final ParseField QUERY_VECTORS = new ParseField("query_vectors");
  private static final ParseField QUERY_TEXT = new ParseField("query_text");
  private static final ParseField MODEL = new ParseField("model");
  private static final ParseField K = new ParseField("k");
  private static final ParseField CANDIDATES = new ParseField("candidates");
  private static final ParseField CELLS = new ParseField("cells");
  private static final ParseField RECALL = new ParseField("recall");
  private static final ParseField EXACT = new ParseField("exact");
  private static final ParseField FILTER = new ParseField("filter");

  private static final ConstructingObjectParser<LateInteractionQueryBuilder, QueryTexts> PARSER =
      new ConstructingObjectParser<>(
          NAME,
          false,
          (args, texts) ->
              new LateInteractionQueryBuilder(
                  (String) args[0],
                  (QueryVectors) args[1],
                  QueryText.ofRequest((QueryVectors) args[1], (String) args[8], (String) args[9]),
                  texts,
                  null,
                  new LateInteractionRequest(
                      (Integer) args[2],
                      (Integer) args[3],
                      (Integer) args[4],
                      (Float) args[5],
                      Boolean.TRUE.equals(args[6])),
                  (QueryBuilder) args[7]));

  static {
    PARSER.declareString(constructorArg(), FIELD);
    PARSER.declareField(
        optionalConstructorArg(),
        (parser, context) -> TokenReader.readQuery(new TokenParser(parser)),
        QUERY_VECTORS,
        ValueType.STRING_ARRAY);
    PARSER.declareInt(optionalConstructorArg(), K);
    PARSER.declareInt(optionalConstructorArg(), CANDIDATES);
    PARSER.declareInt(optionalConstructorArg(), CELLS);
    PARSER.declareFloat(optionalConstructorArg(), RECALL);
    PARSER.declareBoolean(optionalConstructorArg(), EXACT);
    PARSER.declareObject(
        optionalConstructorArg(), (parser, context) -> parseInnerQueryBuilder(parser), FILTER);
    PARSER.declareString(optionalConstructorArg(), QUERY_TEXT);
    PARSER.declareString(optionalConstructorArg(), MODEL);
    declareStandardFields(PARSER);
  }

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
   * Looks for documents.
   *
   * @param field name of the field
   * @param tokens of the query, one row each; not copied
   * @param request how many, and how
   * @param filter what hits must match; null for everything
   */
  public LateInteractionQueryBuilder(
      String field, float[][] tokens, LateInteractionRequest request, QueryBuilder filter) {
    this(field, new QueryVectors(tokens, null), request, filter);
  }

  private LateInteractionQueryBuilder(
      String field, QueryVectors vectors, LateInteractionRequest request, QueryBuilder filter) {
    this(field, vectors, null, null, null, request, filter);
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
    String base64 = in.readOptionalString();
    return new QueryVectors(
        base64 == null ? in.readArray(StreamInput::readFloatArray, float[][]::new) : null,
        base64,
        in.readOptionalString());
  }

  @Override
  protected void doWriteTo(StreamOutput out) throws IOException {
    out.writeString(field);
    out.writeOptionalString(text == null ? null : text.text());
    if (text != null) {
      out.writeOptionalString(text.model());
    } else {
      out.writeOptionalString(vectors.base64());
      if (vectors.base64() == null) {
        out.writeArray(StreamOutput::writeFloatArray, vectors.numbers());
      }
      out.writeOptionalString(vectors.warning());
    }
    out.writeOptionalVInt(request.k());
    out.writeOptionalVInt(request.candidates());
    out.writeOptionalVInt(request.cells());
    out.writeOptionalFloat(request.recall());
    out.writeBoolean(request.exact());
    out.writeOptionalNamedWriteable(filter);
  }

  /**
   * Reads a query from a request.
   *
   * @param texts encodes the text, if there is one
   */
  static LateInteractionQueryBuilder fromXContent(XContentParser parser, QueryTexts texts)
      throws IOException {
    return PARSER.parse(parser, texts);
  }

  @Override
  protected void doXContent(XContentBuilder builder, Params params) throws IOException {
    builder.startObject(NAME);
    builder.field(FIELD.getPreferredName(), field);
    if (text == null) {
      writeVectors(builder);
    } else {
      builder.field(QUERY_TEXT.getPreferredName(), text.text());
      if (text.model() != null) {
        builder.field(MODEL.getPreferredName(), text.model());
      }
    }
    writeIfSet(builder, K, request.k());
    writeIfSet(builder, CANDIDATES, request.candidates());
    writeIfSet(builder, CELLS, request.cells());
    writeIfSet(builder, RECALL, request.recall());
    builder.field(EXACT.getPreferredName(), request.exact());
    if (filter != null) {
      builder.field(FILTER.getPreferredName(), filter, params);
    }
    printBoostAndQueryName(builder);
    builder.endObject();
  }

  private void writeVectors(XContentBuilder builder) throws IOException {
    if (vectors.base64() != null) {
      builder.field(QUERY_VECTORS.getPreferredName(), vectors.base64());
      return;
    }
    builder.startArray(QUERY_VECTORS.getPreferredName());
    for (float[] vector : vectors.numbers()) {
      builder.value(vector);
    }
    builder.endArray();
  }

  private static void writeIfSet(XContentBuilder builder, ParseField name, Object value)
      throws IOException {
    if (value != null) {
      builder.field(name.getPreferredName(), value);
    }
  }

  @Override
  protected Query doToQuery(QueryShardContext context) throws IOException {
    MappedFieldType type = context.fieldMapper(field);
    if (type == null) {
      return Queries.newUnmappedFieldQuery(field);
    }
    if (type instanceof LateInteractionFieldType == false) {
      throw new QueryShardException(
          context,
          "["
              + NAME
              + "] field ["
              + field
              + "]: found type ["
              + type.typeName()
              + "], expected type ["
              + LateInteractionFieldSettings.TYPE
              + "]");
    }
    if (vectors == null) {
      throw new QueryShardException(
          context,
          "["
              + NAME
              + "] [query_text]: expected a query that is rewritten before shards get it, found one"
              + " that is not, such as the filter of an alias");
    }
    if (vectors.warning() != null) {
      // Not while the query is rewritten: the search may go on in a thread without those warnings
      HeaderWarning.addWarning("{}", vectors.warning());
    }
    float[][] tokens = vectors.tokens(((LateInteractionFieldType) type).settings(), type.name());
    return context.getIndexReader() == null
        ? new MatchNoDocsQuery("checked without an index")
        : new DeferredQuery(
            request.toQuery(type.name(), tokens, DeferredQuery.filter(filter, context)),
            BreakerLimit.ofRequests(context.bigArrays()));
  }

  @Override
  protected QueryBuilder doRewrite(QueryRewriteContext context) throws IOException {
    if (vectors == null) {
      return context.convertToShardContext() == null ? rewriteText(context) : this;
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
                ActionListener.wrap(
                    tokens -> {
                      result.set(tokens);
                      listener.onResponse(null);
                    },
                    listener::onFailure)));
    return new LateInteractionQueryBuilder(field, null, text, texts, result::get, request, filter);
  }

  @Override
  protected void extractInnerHitBuilders(Map<String, InnerHitContextBuilder> innerHits) {
    if (filter != null) {
      InnerHitContextBuilder.extractInnerHits(filter, innerHits);
    }
  }

  @Override
  public void visit(QueryBuilderVisitor visitor) {
    visitor.accept(this);
    if (filter != null) {
      filter.visit(visitor.getChildVisitor(BooleanClause.Occur.FILTER));
    }
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
}
