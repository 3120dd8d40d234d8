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
package io.github.luceneplaid.tools;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The header of a NumPy {@code .npy} file that holds a matrix of little-endian floats, row by row.
 *
 * @param half whether a component is a float16 (2 bytes), else a float32 (4 bytes)
 * @param rows number of rows, ≥ 0
 * @param dimension components of a row, ≥ 1
 * @param dataOffset where the first row starts in the file, in bytes
 */
record NpyHeader(boolean half, long rows, int dimension, long dataOffset) {
  /** More than the header of any matrix takes. */
  static final int MAX_LENGTH = 1 << 12;

  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
  private static final Pattern DESCR = Pattern.compile("'descr'\\s*:\\s*'([^']*)'");
  private static final Pattern ORDER = Pattern.compile("'fortran_order'\\s*:\\s*(True|False)");
  private static final Pattern SHAPE = Pattern.compile("'shape'\\s*:\\s*\\(([0-9,\\s]*)\\)");
  private static final Pattern COMMA = Pattern.compile(",");
  private static final int WRITTEN_LENGTH = 128;

  int rowBytes() {
    return dimension * (half ? Short.BYTES : Float.BYTES);
  }

  /**
   * Parses and checks a header.
   *
   * @param start the first bytes of the file, {@link #MAX_LENGTH} if it has as many
   * @param fileLength length of the whole file in bytes, which has to agree with the shape
   * @param name what to call the file in messages
   */
  static NpyHeader parse(byte[] start, long fileLength, String name) {
    if (start.length < 12
        || Arrays.equals(start, 0, MAGIC.length, MAGIC, 0, MAGIC.length) == false) {
      throw new UserException(name + ": not an NPY file (it does not start with \\x93NUMPY)");
    }
    ByteBuffer buffer = ByteBuffer.wrap(start).order(ByteOrder.LITTLE_ENDIAN);
    int version = start[MAGIC.length];
    int offset = version == 1 ? 10 : 12;
    int length = version == 1 ? buffer.getShort(8) & 0xFFFF : buffer.getInt(8);
    if (version < 1 || version > 3 || length < 0 || length > start.length - offset) {
      throw new UserException(
          name
              + ": NPY version "
              + version
              + " with a header of "
              + length
              + " bytes is not known");
    }
    String header = new String(start, offset, length, StandardCharsets.ISO_8859_1);
    String descr = find(DESCR, header, name);
    if (descr.equals("<f2") == false && descr.equals("<f4") == false) {
      throw new UserException(name + ": expected float16 or float32 (<f2, <f4), found " + descr);
    }
    if (find(ORDER, header, name).equals("False") == false) {
      throw new UserException(name + ": expected rows one after another, found Fortran order");
    }
    String[] shape =
        COMMA.splitAsStream(find(SHAPE, header, name).replace(" ", "")).toArray(String[]::new);
    if (shape.length != 2) {
      throw new UserException(name + ": expected a matrix (2 axes), found " + shape.length);
    }
    return checked(descr.equals("<f2"), shape, offset + length, fileLength, name);
  }

  private static NpyHeader checked(
      boolean half, String[] shape, int dataOffset, long fileLength, String name) {
    String size = shape[0] + " x " + shape[1];
    try {
      NpyHeader result =
          new NpyHeader(half, Long.parseLong(shape[0]), Integer.parseInt(shape[1]), dataOffset);
      int rowBytes = Math.multiplyExact(result.dimension, half ? Short.BYTES : Float.BYTES);
      long expected = Math.addExact(dataOffset, Math.multiplyExact(result.rows, (long) rowBytes));
      if (result.dimension < 1 || fileLength != expected) {
        throw new UserException(
            name + ": " + size + " needs " + expected + " bytes, the file has " + fileLength);
      }
      return result;
    } catch (NumberFormatException | ArithmeticException e) {
      throw new UserException(name + ": a matrix of " + size + " is too large", e);
    }
  }

  private static String find(Pattern pattern, String header, String name) {
    Matcher matcher = pattern.matcher(header);
    if (matcher.find() == false) {
      throw new UserException(name + ": NPY header not understood: " + header.strip());
    }
    return matcher.group(1);
  }

  /** The bytes of a header, whose number is always the same. */
  static byte[] bytes(boolean half, long rows, int dimension) {
    String dictionary =
        String.format(
            Locale.ROOT,
            "{'descr': '%s', 'fortran_order': False, 'shape': (%d, %d), }",
            half ? "<f2" : "<f4",
            rows,
            dimension);
    byte[] result = new byte[WRITTEN_LENGTH];
    Arrays.fill(result, (byte) ' ');
    ByteBuffer.wrap(result)
        .order(ByteOrder.LITTLE_ENDIAN)
        .put(MAGIC)
        .put((byte) 1)
        .put((byte) 0)
        .putShort((short) (WRITTEN_LENGTH - 10))
        .put(dictionary.getBytes(StandardCharsets.ISO_8859_1));
    result[WRITTEN_LENGTH - 1] = '\n';
    return result;
  }

  /** Takes {@code count} rows from a buffer in little-endian order. */
  void decode(ByteBuffer bytes, float[][] into, int offset, int count) {
    for (int i = offset; i < offset + count; i++) {
      for (int j = 0; j < dimension; j++) {
        into[i][j] = half ? Float.float16ToFloat(bytes.getShort()) : bytes.getFloat();
      }
    }
  }
}
