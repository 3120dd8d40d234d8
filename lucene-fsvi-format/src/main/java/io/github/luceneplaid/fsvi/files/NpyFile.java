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

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;

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
 * <p>An element is addressed by its index in C order (the last axis is the fastest), also if the
 * file has them in Fortran order. Indexes out of range throw an {@link IndexOutOfBoundsException}.
 *
 * @see <a href="https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html">NumPy's
 *     description</a>
 * @lucene.experimental
 */
public final class NpyFile implements Closeable {

  private final MappedFile file;
  private final NpyHeader header;
  private final Elements elements;
  private final long size;
  private final long rowSize;

  private NpyFile(MappedFile file) throws VectorFileException {
    this.file = file;
    this.header = NpyHeader.read(file);
    this.elements = new Elements(file, header.dataOffset(), header.type());
    long[] shape = header.shape();
    try {
      long row = 1;
      for (int axis = 1; axis < shape.length; axis++) {
        row = Math.multiplyExact(row, shape[axis]);
      }
      this.rowSize = row;
      this.size = Math.multiplyExact(row, rows());
      long end =
          Math.addExact(
              header.dataOffset(), Math.multiplyExact(size, (long) header.type().bytes()));
      if (file.length() != end) {
        throw file.error(
            header.dataOffset(),
            "elements of shape " + Arrays.toString(shape),
            "a file of " + file.length() + " bytes",
            Long.toString(end));
      }
    } catch (ArithmeticException e) {
      VectorFileException exception =
          file.error(
              NpyHeader.MAGIC.length, "shape", Arrays.toString(shape), "fewer than 2^63 bytes");
      exception.initCause(e);
      throw exception;
    }
  }

  /**
   * Opens a file.
   *
   * @throws VectorFileException if it is not a whole array of one of the types above
   */
  public static NpyFile open(Path file) throws IOException {
    return open(MappedFile.open(file));
  }

  /** Takes over bytes, and closes them if they are not an array. */
  static NpyFile open(MappedFile file) throws IOException {
    boolean success = false;
    try {
      NpyFile result = new NpyFile(file);
      success = true;
      return result;
    } finally {
      if (success == false) {
        file.close();
      }
    }
  }

  /** What the elements are. */
  public ElementType type() {
    return header.type();
  }

  /** Whether the file has the first axis as the fastest; indexes here do not depend on it. */
  public boolean fortranOrder() {
    return header.fortranOrder();
  }

  /** Lengths of the axes, none for a single value. */
  public long[] shape() {
    return header.shape().clone();
  }

  /** Number of elements. */
  public long size() {
    return size;
  }

  /** Length of the first axis, 1 for a single value. */
  public long rows() {
    return header.shape().length == 0 ? 1 : header.shape()[0];
  }

  /** Elements for each index of the first axis. */
  public long rowSize() {
    return rowSize;
  }

  /**
   * A float.
   *
   * @param index in C order
   * @return the value; a 64-bit float is rounded
   * @throws IllegalStateException if elements are integers
   */
  public float floatAt(long index) {
    return elements.floatAt(position(index));
  }

  /**
   * A float.
   *
   * @param index in C order
   * @throws IllegalStateException if elements are integers
   */
  public double doubleAt(long index) {
    return elements.doubleAt(position(index));
  }

  /**
   * An integer.
   *
   * @param index in C order
   * @return the value; as a number from 0 on if the type is unsigned
   * @throws IllegalStateException if elements are floats
   */
  public long longAt(long index) {
    return elements.longAt(position(index));
  }

  /**
   * Reads floats as {@link #floatAt} does.
   *
   * @param from index of the first one, in C order
   * @param into takes them
   * @param offset index of the first one in {@code into}
   * @param n how many
   */
  public void readFloats(long from, float[] into, int offset, int n) {
    check(from, into.length, offset, n);
    if (inOrder()) {
      elements.readFloats(from, into, offset, n);
      return;
    }
    for (int i = 0; i < n; i++) {
      into[offset + i] = elements.floatAt(position(from + i));
    }
  }

  /**
   * Reads integers as {@link #longAt} does.
   *
   * @param from index of the first one, in C order
   * @param into takes them
   * @param offset index of the first one in {@code into}
   * @param n how many
   */
  public void readLongs(long from, long[] into, int offset, int n) {
    check(from, into.length, offset, n);
    if (inOrder()) {
      elements.readLongs(from, into, offset, n);
      return;
    }
    for (int i = 0; i < n; i++) {
      into[offset + i] = elements.longAt(position(from + i));
    }
  }

  /**
   * Reads elements of one byte as they are.
   *
   * @param from index of the first one, in C order
   * @param into takes them
   * @param offset index of the first one in {@code into}
   * @param n how many
   * @throws IllegalStateException if elements are longer
   */
  public void readBytes(long from, byte[] into, int offset, int n) {
    check(from, into.length, offset, n);
    if (inOrder()) {
      elements.readBytes(from, into, offset, n);
      return;
    }
    for (int i = 0; i < n; i++) {
      into[offset + i] = elements.byteAt(position(from + i));
    }
  }

  private void check(long from, int length, int offset, int n) {
    Objects.checkFromIndexSize(from, (long) n, size);
    Objects.checkFromIndexSize(offset, n, length);
  }

  private boolean inOrder() {
    return header.fortranOrder() == false || header.shape().length < 2;
  }

  /** Which element of the file has an index. */
  private long position(long index) {
    Objects.checkIndex(index, size);
    if (inOrder()) {
      return index;
    }
    long[] shape = header.shape();
    // The stride of an axis is the product of the lengths of those before it.
    long stride = size;
    long position = 0;
    long rest = index;
    for (int axis = shape.length - 1; axis >= 0; axis--) {
      stride /= shape[axis];
      position += rest % shape[axis] * stride;
      rest /= shape[axis];
    }
    return position;
  }

  @Override
  public void close() {
    file.close();
  }
}
