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
package io.github.luceneplaid.fsvi.files;

import java.io.IOException;
import java.nio.file.Path;

/**
 * Reads a {@code .npy} file, NumPy's format of one array, versions 1.0 to 3.0.
 *
 * <p>The file:
 *
 * <ul>
 *   <li><b>[byte * 6]</b> {@code \x93NUMPY}, <b>[uint8]</b> major version, <b>[uint8]</b> 0
 *   <li><b>[uint16]</b>, from version 2 on <b>[uint32]</b>: length of what follows
 *   <li>a Python dictionary with the keys {@code descr}, {@code fortran_order} and {@code shape},
 *       in ASCII, and spaces, up to a line feed
 *   <li>the elements, little-endian
 * </ul>
 *
 * Descriptors are {@code <f2}, {@code <f4}, {@code <f8}, {@code |b1}, {@code |i1}, {@code |u1},
 * {@code <i2}, {@code <u2}, {@code <i4}, {@code <u4} and {@code <i8}; objects (which are pickles),
 * structures, complex numbers and big-endian numbers are refused. So is a file that is shorter or
 * longer than its shape says.
 *
 * @see <a href="https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html">NumPy's
 *     description</a>
 * @lucene.experimental
 */
public final class NpyFile extends ArrayFile {

  private NpyFile(MappedFile file, NpyHeader header) throws VectorFileException {
    super(
        new Elements(file, header.dataOffset(), header.type()),
        header.shape(),
        NpyHeader.DICTIONARY_OFFSET,
        header.fortranOrder());
  }

  /**
   * Opens a file.
   *
   * @throws VectorFileException if it is not a whole array of one of the types above
   */
  public static NpyFile open(Path file) throws IOException {
    return open(MappedFile.open(file));
  }

  /**
   * Reads what a file would have.
   *
   * @param name what to call it in messages
   * @param bytes of the whole file; they are not copied
   */
  public static NpyFile of(String name, byte[] bytes) throws IOException {
    return open(MappedFile.wrap(name, bytes));
  }

  /** Takes over bytes, and closes them if they are not an array. */
  private static NpyFile open(MappedFile file) throws IOException {
    boolean success = false;
    try {
      NpyFile result = new NpyFile(file, NpyHeader.read(file));
      success = true;
      return result;
    } finally {
      if (success == false) {
        file.close();
      }
    }
  }
}
