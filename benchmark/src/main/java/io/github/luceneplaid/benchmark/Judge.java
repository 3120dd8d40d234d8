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
package io.github.luceneplaid.benchmark;

import java.io.IOException;
import java.util.List;
import java.util.Map;

/**
 * Compares hits with exact hits, and with relevant documents: those that people judged, or else the
 * one document that a query was made from.
 */
final class Judge {
  private static final int K = 10;

  private final Hits[] exact;
  private final List<String> documentIds;
  private final List<String> queryIds;
  private final Map<String, Map<String, Integer>> grades;

  Judge(DataFolder data) throws IOException {
    exact = data.exact();
    grades = data.judgements();
    try (Texts documents = data.documents();
        Texts queries = data.queries()) {
      documentIds = documents.ids();
      queryIds = queries.ids();
    }
  }

  int queries() {
    return queryIds.size();
  }

  String measure() {
    return grades == null ? "MRR@10" : "nDCG@10";
  }

  double recall(int from, int[][] found, int k) {
    return Quality.recall(exact, from, found, k);
  }

  double quality(int from, int[][] found) {
    double sum = 0;
    for (int q = 0; q < found.length; q++) {
      String query = queryIds.get(from + q);
      sum +=
          grades == null
              ? Quality.reciprocalRank(found[q], documentIds, query, K)
              : Quality.ndcg(found[q], documentIds, grades.getOrDefault(query, Map.of()), K);
    }
    return sum / found.length;
  }

  /** The quality of the exact hits themselves. */
  double exactQuality() {
    int[][] found = new int[exact.length][];
    for (int q = 0; q < found.length; q++) {
      found[q] = exact[q].ids();
    }
    return quality(0, found);
  }
}
