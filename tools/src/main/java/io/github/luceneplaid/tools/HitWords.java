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

import io.github.luceneplaid.encoder.EncodedText;
import io.github.luceneplaid.encoder.TextEncoder;
import io.github.luceneplaid.plaid.LateInteractionQuery;
import java.io.IOException;
import java.util.List;
import org.apache.lucene.search.IndexSearcher;

/** Finds the words in hits that the words of a query matched. */
final class HitWords {
  private final TextEncoder encoder;
  private final IndexSearcher searcher;
  private final String queryText;
  private final EncodedText encoded;
  private final LateInteractionQuery query;

  /**
   * For one query.
   *
   * @param queryText what was asked
   * @param encoded its tokens
   */
  HitWords(TextEncoder encoder, IndexSearcher searcher, String queryText, EncodedText encoded) {
    this.encoder = encoder;
    this.searcher = searcher;
    this.queryText = queryText;
    this.encoded = encoded;
    float[][] tokens = encoded.vectors();
    query = tokens.length == 0 ? null : new LateInteractionQuery(IndexBuilder.TOKENS, tokens, 1);
  }

  /**
   * The matches of a hit, in the order of the query. Matches of function words are left out, unless
   * there are no others.
   *
   * @return none if the tokens are not those of the text
   */
  List<WordMatch> matches(int doc, String text) throws IOException {
    if (query == null) {
      return List.of();
    }
    int tokens = query.similarities(searcher, doc)[0].length;
    TokenPieces pieces = TokenPieces.of(searcher.getIndexReader(), doc, tokens, encoder, text);
    if (pieces == null) {
      return List.of();
    }
    List<WordMatch> all =
        WordMatch.of(queryText, encoded, text, pieces, query.matches(searcher, doc));
    List<WordMatch> telling = all.stream().filter(WordMatch::tells).toList();
    return telling.isEmpty() ? all : telling;
  }
}
