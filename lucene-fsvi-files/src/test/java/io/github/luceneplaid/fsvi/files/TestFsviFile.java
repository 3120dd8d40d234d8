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
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.apache.lucene.tests.util.TestUtil;
import org.apache.lucene.util.Constants;

public class TestFsviFile extends VectorFilesTestCase {

  private static List<Object> readAll(Path path) throws IOException {
    try (FsviFile file = FsviFile.open(path)) {
      List<Object> result = new ArrayList<>();
      result.add(file.embedderId());
      result.add(file.embedderRevision());
      result.add(file.type());
      result.add(file.generation());
      float[] vector = new float[file.dimension()];
      for (long row = 0; row < file.rows(); row++) {
        file.read(row, vector);
        result.add(file.id(row));
        result.add(file.isDeleted(row));
        for (float element : vector) {
          result.add(element);
        }
      }
      return result;
    }
  }

  private static List<Object> content(JsonNode described) {
    List<Object> result = new ArrayList<>();
    result.add(described.get("embedder_id").asText());
    result.add(described.get("embedder_revision").asText());
    boolean half = described.get("quantization").asText().equals("f16");
    result.add(half ? ElementType.FLOAT16 : ElementType.FLOAT32);
    result.add(described.get("compaction_generation").asInt());
    for (JsonNode record : described.get("records")) {
      result.add(record.get("id").asText());
      result.add(record.get("deleted").asBoolean());
      record.get("vector").forEach(element -> result.add((float) element.asDouble()));
    }
    return result;
  }

  public void testGoldenFiles() throws IOException {
    for (Path path : golden("fsvi", ".fsvi")) {
      JsonNode described = described(path);
      assertEquals(path.toString(), content(described), readAll(path));
      try (FsviFile file = FsviFile.open(path)) {
        assertEquals(described.get("dimension").asInt(), file.dimension());
      }
    }
  }

  public void testDamagedFiles() throws IOException {
    assertDamageNoticed("fsvi", TestFsviFile::readAll);
  }

  public void testRandomDamage() throws IOException {
    List<Path> files = golden("fsvi", ".fsvi");
    assertSurvivesDamage(files.get(random().nextInt(files.size())), TestFsviFile::readAll);
  }

  public void testFind() throws IOException {
    for (Path path : golden("fsvi", ".fsvi")) {
      try (FsviFile file = FsviFile.open(path)) {
        for (long row = 0; row < file.rows(); row++) {
          long expected = 0;
          while (expected < file.rows()
              && (file.isDeleted(expected) || file.id(expected).equals(file.id(row)) == false)) {
            expected++;
          }
          assertEquals(expected == file.rows() ? -1 : expected, file.find(file.id(row)));
        }
        assertEquals(-1, file.find("missing" + random().nextInt()));
      }
    }
  }

  /** The rows of a golden file, added in another order, are written as the same file. */
  public void testBytes() throws IOException {
    for (String name : new String[] {"golden-144", "f32-d12", "empty-f32-d3"}) {
      Path path = resource("fsvi/" + name + ".fsvi");
      Path copy = createTempDir().resolve("a.fsvi");
      try (FsviFile file = FsviFile.open(path);
          FsviFileWriter writer = writer(copy, file)) {
        List<Long> rows = new ArrayList<>();
        for (long row = 0; row < file.rows(); row++) {
          rows.add(row);
        }
        Collections.shuffle(rows, random());
        float[] vector = new float[file.dimension()];
        for (long row : rows) {
          file.read(row, vector);
          writer.add(file.id(row), vector);
        }
        writer.finish();
      }
      assertArrayEquals(name, Files.readAllBytes(path), Files.readAllBytes(copy));
    }
  }

  private static FsviFileWriter writer(Path path, FsviFile like) throws IOException {
    return new FsviFileWriter(
        path, like.embedderId(), like.embedderRevision(), like.type(), like.dimension());
  }

