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
package io.github.luceneplaid.benchmark;

import io.github.luceneplaid.fsvi.simd.VectorKernels;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Rows of floats or half floats in a {@code .npy} file, read from anywhere by any thread. */
final class NpyMatrix implements Closeable {
  private static final Pattern HEADER =
      Pattern.compile(
          "'descr': *'<f([24])'.*'fortran_order': *False.*'shape': *\\( *(\\d+), *(\\d+),? *\\)");

  private final FileChannel channel;
  private final int offset;
  private final boolean half;
  private final long rows;
  private final int dimension;

  NpyMatrix(Path file) throws IOException {
    channel = FileChannel.open(file, StandardOpenOption.READ);
    boolean success = false;
    try {
      int length = Short.toUnsignedInt(bytes(8, Short.BYTES).getShort());
      offset = 8 + Short.BYTES + length;
      byte[] text = bytes(8 + Short.BYTES, length).array();
      Matcher header = HEADER.matcher(new String(text, StandardCharsets.ISO_8859_1));
      if (header.find() == false) {
        throw new IOException(file + ": not a matrix of <f2 or <f4 in row order");
      }
      half = header.group(1).equals("2");
      rows = Long.parseLong(header.group(2));
      dimension = Integer.parseInt(header.group(3));
      success = true;
    } finally {
      if (success == false) {
        channel.close();
      }
    }
  }

  long rows() {
    return rows;
  }

  int dimension() {
    return dimension;
  }

  /** Reads {@code count} rows to the start of {@code into}. */
  void read(long row, int count, float[] into) throws IOException {
    int elements = Math.multiplyExact(count, dimension);
    int size = half ? Short.BYTES : Float.BYTES;
    long position = offset + row * dimension * size;
    ByteBuffer buffer = bytes(position, Math.multiplyExact(elements, size));
    if (half) {
      short[] shorts = new short[elements];
      buffer.asShortBuffer().get(shorts);
      VectorKernels.get().float16ToFloat(shorts, 0, into, 0, elements);
    } else {
      buffer.asFloatBuffer().get(into, 0, elements);
    }
  }

  /** Reads {@code count} rows. */
  float[][] read(long row, int count) throws IOException {
    float[] flat = new float[Math.multiplyExact(count, dimension)];
    read(row, count, flat);
    float[][] result = new float[count][dimension];
    for (int i = 0; i < count; i++) {
      System.arraycopy(flat, i * dimension, result[i], 0, dimension);
    }
    return result;
  }

  private ByteBuffer bytes(long position, int length) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    while (buffer.hasRemaining()) {
      if (channel.read(buffer, position + buffer.position()) < 0) {
        throw new EOFException("matrix ends at byte " + channel.size());
      }
    }
    return buffer.flip();
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
