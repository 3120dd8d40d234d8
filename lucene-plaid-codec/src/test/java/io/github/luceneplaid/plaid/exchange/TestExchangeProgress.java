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

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.store.Directory;
import org.apache.lucene.tests.util.TestUtil;

/** Tests that observers see all steps of imports and exports. */
public class TestExchangeProgress extends ImportTestCase {

  private int documents;
  private long last;
  private long calls;

  /** Progress never goes back, nor beyond its end. */
  private void step(long done, long all) {
    assertTrue(done + " after " + last, done >= last);
    assertTrue(done + " of " + all, done <= all && all >= documents);
    last = done;
    calls++;
  }

  public void testThereAndBack() throws IOException {
    Path source = createTempDir();
    // Enough that some of them have tokens
    documents = TestUtil.nextInt(random(), 5, 60);
    RandomDirectories.write(random(), source, 16, 4, false, documents);
    try (PlaidFolder plaid = PlaidFolder.open(source);
        Directory directory = newDirectory()) {
      try (IndexWriter writer = writer(directory)) {
        BareReader others = new BareReader(documents);
        PlaidImport.into(writer, plaid, FIELD, ORDER, others, this::step);
      }
      assertTrue("calls: " + calls, calls >= documents);
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        exportWithFile(reader, PlaidExport.Options.ofDefaults().orderedBy(ORDER));
        assertEquals(documents, last);
      }
    }
  }

  private void exportWithFile(DirectoryReader reader, PlaidExport.Options options)
      throws IOException {
    Path target = createTempDir().resolve("out");
    last = 0;
    PlaidExport.Companion companion =
        new PlaidExport.Companion() {
          @Override
          public void progress(long done, long all) {
            step(done, all);
          }

          @Override
          public void complete(Path folder, int[] numbers) throws IOException {
            assertFalse("not in its place yet", Files.exists(target));
            assertEquals(documents, numbers.length);
            for (int i = 1; i < numbers.length; i++) {
              assertTrue(numbers[i - 1] < numbers[i]);
            }
            Files.writeString(folder.resolve("more"), "more");
          }
        };
    PlaidExport.to(reader, FIELD, target, options, companion);
    assertEquals("more", Files.readString(target.resolve("more")));

    PlaidExport.Companion failing =
        new PlaidExport.Companion() {
          @Override
          public void complete(Path folder, int[] numbers) throws IOException {
            throw new IOException("no room");
          }
        };
    Path other = target.resolveSibling("other");
    expectThrows(IOException.class, () -> PlaidExport.to(reader, FIELD, other, options, failing));
    assertFalse(Files.exists(other));
  }
}
