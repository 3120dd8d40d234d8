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
package io.github.luceneplaid.tests;

import io.github.luceneplaid.fsvi.files.NpyFile;
import io.github.luceneplaid.fsvi.files.NpzFile;
import io.github.luceneplaid.testframework.CranfieldFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A collection of real documents and queries as tokens of length 1, with the hits of exact MaxSim
 * and human judgements.
 *
 * @param documents tokens of each document
 * @param ids id of each document
 * @param queries tokens of each query
 * @param exact for each query the best documents by exact MaxSim, best first
 * @param grades for each query the grades of the documents that were judged, by id
 */
record Cranfield(
    float[][][] documents,
    List<String> ids,
    float[][][] queries,
    int[][] exact,
    List<Map<String, Integer>> grades) {

  private static final int DEPTH = 100;

  /** Reads the collection. */
  static Cranfield read() throws IOException {
    Path folder = CranfieldFolder.path();
    float[][][] queries = CranfieldFolder.queries();
    int[][] exact = new int[queries.length][DEPTH];
    try (NpzFile archive = NpzFile.open(folder.resolve("exact_top100.npz"));
        NpyFile best = archive.array("ids")) {
      for (int query = 0; query < queries.length; query++) {
        for (int rank = 0; rank < DEPTH; rank++) {
          exact[query][rank] = (int) best.longAt(query * best.rowSize() + rank);
        }
      }
    }
    Map<String, Map<String, Integer>> grades = new HashMap<>();
    for (String line : Files.readAllLines(folder.resolve("qrels.tsv"))) {
      String[] columns = line.split("\t", -1);
      grades
          .computeIfAbsent(columns[0], query -> new HashMap<>())
          .put(columns[1], Integer.parseInt(columns[2]));
    }
    return new Cranfield(
        CranfieldFolder.documents(),
        CranfieldFolder.ids(),
        queries,
        exact,
        CranfieldFolder.elements("query_ids.json").stream()
            .map(query -> grades.getOrDefault(query, Map.of()))
            .toList());
  }

  /**
   * Leaves out most of the collection.
   *
   * @param step takes each step-th document
   * @param count queries to keep, of those whose best k documents are still known
   */
  Cranfield reduced(int step, int count, int k) {
    List<float[][]> fewDocuments = new ArrayList<>();
    List<String> fewIds = new ArrayList<>();
    for (int doc = 0; doc < documents.length; doc += step) {
      fewDocuments.add(documents[doc]);
      fewIds.add(ids.get(doc));
    }
    List<float[][]> fewQueries = new ArrayList<>();
    List<int[]> fewExact = new ArrayList<>();
    List<Map<String, Integer>> fewGrades = new ArrayList<>();
    for (int query = 0; query < queries.length && fewQueries.size() < count; query++) {
      int[] left =
          Arrays.stream(exact[query])
              .filter(doc -> doc % step == 0)
              .map(doc -> doc / step)
              .toArray();
      if (left.length >= k) {
        fewQueries.add(queries[query]);
        fewExact.add(left);
        fewGrades.add(grades.get(query));
      }
    }
    return new Cranfield(
        fewDocuments.toArray(float[][][]::new),
        fewIds,
        fewQueries.toArray(float[][][]::new),
        fewExact.toArray(int[][]::new),
        fewGrades);
  }

  /** Number of tokens of all documents. */
  long tokens() {
    return Arrays.stream(documents).mapToLong(document -> document.length).sum();
  }

  /** Mean share of the exact hits that are among the given hits. */
  double recall(int[][] hits, int k) {
    long found = 0;
    for (int query = 0; query < queries.length; query++) {
      int[] expected = Arrays.copyOf(exact[query], k);
      found +=
          Arrays.stream(hits[query])
              .limit(k)
              .filter(doc -> Arrays.stream(expected).anyMatch(e -> e == doc))
              .count();
    }
    return (double) found / k / queries.length;
  }

  /** Mean of the discounted cumulative gain, over that of the best ranking; grades are gains. */
  double ndcg(int[][] hits, int k) {
    double sum = 0;
    for (int query = 0; query < queries.length; query++) {
      Map<String, Integer> judged = grades.get(query);
      List<Integer> gains =
          Arrays.stream(hits[query]).mapToObj(doc -> judged.getOrDefault(ids.get(doc), 0)).toList();
      List<Integer> best = judged.values().stream().sorted(Collections.reverseOrder()).toList();
      double ideal = dcg(best, k);
      sum += ideal == 0 ? 0 : dcg(gains, k) / ideal;
    }
    return sum / queries.length;
  }

  private static double dcg(Collection<Integer> gains, int k) {
    double sum = 0;
    int rank = 1;
    for (int gain : gains) {
      if (rank > k) {
        break;
      }
      sum += gain / (Math.log(1 + rank++) / Math.log(2));
    }
    return sum;
  }
}
