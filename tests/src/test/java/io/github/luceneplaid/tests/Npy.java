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
package io.github.luceneplaid.tests;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/**
 * An array of NumPy, of one or two dimensions in row-major order.
 *
 * @param type its descriptor without the byte order, such as f2
 * @param rows length of the first dimension
 * @param columns length of the second dimension, 1 if there is none
 * @param data the elements, little-endian
 */
record Npy(String type, int rows, int columns, ByteBuffer data) {

  private static final Pattern HEADER =
      Pattern.compile(
          "'descr': '<(\\w\\d)'.*'fortran_order': False.*'shape': \\((\\d+),(?: (\\d+))?,?\\)");
  private static final int LENGTH_AT = 8;

  /** Reads a file of one array. */
  static Npy read(Path file) {
    try {
      return parse(Files.readAllBytes(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Reads one of the arrays of a file of several. */
  static Npy read(Path file, String name) {
    try (ZipInputStream zip = new ZipInputStream(Files.newInputStream(file))) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        if (entry.getName().equals(name + ".npy")) {
          return parse(zip.readAllBytes());
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    throw new IllegalArgumentException("no array " + name + " in " + file);
  }

  private static Npy parse(byte[] bytes) {
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    int start = LENGTH_AT + Short.BYTES + Short.toUnsignedInt(buffer.getShort(LENGTH_AT));
    Matcher header = HEADER.matcher(new String(bytes, 0, start, StandardCharsets.ISO_8859_1));
    if (header.find() == false) {
      throw new IllegalArgumentException("not an array that is read here");
    }
    int columns = header.group(3) == null ? 1 : Integer.parseInt(header.group(3));
    ByteBuffer data = buffer.slice(start, bytes.length - start).order(ByteOrder.LITTLE_ENDIAN);
    return new Npy(header.group(1), Integer.parseInt(header.group(2)), columns, data);
  }

  /** A row of an array of 16-bit floats. */
  float[] floats(int row) {
    expect("f2");
    float[] floats = new float[columns];
    for (int i = 0; i < columns; i++) {
      floats[i] = Float.float16ToFloat(data.getShort((row * columns + i) * Short.BYTES));
    }
    return floats;
  }

  /** The first {@code n} elements of a row of an array of ints. */
  int[] ints(int row, int n) {
    expect("i4");
    int[] ints = new int[columns];
    for (int i = 0; i < columns; i++) {
      ints[i] = data.getInt((row * columns + i) * Integer.BYTES);
    }
    return Arrays.copyOf(ints, n);
  }

  private void expect(String expected) {
    if (type.equals(expected) == false) {
      throw new IllegalStateException("array of " + type + ", expected " + expected);
    }
  }
}
