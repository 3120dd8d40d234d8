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
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Texts that were encoded before. An NPY matrix has a row per token, with the texts one after
 * another. A JSON array has the number of tokens of each text, and another one the ids. If some
 * texts are parts of records, {@value #RECORDS} beside the matrix has the ids of the records.
 */
final class TokenFiles extends TokenInput {
  /** The file of record ids; an element is null if the text is a whole record. */
  static final String RECORDS = "records.json";

  private final Path matrix;
  private final VectorRows tokens;
  private final int[] lengths;
  private final List<String> records;
  private long nextToken;

  /**
   * @param matrix the NPY file
   * @param lengthsFile the JSON array of lengths
   * @param idsFile the JSON array of ids; if it is not there, ids are 0, 1, …
   * @param recordsFile the JSON array of record ids, if it exists; null if texts are no parts
   * @param all takes the ids
   */
  TokenFiles(Path matrix, Path lengthsFile, Path idsFile, Path recordsFile, Ids all)
      throws IOException {
    this(matrix, lengthsFile, readLengths(lengthsFile), idsFile, recordsFile, all);
  }

  private TokenFiles(
      Path matrix, Path lengthsFile, int[] lengths, Path idsFile, Path recordsFile, Ids all)
      throws IOException {
    super(
        TokenIds.read(
            idsFile, TokenIds.numbers(lengths.length), counted(lengthsFile, lengths), all));
    this.matrix = matrix;
    this.lengths = lengths;
    long rows = Arrays.stream(lengths).asLongStream().sum();
    records = new ArrayList<>();
    if (recordsFile != null && TokenIds.isThere(recordsFile)) {
      String counted = counted(lengthsFile, lengths);
      TokenIds.sized(recordsFile, "record", lengths.length, counted)
          .forEach(id -> records.add(Ids.text(id, recordsFile + ", entry " + records.size())));
      checkRecords(recordsFile);
    }
    tokens = rows(NpyFile.open(matrix));
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

  /** The parts of a record follow one another, and the first one has its id. */
  private void checkRecords(Path file) {
    for (int text = 0; text < records.size(); text++) {
      String record = records.get(text);
      boolean follows = text > 0 && record != null && record.equals(records.get(text - 1));
      if (record != null && follows == false && record.equals(id(text)) == false) {
        throw new UserException(
            file
                + ", entry "
                + text
                + ": found the record "
                + Ids.shown(record)
                + ", expected the id of its first part, which is "
                + Ids.shown(id(text)));
      }
    }
  }

  private static String counted(Path file, int[] lengths) {
    return file + " has " + Table.count(lengths.length, "length");
  }

  private static int[] readLengths(Path file) throws IOException {
    JsonNode array = TokenIds.array(file);
    int[] lengths = new int[array.size()];
    for (int i = 0; i < lengths.length; i++) {
      lengths[i] = length(array.get(i));
      if (lengths[i] < 0) {
        throw new UserException(
            file
                + ", entry "
                + i
                + ": found "
                + Ids.shown(array.get(i).toString())
                + ", expected the number of tokens of a text, a whole number from 0 to "
                + Integer.MAX_VALUE);
      }
    }
    return lengths;
  }

  /** A length; negative if it is none. */
  private static int length(JsonNode json) {
    try {
      return Integer.parseInt(json.asText());
    } catch (
        @SuppressWarnings("unused")
        NumberFormatException e) {
      return -1;
    }
  }

  @Override
  Passage passage(int text) {
    String record = records.isEmpty() ? null : records.get(text);
    return new Passage(id(text), "", "", record, RecordFields.NONE);
  }

  @Override
  float[][] read(int text) {
    int length = lengths[text];
    float[][] result = tokens.read(nextToken, length);
    nextToken += length;
    return result;
  }

  @Override
  String place(int text, int token) {
    return matrix + ": text " + text + ", token " + token;
  }

  @Override
  public void close() throws IOException {
    tokens.close();
  }
}
