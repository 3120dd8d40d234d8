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

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.apache.lucene.tests.util.LuceneTestCase;

public class TestNpy extends LuceneTestCase {
  public void testRoundTrip() throws IOException {
    for (boolean half : new boolean[] {false, true}) {
      int dimension = 1 + random().nextInt(200);
      float[][] rows = new float[random().nextInt(300)][dimension];
      for (float[] row : rows) {
        for (int i = 0; i < dimension; i++) {
          float value = random().nextFloat() * 2 - 1;
          row[i] = half ? Float.float16ToFloat(Float.floatToFloat16(value)) : value;
        }
      }
      Path file = createTempDir().resolve("m.npy");
      try (NpyWriter writer = new NpyWriter(file, half, dimension)) {
        int split = rows.length == 0 ? 0 : random().nextInt(rows.length);
        writer.write(Arrays.copyOf(rows, split));
        writer.write(Arrays.copyOfRange(rows, split, rows.length));
      }
      try (NpyReader reader = new NpyReader(file)) {
        assertEquals(rows.length, reader.rows());
        assertEquals(dimension, reader.dimension());
        int first = rows.length / 3;
        assertArrayEquals(Arrays.copyOf(rows, first), reader.read(first));
        assertArrayEquals(
            Arrays.copyOfRange(rows, first, rows.length), reader.read(rows.length - first));
        expectThrows(UserException.class, () -> reader.read(1));
      }
    }
  }

  /** A header as NumPy itself writes it, byte for byte. */
  public void testNumpyFile() throws IOException {
    String dictionary = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }";
    Path file = write(1, dictionary, 24);
    try (NpyReader reader = new NpyReader(file)) {
      assertEquals(2, reader.rows());
      assertEquals(3, reader.dimension());
      assertArrayEquals(new float[][] {{0, 1, 2}, {3, 4, 5}}, reader.read(2));
    }
    try (NpyReader reader = new NpyReader(write(2, dictionary, 24))) {
      assertArrayEquals(new float[][] {{0, 1, 2}, {3, 4, 5}}, reader.read(2));
    }
  }

  public void testRefusals() throws IOException {
    String good = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }";
    refused("needs 152 bytes, the file has 151", write(1, good, 23));
    refused("needs 152 bytes, the file has 153", write(1, good, 25));
    refused("NPY version 4", write(4, good, 24));
    refused("found <f8", write(1, good.replace("<f4", "<f8"), 48));
    refused("Fortran order", write(1, good.replace("False", "True"), 24));
    refused("2 axes), found 3", write(1, good.replace("(2, 3)", "(2, 3, 1)"), 24));
    refused("too large", write(1, good.replace("(2, 3)", "(9000000000000000000, 3)"), 24));
    refused("too large", write(1, good.replace("(2, 3)", "(2, 3000000000)"), 24));
    refused("not understood", write(1, good.replace("shape", "share"), 24));
    Path text = createTempDir().resolve("text");
    Files.writeString(text, "not a matrix, but long enough to be one");
    refused("not an NPY file", text);
    refused("no such file", createTempDir().resolve("missing"));
  }

  public void testWriterDoesNotOverwrite() throws IOException {
    Path file = createTempDir().resolve("m.npy");
    Files.createFile(file);
    expectThrows(IOException.class, () -> new NpyWriter(file, false, 2));
    assertEquals(0, Files.size(file));
  }

  public void testRowOfAnotherLength() throws IOException {
    try (NpyWriter writer = new NpyWriter(createTempDir().resolve("m.npy"), false, 2)) {
      expectThrows(IllegalArgumentException.class, () -> writer.write(new float[][] {{1, 2, 3}}));
    }
  }

  private static void refused(String reason, Path file) {
    UserException e = expectThrows(UserException.class, () -> new NpyReader(file).close());
    assertTrue(e.getMessage(), e.getMessage().contains(reason));
    assertTrue(e.getMessage(), e.getMessage().startsWith(file.toString()));
  }

  /** A file with the floats 0, 1, 2, … cut to a number of bytes. */
  private static Path write(int version, String dictionary, int dataBytes) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    int prefix = version == 1 ? 10 : 12;
    byte[] header = Arrays.copyOf(dictionary.getBytes(ISO_8859_1), 128 - prefix);
    Arrays.fill(header, dictionary.length(), header.length, (byte) ' ');
    header[header.length - 1] = '\n';
    ByteBuffer start = ByteBuffer.allocate(prefix).order(ByteOrder.LITTLE_ENDIAN);
    start.put((byte) 0x93).put("NUMPY".getBytes(ISO_8859_1)).put((byte) version).put((byte) 0);
    if (version == 1) {
      start.putShort((short) header.length);
    } else {
      start.putInt(header.length);
    }
    out.write(start.array());
    out.write(header);
    ByteBuffer data = ByteBuffer.allocate(dataBytes / 4 * 4 + 4).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; data.hasRemaining(); i++) {
      data.putFloat(i);
    }
    out.write(data.array(), 0, dataBytes);
    Path file = createTempDir().resolve("m.npy");
    Files.write(file, out.toByteArray());
    return file;
  }
}
