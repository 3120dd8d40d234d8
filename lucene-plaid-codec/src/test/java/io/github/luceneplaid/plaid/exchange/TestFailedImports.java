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

import io.github.luceneplaid.fsvi.files.NpyFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.LateInteractionField;
import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.LogDocMergePolicy;
import org.apache.lucene.index.SegmentInfos;
import org.apache.lucene.tests.store.MockDirectoryWrapper;
import org.apache.lucene.util.BytesRef;

/** An import that fails leaves index, commit and near-real-time reader as they were. */
public class TestFailedImports extends ImportTestCase {

  private static final int DIMENSION = 16;
  private static final int BITS = 4;

  /** Throws at the n-th place of an import where a directory may throw. */
  private static final class Fault extends MockDirectoryWrapper.Failure {
    private final int n;
    private int places;
    private boolean thrown;

    Fault(int n) {
      this.n = n;
    }

    @Override
    public void eval(MockDirectoryWrapper directory) throws IOException {
      if (doFail
          && callStackContains(IndexWriter.class, "addIndexesReaderMerge")
          && callStackContainsAnyOf("deleteFile", "closeWhileHandlingException") == false
          && ++places == n) {
        thrown = true;
        throw new IOException("injected at " + n);
      }
    }
  }

  private interface Import {
    void into(IndexWriter writer) throws IOException;
  }

  private static Path write(int documents) throws IOException {
    Path folder = createTempDir();
    RandomDirectories.write(random(), folder, DIMENSION, BITS, false, documents);
    return folder;
  }

  private static IndexWriterConfig smallConfig() {
    // The same steps each time
    LogDocMergePolicy merges = new LogDocMergePolicy();
    merges.setNoCFSRatio(0);
    return config().setMergePolicy(merges);
  }

  private static void addOwn(IndexWriter writer) throws IOException {
    Document document = new Document();
    document.add(new LateInteractionField(FIELD, RandomDirectories.tokens(random(), 5, DIMENSION)));
    writer.addDocument(document);
  }

  /** Everything that a reader shows of the field, and how many documents it has. */
  private static List<BytesRef> values(DirectoryReader reader) throws IOException {
    List<BytesRef> all = new ArrayList<>();
    for (LeafReaderContext context : reader.leaves()) {
      BinaryDocValues values = context.reader().getBinaryDocValues(FIELD);
      for (int doc = 0; doc < context.reader().maxDoc(); doc++) {
        boolean hasTokens = values != null && values.advanceExact(doc);
        all.add(hasTokens ? BytesRef.deepCopyOf(values.binaryValue()) : null);
      }
    }
    return all;
  }

  private static MockDirectoryWrapper newIndex() {
    MockDirectoryWrapper directory = newMockDirectory();
    directory.setAssertNoUnrefencedFilesOnClose(true);
    return directory;
  }

  /** Imports into an index with committed and uncommitted documents. */
  private static void check(MockDirectoryWrapper index, Import failing) throws IOException {
    try (IndexWriter writer = new IndexWriter(index, smallConfig())) {
      addOwn(writer);
      writer.commit();
      long generation = SegmentInfos.getLastCommitGeneration(index);
      List<BytesRef> committed;
      try (DirectoryReader reader = DirectoryReader.open(index)) {
        committed = values(reader);
      }
      addOwn(writer);
      try (DirectoryReader live = DirectoryReader.open(writer)) {
        List<BytesRef> before = values(live);
        expectThrows(Exception.class, () -> failing.into(writer));
        assertEquals(before, values(live));
        try (DirectoryReader again = DirectoryReader.open(writer)) {
          assertEquals(before, values(again));
        }
        assertEquals(generation, SegmentInfos.getLastCommitGeneration(index));
        try (DirectoryReader reader = DirectoryReader.open(index)) {
          assertEquals(committed, values(reader));
        }
        writer.commit();
        try (DirectoryReader reader = DirectoryReader.open(index)) {
          assertEquals(before, values(reader));
        }
      }
      // The writer still works
      try (PlaidFolder plaid = PlaidFolder.open(write(10))) {
        PlaidImport.into(writer, plaid, FIELD, ORDER);
        assertEquals(2 + plaid.documents(), writer.getDocStats().numDocs);
      }
    }
  }

  public void testFaultAnywhere() throws IOException {
    Path folder = write(40);
    Fault none = new Fault(0);
    try (MockDirectoryWrapper index = newIndex();
        PlaidFolder plaid = PlaidFolder.open(folder);
        IndexWriter writer = new IndexWriter(index, smallConfig())) {
      index.failOn(none);
      none.setDoFail();
      PlaidImport.into(writer, plaid, FIELD, ORDER);
      none.clearDoFail();
    }
    assertTrue(none.places + " places", none.places > 20);
    for (int i = 0; i < atLeast(10); i++) {
      Fault fault = new Fault(1 + random().nextInt(none.places));
      try (MockDirectoryWrapper index = newIndex();
          PlaidFolder plaid = PlaidFolder.open(folder)) {
        index.failOn(fault);
        Import failing =
            writer -> {
              fault.setDoFail();
              try {
                PlaidImport.into(writer, plaid, FIELD, ORDER);
              } finally {
                fault.clearDoFail();
              }
            };
        check(index, failing);
        assertTrue(fault.thrown);
      }
    }
  }

  /** A folder that is changed after it was checked. */
  public void testDamageInTheMiddle() throws IOException {
    for (int i = 0; i < atLeast(3); i++) {
      Path folder = write(40);
      try (MockDirectoryWrapper index = newIndex();
          PlaidFolder plaid = PlaidFolder.open(folder)) {
        damageCode(folder.resolve("0.codes.npy"));
        check(index, writer -> PlaidImport.into(writer, plaid, FIELD, ORDER));
      }
    }
  }

  /** Overwrites one of the codes, in the same file, with one of no centroid. */
  private static void damageCode(Path file) throws IOException {
    long codes;
    try (NpyFile array = NpyFile.open(file)) {
      codes = array.size();
    }
    ByteBuffer code = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    code.putLong(random().nextBoolean() ? 1 << 20 : -1).flip();
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.write(code, channel.size() - Long.BYTES * (1 + random().nextLong(codes)));
    }
  }
}
