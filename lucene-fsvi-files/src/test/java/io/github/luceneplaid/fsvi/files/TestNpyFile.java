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
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.apache.lucene.store.AlreadyClosedException;
import org.apache.lucene.util.NamedThreadFactory;

public class TestNpyFile extends VectorFilesTestCase {

  /** Shape and elements in C order. */
  private static List<Object> content(NpyFile file) {
    List<Object> result = new ArrayList<>();
    result.add(Arrays.toString(file.shape()));
    for (long i = 0; i < file.size(); i++) {
      result.add(file.type().isFloat() ? (Object) file.doubleAt(i) : file.longAt(i));
    }
    return result;
  }

  static List<Object> readAll(Path path) throws IOException {
    if (path.toString().endsWith(".npz") == false) {
      try (NpyFile file = NpyFile.open(path)) {
        return content(file);
      }
    }
    List<Object> result = new ArrayList<>();
    try (NpzFile archive = NpzFile.open(path)) {
      for (String name : archive.names()) {
        result.add(name);
        result.addAll(content(archive.array(name)));
      }
    }
    return result;
  }

  /** Reads the description of an array. */
  private static List<Object> content(JsonNode described) {
    List<Object> result = new ArrayList<>();
    List<Long> shape = new ArrayList<>();
    described.get("shape").forEach(length -> shape.add(length.asLong()));
    result.add(shape.toString());
    boolean floats = described.get("descr").asText().contains("f");
    for (JsonNode value : described.get("values_c_order")) {
      result.add(
          switch (value.asText()) {
            case "inf" -> Double.POSITIVE_INFINITY;
            case "-inf" -> Double.NEGATIVE_INFINITY;
            case "nan" -> Double.NaN;
            default -> floats ? (Object) value.asDouble() : value.asLong();
          });
    }
    return result;
  }

  public void testGoldenFiles() throws IOException {
    for (Path path : golden("npy", ".npy")) {
      JsonNode described = described(path);
      try (NpyFile file = NpyFile.open(path)) {
        assertEquals(path.toString(), content(described), content(file));
        assertEquals(described.get("fortran_order").asBoolean(), file.fortranOrder());
        assertEquals(NpyHeader.type(described.get("descr").asText()), file.type());
      }
    }
  }

