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
import io.github.luceneplaid.fsvi.files.NpyFile;
import io.github.luceneplaid.fsvi.files.NpyWriter;
import io.github.luceneplaid.fsvi.files.VectorRows;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.SplittableRandom;

/** Data folders whose texts have one vector each, of length 1 and in 32-bit floats. */
final class VectorData {
  private static final int CLUSTERS = 1000;
  private static final int QUERIES = 64;
  private static final int BLOCK = 1024;

  private VectorData() {}

  /** A source of vectors. */
  private interface Source {
    void next(float[] into) throws IOException;
  }

  /**
   * Makes vectors around random centres. Clusters differ in width and in their number of vectors.
   * Queries are drawn in the same way.
   */
  static void clustered(DataFolder data, int count, int dimension) throws IOException {
    SplittableRandom random = new SplittableRandom(dimension);
    float[][] centres = new float[CLUSTERS][dimension];
    float[] spreads = new float[CLUSTERS];
    for (int c = 0; c < CLUSTERS; c++) {
      for (int i = 0; i < dimension; i++) {
        centres[c][i] = (float) random.nextGaussian();
      }
      spreads[c] = 0.4f + 0.6f * (float) random.nextDouble();
    }
    Source source =
        into -> {
          // Cluster numbers are more frequent the lower they are.
          int c = (int) (CLUSTERS * Math.pow(random.nextDouble(), 2));
          for (int i = 0; i < into.length; i++) {
            into[i] = centres[c][i] + spreads[c] * (float) random.nextGaussian();
          }
        };
    write(data.documentsPath(), count, dimension, source);
    write(data.queriesPath(), QUERIES, dimension, source);
    exact(data);
  }

  /** Whether a data set has means of tokens, see {@link #pooled}. */
  static boolean hasPooled(DataFolder data) {
    return Files.exists(data.documentsPath().resolve(Texts.POOLED))
        && Files.exists(data.queriesPath().resolve(Texts.POOLED));
  }

  /** Makes a data set of the mean token of each text. */
  static void pooled(DataFolder data, DataFolder source) throws IOException {
    copyPooled(source.documentsPath(), data.documentsPath());
    copyPooled(source.queriesPath(), data.queriesPath());
    exact(data);
  }

  private static void copyPooled(Path from, Path to) throws IOException {
    try (VectorRows vectors = NpyFile.open(from.resolve(Texts.POOLED)).vectors()) {
      long[] row = new long[1];
      write(
          to,
          Math.toIntExact(vectors.rows()),
          vectors.dimension(),
          into -> vectors.read(row[0]++, into));
    }
  }

  private static void write(Path folder, int count, int dimension, Source source)
      throws IOException {
    Files.createDirectories(folder);
    try (NpyWriter output =
        new NpyWriter(folder.resolve(Texts.TOKENS), ElementType.FLOAT32, dimension)) {
      float[] vector = new float[dimension];
      for (int i = 0; i < count; i++) {
        source.next(vector);
        normalize(vector);
        output.add(vector);
      }
      output.finish();
    }
    Json.writeCompact(folder.resolve(Texts.LENGTHS), Collections.nCopies(count, 1));
  }

  private static void normalize(float[] vector) {
    double squares = 0;
    for (float x : vector) {
      squares += (double) x * x;
    }
    double length = squares == 0 ? 1 : Math.sqrt(squares);
    for (int i = 0; i < vector.length; i++) {
      vector[i] = (float) (vector[i] / length);
    }
  }

  /** Compares each query with each vector, in 64-bit floats. */
  private static void exact(DataFolder data) throws IOException {
    try (Texts documents = data.documents();
        Texts queries = data.queries()) {
      int dimension = documents.dimension();
      float[] all = queries.flat(0, queries.size());
      BestHits[] best = new BestHits[queries.size()];
      Arrays.setAll(best, q -> new BestHits(DataFolder.DEPTH));
      for (int from = 0; from < documents.size(); from += BLOCK) {
        int to = Math.min(documents.size(), from + BLOCK);
        float[] vectors = documents.flat(from, to);
        for (int q = 0; q < best.length; q++) {
          for (int doc = from; doc < to; doc++) {
            double product = dot(all, q * dimension, vectors, (doc - from) * dimension, dimension);
            best[q].add(doc, (float) product);
          }
        }
      }
      Json.writeCompact(
          data.exactPath(), Arrays.stream(best).map(BestHits::hits).toArray(Hits[]::new));
    }
  }

  private static double dot(float[] a, int aStart, float[] b, int bStart, int n) {
    double s0 = 0;
    double s1 = 0;
    double s2 = 0;
    double s3 = 0;
    int i = 0;
    for (; i < n - 3; i += 4) {
      s0 += (double) a[aStart + i] * b[bStart + i];
      s1 += (double) a[aStart + i + 1] * b[bStart + i + 1];
      s2 += (double) a[aStart + i + 2] * b[bStart + i + 2];
      s3 += (double) a[aStart + i + 3] * b[bStart + i + 3];
    }
    for (; i < n; i++) {
      s0 += (double) a[aStart + i] * b[bStart + i];
    }
    return s0 + s1 + s2 + s3;
  }
}
