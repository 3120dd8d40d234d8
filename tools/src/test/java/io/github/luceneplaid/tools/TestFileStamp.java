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
import io.github.luceneplaid.plaid.PlaidDocValuesFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;

/** Changes of files that do not show in the modification time. */
public class TestFileStamp extends ChangeTestCase {
  private Path docs;

  @Override
  public void setUp() throws Exception {
    super.setUp();
    docs = folder.resolve("docs");
  }

  /** Writes the only file, and sets when it was modified. */
  private Path file(String content, FileTime time) throws IOException {
    Path file = write("docs/a.md", content);
    return Files.setLastModifiedTime(file, time);
  }

  private void assertChanged(int changed) throws IOException {
    JsonNode outcome = json(with("update", index, "--json"));
    assertEquals(outcome.toString(), changed, outcome.get("changed").size());
    assertEquals(outcome.toString(), 1 - changed, outcome.get("unchanged").asInt());
  }

  public void testSize() throws IOException {
    FileTime time = FileTime.fromMillis(12_345_678);
    file("red cat\n", time);
    run(with("index", docs, "-o", index));
    file("blue cat\n", time);
    assertChanged(1);
    assertEquals(List.of("a.md#1=a\nblue cat"), documents());
    assertChanged(0);
  }

  /** The time proves nothing if a file was modified when it was read, or later. */
  public void testTooClose() throws IOException {
    FileTime soon = FileTime.from(Instant.now().plus(Duration.ofDays(1)));
    file("red cat\n", soon);
    run(with("index", docs, "-o", index));
    String before = version();
    assertChanged(0);
    assertEquals(before, version());
    file("big cat\n", soon);
    assertChanged(1);
    assertEquals(List.of("a.md#1=a\nbig cat"), documents());
    // A time in the past is reliable
    FileTime past = FileTime.fromMillis(12_345_678);
    file("big cat\n", past);
    assertChanged(0);
    file("red cat\n", past);
    assertChanged(0);
    assertEquals(List.of("a.md#1=a\nbig cat"), documents());
  }

  public void testProof() throws IOException {
    FileTime now = FileTime.from(Instant.now());
    FileStamp close = FileStamp.of(file("red cat\n", now));
    assertEquals(new FileStamp(8, FileStamp.UNKNOWN), close);
    assertFalse(close.proves(close));
    FileStamp stamp = FileStamp.of(file("red cat\n", FileTime.fromMillis(7)));
    assertEquals(new FileStamp(8, 7_000_000), stamp);
    assertTrue(stamp.proves(stamp));
    assertFalse(stamp.proves(new FileStamp(9, 7_000_000)));
    assertFalse(stamp.proves(new FileStamp(8, 7_000_001)));
    assertTrue(new FileStamp(FileStamp.UNKNOWN, 7_000_000).proves(stamp));
  }

  /** An index that was written before sizes were kept. */
  public void testUnknownSize() throws IOException {
    Path file = file("red cat\n", FileTime.fromMillis(7));
    SourceFile source =
        new SourceFile(
            SourceFile.path(file),
            "a.md",
            SourceFile.hash(Files.readAllBytes(file)),
            FileStamp.of(file));
    try (Directory directory = FSDirectory.open(index);
        IndexWriter writer =
            new IndexWriter(directory, IndexBuilder.config(new PlaidDocValuesFormat()))) {
      Document document = new Document();
      source.addTo(document);
      document.removeField(SourceFile.SIZE);
      document.add(new StringField(IndexBuilder.ID, "a.md#1", Field.Store.YES));
      writer.addDocument(document);
    }
    run(with("update", index, docs));
    assertChanged(0);
    file("red cat\n", FileTime.fromMillis(8));
    assertChanged(0);
    String before = version();
    assertChanged(0);
    assertEquals(before, version());
  }
}
