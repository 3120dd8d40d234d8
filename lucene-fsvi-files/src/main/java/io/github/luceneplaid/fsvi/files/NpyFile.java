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
 * Reads a {@code .npy} file of version 1.0, 2.0 or 3.0. This is NumPy's format for one array.
 *
 * <p>Layout of the file:
 *
 * <ul>
 *   <li><b>[byte * 6]</b> {@code \x93NUMPY}, <b>[uint8]</b> major version, <b>[uint8]</b> 0
 *   <li><b>[uint16]</b> in version 1, <b>[uint32]</b> in later versions: length of the next item
 *   <li>a Python dictionary with the keys {@code descr}, {@code fortran_order} and {@code shape},
 *       in ASCII, then spaces and a line feed
 *   <li>the elements, little-endian
 * </ul>
 *
 * The reader accepts the descriptors {@code <f2}, {@code <f4}, {@code <f8}, {@code |b1}, {@code
 * |i1}, {@code |u1}, {@code <i2}, {@code <u2}, {@code <i4}, {@code <u4} and {@code <i8}. It refuses
 * objects (which are pickles), structures, complex numbers and big-endian numbers. It also refuses
 * a file that is shorter or longer than its shape requires.
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
   * @throws VectorFileException if the file is damaged, or its elements are of another type
   */
  public static NpyFile open(Path file) throws IOException {
    return open(MappedFile.open(file));
  }

  /**
   * Reads a file that is in memory.
   *
   * @param name name of the file in messages
   * @param bytes all bytes of the file; they are not copied
   */
  public static NpyFile of(String name, byte[] bytes) throws IOException {
    return open(MappedFile.wrap(name, bytes));
  }

  /** Takes over an open file, and closes it if it is not an array. */
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
