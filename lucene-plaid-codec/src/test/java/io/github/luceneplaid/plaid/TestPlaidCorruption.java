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

package io.github.luceneplaid.plaid;

import io.github.luceneplaid.plaid.exchange.PlaidFolder;
import io.github.luceneplaid.plaid.exchange.PlaidImport;
import io.github.luceneplaid.plaid.exchange.RandomDirectories;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.LateInteractionField;
import org.apache.lucene.index.CodecReader;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.store.ByteBuffersDirectory;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.IOContext;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.store.IndexOutput;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.tests.util.TestUtil;

/** Damaged files are noticed: the meta file and cut files when opened, data by its checksum. */
public class TestPlaidCorruption extends LuceneTestCase {

  private static final String[] EXTENSIONS = {".vem", ".veq", ".vec"};

  private static Directory index() throws IOException {
    Directory directory = new ByteBuffersDirectory();
    IndexWriterConfig config =
        new IndexWriterConfig()
            .setUseCompoundFile(false)
            .setCodec(
                TestUtil.alwaysDocValuesFormat(
                    PlaidDocValuesFormat.builder().trainingThreshold(10).build()));
    try (IndexWriter writer = new IndexWriter(directory, config)) {
      for (int i = 0; i < 20; i++) {
        Document document = new Document();
        document.add(
            new LateInteractionField(
                "tokens", TokenDocuments.unit(random(), 1 + random().nextInt(20), 8)));
        writer.addDocument(document);
      }
      if (random().nextBoolean()) {
        Path folder = createTempDir();
        RandomDirectories.write(random(), folder, 8, 4, false, 10);
        try (PlaidFolder imported = PlaidFolder.open(folder)) {
          PlaidImport.into(writer, imported, "tokens", "order");
        }
      }
      writer.forceMerge(1);
    }
    return directory;
  }

  private static String file(Directory directory, String extension) throws IOException {
    for (String name : directory.listAll()) {
      if (name.endsWith(extension)) {
        return name;
      }
    }
    throw new AssertionError("there is no file " + extension);
  }

  /** What is to be done to the bytes of a file. */
  private interface Damage {
    byte[] apply(byte[] bytes);
  }

  private static Directory damaged(Directory directory, String file, Damage damage)
      throws IOException {
    Directory copy = new ByteBuffersDirectory();
    for (String name : directory.listAll()) {
      byte[] bytes;
      try (IndexInput in = directory.openInput(name, IOContext.DEFAULT)) {
        bytes = new byte[(int) in.length()];
        in.readBytes(bytes, 0, bytes.length);
      }
      if (name.equals(file)) {
        bytes = damage.apply(bytes);
      }
      try (IndexOutput out = copy.createOutput(name, IOContext.DEFAULT)) {
        out.writeBytes(bytes, bytes.length);
      }
    }
    return copy;
  }

  private static void open(Directory directory) throws IOException {
    try (DirectoryReader reader = DirectoryReader.open(directory)) {
      ((CodecReader) reader.leaves().get(0).reader()).checkIntegrity();
    }
  }

  private static byte[] flip(byte[] bytes, long bit) {
    bytes[(int) (bit / 8)] ^= (byte) (1 << bit % 8);
    return bytes;
  }

  public void testEveryBitOfTheMetaFile() throws IOException {
    Directory directory = index();
    String file = file(directory, ".vem");
    long bits = directory.fileLength(file) * 8;
    for (long bit = 0; bit < bits; bit++) {
      long flipped = bit;
      Directory damaged = damaged(directory, file, bytes -> flip(bytes, flipped));
      // Not only corrupt: of another version or another codec, for the bits that say so
      IOException e = expectThrows(IOException.class, () -> DirectoryReader.open(damaged).close());
      assertTrue(
          "bit " + bit + ": " + e,
          e instanceof CorruptIndexException
              || e.getClass().getSimpleName().startsWith("IndexFormatToo"));
      assertTrue("bit " + bit + ": " + e, e.getMessage().contains(file));
    }
  }

  public void testBitsOfDataFiles() throws IOException {
    Directory directory = index();
    for (String extension : new String[] {".veq", ".vec"}) {
      String file = file(directory, extension);
      long length = directory.fileLength(file);
      for (int i = 0; i < 200; i++) {
        long bit = random().nextLong(length * 8);
        Directory damaged = damaged(directory, file, bytes -> flip(bytes, bit));
        IOException e = expectThrows(IOException.class, () -> open(damaged));
        assertTrue(
            file + ", bit " + bit + ": " + e,
            e instanceof CorruptIndexException
                || e.getClass().getSimpleName().startsWith("IndexFormatToo"));
      }
    }
  }

  public void testCutFiles() throws IOException {
    Directory directory = index();
    for (String extension : EXTENSIONS) {
      String file = file(directory, extension);
      for (int cut = 1; cut <= 100; cut++) {
        int bytesCut = (int) Math.min(cut, directory.fileLength(file));
        Directory damaged =
            damaged(directory, file, bytes -> Arrays.copyOf(bytes, bytes.length - bytesCut));
        expectThrows(IOException.class, () -> DirectoryReader.open(damaged).close());
      }
    }
  }

  public void testForeignSegment() throws IOException {
    Directory directory = index();
    Directory other = index();
    for (String extension : EXTENSIONS) {
      String file = file(directory, extension);
      byte[] foreign;
      try (IndexInput in = other.openInput(file(other, extension), IOContext.DEFAULT)) {
        foreign = new byte[(int) in.length()];
        in.readBytes(foreign, 0, foreign.length);
      }
      Directory damaged = damaged(directory, file, bytes -> foreign);
      expectThrows(CorruptIndexException.class, () -> DirectoryReader.open(damaged).close());
    }
  }
}
