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
package io.github.luceneplaid.fsvi.slab;

import io.github.luceneplaid.fsvi.simd.MappedInput;
import io.github.luceneplaid.fsvi.simd.QueryMatrix;
import io.github.luceneplaid.fsvi.simd.RowComparison;
import io.github.luceneplaid.fsvi.simd.VectorKernels;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Objects;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.store.IndexInput;

/**
 * Reads a slab, see {@link SlabWriter}. Only one thread may use an instance at a time. {@link
 * #copy} makes another instance for another thread. A slab need not be closed. It cannot be used
 * after its input is closed.
 *
 * @lucene.internal
 */
public final class Slab {

  private static final int BUFFER_ELEMENTS = 8192;

  // Copies of rows for a comparison fit in the first-level cache
  private static final int COPIED_BYTES = 1 << 14;

  private final IndexInput data;
  private final long rows;
  private final int dim;
  private final SlabEncoding encoding;
  private final VectorKernels kernels = VectorKernels.get();

  // Null if the input is not mapped
  private final MappedInput mapped;

  // Buffers that are allocated when they are first needed; copies of a slab have their own
  private ByteBuffer bytes;
  private short[] shorts;
  private float[] floats;
  private byte[] copies;

  private Slab(IndexInput data, long rows, int dim, SlabEncoding encoding) throws IOException {
    this.data = data;
    this.rows = rows;
    this.dim = dim;
    this.encoding = encoding;
    this.mapped = kernels.mapped(data);
  }

  /**
   * Opens a slab.
   *
   * @param data the file; its file pointer does not move
   * @param offset offset of the first row, see {@link SlabWriter#offset}
   * @param rows number of rows
   * @param dim number of elements of a row
   * @param encoding encoding of the elements
   * @return a slab for the calling thread
   * @throws CorruptIndexException if the slab is not inside the file
   * @throws IOException from the input
   * @throws IllegalArgumentException if offset or rows is negative, or dim &lt; 1
   */
  public static Slab open(IndexInput data, long offset, long rows, int dim, SlabEncoding encoding)
      throws IOException {
    if (offset < 0 || rows < 0) {
      throw new IllegalArgumentException(
          "offset and rows must be at least 0, got: " + offset + " and " + rows);
    }
    long rowBytes = (long) checkDimension(dim) * encoding.bytes();
    long available = data.length() - offset;
    if (available < 0 || rows > available / rowBytes) {
      throw new CorruptIndexException(
          "slab: found "
              + rows
              + " rows of "
              + rowBytes
              + " bytes at "
              + offset
              + ", expected a slab inside the file of "
              + data.length()
              + " bytes",
          data);
    }
    return new Slab(data.slice("slab", offset, rows * rowBytes), rows, dim, encoding);
  }

  /**
   * Returns a slab of the same rows for another thread.
   *
   * @return a slab with a file pointer and buffers of its own
   * @throws IOException from the input
   */
  public Slab copy() throws IOException {
    return new Slab(data.clone(), rows, dim, encoding);
  }

  /**
   * Returns the number of rows.
   *
   * @return ≥ 0
   */
  public long rows() {
    return rows;
  }

  /**
   * Returns the number of elements of a row.
   *
   * @return ≥ 1
   */
  public int dimension() {
    return dim;
  }

  /**
   * Returns the encoding of the elements.
   *
   * @return the encoding
   */
  public SlabEncoding encoding() {
    return encoding;
  }

  /**
   * Reads rows as floats.
   *
   * @param row the first row
   * @param n number of rows
   * @param into receives [n][dim] floats
   * @param offset index of the first element in into
   * @throws IOException from the input
   * @throws IndexOutOfBoundsException if the rows are not in the slab, or do not fit in the array
   */
  public void readRows(long row, int n, float[] into, int offset) throws IOException {
    int elements = Math.multiplyExact(n, dim);
    Objects.checkFromIndexSize(offset, elements, into.length);
    Objects.checkFromIndexSize(row, n, rows);
    long position = position(row);
    data.seek(position);
    if (encoding == SlabEncoding.FLOAT32) {
      data.readFloats(into, offset, elements);
      return;
    }
    for (int done = 0; done < elements; ) {
      int count = Math.min(elements - done, BUFFER_ELEMENTS);
      if (encoding == SlabEncoding.INT8) {
        readInt8(count, into, offset + done);
      } else {
        readFloat16(position + (long) done * Short.BYTES, count, into, offset + done);
      }
      done += count;
    }
  }

  /**
   * Reads rows in their encoding, without gaps.
   *
   * @param row the first row
   * @param n number of rows
   * @param into receives n * dim * {@link SlabEncoding#bytes} bytes
   * @param offset index of the first byte in into
   * @throws IOException from the input
   * @throws IndexOutOfBoundsException if the rows are not in the slab, or do not fit in the array
   */
  public void readRawBytes(long row, int n, byte[] into, int offset) throws IOException {
    int length = Math.multiplyExact(n, Math.multiplyExact(dim, encoding.bytes()));
    Objects.checkFromIndexSize(offset, length, into.length);
    Objects.checkFromIndexSize(row, n, rows);
    data.seek(position(row));
    data.readBytes(into, offset, length);
  }

