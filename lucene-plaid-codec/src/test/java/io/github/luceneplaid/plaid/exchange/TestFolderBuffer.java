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

import io.github.luceneplaid.fsvi.files.VectorFileException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.tests.util.TestUtil;

/** Folders with a buffer of documents that next-plaid clusters later. */
public class TestFolderBuffer extends LuceneTestCase {

  private Path folder;
  private Path file;

  /** The lengths of all documents, 0 to 40. */
  private int[] lengths;

  @Override
  public void setUp() throws Exception {
    super.setUp();
    folder = createTempDir();
    file = folder.resolve("buffer_lengths.json");
  }

  private void write(boolean binary) throws IOException {
    int documents = TestUtil.nextInt(random(), 1, 40);
    RandomDirectories.write(random(), folder, 16, binary ? 1 : 4, binary, documents);
    try (PlaidFolder plaid = PlaidFolder.open(folder)) {
      lengths = new int[documents];
      Arrays.setAll(lengths, i -> plaid.tokens(i).length);
    }
  }

  private void assertRefused(int... buffer) throws IOException {
    Files.writeString(file, Arrays.toString(buffer));
    VectorFileException e =
        expectThrows(VectorFileException.class, () -> PlaidFolder.open(folder).close());
    String found = ": lengths at byte 0: found those of " + buffer.length + " documents that are ";
    assertTrue(e.getMessage(), e.getMessage().startsWith(file + found + "not the last ones"));
  }

  /** The documents of a buffer are the last ones of the folder, in one chunk or in several. */
  public void testSound() throws IOException {
    write(false);
    int from = random().nextInt(lengths.length + 1);
    int[] last = Arrays.copyOfRange(lengths, from, lengths.length);
    Files.writeString(file, Arrays.toString(last));
    try (PlaidFolder plaid = PlaidFolder.open(folder)) {
      assertEquals(lengths.length, plaid.documents());
    }
  }

  /** While next-plaid clusters documents, it has deleted them from the chunks. */
  public void testOnlyInBuffer() throws IOException {
    write(false);
    int[] deleted = {41 + random().nextInt(9)};
    assertRefused(deleted);
    assertRefused(IntStream.concat(Arrays.stream(lengths), Arrays.stream(deleted)).toArray());
    // Of more documents than there are, although the last ones fit
    assertRefused(IntStream.concat(Arrays.stream(deleted), Arrays.stream(lengths)).toArray());
  }

  /** Binary folders have no buffer, but may be written over another folder. */
  public void testBinary() throws IOException {
    write(true);
    Files.writeString(file, "[41, 42]");
    try (PlaidFolder plaid = PlaidFolder.open(folder)) {
      assertEquals(lengths.length, plaid.documents());
    }
  }
}
