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
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import org.apache.lucene.store.AlreadyClosedException;

/**
 * Maps a file into memory. Offsets are 64-bit and need no alignment. All numbers are little-endian.
 *
 * <p>A buffer can have at most 2 GiB, so each window of 1 GiB has a buffer of its own. Each window
 * overlaps the next one by {@value #OVERLAP} bytes, and an element is read from the window in which
 * it starts. Two windows of a private mapping have separate copies of the overlap. A change in such
 * a mapping is therefore seen only by reads of aligned elements.
 */
final class MappedFile implements Closeable {

  /** Binary logarithm of the size of a window in bytes. */
  static final int WINDOW_BITS = 30;

  private static final int OVERLAP = Long.BYTES;

  private final String name;
  private final long length;
  private final int windowBits;
  private volatile ByteBuffer[] windows;

  private MappedFile(String name, long length, int windowBits, ByteBuffer[] windows) {
    this.name = name;
    this.length = length;
    this.windowBits = windowBits;
    this.windows = windows;
  }

  /** Maps a whole file for reading. */
  static MappedFile open(Path file) throws IOException {
    return open(file, MapMode.READ_ONLY, WINDOW_BITS);
  }

  /**
   * Maps a whole file.
   *
   * @param windowBits binary logarithm of the size of a window in bytes
   */
  static MappedFile open(Path file, MapMode mode, int windowBits) throws IOException {
    Set<StandardOpenOption> options =
        mode == MapMode.READ_ONLY
            ? Set.of(StandardOpenOption.READ)
            : Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE);
    try (FileChannel channel = FileChannel.open(file, options)) {
      long length = channel.size();
      long window = 1L << windowBits;
      ByteBuffer[] windows =
          new ByteBuffer[(int) Math.max(1, (length + window - 1) >>> windowBits)];
      for (int i = 0; i < windows.length; i++) {
        long start = i * window;
        long size = Math.min(window + OVERLAP, length - start);
        windows[i] = channel.map(mode, start, size).order(ByteOrder.LITTLE_ENDIAN);
      }
      return new MappedFile(file.toString(), length, windowBits, windows);
    }
  }

  /** Presents bytes in memory as a file. */
  static MappedFile wrap(String name, byte[] bytes) {
    ByteBuffer buffer = ByteBuffer.wrap(bytes).asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
    // Any array fits in one window of 2 GiB.
    return new MappedFile(name, bytes.length, Integer.SIZE - 1, new ByteBuffer[] {buffer});
  }

  /** Name of the file in messages. */
  String name() {
    return name;
  }

  /** Size of the file in bytes. */
  long length() {
    return length;
  }

  /** Makes an exception about a field of this file. */
  VectorFileException error(long offset, String field, Object found, String expected) {
    return new VectorFileException(name, offset, field, found, expected);
  }

  VectorFileException error(
      long offset, String field, Object found, String expected, Throwable cause) {
    return new VectorFileException(name, offset, field, found, expected, cause);
  }

  byte getByte(long offset) {
    return window(offset).get(inWindow(offset));
  }

  short getShort(long offset) {
    return window(offset).getShort(inWindow(offset));
  }

  int getInt(long offset) {
    return window(offset).getInt(inWindow(offset));
  }

  long getLong(long offset) {
    return window(offset).getLong(inWindow(offset));
  }

  float getFloat(long offset) {
    return window(offset).getFloat(inWindow(offset));
  }

  double getDouble(long offset) {
    return window(offset).getDouble(inWindow(offset));
  }

  void getBytes(long offset, byte[] into, int at, int n) {
    for (int done = 0, run; done < n; done += run) {
      run = run(offset + done, Byte.BYTES, n - done);
      window(offset + done).get(inWindow(offset + done), into, at + done, run);
    }
  }

  void getFloats(long offset, float[] into, int at, int n) {
    for (int done = 0, run; done < n; done += run) {
      long from = offset + (long) done * Float.BYTES;
      run = run(from, Float.BYTES, n - done);
      slice(from, run * Float.BYTES).asFloatBuffer().get(into, at + done, run);
    }
  }

  /** Reads floats of 16 bits. */
  void getFloat16s(long offset, float[] into, int at, int n) {
    for (int done = 0, run; done < n; done += run) {
      long from = offset + (long) done * Short.BYTES;
      run = run(from, Short.BYTES, n - done);
      ByteBuffer float16s = slice(from, run * Short.BYTES);
      for (int i = 0; i < run; i++) {
        into[at + done + i] = Float.float16ToFloat(float16s.getShort(i * Short.BYTES));
      }
    }
  }

  void getLongs(long offset, long[] into, int at, int n) {
    for (int done = 0, run; done < n; done += run) {
      long from = offset + (long) done * Long.BYTES;
      run = run(from, Long.BYTES, n - done);
      slice(from, run * Long.BYTES).asLongBuffer().get(into, at + done, run);
    }
  }

  void putInt(long offset, int value) {
    window(offset).putInt(inWindow(offset), value);
  }

  void putLong(long offset, long value) {
    window(offset).putLong(inWindow(offset), value);
  }

  /** Writes changes to the disk. The mapping must not be private. */
  void force() {
    for (ByteBuffer window : windows()) {
      ((MappedByteBuffer) window).force();
    }
  }

  private ByteBuffer[] windows() {
    ByteBuffer[] result = windows;
    if (result == null) {
      throw new AlreadyClosedException(name + " is closed");
    }
    return result;
  }

  private ByteBuffer window(long offset) {
    return windows()[(int) (offset >>> windowBits)];
  }

  private int inWindow(long offset) {
    return (int) (offset & (1L << windowBits) - 1);
  }

  /** Number of the next {@code n} elements that start in the same window. */
  private int run(long offset, int elementBytes, int n) {
    long left = (1L << windowBits) - inWindow(offset);
    return (int) Math.min(n, (left + elementBytes - 1) / elementBytes);
  }

  private ByteBuffer slice(long offset, int bytes) {
    return window(offset).slice(inWindow(offset), bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  @Override
  public void close() {
    windows = null;
  }
}
