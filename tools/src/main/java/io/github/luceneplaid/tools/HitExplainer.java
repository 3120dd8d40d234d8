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
import io.github.luceneplaid.plaid.MaxSimRescorer;
import io.github.luceneplaid.plaid.TokenMatch;
import java.io.IOException;
import java.util.List;
import org.apache.lucene.document.Document;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TopDocs;

/** Explains the scores of documents for a query. */
final class HitExplainer {
  private final IndexSearcher searcher;
  private final TextEncoder encoder;
  private final String query;
  private final EncodedText encoded;

  /**
   * For one query.
   *
   * @param encoded its tokens
   * @throws UserException if there are none
   */
  HitExplainer(IndexSearcher searcher, TextEncoder encoder, String query, EncodedText encoded) {
    if (encoded.vectors().length == 0) {
      throw new UserException("query \"" + query + "\": no words in it");
    }
    this.searcher = searcher;
    this.encoder = encoder;
    this.query = query;
    this.encoded = encoded;
  }

  /** The best of some documents by MaxSim; null if there are none. */
  ScoreDoc best(Query documents) throws IOException {
    TopDocs found = searcher.search(documents, Math.max(1, searcher.getIndexReader().maxDoc()));
    MaxSimRescorer rescorer = new MaxSimRescorer(IndexBuilder.TOKENS, encoded.vectors());
    return found.scoreDocs.length == 0 ? null : rescorer.rescore(searcher, found, 1).scoreDocs[0];
  }

  /**
   * Explains a hit.
   *
   * @param rank among the hits, from 1; null if it is not known
   * @throws UserException if the document has no tokens that go with those of the query
   */
  HitExplanation explain(ScoreDoc hit, Integer rank) throws IOException {
    float[][] tokens = encoded.vectors();
    LateInteractionQuery maxSim = new LateInteractionQuery(IndexBuilder.TOKENS, tokens, 1);
    Document document = new WholeDocuments(searcher.getIndexReader()).get(hit.doc);
    String text = document.get(IndexBuilder.TEXT);
    List<TokenMatch> matches = maxSim.matches(searcher, hit.doc);
    float[][] similarities = maxSim.similarities(searcher, hit.doc);
    int count = similarities[0].length;
    if (count == 0) {
      throw new UserException(
          "document "
              + RecordSearch.shownId(document, hit.doc)
              + ": no tokens of "
              + tokens[0].length
              + " dimensions, which the query has");
    }
    TokenPieces pieces = TokenPieces.of(searcher.getIndexReader(), hit.doc, count, encoder, text);
    return new HitExplanation(
        query,
        RecordSearch.shownId(document, hit.doc),
        document.get(IndexBuilder.TITLE),
        text,
        rank,
        hit.score,
        HitExplanation.labels(query, encoded.starts(), encoded.ends()),
        pieces == null ? HitExplanation.numbers(count) : HitExplanation.labels(text, pieces),
        pieces == null ? List.of() : WordMatch.of(query, encoded, text, pieces, matches),
        matches,
        similarities);
  }
}
