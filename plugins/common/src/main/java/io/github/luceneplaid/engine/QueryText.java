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

import java.util.Objects;

/**
 * The words of a query, of which a model makes token vectors.
 *
 * @param text the words
 * @param model name of the model; null for the built-in one
 * @lucene.experimental
 */
public record QueryText(String text, String model) {

  /** Takes words. */
  public QueryText {
    Objects.requireNonNull(text, "text");
  }

  /**
   * What a request asks by.
   *
   * @param vectors null if it has none
   * @param text null if it has none
   * @param model null if it has none
   * @return null if it asks by vectors
   * @throws IllegalArgumentException unless it has either vectors or a text
   */
  public static QueryText ofRequest(QueryVectors vectors, String text, String model) {
    if ((vectors == null) == (text == null)) {
      throw new IllegalArgumentException(
          "found "
              + (text == null
                  ? "neither [query_vectors] nor [query_text]"
                  : "both [query_vectors] and [query_text]")
              + ", expected one of them");
    }
    if (model != null && text == null) {
      throw new IllegalArgumentException("[model]: expected only together with [query_text]");
    }
    return text == null ? null : new QueryText(text, model);
  }
}
