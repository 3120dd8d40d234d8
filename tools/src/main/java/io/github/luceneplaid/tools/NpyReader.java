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
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Reads the rows of a matrix from a {@code .npy} file, one after another. */
final class NpyReader implements Closeable {
  /** About how many bytes one read takes. */
  private static final int CHUNK = 1 << 20;

  private final Path file;
  private final FileChannel channel;
  private final NpyHeader header;
  private long nextRow;

  NpyReader(Path file) throws IOException {
    this.file = file;
    try {
      channel = FileChannel.open(file, StandardOpenOption.READ);
    } catch (NoSuchFileException e) {
      throw new UserException(file + ": no such file", e);
    }
    boolean success = false;
    try {
      long length = channel.size();
      byte[] start = read(0, (int) Math.min(NpyHeader.MAX_LENGTH, length)).array();
      header = NpyHeader.parse(start, length, file.toString());
      success = true;
    } finally {
      if (success == false) {
        channel.close();
      }
    }
  }

  long rows() {
    return header.rows();
  }

  int dimension() {
    return header.dimension();
  }

  /** The next {@code count} rows. */
  float[][] read(int count) throws IOException {
    if (count > header.rows() - nextRow) {
      throw new UserException(
          file + ": " + header.rows() + " rows, at least " + (nextRow + count) + " expected");
    }
    float[][] result = new float[count][header.dimension()];
    int chunkRows = Math.max(1, CHUNK / header.rowBytes());
    for (int row = 0; row < count; row += chunkRows) {
      int n = Math.min(chunkRows, count - row);
      long offset = header.dataOffset() + (nextRow + row) * header.rowBytes();
      header.decode(read(offset, n * header.rowBytes()), result, row, n);
    }
    nextRow += count;
    return result;
  }

  private ByteBuffer read(long offset, int length) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    while (buffer.hasRemaining()) {
      if (channel.read(buffer, offset + buffer.position()) < 0) {
        throw new UserException(file + ": ends at byte " + channel.size() + ", too early");
      }
    }
    return buffer.flip();
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
