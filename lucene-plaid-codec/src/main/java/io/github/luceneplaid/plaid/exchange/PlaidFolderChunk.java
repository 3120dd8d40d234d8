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
        Path directory, PlaidFolderMetadata metadata, int width, int centroids, int mostTokens)
        throws IOException {
      Layout own = new Layout(directory, false, width, centroids, mostTokens);
      return metadata.frozen() && own.areMerged(metadata.chunks())
          ? new Layout(directory, true, width, centroids, mostTokens)
          : own;
    }

    /** Whether the first chunk with tokens has no files of its own. */
    private boolean areMerged(int chunks) throws IOException {
      for (int chunk = 0; chunk < chunks; chunk++) {
        if (sum(tokenCounts(chunk)) > 0) {
          return Files.notExists(own(chunk, "codes"));
        }
      }
      return Files.notExists(own(0, "codes"));
    }

    private int[] tokenCounts(int chunk) throws IOException {
      return JsonFile.integers(lengths(chunk), mostTokens);
    }

    private Path lengths(int chunk) {
      return directory.resolve("doclens." + chunk + ".json");
    }

    private Path own(int chunk, String name) {
      return directory.resolve(chunk + "." + name + ".npy");
    }

    /**
     * Returns the file of a chunk.
     *
     * @param tokens tokens of the chunk; if there are none, fast-plaid neither merges nor deletes
     *     its own file
     */
    private Path file(int chunk, String name, long tokens) throws VectorFileException {
      Path own = own(chunk, name);
      if (merged == false) {
        return own;
      }
      if (tokens > 0 && Files.exists(own)) {
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
    int[] tokenCounts = layout.tokenCounts(number);
    long tokens = sum(tokenCounts);
    long first = layout.merged ? before : 0;
    Path codesFile = layout.file(number, "codes", tokens);
    NpyFile codes = PlaidFolderArray.open(codesFile, PlaidFolderArray.CODES, -1);
    NpyFile residuals = null;
    boolean success = false;
    try {
      // Merged files have more rows after those of the last chunk
      if (layout.merged ? codes.rows() < first + tokens : codes.rows() != tokens) {
        String expected = (codes.rows() - first) + ", as " + codesFile;
        String lengths = layout.lengths(number).toString();
        throw new VectorFileException(lengths, 0, "sum of lengths", tokens, expected);
      }
      checkCodes(codesFile, codes, first, first + tokens, layout.centroids);
      residuals =
          PlaidFolderArray.open(
              layout.file(number, "residuals", tokens),
              PlaidFolderArray.BYTES,
              codes.rows(),
              layout.width);
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

  private static long sum(int[] counts) {
    long sum = 0;
    for (int count : counts) {
      sum += count;
    }
    return sum;
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