  /**
   * Raises {@code max[q]} to the largest dot product of query q with one of n rows. Use {@link
   * VectorKernels#prepare} if there are more than a few calls with the same queries.
   *
   * @param queries [nq][dim]
   * @param nq number of queries
   * @param row the first row
   * @param n number of rows; 0 does not change max
   * @param max [nq], in and out
   * @throws IOException from the input
   * @throws IndexOutOfBoundsException if the rows are not in the slab or an array is too short
   */
  public void maxSim(float[] queries, int nq, long row, int n, float[] max) throws IOException {
    maxSim(kernels.prepare(queries, nq, dim), row, n, max);
  }

  /**
   * Raises {@code max[q]} to the largest dot product of query q with one of n rows. It reads rows
   * of {@link SlabEncoding#FLOAT32} in place if the file is memory-mapped and there are few
   * queries. It copies other rows to an array, some at a time.
   *
   * @param queries queries of the slab's dimension, from {@link VectorKernels#prepare}
   * @param row the first row
   * @param n number of rows; 0 does not change max
   * @param max [queries], in and out
   * @throws IOException from the input
   * @throws IllegalArgumentException if queries have another dimension
   * @throws IndexOutOfBoundsException if the rows are not in the slab or max is too short
   */
  public void maxSim(QueryMatrix queries, long row, int n, float[] max) throws IOException {
    if (queries.dimension() != dim) {
      throw new IllegalArgumentException(
          "dimension of queries must be " + dim + ", got: " + queries.dimension());
    }
    Objects.checkFromIndexSize(row, n, rows);
    if (encoding == SlabEncoding.FLOAT32
        && mapped != null
        && queries.maxSim(mapped, position(row), n, max)) {
      return;
    }
    // Kernels are fastest with a multiple of four rows
    int batch = dim <= BUFFER_ELEMENTS / 4 ? BUFFER_ELEMENTS / dim / 4 * 4 : 1;
    if (floats == null) {
      floats = new float[batch * dim];
    }
    for (int done = 0; done < n; ) {
      int count = Math.min(n - done, batch);
      readRows(row + done, count, floats, 0);
      queries.maxSim(floats, 0, count, max);
      done += count;
    }
  }

  /**
   * Compares a query with rows, in place if the file is memory-mapped.
   *
   * @param query query for rows of this slab's encoding. Its dimension is that of the slab or less.
   *     If it is less, only the first elements of each row are compared, and a comparison in place
   *     reads no others
   * @param ordinals ordinals of the rows, in any order
   * @param n number of rows
   * @param scales [n], scale of each row; only distances from scaled rows need it
   * @param out [n], receives a result for each row
   * @throws IOException from the input
   * @throws IllegalArgumentException if the query has more elements than a row
   * @throws IndexOutOfBoundsException if a row is not in the slab or an array is too short
   */
  public void compare(RowComparison query, int[] ordinals, int n, float[] scales, float[] out)
      throws IOException {
    if (query.dimension() > dim) {
      throw new IllegalArgumentException(
          "dimension of the query must be at most " + dim + ", got: " + query.dimension());
    }
    int rowBytes = dim * encoding.bytes();
    if (mapped != null && query.compare(mapped, 0, rowBytes, ordinals, n, scales, out)) {
      return;
    }
    int used = query.dimension() * encoding.bytes();
    int batch = Math.max(4, COPIED_BYTES / used);
    if (copies == null || copies.length < Math.min(n, batch) * used) {
      copies = new byte[Math.min(n, batch) * used];
    }
    for (int done = 0; done < n; ) {
      int count = Math.min(n - done, batch);
      for (int i = 0; i < count; ) {
        int first = ordinals[done + i];
        int run = 1;
        // Consecutive whole rows are read at once
        while (used == rowBytes && i + run < count && ordinals[done + i + run] == first + run) {
          run++;
        }
        Objects.checkFromIndexSize(first, run, rows);
        data.seek(position(first));
        data.readBytes(copies, i * used, run * used);
        i += run;
      }
      query.compare(copies, used, count, scales, out, done);
      done += count;
    }
  }

  /**
   * Asks the operating system to load rows that will be read soon.
   *
   * @param row the first row
   * @param n number of rows, at least 1
   * @throws IOException from the input
   * @throws IndexOutOfBoundsException if the rows are not in the slab
   */
  public void prefetch(long row, int n) throws IOException {
    Objects.checkFromIndexSize(row, n, rows);
    data.prefetch(position(row), position(n));
  }

  private long position(long row) {
    return row * dim * encoding.bytes();
  }

  private void readInt8(int count, float[] into, int offset) throws IOException {
    ByteBuffer buffer = readBytes(count);
    for (int i = 0; i < count; i++) {
      into[offset + i] = buffer.get(i);
    }
  }

  private void readFloat16(long position, int count, float[] into, int offset) throws IOException {
    if (shorts == null) {
      shorts = new short[BUFFER_ELEMENTS];
    }
    if (mapped == null || mapped.readShorts(position, shorts, 0, count) == false) {
      data.seek(position);
      readBytes(count).asShortBuffer().get(0, shorts, 0, count);
    }
    kernels.float16ToFloat(shorts, 0, into, offset, count);
  }

  private ByteBuffer readBytes(int count) throws IOException {
    if (bytes == null) {
      bytes =
          ByteBuffer.allocate(BUFFER_ELEMENTS * encoding.bytes()).order(ByteOrder.LITTLE_ENDIAN);
    }
    data.readBytes(bytes.array(), 0, count * encoding.bytes());
    return bytes;
  }

  static int checkDimension(int dim) {
    if (dim < 1) {
      throw new IllegalArgumentException("dim must be at least 1, got: " + dim);
    }
    return dim;
  }
}
