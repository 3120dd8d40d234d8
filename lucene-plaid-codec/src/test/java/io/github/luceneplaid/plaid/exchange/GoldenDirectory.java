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

package io.github.luceneplaid.plaid.exchange;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.luceneplaid.fsvi.files.NpyFile;
import io.github.luceneplaid.testframework.SharedFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * A folder that next-plaid or fast-plaid has written, with the results of these programs.
 *
 * @param name of the case and its stage
 * @param index the directory
 * @param documents the decoded tokens of each document
 * @param queries tokens of each query
 * @param hits of each query, all documents
 */
public record GoldenDirectory(
    String name, Path index, float[][][] documents, float[][][] queries, List<Hits> hits) {

  /** Documents and their raw scores, best first. */
  public record Hits(int[] ids, float[] scores) {}

  /** Returns the path of the set, if it exists. */
  public static Path folder() {
    return SharedFolder.path("golden");
  }

  /** The stages of all cases of a program. */
  public static List<GoldenDirectory> all(String program) throws IOException {
    List<GoldenDirectory> all = new ArrayList<>();
    for (Path directory : sorted(folder().resolve(program))) {
      for (Path stage : sorted(directory)) {
        if (Files.isDirectory(stage.resolve("index"))) {
          all.add(read(program, directory, stage));
        }
      }
    }
    return all;
  }

  private static List<Path> sorted(Path folder) throws IOException {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.filter(Files::isDirectory).sorted().toList();
    }
  }

  private static GoldenDirectory read(String program, Path directory, Path stage)
      throws IOException {
    Path results = stage.resolve("results_exhaustive_float.json");
    if (Files.exists(results) == false) {
      results = stage.resolve("results_exhaustive.json");
    }
    List<Hits> hits = new ArrayList<>();
    ObjectMapper mapper = new ObjectMapper();
    for (JsonNode query : mapper.readTree(results.toFile()).at("/runs/0/queries")) {
      hits.add(mapper.convertValue(query, Hits.class));
    }
    return new GoldenDirectory(
        program + "/" + directory.getFileName() + "/" + stage.getFileName(),
        stage.resolve("index"),
        split(stage.resolve("decompressed.npy"), stage.resolve("expected_doclens.json")),
        split(directory.resolve("queries.npy"), directory.resolve("querylens.json")),
        hits);
  }

  private static float[][][] split(Path rows, Path lengths) throws IOException {
    if (Files.exists(rows) == false) {
      return new float[0][][];
    }
    int[] counts = JsonFile.integers(lengths, Integer.MAX_VALUE);
    try (NpyFile array = NpyFile.open(rows)) {
      float[][][] parts = new float[counts.length][][];
      int row = 0;
      for (int i = 0; i < counts.length; i++) {
        parts[i] = new float[counts[i]][(int) array.rowSize()];
        for (float[] token : parts[i]) {
          array.readFloats(row++ * array.rowSize(), token, 0, token.length);
        }
      }
      return parts;
    }
  }

  public boolean isBinary() throws IOException {
    return PlaidFolderMetadata.read(index).binary();
  }

  /** The largest dot product of each query token with a token of the document. */
  public static double[] maxima(float[][] query, float[][] document) {
    double[] maxima = new double[query.length];
    for (int q = 0; q < query.length; q++) {
      maxima[q] = Double.NEGATIVE_INFINITY;
      for (float[] token : document) {
        double dot = 0;
        for (int j = 0; j < token.length; j++) {
          dot += (double) query[q][j] * token[j];
        }
        maxima[q] = Math.max(maxima[q], dot);
      }
    }
    return maxima;
  }

  @Override
  public String toString() {
    return name;
  }
}