  /** A copy has no deleted rows, and a copy of the copy is equal. */
  public void testVacuum() throws IOException {
    for (Path path : golden("fsvi", ".fsvi")) {
      Path once = createTempDir().resolve("once.fsvi");
      Path twice = once.resolveSibling("twice.fsvi");
      try (FsviFile file = FsviFile.open(path);
          FsviFileWriter writer = writer(once, file)) {
        List<Object> expected = new ArrayList<>();
        for (long row = 0; row < file.rows(); row++) {
          if (file.isDeleted(row) == false) {
            expected.add(file.id(row));
          }
        }
        assertEquals(expected.size(), file.copyTo(writer));
        writer.finish();
        try (FsviFile copy = FsviFile.open(once);
            FsviFileWriter again = writer(twice, copy)) {
          List<Object> found = new ArrayList<>();
          for (long row = 0; row < copy.rows(); row++) {
            found.add(copy.id(row));
          }
          assertEquals(expected, found);
          copy.copyTo(again);
          again.finish();
        }
      }
      assertArrayEquals(Files.readAllBytes(once), Files.readAllBytes(twice));
    }
  }

  public void testRandomRows() throws IOException {
    int dimension = 1 + random().nextInt(40);
    boolean half = random().nextBoolean();
    Path path = createTempDir().resolve("a.fsvi");
    List<String> ids = new ArrayList<>();
    List<float[]> vectors = new ArrayList<>();
    ElementType type = half ? ElementType.FLOAT16 : ElementType.FLOAT32;
    try (FsviFileWriter writer = new FsviFileWriter(path, "e", "", type, dimension)) {
      for (int i = random().nextInt(500); i > 0; i--) {
        float[] vector = new float[dimension];
        for (int j = 0; j < dimension; j++) {
          vector[j] = (random().nextInt(201) - 100) / 8f;
        }
        ids.add(TestUtil.randomRealisticUnicodeString(random(), 20) + i);
        vectors.add(vector);
        writer.add(ids.get(ids.size() - 1), vector);
      }
      writer.finish();
    }
    try (FsviFile file = FsviFile.open(path)) {
      assertEquals(ids.size(), file.rows());
      float[] vector = new float[dimension];
      for (int i = 0; i < ids.size(); i++) {
        long row = file.find(ids.get(i));
        assertEquals(ids.get(i), file.id(row));
        file.read(row, vector);
        assertArrayEquals(vectors.get(i), vector, 0);
      }
      expectThrows(IndexOutOfBoundsException.class, () -> file.id(file.rows()));
      expectThrows(IndexOutOfBoundsException.class, () -> file.read(-1, vector));
    }
    assertSurvivesDamage(path, TestFsviFile::readAll);
  }

  public void testLog() throws IOException {
    Path path = createTempDir().resolve("a.fsvi");
    Files.copy(resource("fsvi/golden-144.fsvi"), path);
    Files.createFile(path.resolveSibling("a.fsvi.wal"));
    VectorFileException e =
        expectThrows(VectorFileException.class, () -> FsviFile.open(path).close());
    assertNames(e, path);
    assertTrue(e.getMessage(), e.getMessage().contains("compact the file first"));
    try (FsviFile file = FsviFile.open(path, true)) {
      assertEquals(2, file.rows());
      expectThrows(VectorFileException.class, () -> writer(path, file));
    }
  }

  /** A log may be beside what a link leads to, and a link that leads nowhere may be a log. */
  public void testLogAndLinks() throws IOException {
    assumeFalse("needs links", Constants.WINDOWS);
    // Not in Lucene's test file systems
    Path folder = Path.of(createTempDir().toRealPath().toString());
    Path file = Files.createDirectory(folder.resolve("other")).resolve("s1.fsvi");
    Files.copy(resource("fsvi/golden-144.fsvi"), file);
    Path link = Files.createSymbolicLink(folder.resolve("latest.fsvi"), file);
    FsviFile.open(link).close();
    assertNull(FsviFile.findLog(link));
    Path log = file.resolveSibling("s1.fsvi.wal");
    if (random().nextBoolean()) {
      Files.createFile(log);
    } else {
      Files.createSymbolicLink(log, folder.resolve("gone"));
    }
    assertLog(log, link);
    assertLog(log, file);
    // A new file takes the place of the link, not of what it leads to
    new FsviFileWriter(link, "e", "", ElementType.FLOAT32, 2).close();
    expectThrows(
        VectorFileException.class,
        () -> new FsviFileWriter(file, "e", "", ElementType.FLOAT32, 2).close());
    Files.delete(log);
    log = Files.createSymbolicLink(folder.resolve("latest.fsvi.wal"), folder.resolve("gone"));
    assertLog(log, link);
    FsviFile.open(file).close();
  }

