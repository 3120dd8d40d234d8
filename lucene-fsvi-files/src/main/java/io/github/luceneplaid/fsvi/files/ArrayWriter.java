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
 * Writes an array in C order, row by row. The number of rows becomes the length of the first axis.
 * {@link #finish} creates the file, or replaces the existing one. {@link #close} without {@link
 * #finish} leaves an existing file as it was.
 *
 * <p>A value that does not fit the type causes an {@link IllegalArgumentException}. Such values are
 * integers out of range, and finite floats that would become infinite as a 16-bit float. No value
 * of the same call is written then.
 *
 * @lucene.experimental
 */
public abstract sealed class ArrayWriter implements VectorRowsWriter
    permits NpyWriter, MmapArrayWriter {

  private final AtomicOutput out;
  private final ElementWriter elements;
  private final long[] shape;
  private final long rowSize;

  /** Starts a file. Its first header is that of an array without rows. */
  ArrayWriter(Path file, ElementType type, int[] rowShape) throws IOException {
    this.shape = new long[1 + rowShape.length];
    long size = 1;
    for (int axis = 0; axis < rowShape.length; axis++) {
      if (rowShape[axis] < 1) {
        throw new IllegalArgumentException(
            "lengths in rowShape must be at least 1, got: " + rowShape[axis]);
      }
      shape[1 + axis] = rowShape[axis];
      size = Math.multiplyExact(size, (long) rowShape[axis]);
    }
    this.rowSize = size;
    byte[] header = header(type, shape);
    this.out = new AtomicOutput(file);
    this.elements = new ElementWriter(out, type);
    out.putBytes(header, 0, header.length);
  }

  /** Returns the header of an array. Its size does not depend on the length of the first axis. */
  abstract byte[] header(ElementType type, long[] shape);

  /** Appends floats: a part of a row, or many rows. */
  public void writeFloats(float[] from, int offset, int n) throws IOException {
    elements.writeFloats(from, offset, n);
  }

  /** Appends 64-bit floats. */
  public void writeDoubles(double[] from, int offset, int n) throws IOException {
    elements.writeDoubles(from, offset, n);
  }

  /** Appends integers of any width. */
  public void writeLongs(long[] from, int offset, int n) throws IOException {
    elements.writeLongs(from, offset, n);
  }

  /** Appends elements of one byte without conversion. Those of a boolean array must be 0 or 1. */
  public void writeBytes(byte[] from, int offset, int n) throws IOException {
    elements.writeBytes(from, offset, n);
  }

  /**
   * Appends a row of floats.
   *
   * @param id not used
   */
  @Override
  public void add(String id, float[] row) throws IOException {
    add(row);
  }

  /** Appends a row of floats. */
  public void add(float[] row) throws IOException {
    if (row.length != rowSize) {
      throw new IllegalArgumentException(
          "length of a row must be " + rowSize + ", got: " + row.length);
    }
    writeFloats(row, 0, row.length);
  }

  /**
   * Completes the file and gives it its name. Nothing can be written afterwards.
   *
   * @throws IllegalStateException if the last row is not complete, or an earlier write failed
   */
  @Override
  public void finish() throws IOException {
    if (elements.count() % rowSize != 0) {
      throw new IllegalStateException(
          "number of elements must be a multiple of " + rowSize + ", got: " + elements.count());
    }
    shape[0] = elements.count() / rowSize;
    out.overwrite(0, header(elements.type(), shape));
    out.finish();
  }

  @Override
  public void close() throws IOException {
    out.close();
  }
}
