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

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.standard.StandardAnalyzer;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.BooleanClause;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.BoostQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.TermQuery;

/** Makes a query for the words of a text, any of them, which Lucene scores by BM25. */
final class WordsQuery {
  private WordsQuery() {}

  /**
   * Makes a query.
   *
   * @param most how many different words are looked for at most
   * @param notes are told if there are more different words than a query may have
   */
  static Query of(String text, int most, Notes notes) throws IOException {
    Map<String, Integer> counts = counts(text);
    if (counts.size() > most) {
      notes.add(
          "query \""
              + Ids.shown(text)
              + "\" has "
              + counts.size()
              + " different words; the first "
              + most
              + " are looked for");
    }
    BooleanQuery.Builder query = new BooleanQuery.Builder();
    counts.entrySet().stream()
        .limit(most)
        .forEach(
            word -> query.add(word(word.getKey(), word.getValue()), BooleanClause.Occur.SHOULD));
    return query.build();
  }

  /** Words in their order, and how often each is there. */
  private static Map<String, Integer> counts(String text) throws IOException {
    Map<String, Integer> counts = new LinkedHashMap<>();
    try (StandardAnalyzer analyzer = new StandardAnalyzer();
        TokenStream words = analyzer.tokenStream(IndexBuilder.TEXT, text)) {
      CharTermAttribute word = words.addAttribute(CharTermAttribute.class);
      words.reset();
      while (words.incrementToken()) {
        counts.merge(word.toString(), 1, Integer::sum);
      }
      words.end();
    }
    return counts;
  }

  private static Query word(String word, int count) {
    Query query = new TermQuery(new Term(IndexBuilder.TEXT, word));
    return count == 1 ? query : new BoostQuery(query, count);
  }
}
