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
package io.github.luceneplaid.tools;

import io.github.luceneplaid.plaid.TokenPooling;
import picocli.CommandLine.Option;

/** Options of commands that may pool the tokens of documents. */
final class PoolOptions {
  @Option(
      names = "--pool-factor",
      defaultValue = "1",
      paramLabel = "N",
      description =
          "Pool tokens that are alike, N to one on average: the index gets N times smaller, hits a"
              + " little worse, and of each token that matched all words are shown that it was"
              + " pooled from (default: 1, not at all).")
  private int factor;

  @Option(
      names = "--pool-protect",
      defaultValue = "1",
      paramLabel = "N",
      description = "Tokens at the start that are not pooled (default: ${DEFAULT-VALUE}).")
  private int protectedTokens;

  TokenPooling pooling() {
    if (factor < 1) {
      throw UserException.usage("--pool-factor " + factor + ": expected 1 or more");
    }
    if (protectedTokens < 0) {
      throw UserException.usage("--pool-protect " + protectedTokens + ": expected 0 or more");
    }
    return new TokenPooling(factor, protectedTokens);
  }

  /**
   * Finds which tokens of a document are to be pooled. Errors name the document.
   *
   * @return as {@link TokenPooling#clusters}; null if none are
   */
  static int[] clusters(TokenPooling pooling, String id, float[][] tokens) {
    try {
      return pooling.factor() == 1 ? null : pooling.clusters(tokens);
    } catch (IllegalArgumentException e) {
      throw new UserException("document " + id + ": " + e.getMessage(), e);
    }
  }

  /** Pools the tokens of a document. Errors name the document. */
  static float[][] pool(TokenPooling pooling, String id, float[][] tokens) {
    int[] clusters = clusters(pooling, id, tokens);
    return clusters == null ? tokens : TokenPooling.pool(tokens, clusters);
  }
}
