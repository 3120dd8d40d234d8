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

import io.github.luceneplaid.fsvi.files.ElementType;
import io.github.luceneplaid.fsvi.files.NpyFile;
import io.github.luceneplaid.fsvi.files.VectorFileException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import org.apache.lucene.util.ArrayUtil;

/** A {@code .npy} file of a PLAID folder, whose shape and type are checked. */
final class PlaidFolderArray {

  static final Set<ElementType> FLOATS =
      Set.of(ElementType.FLOAT16, ElementType.FLOAT32, ElementType.FLOAT64);
  static final Set<ElementType> CODES = Set.of(ElementType.INT64, ElementType.INT32);
  static final Set<ElementType> BYTES = Set.of(ElementType.UINT8);

  private PlaidFolderArray() {}

  /**
   * Opens a file.
   *
   * @param types allowed types of its elements
   * @param shape expected lengths of the axes; -1 for any length
   */
  static NpyFile open(Path file, Set<ElementType> types, long... shape) throws IOException {
    NpyFile array = NpyFile.open(file);
    boolean success = false;
    try {
      if (types.contains(array.type()) == false) {
        throw error(file, "type", array.type(), "one of " + types);
      }
      if (array.fortranOrder()) {
        throw error(file, "fortran_order", "True", "False");
      }
      long[] found = array.shape();
      boolean fits = found.length == shape.length;
      for (int i = 0; fits && i < shape.length; i++) {
        fits = shape[i] < 0 || shape[i] == found[i];
      }
      if (fits == false) {
        String expected = Arrays.toString(shape).replace("-1", "any");
        throw error(file, "shape", Arrays.toString(found), expected);
      }
      success = true;
      return array;
    } finally {
      if (success == false) {
        array.close();
      }
    }
  }

  /** Reads all floats of a file. */
  static float[] floats(Path file, long... shape) throws IOException {
    try (NpyFile array = open(file, FLOATS, shape)) {
      return floats(file, array);
    }
  }

  /** Reads all floats of an open file. */
  static float[] floats(Path file, NpyFile array) throws IOException {
    if (array.size() > ArrayUtil.MAX_ARRAY_LENGTH) {
      throw error(file, "elements", array.size(), "at most " + ArrayUtil.MAX_ARRAY_LENGTH);
    }
    float[] floats = new float[(int) array.size()];
    array.readFloats(0, floats, 0, floats.length);
    return floats;
  }

  /** Returns the exception for an element. */
  static VectorFileException error(
      Path file, NpyFile array, long index, String field, Object found, String expected)
      throws IOException {
    // The elements are at the end of the file
    long offset = Files.size(file) - (array.size() - index) * array.type().bytes();
    return new VectorFileException(file.toString(), offset, field, found, expected);
  }

  private static VectorFileException error(Path file, String field, Object found, String expected) {
    return new VectorFileException(file.toString(), 0, field, found, expected);
  }
}
