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

import io.github.luceneplaid.engine.ExactKnnRequest;
import io.github.luceneplaid.engine.ExactVectorFieldSettings;
import io.github.luceneplaid.engine.VectorValue;
import java.io.IOException;
import java.util.Objects;
import org.apache.lucene.search.MatchNoDocsQuery;
import org.apache.lucene.search.Query;
import org.elasticsearch.TransportVersion;
import org.elasticsearch.common.ParsingException;
import org.elasticsearch.common.io.stream.StreamInput;
import org.elasticsearch.common.io.stream.StreamOutput;
import org.elasticsearch.index.mapper.MappedFieldType;
import org.elasticsearch.index.query.LeafQueryBuilder;
import org.elasticsearch.index.query.MatchNoneQueryBuilder;
import org.elasticsearch.index.query.QueryBuilder;
import org.elasticsearch.index.query.QueryRewriteContext;
import org.elasticsearch.index.query.SearchExecutionContext;
import org.elasticsearch.xcontent.XContentBuilder;
import org.elasticsearch.xcontent.XContentParser;

/**
 * The query {@code exact_vector_knn}: the k documents of each shard with the most similar vectors,
 * found by whole vectors, by their first dimensions, or by two fields.
 */
final class ExactKnnQueryBuilder extends LeafQueryBuilder<ExactKnnQueryBuilder> {

  static final String NAME = ExactKnnRequest.QUERY;

  private final ExactKnnRequest request;
  private final QueryBuilder filter;

  /**
   * Makes a query.
   *
   * @param filter what hits must match; null for everything
   */
  ExactKnnQueryBuilder(ExactKnnRequest request, QueryBuilder filter) {
    this.request = Objects.requireNonNull(request, "request");
    this.filter = filter;
  }

  ExactKnnQueryBuilder(StreamInput in) throws IOException {
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

  static ExactKnnQueryBuilder fromXContent(XContentParser parser) throws IOException {
    try {
      return new Body(parser).build();
    } catch (IllegalArgumentException e) {
      throw new ParsingException(parser.getTokenLocation(), "[" + NAME + "] " + e.getMessage(), e);
    }
  }

  /** The body of a request. */
  private static final class Body {

    private String field;
    private VectorValue vector;
    private Integer k;
    private Integer prefixDims;
    private String qualityField;
    private VectorValue qualityVector;
    private Float qualityWeight;
    private Integer oversample;
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
        case "query_vector" -> vector = vector(name, parser);
        case "k" -> k = parser.intValue();
        case "prefix_dims" -> prefixDims = parser.intValue();
        case "quality_field" -> qualityField = parser.text();
        case "quality_vector" -> qualityVector = vector(name, parser);
        case "quality_weight" -> qualityWeight = parser.floatValue();
        case "oversample" -> oversample = parser.intValue();
        case "filter" -> filter = parseInnerQueryBuilder(parser);
        case "boost" -> boost = parser.floatValue();
        case "_name" -> queryName = parser.text();
        default -> throw new IllegalArgumentException("does not support [" + name + "]");
      }
    }

    private static VectorValue vector(String name, XContentParser parser) throws IOException {
      return VectorValue.readQuery(new TokenParser(parser), "[" + name + "]");
    }

    ExactKnnQueryBuilder build() {
      if (field == null || vector == null) {
        throw new IllegalArgumentException("needs [field] and [query_vector]");
      }
      ExactKnnRequest request =
          new ExactKnnRequest(
              field, vector, k, prefixDims, qualityField, qualityVector, qualityWeight, oversample);
      return new ExactKnnQueryBuilder(request, filter).boost(boost).queryName(queryName);
    }
  }

  @Override
  protected void doXContent(XContentBuilder builder, Params params) throws IOException {
    builder.startObject(NAME);
    builder.field("field", request.field());
    vector(builder, "query_vector", request.vector());
    parameter(builder, "k", request.k());
    parameter(builder, "prefix_dims", request.prefixDims());
    parameter(builder, "quality_field", request.qualityField());
    vector(builder, "quality_vector", request.qualityVector());
    parameter(builder, "quality_weight", request.qualityWeight());
    parameter(builder, "oversample", request.oversample());
    if (filter != null) {
      builder.field("filter", filter, params);
    }
    boostAndQueryNameToXContent(builder);
    builder.endObject();
  }

  private static void vector(XContentBuilder builder, String name, VectorValue vector)
      throws IOException {
    if (vector != null && vector.base64() == null) {
      builder.array(name, vector.numbers());
    } else if (vector != null) {
      builder.field(name, vector.base64());
    }
  }

  private static void parameter(XContentBuilder builder, String name, Object value)
      throws IOException {
    if (value != null) {
      builder.field(name, value);
    }
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
  protected Query doToQuery(SearchExecutionContext context) throws IOException {
    MappedFieldType type = context.getFieldType(request.field());
    if (type == null) {
      return new MatchNoDocsQuery("no field [" + request.field() + "]");
    }
    boolean empty = context.getIndexReader() == null;
    Query hits =
        request.toQuery(
            empty ? null : ShardFilter.of(filter, context, type.name()),
            field -> field(context, field));
    return empty
        ? new MatchNoDocsQuery("there is nothing to search")
        : new CancellableQuery(hits, context);
  }

  private static ExactKnnRequest.Field field(SearchExecutionContext context, String field) {
    MappedFieldType type = context.getFieldType(field);
    if (type instanceof ExactVectorFieldType vectors) {
      return new ExactKnnRequest.Field(type.name(), vectors.settings());
    }
    throw new IllegalArgumentException(
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

  @Override
  public TransportVersion getMinimalSupportedVersion() {
    return TransportVersion.minimumCompatible();
  }
}
