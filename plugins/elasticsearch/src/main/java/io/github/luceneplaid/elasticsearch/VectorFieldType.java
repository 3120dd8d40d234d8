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

import java.util.List;
import java.util.Map;
import org.apache.lucene.search.FieldExistsQuery;
import org.apache.lucene.search.Query;
import org.elasticsearch.index.mapper.ArraySourceValueFetcher;
import org.elasticsearch.index.mapper.IndexType;
import org.elasticsearch.index.mapper.MappedFieldType;
import org.elasticsearch.index.mapper.ValueFetcher;
import org.elasticsearch.index.query.SearchExecutionContext;

/**
 * A field of vectors, as searches see it: only one query of its own and {@code exists} search it.
 *
 * @param <S> the settings of the field
 */
abstract class VectorFieldType<S> extends MappedFieldType {

  private final String type;
  private final String query;
  private final S settings;

  /**
   * Describes a field.
   *
   * @param type what the field type is called
   * @param query the query that a refusal of any other one names
   */
  VectorFieldType(
      String name,
      IndexType index,
      Map<String, String> meta,
      String type,
      String query,
      S settings) {
    super(name, index, false, meta);
    this.type = type;
    this.query = query;
    this.settings = settings;
  }

  final S settings() {
    return settings;
  }

  @Override
  public String typeName() {
    return type;
  }

  @Override
  public boolean isAggregatable() {
    return false;
  }

  /** Elasticsearch leaves such fields out of the source of hits, unless asked for them. */
  @Override
  public boolean isVectorEmbedding() {
    return true;
  }

  @Override
  public Query existsQuery(SearchExecutionContext context) {
    return new FieldExistsQuery(name());
  }

  @Override
  public Query termQuery(Object value, SearchExecutionContext context) {
    throw new IllegalArgumentException(
        "Field ["
            + name()
            + "] of type ["
            + typeName()
            + "] is searched by ["
            + query
            + "] and [exists] queries only");
  }

  @Override
  public ValueFetcher valueFetcher(SearchExecutionContext context, String format) {
    if (format != null) {
      throw new IllegalArgumentException(
          "Field [" + name() + "] of type [" + typeName() + "] doesn't support formats.");
    }
    return new ArraySourceValueFetcher(name(), context) {
      @Override
      protected Object parseSourceValue(Object value) {
        return value instanceof List<?> ? value : List.of(value);
      }
    };
  }
}
