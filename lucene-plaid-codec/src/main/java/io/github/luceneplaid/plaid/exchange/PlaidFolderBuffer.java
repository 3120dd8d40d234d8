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

import io.github.luceneplaid.fsvi.files.VectorFileException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The buffer of a PLAID folder: raw tokens of the last documents, which next-plaid clusters once
 * there are enough of them. These documents are in the chunks, too. To cluster them, next-plaid
 * first deletes them from the chunks. If it is stopped before it has added them again, they are in
 * the buffer only, and all other files agree.
 */
final class PlaidFolderBuffer {

  private static final String LENGTHS = "buffer_lengths.json";

  private PlaidFolderBuffer() {}

  /**
   * Checks that the documents of the buffer are the last documents of the chunks.
   *
   * @throws VectorFileException if their lengths differ
   */
  static void check(Path directory, List<PlaidFolderChunk> chunks) throws IOException {
    Path file = directory.resolve(LENGTHS);
    if (Files.notExists(file)) {
      return;
    }
    int[] lengths = JsonFile.integers(file, Integer.MAX_VALUE);
    int left = lengths.length;
    for (int chunk = chunks.size() - 1; chunk >= 0; chunk--) {
      int[] counts = chunks.get(chunk).tokenCounts();
      for (int i = counts.length - 1; i >= 0 && left > 0; i--) {
        if (counts[i] != lengths[--left]) {
          throw error(file, lengths.length);
        }
      }
    }
    if (left > 0) {
      throw error(file, lengths.length);
    }
  }

  private static VectorFileException error(Path file, int documents) {
    return new VectorFileException(
        file.toString(),
        0,
        "lengths",
        "those of " + documents + " documents that are not the last ones",
        "those of the last documents (next-plaid was stopped during an update, so documents may be"
            + " in buffer.npy only; once the files buffer* are deleted, the folder is read without"
            + " them)");
  }
}
