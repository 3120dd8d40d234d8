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
package io.github.luceneplaid.fsvi;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32;
import org.apache.lucene.codecs.CodecUtil;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.index.CodecReader;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.store.ByteBuffersDirectory;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.IOContext;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.store.IndexOutput;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.tests.util.TestUtil;

/**
 * Damage is detected: in the meta file and in cut files by opening them, in vectors by the
 * checksum.
 */
public class TestFsviCorruption extends LuceneTestCase {

  private static final String[] EXTENSIONS = {".vemf", ".vec"};

  private static IndexWriterConfig config(FsviEncoding encoding) {
    return new IndexWriterConfig()
        .setUseCompoundFile(false)
        .setCodec(TestUtil.alwaysKnnVectorsFormat(new FsviVectorsFormat(encoding)));
  }

  private static Directory index(double share) throws IOException {
    return index(FsviEncoding.INT8_THEN_FLOAT16, VectorSimilarityFunction.COSINE, share);
  }

  private static Directory index(
      FsviEncoding encoding, VectorSimilarityFunction similarity, double share) throws IOException {
    Directory directory = new ByteBuffersDirectory();
    try (IndexWriter writer = new IndexWriter(directory, config(encoding))) {
      VectorDocuments.index(writer, 50, 5, similarity, share);
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

  private static byte[] read(Directory directory, String name) throws IOException {
    try (IndexInput in = directory.openInput(name, IOContext.DEFAULT)) {
      byte[] bytes = new byte[(int) in.length()];
      in.readBytes(bytes, 0, bytes.length);
      return bytes;
    }
  }

  /** Damages the bytes of a file. */
  private interface Damage {
    byte[] apply(byte[] bytes);
  }

  private static Directory damaged(Directory directory, String file, Damage damage)
      throws IOException {
    Directory copy = new ByteBuffersDirectory();
    for (String name : directory.listAll()) {
      byte[] bytes = read(directory, name);
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

  /** Replaces the checksum by that of the bytes. */
  private static byte[] seal(byte[] bytes) {
    CRC32 crc = new CRC32();
    crc.update(bytes, 0, bytes.length - Long.BYTES);
    long value = crc.getValue();
    for (int i = 0; i < Long.BYTES; i++) {
      bytes[bytes.length - 1 - i] = (byte) (value >>> (8 * i));
    }
    return bytes;
  }

  private static void assertNoticed(String what, IOException e) {
    boolean noticed =
        e instanceof CorruptIndexException
            // A damaged version number
            || e.getClass().getSimpleName().startsWith("IndexFormatToo");
    if (noticed == false) {
      throw new AssertionError(what, e);
    }
  }

  public void testEveryBitOfTheMetaFile() throws IOException {
    Directory directory = index(0.5);
    String file = file(directory, ".vemf");
    long bits = directory.fileLength(file) * 8;
    for (long bit = 0; bit < bits; bit++) {
      long flipped = bit;
      Directory damaged = damaged(directory, file, bytes -> flip(bytes, flipped));
      IOException e = expectThrows(IOException.class, () -> open(damaged));
      assertNoticed("bit " + bit, e);
      assertTrue("bit " + bit + ": " + e, e.getMessage().contains(file));
    }
  }

  /** Damage with a right checksum causes no other exceptions. */
  public void testSealedMetaFile() throws IOException {
    Directory directory = index(1);
    String file = file(directory, ".vemf");
    long bits = (directory.fileLength(file) - CodecUtil.footerLength()) * 8;
    int refused = 0;
    for (long bit = 0; bit < bits; bit++) {
      long flipped = bit;
      try {
        open(damaged(directory, file, bytes -> seal(flip(bytes, flipped))));
      } catch (IOException e) {
        assertNoticed("bit " + bit, e);
        refused++;
      }
    }
    // The whole header at least
    assertTrue("refused: " + refused, refused >= 8 * CodecUtil.indexHeaderLength("", ""));
  }

  public void testBitsOfTheVectorFile() throws IOException {
    Directory directory = index(0.5);
    String file = file(directory, ".vec");
    long length = directory.fileLength(file);
    for (int i = 0; i < 200; i++) {
      long bit = random().nextLong(length * 8);
      Directory damaged = damaged(directory, file, bytes -> flip(bytes, bit));
      assertNoticed("bit " + bit, expectThrows(IOException.class, () -> open(damaged)));
    }
  }

  public void testCutFiles() throws IOException {
    Directory directory = index(0.5);
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
    Directory directory = index(0.5);
    Directory other = index(0.5);
    for (String extension : EXTENSIONS) {
      byte[] foreign = read(other, file(other, extension));
      Directory damaged = damaged(directory, file(directory, extension), bytes -> foreign);
      expectThrows(CorruptIndexException.class, () -> DirectoryReader.open(damaged).close());
    }
  }

  /** Where the number of vectors of the first field is, behind numbers of one byte. */
  private static int placeOfSize() {
    int header = CodecUtil.indexHeaderLength(FsviVectorsFormat.META_CODEC, "Fsvi1_0");
    return header + Integer.BYTES + 3;
  }

  /** Replaces the number of vectors by the largest one, which takes four bytes more. */
  private static byte[] enlarge(byte[] bytes) {
    int at = placeOfSize();
    byte[] enlarged = new byte[bytes.length + 4];
    System.arraycopy(bytes, 0, enlarged, 0, at);
    Arrays.fill(enlarged, at, at + 4, (byte) 0xFF);
    enlarged[at + 4] = 7;
    System.arraycopy(bytes, at + 1, enlarged, at + 5, bytes.length - at - 1);
    return seal(enlarged);
  }

  /** No memory is allocated for more vectors than there are documents. */
  public void testTooManyVectors() throws IOException {
    Directory directory = index(FsviEncoding.FLOAT32, VectorSimilarityFunction.EUCLIDEAN, 0.5);
    Directory damaged = damaged(directory, file(directory, ".vemf"), TestFsviCorruption::enlarge);
    IOException e = expectThrows(CorruptIndexException.class, () -> open(damaged));
    String message = "vectors: found " + Integer.MAX_VALUE + ", expected at most ";
    assertTrue(e.getMessage(), e.getMessage().contains(message));
  }

  /** Moves the rows of the second field to those of the first one. */
  public void testOverlappingFields() throws IOException {
    Directory directory = new ByteBuffersDirectory();
    try (IndexWriter writer = new IndexWriter(directory, config(FsviEncoding.FLOAT32))) {
      Document document = new Document();
      document.add(new KnnFloatVectorField("first", VectorDocuments.randomVector(5)));
      document.add(new KnnFloatVectorField("second", VectorDocuments.randomVector(5)));
      writer.addDocument(document);
    }
    String file = file(directory, ".vemf");
    int first = placeOfSize() + 3;
    // Offset of the rows, three offsets of no parts, the documents, and what the next field is
    int second = first + 4 + 2 * Long.BYTES + Short.BYTES + 1 + Integer.BYTES + 6;
    byte[] bytes = read(directory, file);
    assertEquals("rows of the first field", 64, bytes[first]);
    assertEquals("rows of the second field", 0x80, bytes[second] & 0xFF);
    assertEquals("rows of the second field", 1, bytes[second + 1]);
    Directory damaged =
        damaged(
            directory,
            file,
            changed -> {
              // 64 in two bytes
              changed[second] = (byte) 0xC0;
              changed[second + 1] = 0;
              return seal(changed);
            });
    IOException e = expectThrows(CorruptIndexException.class, () -> open(damaged));
    String message = "rows of field \"second\": found 20 bytes at 64, expected them between 84 ";
    assertTrue(e.getMessage(), e.getMessage().contains(message));
  }

  /** The check of a field takes an infinite norm for right where floats cannot hold the norm. */
  public void testInfiniteNorm() throws IOException {
    Directory directory = new ByteBuffersDirectory();
    try (IndexWriter writer = new IndexWriter(directory, config(FsviEncoding.FLOAT32))) {
      Document document = new Document();
      float[] vector = {3e38f, 3e38f};
      document.add(new KnnFloatVectorField("large", vector, VectorSimilarityFunction.COSINE));
      writer.addDocument(document);
    }
    assertEquals(List.of(), problems(directory, "large"));
    // The norm follows the rows in the next place that is aligned
    Directory damaged =
        damaged(
            directory,
            file(directory, ".vec"),
            bytes -> {
              assertEquals(0x7F, bytes[128 + 3]);
              bytes[128 + 3] = 0x40;
              return seal(bytes);
            });
    List<String> problems = problems(damaged, "large");
    assertEquals(problems.toString(), 1, problems.size());
    assertTrue(
        problems.get(0), problems.get(0).startsWith("norm of vector 0: found 4.0, expected"));
  }

  private static List<String> problems(Directory directory, String field) throws IOException {
    try (DirectoryReader reader = DirectoryReader.open(directory)) {
      return VectorFieldCheck.check(getOnlyLeafReader(reader), field);
    }
  }
}
