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
import io.github.luceneplaid.fsvi.files.VectorRows;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Texts that each have a matrix in an NPZ file. A matrix is loaded when its text is read. */
final class ArchivedTokens extends TokenInput {
  private final Path file;
  private final NpzFile archive;
  private final List<String> names;
  private int dimension;

  /**
   * Takes over an archive.
   *
   * @param names of the arrays, in the order of the texts
   */
  ArchivedTokens(Path file, NpzFile archive, List<String> names, List<String> ids) {
    super(ids);
    this.file = file;
    this.archive = archive;
    this.names = names;
  }

  @Override
  float[][] read(int text) throws IOException {
    String name = names.get(text);
    try (NpyFile array = archive.array(name)) {
      long[] shape = array.shape();
      if (array.type().isFloat() == false || shape.length != 2 || shape[1] < 1) {
        throw refused(
            name,
            describe(array),
            "floats by tokens and dimensions, for each text (or one array of 3 axes, alone or"
                + " with its mask)");
      }
      VectorRows rows = array.vectors();
      if (dimension == 0) {
        dimension = rows.dimension();
      } else if (rows.dimension() != dimension) {
        throw refused(
            name, Table.count(rows.dimension(), "dimension"), dimension + " as in " + names.get(0));
      }
      return rows.read(0, (int) rows.rows());
    }
  }

  private UserException refused(String name, String found, String expected) {
    return new UserException(place(name) + ": found " + found + ", expected " + expected);
  }

  private String place(String name) {
    return file + ": " + name + ".npy";
  }

  @Override
  String place(int text, int token) {
    return place(names.get(text)) + ", token " + token;
  }

  @Override
  public void close() throws IOException {
    archive.close();
  }
}
