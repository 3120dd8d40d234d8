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
package io.github.luceneplaid.tests;

import io.github.luceneplaid.fsvi.ExactKnnQuery;
import io.github.luceneplaid.plaid.LateInteractionQuery;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.zip.CRC32;
import org.apache.lucene.codecs.CodecUtil;
import org.apache.lucene.index.CodecReader;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexFormatTooNewException;
import org.apache.lucene.index.IndexFormatTooOldException;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.SerialMergeScheduler;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.store.ByteBuffersDirectory;
import org.apache.lucene.store.Directory;
import org.apache.lucene.tests.util.LuceneTestCase;

/**
 * Files of both formats that are damaged, cut, swapped between segments or of another version.
 * Damage is noticed when a file is opened or by {@code checkIntegrity}. Without that check, it can
 * change a score and nothing else.
 */
public class TestDamage extends LuceneTestCase {

  private final long seed = random().nextLong();

  /** Whether a file is of one of the formats, and not of what they delegate to. */
  private static boolean isOurs(String file) {
    return file.matches(".*_Plaid1_.*\\.(vem|veq|vec)|.*_FsviHnsw1_.*\\.(vemf|vec)");
  }

  /** An index of two segments, in memory, as bytes by the names of its files. */
  private Map<String, byte[]> index() throws IOException {
    try (Directory directory = new ByteBuffersDirectory()) {
      try (IndexWriter writer =
          EndlessWriter.open(directory, new Random(seed), new SerialMergeScheduler())) {
        writer.getConfig().setUseCompoundFile(false);
        SortedMap<Integer, Integer> documents = new TreeMap<>();
        for (int n = 1; n <= 6; n++) {
          EndlessWriter.commit(writer, seed, n, documents, n == 3 || n == 5);
        }
      }
      return IndexFiles.read(directory);
    }
  }

  private static Directory with(Map<String, byte[]> files, String damaged, byte[] bytes)
      throws IOException {
    Map<String, byte[]> all = new TreeMap<>(files);
    if (damaged != null) {
      all.put(damaged, bytes);
    }
    Directory directory = new ByteBuffersDirectory();
    IndexFiles.write(directory, all);
    return directory;
  }

  private static List<String> ours(Map<String, byte[]> files) {
    List<String> ours = files.keySet().stream().filter(TestDamage::isOurs).toList();
    assertTrue(files.keySet().toString(), ours.size() >= 5);
    return ours;
  }

  private static void openAndCheck(Directory directory) throws IOException {
    try (DirectoryReader reader = DirectoryReader.open(directory)) {
      for (LeafReaderContext leaf : reader.leaves()) {
        ((CodecReader) leaf.reader()).checkIntegrity();
      }
    }
  }

  /** Opens, checks and expects to be refused, with a message that names the file. */
  private static void assertNoticed(
      Map<String, byte[]> files, String file, byte[] damaged, String what) throws IOException {
    try (Directory directory = with(files, file, damaged)) {
      IOException e = expectThrows(IOException.class, () -> openAndCheck(directory));
      assertTrue(what + ": " + e, e instanceof CorruptIndexException || isVersion(e));
      assertTrue(what + ": " + e, names(e, file));
    } catch (AssertionError e) {
      throw new AssertionError(file + ", " + what, e);
    }
  }

  /** For an empty file, Lucene names the file in the cause. */
  private static boolean names(Throwable e, String file) {
    return e != null && (e.toString().contains(file) || names(e.getCause(), file));
  }

  private static boolean isVersion(IOException e) {
    return e instanceof IndexFormatTooNewException || e instanceof IndexFormatTooOldException;
  }

  /** Undamaged files are opened, so the other tests show the effect of damage. */
  public void testWhole() throws IOException {
    Map<String, byte[]> files = index();
    try (Directory directory = with(files, null, null)) {
      openAndCheck(directory);
    }
  }

  public void testCuts() throws IOException {
    Map<String, byte[]> files = index();
    int tried = 0;
    for (String file : ours(files)) {
      byte[] bytes = files.get(file);
      int step = TEST_NIGHTLY ? 64 : Math.max(64, bytes.length / 64 / 20 * 64);
      for (int length = 0; length < bytes.length; length += step, tried++) {
        assertNoticed(files, file, Arrays.copyOf(bytes, length), "cut to " + length);
      }
      for (int cut = 1; cut <= 100 && cut < bytes.length; cut++, tried++) {
        assertNoticed(files, file, Arrays.copyOf(bytes, bytes.length - cut), "short by " + cut);
      }
      assertNoticed(files, file, Arrays.copyOf(bytes, bytes.length + 1), "longer by 1");
      tried++;
    }
    report("cuts", tried);
  }

