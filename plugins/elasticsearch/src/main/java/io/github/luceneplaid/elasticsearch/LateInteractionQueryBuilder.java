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
import io.github.luceneplaid.engine.QueryVectors;
import io.github.luceneplaid.engine.TokenReader;
import java.io.IOException;
import java.util.Objects;
import org.apache.lucene.search.BooleanClause;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.MatchNoDocsQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.join.BitSetProducer;
import org.apache.lucene.search.join.ToChildBlockJoinQuery;
import org.elasticsearch.TransportVersion;
import org.elasticsearch.common.ParsingException;
import org.elasticsearch.common.io.stream.StreamInput;
import org.elasticsearch.common.io.stream.StreamOutput;
import org.elasticsearch.common.lucene.search.Queries;
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
  private final QueryVectors vectors;
  private final LateInteractionRequest request;
  private final QueryBuilder filter;

  /**
   * Makes a query.
   *
   * @param filter what hits must match; null for everything
   */
  LateInteractionQueryBuilder(
      String field, QueryVectors vectors, LateInteractionRequest request, QueryBuilder filter) {
    this.field = Objects.requireNonNull(field, "field");
    this.vectors = Objects.requireNonNull(vectors, "vectors");
    this.request = Objects.requireNonNull(request, "request");
    this.filter = filter;
  }

  LateInteractionQueryBuilder(StreamInput in) throws IOException {
    super(in);
    field = in.readString();
    float[][] numbers =
        in.readBoolean() ? in.readArray(StreamInput::readFloatArray, float[][]::new) : null;
    vectors = new QueryVectors(numbers, in.readOptionalString());
    request =
        new LateInteractionRequest(
            in.readOptionalVInt(), in.readOptionalVInt(), in.readOptionalVInt(), in.readBoolean());
    filter = in.readOptionalNamedWriteable(QueryBuilder.class);
  }

  @Override
  protected void doWriteTo(StreamOutput out) throws IOException {
    out.writeString(field);
    out.writeBoolean(vectors.numbers() != null);
    if (vectors.numbers() != null) {
      out.writeArray(StreamOutput::writeFloatArray, vectors.numbers());
    }
    out.writeOptionalString(vectors.base64());
    out.writeOptionalVInt(request.k());
    out.writeOptionalVInt(request.candidates());
    out.writeOptionalVInt(request.cells());
    out.writeBoolean(request.exact());
    out.writeOptionalNamedWriteable(filter);
  }

  static LateInteractionQueryBuilder fromXContent(XContentParser parser) throws IOException {
    try {
      return new Body(parser).build();
    } catch (IllegalArgumentException e) {
      throw new ParsingException(parser.getTokenLocation(), "[" + NAME + "] " + e.getMessage(), e);
    }
  }

  /** The body of a request. */
  private static final class Body {

    private String field;
    private QueryVectors vectors;
    private Integer k;
    private Integer candidates;
    private Integer cells;
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
        case "k" -> k = parser.intValue();
        case "candidates" -> candidates = parser.intValue();
        case "cells" -> cells = parser.intValue();
        case "exact" -> exact = parser.booleanValue();
        case "filter" -> filter = parseInnerQueryBuilder(parser);
        case "boost" -> boost = parser.floatValue();
        case "_name" -> queryName = parser.text();
        default -> throw new IllegalArgumentException("does not support [" + name + "]");
      }
    }

    LateInteractionQueryBuilder build() {
      if (field == null || vectors == null) {
        throw new IllegalArgumentException("needs [field] and [query_vectors]");
      }
      return new LateInteractionQueryBuilder(
              field, vectors, new LateInteractionRequest(k, candidates, cells, exact), filter)
          .boost(boost)
          .queryName(queryName);
    }
  }

  @Override
  protected void doXContent(XContentBuilder builder, Params params) throws IOException {
    builder.startObject(NAME);
    builder.field("field", field);
    if (vectors.base64() != null) {
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
    if (request.exact()) {
      builder.field("exact", true);
    }
    if (filter != null) {
      builder.field("filter", filter, params);
    }
    boostAndQueryNameToXContent(builder);
    builder.endObject();
  }

  private static void number(XContentBuilder builder, String name, Integer value)
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
    return rewritten == filter
        ? this
        : new LateInteractionQueryBuilder(field, vectors, request, rewritten);
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
    float[][] tokens = vectors.tokens(((LateInteractionFieldType) type).settings(), type.name());
    if (context.getIndexReader() == null) {
      return new MatchNoDocsQuery("there is nothing to search");
    }
    return new CancellableQuery(request.toQuery(type.name(), tokens, filter(context, type.name())));
  }

  /** The filter of hits. It includes the filter of an alias, so that k hits match both. */
  private Query filter(SearchExecutionContext context, String name) throws IOException {
    Query own = filter == null ? null : filter.toQuery(context);
    if (context.getAliasFilter() == null) {
      return own;
    }
    Query alias = context.getAliasFilter().toQuery(context);
    if (context.nestedLookup().getNestedParent(name) != null) {
      Query roots = Queries.newNonNestedFilter(context.indexVersionCreated());
      BitSetProducer rootBits = context.bitsetFilter(roots);
      alias = new ToChildBlockJoinQuery(Queries.filtered(alias, roots), rootBits);
    }
    BooleanQuery.Builder both = new BooleanQuery.Builder().add(alias, BooleanClause.Occur.FILTER);
    if (own != null) {
      both.add(own, BooleanClause.Occur.FILTER);
    }
    return both.build();
  }

  @Override
  protected boolean doEquals(LateInteractionQueryBuilder other) {
    return field.equals(other.field)
        && vectors.equals(other.vectors)
        && request.equals(other.request)
        && Objects.equals(filter, other.filter);
  }

  @Override
  protected int doHashCode() {
    return Objects.hash(field, vectors, request, filter);
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
