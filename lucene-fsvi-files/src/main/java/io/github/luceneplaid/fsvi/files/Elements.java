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
 * Elements of one type that follow one another in a file.
 *
 * @param file the file
 * @param offset offset of the first element, in bytes
 * @param type type of the elements
 */
record Elements(MappedFile file, long offset, ElementType type) {

  /** Where an element is in the file. */
  long at(long index) {
    return offset + index * type.bytes();
  }

  double doubleAt(long index) {
    return type == ElementType.FLOAT64 ? file.getDouble(at(index)) : floatAt(index);
  }

  float floatAt(long index) {
    return switch (type) {
      case FLOAT16 -> Float.float16ToFloat(file.getShort(at(index)));
      case FLOAT32 -> file.getFloat(at(index));
      case FLOAT64 -> (float) file.getDouble(at(index));
      default -> throw not("floats");
    };
  }

  long longAt(long index) {
    return switch (type) {
      case BOOLEAN, UINT8 -> Byte.toUnsignedLong(file.getByte(at(index)));
      case INT8 -> file.getByte(at(index));
      case INT16 -> file.getShort(at(index));
      case UINT16 -> Short.toUnsignedLong(file.getShort(at(index)));
      case INT32 -> file.getInt(at(index));
      case UINT32 -> Integer.toUnsignedLong(file.getInt(at(index)));
      case INT64 -> file.getLong(at(index));
      case FLOAT16, FLOAT32, FLOAT64 -> throw not("integers");
    };
  }

  byte byteAt(long index) {
    if (type.bytes() != Byte.BYTES) {
      throw not("bytes");
    }
    return file.getByte(at(index));
  }

  void readFloats(long from, float[] into, int at, int n) {
    switch (type) {
      case FLOAT16 -> file.getFloat16s(at(from), into, at, n);
      case FLOAT32 -> file.getFloats(at(from), into, at, n);
      default -> {
        for (int i = 0; i < n; i++) {
          into[at + i] = floatAt(from + i);
        }
      }
    }
  }

  void readLongs(long from, long[] into, int at, int n) {
    if (type == ElementType.INT64) {
      file.getLongs(at(from), into, at, n);
      return;
    }
    for (int i = 0; i < n; i++) {
      into[at + i] = longAt(from + i);
    }
  }

  void readBytes(long from, byte[] into, int at, int n) {
    if (type.bytes() != Byte.BYTES) {
      throw not("bytes");
    }
    file.getBytes(at(from), into, at, n);
  }

  private IllegalStateException not(String what) {
    return new IllegalStateException(file.name() + " holds " + type + ", not " + what);
  }
}
