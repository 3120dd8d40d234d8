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

import com.fasterxml.jackson.databind.JsonNode;
import io.github.luceneplaid.fsvi.files.ElementType;
import io.github.luceneplaid.fsvi.files.FsviFile;
import io.github.luceneplaid.fsvi.files.FsviFileWriter;
import io.github.luceneplaid.fsvi.files.MvecFile;
import io.github.luceneplaid.fsvi.files.MvecFileWriter;
import io.github.luceneplaid.fsvi.files.NpyFile;
import io.github.luceneplaid.fsvi.files.NpyWriter;
import io.github.luceneplaid.fsvi.files.VectorRows;
import io.github.luceneplaid.fsvi.files.VectorRowsWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.apache.lucene.util.Constants;

public class TestConvertCommand extends CommandTestCase {
  private static final int DIMENSION = 64;

  private final Map<String, float[]> vectors = new TreeMap<>();
  private Path folder;

  @Override
  public void setUp() throws Exception {
    super.setUp();
    folder = createTempDir();
    for (int i = 0; i < 20; i++) {
      float[] vector = new float[DIMENSION];
      for (int j = 0; j < DIMENSION; j++) {
        // Also a value of 16 bits
        vector[j] = random().nextInt(2048) / 1024f - 1;
      }
      vectors.put("id" + i, vector);
    }
  }

  private void write(VectorRowsWriter to) throws IOException {
    try (VectorRowsWriter writer = to) {
      for (Map.Entry<String, float[]> entry : vectors.entrySet()) {
        writer.add(entry.getKey(), entry.getValue());
      }
      writer.finish();
    }
  }

  private Path fsvi(ElementType type) throws IOException {
    Path file = folder.resolve("source.fsvi");
    write(new FsviFileWriter(file, "model", "r1", type, DIMENSION));
    return file;
  }

  private Path mvec() throws IOException {
    Path file = folder.resolve("source.mvec");
    write(new MvecFileWriter(file, MvecFile.Metric.EUCLIDEAN, DIMENSION));
    return file;
  }

  /** Vectors by their ids. */
  private void check(VectorRows opened) throws IOException {
    try (VectorRows rows = opened) {
      assertEquals(vectors.size(), rows.rows());
      float[] vector = new float[DIMENSION];
      for (int row = 0; row < rows.rows(); row++) {
        rows.read(row, vector);
        assertArrayEquals(rows.id(row), vectors.get(rows.id(row)), vector, 0);
      }
    }
  }

  /** The last command has printed these notes, and nothing else. */
  private void assertNotes(Path target, String... notes) {
    StringBuilder expected = new StringBuilder();
    for (String note : notes) {
      expected.append("plaid: ").append(target).append(": ").append(note).append('\n');
    }
    assertEquals(expected.toString(), err.toString());
  }

  public void testThereAndBack() throws IOException {
    Path source = fsvi(ElementType.FLOAT16);
    Path mvec = folder.resolve("a.mvec");
    assertEquals(0, plaid("convert", source, mvec, "--metric=dot_product"));
    assertNotes(
        mvec,
        "the embedder \"model\" is left out, the format has none",
        "the embedder's revision \"r1\" is left out, the format has none");
    assertTrue(out.toString(), out.toString().startsWith("20 vectors of 64 dimensions in " + mvec));
    try (MvecFile file = MvecFile.open(mvec)) {
      assertEquals(MvecFile.Metric.DOT_PRODUCT, file.metric());
    }
    check(MvecFile.open(mvec));

    Path back = folder.resolve("back.fsvi");
    JsonNode json = json("convert", mvec, back, "--json");
    assertNotes(back, "the metric dot_product is left out, the format has none");
    assertEquals(20, json.get("vectors").intValue());
    assertEquals(64, json.get("dimension").intValue());
    assertEquals(back.toString(), json.get("to").textValue());
    try (FsviFile file = FsviFile.open(back)) {
      assertEquals("unknown", file.embedderId());
      assertEquals(ElementType.FLOAT32, file.type());
    }
    check(FsviFile.open(back));
    Path copy = folder.resolve("copy");
    assertEquals(0, plaid("convert", source, copy, "--to=fsvi"));
    try (FsviFile file = FsviFile.open(copy)) {
      assertEquals("model", file.embedderId());
      assertEquals("r1", file.embedderRevision());
      assertEquals(ElementType.FLOAT16, file.type());
    }
    assertEquals(0, plaid("convert", copy, copy, "--from=fsvi", "--to=fsvi", "--force"));
    check(FsviFile.open(copy));
  }

