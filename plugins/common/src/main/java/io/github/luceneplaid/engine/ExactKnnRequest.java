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

package io.github.luceneplaid.engine;

import io.github.luceneplaid.fsvi.ExactKnnQuery;
import io.github.luceneplaid.fsvi.PrefixKnnQuery;
import io.github.luceneplaid.fsvi.TwoFieldKnnQuery;
import java.util.Objects;
import java.util.function.Function;
import org.apache.lucene.search.Query;

/**
 * A query {@code exact_vector_knn}, but for its filter, as a request states it. Numbers that are
 * null have a default.
 *
 * @param field name of the field that is searched
 * @param vector that the field's vectors are compared with
 * @param k hits of a shard, at least 1; with {@code oversample} candidates for each, at most {@link
 *     #MAX_DOCUMENTS} candidates
 * @param prefixDims the number of first dimensions that select candidates, at least 1; null to
 *     compare whole vectors
 * @param qualityField name of the field that ranks the candidates of the first field; null if there
 *     is none
 * @param qualityVector that the vectors of the quality field are compared with; null if there is
 *     none
 * @param qualityWeight the weight of the quality field, 0 to 1
 * @param oversample candidates for each hit, at least 1
 * @lucene.experimental
 */
public record ExactKnnRequest(
    String field,
    VectorValue vector,
    Integer k,
    Integer prefixDims,
    String qualityField,
    VectorValue qualityVector,
    Float qualityWeight,
    Integer oversample) {

  /** What the query is called. */
  public static final String QUERY = "exact_vector_knn";

  /** Default of {@link #k}. */
  public static final int DEFAULT_K = 10;

  /** Default of {@link #oversample}. */
  public static final int DEFAULT_OVERSAMPLE = 3;

  /** The most that {@link #k}, and {@link #k} times {@link #oversample}, can be. */
  public static final int MAX_DOCUMENTS = 100_000;

  /**
   * Checks the parameters.
   *
   * @throws IllegalArgumentException naming the parameter, what was found and what was expected
   */
  public ExactKnnRequest {
    Objects.requireNonNull(field, "field");
    Objects.requireNonNull(vector, "vector");
    checkRange("k", k, MAX_DOCUMENTS);
    checkRange("prefix_dims", prefixDims, ExactVectorFieldSettings.MAX_DIMS);
    checkRange("oversample", oversample, MAX_DOCUMENTS);
    if ((qualityField == null) != (qualityVector == null)) {
      throw new IllegalArgumentException(
          "expected both [quality_field] and [quality_vector], or neither");
    }
    if (prefixDims != null && qualityField != null) {
      throw new IllegalArgumentException(
          "found [prefix_dims] and [quality_field], expected only one of them");
    }
    if (oversample != null && prefixDims == null && qualityField == null) {
      throw new IllegalArgumentException(
          "[oversample]: expected [prefix_dims] or [quality_field] with it");
    }
    if (prefixDims != null || qualityField != null) {
      checkCandidates(orDefault(k, DEFAULT_K), orDefault(oversample, DEFAULT_OVERSAMPLE));
    }
    if (qualityWeight != null) {
      if (qualityField == null) {
        throw new IllegalArgumentException("[quality_weight]: expected [quality_field] with it");
      }
      if (qualityWeight >= 0 == false || qualityWeight > 1) {
        throw new IllegalArgumentException(
            "[quality_weight]: found " + qualityWeight + ", expected 0 to 1");
      }
    }
  }

  private static int orDefault(Integer value, int defaultValue) {
    return value == null ? defaultValue : value;
  }

  private static void checkCandidates(int k, int oversample) {
    long candidates = (long) k * oversample;
    if (candidates > MAX_DOCUMENTS) {
      throw new IllegalArgumentException(
          "[k] times [oversample]: found "
              + k
              + " times "
              + oversample
              + ", expected up to "
              + MAX_DOCUMENTS);
    }
  }

  private static void checkRange(String name, Integer value, int max) {
    if (value != null && (value < 1 || value > max)) {
      throw new IllegalArgumentException(
          "[" + name + "]: found " + value + ", expected 1 to " + max);
    }
  }

  /**
   * A field that a request names.
   *
   * @param name in Lucene, which is not the name of an alias
   * @param settings of the field
   */
  public record Field(String name, ExactVectorFieldSettings settings) {

    private float[] target(VectorValue value, String parameter) {
      return value.vector(settings, "[" + parameter + "] of field [" + name + "]");
    }
  }

  /**
   * Makes the query.
   *
   * @param filter what hits must match; null for everything
   * @param fields finds a field by the name in the request, or refuses the name
   * @throws IllegalArgumentException if a vector or {@link #prefixDims} does not fit its field
   */
  public Query toQuery(Query filter, Function<String, Field> fields) {
    Field searched = fields.apply(field);
    float[] target = searched.target(vector, "query_vector");
    int hits = orDefault(k, DEFAULT_K);
    if (prefixDims != null) {
      checkRange("prefix_dims", prefixDims, searched.settings().dims());
      return PrefixKnnQuery.builder(searched.name(), target)
          .prefixDimensions(prefixDims)
          .k(hits)
          .filter(filter)
          .oversample(orDefault(oversample, DEFAULT_OVERSAMPLE))
          .build();
    }
    if (qualityField != null) {
      Field quality = fields.apply(qualityField);
      return TwoFieldKnnQuery.builder()
          .fast(searched.name(), target)
          .quality(quality.name(), quality.target(qualityVector, "quality_vector"))
          .qualityWeight(
              qualityWeight == null ? TwoFieldKnnQuery.DEFAULT_QUALITY_WEIGHT : qualityWeight)
          .k(hits)
          .filter(filter)
          .oversample(orDefault(oversample, DEFAULT_OVERSAMPLE))
          .build();
    }
    return new ExactKnnQuery(searched.name(), target, hits, filter);
  }
}
