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

import io.github.luceneplaid.fsvi.files.NpyFile;
import io.github.luceneplaid.fsvi.files.VectorFileException;
import io.github.luceneplaid.fsvi.simd.VectorKernels;
import io.github.luceneplaid.plaid.codebook.Codebook;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * The buffer of a PLAID folder: raw tokens of documents that next-plaid added lately, and clusters
 * once there are enough of them. These documents are in the chunks, too, one after the other. To
 * cluster them, next-plaid first deletes them from the chunks. If it is stopped before it has added
 * them again, they are in the buffer only, and all other files agree.
 */
final class PlaidFolderBuffer {

  private static final String LENGTHS = "buffer_lengths.json";
  private static final String TOKENS = "buffer.npy";

  /** Tokens of the buffer that are looked for. */
  private static final int SAMPLE = 64;

  /** Chunks that have tokens. */
  private final List<PlaidFolderChunk> chunks;

  /** The first token of each of these chunks. */
  private final long[] firstTokens;

  /** Numbers of some tokens in the buffer. */
  private final long[] sample;

  /** The centroid of each of these tokens. */
  private final int[] nearest;

  private PlaidFolderBuffer(List<PlaidFolderChunk> chunks, long[] sample, int[] nearest) {
    this.chunks = chunks.stream().filter(chunk -> chunk.tokens() > 0).toList();
    this.firstTokens = new long[this.chunks.size()];
    for (int i = 1; i < firstTokens.length; i++) {
      firstTokens[i] = firstTokens[i - 1] + this.chunks.get(i - 1).tokens();
    }
    this.sample = sample;
    this.nearest = nearest;
  }

  /**
   * Checks that the documents of the buffer are in the chunks: documents of the same lengths one
   * after the other, and at least half of some of their tokens with the same centroids. next-plaid
   * ignores a buffer whose tokens cannot be read. Then only lengths are compared.
   *
   * @throws VectorFileException if they are not
   */
  static void check(Path directory, List<PlaidFolderChunk> chunks, Codebook codebook)
      throws IOException {
    Path file = directory.resolve(LENGTHS);
    if (Files.notExists(file)) {
      return;
    }
    int[] lengths = JsonFile.integers(file, Integer.MAX_VALUE);
    int[] all = chunks.stream().flatMapToInt(chunk -> Arrays.stream(chunk.tokenCounts())).toArray();
    PlaidFolderBuffer buffer = open(directory.resolve(TOKENS), lengths, chunks, codebook);
    int n = lengths.length;
    long token = sum(all, Math.max(0, all.length - n));
    // Usually they are the last ones
    for (int document = all.length - n; document >= 0; document--) {
      if (Arrays.equals(all, document, document + n, lengths, 0, n) && buffer.startsAt(token)) {
        return;
      }
      token -= document == 0 ? 0 : all[document - 1];
    }
    throw new VectorFileException(
        file.toString(),
        0,
        "lengths",
        "those of " + n + " documents that are in no chunk",
        "documents that are in the chunks, too (either next-plaid was stopped during an update, and"
            + " these documents are in buffer.npy only, or the buffer is of an earlier index in"
            + " this folder; once the files buffer* are deleted, the folder is read without it)");
  }

  private static PlaidFolderBuffer open(
      Path file, int[] lengths, List<PlaidFolderChunk> chunks, Codebook codebook)
      throws IOException {
    long rows = sum(lengths, lengths.length);
    int n = (int) Math.min(rows, SAMPLE);
    long[] sample = new long[n];
    Arrays.setAll(sample, i -> i * rows / n);
    int[] nearest = new int[n];
    float[] token = new float[codebook.dimension()];
    try (NpyFile tokens =
        PlaidFolderArray.open(file, PlaidFolderArray.FLOATS, rows, token.length)) {
      for (int i = 0; i < n; i++) {
        tokens.readFloats(sample[i] * token.length, token, 0, token.length);
        nearest[i] = nearest(token, codebook);
      }
    } catch (VectorFileException | NoSuchFileException e) {
      return new PlaidFolderBuffer(chunks, new long[0], new int[0]);
    }
    return new PlaidFolderBuffer(chunks, sample, nearest);
  }

  private static int nearest(float[] token, Codebook codebook) {
    float[] centroids = codebook.importedCentroids();
    VectorKernels kernels = VectorKernels.get();
    int nearest = -1;
    float best = Float.NEGATIVE_INFINITY;
    for (int i = 0; i < codebook.size(); i++) {
      float product = kernels.dot(token, 0, centroids, i * token.length, token.length);
      if (product > best) {
        best = product;
        nearest = i;
      }
    }
    return nearest;
  }

  /** Whether the tokens of the buffer may be those of the chunks from a token on. */
  private boolean startsAt(long token) {
    int same = 0;
    long[] code = new long[1];
    for (int i = 0; i < sample.length; i++) {
      int found = Arrays.binarySearch(firstTokens, token + sample[i]);
      int chunk = found >= 0 ? found : -found - 2;
      chunks.get(chunk).readCodes(token + sample[i] - firstTokens[chunk], code, 1);
      same += code[0] == nearest[i] ? 1 : 0;
    }
    return same >= sample.length / 2.0;
  }

  private static long sum(int[] counts, int n) {
    return Arrays.stream(counts, 0, n).asLongStream().sum();
  }
}