  public void testArchive() throws IOException {
    Path path = resource("npy/two-arrays.npz");
    List<Object> expected = new ArrayList<>();
    json(resource("npy/two-arrays.npz.json"))
        .properties()
        .forEach(
            entry -> {
              expected.add(entry.getKey());
              expected.addAll(content(entry.getValue()));
            });
    assertEquals(expected, readAll(path));
    // The same arrays, compressed.
    Path compressed = createTempDir().resolve("a.npz");
    try (ZipInputStream in = new ZipInputStream(Files.newInputStream(path));
        ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(compressed))) {
      for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
        out.putNextEntry(new ZipEntry(entry.getName()));
        in.transferTo(out);
      }
      out.putNextEntry(new ZipEntry("read.me"));
    }
    assertEquals(expected, readAll(compressed));
    try (NpzFile archive = NpzFile.open(compressed)) {
      assertEquals(List.of("read.me"), archive.otherNames());
    }
    try (NpzFile archive = NpzFile.open(path)) {
      assertEquals(List.of(), archive.otherNames());
      expectThrows(NoSuchFileException.class, () -> archive.array("missing"));
    }
    assertSurvivesDamage(random().nextBoolean() ? path : compressed, TestNpyFile::readAll);
  }

  /** Nothing tells which of two arrays of one name is meant. */
  public void testArraysOfOneName() throws IOException {
    byte[] array = Files.readAllBytes(resource("npy/v1-f4-2d.npy"));
    Path path = archive(array, "a.npy", "b.npy");
    assertEquals(2 * content(NpyFile.of("a", array)).size() + 2, readAll(path).size());
    String bytes = Files.readString(path, StandardCharsets.ISO_8859_1);
    Files.writeString(path, bytes.replace("b.npy", "a.npy"), StandardCharsets.ISO_8859_1);
    VectorFileException e =
        expectThrows(VectorFileException.class, () -> NpzFile.open(path).close());
    assertNames(e, path);
    assertEquals("two arrays \"a\"", e.found());
  }

  /** An array that is shorter than the archive says is not taken for an array of another shape. */
  public void testShortEntry() throws IOException {
    Path path = archive(Files.readAllBytes(resource("npy/v1-f4-2d.npy")), "a.npy");
    byte[] bytes = Files.readAllBytes(path);
    int directory = new String(bytes, StandardCharsets.ISO_8859_1).indexOf("PK\001\002");
    bytes[directory + 24]++; // size of the array
    Files.write(path, bytes);
    try (NpzFile archive = NpzFile.open(path)) {
      VectorFileException e =
          expectThrows(VectorFileException.class, () -> archive.array("a").close());
      assertNames(e, path);
      assertNotEquals("array", e.field());
    }
  }

  private static Path archive(byte[] array, String... names) throws IOException {
    Path path = createTempDir().resolve("a.npz");
    try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(path))) {
      for (String name : names) {
        out.putNextEntry(new ZipEntry(name));
        out.write(array);
      }
    }
    return path;
  }

  /**
   * Version 3.0 is version 2.0, except that names of fields may have other characters than ASCII.
   */
  public void testVersion3() throws IOException {
    Path path = resource("npy/v2-f4-2d.npy");
    byte[] bytes = Files.readAllBytes(path);
    bytes[NpyHeader.MAGIC.length] = 3;
    assertEquals(readAll(path), content(NpyFile.of("version 3", bytes)));
  }

  @Nightly // the file is sparse on most file systems, but not on all
  public void testLargeFile() throws IOException {
    Path path = createTempDir().resolve("a.npy");
    long rows = (5L << 30) / Float.BYTES;
    try (NpyWriter writer = new NpyWriter(path, ElementType.FLOAT32)) {
      writer.finish();
    }
    byte[] header =
        new NpyHeader(ElementType.FLOAT32, false, new long[] {rows}, 0).bytes(new long[] {rows});
    ByteBuffer last = ByteBuffer.allocate(Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(header), 0);
      channel.write(last.putFloat(0, 1.5f), header.length + (rows - 1) * Float.BYTES);
    }
    try (NpyFile file = NpyFile.open(path)) {
      assertEquals(rows, file.size());
      assertEquals(1.5f, file.floatAt(rows - 1), 0);
      float[] end = new float[3];
      file.readFloats(rows - 3, end, 0, 3);
      assertArrayEquals(new float[] {0, 0, 1.5f}, end, 0);
      // Elements across the end of a window.
      float[] middle = new float[1000];
      middle[500] = 1;
      file.readFloats((1L << 28) - 500, middle, 0, 1000);
      assertArrayEquals(new float[1000], middle, 0);
    }
  }

  public void testDamagedFiles() throws IOException {
    assertDamageNoticed("npy", TestNpyFile::readAll);
  }

  public void testRandomDamage() throws IOException {
    List<Path> files = golden("npy", ".npy");
    assertSurvivesDamage(files.get(random().nextInt(files.size())), TestNpyFile::readAll);
  }

  /** Reading a part of an array gives the same elements as reading all, in both orders. */
  public void testParts() throws IOException {
    for (Path path : golden("npy", ".npy")) {
      try (NpyFile file = NpyFile.open(path)) {
        int size = (int) file.size();
        int from = random().nextInt(size + 1);
        int n = random().nextInt(size - from + 1);
        int at = random().nextInt(5);
        if (file.type().isFloat()) {
          float[] floats = new float[at + n + 1];
          file.readFloats(from, floats, at, n);
          for (int i = 0; i < n; i++) {
            assertEquals(file.floatAt(from + i), floats[at + i], 0);
          }
          assertEquals(0, floats[at + n], 0);
          if (size > 0) {
            expectThrows(IllegalStateException.class, () -> file.longAt(0));
          }
        } else {
          long[] longs = new long[at + n + 1];
          file.readLongs(from, longs, at, n);
          for (int i = 0; i < n; i++) {
            assertEquals(file.longAt(from + i), longs[at + i]);
          }
          assertEquals(0, longs[at + n]);
          expectThrows(IllegalStateException.class, () -> file.floatAt(0));
          if (file.type() == ElementType.UINT8) {
            byte[] bytes = new byte[at + n + 1];
            file.readBytes(from, bytes, at, n);
            for (int i = 0; i < n; i++) {
              assertEquals(longs[at + i], Byte.toUnsignedInt(bytes[at + i]));
            }
          }
        }
        expectThrows(
            IndexOutOfBoundsException.class, () -> file.readFloats(1, new float[size], 0, size));
        expectThrows(IndexOutOfBoundsException.class, () -> file.readLongs(0, new long[1], 1, 1));
      }
    }
  }

  public void testWrittenAndRead() throws IOException {
    for (ElementType type : ElementType.values()) {
      int[] rowShape = new int[random().nextInt(4)];
      Arrays.setAll(rowShape, axis -> 1 + random().nextInt(6));
      int rowSize = Arrays.stream(rowShape).reduce(1, (a, b) -> a * b);
      int rows = random().nextInt(20);
      long[] longs = new long[rows * rowSize];
      double[] doubles = new double[longs.length];
      for (int i = 0; i < longs.length; i++) {
        longs[i] = randomValue(type);
        doubles[i] = randomDouble(type);
      }
      Path path = createTempDir().resolve("a.npy");
      try (NpyWriter writer = new NpyWriter(path, type, rowShape)) {
        int split = random().nextInt(longs.length + 1);
        write(writer, type, longs, doubles, 0, split);
        write(writer, type, longs, doubles, split, longs.length - split);
        writer.finish();
      }
      try (NpyFile file = NpyFile.open(path)) {
        assertEquals(type, file.type());
        assertFalse(file.fortranOrder());
        assertEquals(rows, file.rows());
        assertEquals(rowSize, file.rowSize());
        long[] shape =
            LongStream.concat(LongStream.of(rows), Arrays.stream(rowShape).asLongStream())
                .toArray();
        assertArrayEquals(shape, file.shape());
        List<Object> expected = new ArrayList<>(List.of(Arrays.toString(shape)));
        for (int i = 0; i < longs.length; i++) {
          expected.add(type.isFloat() ? (Object) doubles[i] : longs[i]);
        }
        assertEquals(expected, content(file));
      }
      assertEquals(0, (Files.size(path) - (long) longs.length * type.bytes()) % 64);
    }
  }

  private static long randomValue(ElementType type) {
    long value = random().nextLong();
    int unused = Long.SIZE - 8 * type.bytes();
    return switch (type) {
      case BOOLEAN -> value & 1;
      case UINT8, UINT16, UINT32 -> value >>> unused;
      default -> value >> unused;
    };
  }

  private static double randomDouble(ElementType type) {
    float value = random().nextFloat() * 100 - 50;
    return switch (type) {
      case FLOAT16 -> Float.float16ToFloat(Float.floatToFloat16(value));
      case FLOAT64 -> random().nextGaussian();
      default -> value;
    };
  }

  private static void write(
      NpyWriter writer, ElementType type, long[] longs, double[] doubles, int from, int n)
      throws IOException {
    if (type == ElementType.FLOAT64) {
      writer.writeDoubles(doubles, from, n);
    } else if (type.isFloat()) {
      float[] floats = new float[n];
      for (int i = 0; i < n; i++) {
        floats[i] = (float) doubles[from + i];
      }
      writer.writeFloats(floats, 0, n);
    } else {
      writer.writeLongs(longs, from, n);
    }
  }

  /** The writer writes the same bytes as NumPy. */
  public void testBytes() throws IOException {
    for (Path path : golden("npy", ".npy")) {
      JsonNode described = described(path);
      boolean first = described.get("version").get(0).asInt() == 1;
      if (first == false || described.get("fortran_order").asBoolean()) {
        continue;
      }
      Path copy = createTempDir().resolve("copy.npy");
      try (NpyFile file = NpyFile.open(path)) {
        int[] rowShape = Arrays.stream(file.shape()).skip(1).mapToInt(Math::toIntExact).toArray();
        try (NpyWriter writer = new NpyWriter(copy, file.type(), rowShape)) {
          for (long i = 0; i < file.size(); i++) {
            if (file.type() == ElementType.FLOAT64) {
              writer.writeDoubles(new double[] {file.doubleAt(i)}, 0, 1);
            } else if (file.type().isFloat()) {
              writer.writeFloats(new float[] {file.floatAt(i)}, 0, 1);
            } else {
              writer.writeLongs(new long[] {file.longAt(i)}, 0, 1);
            }
          }
          writer.finish();
        }
      }
      assertArrayEquals(path.toString(), Files.readAllBytes(path), Files.readAllBytes(copy));
    }
  }

  public void testUnfinishedWriteLeavesOldFile() throws IOException {
    Path path = oldFile("a.npy");
    try (NpyWriter writer = new NpyWriter(path, ElementType.FLOAT32, 3)) {
      writer.writeFloats(new float[100_000], 0, 100_000);
      expectThrows(IllegalStateException.class, writer::finish);
    }
    assertOldFileStays(path);
    try (NpyWriter writer = new NpyWriter(path, ElementType.FLOAT32, 3)) {
      writer.writeFloats(new float[3], 0, 3);
      writer.finish();
    }
    assertEquals(List.of("[1, 3]", 0.0, 0.0, 0.0), readAll(path));
  }

  public void testValuesThatDoNotFit() throws IOException {
    Path folder = createTempDir();
    try (NpyWriter writer = new NpyWriter(folder.resolve("f"), ElementType.FLOAT16)) {
      float[] values = {1, 65519, Float.NEGATIVE_INFINITY, Float.NaN};
      writer.writeFloats(values, 0, 4);
      float[] large = {1, -65520};
      refused(
          "element 1 must fit FLOAT16 (up to 65504), got: -65520.0",
          () -> writer.writeFloats(large, 0, 2));
      refused("FLOAT16", () -> writer.writeLongs(new long[1], 0, 1));
      refused("FLOAT16", () -> writer.writeBytes(new byte[1], 0, 1));
      refused("FLOAT16", () -> writer.writeDoubles(new double[1], 0, 1));
      writer.finish();
    }
    assertEquals(
        List.of("[4]", 1.0, 65504.0, Double.NEGATIVE_INFINITY, Double.NaN),
        readAll(folder.resolve("f")));
    try (NpyWriter writer = new NpyWriter(folder.resolve("i"), ElementType.INT32)) {
      refused("2147483648", () -> writer.writeLongs(new long[] {1L << 31}, 0, 1));
      refused("INT32", () -> writer.writeFloats(new float[1], 0, 1));
    }
    try (NpyWriter writer = new NpyWriter(folder.resolve("u"), ElementType.UINT8)) {
      refused("-1", () -> writer.writeLongs(new long[] {-1}, 0, 1));
    }
    try (NpyWriter writer = new NpyWriter(folder.resolve("b"), ElementType.BOOLEAN)) {
      byte[] bytes = {0, 1, 2, -1};
      writer.writeBytes(bytes, 0, 2);
      refused("element 1 must fit BOOLEAN, got: 2", () -> writer.writeBytes(bytes, 1, 2));
      refused("element 0 must fit BOOLEAN, got: -1", () -> writer.writeBytes(bytes, 3, 1));
      writer.finish();
    }
    assertEquals(List.of("[2]", 0L, 1L), readAll(folder.resolve("b")));
    expectThrows(
        IllegalArgumentException.class,
        () -> new NpyWriter(folder.resolve("z"), ElementType.INT8, 0));
  }

  private static void refused(String reason, ThrowingRunnable write) {
    IllegalArgumentException e = expectThrows(IllegalArgumentException.class, write);
    assertTrue(e.getMessage(), e.getMessage().contains(reason));
  }

  public void testMessages() throws IOException {
    String good = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }";
    assertEquals(7, readAll(write(good, 24)).size());
    assertEquals(
        7,
        readAll(write("{\"shape\":(2,3),\"fortran_order\":False,\"descr\":\"<f4\"}", 24)).size());
    assertEquals(2, readAll(write(good.replace("(2, 3)", "()"), 4)).size());
    // As of Python 2
    assertEquals(7, readAll(write(good.replace("2, 3", "2L, 3L"), 24)).size());
    message("found \"L, 3), }\", expected ','", write(good.replace("2, 3", "2LL, 3"), 24));
    message("shape at byte 61: found \"L, 3), }\"", write(good.replace("2, 3", "L, 3"), 24));
    message("a file of 151 bytes, expected 152", write(good, 23));
    message("a file of 153 bytes, expected 152", write(good, 25));
    message(
        "descr at byte 20: found \">f4\", expected <f2, ", write(good.replace("<f4", ">f4"), 24));
    message("byte 62: found \"; 3), }\", expected ','", write(good.replace("2, 3", "2; 3"), 24));
    message("shape at byte 61: found \"-2, 3)", write(good.replace("2, 3", "-2, 3"), 24));
    message("fewer than 2^63 bytes", write(good.replace("2, 3", "9000000000000000000, 3"), 24));
    message("\"share\", expected 'descr'", write(good.replace("shape", "share"), 24));
    message("a second 'descr'", write(good.replace("shape", "descr"), 24));
    message("no 'shape'", write("{'descr': '<f4', 'fortran_order': False, }", 24));
    message("more after the dictionary", write(good + "x", 24));
    message("found \"'<f4\", expected a string", write("{'descr': '<f4", 24));
    message("the end of the header, expected a string", write(good.replace("}", ""), 24));
    String axes = String.join(", ", Collections.nCopies(65, "1"));
    message("more axes, expected at most 64", write(good.replace("2, 3", axes), 4));
    Path text = createTempDir().resolve("text");
    Files.writeString(text, "not an array, but long enough");
    message("magic at byte 0: found not\\x20an, expected \\x93NUMPY", text);
    Path missing = createTempDir().resolve("missing");
    expectThrows(NoSuchFileException.class, () -> NpyFile.open(missing));
  }

  private static void message(String reason, Path file) {
    VectorFileException e = expectThrows(VectorFileException.class, () -> NpyFile.open(file));
    assertTrue(e.getMessage(), e.getMessage().contains(reason));
    assertNames(e, file);
  }

  /** Makes a file: a header of 128 bytes, or more if it needs them, and zeros. */
  private static Path write(String dictionary, int dataBytes) throws IOException {
    int length = Math.max(128, 11 + dictionary.length());
    byte[] header = new byte[length + dataBytes];
    Arrays.fill(header, 0, length, (byte) ' ');
    ByteBuffer.wrap(header)
        .order(ByteOrder.LITTLE_ENDIAN)
        .put(NpyHeader.MAGIC)
        .put(new byte[] {1, 0})
        .putShort((short) (length - 10))
        .put(dictionary.getBytes(StandardCharsets.ISO_8859_1));
    return Files.write(createTempDir().resolve("a.npy"), header);
  }

  public void testClosed() throws IOException {
    NpyFile file = NpyFile.open(resource("npy/v1-f4-2d.npy"));
    file.close();
    file.close();
    expectThrows(AlreadyClosedException.class, () -> file.floatAt(0));
  }

  public void testThreads() throws Exception {
    int rows = 2000;
    int dimension = 1 + random().nextInt(30);
    Path path = createTempDir().resolve("a.npy");
    float[] expected = new float[rows * dimension];
    for (int i = 0; i < expected.length; i++) {
      expected[i] = random().nextFloat();
    }
    try (NpyWriter writer = new NpyWriter(path, ElementType.FLOAT32, dimension)) {
      writer.writeFloats(expected, 0, expected.length);
      writer.finish();
    }
    ExecutorService threads = Executors.newFixedThreadPool(4, new NamedThreadFactory("reader"));
    try (NpyFile file = NpyFile.open(path)) {
      List<Future<?>> results = new ArrayList<>();
      for (int t = 0; t < 4; t++) {
        int step = 1 + t;
        results.add(
            threads.submit(
                () -> {
                  float[] row = new float[dimension];
                  for (int i = 0; i < rows; i += step) {
                    int from = i * dimension;
                    file.readFloats(from, row, 0, dimension);
                    assertArrayEquals(Arrays.copyOfRange(expected, from, from + dimension), row, 0);
                  }
                }));
      }
      for (Future<?> result : results) {
        result.get(5, TimeUnit.MINUTES);
      }
    } finally {
      threads.shutdown();
    }
  }
}
