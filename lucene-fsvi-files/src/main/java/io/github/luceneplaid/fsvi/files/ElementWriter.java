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

import java.io.IOException;
import java.util.Objects;

/**
 * Writes elements of one type. It checks all values of a call before it writes the first one, and
 * refuses those that the type cannot represent.
 */
final class ElementWriter {

  private final AtomicOutput out;
  private final ElementType type;
  private long count;

  ElementWriter(AtomicOutput out, ElementType type) {
    this.out = out;
    this.type = type;
  }

  ElementType type() {
    return type;
  }

  /** Number of elements so far. */
  long count() {
    return count;
  }

  void writeFloats(float[] from, int at, int n) throws IOException {
    Objects.checkFromIndexSize(at, n, from.length);
    for (int i = at; i < at + n; i++) {
      if (type.holds(from[i]) == false) {
        throw doesNotFit(i - at, from[i]);
      }
    }
    for (int i = at; i < at + n; i++) {
      switch (type) {
        case FLOAT16 -> out.putShort(Float.floatToFloat16(from[i]));
        case FLOAT32 -> out.putFloat(from[i]);
        case FLOAT64 -> out.putDouble(from[i]);
        default -> throw new AssertionError(type);
      }
    }
    count += n;
  }

  void writeDoubles(double[] from, int at, int n) throws IOException {
    Objects.checkFromIndexSize(at, n, from.length);
    if (type != ElementType.FLOAT64) {
      throw new IllegalArgumentException("type of doubles must be FLOAT64, got: " + type);
    }
    for (int i = at; i < at + n; i++) {
      out.putDouble(from[i]);
    }
    count += n;
  }

  void writeLongs(long[] from, int at, int n) throws IOException {
    Objects.checkFromIndexSize(at, n, from.length);
    for (int i = at; i < at + n; i++) {
      if (type.holds(from[i]) == false) {
        throw doesNotFit(i - at, from[i]);
      }
    }
    for (int i = at; i < at + n; i++) {
      switch (type.bytes()) {
        case Byte.BYTES -> out.putByte((byte) from[i]);
        case Short.BYTES -> out.putShort((short) from[i]);
        case Integer.BYTES -> out.putInt((int) from[i]);
        default -> out.putLong(from[i]);
      }
    }
    count += n;
  }

  void writeBytes(byte[] from, int at, int n) throws IOException {
    Objects.checkFromIndexSize(at, n, from.length);
    if (type.bytes() != Byte.BYTES) {
      throw new IllegalArgumentException("elements must be of 1 byte, got: " + type);
    }
    for (int i = at; type == ElementType.BOOLEAN && i < at + n; i++) {
      if (type.holds((long) from[i]) == false) {
        throw doesNotFit(i - at, from[i]);
      }
    }
    out.putBytes(from, at, n);
    count += n;
  }

  /**
   * Returns the exception for an element that the type cannot represent.
   *
   * @param index of the element in the call
   */
  private IllegalArgumentException doesNotFit(int index, Object value) {
    String limit = type == ElementType.FLOAT16 ? " (up to 65504)" : "";
    return new IllegalArgumentException(
        "element " + index + " must fit " + type + limit + ", got: " + value);
  }
}
