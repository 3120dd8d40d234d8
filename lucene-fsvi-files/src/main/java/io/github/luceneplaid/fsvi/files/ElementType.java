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

/**
 * Type of the elements of an array. All types are little-endian.
 *
 * @lucene.experimental
 */
public enum ElementType {
  /** IEEE 754 binary16. */
  FLOAT16(2),
  /** IEEE 754 binary32. */
  FLOAT32(4),
  /** IEEE 754 binary64. */
  FLOAT64(8),
  /** A byte that is 0 or 1. */
  BOOLEAN(1),
  /** Signed byte. */
  INT8(1),
  /** Unsigned byte. */
  UINT8(1),
  /** Signed 16-bit integer. */
  INT16(2),
  /** Unsigned 16-bit integer. */
  UINT16(2),
  /** Signed 32-bit integer. */
  INT32(4),
  /** Unsigned 32-bit integer. */
  UINT32(4),
  /** Signed 64-bit integer. */
  INT64(8);

  private final int bytes;

  ElementType(int bytes) {
    this.bytes = bytes;
  }

  /** Returns the size of an element in bytes. */
  public int bytes() {
    return bytes;
  }

  /** Returns whether elements are floats of any width. */
  public boolean isFloat() {
    return this == FLOAT16 || this == FLOAT32 || this == FLOAT64;
  }

  /** Returns whether this type can represent an integer. */
  boolean holds(long value) {
    int unused = Long.SIZE - 8 * bytes;
    return switch (this) {
      case FLOAT16, FLOAT32, FLOAT64 -> false;
      case BOOLEAN -> value >>> 1 == 0;
      case UINT8, UINT16, UINT32 -> value >>> (8 * bytes) == 0;
      case INT8, INT16, INT32, INT64 -> value << unused >> unused == value;
    };
  }

  /**
   * Returns whether this type can represent a float, exactly or rounded. A finite float must stay
   * finite.
   */
  boolean holds(float value) {
    return switch (this) {
      case FLOAT16 ->
          Float.isFinite(value) == false
              || Float.isFinite(Float.float16ToFloat(Float.floatToFloat16(value)));
      case FLOAT32, FLOAT64 -> true;
      default -> false;
    };
  }
}
