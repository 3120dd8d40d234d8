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
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/**
 * The header of a file of NumPy, see {@link NpyFile}.
 *
 * @param type of the elements
 * @param fortranOrder whether the first axis is the fastest
 * @param shape lengths of the axes
 * @param dataOffset where elements start in the file, in bytes
 */
record NpyHeader(ElementType type, boolean fortranOrder, long[] shape, long dataOffset) {

  /** What NumPy allows. */
  static final int MAX_AXES = 64;

  static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};

  /** More than any header takes that is read here. */
  private static final int MAX_LENGTH = 0xFFFF;

  /** NumPy has headers end at a multiple of this. */
  private static final int ALIGNMENT = 64;

  private static final int LENGTH_OFFSET = 8;

  /** Where the dictionary starts in a file of version 1.0. */
  static final int DICTIONARY_OFFSET = LENGTH_OFFSET + Short.BYTES;

  private static final Map<ElementType, String> CODES =
      new EnumMap<>(
          Map.ofEntries(
              Map.entry(ElementType.FLOAT16, "<f2"),
              Map.entry(ElementType.FLOAT32, "<f4"),
              Map.entry(ElementType.FLOAT64, "<f8"),
              Map.entry(ElementType.BOOLEAN, "|b1"),
              Map.entry(ElementType.INT8, "|i1"),
              Map.entry(ElementType.UINT8, "|u1"),
              Map.entry(ElementType.INT16, "<i2"),
              Map.entry(ElementType.UINT16, "<u2"),
              Map.entry(ElementType.INT32, "<i4"),
              Map.entry(ElementType.UINT32, "<u4"),
              Map.entry(ElementType.INT64, "<i8")));

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

  /** The type that a descriptor names, or null. */
  static ElementType type(String code) {
    for (Map.Entry<ElementType, String> entry : CODES.entrySet()) {
      boolean oneByte = entry.getKey().bytes() == Byte.BYTES;
      // The order of the bytes of a byte: some write '<', which is as good as '|'.
      if (code.equals(entry.getValue())
          || (oneByte && code.equals("<" + entry.getValue().substring(1)))) {
        return entry.getKey();
      }
    }
    return null;
  }

  /** All descriptors that are read, for messages. */
  static String codes() {
    return String.join(", ", CODES.values());
  }

  /**
   * The bytes of a header.
   *
   * @param room for which shape there has to be room, so that a header with a longer first axis can
   *     take the place of this one
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
        + CODES.get(type)
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
