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
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Objects;

/**
 * An array with any number of axes in a file. An index counts elements in C order (the last axis
 * varies fastest), even if the file stores them in Fortran order. An index out of range causes an
 * {@link IndexOutOfBoundsException}.
 *
 * @lucene.experimental
 */
public abstract sealed class ArrayFile implements Closeable permits NpyFile, MmapArray {

  final MappedFile file;

  private final Elements elements;
  private final long[] shape;
  private final boolean fortranOrder;
  private final long size;
  private final long rowSize;

  /**
   * Takes over an open file. The file must end with the last element.
   *
   * @param shape lengths of the axes, none of them negative
   * @param shapeOffset offset of the shape in the file, in bytes
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

  /** Returns the type of the elements. */
  public ElementType type() {
    return elements.type();
  }

  /** Returns the lengths of the axes. A single value has no axes. */
  public long[] shape() {
    return shape.clone();
  }

  /**
   * Returns whether the first axis varies fastest in the file. The indexes of this class do not
   * depend on it.
   */
  public boolean fortranOrder() {
    return fortranOrder;
  }

  /** Returns the number of elements. */
  public long size() {
    return size;
  }

  /** Returns the length of the first axis, or 1 for a single value. */
  public long rows() {
    return shape.length == 0 ? 1 : shape[0];
  }

  /** Returns the number of elements for each index of the first axis. */
  public long rowSize() {
    return rowSize;
  }

  /**
   * Reads a float. A 64-bit float is rounded: to infinity if it is too large, and to 0 if it is too
   * small.
   *
   * @param index in C order
   * @throws IllegalStateException if elements are integers
   */
  public float floatAt(long index) {
    return elements.floatAt(position(index));
  }

  /**
   * Reads a float without rounding.
   *
   * @param index in C order
   * @throws IllegalStateException if elements are integers
   */
  public double doubleAt(long index) {
    return elements.doubleAt(position(index));
  }

  /**
   * Reads an integer. A value of an unsigned type is never negative.
   *
   * @param index in C order
   * @throws IllegalStateException if elements are floats
   */
  public long longAt(long index) {
    return elements.longAt(position(index));
  }

  /**
   * Reads floats as {@link #floatAt} does.
   *
   * @param from index of the first float, in C order
   * @param into receives the floats
   * @param offset index of the first float in {@code into}
   * @param n number of floats
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
   * Reads floats as {@link #readFloats} does, but refuses a 64-bit float that a 32-bit float does
   * not come near: a finite one that would become infinite, and one other than 0 that would become
   * 0.
   *
   * @param from index of the first float, in C order
   * @param into receives the floats
   * @param offset index of the first float in {@code into}
   * @param n number of floats
   * @throws UncheckedIOException if there is such a float; its cause is a {@link
   *     VectorFileException}
   */
  public void readCheckedFloats(long from, float[] into, int offset, int n) {
    readFloats(from, into, offset, n);
    for (int i = 0; type() == ElementType.FLOAT64 && i < n; i++) {
      float rounded = into[offset + i];
      boolean suspect = rounded == 0 || Float.isInfinite(rounded);
      if (suspect && doubleAt(from + i) != rounded) {
        throw new UncheckedIOException(notNear(from + i, rounded));
      }
    }
  }

  private VectorFileException notNear(long index, float rounded) {
    String expected =
        rounded == 0
            ? "0 or at least " + Float.MIN_VALUE + ", the smallest 32-bit float"
            : "at most " + Float.MAX_VALUE + ", the largest 32-bit float";
    return file.error(elements.at(position(index)), place(index), doubleAt(index), expected);
  }

  /** Names an element, for messages. */
  private String place(long index) {
    if (shape.length == 2) {
      return "row " + index / rowSize + ", component " + index % rowSize;
    }
    long[] place = new long[shape.length];
    long rest = index;
    for (int axis = shape.length - 1; axis >= 0; axis--) {
      place[axis] = rest % shape[axis];
      rest /= shape[axis];
    }
    return "element " + Arrays.toString(place);
  }

  /**
   * Reads integers as {@link #longAt} does.
   *
   * @param from index of the first integer, in C order
   * @param into receives the integers
   * @param offset index of the first integer in {@code into}
   * @param n number of integers
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
   * Reads elements of one byte without conversion.
   *
   * @param from index of the first element, in C order
   * @param into receives the elements
   * @param offset index of the first element in {@code into}
   * @param n number of elements
   * @throws IllegalStateException if elements are longer than one byte
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
   * Returns the rows of a matrix as vectors. They are read as {@link #readCheckedFloats} does.
   * Closing the result closes this array.
   *
   * @throws VectorFileException if this is not a matrix of floats with at least one column
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

  /** Converts an index in C order into a position in the file, counted in elements. */
  private long position(long index) {
    Objects.checkIndex(index, size);
    if (inOrder()) {
      return index;
    }
    // The stride of an axis is the product of the lengths of the axes before it.
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
