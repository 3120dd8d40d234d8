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
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;

/**
 * Searches by tokens and by words, and merges the two rankings. A record is shown by its best
 * passage in the ranking that has it higher up. If both have it at the same place, the passage
 * found by tokens is shown.
 */
final class HybridSearch {
  /** The fewest records of each ranking that count. */
  private static final int DEPTH = 100;

  private final RecordSearch search;
  private final Fusion fusion;

  HybridSearch(RecordSearch search, Fusion fusion) {
    this.search = search;
    this.fusion = fusion;
  }

  /** A record that is found, by one of the rankings or both. */
  private static final class Found {
    private int doc;
    private double score;
    private RankedHit.Place maxSim;
    private RankedHit.Place words;

    int rank() {
      int byTokens = maxSim == null ? Integer.MAX_VALUE : maxSim.rank();
      return words == null ? byTokens : Math.min(byTokens, words.rank());
    }

    RankedHit hit() {
      return new RankedHit(doc, (float) score, maxSim, words);
    }
  }

  /**
   * Finds the best k records of a query.
   *
   * @param fusion null to search by its tokens alone
   * @param notes takes a note if some of its words are not looked for
   */
  static List<RankedHit> search(
      RecordSearch search, Fusion fusion, SearchedQuery query, int k, Notes notes)
      throws IOException {
    float[][] tokens = query.tokens().vectors();
    if (fusion == null) {
      return RankedHit.of(search.search(tokens, k));
    }
    Query words = WordsQuery.of(query.text(), search.mostClauses(), notes);
    return new HybridSearch(search, fusion).search(tokens, words, k);
  }

  /**
   * Finds the best k records. Of records with equal scores, the one with the highest rank in either
   * ranking comes first.
   */
  List<RankedHit> search(float[][] tokens, Query words, int k) throws IOException {
    int depth = Math.max(k, DEPTH);
    List<ScoreDoc> byTokens = search.search(tokens, depth);
    List<ScoreDoc> byWords = search.search(words, depth);
    Map<String, Found> records = new LinkedHashMap<>();
    for (int i = 0; i < byTokens.size(); i++) {
      Found found = found(records, byTokens, i);
      found.maxSim = new RankedHit.Place(i + 1, byTokens.get(i).score);
    }
    for (int i = 0; i < byWords.size(); i++) {
      Found found = found(records, byWords, i);
      found.words = new RankedHit.Place(i + 1, byWords.get(i).score);
    }
    List<Found> best = new ArrayList<>(records.values());
    best.sort(
        Comparator.comparingDouble((Found found) -> -found.score).thenComparingInt(Found::rank));
    return best.stream().limit(k).map(Found::hit).toList();
  }

  /** The record of a hit, with its share of the score. */
  private Found found(Map<String, Found> records, List<ScoreDoc> ranking, int i)
      throws IOException {
    int doc = ranking.get(i).doc;
    Found found = records.computeIfAbsent(search.record(doc), id -> new Found());
    if (i + 1 < found.rank()) {
      found.doc = doc;
    }
    found.score += fusion.share(ranking, i);
    return found;
  }
}
