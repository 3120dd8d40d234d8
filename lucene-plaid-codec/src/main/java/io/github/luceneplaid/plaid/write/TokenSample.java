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

import java.io.IOException;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.Predicate;
import org.apache.lucene.search.DocIdSetIterator;

/**
 * A uniform sample of the tokens of a field, normalized by a {@link TokenNormalizer}.
 *
 * @param rows the tokens, row after row
 * @param size number of tokens
 */
record TokenSample(float[] rows, int size) {

  /** Largest memory of a sample. */
  private static final int MAX_BYTES = 1 << 26;

  /** Tokens of a sample for each centroid that is trained. */
  private static final int TOKENS_PER_CENTROID = 128;

  /** Returns the size of a sample for training this number of centroids. */
  static int size(int centroids, long tokens, int dimension) {
    long wanted = Math.min((long) centroids * TOKENS_PER_CENTROID, tokens);
    return (int) Math.min(wanted, MAX_BYTES / (dimension * (long) Float.BYTES));
  }

  /**
   * Draws a sample.
   *
   * @param docs the documents, before the first one
   * @param copied documents to leave out because their codes are copied
   * @param total number of tokens to draw from
   * @param size number of tokens to draw, at most {@code total}
   */
  static TokenSample draw(
      TokenDocs docs,
      TokenNormalizer normalizer,
      Predicate<TokenCursor> copied,
      long total,
      int size,
      long seed)
      throws IOException {
    int dimension = normalizer.dimension();
    float[] rows = new float[size * dimension];
    float[] token = new float[dimension];
    SplittableRandom random = new SplittableRandom(seed);
    long left = total;
    int drawn = 0;
    while (drawn < size && docs.nextDoc() != DocIdSetIterator.NO_MORE_DOCS) {
      TokenCursor doc = docs.current();
      if (copied.test(doc)) {
        continue;
      }
      for (int i = 0; i < doc.tokenCount(); i++, left--) {
        if (random.nextLong(left) < size - drawn) {
          doc.tokens(i, 1, token);
          System.arraycopy(token, 0, rows, drawn * dimension, dimension);
          drawn++;
        }
      }
    }
    assert drawn == size : drawn + " of " + size;
    normalizer.normalize(rows, drawn);
    return new TokenSample(drawn == size ? rows : Arrays.copyOf(rows, drawn * dimension), drawn);
  }
}
