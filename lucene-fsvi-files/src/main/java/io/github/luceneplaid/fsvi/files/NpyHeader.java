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

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * Header of an NPY file, see {@link NpyFile}.
 *
 * @param type type of the elements
 * @param fortranOrder whether the first axis varies fastest
 * @param shape lengths of the axes
 * @param dataOffset offset of the elements in the file, in bytes
 */
record NpyHeader(ElementType type, boolean fortranOrder, long[] shape, long dataOffset) {

  /** Largest number of axes in NumPy. */
  static final int MAX_AXES = 64;

  static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};

  /** Limit for the length of a header. No supported array needs a longer one. */
  private static final int MAX_LENGTH = 0xFFFF;

  /** The end of a header is a multiple of this number of bytes, as NumPy writes it. */
  private static final int ALIGNMENT = 64;

  private static final int LENGTH_OFFSET = 8;

  /** Offset of the dictionary in a file of version 1.0, in bytes. */
  static final int DICTIONARY_OFFSET = LENGTH_OFFSET + Short.BYTES;

  /** Reads and checks the header of a file. */
  static NpyHeader read(MappedFile file) throws VectorFileException {
    byte[] magic = new byte[MAGIC.length];
    if (file.length() < LENGTH_OFFSET + Integer.BYTES) {
      throw file.error(0, "NPY header", "a file of " + file.length() + " bytes", "12 or more");
    }
    file.getBytes(0, magic, 0, magic.length);
    if (Arrays.equals(magic, MAGIC) == false) {
      throw file.error(0, "magic", text(magic), "\\x93NUMPY");
    }
    int version = Byte.toUnsignedInt(file.getByte(MAGIC.length));
    if (version < 1 || version > 3 || file.getByte(MAGIC.length + 1) != 0) {
      String found = version + "." + Byte.toUnsignedInt(file.getByte(MAGIC.length + 1));
      throw file.error(MAGIC.length, "NPY version", found, "1.0, 2.0 or 3.0");
    }
    int start = LENGTH_OFFSET + (version == 1 ? Short.BYTES : Integer.BYTES);
    long length =
        version == 1
            ? Short.toUnsignedLong(file.getShort(LENGTH_OFFSET))
            : Integer.toUnsignedLong(file.getInt(LENGTH_OFFSET));
    long most = Math.min(MAX_LENGTH, file.length() - start);
    if (length > most) {
      throw file.error(LENGTH_OFFSET, "header length", length, "at most " + most);
    }
    byte[] dictionary = new byte[(int) length];
    file.getBytes(start, dictionary, 0, dictionary.length);
    return new NpyDictionary(file, start, dictionary).parse();
  }

  /** Returns the type that a descriptor names, or null if there is none. */
  static ElementType type(String code) {
    for (ElementType type : ElementType.values()) {
      // A byte has no byte order. NumPy writes '|' for it, and other programs write '<'.
      if (code.equals(code(type)) || code.equals(code(type).replace('|', '<'))) {
        return type;
      }
    }
    return null;
  }

  /** Lists the supported descriptors, for messages. */
  static String codes() {
    return Stream.of(ElementType.values()).map(NpyHeader::code).collect(Collectors.joining(", "));
  }

  private static String code(ElementType type) {
    return switch (type) {
      case FLOAT16 -> "<f2";
      case FLOAT32 -> "<f4";
      case FLOAT64 -> "<f8";
      case BOOLEAN -> "|b1";
      case INT8 -> "|i1";
      case UINT8 -> "|u1";
      case INT16 -> "<i2";
      case UINT16 -> "<u2";
      case INT32 -> "<i4";
      case UINT32 -> "<u4";
      case INT64 -> "<i8";
    };
  }

  /**
   * Encodes the header.
   *
   * @param room shape that the encoded header must have room for, so that it can be overwritten
   *     when the length of the first axis is known
   */
  byte[] bytes(long[] room) {
    int needed = DICTIONARY_OFFSET + dictionary(room).length() + 1;
    byte[] result = new byte[(needed + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT];
    Arrays.fill(result, (byte) ' ');
    ByteBuffer.wrap(result)
        .order(ByteOrder.LITTLE_ENDIAN)
        .put(MAGIC)
        .put((byte) 1)
        .put((byte) 0)
        .putShort((short) (result.length - DICTIONARY_OFFSET))
        .put(dictionary(shape).getBytes(StandardCharsets.US_ASCII));
    result[result.length - 1] = '\n';
    return result;
  }

  private String dictionary(long[] lengths) {
    String axes = LongStream.of(lengths).mapToObj(Long::toString).collect(Collectors.joining(", "));
    return "{'descr': '"
        + code(type)
        + "', 'fortran_order': "
        + (fortranOrder ? "True" : "False")
        + ", 'shape': ("
        + axes
        + (lengths.length == 1 ? ",), }" : "), }");
  }

  private static String text(byte[] bytes) {
    StringBuilder text = new StringBuilder();
    for (byte b : bytes) {
      text.append(b > ' ' ? Character.toString(b) : "\\x" + HexFormat.of().toHexDigits(b));
    }
    return text.toString();
  }
}
