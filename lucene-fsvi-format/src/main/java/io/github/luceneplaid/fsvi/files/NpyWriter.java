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
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * Writes a {@code .npy} file of version 1.0 in C order, row by row: the length of the first axis is
 * that of what was written. The file is there, or replaces the one that was, after {@link #finish};
 * {@link #close} without it leaves things as they were.
 *
 * <p>Values that do not fit the type throw an {@link IllegalArgumentException}, and none of them is
 * written: integers out of range, and floats that would become infinite as a 16-bit float.
 *
 * @see NpyFile
 * @lucene.experimental
 */
public final class NpyWriter implements Closeable {

  private final AtomicOutput out;
  private final ElementWriter elements;
  private final long[] rowShape;
  private final long rowSize;

  /**
   * Starts a file.
   *
   * @param file its path, in a folder that exists
   * @param type of the elements
   * @param rowShape lengths of all axes but the first, each 1 or more; none for an array of one
   *     axis
   */
  public NpyWriter(Path file, ElementType type, int... rowShape) throws IOException {
    if (rowShape.length >= NpyHeader.MAX_AXES) {
      throw new IllegalArgumentException(rowShape.length + " axes");
    }
    long size = 1;
    for (int length : rowShape) {
      if (length < 1) {
        throw new IllegalArgumentException("an axis of length " + length);
      }
      size = Math.multiplyExact(size, (long) length);
    }
    this.rowSize = size;
    this.rowShape = LongStream.concat(LongStream.of(0), widen(rowShape)).toArray();
    this.out = new AtomicOutput(file);
    this.elements = new ElementWriter(out, type);
    boolean success = false;
    try {
      byte[] header = header(0);
      out.putBytes(header, 0, header.length);
      success = true;
    } finally {
      if (success == false) {
        out.close();
      }
    }
  }

  private static LongStream widen(int[] lengths) {
    return IntStream.of(lengths).asLongStream();
  }

  private byte[] header(long rows) {
    long[] shape = rowShape.clone();
    long[] longest = rowShape.clone();
    shape[0] = rows;
    longest[0] = Long.MAX_VALUE;
    return new NpyHeader(elements.type(), false, shape, 0).bytes(longest);
  }

  /** Appends floats; {@code n} may be any part of a row, or many rows. */
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

  /** Appends elements of one byte as they are. */
  public void writeBytes(byte[] from, int offset, int n) throws IOException {
    elements.writeBytes(from, offset, n);
  }

  /**
   * Completes the file and puts it in its place. Nothing can be written afterwards.
   *
   * @throws IllegalStateException if the last row is not complete
   */
  public void finish() throws IOException {
    if (elements.count() % rowSize != 0) {
      throw new IllegalStateException(
          elements.count() + " elements are no multiple of rows of " + rowSize);
    }
    out.overwrite(0, header(elements.count() / rowSize));
    out.finish();
  }

  @Override
  public void close() throws IOException {
    out.close();
  }
}
