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
package io.github.luceneplaid.tools;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.luceneplaid.fsvi.files.NpyFile;
import io.github.luceneplaid.fsvi.files.VectorRows;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Texts that were encoded before: an NPY matrix with a row per token, the texts one after another,
 * a JSON array with the number of tokens of each, and one with their ids.
 */
final class TokenFiles implements Closeable {
  private final VectorRows tokens;
  private final int[] lengths;
  private final List<String> ids;
  private int next;
  private long nextToken;

  /**
   * @param matrix the NPY file
   * @param lengthsFile the JSON array of lengths
   * @param idsFile the JSON array of ids; if it does not exist, ids are 0, 1, …
   */
  TokenFiles(Path matrix, Path lengthsFile, Path idsFile) throws IOException {
    List<String> lengthTexts = array(lengthsFile);
    lengths = new int[lengthTexts.size()];
    long rows = 0;
    for (int i = 0; i < lengths.length; i++) {
      try {
        lengths[i] = Integer.parseInt(lengthTexts.get(i));
      } catch (NumberFormatException e) {
        throw new UserException(lengthsFile + ": " + lengthTexts.get(i) + " is not a length", e);
      }
      if (lengths[i] < 0) {
        throw new UserException(lengthsFile + ": negative length " + lengths[i]);
      }
      rows += lengths[i];
    }
    if (Files.exists(idsFile)) {
      ids = array(idsFile);
    } else {
      ids = new ArrayList<>();
      for (int i = 0; i < lengths.length; i++) {
        ids.add(Integer.toString(i));
      }
    }
    if (ids.size() != lengths.length) {
      throw new UserException(
          idsFile
              + ": "
              + ids.size()
              + " ids, but "
              + lengthsFile
              + " has "
              + lengths.length
              + " lengths");
    }
    if (Files.isRegularFile(matrix) == false) {
      throw new UserException(matrix + ": no such file");
    }
    tokens = NpyFile.open(matrix).vectors();
    if (tokens.rows() != rows) {
      tokens.close();
      throw new UserException(
          matrix
              + ": "
              + tokens.rows()
              + " rows, but the lengths in "
              + lengthsFile
              + " add up to "
              + rows);
    }
  }

  private static List<String> array(Path file) throws IOException {
    if (Files.isRegularFile(file) == false) {
      throw new UserException(file + ": no such file");
    }
    JsonNode json = JsonFiles.read(file);
    if (json.isArray() == false) {
      throw new UserException(file + ": expected a JSON array");
    }
    List<String> result = new ArrayList<>();
    json.forEach(element -> result.add(element.asText()));
    return result;
  }

  int size() {
    return lengths.length;
  }

  int dimension() {
    return tokens.dimension();
  }

  String id(int text) {
    return ids.get(text);
  }

  /** The tokens of the next text. */
  float[][] next() {
    int length = lengths[next++];
    float[][] result = tokens.read(nextToken, length);
    nextToken += length;
    return result;
  }

  @Override
  public void close() throws IOException {
    tokens.close();
  }
}
