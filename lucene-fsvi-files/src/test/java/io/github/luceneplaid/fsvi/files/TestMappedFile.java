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

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.lucene.tests.util.LuceneTestCase;

/** Reads of elements do not depend on their offset or on the size of windows. */
public class TestMappedFile extends LuceneTestCase {

  private static byte[] randomBytes(int length) {
    byte[] bytes = new byte[length];
    random().nextBytes(bytes);
    return bytes;
  }

  public void testWindows() throws IOException {
    byte[] bytes = randomBytes(random().nextInt(2000));
    ByteBuffer expected = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    Path path = Files.write(createTempDir().resolve("a"), bytes);
    // A window must have room for an element.
    int windowBits = 3 + random().nextInt(9);
    try (MappedFile file = MappedFile.open(path, MapMode.READ_ONLY, windowBits)) {
      assertSame(file, expected);
    }
    assertSame(MappedFile.open(path), expected);
    assertSame(MappedFile.wrap("bytes", bytes), expected);
  }

  private static void assertSame(MappedFile file, ByteBuffer expected) {
    int length = expected.capacity();
    assertEquals(length, file.length());
    for (int i = 0; i <= length - Long.BYTES; i++) {
      assertEquals(expected.get(i), file.getByte(i));
      assertEquals(expected.getShort(i), file.getShort(i));
      assertEquals(expected.getInt(i), file.getInt(i));
      assertEquals(expected.getLong(i), file.getLong(i));
      assertEquals(expected.getInt(i), Float.floatToRawIntBits(file.getFloat(i)));
      assertEquals(expected.getLong(i), Double.doubleToRawLongBits(file.getDouble(i)));
    }
    for (int round = 0; round < 20; round++) {
      int from = random().nextInt(length + 1);
      int at = random().nextInt(3);
      int most = length - from;
      byte[] bytes = new byte[at + most];
      file.getBytes(from, bytes, at, most);
      for (int i = 0; i < most; i++) {
        assertEquals(expected.get(from + i), bytes[at + i]);
      }
      long[] longs = new long[at + most / Long.BYTES];
      file.getLongs(from, longs, at, most / Long.BYTES);
      for (int i = 0; i < most / Long.BYTES; i++) {
        assertEquals(expected.getLong(from + i * Long.BYTES), longs[at + i]);
      }
      float[] floats = new float[at + most / Float.BYTES];
      file.getFloats(from, floats, at, most / Float.BYTES);
      for (int i = 0; i < most / Float.BYTES; i++) {
        assertEquals(expected.getFloat(from + i * Float.BYTES), floats[at + i], 0);
      }
      float[] float16s = new float[at + most / Short.BYTES];
      file.getFloat16s(from, float16s, at, most / Short.BYTES);
      for (int i = 0; i < most / Short.BYTES; i++) {
        short bits = expected.getShort(from + i * Short.BYTES);
        assertEquals(Float.float16ToFloat(bits), float16s[at + i], 0);
      }
    }
    expectThrows(IndexOutOfBoundsException.class, () -> file.getByte(length));
    expectThrows(IndexOutOfBoundsException.class, () -> file.getByte(-1));
  }

  public void testChanges() throws IOException {
    byte[] bytes = randomBytes(64 + 8 * random().nextInt(100));
    Path path = Files.write(createTempDir().resolve("a"), bytes);
    for (MapMode mode : new MapMode[] {MapMode.PRIVATE, MapMode.READ_WRITE}) {
      byte[] changed = bytes.clone();
      ByteBuffer expected = ByteBuffer.wrap(changed).order(ByteOrder.LITTLE_ENDIAN);
      try (MappedFile file = MappedFile.open(path, mode, 4 + random().nextInt(8))) {
        for (int i = 0; i < 20; i++) {
          int at = random().nextInt(bytes.length / Long.BYTES) * Long.BYTES;
          expected.putLong(at, i);
          file.putLong(at, i);
          expected.putInt(at, 100 + i);
          file.putInt(at, 100 + i);
        }
        for (int at = 0; at < bytes.length; at += Long.BYTES) {
          assertEquals(expected.getLong(at), file.getLong(at));
        }
        long[] longs = new long[bytes.length / Long.BYTES];
        file.getLongs(0, longs, 0, longs.length);
        for (int i = 0; i < longs.length; i++) {
          assertEquals(expected.getLong(i * Long.BYTES), longs[i]);
        }
        file.force();
      }
      byte[] inFile = mode == MapMode.PRIVATE ? bytes : changed;
      assertArrayEquals(mode.toString(), inFile, Files.readAllBytes(path));
    }
  }
}
