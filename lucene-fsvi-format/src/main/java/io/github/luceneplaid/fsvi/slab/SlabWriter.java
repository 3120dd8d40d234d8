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

import io.github.luceneplaid.fsvi.simd.VectorKernels;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.ShortBuffer;
import java.util.Objects;
import org.apache.lucene.store.IndexOutput;

/**
 * Appends a slab to a file. A slab has rows of one dimension and one encoding, without gaps. The
 * first row is at a multiple of {@value #ALIGNMENT} bytes. A slab has no header and no footer. Its
 * user must store {@link #offset}, {@link #rows}, the dimension and the encoding.
 *
 * <p>Nothing else may be written to the output while a slab is being written.
 *
 * @lucene.internal
 */
public final class SlabWriter {

  /** The offset of a slab is a multiple of this number of bytes. */
  public static final int ALIGNMENT = 64;

  private static final int BUFFER_ELEMENTS = 2048;

  // The smallest number that rounds to infinity: half a unit above the largest binary16
  private static final float FLOAT16_LIMIT = 65520f;

  private final IndexOutput out;
  private final SlabEncoding encoding;
  private final int dim;
  private final long offset;
  private final ByteBuffer buffer;
  private final FloatBuffer floatBuffer;
  private final ShortBuffer shortBuffer;
  private final short[] shorts;
  private long rows;

  /**
   * Starts a slab at the next aligned position of a file.
   *
   * @param out receives the slab; this writer does not close it
   * @param encoding encoding of the elements
   * @param dim number of elements of a row, ≥ 1
   * @throws IOException from the output
   * @throws IllegalArgumentException if dim &lt; 1
   */
  public SlabWriter(IndexOutput out, SlabEncoding encoding, int dim) throws IOException {
    this.out = out;
    this.encoding = Objects.requireNonNull(encoding);
    this.dim = Slab.checkDimension(dim);
    this.offset = out.alignFilePointer(ALIGNMENT);
    this.buffer =
        ByteBuffer.allocate(BUFFER_ELEMENTS * encoding.bytes()).order(ByteOrder.LITTLE_ENDIAN);
    this.floatBuffer = buffer.asFloatBuffer();
    this.shortBuffer = buffer.asShortBuffer();
    this.shorts = encoding == SlabEncoding.FLOAT16 ? new short[BUFFER_ELEMENTS] : null;
  }

  /**
   * Returns the offset of the first row in the file, in bytes.
   *
   * @return a multiple of {@value #ALIGNMENT}
   */
  public long offset() {
    return offset;
  }

  /**
   * Returns the number of rows written so far.
   *
   * @return ≥ 0
   */
  public long rows() {
    return rows;
  }

  /**
   * Appends rows of floats, and converts them to the slab's encoding. {@link SlabEncoding#FLOAT32}
   * keeps them, {@link SlabEncoding#FLOAT16} rounds to the nearest binary16, and {@link
   * SlabEncoding#INT8} rounds to the nearest integer, ties to even.
   *
   * @param values [n][dim]
   * @param from index of the first element in values
   * @param n number of rows
   * @throws IOException from the output
   * @throws IllegalArgumentException if the encoding does not fit an element; no row is written
   *     then. {@link SlabEncoding#FLOAT16} fits finite elements of magnitude less than 65520.
   *     {@link SlabEncoding#INT8} fits elements that round to a signed byte
   */
  public void append(float[] values, int from, int n) throws IOException {
    int elements = Math.multiplyExact(n, dim);
    Objects.checkFromIndexSize(from, elements, values.length);
    check(values, from, elements);
    for (int done = 0; done < elements; ) {
      int count = Math.min(elements - done, BUFFER_ELEMENTS);
      convert(values, from + done, count);
      out.writeBytes(buffer.array(), 0, count * encoding.bytes());
      done += count;
    }
    rows += n;
  }

  /**
   * Appends rows that are already in the slab's encoding, for example from {@link
   * Slab#readRawBytes}.
   *
   * @param bytes n rows
   * @param from index of the first byte
   * @param n number of rows
   * @throws IOException from the output
   */
  public void appendRawBytes(byte[] bytes, int from, int n) throws IOException {
    int length = Math.multiplyExact(n, Math.multiplyExact(dim, encoding.bytes()));
    Objects.checkFromIndexSize(from, length, bytes.length);
    out.writeBytes(bytes, from, length);
    rows += n;
  }

  private void check(float[] values, int from, int elements) {
    if (encoding == SlabEncoding.FLOAT32) {
      return;
    }
    for (int i = from; i < from + elements; i++) {
      float value = values[i];
      boolean fits =
          encoding == SlabEncoding.FLOAT16
              ? Math.abs(value) < FLOAT16_LIMIT
              : value >= -128.5f && value < 127.5f;
      if (fits == false) {
        throw new IllegalArgumentException(
            "row "
                + (i - from) / dim
                + ", element "
                + (i - from) % dim
                + ": "
                + value
                + " does not fit into "
                + encoding);
      }
    }
  }

  private void convert(float[] values, int from, int count) {
    switch (encoding) {
      case FLOAT32 -> floatBuffer.put(0, values, from, count);
      case FLOAT16 -> {
        VectorKernels.get().floatToFloat16(values, from, shorts, 0, count);
        shortBuffer.put(0, shorts, 0, count);
      }
      case INT8 -> {
        for (int i = 0; i < count; i++) {
          buffer.put(i, (byte) Math.rint(values[from + i]));
        }
      }
    }
  }
}
