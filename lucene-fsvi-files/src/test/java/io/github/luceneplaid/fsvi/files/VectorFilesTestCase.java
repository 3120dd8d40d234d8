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
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.apache.lucene.tests.util.LuceneTestCase;

/** Tests with golden files that other programs wrote, and with damaged copies of them. */
abstract class VectorFilesTestCase extends LuceneTestCase {

  /**
   * A damaged file.
   *
   * @param name name of the case
   * @param file the damaged file
   * @param base the golden file that was damaged
   * @param refused whether a reader must refuse it; if not, it may have the content of the base
   */
  record Damaged(String name, Path file, Path base, boolean refused) {}

  /** Reads everything in a file. Throws an exception if the file is damaged. */
  interface Reader {
    List<Object> readAll(Path file) throws IOException;
  }

  Path resource(String name) throws IOException {
    return getDataPath(name);
  }

  static JsonNode json(Path file) throws IOException {
    return new ObjectMapper().readTree(Files.readAllBytes(file));
  }

  /** Reads the description of a golden file. */
  static JsonNode described(Path file) throws IOException {
    String name = file.getFileName().toString();
    return json(file.resolveSibling(name.substring(0, name.lastIndexOf('.')) + ".json"));
  }

  /** Lists the golden files of a format. */
  List<Path> golden(String folder, String extension) throws IOException {
    try (Stream<Path> files = Files.list(resource(folder))) {
      List<Path> result = files.filter(f -> f.toString().endsWith(extension)).sorted().toList();
      assertFalse(result.isEmpty());
      return result;
    }
  }

  List<Damaged> damaged(String format) throws IOException {
    List<Damaged> result = new ArrayList<>();
    for (JsonNode node : json(resource("damaged/manifest.json"))) {
      if (node.get("format").asText().equals(format)) {
        result.add(
            new Damaged(
                node.get("name").asText(),
                resource("damaged/" + node.get("file").asText()),
                resource(node.get("base").asText()),
                node.get("must").asText().equals("error")));
      }
    }
    assertFalse(result.isEmpty());
    return result;
  }

  /** Damaged files are refused with a message that names them, or read as the golden file. */
  void assertDamageNoticed(String format, Reader reader) throws IOException {
    for (Damaged damaged : damaged(format)) {
      List<Object> found;
      try {
        found = reader.readAll(damaged.file());
      } catch (VectorFileException e) {
        assertNames(e, damaged.file());
        continue;
      }
      assertFalse(damaged.name() + " was read", damaged.refused());
      assertEquals(damaged.name(), reader.readAll(damaged.base()), found);
    }
  }

  static void assertNames(VectorFileException e, Path file) {
    assertTrue(e.getMessage(), e.file().startsWith(file.toString()));
    assertEquals(
        e.file()
            + ": "
            + e.field()
            + " at byte "
            + e.offset()
            + ": found "
            + e.found()
            + ", expected "
            + e.expected(),
        e.getMessage());
  }

  /** Files that were cut or had bits flipped are refused, or return any values. */
  static void assertSurvivesDamage(Path file, Reader reader) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    String name = file.getFileName().toString();
    Path damaged = createTempDir().resolve("damaged" + name.substring(name.lastIndexOf('.')));
    int refused = 0;
    for (int i = 0; i < atLeast(100); i++) {
      byte[] copy = bytes.clone();
      if (random().nextInt(4) == 0) {
        copy = Arrays.copyOf(copy, random().nextInt(copy.length + 20));
      }
      for (int flips = random().nextInt(4); flips > 0 && copy.length > 0; flips--) {
        // Most of the structure of a file is at its start.
        int bound = random().nextBoolean() ? Math.min(200, copy.length) : copy.length;
        copy[random().nextInt(bound)] ^= (byte) (1 << random().nextInt(8));
      }
      Files.write(damaged, copy);
      try {
        reader.readAll(damaged);
      } catch (VectorFileException e) {
        assertNames(e, damaged);
        refused++;
      }
    }
    // A quarter of the files is cut
    assertTrue(refused > 0);
  }

  /** A writer that is not finished leaves an existing file as it was. */
  static void assertOldFileStays(Path file) throws IOException {
    assertEquals("old", Files.readString(file));
    assertNothingBeside(file);
  }

  /** The folder has no temporary files. */
  static void assertNothingBeside(Path file) throws IOException {
    try (Stream<Path> files = Files.list(file.getParent())) {
      assertEquals(
          List.of(file),
          files.filter(f -> f.getFileName().toString().startsWith("extra") == false).toList());
    }
  }

  static Path oldFile(String name) throws IOException {
    return Files.writeString(createTempDir().resolve(name), "old");
  }
}
