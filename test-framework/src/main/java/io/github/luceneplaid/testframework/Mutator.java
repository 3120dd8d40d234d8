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
package io.github.luceneplaid.testframework;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * Damages files as a hostile or broken program would.
 *
 * @lucene.internal
 */
public final class Mutator {

  /** Numbers that break counts, lengths and offsets. */
  private static final long[] EXTREMES = {
    0,
    1,
    -1,
    2,
    127,
    128,
    255,
    256,
    32767,
    65535,
    65536,
    Integer.MAX_VALUE,
    Integer.MIN_VALUE,
    1L << 31,
    1L << 32,
    1L << 40,
    1L << 61,
    1L << 62,
    Long.MAX_VALUE,
    Long.MIN_VALUE
  };

  /** Pieces that the texts of files are made of. */
  private static final List<String> PIECES =
      List.of(
          "{",
          "}",
          "[",
          "]",
          ",",
          ":",
          "\"",
          "'",
          "(",
          ")",
          "-",
          "0",
          "1e309",
          "NaN",
          "null",
          "True",
          "\\u0000",
          "99999999999999999999",
          "<f4",
          "|O",
          "[[[[[[[[",
          "\n");

  /** Most of a file's numbers are near its beginning. */
  private static final int HEADER = 256;

  private final Random random;

  /** Sole constructor. */
  public Mutator(Random random) {
    this.random = random;
  }

  /** A copy with one to four faults. */
  public byte[] mutate(byte[] original) {
    byte[] bytes = original;
    for (int i = 1 + random.nextInt(4); i > 0; i--) {
      bytes = once(bytes);
    }
    return bytes;
  }

  private byte[] once(byte[] bytes) {
    if (bytes.length == 0) {
      return new byte[1 + random.nextInt(16)];
    }
    int at = random.nextInt(random.nextBoolean() ? bytes.length : Math.min(HEADER, bytes.length));
    byte[] copy = bytes.clone();
    switch (random.nextInt(9)) {
      case 0 -> copy[at] ^= (byte) (1 << random.nextInt(8));
      case 1 -> copy[at] = (byte) random.nextInt(256);
      case 2 -> putExtreme(copy, at);
      case 3 -> addToNumber(copy, at);
      case 4 -> {
        return Arrays.copyOf(bytes, at);
      }
      case 5 -> {
        return Arrays.copyOf(bytes, bytes.length + 1 + random.nextInt(64));
      }
      case 6 -> {
        return without(bytes, at, 1 + random.nextInt(16));
      }
      case 7 -> {
        return with(bytes, at, PIECES.get(random.nextInt(PIECES.size())));
      }
      default -> {
        int n = random.nextInt(Math.min(64, bytes.length - at) + 1);
        System.arraycopy(bytes, random.nextInt(bytes.length - n + 1), copy, at, n);
      }
    }
    return copy;
  }

  private ByteBuffer buffer(byte[] bytes) {
    return ByteBuffer.wrap(bytes)
        .order(random.nextInt(4) == 0 ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
  }

  private void putExtreme(byte[] bytes, int at) {
    long value = EXTREMES[random.nextInt(EXTREMES.length)];
    switch (random.nextInt(3)) {
      case 0 -> {
        if (at + Long.BYTES <= bytes.length) {
          buffer(bytes).putLong(at, value);
        }
      }
      case 1 -> {
        if (at + Integer.BYTES <= bytes.length) {
          buffer(bytes).putInt(at, (int) value);
        }
      }
      default -> {
        if (at + Short.BYTES <= bytes.length) {
          buffer(bytes).putShort(at, (short) value);
        }
      }
    }
  }

  private void addToNumber(byte[] bytes, int at) {
    if (at + Integer.BYTES <= bytes.length) {
      ByteBuffer buffer = buffer(bytes);
      buffer.putInt(at, buffer.getInt(at) + random.nextInt(5) - 2);
    }
  }

  private static byte[] without(byte[] bytes, int at, int n) {
    int end = Math.min(bytes.length, at + n);
    byte[] shorter = new byte[bytes.length - (end - at)];
    System.arraycopy(bytes, 0, shorter, 0, at);
    System.arraycopy(bytes, end, shorter, at, bytes.length - end);
    return shorter;
  }

  private static byte[] with(byte[] bytes, int at, String piece) {
    byte[] longer = new byte[bytes.length + piece.length()];
    System.arraycopy(bytes, 0, longer, 0, at);
    for (int i = 0; i < piece.length(); i++) {
      longer[at + i] = (byte) piece.charAt(i);
    }
    System.arraycopy(bytes, at, longer, at + piece.length(), bytes.length - at);
    return longer;
  }
}
