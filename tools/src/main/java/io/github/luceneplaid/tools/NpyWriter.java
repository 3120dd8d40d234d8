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
package io.github.luceneplaid.tools;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Writes a matrix to a {@code .npy} file row by row; the number of rows is filled in at close. */
final class NpyWriter implements Closeable {
  private final FileChannel channel;
  private final boolean half;
  private final int dimension;
  private long rows;

  /** Opens the file, which must not exist. */
  NpyWriter(Path file, boolean half, int dimension) throws IOException {
    this.half = half;
    this.dimension = dimension;
    channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    boolean success = false;
    try {
      write(ByteBuffer.wrap(NpyHeader.bytes(half, 0, dimension)));
      success = true;
    } finally {
      if (success == false) {
        channel.close();
      }
    }
  }

  void write(float[][] matrix) throws IOException {
    int bytes = half ? Short.BYTES : Float.BYTES;
    ByteBuffer buffer =
        ByteBuffer.allocate(Math.multiplyExact(matrix.length, dimension * bytes))
            .order(ByteOrder.LITTLE_ENDIAN);
    for (float[] row : matrix) {
      if (row.length != dimension) {
        throw new IllegalArgumentException("row of " + row.length + ", expected " + dimension);
      }
      for (float component : row) {
        if (half) {
          buffer.putShort(Float.floatToFloat16(component));
        } else {
          buffer.putFloat(component);
        }
      }
    }
    write(buffer.flip());
    rows += matrix.length;
  }

  private void write(ByteBuffer buffer) throws IOException {
    while (buffer.hasRemaining()) {
      channel.write(buffer);
    }
  }

  @Override
  public void close() throws IOException {
    try (channel) {
      channel.position(0);
      write(ByteBuffer.wrap(NpyHeader.bytes(half, rows, dimension)));
    }
  }
}
