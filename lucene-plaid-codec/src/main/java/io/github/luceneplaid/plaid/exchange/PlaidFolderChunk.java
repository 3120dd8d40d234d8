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
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A chunk of a PLAID folder.
 *
 * @param codes centroid of each token
 * @param residuals residual bytes of each token
 * @param first row of its first token in both; 0 unless the chunks of the folder are merged
 * @param tokenCounts tokens of each document
 * @param tokens tokens of all documents
 */
record PlaidFolderChunk(
    NpyFile codes, NpyFile residuals, long first, int[] tokenCounts, long tokens)
    implements Closeable {

  /** Number of codes that are checked at a time. */
  private static final int BATCH = 1 << 12;

  /** The properties of all chunks of a folder. */
  record Layout(Path directory, boolean merged, int width, int centroids, int mostTokens) {

    /**
     * Determines how chunks are stored.
     *
     * @param metadata metadata of the folder
     * @param width residual bytes of a token
     * @param centroids number of centroids
     * @param mostTokens largest number of tokens of a document
     */
    static Layout of(
        Path directory, PlaidFolderMetadata metadata, int width, int centroids, int mostTokens) {
      boolean merged = metadata.frozen() && Files.notExists(directory.resolve("0.codes.npy"));
      return new Layout(directory, merged, width, centroids, mostTokens);
    }

    private Path file(int chunk, String name) throws VectorFileException {
      Path own = directory.resolve(chunk + "." + name + ".npy");
      if (merged == false) {
        return own;
      }
      if (Files.exists(own)) {
        throw new VectorFileException(
            own.toString(),
            0,
            "file",
            "a chunk",
            "none, as others are merged (fast-plaid merges it when it loads the folder)");
      }
      return directory.resolve("merged_" + name + ".npy");
    }
  }

  /**
   * Opens a chunk and checks it.
   *
   * @param number number of the chunk
   * @param before tokens of the chunks before it
   */
  static PlaidFolderChunk open(Layout layout, int number, long before) throws IOException {
    Path lengths = layout.directory.resolve("doclens." + number + ".json");
    int[] tokenCounts = JsonFile.integers(lengths, layout.mostTokens);
    long tokens = 0;
    for (int count : tokenCounts) {
      tokens += count;
    }
    long first = layout.merged ? before : 0;
    Path codesFile = layout.file(number, "codes");
    NpyFile codes = PlaidFolderArray.open(codesFile, PlaidFolderArray.CODES, -1);
    NpyFile residuals = null;
    boolean success = false;
    try {
      // Merged files have more rows after those of the last chunk
      if (layout.merged ? codes.rows() < first + tokens : codes.rows() != tokens) {
        String expected = (codes.rows() - first) + ", as " + codesFile;
        throw new VectorFileException(lengths.toString(), 0, "sum of lengths", tokens, expected);
      }
      checkCodes(codesFile, codes, first, first + tokens, layout.centroids);
      residuals =
          PlaidFolderArray.open(
              layout.file(number, "residuals"), PlaidFolderArray.BYTES, codes.rows(), layout.width);
      success = true;
      return new PlaidFolderChunk(codes, residuals, first, tokenCounts, tokens);
    } finally {
      if (success == false) {
        codes.close();
        if (residuals != null) {
          residuals.close();
        }
      }
    }
  }

  private static void checkCodes(Path file, NpyFile codes, long start, long end, int centroids)
      throws IOException {
    long[] batch = new long[(int) Math.min(BATCH, end - start)];
    for (long from = start; from < end; from += batch.length) {
      int n = (int) Math.min(batch.length, end - from);
      codes.readLongs(from, batch, 0, n);
      for (int i = 0; i < n; i++) {
        if (batch[i] < 0 || batch[i] >= centroids) {
          throw PlaidFolderArray.error(
              file, codes, from + i, "code", batch[i], "0 to " + (centroids - 1));
        }
      }
    }
  }

  /** Reads centroids of tokens {@code [token, token + n)} of the chunk. */
  void readCodes(long token, long[] into, int n) {
    codes.readLongs(first + token, into, 0, n);
  }

  /** Reads residual bytes of tokens {@code [token, token + n)} of the chunk. */
  void readResiduals(long token, byte[] into, int n) {
    int width = (int) residuals.rowSize();
    residuals.readBytes((first + token) * width, into, 0, n * width);
  }

  @Override
  public void close() throws IOException {
    codes.close();
    residuals.close();
  }
}