  private static void assertLog(Path log, Path file) throws IOException {
    assertEquals(log, FsviFile.findLog(file));
    VectorFileException e =
        expectThrows(VectorFileException.class, () -> FsviFile.open(file).close());
    assertNames(e, file);
    assertEquals(log.toString(), e.found());
  }

  public void testRefusals() throws IOException {
    Path path = oldFile("a.fsvi");
    ElementType half = ElementType.FLOAT16;
    expectThrows(IllegalArgumentException.class, () -> new FsviFileWriter(path, "", "", half, 2));
    expectThrows(IllegalArgumentException.class, () -> new FsviFileWriter(path, "e", "", half, 0));
    expectThrows(
        IllegalArgumentException.class,
        () -> new FsviFileWriter(path, "e", "", ElementType.FLOAT64, 2));
    try (FsviFileWriter writer = new FsviFileWriter(path, "e", "", half, 2)) {
      expectThrows(
          IllegalArgumentException.class, () -> writer.add("large", new float[] {1, 65520}));
      expectThrows(IllegalArgumentException.class, () -> writer.add("long", new float[3]));
      expectThrows(
          IllegalArgumentException.class, () -> writer.add("x".repeat(65536), new float[2]));
      expectThrows(IllegalArgumentException.class, () -> writer.add("\uD800", new float[2]));
      writer.add("x".repeat(65535), new float[] {1, 65519});
      assertOldFileStaysBesideTemporaries(path);
      writer.finish();
    }
    try (FsviFile file = FsviFile.open(path)) {
      assertEquals(1, file.rows());
    }
  }

  private static void assertOldFileStaysBesideTemporaries(Path path) throws IOException {
    assertEquals("old", Files.readString(path));
  }

  /** A folder is not replaced by a file, and no temporary file stays. */
  public void testPlaceOfFolder() throws IOException {
    Path folder = Files.createDirectory(createTempDir().resolve("a.fsvi"));
    Path inside = Files.createFile(folder.resolve("file"));
    IOException e =
        expectThrows(
            IOException.class,
            () -> new FsviFileWriter(folder, "e", "", ElementType.FLOAT32, 2).close());
    assertTrue(e.getMessage(), e.getMessage().contains("a.fsvi: expected a file"));
    assertTrue(Files.exists(inside));
    assertNothingBeside(folder);
  }

  public void testUnfinishedWriteLeavesOldFile() throws IOException {
    Path path = oldFile("a.fsvi");
    try (FsviFileWriter writer = new FsviFileWriter(path, "e", "", ElementType.FLOAT32, 20_000)) {
      writer.add("a", new float[20_000]);
    }
    assertOldFileStays(path);
  }

  /** Ids that overlap could take far more time to read than the file has bytes. */
  public void testOverlappingIds() throws IOException {
    Path path = createTempDir().resolve("a.fsvi");
    try (FsviFileWriter writer = new FsviFileWriter(path, "e", "", ElementType.FLOAT32, 2)) {
      writer.add("a".repeat(600), new float[] {1, 2});
      writer.add("b".repeat(600), new float[] {3, 4});
      writer.finish();
    }
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(path)).order(ByteOrder.LITTLE_ENDIAN);
    int table = 0;
    while (bytes.getLong(table) != Ids.hash("a".repeat(600).getBytes(StandardCharsets.UTF_8))
        && bytes.getLong(table) != Ids.hash("b".repeat(600).getBytes(StandardCharsets.UTF_8))) {
      table++;
    }
    int ids = table + 2 * 16;
    // The first id becomes longer, and still comes first
    long hash = 0;
    int length = 700;
    do {
      hash = Ids.hash(Arrays.copyOfRange(bytes.array(), ids, ids + ++length));
    } while (Long.compareUnsigned(hash, bytes.getLong(table + 16)) > 0);
    assertTrue(length <= 1200);
    bytes.putLong(table, hash).putInt(table + 8, 0).putShort(table + 12, (short) length);
    Files.write(path, bytes.array());
    VectorFileException e = expectThrows(VectorFileException.class, () -> FsviFile.open(path));
    assertEquals("length of the ids up to record 1", e.field());
  }
}
