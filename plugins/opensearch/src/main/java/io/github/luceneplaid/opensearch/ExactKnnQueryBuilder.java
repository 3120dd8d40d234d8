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

import io.github.luceneplaid.engine.ExactKnnRequest;
import io.github.luceneplaid.engine.ExactVectorFieldSettings;
import io.github.luceneplaid.engine.VectorValue;
import java.io.IOException;
import java.util.Map;
import java.util.Objects;
import org.apache.lucene.search.BooleanClause;
import org.apache.lucene.search.MatchNoDocsQuery;
import org.apache.lucene.search.Query;
import org.opensearch.common.lucene.search.Queries;
import org.opensearch.core.ParseField;
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
 * The query {@code exact_vector_knn}: the k documents of each shard with the most similar vectors,
 * found by whole vectors, by their first dimensions, or by two fields.
 *
 * @lucene.experimental
 */
public final class ExactKnnQueryBuilder extends AbstractQueryBuilder<ExactKnnQueryBuilder> {

  static final String NAME = ExactKnnRequest.QUERY;

  private static final ParseField FIELD = new ParseField("field");
  private static final ParseField QUERY_VECTOR = new ParseField("query_vector");
  private static final ParseField K = new ParseField("k");
  private static final ParseField PREFIX_DIMS = new ParseField("prefix_dims");
  private static final ParseField QUALITY_FIELD = new ParseField("quality_field");
  private static final ParseField QUALITY_VECTOR = new ParseField("quality_vector");
  private static final ParseField QUALITY_WEIGHT = new ParseField("quality_weight");
  private static final ParseField OVERSAMPLE = new ParseField("oversample");
  private static final ParseField FILTER = new ParseField("filter");

  private static final ConstructingObjectParser<ExactKnnQueryBuilder, Void> PARSER =
      new ConstructingObjectParser<>(
          NAME,
          args ->
              new ExactKnnQueryBuilder(
                  new ExactKnnRequest(
                      (String) args[0],
                      (VectorValue) args[1],
                      (Integer) args[2],
                      (Integer) args[3],
                      (String) args[4],
                      (VectorValue) args[5],
                      (Float) args[6],
                      (Integer) args[7]),
                  (QueryBuilder) args[8]));

  static {
    PARSER.declareString(constructorArg(), FIELD);
    PARSER.declareField(
        constructorArg(),
        (parser, context) -> readVector(parser, QUERY_VECTOR),
        QUERY_VECTOR,
        ValueType.STRING_ARRAY);
    PARSER.declareInt(optionalConstructorArg(), K);
    PARSER.declareInt(optionalConstructorArg(), PREFIX_DIMS);
    PARSER.declareString(optionalConstructorArg(), QUALITY_FIELD);
    PARSER.declareField(
        optionalConstructorArg(),
        (parser, context) -> readVector(parser, QUALITY_VECTOR),
        QUALITY_VECTOR,
        ValueType.STRING_ARRAY);
    PARSER.declareFloat(optionalConstructorArg(), QUALITY_WEIGHT);
    PARSER.declareInt(optionalConstructorArg(), OVERSAMPLE);
    PARSER.declareObject(
        optionalConstructorArg(), (parser, context) -> parseInnerQueryBuilder(parser), FILTER);
    declareStandardFields(PARSER);
  }

  private final ExactKnnRequest request;
  private final QueryBuilder filter;

  /**
   * Looks for documents.
   *
   * @param request which vectors, and how
   * @param filter what hits must match; null for everything
   */
  public ExactKnnQueryBuilder(ExactKnnRequest request, QueryBuilder filter) {
    this.request = Objects.requireNonNull(request, "request");
    this.filter = filter;
  }

  /**
   * Reads what {@link #doWriteTo} wrote.
   *
   * @throws IOException if it cannot be read
   */
  public ExactKnnQueryBuilder(StreamInput in) throws IOException {
    super(in);
    request =
        new ExactKnnRequest(
            in.readString(),
            readVector(in),
            in.readOptionalVInt(),
            in.readOptionalVInt(),
            in.readOptionalString(),
            in.readBoolean() ? readVector(in) : null,
            in.readOptionalFloat(),
            in.readOptionalVInt());
    filter = in.readOptionalNamedWriteable(QueryBuilder.class);
  }

  private static VectorValue readVector(StreamInput in) throws IOException {
    String base64 = in.readOptionalString();
    return new VectorValue(base64 == null ? in.readFloatArray() : null, base64);
  }

