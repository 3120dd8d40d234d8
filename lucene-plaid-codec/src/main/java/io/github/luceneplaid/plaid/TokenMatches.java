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

package io.github.luceneplaid.plaid;

import java.util.List;

/**
 * The tokens that a document answers a query with, see {@link LateInteractionQuery#matches}.
 *
 * @param doc the document, by its number in the index
 * @param score the document's MaxSim: the sum over the matches of {@code weight · max(0, (1 +
 *     similarity) / 2)}; 0 if the document has no tokens of the query's dimension
 * @param matches one for each query token that has one, by {@link TokenMatch#queryToken}; none for
 *     query tokens of weight 0, and none at all if the document has no tokens of the query's
 *     dimension
 * @lucene.experimental
 */
public record TokenMatches(int doc, float score, List<TokenMatch> matches) {

  /** Copies the list. */
  public TokenMatches {
    matches = List.copyOf(matches);
  }
}
