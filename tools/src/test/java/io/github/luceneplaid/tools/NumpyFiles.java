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

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Writes arrays as NumPy does. */
final class NumpyFiles {
  private NumpyFiles() {}

  /** An array as numpy.save writes it. */
  static byte[] npy(String descr, int[] shape, float... values) {
    StringBuilder axes = new StringBuilder();
    for (int axis : shape) {
      axes.append(axis).append(", ");
    }
    String header = "{'descr': '" + descr + "', 'fortran_order': False, 'shape': (" + axes + "), }";
    header += " ".repeat(117 - header.length()) + "\n";
    int width = descr.charAt(2) - '0';
    ByteBuffer bytes =
        ByteBuffer.allocate(10 + header.length() + width * values.length)
            .order(ByteOrder.LITTLE_ENDIAN)
            .put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0})
            .putShort((short) header.length())
            .put(header.getBytes(StandardCharsets.US_ASCII));
    for (float value : values) {
      switch (descr.substring(1)) {
        case "f2" -> bytes.putShort(Float.floatToFloat16(value));
        case "f4" -> bytes.putFloat(value);
        case "b1", "u1", "i1" -> bytes.put((byte) value);
        case "i8" -> bytes.putLong((long) value);
        default -> throw new AssertionError(descr);
      }
    }
    return bytes.array();
  }

  /**
   * Writes arrays as numpy.savez or numpy.savez_compressed does.
   *
   * @param entries by their names in the archive
   */
  static Path npz(Path file, boolean compressed, Map<String, byte[]> entries) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      for (Map.Entry<String, byte[]> array : entries.entrySet()) {
        ZipEntry entry = new ZipEntry(array.getKey());
        if (compressed == false) {
          CRC32 crc = new CRC32();
          crc.update(array.getValue());
          entry.setMethod(ZipEntry.STORED);
          entry.setSize(array.getValue().length);
          entry.setCrc(crc.getValue());
        }
        zip.putNextEntry(entry);
        zip.write(array.getValue());
      }
    }
    return Files.write(file, bytes.toByteArray());
  }

  /** Gives an array of an archive the name of another one, of the same length. */
  static Path rename(Path archive, String name, String to) throws IOException {
    String bytes = Files.readString(archive, StandardCharsets.ISO_8859_1);
    return Files.writeString(archive, bytes.replace(name, to), StandardCharsets.ISO_8859_1);
  }
}
