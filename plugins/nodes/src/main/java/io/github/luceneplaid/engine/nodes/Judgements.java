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

package io.github.luceneplaid.engine.nodes;

import io.github.luceneplaid.testframework.CranfieldFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What people said of the documents of the collection, and how well rankings agree with that. */
public final class Judgements {

  private static final int K = 10;

  private final List<Map<String, Integer>> grades = new ArrayList<>();

  /** Reads the judgements, in the order of the collection's queries. */
  public Judgements() throws IOException {
    Map<String, Map<String, Integer>> byQuery = new HashMap<>();
    for (String line : Files.readAllLines(CranfieldFolder.path().resolve("qrels.tsv"))) {
      String[] parts = line.split("\t", -1);
      byQuery
          .computeIfAbsent(parts[0], query -> new HashMap<>())
          .put(parts[1], Integer.parseInt(parts[2]));
    }
    for (String query : CranfieldFolder.elements("query_ids.json")) {
      grades.add(byQuery.get(query));
    }
  }

  /** A kind of search. */
  @FunctionalInterface
  public interface Search {
    /** Ids of the ten best hits of a query of the collection, given by its position. */
    List<String> hits(int query) throws IOException;
  }

  /**
   * Quality of three kinds of search.
   *
   * @param words nDCG@10 of a search by words alone
   * @param tokens the same, by token vectors alone
   * @param both the same, by both
   */
  public record Hybrid(double words, double tokens, double both) {
    /** Whether both together are no worse than the better one alone, but for a hundredth. */
    public boolean isGood() {
      return both >= Math.max(words, tokens) - 0.01;
    }

    @Override
    public String toString() {
      return String.format(
          Locale.ROOT, "nDCG@10: words %.3f, tokens %.3f, both %.3f", words, tokens, both);
    }
  }

  /** Compares three kinds of search. */
  public Hybrid compare(Search words, Search tokens, Search both) throws IOException {
    return new Hybrid(ndcg(words), ndcg(tokens), ndcg(both));
  }

  /** Mean of the discounted cumulative gain, over that of the best ranking; grades are gains. */
  private double ndcg(Search search) throws IOException {
    double sum = 0;
    for (int query = 0; query < grades.size(); query++) {
      Map<String, Integer> judged = grades.get(query);
      List<Integer> gains =
          search.hits(query).stream().map(id -> judged.getOrDefault(id, 0)).toList();
      double ideal = dcg(judged.values().stream().sorted(Collections.reverseOrder()).toList());
      sum += ideal == 0 ? 0 : dcg(gains) / ideal;
    }
    return sum / grades.size();
  }

  private static double dcg(List<Integer> gains) {
    double sum = 0;
    for (int rank = 0; rank < Math.min(K, gains.size()); rank++) {
      sum += gains.get(rank) * Math.log(2) / Math.log(rank + 2);
    }
    return sum;
  }
}
