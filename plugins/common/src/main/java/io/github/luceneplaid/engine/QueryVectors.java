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

import java.util.Arrays;
import java.util.Objects;

/**
 * The token vectors of a query as a request states them. A node that parses a request, or passes it
 * on, does not know the field's settings. The shards that are searched know them, and check the
 * rest.
 *
 * @param numbers one row per vector, as {@link TokenMatrix#ofRequest} gives them; null if the
 *     vectors are in base64
 * @param base64 a text as {@link TokenMatrix#addBase64} takes it; null if there are numbers
 * @param warning of the encoder, for the answer of the request; null for none; not compared
 * @lucene.experimental
 */
public record QueryVectors(float[][] numbers, String base64, String warning) {

  /** Takes one of the two. */
  public QueryVectors {
    if ((numbers == null) == (base64 == null)) {
      throw new IllegalArgumentException("[query_vectors]: expected numbers or a text in base64");
    }
  }

  /** Takes one of the two, without a warning. */
  public QueryVectors(float[][] numbers, String base64) {
    this(numbers, base64, null);
  }

  /**
   * The vectors for a field.
   *
   * @param settings of the field
   * @param field name of the field
   * @return one row per vector, at least one
   * @throws IllegalArgumentException if there are none or too many, or if they are not of the
   *     field's dimension or not finite
   */
  public float[][] tokens(LateInteractionFieldSettings settings, String field) {
    TokenMatrix matrix = settings.queryMatrix(field);
    if (base64 != null) {
      matrix.addBase64(base64);
    } else {
      for (float[] vector : numbers) {
        matrix.startToken();
        for (float number : vector) {
          matrix.add(number);
        }
        matrix.endToken();
      }
    }
    if (matrix.size() == 0) {
      throw matrix.unexpected("no vectors");
    }
    return matrix.toArray();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof QueryVectors that
        && Arrays.deepEquals(numbers, that.numbers)
        && Objects.equals(base64, that.base64);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.deepHashCode(numbers) + Objects.hashCode(base64);
  }

  @Override
  public String toString() {
    return numbers == null
        ? base64.length() + " characters of base64"
        : numbers.length + " vectors";
  }
}
