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

package io.github.luceneplaid.plaid.write;

import io.github.luceneplaid.plaid.codebook.AbortCheck;
import io.github.luceneplaid.plaid.segment.PlaidOptions;
import java.io.IOException;

/**
 * The tokens of a field that is being written. They can be read any number of times.
 *
 * @param source the values that hold them
 * @param sorted whether the documents of the sources interleave
 * @param options options of the segment
 * @param survey the survey of {@code source}
 * @param abort asked for each document
 */
record FieldTokens(
    TokenDocs.Values source,
    boolean sorted,
    PlaidOptions options,
    FieldSurvey survey,
    AbortCheck abort) {

  /** Surveys the values of a field. */
  static FieldTokens of(
      TokenDocs.Values source, boolean sorted, PlaidOptions options, AbortCheck abort)
      throws IOException {
    FieldSurvey survey = FieldSurvey.of(source, sorted, options, abort);
    return new FieldTokens(source, sorted, options, survey, abort);
  }

  /** Opens the documents, from the first one. */
  TokenDocs docs() throws IOException {
    return new TokenDocs(source, sorted, dimension(), options, abort);
  }

  /** Components of a token. */
  int dimension() {
    return survey.dimension();
  }
}
