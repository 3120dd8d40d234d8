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

import io.github.luceneplaid.fsvi.files.ElementType;
import io.github.luceneplaid.fsvi.files.NpyWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;

/** A small PLAID folder of random centroids and codes, for the index of {@link KeptTokens}. */
final class KeptFolder {

  private static final int CENTROIDS = 6;
  private static final int DOCUMENTS = 7;

  private final Path folder;
  private final Random random;

  private KeptFolder(Path folder, Random random) {
    this.folder = folder;
    this.random = random;
  }

  /**
   * Writes a folder.
   *
   * @param folder an empty folder
   * @param random the same numbers give the same folder
   * @param bits of a component: 1, 2, 4 or 8
   * @param signs whether only signs are kept, which takes 1 bit
   */
  static void write(Path folder, Random random, int dimension, int bits, boolean signs)
      throws IOException {
    new KeptFolder(folder, random).write(dimension, bits, signs);
  }

  private void write(int dimension, int bits, boolean signs) throws IOException {
    floats("centroids", gaussians(CENTROIDS * dimension, 0.3f), dimension);
    floats("avg_residual", gaussians(dimension, 0.1f));
    if (signs == false) {
      float[] weights = gaussians(1 << bits, 0.1f);
      Arrays.sort(weights);
      floats("bucket_weights", weights);
      floats("bucket_cutoffs", Arrays.copyOfRange(weights, 1, weights.length));
      floats("cluster_threshold", new float[] {0.4f});
    }
    int[] tokens = new int[DOCUMENTS];
    // 0 to 20 tokens
    Arrays.setAll(tokens, document -> document * 13 % 21);
    Files.writeString(folder.resolve("doclens.0.json"), Arrays.toString(tokens));
    writeCodes(Arrays.stream(tokens).sum(), dimension * bits / Byte.SIZE);
    Files.writeString(
        folder.resolve("metadata.json"),
        "{\"num_chunks\": 1, \"nbits\": " + bits + ", \"binary\": " + signs + "}");
  }

  private void writeCodes(int tokens, int width) throws IOException {
    long[] centroids = random.longs(tokens, 0, CENTROIDS).toArray();
    try (NpyWriter out = new NpyWriter(folder.resolve("0.codes.npy"), ElementType.INT64)) {
      out.writeLongs(centroids, 0, tokens);
      out.finish();
    }
    byte[] residuals = new byte[tokens * width];
    random.nextBytes(residuals);
    Path file = folder.resolve("0.residuals.npy");
    try (NpyWriter out = new NpyWriter(file, ElementType.UINT8, width)) {
      out.writeBytes(residuals, 0, residuals.length);
      out.finish();
    }
  }

  private float[] gaussians(int n, float deviation) {
    float[] numbers = new float[n];
    for (int i = 0; i < n; i++) {
      numbers[i] = deviation * (float) random.nextGaussian();
    }
    return numbers;
  }

  private void floats(String name, float[] numbers, int... rowShape) throws IOException {
    Path file = folder.resolve(name + ".npy");
    try (NpyWriter out = new NpyWriter(file, ElementType.FLOAT32, rowShape)) {
      out.writeFloats(numbers, 0, numbers.length);
      out.finish();
    }
  }
}
