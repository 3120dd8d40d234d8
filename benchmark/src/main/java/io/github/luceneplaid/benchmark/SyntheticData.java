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

import io.github.luceneplaid.fsvi.files.ElementType;
import io.github.luceneplaid.fsvi.files.NpyWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Data of any number of tokens: an even selection of real documents, or all of them and then
 * copies, with noise added to each token. Copies have no pieces.
 */
final class SyntheticData {
  /**
   * The noise of each dimension. A token with noise has a similarity of about .87 with the real
   * one.
   */
  private static final double NOISE = 0.05;

  private static final int QUERIES = 100;

  private final DataFolder source;
  private final long tokens;

  SyntheticData(DataFolder source, long tokens) {
    this.source = source;
    this.tokens = tokens;
  }

  void make(DataFolder data) throws IOException {
    try (Texts documents = source.documents();
        Texts queries = source.queries()) {
      int step = Math.max(1, queries.size() / QUERIES);
      SubsetData.copy(
          queries, query -> query % step == 0, source.queriesPath(), data.queriesPath());
      Files.createDirectories(data.documentsPath());
      write(documents, data);
    }
  }

  private void write(Texts documents, DataFolder data) throws IOException {
    double share = Math.min(1, (double) tokens / documents.tokens());
    List<Integer> lengths = new ArrayList<>();
    List<String> ids = new ArrayList<>();
    long written = 0;
    try (NpyWriter output =
        new NpyWriter(
            data.documentsPath().resolve(Texts.TOKENS),
            ElementType.FLOAT16,
            documents.dimension())) {
      for (int copy = 0; written < tokens; copy++) {
        SplittableRandom random = new SplittableRandom(copy);
        for (int doc = 0; doc < documents.size() && written < tokens; doc++) {
          // Evenly spread: a document is taken where the sum of shares passes a whole number.
          if ((long) (doc * share) == (long) ((doc + 1) * share)) {
            continue;
          }
          float[] vectors = documents.flat(doc, doc + 1);
          if (copy > 0) {
            perturb(vectors, documents.dimension(), random);
          }
          output.writeFloats(vectors, 0, vectors.length);
          written += documents.length(doc);
          lengths.add(documents.length(doc));
          ids.add(copy == 0 ? documents.ids().get(doc) : documents.ids().get(doc) + "#" + copy);
        }
      }
      output.finish();
    }
    Json.writeCompact(data.documentsPath().resolve(Texts.LENGTHS), lengths);
    Json.writeCompact(data.documentsPath().resolve(Texts.IDS), ids);
  }

  /** Moves each token and brings it back to length 1. */
  private static void perturb(float[] vectors, int dimension, SplittableRandom random) {
    for (int start = 0; start < vectors.length; start += dimension) {
      double squares = 0;
      for (int i = start; i < start + dimension; i++) {
        vectors[i] += (float) (NOISE * random.nextGaussian());
        squares += vectors[i] * vectors[i];
      }
      float factor = (float) (1 / Math.sqrt(squares));
      for (int i = start; i < start + dimension; i++) {
        vectors[i] *= factor;
      }
    }
  }
}
