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
 * Encoding of the elements of a slab. All encodings are little-endian.
 *
 * @lucene.experimental
 */
public enum SlabEncoding {
  /** IEEE 754 binary32. All bits are kept, including those of NaN. */
  FLOAT32(1, Float.BYTES),
  /** IEEE 754 binary16. Values must be finite. */
  FLOAT16(2, Short.BYTES),
  /** Signed bytes: the integers −128 to 127. A slab has no scale; its user stores one if needed. */
  INT8(3, Byte.BYTES);

  /** The largest number that {@link #FLOAT16} holds. */
  public static final float MAX_FLOAT16 = 65_504;

  private final int wireNumber;
  private final int bytes;

  SlabEncoding(int wireNumber, int bytes) {
    this.wireNumber = wireNumber;
    this.bytes = bytes;
  }

  /**
   * Returns the number of this encoding in files.
   *
   * @return a positive number that never changes
   */
  public int wireNumber() {
    return wireNumber;
  }

  /**
   * Returns the size of an element in bytes.
   *
   * @return 4, 2 or 1
   */
  public int bytes() {
    return bytes;
  }

  /**
   * Returns the encoding with a number.
   *
   * @param wireNumber number from a file
   * @return the encoding
   * @throws IllegalArgumentException if no encoding has the number; the caller should report this
   *     as corruption of the file
   */
  public static SlabEncoding fromWireNumber(int wireNumber) {
    return switch (wireNumber) {
      case 1 -> FLOAT32;
      case 2 -> FLOAT16;
      case 3 -> INT8;
      default ->
          throw new IllegalArgumentException(
              "number of the slab encoding: found " + wireNumber + ", expected 1 to 3");
    };
  }
}
