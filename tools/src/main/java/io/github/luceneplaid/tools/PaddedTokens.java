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

import io.github.luceneplaid.fsvi.files.ArrayFile;
import io.github.luceneplaid.fsvi.files.NpyFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * Texts in an array of three axes: texts, tokens, dimensions. A mask marks the tokens that exist.
 * Without a mask, rows of zeros at the end of a text are padding.
 */
final class PaddedTokens extends TokenInput {
  private static final int MAX_TEXTS = Integer.MAX_VALUE - 1;

  /** The most tokens times dimensions of a text. */
  private static final int MAX_COMPONENTS = (1 << 30) - 1;

  private final String name;
  private final ArrayFile array;
  private final NpyFile mask;
  private final int tokens;
  private final int dimension;

  /** The positions of the tokens of the text that was read last; null if there is no mask. */
  private int[] there;

  /** Tokens of each text before its padding. */
  private final int[] lengths;

  private PaddedTokens(String name, NpyFile array, NpyFile mask, List<String> ids) {
    super(ids);
    this.name = name;
    this.array = array;
    this.mask = mask;
    long[] shape = array.shape();
    tokens = (int) shape[1];
    dimension = (int) shape[2];
    lengths = new int[(int) shape[0]];
    for (int i = 0; i < lengths.length; i++) {
      lengths[i] = mask == null ? length(i) : tokens;
    }
  }

  /**
   * Takes over arrays.
   *
   * @param name of the file, for messages
   * @param array of three axes
   * @param mask 1 for each token that exists, else 0; null if there is no mask
   * @param ids the JSON array of ids; if it does not exist, ids are 0, 1, …
   * @param all takes the ids
   * @param notes takes a note of rows that count as padding
   */
  static PaddedTokens open(String name, NpyFile array, NpyFile mask, Path ids, Ids all, Notes notes)
      throws IOException {
    boolean success = false;
    try {
      check(name, array, mask);
      int texts = (int) array.rows();
      String counted = name + " has " + Table.count(texts, "text");
      List<String> read = TokenIds.read(ids, TokenIds.numbers(texts), counted, all);
      PaddedTokens result = new PaddedTokens(name, array, mask, read);
      result.tell(notes);
      success = true;
      return result;
    } finally {
      if (success == false) {
        array.close();
        if (mask != null) {
          mask.close();
        }
      }
    }
  }

  private static void check(String name, NpyFile array, NpyFile mask) {
    long[] shape = array.shape();
    if (array.type().isFloat() == false || shape[1] < 1 || shape[2] < 1) {
      throw new UserException(
          name
              + ": found "
              + describe(array)
              + ", expected floats by texts, tokens and dimensions, none of them 0");
    }
    if (shape[0] > MAX_TEXTS || shape[1] * (double) shape[2] > MAX_COMPONENTS) {
      throw new UserException(
          name
              + ": found "
              + describe(array)
              + ", expected at most "
              + MAX_TEXTS
              + " texts of at most "
              + MAX_COMPONENTS
              + " numbers each");
    }
    if (mask == null) {
      return;
    }
    long[] found = mask.shape();
    if (mask.type().isFloat()
        || found.length != 2
        || found[0] != shape[0]
        || found[1] != shape[1]) {
      throw new UserException(
          name
              + ": found a mask of "
              + describe(mask)
              + ", expected booleans or integers of shape ["
              + shape[0]
              + ", "
              + shape[1]
              + "] as that of the tokens");
    }
  }

  private int length(int text) {
    float[] row = new float[dimension];
    for (int token = tokens - 1; token >= 0; token--) {
      read(text, token, row);
      for (float value : row) {
        if (value != 0) {
          return token + 1;
        }
      }
    }
    return 0;
  }

  private void read(int text, int token, float[] into) {
    array.readCheckedFloats(((long) text * tokens + token) * dimension, into, 0, dimension);
  }

  private void tell(Notes notes) {
    long rows = 0;
    int texts = 0;
    for (int length : lengths) {
      rows += tokens - length;
      texts += length < tokens ? 1 : 0;
    }
    if (texts > 0) {
      notes.add(
          name
              + ": there is no mask; "
              + Table.count(rows, "row")
              + " of zeros at the end of "
              + Table.count(texts, "text")
              + " taken for padding");
    }
  }

  @Override
  float[][] read(int text) {
    there = mask == null ? null : masked(text);
    float[][] result = new float[there == null ? lengths[text] : there.length][dimension];
    for (int i = 0; i < result.length; i++) {
      read(text, there == null ? i : there[i], result[i]);
    }
    return result;
  }

  @Override
  String place(int text, int token) {
    int position = there == null ? token : there[token];
    return name + ": text " + text + ", token " + position;
  }

  /** The tokens that a mask says are there. */
  private int[] masked(int text) {
    long[] row = new long[tokens];
    mask.readLongs((long) text * tokens, row, 0, tokens);
    int[] positions = new int[tokens];
    int count = 0;
    for (int token = 0; token < tokens; token++) {
      if (row[token] != 0 && row[token] != 1) {
        throw new UserException(
            name
                + ": mask of text "
                + text
                + ", token "
                + token
                + ": found "
                + row[token]
                + ", expected 0 or 1");
      }
      if (row[token] == 1) {
        positions[count++] = token;
      }
    }
    return Arrays.copyOf(positions, count);
  }

  @Override
  public void close() throws IOException {
    array.close();
    if (mask != null) {
      mask.close();
    }
  }
}
