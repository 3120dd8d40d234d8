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

import com.fasterxml.jackson.databind.JsonNode;
import io.github.luceneplaid.fsvi.files.MmapArray.Mode;
import java.io.IOException;
import java.nio.ReadOnlyBufferException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

public class TestMmapArray extends VectorFilesTestCase {

  private static List<Object> readAll(Path path) throws IOException {
    try (MmapArray array = MmapArray.open(path, Mode.READ_ONLY)) {
      return content(array);
    }
  }

  private static List<Object> content(MmapArray array) {
    List<Object> result = new ArrayList<>();
    result.add(Arrays.toString(array.shape()));
    for (long i = 0; i < array.size(); i++) {
      result.add(array.type().isFloat() ? (Object) array.doubleAt(i) : array.longAt(i));
    }
    return result;
  }

  private static List<Object> content(JsonNode described) {
    List<Object> result = new ArrayList<>();
    List<Long> shape = new ArrayList<>();
    described.get("shape").forEach(length -> shape.add(length.asLong()));
    result.add(shape.toString());
    boolean floats = described.get("dtype").asText().startsWith("f");
    for (JsonNode value : described.get("values_c_order")) {
      result.add(floats ? (Object) value.asDouble() : value.asLong());
    }
    return result;
  }

  public void testGoldenFiles() throws IOException {
    for (Path path : golden("mmap", ".mmap")) {
      assertEquals(path.toString(), content(described(path)), readAll(path));
    }
  }

  /** The writer writes the same bytes as the program that wrote the golden files. */
  public void testBytes() throws IOException {
    for (Path path : golden("mmap", ".mmap")) {
      Path copy = createTempDir().resolve("a.mmap");
      try (MmapArray array = MmapArray.open(path, Mode.READ_ONLY);
          MmapArrayWriter writer = new MmapArrayWriter(copy, array.type(), rowShape(array))) {
        for (long i = 0; i < array.size(); i++) {
          if (array.type() == ElementType.FLOAT64) {
            writer.writeDoubles(new double[] {array.doubleAt(i)}, 0, 1);
          } else if (array.type().isFloat()) {
            writer.writeFloats(new float[] {array.floatAt(i)}, 0, 1);
          } else {
            writer.writeLongs(new long[] {array.longAt(i)}, 0, 1);
          }
        }
        writer.finish();
      }
      assertArrayEquals(path.toString(), Files.readAllBytes(path), Files.readAllBytes(copy));
    }
  }

  private static int[] rowShape(ArrayFile array) {
    return Arrays.stream(array.shape()).skip(1).mapToInt(Math::toIntExact).toArray();
  }

  public void testDamagedFiles() throws IOException {
    assertDamageNoticed("mmap", TestMmapArray::readAll);
  }

  public void testRandomDamage() throws IOException {
    List<Path> files = golden("mmap", ".mmap");
    assertSurvivesDamage(files.get(random().nextInt(files.size())), TestMmapArray::readAll);
  }

  public void testAxes() throws IOException {
    for (int axes = 1; axes <= MmapArray.MAX_AXES; axes++) {
      Path path = createTempDir().resolve("a.mmap");
      int[] rowShape = new int[axes - 1];
      Arrays.setAll(rowShape, axis -> 1 + random().nextInt(3));
      try (MmapArrayWriter writer = new MmapArrayWriter(path, ElementType.INT64, rowShape)) {
        int rowSize = Arrays.stream(rowShape).reduce(1, (a, b) -> a * b);
        long[] row = new long[rowSize];
        for (int i = 0; i < 4; i++) {
          Arrays.fill(row, i);
          writer.writeLongs(row, 0, rowSize);
        }
        writer.finish();
      }
      try (MmapArray array = MmapArray.open(path, Mode.READ_ONLY)) {
        assertEquals(axes, array.shape().length);
        assertEquals(4, array.rows());
        for (long i = 0; i < array.size(); i++) {
          assertEquals(i / array.rowSize(), array.longAt(i));
        }
      }
    }
    Path path = createTempDir().resolve("a.mmap");
    expectThrows(
        IllegalArgumentException.class,
        () -> new MmapArrayWriter(path, ElementType.INT64, 1, 1, 1, 1, 1, 1));
    expectThrows(
        IllegalArgumentException.class, () -> new MmapArrayWriter(path, ElementType.FLOAT16, 2));
  }

  /** An array without axes is a single value. */
  public void testSingleValue() throws IOException {
    Path path = createTempDir().resolve("a.mmap");
    byte[] bytes = new byte[MmapArray.HEADER + Double.BYTES];
    System.arraycopy(new byte[] {'M', 'M', 'A', 'P', 1, 2, 0, 0, 1}, 0, bytes, 0, 9);
    Files.write(path, bytes);
    assertEquals(List.of("[]", 0.0), readAll(path));
  }

  public void testModes() throws IOException {
    Path path = createTempDir().resolve("a.mmap");
    try (MmapArrayWriter writer = new MmapArrayWriter(path, ElementType.INT32, 2)) {
      writer.writeLongs(new long[] {1, 2, 3, 4}, 0, 4);
      writer.finish();
    }
    try (MmapArray array = MmapArray.open(path, Mode.READ_ONLY)) {
      expectThrows(ReadOnlyBufferException.class, () -> array.setLong(0, 5));
      array.force();
    }
    try (MmapArray array = MmapArray.open(path, Mode.COPY_ON_WRITE)) {
      array.setLong(3, -5);
      array.force();
      assertEquals(List.of("[2, 2]", 1L, 2L, 3L, -5L), content(array));
      assertEquals(List.of("[2, 2]", 1L, 2L, 3L, 4L), readAll(path));
    }
    try (MmapArray array = MmapArray.open(path, Mode.READ_WRITE)) {
      array.setLong(0, Integer.MIN_VALUE);
      expectThrows(IllegalArgumentException.class, () -> array.setLong(0, 1L << 31));
      expectThrows(IllegalStateException.class, () -> array.setDouble(0, 1));
      expectThrows(IndexOutOfBoundsException.class, () -> array.setLong(4, 1));
      array.force();
    }
    assertEquals(List.of("[2, 2]", -1L << 31, 2L, 3L, 4L), readAll(path));
  }

  public void testFloatsInPlace() throws IOException {
    for (ElementType type : new ElementType[] {ElementType.FLOAT32, ElementType.FLOAT64}) {
      Path path = createTempDir().resolve("a.mmap");
      try (MmapArrayWriter writer = new MmapArrayWriter(path, type)) {
        writer.writeFloats(new float[3], 0, 3);
        writer.finish();
      }
      double value = random().nextDouble();
      try (MmapArray array = MmapArray.open(path, Mode.READ_WRITE)) {
        array.setDouble(1, value);
        expectThrows(IllegalStateException.class, () -> array.setLong(0, 1));
      }
      double stored = type == ElementType.FLOAT64 ? value : (float) value;
      assertEquals(List.of("[3]", 0.0, stored, 0.0), readAll(path));
    }
  }

  public void testUnfinishedWriteLeavesOldFile() throws IOException {
    Path path = oldFile("a.mmap");
    try (MmapArrayWriter writer = new MmapArrayWriter(path, ElementType.FLOAT32, 3)) {
      writer.writeFloats(new float[100_000], 0, 100_000);
    }
    assertOldFileStays(path);
  }
}
