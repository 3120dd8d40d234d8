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
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Texts that were encoded before: an NPY matrix with a row per token, the texts one after another,
 * a JSON array with the number of tokens of each, one with their ids, and if some are parts of
 * records, {@value #RECORDS} beside it with the ids of these.
 */
final class TokenFiles implements Closeable {
  /** Ids of records; null for what is one itself. */
  static final String RECORDS = "records.json";

  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};

  private final VectorRows tokens;
  private final int[] lengths;
  private final List<String> ids;
  private final List<String> records;
  private int next;
  private long nextToken;

  /**
   * @param matrix the NPY file
   * @param lengthsFile the JSON array of lengths
   * @param idsFile the JSON array of ids; if it does not exist, ids are 0, 1, …
   */
  TokenFiles(Path matrix, Path lengthsFile, Path idsFile) throws IOException {
    this(matrix, lengthsFile, idsFile, new Ids());
  }

  /**
   * As {@link #TokenFiles(Path, Path, Path)}.
   *
   * @param all takes the ids
   */
  TokenFiles(Path matrix, Path lengthsFile, Path idsFile, Ids all) throws IOException {
    List<String> lengthTexts = new ArrayList<>();
    array(lengthsFile).forEach(element -> lengthTexts.add(element.asText()));
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
    JsonNode given = Files.exists(idsFile) ? sized(idsFile, "ids", lengthsFile) : null;
    ids = ids(given, idsFile, all);
    Path recordsFile = idsFile.resolveSibling(RECORDS);
    records = new ArrayList<>();
    if (Files.exists(recordsFile)) {
      sized(recordsFile, "records", lengthsFile)
          .forEach(id -> records.add(Ids.text(id, recordsFile.toString())));
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

  /** Whether a file is one of tokens, by its content or its name. */
  static boolean isMatrix(Path file) throws IOException {
    if (file.toString().toLowerCase(Locale.ROOT).endsWith(".npy")) {
      return true;
    }
    // What comes from a pipe can be read once
    if (Files.isRegularFile(file) == false) {
      return false;
    }
    try (InputStream in = Files.newInputStream(file)) {
      return Arrays.equals(in.readNBytes(MAGIC.length), MAGIC);
    }
  }

  private JsonNode sized(Path file, String things, Path lengthsFile) throws IOException {
    JsonNode json = array(file);
    if (json.size() != lengths.length) {
      throw new UserException(
          file
              + ": "
              + json.size()
              + " "
              + things
              + ", but "
              + lengthsFile
              + " has "
              + lengths.length
              + " lengths");
    }
    return json;
  }

  /** Those that are given, and numbers for the others. */
  private List<String> ids(JsonNode given, Path file, Ids all) throws IOException {
    List<String> result = new ArrayList<>();
    for (int i = 0; i < lengths.length; i++) {
      String place = file + ", entry " + i;
      String id = given == null ? null : Ids.text(given.get(i), place);
      if (id != null) {
        all.add(id, place);
      }
      result.add(id);
    }
    for (int i = 0; i < lengths.length; i++) {
      if (result.get(i) == null) {
        result.set(i, all.make(Integer.toString(i), file + ", entry " + i));
      }
    }
    return result;
  }

  private static JsonNode array(Path file) throws IOException {
    if (Files.isRegularFile(file) == false) {
      throw new UserException(file + ": no such file");
    }
    JsonNode json = JsonFiles.read(file);
    if (json.isArray() == false) {
      throw new UserException(file + ": expected a JSON array");
    }
    return json;
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

  /** A text as a passage without words. */
  Passage passage(int text) {
    String record = records.isEmpty() ? null : records.get(text);
    return new Passage(id(text), "", "", record, RecordFields.NONE);
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
