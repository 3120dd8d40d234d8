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

import io.github.luceneplaid.fsvi.files.NpyFile;
import io.github.luceneplaid.fsvi.files.NpzFile;
import io.github.luceneplaid.fsvi.files.VectorFileException;
import io.github.luceneplaid.fsvi.files.VectorRows;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Texts that were encoded before, to be read one after another: a matrix with lengths beside it, a
 * padded array, or an archive of arrays.
 */
abstract sealed class TokenInput implements Closeable
    permits TokenFiles, PaddedTokens, ArchivedTokens {
  private static final String LENGTHS = "doclens.json";

  private final List<String> ids;
  private int next;

  TokenInput(List<String> ids) {
    this.ids = ids;
  }

  /** Whether a file is one of tokens, by its content or its name. */
  static boolean isOne(Path file) throws IOException {
    String name = file.toString().toLowerCase(Locale.ROOT);
    if (name.endsWith(".npy") || name.endsWith(".npz")) {
      return true;
    }
    // A pipe can be read only once
    if (Files.isRegularFile(file) == false) {
      return false;
    }
    FileKind kind = kind(file);
    return kind == FileKind.NPY || (kind == FileKind.ZIP && hasArraysOnly(file));
  }

  private static FileKind kind(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return FileKind.of(in.readNBytes(8));
    }
  }

  /** Whether a ZIP file has arrays only, unlike other archives. */
  private static boolean hasArraysOnly(Path file) throws IOException {
    try (NpzFile archive = NpzFile.open(file)) {
      return archive.names().isEmpty() == false && archive.otherNames().isEmpty();
    } catch (
        @SuppressWarnings("unused")
        VectorFileException e) {
      return false;
    }
  }

  /**
   * Opens documents.
   *
   * @param lengths the JSON array of lengths of a matrix; null for that beside it
   * @param ids the JSON array of ids; null for that beside it, if there is one
   * @param all takes the ids
   * @param notes takes a note of rows that count as padding
   */
  static TokenInput documents(Path file, Path lengths, Path ids, Ids all, Notes notes)
      throws IOException {
    if (ids != null && Files.exists(ids) == false) {
      throw new UserException("--ids " + ids + ": no such file");
    }
    TokenIds.checkFile(file);
    Path idsFile = ids == null ? file.resolveSibling("ids.json") : ids;
    TokenInput arrays = arrays(file, ids, idsFile, all, notes);
    if (arrays != null && lengths != null) {
      arrays.close();
      throw UserException.usage(
          "--doclens goes with a matrix; " + file + " has an array for each document, or padding");
    } else if (arrays != null) {
      return arrays;
    }
    Path records = file.resolveSibling(TokenFiles.RECORDS);
    Path lengthsFile = lengths == null ? beside(file, LENGTHS) : lengths;
    return new TokenFiles(file, lengthsFile, idsFile, records, all);
  }

  /** Opens queries, with their lengths and ids beside them. */
  static TokenInput queries(Path file, Notes notes) throws IOException {
    TokenIds.checkFile(file);
    Path ids = file.resolveSibling("query_ids.json");
    // An ids.json is more likely to be that of the documents
    TokenInput arrays = arrays(file, null, ids, new Ids(), notes);
    if (arrays != null) {
      return arrays;
    }
    Path lengths = beside(file, "querylens.json", LENGTHS);
    if (lengths.endsWith(LENGTHS) && TokenIds.isThere(ids) == false) {
      ids = file.resolveSibling("ids.json");
    }
    return new TokenFiles(file, lengths, ids, null, new Ids());
  }

  /** The first of some files that is beside a matrix. */
  private static Path beside(Path matrix, String... names) throws IOException {
    for (String name : names) {
      if (TokenIds.isThere(matrix.resolveSibling(name))) {
        return matrix.resolveSibling(name);
      }
    }
    try (NpyFile array = NpyFile.open(matrix)) {
      rows(array); // refuses what is no matrix
      throw new UserException(
          matrix
              + ": found "
              + describe(array)
              + ", expected "
              + names[0]
              + " beside it (the number of tokens of each text)");
    }
  }

  /** The rows of a matrix of tokens. */
  static VectorRows rows(NpyFile matrix) throws IOException {
    try {
      return matrix.vectors();
    } catch (VectorFileException e) {
      String lengths = "; doclens.json then says how many rows each document has";
      throw new UserException(e.getMessage() + " (" + Problem.RESHAPE + lengths + ")", e);
    }
  }

  /**
   * Opens a file that needs no lengths; null if it is a matrix.
   *
   * @param named the file of ids that the user names, or null
   */
  private static TokenInput arrays(Path file, Path named, Path ids, Ids all, Notes notes)
      throws IOException {
    FileKind kind = kind(file);
    boolean archive = kind == FileKind.ZIP || kind == FileKind.EMPTY_ZIP;
    if (archive || (kind != FileKind.NPY && isNamedArchive(file))) {
      return TokenArchive.open(file, named, ids, all, notes);
    }
    NpyFile array = NpyFile.open(file);
    if (array.shape().length != 3) {
      array.close();
      return null;
    }
    return PaddedTokens.open(file.toString(), array, null, ids, all, notes);
  }

  private static boolean isNamedArchive(Path file) {
    return file.toString().toLowerCase(Locale.ROOT).endsWith(".npz");
  }

  /** Describes an array, for messages. */
  static String describe(NpyFile array) {
    return array.type() + " of shape " + Arrays.toString(array.shape());
  }

  final int size() {
    return ids.size();
  }

  final String id(int text) {
    return ids.get(text);
  }

  /** A text as a passage without words. */
  Passage passage(int text) {
    return new Passage(id(text), "", "", null, RecordFields.NONE);
  }

  /**
   * The tokens of the next text.
   *
   * @throws UserException if a component is NaN or infinite, since no score could be made of it
   */
  final float[][] next() throws IOException {
    int text = next++;
    float[][] tokens = read(text);
    for (int token = 0; token < tokens.length; token++) {
      for (int i = 0; i < tokens[token].length; i++) {
        if (Float.isFinite(tokens[token][i]) == false) {
          throw new UserException(
              place(text, token)
                  + ", component "
                  + i
                  + ": found "
                  + tokens[token][i]
                  + ", expected a finite number");
        }
      }
    }
    return tokens;
  }

  /** Reads the tokens of a text. Each text is read once, in order. */
  abstract float[][] read(int text) throws IOException;

  /** Says where a token of the text that was read last is, for messages. */
  abstract String place(int text, int token);
}
