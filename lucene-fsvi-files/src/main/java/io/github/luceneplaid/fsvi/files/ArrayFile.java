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
import java.util.Arrays;
import java.util.Objects;

/**
 * An array of any number of axes in a file. An element is addressed by its index in C order (the
 * last axis is the fastest), also if the file has them in Fortran order. Indexes out of range throw
 * an {@link IndexOutOfBoundsException}.
 *
 * @lucene.experimental
 */
public abstract sealed class ArrayFile implements Closeable permits NpyFile, MmapArray {

  /** The bytes of the file. */
  final MappedFile file;

  private final Elements elements;
  private final long[] shape;
  private final boolean fortranOrder;
  private final long size;
  private final long rowSize;

  /**
   * Takes over bytes, which have to end with the last element.
   *
   * @param shape lengths of the axes, none of them negative
   * @param shapeOffset where they are in the file
   */
  ArrayFile(Elements elements, long[] shape, long shapeOffset, boolean fortranOrder)
      throws VectorFileException {
    this.file = elements.file();
    this.elements = elements;
    this.shape = shape;
    this.fortranOrder = fortranOrder;
    long end;
    try {
      long row = 1;
      for (int axis = 1; axis < shape.length; axis++) {
        row = Math.multiplyExact(row, shape[axis]);
      }
      this.rowSize = row;
      this.size = Math.multiplyExact(row, rows());
      end = Math.addExact(elements.offset(), Math.multiplyExact(size, (long) type().bytes()));
    } catch (ArithmeticException e) {
      throw file.error(shapeOffset, "shape", Arrays.toString(shape), "fewer than 2^63 bytes", e);
    }
    if (file.length() != end) {
      throw file.error(
          elements.offset(),
          "elements of shape " + Arrays.toString(shape),
          "a file of " + file.length() + " bytes",
          Long.toString(end));
    }
  }

  /** What the elements are. */
  public ElementType type() {
    return elements.type();
  }

  /** Lengths of the axes, none for a single value. */
  public long[] shape() {
    return shape.clone();
  }

  /** Whether the file has the first axis as the fastest; indexes here do not depend on it. */
  public boolean fortranOrder() {
    return fortranOrder;
  }

  /** Number of elements. */
  public long size() {
    return size;
  }

  /** Length of the first axis, 1 for a single value. */
  public long rows() {
    return shape.length == 0 ? 1 : shape[0];
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

  /**
   * The rows of a matrix as vectors; 64-bit floats are rounded. To close it is to close this.
   *
   * @throws VectorFileException if this is not a matrix of floats with a column at least
   */
  public VectorRows vectors() throws VectorFileException {
    if (type().isFloat() == false
        || shape.length != 2
        || rowSize < 1
        || rowSize > Integer.MAX_VALUE) {
      throw file.error(
          0,
          "array",
          type() + " of shape " + Arrays.toString(shape),
          "floats with 2 axes, the second one from 1 to 2^31 - 1");
    }
    return new ArrayRows(this);
  }

  private void check(long from, int length, int offset, int n) {
    Objects.checkFromIndexSize(from, (long) n, size);
    Objects.checkFromIndexSize(offset, n, length);
  }

  private boolean inOrder() {
    return fortranOrder == false || shape.length < 2;
  }

  /** Which element of the file has an index. */
  private long position(long index) {
    Objects.checkIndex(index, size);
    if (inOrder()) {
      return index;
    }
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
