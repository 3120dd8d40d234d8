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
package io.github.luceneplaid.fsvi.slab;

/**
 * How the elements of a slab are stored, all little-endian.
 *
 * @lucene.experimental
 */
public enum SlabEncoding {
  /** IEEE binary32, any bits. */
  FLOAT32(1, Float.BYTES),
  /** IEEE binary16, finite. */
  FLOAT16(2, Short.BYTES),
  /** Signed bytes, the integers −128 to 127. A slab knows no scale, that is up to its user. */
  INT8(3, Byte.BYTES);

  private final int wireNumber;
  private final int bytes;

  SlabEncoding(int wireNumber, int bytes) {
    this.wireNumber = wireNumber;
    this.bytes = bytes;
  }

  /**
   * Returns the number that stands for this encoding in files.
   *
   * @return a positive number that never changes
   */
  public int wireNumber() {
    return wireNumber;
  }

  /**
   * Returns the size of an element.
   *
   * @return 4, 2 or 1 bytes
   */
  public int bytes() {
    return bytes;
  }

  /**
   * Returns the encoding that a number stands for.
   *
   * @param wireNumber as read from a file; callers report a wrong one as corruption of that file
   * @return the encoding
   * @throws IllegalArgumentException if there is none
   */
  public static SlabEncoding fromWireNumber(int wireNumber) {
    return switch (wireNumber) {
      case 1 -> FLOAT32;
      case 2 -> FLOAT16;
      case 3 -> INT8;
      default -> throw new IllegalArgumentException("no slab encoding has number " + wireNumber);
    };
  }
}