  @Override
  protected void doWriteTo(StreamOutput out) throws IOException {
    out.writeString(request.field());
    writeVector(out, request.vector());
    out.writeOptionalVInt(request.k());
    out.writeOptionalVInt(request.prefixDims());
    out.writeOptionalString(request.qualityField());
    out.writeBoolean(request.qualityVector() != null);
    if (request.qualityVector() != null) {
      writeVector(out, request.qualityVector());
    }
    out.writeOptionalFloat(request.qualityWeight());
    out.writeOptionalVInt(request.oversample());
    out.writeOptionalNamedWriteable(filter);
  }

  private static void writeVector(StreamOutput out, VectorValue vector) throws IOException {
    out.writeOptionalString(vector.base64());
    if (vector.base64() == null) {
      out.writeFloatArray(vector.numbers());
    }
  }

  /**
   * Reads a query from a request.
   *
   * @throws IOException if it cannot be read
   */
  public static ExactKnnQueryBuilder fromXContent(XContentParser parser) throws IOException {
    return PARSER.parse(parser, null);
  }

  private static VectorValue readVector(XContentParser parser, ParseField name) throws IOException {
    return VectorValue.readQuery(new TokenParser(parser), "[" + name.getPreferredName() + "]");
  }

  @Override
  protected void doXContent(XContentBuilder builder, Params params) throws IOException {
    builder.startObject(NAME);
    writeIfSet(builder, FIELD, request.field());
    writeVector(builder, QUERY_VECTOR, request.vector());
    writeIfSet(builder, K, request.k());
    writeIfSet(builder, PREFIX_DIMS, request.prefixDims());
    writeIfSet(builder, QUALITY_FIELD, request.qualityField());
    writeVector(builder, QUALITY_VECTOR, request.qualityVector());
    writeIfSet(builder, QUALITY_WEIGHT, request.qualityWeight());
    writeIfSet(builder, OVERSAMPLE, request.oversample());
    if (filter != null) {
      builder.field(FILTER.getPreferredName(), filter, params);
    }
    printBoostAndQueryName(builder);
    builder.endObject();
  }

  private static void writeVector(XContentBuilder builder, ParseField name, VectorValue vector)
      throws IOException {
    if (vector != null && vector.base64() == null) {
      builder.array(name.getPreferredName(), vector.numbers());
    } else if (vector != null) {
      builder.field(name.getPreferredName(), vector.base64());
    }
  }

  private static void writeIfSet(XContentBuilder builder, ParseField name, Object value)
      throws IOException {
    if (value != null) {
      builder.field(name.getPreferredName(), value);
    }
  }

  @Override
  protected Query doToQuery(QueryShardContext context) throws IOException {
    if (context.fieldMapper(request.field()) == null) {
      return Queries.newUnmappedFieldQuery(request.field());
    }
    Query query =
        request.toQuery(DeferredQuery.filter(filter, context), field -> field(context, field));
    return context.getIndexReader() == null
        ? new MatchNoDocsQuery("checked without an index")
        : new DeferredQuery(query, BreakerLimit.ofRequests(context.bigArrays()));
  }

  private static ExactKnnRequest.Field field(QueryShardContext context, String field) {
    MappedFieldType type = context.fieldMapper(field);
    if (type instanceof ExactVectorFieldType vectors) {
      return new ExactKnnRequest.Field(type.name(), vectors.settings());
    }
    throw new QueryShardException(
        context,
        "["
            + NAME
            + "] field ["
            + field
            + "]: found "
            + (type == null ? "no such field" : "type [" + type.typeName() + "]")
            + ", expected type ["
            + ExactVectorFieldSettings.TYPE
            + "]");
  }

  @Override
  protected QueryBuilder doRewrite(QueryRewriteContext context) throws IOException {
    QueryBuilder rewritten = filter == null ? null : filter.rewrite(context);
    if (rewritten instanceof MatchNoneQueryBuilder) {
      return rewritten;
    }
    return rewritten == filter ? this : new ExactKnnQueryBuilder(request, rewritten);
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
  protected boolean doEquals(ExactKnnQueryBuilder other) {
    return request.equals(other.request) && Objects.equals(filter, other.filter);
  }

  @Override
  protected int doHashCode() {
    return Objects.hash(request, filter);
  }

  @Override
  public String getWriteableName() {
    return NAME;
  }
}
