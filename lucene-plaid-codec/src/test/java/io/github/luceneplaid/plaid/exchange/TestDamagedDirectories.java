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

package io.github.luceneplaid.plaid.exchange;

import com.carrotsearch.randomizedtesting.generators.RandomPicks;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.luceneplaid.fsvi.files.ElementType;
import io.github.luceneplaid.fsvi.files.NpyWriter;
import io.github.luceneplaid.fsvi.files.VectorFileException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.apache.lucene.tests.util.TestUtil;

/** Folders with damaged files are refused, or read like undamaged ones. */
public class TestDamagedDirectories extends ImportTestCase {

  public void testGolden() throws IOException {
    assumeGoldenFiles();
    check(GoldenDirectory.folder(), GoldenDirectory.folder().resolve("damaged"));
  }

  public void testGolden185() throws IOException {
    assumeGoldenFiles();
    Path damaged = GoldenDirectory.folder().resolve("next-plaid-1.8.5").resolve("damaged");
    check(GoldenDirectory.folder(), damaged);
  }

  private void check(Path golden, Path damaged) throws IOException {
    int cases = 0;
    JsonNode manifest = new ObjectMapper().readTree(damaged.resolve("manifest.json").toFile());
    for (JsonNode damage : manifest) {
      if (damage.get("format").asText().equals("plaid") == false) {
        continue;
      }
      cases++;
      Path base = golden.resolve(damage.get("base").asText());
      Path copy = createTempDir();
      copy(base, copy);
      for (JsonNode file : damage.get("files")) {
        Path from = damaged.resolve(file.asText());
        Files.write(copy.resolve(from.getFileName().toString()), Files.readAllBytes(from));
      }
      for (JsonNode file : damage.get("remove")) {
        Files.delete(copy.resolve(file.asText()));
      }
      check(damage.get("name").asText(), damage.get("must").asText(), base, copy);
    }
    assertTrue("cases: " + cases, cases > 10);
  }

  private static void check(String name, String must, Path base, Path copy) throws IOException {
    if (must.equals("error")) {
      IOException e = expectThrows(IOException.class, () -> PlaidFolder.open(copy).close());
      assertNamesFile(name, copy, e);
      return;
    }
    try (PlaidFolder expected = PlaidFolder.open(base);
        PlaidFolder found = PlaidFolder.open(copy)) {
      assertEqual(name, expected, found);
    } catch (IOException e) {
      assertEquals(name + ": " + e, "error-or-identical", must);
      assertNamesFile(name, copy, e);
    }
  }

  private static void assertNamesFile(String name, Path folder, IOException e) {
    assertTrue(
        name + ": " + e, e instanceof VectorFileException || e instanceof NoSuchFileException);
    assertTrue(name + ": " + e, e.getMessage().contains(folder.toString()));
  }

  static void assertEqual(String message, PlaidFolder expected, PlaidFolder found) {
    assertEquals(message, expected.codebook().id(), found.codebook().id());
    assertEquals(message, expected.documents(), found.documents());
    for (int doc = 0; doc < expected.documents(); doc++) {
      assertArrayEquals(message, expected.tokens(doc), found.tokens(doc));
    }
  }

  /** Ids of centroids have 16 bits, and tokens up to 1,024 dimensions. */
  public void testTooLarge() throws IOException {
    Path copy = sound(3);
    String limit = "expected 1 to 65536, the most that a segment has ids for";
    assertRefused(copy, "centroids at byte 0: found 65537, " + limit, 65_537, 8);
    assertRefused(copy, "dimension at byte 0: found 1032, expected 1 to 1024", 3, 1032);
  }

  private static void assertRefused(Path folder, String message, int centroids, int dimension)
      throws IOException {
    Path file = folder.resolve("centroids.npy");
    Files.delete(file);
    try (NpyWriter out = new NpyWriter(file, ElementType.FLOAT16, dimension)) {
      float[] row = new float[dimension];
      for (int i = 0; i < centroids; i++) {
        out.writeFloats(row, 0, dimension);
      }
      out.finish();
    }
    VectorFileException e =
        expectThrows(VectorFileException.class, () -> PlaidFolder.open(folder).close());
    assertEquals(file + ": " + message, e.getMessage());
  }

