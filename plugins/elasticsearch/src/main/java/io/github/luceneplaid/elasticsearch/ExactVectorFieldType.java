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
import java.util.List;
import java.util.Map;
import org.apache.lucene.search.FieldExistsQuery;
import org.apache.lucene.search.Query;
import org.elasticsearch.index.mapper.ArraySourceValueFetcher;
import org.elasticsearch.index.mapper.IndexType;
import org.elasticsearch.index.mapper.MappedFieldType;
import org.elasticsearch.index.mapper.ValueFetcher;
import org.elasticsearch.index.query.SearchExecutionContext;

/** A field of vectors that are searched exactly, as searches see it. */
final class ExactVectorFieldType extends MappedFieldType {

  private final ExactVectorFieldSettings settings;

  ExactVectorFieldType(String name, ExactVectorFieldSettings settings, Map<String, String> meta) {
    super(name, IndexType.vectors(), false, meta);
    this.settings = settings;
  }

  ExactVectorFieldSettings settings() {
    return settings;
  }

  @Override
  public String typeName() {
    return ExactVectorFieldSettings.TYPE;
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
            + ExactKnnRequest.QUERY
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