  public void testBits() throws IOException {
    Map<String, byte[]> files = index();
    int tried = 0;
    for (String file : ours(files)) {
      byte[] bytes = files.get(file);
      boolean meta = file.endsWith(".vem") || file.endsWith(".vemf");
      int step = meta ? 1 : TEST_NIGHTLY ? 67 : Math.max(67, bytes.length * 8 / 200);
      for (long bit = 0;
          bit < bytes.length * 8L;
          bit += meta ? 1 : 1 + random().nextInt(2 * step)) {
        byte[] damaged = bytes.clone();
        damaged[(int) (bit / 8)] ^= (byte) (1 << bit % 8);
        assertNoticed(files, file, damaged, "bit " + bit);
        tried++;
      }
    }
    report("flipped bits", tried);
  }

  /** The same file of another segment, and of the same segment of another index. */
  public void testSwaps() throws IOException {
    Map<String, byte[]> files = index();
    Map<String, byte[]> others = index();
    int tried = 0;
    for (String file : ours(files)) {
      String suffix = file.substring(file.indexOf('_', 1));
      for (String other : ours(files)) {
        if (other.equals(file) == false && other.endsWith(suffix)) {
          assertNoticed(files, file, files.get(other), "the one of " + other);
          tried++;
        }
      }
      assertNoticed(files, file, others.get(file), "the one of another index");
      tried++;
    }
    report("swapped files", tried);
  }

  /** Versions that never existed or do not exist yet, with correct checksums. */
  public void testVersions() throws IOException {
    Map<String, byte[]> files = index();
    int tried = 0;
    for (String file : ours(files)) {
      byte[] bytes = files.get(file);
      int at = versionOffset(bytes);
      int version = ByteBuffer.wrap(bytes).getInt(at);
      for (int other : new int[] {-1, Integer.MIN_VALUE, version + 1, Integer.MAX_VALUE}) {
        byte[] damaged = bytes.clone();
        ByteBuffer.wrap(damaged).putInt(at, other);
        seal(damaged);
        assertNoticed(files, file, damaged, "version " + other);
        try (Directory directory = with(files, file, damaged)) {
          IOException e = expectThrows(IOException.class, () -> openAndCheck(directory));
          assertTrue(file + ", version " + other + ": " + e, isVersion(e));
        }
        tried++;
      }
    }
    report("versions", tried);
  }

  /** The offset of the version: after the magic number and the name of the codec. */
  private static int versionOffset(byte[] bytes) {
    assertEquals(CodecUtil.CODEC_MAGIC, ByteBuffer.wrap(bytes).getInt(0));
    return Integer.BYTES + 1 + bytes[Integer.BYTES];
  }

  /** Writes the correct checksum of the bytes. */
  private static void seal(byte[] bytes) {
    CRC32 checksum = new CRC32();
    checksum.update(bytes, 0, bytes.length - Long.BYTES);
    ByteBuffer.wrap(bytes).putLong(bytes.length - Long.BYTES, checksum.getValue());
  }

  /** Searches of damaged data without a check end with hits or with an IOException. */
  public void testUnchecked() throws IOException {
    Map<String, byte[]> files = index();
    int tried = 0;
    int refused = 0;
    List<String> data = new ArrayList<>(ours(files));
    // Headers and footers are read, and checked, when a file is opened
    int header = 64;
    data.removeIf(
        file ->
            file.endsWith(".vem")
                || file.endsWith(".vemf")
                || files.get(file).length <= header + CodecUtil.footerLength());
    for (int i = 0; i < (TEST_NIGHTLY ? 5000 : 200); i++, tried++) {
      String file = data.get(random().nextInt(data.size()));
      byte[] damaged = files.get(file).clone();
      int bit = random().nextInt(header * 8, (damaged.length - CodecUtil.footerLength()) * 8);
      damaged[bit / 8] ^= (byte) (1 << bit % 8);
      try (Directory directory = with(files, file, damaged);
          DirectoryReader reader = DirectoryReader.open(directory)) {
        IndexSearcher searcher = new IndexSearcher(reader);
        float[] vector = UnitVectors.random(random(), EndlessWriter.DIMENSION);
        float[][] query = {vector};
        int k = 5;
        searcher.search(new LateInteractionQuery(EndlessWriter.TOKENS, query, k), k);
        searcher.search(new ExactKnnQuery(EndlessWriter.VECTOR, vector, k), k);
      } catch (IOException e) {
        refused++;
      } catch (Throwable e) {
        throw new AssertionError(file + ", bit " + bit, e);
      }
    }
    report("unchecked bits, " + refused + " of them refused,", tried);
  }

  private static void report(String what, int tried) {
    if (TEST_NIGHTLY) {
      System.out.println(what + " tried: " + tried);
    }
  }
}
