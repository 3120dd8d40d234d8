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

import io.github.luceneplaid.fsvi.files.ElementType;
import io.github.luceneplaid.fsvi.files.NpyFile;
import io.github.luceneplaid.fsvi.files.NpyWriter;
import io.github.luceneplaid.fsvi.files.VectorFileException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Stream;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.tests.util.TestUtil;

/** Directories as fast-plaid 1.7 leaves them: codes and residuals are in the merged files only. */
public class TestMergedChunks extends LuceneTestCase {

  private Path chunks;
  private Path merged;

  @Override
  public void setUp() throws Exception {
    super.setUp();
    chunks = createTempDir();
    merged = createTempDir();
    int documents = TestUtil.nextInt(random(), 20, 60);
    RandomDirectories.write(random(), chunks, 16, 4, false, documents);
    try (Stream<Path> files = Files.list(chunks)) {
      for (Path file : files.toList()) {
        String name = file.getFileName().toString();
        // Lucene's file systems put extra files into folders
        if (name.startsWith("extra") == false) {
          Files.copy(file, merged.resolve(name));
        }
      }
    }
    int padding = random().nextInt(3);
    merge("codes", ElementType.INT64, padding);
    merge("residuals", ElementType.UINT8, padding, 16 * 4 / 8);
    Path metadata = merged.resolve("metadata.json");
    String frozen =
        Files.readString(metadata).replace("{", "{\"frozen\": true, \"mutable\": true,");
    Files.writeString(metadata, frozen);
  }

  private void merge(String name, ElementType type, int padding, int... rowShape)
      throws IOException {
    Path file = merged.resolve("merged_" + name + ".npy");
    try (NpyWriter out = new NpyWriter(file, type, rowShape)) {
      long row = 0;
      for (int i = 0; Files.exists(chunk(i, name)); i++) {
        try (NpyFile array = NpyFile.open(chunk(i, name))) {
          row = array.rowSize();
          write(array, out);
        }
        Files.delete(chunk(i, name));
      }
      for (long i = 0; i < padding * row; i++) {
        out.writeLongs(new long[] {255}, 0, 1);
      }
      out.finish();
    }
  }

  private static void write(NpyFile array, NpyWriter out) throws IOException {
    for (long i = 0; i < array.size(); i++) {
      out.writeLongs(new long[] {array.longAt(i)}, 0, 1);
    }
  }

  private Path chunk(int number, String name) {
    return merged.resolve(number + "." + name + ".npy");
  }

  public void testSameTokens() throws IOException {
    try (PlaidFolder expected = PlaidFolder.open(chunks);
        PlaidFolder found = PlaidFolder.open(merged)) {
      TestDamagedDirectories.assertEqual("merged", expected, found);
    }
  }

  private Path lengths(int chunk) {
    return merged.resolve("doclens." + chunk + ".json");
  }

  /** Writes the files of a chunk that has no documents any more. */
  private void writeEmpty(int chunk) throws IOException {
    Files.writeString(lengths(chunk), "[]");
    for (String name : List.of("codes", "residuals")) {
      boolean codes = name.equals("codes");
      ElementType type = codes ? ElementType.INT64 : ElementType.UINT8;
      int[] rowShape = codes ? new int[0] : new int[] {16 * 4 / 8};
      try (NpyWriter out = new NpyWriter(chunk(chunk, name), type, rowShape)) {
        out.finish();
      }
    }
  }

  /** A chunk without tokens is not merged. Its own files stay, whichever chunk it is. */
  public void testEmptiedChunk() throws IOException {
    int count = PlaidFolderMetadata.read(merged).chunks();
    int emptied = random().nextInt(count + 1);
    for (int i = count; i > emptied; i--) {
      Files.move(lengths(i - 1), lengths(i), StandardCopyOption.ATOMIC_MOVE);
    }
    writeEmpty(emptied);
    Path metadata = merged.resolve("metadata.json");
    String more = "\"num_chunks\":" + (count + 1);
    Files.writeString(
        metadata, Files.readString(metadata).replaceAll("\"num_chunks\": *\\d+", more));
    testSameTokens();
  }

  public void testAllChunksEmptied() throws IOException {
    int count = PlaidFolderMetadata.read(merged).chunks();
    for (int i = 0; i < count; i++) {
      writeEmpty(i);
    }
    if (random().nextBoolean()) {
      Files.delete(merged.resolve("merged_codes.npy"));
      Files.delete(merged.resolve("merged_residuals.npy"));
    }
    try (PlaidFolder found = PlaidFolder.open(merged)) {
      assertEquals(0, found.documents());
      assertEquals(0, found.tokens());
    }
  }

  /** Rows after those of the document lengths belong to no document. */
  public void testMissingRows() throws IOException {
    Path codes = merged.resolve("merged_codes.npy");
    Path whole = Files.move(codes, merged.resolve("whole"), StandardCopyOption.ATOMIC_MOVE);
    try (NpyFile array = NpyFile.open(whole);
        NpyWriter out = new NpyWriter(codes, ElementType.INT64)) {
      for (long i = 0; i < array.size() / 2; i++) {
        out.writeLongs(new long[] {array.longAt(i)}, 0, 1);
      }
      out.finish();
    }
    VectorFileException e =
        expectThrows(VectorFileException.class, () -> PlaidFolder.open(merged).close());
    // Of a chunk that still finds its codes, residuals are not as many as there are codes
    assertTrue(e.getMessage(), e.getMessage().matches(".*(sum of lengths|shape) at byte 0.*"));
  }

  /** Chunks of an update are newer than the merged files. */
  public void testChunkBesideThem() throws IOException {
    Path newer = chunk(1, "codes");
    Files.writeString(merged.resolve("doclens.1.json"), "[1]");
    Files.copy(chunks.resolve("0.codes.npy"), newer);
    String metadata = Files.readString(merged.resolve("metadata.json"));
    Files.writeString(
        merged.resolve("metadata.json"),
        metadata.replaceAll("\"num_chunks\": *\\d+", "\"num_chunks\":2"));
    VectorFileException e =
        expectThrows(VectorFileException.class, () -> PlaidFolder.open(merged).close());
    assertTrue(e.getMessage(), e.getMessage().startsWith(newer.toString()));
  }

  /** Merged files are not read unless the metadata state that there are no other files. */
  public void testNotFrozen() throws IOException {
    Path metadata = merged.resolve("metadata.json");
    Files.writeString(
        metadata, Files.readString(metadata).replace("\"frozen\": true", "\"frozen\": false"));
    expectThrows(NoSuchFileException.class, () -> PlaidFolder.open(merged).close());
  }
}
