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
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.apache.lucene.util.IOUtils;

/**
 * A file that is there as a whole or not at all. Bytes, little-endian, go to a temporary file in
 * the same folder; {@link #finish} brings it to the disk and gives it its name. Without that,
 * {@link #close} deletes it. A process that dies may leave it: {@code NAME.0.tmp}, or another
 * number where that name is taken.
 */
final class AtomicOutput implements Closeable {

  private static final int BUFFER = 1 << 16;

  private final Path target;
  private final Path temporary;
  private final FileChannel channel;
  private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER).order(ByteOrder.LITTLE_ENDIAN);
  private long written;
  private boolean finished;

  /**
   * Starts a file.
   *
   * @param target its path, in a folder that exists
   * @throws FileSystemException if something that is no file is there
   */
  AtomicOutput(Path target) throws IOException {
    if (Files.exists(target) && Files.isRegularFile(target) == false) {
      throw new FileSystemException(target.toString(), null, "expected a file");
    }
    this.target = target;
    Path path = null;
    FileChannel created = null;
    for (int i = 0; created == null; i++) {
      path = target.resolveSibling(target.getFileName() + "." + i + ".tmp");
      try {
        created =
            FileChannel.open(
                path,
                StandardOpenOption.CREATE_NEW,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE);
      } catch (FileAlreadyExistsException e) {
        // Somebody else writes this file, too, or was interrupted: that one stays.
      }
    }
    temporary = path;
    channel = created;
  }

  /** Bytes so far. */
  long position() {
    return written + buffer.position();
  }

  void putByte(byte value) throws IOException {
    room(Byte.BYTES).put(value);
  }

  void putShort(short value) throws IOException {
    room(Short.BYTES).putShort(value);
  }

  void putInt(int value) throws IOException {
    room(Integer.BYTES).putInt(value);
  }

  void putLong(long value) throws IOException {
    room(Long.BYTES).putLong(value);
  }

  void putFloat(float value) throws IOException {
    room(Float.BYTES).putFloat(value);
  }

  void putDouble(double value) throws IOException {
    room(Double.BYTES).putDouble(value);
  }

  /** Appends bytes. */
  void putBytes(byte[] from, int at, int n) throws IOException {
    for (int done = 0; done < n; ) {
      int run = Math.min(n - done, room(1).remaining());
      buffer.put(from, at + done, run);
      done += run;
    }
  }

  /** Writes zeros up to a position. */
  void padTo(long position) throws IOException {
    while (position() < position) {
      putByte((byte) 0);
    }
  }

  /** Writes bytes of another output that were written to it before. */
  void copy(AtomicOutput from, long offset, long length) throws IOException {
    if (offset + length > from.written) {
      from.flush();
    }
    assert offset + length <= from.written;
    for (long done = 0; done < length; ) {
      ByteBuffer into = room(1);
      int limit = into.limit();
      into.limit((int) Math.min(limit, into.position() + length - done));
      int read = from.channel.read(into, offset + done);
      into.limit(limit);
      if (read < 0) {
        throw new EOFException(from.temporary + " ends at byte " + from.channel.size());
      }
      done += read;
    }
  }

  /** Replaces bytes that were written before. */
  void overwrite(long offset, byte[] bytes) throws IOException {
    flush();
    assert offset + bytes.length <= written;
    ByteBuffer left = ByteBuffer.wrap(bytes);
    while (left.hasRemaining()) {
      channel.write(left, offset + left.position());
    }
  }

  private ByteBuffer room(int bytes) throws IOException {
    if (buffer.remaining() < bytes) {
      flush();
    }
    return buffer;
  }

  private void flush() throws IOException {
    buffer.flip();
    written += buffer.remaining();
    while (buffer.hasRemaining()) {
      channel.write(buffer);
    }
    buffer.clear();
  }

  /** Puts the file in its place, where it replaces another. */
  void finish() throws IOException {
    flush();
    channel.force(true);
    channel.close();
    Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
    finished = true;
    IOUtils.fsync(target.toAbsolutePath().getParent(), true);
  }

  @Override
  public void close() throws IOException {
    try {
      channel.close();
    } finally {
      if (finished == false) {
        Files.deleteIfExists(temporary);
      }
    }
  }
}
