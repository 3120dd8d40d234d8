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

import io.github.luceneplaid.fsvi.files.ElementType;
import io.github.luceneplaid.fsvi.files.NpyWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.apache.lucene.tests.util.TestUtil;

/** Directories of random bytes. */
public final class RandomDirectories {

  private RandomDirectories() {}

  /** A random directory, as bytes that were chosen without any training. */
  public static void write(
      Random random, Path folder, int dimension, int bits, boolean binary, int documents)
      throws IOException {
    int centroids = TestUtil.nextInt(random, 1, 70);
    write(random, folder, dimension, bits, binary, documents, centroids);
  }

  /** Returns a random folder with a number of centroids. */
  public static void write(
      Random random,
      Path folder,
      int dimension,
      int bits,
      boolean binary,
      int documents,
      int centroids)
      throws IOException {
    floats(folder, "centroids", randomFloats(random, centroids * dimension, 0.3f), dimension);
    floats(folder, "avg_residual", randomFloats(random, dimension, 0.1f));
    if (binary == false) {
      float[] weights = randomFloats(random, 1 << bits, 0.1f);
      Arrays.sort(weights);
      floats(folder, "bucket_weights", weights);
      floats(folder, "bucket_cutoffs", Arrays.copyOf(weights, weights.length - 1));
      floats(folder, "cluster_threshold", new float[] {0.4f});
    }
    int chunks = TestUtil.nextInt(random, 1, 4);
    for (int chunk = 0; chunk < chunks; chunk++) {
      int from = documents * chunk / chunks;
      writeChunk(
          random,
          folder,
          chunk,
          documents * (chunk + 1) / chunks - from,
          centroids,
          dimension,
          bits);
    }
    Files.writeString(
        folder.resolve("metadata.json"),
        "{\"num_chunks\":" + chunks + ", \"nbits\": " + bits + ",\"binary\":" + binary + "}");
  }

  private static void writeChunk(
      Random random, Path folder, int chunk, int documents, int centroids, int dimension, int bits)
      throws IOException {
    int[] counts = new int[documents];
    Arrays.setAll(counts, i -> TestUtil.nextInt(random, 0, 40));
    long[] codes = new long[Arrays.stream(counts).sum()];
    Arrays.setAll(codes, i -> random.nextInt(centroids));
    int width = (dimension * bits + 7) / 8;
    byte[] residuals = new byte[codes.length * width];
    random.nextBytes(residuals);
    Files.writeString(folder.resolve("doclens." + chunk + ".json"), Arrays.toString(counts));
    try (NpyWriter out = new NpyWriter(folder.resolve(chunk + ".codes.npy"), ElementType.INT64)) {
      out.writeLongs(codes, 0, codes.length);
      out.finish();
    }
    Path file = folder.resolve(chunk + ".residuals.npy");
    try (NpyWriter out = new NpyWriter(file, ElementType.UINT8, width)) {
      out.writeBytes(residuals, 0, residuals.length);
      out.finish();
    }
  }

  private static void floats(Path folder, String name, float[] floats, int... rowShape)
      throws IOException {
    Path file = folder.resolve(name + ".npy");
    try (NpyWriter out = new NpyWriter(file, ElementType.FLOAT32, rowShape)) {
      out.writeFloats(floats, 0, floats.length);
      out.finish();
    }
  }

  private static float[] randomFloats(Random random, int n, float deviation) {
    float[] floats = new float[n];
    for (int i = 0; i < n; i++) {
      floats[i] = (float) random.nextGaussian() * deviation;
    }
    return floats;
  }

  /** Tokens of length 1, in any direction. */
  public static float[][] tokens(Random random, int n, int dimension) {
    float[][] tokens = new float[n][dimension];
    for (float[] token : tokens) {
      double squares = 0;
      for (int j = 0; j < dimension; j++) {
        token[j] = (float) random.nextGaussian();
        squares += token[j] * token[j];
      }
      for (int j = 0; j < dimension; j++) {
        token[j] /= (float) Math.sqrt(squares);
      }
    }
    return tokens;
  }

  /** Writes and opens a directory of random shape. */
  public static PlaidFolder open(Random random, Path folder) throws IOException {
    boolean binary = random.nextInt(4) == 0;
    int bits = binary ? 1 : 1 << random.nextInt(4);
    int step = binary ? 1 : 8 / bits;
    int dimension = step * TestUtil.nextInt(random, 1, 130 / step);
    int documents = TestUtil.nextInt(random, 1, 90);
    write(random, folder, dimension, bits, binary, documents);
    return PlaidFolder.open(folder);
  }
}