  /**
   * Numbers that are 0 are not known. Next-plaid writes them when it changes a folder that lacks
   * them.
   */
  public void testZeros() throws IOException {
    Path folder = createTempDir();
    int documents = TestUtil.nextInt(random(), 1, 9);
    RandomDirectories.write(random(), folder, 16, 4, false, documents);
    Path file = folder.resolve("metadata.json");
    String metadata = Files.readString(file);
    assertFalse(metadata, metadata.contains("num_documents"));
    Files.writeString(file, metadata.replace("{", "{\"embedding_dim\": 0,"));
    try (PlaidFolder plaid = PlaidFolder.open(folder)) {
      assertEquals(16, plaid.dimension());
      assertEquals(documents, plaid.documents());
    }
    Files.writeString(file, metadata.replace("{", "{\"num_documents\": 0,"));
    try (PlaidFolder plaid = PlaidFolder.open(folder)) {
      assertEquals(documents, plaid.documents());
    }
    String wrong = "{\"num_documents\": " + (documents + 1) + ",";
    Files.writeString(file, metadata.replace("{", wrong));
    VectorFileException e =
        expectThrows(VectorFileException.class, () -> PlaidFolder.open(folder).close());
    String found = ": num_documents at byte 0: found " + (documents + 1) + ", expected ";
    assertEquals(file + found + documents, e.getMessage());
  }

  /** A binary folder may have weights of a residual folder that it has replaced. */
  public void testWeightsBesideSigns() throws IOException {
    Path folder = createTempDir();
    RandomDirectories.write(random(), folder, 16, 1, true, TestUtil.nextInt(random(), 1, 9));
    Path file = folder.resolve("bucket_weights.npy");
    try (PlaidFolder expected = PlaidFolder.open(folder)) {
      writeWeights(file, 1 << TestUtil.nextInt(random(), 2, 8));
      try (PlaidFolder found = PlaidFolder.open(folder)) {
        assertTrue(found.isBinary());
        assertEqual("with weights", expected, found);
      }
    }
    // Residuals of one bit cannot be told from signs
    writeWeights(file, 2);
    VectorFileException e =
        expectThrows(VectorFileException.class, () -> PlaidFolder.open(folder).close());
    String found = ": file at byte 0: found weights of residuals of one bit, expected none, ";
    assertEquals(file + found + "because the folder is binary", e.getMessage());
  }

  private static void writeWeights(Path file, int n) throws IOException {
    Files.deleteIfExists(file);
    try (NpyWriter out = new NpyWriter(file, ElementType.FLOAT32)) {
      out.writeFloats(new float[n], 0, n);
      out.finish();
    }
  }

  /** Cuts, longer files and flipped bits: a clear error, or numbers of the right shape. */
  public void testRandomDamage() throws IOException {
    Path whole = sound(TestUtil.nextInt(random(), 1, 9));
    List<String> names = names(whole);
    int refused = 0;
    int damaged = atLeast(200);
    for (int i = 0; i < damaged; i++) {
      Path copy = createTempDir();
      copy(whole, copy);
      Path file = copy.resolve(RandomPicks.randomFrom(random(), names));
      byte[] bytes = Files.readAllBytes(file);
      if (bytes.length > 0 && random().nextBoolean()) {
        int at = random().nextInt(bytes.length);
        bytes[at] ^= (byte) (1 << random().nextInt(8));
      } else {
        int length = TestUtil.nextInt(random(), 0, bytes.length + 20);
        bytes = Arrays.copyOf(bytes, length);
      }
      Files.write(file, bytes);
      try (PlaidFolder directory = PlaidFolder.open(copy)) {
        for (int doc = 0; doc < directory.documents(); doc++) {
          for (float[] token : directory.tokens(doc)) {
            assertEquals(directory.dimension(), token.length);
          }
        }
      } catch (IOException e) {
        assertNamesFile(file.toString(), copy, e);
        refused++;
      }
    }
    // Half of them have another length, and numbers may have any bits
    assertTrue(refused + " of " + damaged, refused > 0 && refused < damaged);
  }

  /** A random folder that can be read. */
  private static Path sound(int documents) throws IOException {
    Path folder = createTempDir();
    RandomDirectories.write(random(), folder, 16, 4, false, documents);
    PlaidFolder.open(folder).close();
    return folder;
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      // Lucene's file systems put extra files into folders
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.startsWith("extra") == false)
          .sorted()
          .toList();
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> entries = Files.list(from)) {
      for (Path entry : entries.filter(Files::isRegularFile).toList()) {
        Files.write(to.resolve(entry.getFileName().toString()), Files.readAllBytes(entry));
      }
    }
  }
}
