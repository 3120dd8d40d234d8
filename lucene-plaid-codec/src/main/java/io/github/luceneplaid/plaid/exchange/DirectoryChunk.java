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
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;

/**
 * A chunk of a PLAID directory.
 *
 * @param codes centroid of each token
 * @param residuals residual bytes of each token
 * @param tokenCounts tokens of each document
 */
record DirectoryChunk(NpyFile codes, NpyFile residuals, int[] tokenCounts) implements Closeable {

  /** Codes that are checked at a time. */
  private static final int BATCH = 1 << 12;

  /**
   * Opens a chunk and checks it.
   *
   * @param number of the chunk
   * @param width residual bytes of a token
   * @param centroids number of centroids
   * @param mostTokens tokens that a document may have
   */
  static DirectoryChunk open(Path directory, int number, int width, int centroids, int mostTokens)
      throws IOException {
    Path lengths = directory.resolve("doclens." + number + ".json");
    int[] tokenCounts = JsonFile.integers(lengths, mostTokens);
    long tokens = 0;
    for (int count : tokenCounts) {
      tokens += count;
    }
    Path codesFile = directory.resolve(number + ".codes.npy");
    NpyFile codes = DirectoryArray.open(codesFile, DirectoryArray.CODES, -1);
    NpyFile residuals = null;
    boolean success = false;
    try {
      if (codes.rows() != tokens) {
        throw new VectorFileException(
            lengths.toString(), 0, "sum of lengths", tokens, codes.rows() + ", as " + codesFile);
      }
      checkCodes(codesFile, codes, centroids);
      residuals =
          DirectoryArray.open(
              directory.resolve(number + ".residuals.npy"), DirectoryArray.BYTES, tokens, width);
      success = true;
      return new DirectoryChunk(codes, residuals, tokenCounts);
    } finally {
      if (success == false) {
        codes.close();
        if (residuals != null) {
          residuals.close();
        }
      }
    }
  }

  private static void checkCodes(Path file, NpyFile codes, int centroids) throws IOException {
    long[] batch = new long[(int) Math.min(BATCH, codes.size())];
    for (long from = 0; from < codes.size(); from += batch.length) {
      int n = (int) Math.min(batch.length, codes.size() - from);
      codes.readLongs(from, batch, 0, n);
      for (int i = 0; i < n; i++) {
        if (batch[i] < 0 || batch[i] >= centroids) {
          throw DirectoryArray.error(
              file, codes, from + i, "code", batch[i], "0 to " + (centroids - 1));
        }
      }
    }
  }

  @Override
  public void close() throws IOException {
    codes.close();
    residuals.close();
  }
}
