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

import io.github.luceneplaid.engine.ExactKnnRequest;
import io.github.luceneplaid.engine.ExactVectorFieldSettings;
import java.util.List;
import java.util.Map;
import org.apache.lucene.search.FieldExistsQuery;
import org.apache.lucene.search.Query;
import org.opensearch.index.mapper.ArraySourceValueFetcher;
import org.opensearch.index.mapper.MappedFieldType;
import org.opensearch.index.mapper.TextSearchInfo;
import org.opensearch.index.mapper.ValueFetcher;
import org.opensearch.index.query.QueryShardContext;
import org.opensearch.index.query.QueryShardException;
import org.opensearch.search.lookup.SearchLookup;

/** A field of vectors that are searched exactly, as queries see it. */
final class ExactVectorFieldType extends MappedFieldType {

  private final ExactVectorFieldSettings settings;

  ExactVectorFieldType(String name, ExactVectorFieldSettings settings, Map<String, String> meta) {
    super(name, false, false, false, TextSearchInfo.NONE, meta);
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
  public ValueFetcher valueFetcher(QueryShardContext context, SearchLookup lookup, String format) {
    if (format != null) {
      throw new IllegalArgumentException(
          "Field [" + name() + "] of type [" + typeName() + "] doesn't support formats.");
    }
    return new ArraySourceValueFetcher(name(), context) {
      @Override
      protected Object parseSourceValue(Object value) {
        return value instanceof List<?> numbers ? numbers : List.of(value);
      }
    };
  }

  @Override
  public Query existsQuery(QueryShardContext context) {
    return new FieldExistsQuery(name());
  }

  @Override
  public Query termQuery(Object value, QueryShardContext context) {
    throw new QueryShardException(
        context,
        "Field ["
            + name()
            + "] of type ["
            + typeName()
            + "] is only searched by the query ["
            + ExactKnnRequest.QUERY
            + "]");
  }
}
