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
 * Writes a file that appears as a whole or not at all. All numbers are little-endian. The bytes go
 * to a temporary file in the same folder. {@link #finish} syncs this file to the disk and renames
 * it to the target. Without {@link #finish}, {@link #close} deletes it. A process that dies may
 * leave the temporary file behind. Its name is {@code NAME.0.tmp}, or has a higher number if that
 * name is taken.
 *
 * <p>After {@link #finish}, and after a step that failed, all methods but {@link #close} throw an
 * {@link IllegalStateException}.
 */
final class AtomicOutput implements Closeable {

  private static final int BUFFER = 1 << 16;

  /** Whether more can be written. A failed write leaves the file incomplete, so none may follow. */
  private enum State {
    OPEN,
    FAILED,
    FINISHED
  }

  private final Path target;
  private final Path temporary;
  private final FileChannel channel;
  private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER).order(ByteOrder.LITTLE_ENDIAN);
  private long written;
  private State state = State.OPEN;

  /**
   * Starts a file.
   *
   * @param target its path, in a folder that exists
   * @throws FileSystemException if the target exists and is not a regular file
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
        // Another writer has this file, or left it when it was interrupted. It is not ours.
      }
    }
    temporary = path;
    channel = created;
  }

  /** Number of bytes so far. */
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

  /** Appends zeros up to a position. */
  void padTo(long position) throws IOException {
    while (position() < position) {
      putByte((byte) 0);
    }
  }

  /** Appends bytes that were written to another output. */
  void copy(AtomicOutput from, long offset, long length) throws IOException {
    from.check();
    if (offset + length > from.written) {
      from.flush();
    }
    assert offset + length <= from.written;
    for (long done = 0; done < length; ) {
      ByteBuffer into = room(1);
      int limit = into.limit();
      into.limit((int) Math.min(limit, into.position() + length - done));
      begin();
      int read = from.channel.read(into, offset + done);
      if (read < 0) {
        throw new EOFException(from.temporary + " ends at byte " + from.channel.size());
      }
      succeed();
      into.limit(limit);
      done += read;
    }
  }

  /** Overwrites bytes that were written before. */
  void overwrite(long offset, byte[] bytes) throws IOException {
    flush();
    assert offset + bytes.length <= written;
    ByteBuffer left = ByteBuffer.wrap(bytes);
    begin();
    while (left.hasRemaining()) {
      channel.write(left, offset + left.position());
    }
    succeed();
  }

  /** Throws an exception if nothing more can be written. */
  void check() {
    if (state != State.OPEN) {
      String why = state == State.FINISHED ? "it is finished" : "an earlier write failed";
      throw new IllegalStateException(target + ": cannot be written, " + why);
    }
  }

  /** Begins a step after which the output has failed, unless {@link #succeed} is called. */
  private void begin() {
    check();
    state = State.FAILED;
  }

  private void succeed() {
    state = State.OPEN;
  }

  private ByteBuffer room(int bytes) throws IOException {
    check();
    if (buffer.remaining() < bytes) {
      flush();
    }
    return buffer;
  }

  private void flush() throws IOException {
    begin();
    buffer.flip();
    int length = buffer.remaining();
    while (buffer.hasRemaining()) {
      channel.write(buffer);
    }
    buffer.clear();
    written += length;
    succeed();
  }

  /**
   * Gives the file its name. It replaces an existing file.
   *
   * @throws IOException if a step fails; an existing file is unchanged, unless only the last step
   *     failed, the sync of the folder
   */
  void finish() throws IOException {
    flush();
    begin();
    channel.force(true);
    channel.close();
    Path folder = target.toAbsolutePath().getParent();
    IOUtils.fsync(folder, true); // a folder that cannot be opened fails before the move
    Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
    state = State.FINISHED;
    IOUtils.fsync(folder, true);
  }

  @Override
  public void close() throws IOException {
    try {
      channel.close();
    } finally {
      if (state != State.FINISHED) {
        Files.deleteIfExists(temporary);
      }
    }
  }
}
