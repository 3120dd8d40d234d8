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
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Locale;

/**
 * Writes rows of half floats or floats to a {@code .npy} file; their number is filled in at the
 * end.
 */
final class NpyOutput implements Closeable {
  private static final int HEADER_LENGTH = 128;

  private final FileChannel channel;
  private final int dimension;
  private final boolean half;
  private long rows;

  /** Half floats. */
  NpyOutput(Path file, int dimension) throws IOException {
    this(file, dimension, true);
  }

  NpyOutput(Path file, int dimension, boolean half) throws IOException {
    this.dimension = dimension;
    this.half = half;
    channel =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE);
    writeAll(header());
  }

  /** Appends the first {@code count} rows of an array. */
  void write(float[] values, int count) throws IOException {
    int elements = count * dimension;
    ByteBuffer buffer =
        ByteBuffer.allocate(elements * (half ? Short.BYTES : Float.BYTES))
            .order(ByteOrder.LITTLE_ENDIAN);
    if (half) {
      short[] halves = new short[elements];
      VectorKernels.get().floatToFloat16(values, 0, halves, 0, elements);
      buffer.asShortBuffer().put(halves);
    } else {
      buffer.asFloatBuffer().put(values, 0, elements);
    }
    writeAll(buffer);
    rows += count;
  }

  private ByteBuffer header() {
    String text =
        String.format(
            Locale.ROOT,
            "{'descr': '<f%d', 'fortran_order': False, 'shape': (%d, %d), }",
            half ? Short.BYTES : Float.BYTES,
            rows,
            dimension);
    int length = HEADER_LENGTH - 10;
    String padded = text + " ".repeat(length - 1 - text.length()) + "\n";
    return ByteBuffer.allocate(HEADER_LENGTH)
        .order(ByteOrder.LITTLE_ENDIAN)
        .put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0})
        .putShort((short) length)
        .put(padded.getBytes(StandardCharsets.ISO_8859_1))
        .flip();
  }

  private void writeAll(ByteBuffer buffer) throws IOException {
    while (buffer.hasRemaining()) {
      channel.write(buffer);
    }
  }

  @Override
  public void close() throws IOException {
    try (channel) {
      channel.position(0);
      writeAll(header());
    }
  }
}
