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
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.luceneplaid.fsvi.files.MvecFile.Metric;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.apache.lucene.tests.util.TestUtil;

public class TestMvecFile extends VectorFilesTestCase {

  /** Metrics in the order of their numbers in files. */
  private static final List<Metric> METRICS =
      List.of(Metric.COSINE, Metric.EUCLIDEAN, Metric.DOT_PRODUCT);

  private static List<Object> readAll(Path path) throws IOException {
    return readAll(path, false);
  }

  private static List<Object> readAll(Path path, boolean recover) throws IOException {
    try (MvecFile file = MvecFile.open(path, recover)) {
      List<Object> result = new ArrayList<>();
      result.add(file.metric());
      float[] vector = new float[file.dimension()];
      for (long row = 0; row < file.rows(); row++) {
        assertEquals(row, file.find(file.id(row)));
        file.read(row, vector);
        result.add(file.id(row));
        for (float element : vector) {
          result.add(element);
        }
      }
      return result;
    }
  }

  private static List<Object> content(JsonNode described, String... parts) {
    List<Object> result = new ArrayList<>();
    result.add(METRICS.get(described.get("metric").asInt()));
    for (String part : parts) {
      for (JsonNode entry : described.get(part)) {
        result.add(entry.get("key").asText());
        entry.get("vector").forEach(element -> result.add((float) element.asDouble()));
      }
    }
    return result;
  }

  public void testGoldenFiles() throws IOException {
    for (Path path : golden("mvec", ".mvec")) {
      JsonNode described = described(path);
      assertEquals(path.toString(), content(described, "entries"), readAll(path));
      try (MvecFile file = MvecFile.open(path)) {
        assertEquals(described.get("dimensions").asInt(), file.dimension());
        assertEquals(described.get("vector_count").asInt(), file.rows());
        assertEquals(-1, file.find("missing"));
      }
    }
  }

  /**
   * The program that wrote a file has described it: the keys that it finds, and the distances of
   * all vectors from some queries, including vectors beyond the write offset.
   */
  public void testKeysAndDistances() throws IOException {
    for (Path path : golden("mvec", ".mvec")) {
      String name = path.getFileName().toString();
      JsonNode crate = json(path.resolveSibling(name.replace(".mvec", ".crate.json")));
      try (MvecFile file = MvecFile.open(path);
          MvecFile recovered = MvecFile.open(path, true)) {
        TreeSet<String> keys = new TreeSet<>();
        for (long row = 0; row < file.rows(); row++) {
          keys.add(file.id(row));
        }
        TreeSet<String> expected = new TreeSet<>();
        crate.get("reopened_keys").forEach(key -> expected.add(key.asText()));
        assertEquals(name, expected, keys);
        for (JsonNode search : crate.get("searches")) {
          assertDistances(name, recovered, search);
        }
      }
    }
  }

  private static void assertDistances(String name, MvecFile file, JsonNode search)
      throws IOException {
    double[] query = new ObjectMapper().convertValue(search.get("query"), double[].class);
    JsonNode distances = search.get("distances_by_the_crate");
    assertEquals(name, distances.size(), file.rows());
    float[] vector = new float[file.dimension()];
    for (JsonNode entry : distances) {
      String key = entry.get("key").asText();
      file.read(file.find(key), vector);
      double distance = entry.get("distance").asDouble();
      assertEquals(name + ": " + key, distance, distance(file.metric(), query, vector), 1e-5);
    }
  }

  private static double distance(Metric metric, double[] query, float[] vector) {
    double product = 0;
    double squaresOfQuery = 0;
    double squares = 0;
    double squaresOfDifference = 0;
    for (int i = 0; i < query.length; i++) {
      product += query[i] * vector[i];
      squaresOfQuery += query[i] * query[i];
      squares += vector[i] * (double) vector[i];
      squaresOfDifference += (query[i] - vector[i]) * (query[i] - vector[i]);
    }
    return switch (metric) {
      case COSINE -> 1 - product / Math.sqrt(squaresOfQuery * squares);
      case EUCLIDEAN -> Math.sqrt(squaresOfDifference);
      case DOT_PRODUCT -> -product;
    };
  }

  public void testEntriesBeyondEnd() throws IOException {
    Path path = resource("mvec/stale-header-dot-d64.mvec");
    JsonNode described = described(path);
    String beyond = "whole_entries_beyond_write_offset";
    try (MvecFile file = MvecFile.open(path)) {
      assertEquals(described.get(beyond).size(), file.entriesBeyondEnd());
      String key = described.get(beyond).get(0).get("key").asText();
      assertEquals(-1, file.find(key));
      try (MvecFile recovered = MvecFile.open(path, true)) {
        assertEquals(file.rows(), recovered.find(key));
      }
    }
  }

  public void testDamagedFiles() throws IOException {
    assertDamageNoticed("mvec", TestMvecFile::readAll);
  }

  public void testRandomDamage() throws IOException {
    List<Path> files = golden("mvec", ".mvec");
    boolean recover = random().nextBoolean();
    assertSurvivesDamage(files.get(random().nextInt(files.size())), path -> readAll(path, recover));
  }