  public void testArrays() throws IOException {
    Path npy = folder.resolve("a.npy");
    assertEquals(0, plaid("convert", fsvi(ElementType.FLOAT16), npy));
    assertTrue(err.toString(), err.toString().contains("ids are left out"));
    Path mmap = folder.resolve("a.mmap");
    assertEquals(0, plaid("convert", npy, mmap));
    assertEquals("", err.toString());
    Path single = folder.resolve("single.npy");
    assertEquals(0, plaid("convert", mmap, single));
    Path npz = folder.resolve("a.npz");
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(npz))) {
      zip.putNextEntry(new ZipEntry("x.npy"));
      zip.write(Files.readAllBytes(npy));
    }
    Path half = folder.resolve("half.npy");
    assertEquals(0, plaid("convert", npz, half));
    assertArrayEquals(Files.readAllBytes(npy), Files.readAllBytes(half));
    assertFails(1, "found [x], expected", "convert", npz, half, "--array=y", "--force");
    Map<String, byte[]> two = Map.of("x.npy", new byte[1], "y.npy", new byte[1]);
    NumpyFiles.rename(NumpyFiles.npz(npz, false, two), "y.npy", "x.npy");
    String same = npz + ": archive at byte 0: found two arrays \"x\", expected one of each name";
    assertFails(1, same, "convert", npz, half, "--array=x", "--force");
    try (NpyFile expected = NpyFile.open(npy);
        NpyFile found = NpyFile.open(single)) {
      assertEquals(ElementType.FLOAT16, expected.type());
      assertEquals(ElementType.FLOAT32, found.type());
      assertArrayEquals(expected.shape(), found.shape());
      for (long i = 0; i < expected.size(); i++) {
        assertEquals(expected.floatAt(i), found.floatAt(i), 0);
      }
    }
  }

  public void testNeverOverwrites() throws IOException {
    Path target = Files.writeString(folder.resolve("a.npy"), "mine");
    Path source = mvec();
    assertFails(1, "exists (--force replaces it)", "convert", source, target);
    assertEquals("mine", Files.readString(target));
    // The target is not replaced if the source turns out to be damaged, either
    byte[] bytes = Files.readAllBytes(source);
    bytes[0]++;
    Files.write(source, bytes);
    assertFails(1, source + ": magic at byte 0: found", "convert", source, target, "--force");
    assertEquals("mine", Files.readString(target));
  }

  public void testLog() throws IOException {
    Path source = fsvi(ElementType.FLOAT32);
    Path log = Files.writeString(folder.resolve("source.fsvi.wal"), "newer");
    Path target = folder.resolve("a.mvec");
    assertFails(
        1, "compact it first, or read it without them by --ignore-wal", "convert", source, target);
    assertFalse(Files.exists(target));
    assertEquals(0, plaid("convert", source, target, "--ignore-wal"));
    check(MvecFile.open(target));
    assertEquals("newer", Files.readString(log));
  }

  /** A log may be beside what a link leads to, and a link that leads nowhere may be a log. */
  public void testLogAndLinks() throws IOException {
    assumeFalse("needs links", Constants.WINDOWS);
    // Not in Lucene's test file systems
    folder = Path.of(folder.toRealPath().toString());
    Path source = fsvi(ElementType.FLOAT32);
    Path link = Files.createSymbolicLink(folder.resolve("latest.fsvi"), source);
    Path target = folder.resolve("a.fsvi");
    assertEquals(0, plaid("convert", link, target));
    Path log = Files.writeString(folder.resolve("source.fsvi.wal"), "newer");
    String found = link + ": has newer records in " + log + "; compact it first";
    assertFails(1, found, "convert", link, target, "--force");
    Files.delete(log);
    Files.createSymbolicLink(log, folder.resolve("gone"));
    assertFails(1, found, "convert", link, target, "--force");
    log = Files.createSymbolicLink(folder.resolve("a.fsvi.wal"), folder.resolve("gone"));
    Path mvec = mvec();
    assertFails(1, log + ": found a log of another file", "convert", mvec, target, "--force");
  }

  public void testRecover() throws IOException {
    Path source = mvec();
    // The header of a file that has ten entries less
    long end;
    byte[] bytes = Files.readAllBytes(source);
    Map<String, float[]> all = new TreeMap<>(vectors);
    vectors.keySet().removeAll(all.keySet().stream().skip(10).toList());
    mvec();
    end = Files.size(source);
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(16, 10).putLong(24, end);
    Files.write(source, bytes);

    Path target = folder.resolve("a.fsvi");
    assertEquals(0, plaid("convert", source, target));
    assertTrue(err.toString(), err.toString().contains("left out 10 entries beyond"));
    check(FsviFile.open(target));
    JsonNode json = json("convert", source, target, "--force", "--recover", "--json");
    assertNotes(target, "the metric euclidean is left out, the format has none");
    assertEquals(20, json.get("vectors").intValue());
    assertEquals(10, json.get("beyond").intValue());
    vectors.putAll(all);
    check(FsviFile.open(target));
  }

  /** A log beside TO is of another file: readers would take it for one of this. */
  public void testLogBesideTarget() throws IOException {
    Path source = mvec();
    Path target = folder.resolve("a.fsvi");
    Path log = Files.writeString(folder.resolve("a.fsvi.wal"), "newer");
    assertFails(1, log + ": found a log of another file", "convert", source, target);
    Files.writeString(target, "mine");
    assertFails(1, log + ": found a log of another file", "convert", source, target, "--force");
    assertEquals("mine", Files.readString(target));
  }

  /** Deleted rows do not count for the order, even if their ids are no numbers, or occur twice. */
  public void testOrderWithDeletedRows() throws IOException {
    Path source = folder.resolve("a.fsvi");
    try (FsviFileWriter writer = new FsviFileWriter(source, "m", "", ElementType.FLOAT32, 1)) {
      for (int i = 0; i < 20; i++) {
        writer.add(Integer.toString(i), new float[] {i});
      }
      writer.add("x", new float[] {20});
      writer.add("7", new float[] {21});
      writer.finish();
    }
    byte[] bytes = Files.readAllBytes(source);
    try (FsviFile file = FsviFile.open(source)) {
      StringBuilder ids = new StringBuilder();
      for (int row = 0; row < 22; row++) {
        ids.append(file.id(row));
      }
      int records =
          new String(bytes, StandardCharsets.ISO_8859_1).indexOf(ids.toString()) - 22 * 16;
      float[] vector = new float[1];
      for (int row = 0; row < 22; row++) {
        file.read(row, vector);
        bytes[records + 16 * row + 14] = (byte) (vector[0] >= 20 ? 1 : 0);
      }
    }
    Files.write(source, bytes);
    Path target = folder.resolve("a.npy");
    assertEquals(0, plaid("convert", source, target));
    assertTrue(err.toString(), err.toString().contains("in the order of these numbers"));
    try (NpyFile array = NpyFile.open(target)) {
      assertArrayEquals(new long[] {20, 1}, array.shape());
      for (int i = 0; i < 20; i++) {
        assertEquals(i, array.floatAt(i), 0);
      }
    }
  }

  /** An MVEC file keeps the order in which rows were added, even if keys are numbers. */
  public void testOrderOfMvec() throws IOException {
    Path source = folder.resolve("a.mvec");
    String[] keys = {"10", "2", "7"};
    try (MvecFileWriter writer = new MvecFileWriter(source, MvecFile.Metric.COSINE, DIMENSION)) {
      for (String key : keys) {
        float[] vector = new float[DIMENSION];
        vector[0] = Float.parseFloat(key);
        writer.add(key, vector);
      }
      writer.finish();
    }
    Path target = folder.resolve("a.npy");
    assertEquals(0, plaid("convert", source, target));
    assertNotes(
        target,
        "ids are left out, the format has none; rows are in the order of " + source,
        "the metric cosine is left out, the format has none");
    try (NpyFile array = NpyFile.open(target)) {
      for (int i = 0; i < keys.length; i++) {
        assertEquals(Float.parseFloat(keys[i]), array.floatAt((long) i * DIMENSION), 0);
      }
    }
  }

  /** More rows than an array can hold keep their order. */
  public void testOrderOfTooManyRows() throws IOException {
    VectorRows rows =
        new VectorRows() {
          @Override
          public long rows() {
            return 1L << 31;
          }

          @Override
          public int dimension() {
            return 1;
          }

          @Override
          public String id(long row) {
            return Long.toString(row);
          }

          @Override
          public void read(long row, float[] into) {
            throw new AssertionError();
          }

          @Override
          public void close() {}
        };
    assertNull(RowOrder.byNumber(rows));
  }

  private Path doubles(double... row) throws IOException {
    Path file = folder.resolve("doubles.npy");
    try (NpyWriter writer = new NpyWriter(file, ElementType.FLOAT64, row.length)) {
      writer.writeDoubles(row, 0, row.length);
      writer.finish();
    }
    return file;
  }

  /** A number does not become 0 without a word. */
  public void testSmallNumbers() throws IOException {
    Path target = folder.resolve("b.npy");
    Path source = doubles(0.1, 0, -1e-50);
    String found =
        source + ": row 0, component 2 at byte 144: found -1.0E-50, expected 0 or at least 1.4E-45";
    assertFails(1, found, "convert", source, target);
    assertFails(1, found, "convert", source, target, "--type=float16");
    assertFalse(Files.exists(target));
    source = doubles(0.1, 0, -1e-9, 1e-9, -0.0);
    assertEquals(0, plaid("convert", source, target));
    assertNotes(target);
    Path half = folder.resolve("half.npy");
    assertEquals(0, plaid("convert", target, half, "--type=float16"));
    assertNotes(half, "2 numbers too small for a 16-bit float became 0");
  }

  /** The format lets the id of an embedder be empty, but convert does not write such a file. */
  public void testEmptyEmbedder() throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN);
    bytes.put(new byte[] {'F', 'S', 'V', 'I', 1, 0, 0, 0, 0, 0}).putInt(2);
    bytes.putInt(1 << 8).putLong(0).putLong(64); // generation 1, no records
    CRC32 crc = new CRC32();
    crc.update(bytes.array(), 0, bytes.position());
    bytes.putInt((int) crc.getValue());
    Path source = Files.write(folder.resolve("a.fsvi"), bytes.array());
    Path target = folder.resolve("b.fsvi");
    String found = target + ": found an embedder without a name, expected one; --embedder names it";
    assertFails(1, found, "convert", source, target);
    assertFails(1, found, "convert", source, target, "--embedder=");
    assertEquals(err.toString(), 0, plaid("convert", source, target, "--embedder=m"));
  }

  /** A finite number does not become infinite. */
  public void testLargeDoubles() throws IOException {
    Path source = folder.resolve("a.npy");
    try (NpyWriter writer = new NpyWriter(source, ElementType.FLOAT64, 2)) {
      double[] doubles = {1, Double.POSITIVE_INFINITY, -3e38, 1e300};
      writer.writeDoubles(doubles, 0, 4);
      writer.finish();
    }
    Path target = folder.resolve("b.npy");
    assertFails(
        1,
        source + ": row 1, component 1 at byte 152: found 1.0E300, expected at most 3.4028235E38",
        "convert",
        source,
        target);
    assertFalse(Files.exists(target));
    Files.writeString(folder.resolve("doclens.json"), "[2]");
    assertFails(1, ": row 1, component 1 at", "index", source, "-o", folder.resolve("index"));
  }

  /** Without rows the dimension may be one that no array has. */
  public void testNoRows() throws IOException {
    Path source = folder.resolve("a.npy");
    try (NpyWriter writer = new NpyWriter(source, ElementType.FLOAT32, 2_000_000_000)) {
      writer.finish();
    }
    Path target = folder.resolve("b.npy");
    JsonNode json = json("convert", source, target, "--json");
    assertEquals(0, json.get("vectors").intValue());
    assertArrayEquals(Files.readAllBytes(source), Files.readAllBytes(target));
  }

  /** Options that a format has no use for. */
  public void testOptionsOfOtherFormats() throws IOException {
    Path mvec = mvec();
    String[][] options = {
      {"mmap", "--type=float16", "--type goes with fsvi or npy, found mmap for "},
      {"npy", "--metric=cosine", "--metric goes with mvec, found npy for "},
      {"npy", "--embedder=x", "--embedder goes with fsvi, found npy for "},
      {"npy", "--array=x", "--array goes with npz, found mvec for " + mvec},
      {"npy", "--ignore-wal", "--ignore-wal goes with fsvi, found mvec for " + mvec},
    };
    for (String[] option : options) {
      Path target = folder.resolve("x." + option[0]);
      assertFails(2, option[2], "convert", mvec, target, option[1]);
      assertFalse(Files.exists(target));
    }
    Path target = folder.resolve("y.mvec");
    Object[] convert = {"convert", fsvi(ElementType.FLOAT32), target, "--recover"};
    assertFails(2, "--recover goes with mvec, found fsvi for ", convert);
  }

  public void testRefusals() throws IOException {
    Path npy = folder.resolve("narrow.npy");
    try (NpyWriter writer = new NpyWriter(npy, ElementType.FLOAT32, 3)) {
      writer.add(new float[] {1, 2, 1e9f});
      writer.finish();
    }
    assertFails(1, "from 64 to 8192, got: 3", "convert", npy, folder.resolve("a.mvec"));
    Path half = folder.resolve("half.npy");
    String fits = npy + ": row 0: element 2 must fit FLOAT16 (up to 65504), got: 1.0E9";
    assertFails(1, fits, "convert", npy, half, "--type=float16");
    assertFalse(Files.exists(half));
    Path line = folder.resolve("line.npy");
    Files.write(line, NumpyFiles.npy("<f4", new int[] {2}, 1, 2));
    assertFails(1, "array.reshape(-1, array.shape[-1])", "convert", line, half);
    assertFalse(err.toString(), err.toString().contains("doclens.json"));
    assertFails(1, "no such file", "convert", folder.resolve("missing.npy"), half);
    Object[] convert = {"convert", folder, half, "--from", "npy"};
    assertFails(1, folder + ": expected a file, found a folder", convert);
    assertFails(2, "expected an extension", "convert", folder.resolve("missing"), half);
    assertFails(2, "only read", "convert", npy, folder.resolve("a.npz"));
    assertFails(2, "expected float16 or float32", "convert", npy, half, "--type=int8");
  }
}