  private static Map<String, float[]> randomEntries(int dimension) {
    Map<String, float[]> entries = new LinkedHashMap<>();
    for (int i = random().nextInt(200); i > 0; i--) {
      float[] vector = new float[dimension];
      for (int j = 0; j < dimension; j++) {
        vector[j] = random().nextFloat();
      }
      entries.put(TestUtil.randomRealisticUnicodeString(random(), 20) + i, vector);
    }
    return entries;
  }

  public void testRandomEntries() throws IOException {
    int dimension = TestUtil.nextInt(random(), MvecFile.MIN_DIMENSION, 100);
    Metric metric = METRICS.get(random().nextInt(3));
    Path path = createTempDir().resolve("a.mvec");
    Map<String, float[]> entries = randomEntries(dimension);
    List<Object> expected = new ArrayList<>(List.of(metric));
    try (MvecFileWriter writer = new MvecFileWriter(path, metric, dimension)) {
      for (Map.Entry<String, float[]> entry : entries.entrySet()) {
        writer.add(entry.getKey(), entry.getValue());
        expected.add(entry.getKey());
        for (float element : entry.getValue()) {
          expected.add(element);
        }
      }
      writer.finish();
    }
    assertEquals(expected, readAll(path));

    // Entries beyond the write offset, and bytes that may follow them.
    byte[] bytes = Files.readAllBytes(path);
    byte[] longer = Arrays.copyOf(bytes, bytes.length + random().nextInt(1000));
    ByteBuffer.wrap(longer)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(MvecFile.COUNT_OFFSET, 0)
        .putLong(MvecFile.END_OFFSET, MvecFile.HEADER);
    Files.write(path, longer);
    assertEquals(List.of(metric), readAll(path));
    assertEquals(expected, readAll(path, true));
    try (MvecFile file = MvecFile.open(path)) {
      assertEquals(entries.size(), file.entriesBeyondEnd());
    }
  }

  /** Recovery stops at a key that is not new. */
  public void testRepeatedKeyBeyondEnd() throws IOException {
    Path path = createTempDir().resolve("a.mvec");
    int dimension = MvecFile.MIN_DIMENSION;
    try (MvecFileWriter writer = new MvecFileWriter(path, Metric.COSINE, dimension)) {
      for (String key : new String[] {"a", "b", "c", "d"}) {
        writer.add(key, new float[dimension]);
      }
      writer.finish();
    }
    byte[] bytes = Files.readAllBytes(path);
    int entry = (bytes.length - MvecFile.HEADER) / 4;
    bytes[MvecFile.HEADER + 2 * entry + Short.BYTES] = 'a';
    Files.write(path, bytes);
    VectorFileException e =
        expectThrows(VectorFileException.class, () -> MvecFile.open(path).close());
    assertTrue(e.getMessage(), e.getMessage().contains("found \"a\" of entry 0"));
    ByteBuffer.wrap(bytes)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(MvecFile.COUNT_OFFSET, 1)
        .putLong(MvecFile.END_OFFSET, MvecFile.HEADER + entry);
    Files.write(path, bytes);
    try (MvecFile file = MvecFile.open(path, true)) {
      assertEquals(2, file.rows());
      assertEquals(1, file.entriesBeyondEnd());
      assertEquals(1, file.find("b"));
      assertEquals(-1, file.find("d"));
    }
  }

  public void testRefusals() throws IOException {
    Path path = oldFile("a.mvec");
    for (int dimension : new int[] {63, 8193}) {
      expectThrows(
          IllegalArgumentException.class, () -> new MvecFileWriter(path, Metric.COSINE, dimension));
    }
    try (MvecFileWriter writer = new MvecFileWriter(path, Metric.EUCLIDEAN, 64)) {
      writer.add("a", new float[64]);
      expectThrows(IllegalArgumentException.class, () -> writer.add("a", new float[64]));
      expectThrows(IllegalArgumentException.class, () -> writer.add("b", new float[65]));
      expectThrows(
          IllegalArgumentException.class, () -> writer.add("x".repeat(65536), new float[64]));
      writer.add("b", new float[64]);
      assertEquals("old", Files.readString(path));
      writer.finish();
      // Not a key that is there twice
      for (int i = 0; i < 2; i++) {
        expectThrows(IllegalStateException.class, () -> writer.add("c", new float[64]));
      }
    }
    try (MvecFile file = MvecFile.open(path)) {
      assertEquals(2, file.rows());
      assertEquals(0, file.entriesBeyondEnd());
      assertEquals(Metric.EUCLIDEAN, file.metric());
    }
  }

  public void testUnfinishedWriteLeavesOldFile() throws IOException {
    Path path = oldFile("a.mvec");
    try (MvecFileWriter writer = new MvecFileWriter(path, Metric.COSINE, 8192)) {
      for (int i = 0; i < 10; i++) {
        writer.add("key" + i, new float[8192]);
      }
    }
    assertOldFileStays(path);
  }
}
