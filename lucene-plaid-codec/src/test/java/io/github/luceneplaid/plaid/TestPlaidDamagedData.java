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

import static io.github.luceneplaid.plaid.TokenDocuments.FIELD;
import static io.github.luceneplaid.plaid.TokenDocuments.anyLength;
import static io.github.luceneplaid.plaid.TokenDocuments.config;
import static io.github.luceneplaid.plaid.TokenDocuments.document;
import static io.github.luceneplaid.plaid.TokenDocuments.unit;

import io.github.luceneplaid.plaid.exchange.PlaidFolder;
import io.github.luceneplaid.plaid.exchange.PlaidImport;
import io.github.luceneplaid.plaid.exchange.RandomDirectories;
import io.github.luceneplaid.plaid.segment.PlaidSegment;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import org.apache.lucene.codecs.CodecUtil;
import org.apache.lucene.codecs.lucene90.IndexedDISI;
import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.store.ByteBuffersDirectory;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.IOContext;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.store.IndexOutput;
import org.apache.lucene.tests.util.LuceneTestCase;

/**
 * Reading data files without verifying their checksums first, as every search does. Damage may go
 * unnoticed then, but it neither hangs nor exhausts the memory, and what is thrown says that the
 * index is corrupt.
 */
public class TestPlaidDamagedData extends LuceneTestCase {

  private static final int DIMENSION = 6;

  private static Directory index(PlaidDocValuesFormat format, boolean sparse, PlaidFolder imported)
      throws IOException {
    Directory directory = new ByteBuffersDirectory();
    try (IndexWriter writer =
        new IndexWriter(directory, config(format).setUseCompoundFile(false))) {
      for (int id = 0; id < 30; id++) {
        if (sparse && id % 7 == 3) {
          writer.addDocument(document(id));
        } else if (sparse && id % 11 == 5) {
          writer.addDocument(document(id, newBytesRef("odd " + id)));
        } else {
          int n = 1 + random().nextInt(20);
          writer.addDocument(
              document(
                  id, sparse ? anyLength(random(), n, DIMENSION) : unit(random(), n, DIMENSION)));
        }
        if (id % 10 == 9) {
          writer.commit();
        }
      }
      if (imported != null) {
        PlaidImport.into(writer, imported, FIELD, "order");
      }
      writer.forceMerge(1);
    }
    return directory;
  }

  private static String file(Directory directory, String extension) throws IOException {
    return Arrays.stream(directory.listAll())
        .filter(name -> name.endsWith(extension))
        .findFirst()
        .orElseThrow();
  }

  private static byte[] read(Directory directory, String file) throws IOException {
    try (IndexInput in = directory.openInput(file, IOContext.DEFAULT)) {
      byte[] bytes = new byte[Math.toIntExact(in.length())];
      in.readBytes(bytes, 0, bytes.length);
      return bytes;
    }
  }

  private static void write(Directory directory, String file, byte[] bytes) throws IOException {
    directory.deleteFile(file);
    try (IndexOutput out = directory.createOutput(file, IOContext.DEFAULT)) {
      out.writeBytes(bytes, bytes.length);
    }
  }

  private interface Reading {
    void read(LeafReader reader) throws IOException;
  }

  /** Reads in all ways, each of which ends or is refused; returns whether all were refused. */
  private static boolean readDamaged(Directory directory, String file, byte[] bytes, String what)
      throws IOException {
    write(directory, file, bytes);
    int refused = 0;
    Reading[] readings = {
      TestPlaidDamagedData::readForward,
      TestPlaidDamagedData::readAnywhere,
      TestPlaidDamagedData::readSegment,
      TestPlaidDamagedData::search
    };
    for (Reading reading : readings) {
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        reading.read(reader.leaves().get(0).reader());
      } catch (IOException e) {
        // An end of file that Lucene comes upon has no message where files are in memory
        if (e instanceof EOFException == false && e.toString().contains(file) == false) {
          throw new AssertionError(what + ": which file is it?", e);
        }
        refused++;
      } catch (AssertionError e) {
        // Lucene's own doubts about documents, which it has with its own formats as well
        if (e.getStackTrace()[0].getClassName().startsWith(IndexedDISI.class.getName()) == false) {
          throw new AssertionError(what, e);
        }
      } catch (Throwable e) {
        throw new AssertionError(what, e);
      }
    }
    return refused == readings.length;
  }

  private static void readForward(LeafReader reader) throws IOException {
    BinaryDocValues values = reader.getBinaryDocValues(FIELD);
    int previous = -1;
    for (int doc = values.nextDoc(); doc != DocIdSetIterator.NO_MORE_DOCS; doc = values.nextDoc()) {
      assertTrue("from " + previous + " to " + doc, doc > previous);
      previous = doc;
      values.binaryValue();
    }
  }

  private static void readAnywhere(LeafReader reader) throws IOException {
    BinaryDocValues values = reader.getBinaryDocValues(FIELD);
    for (int doc = 0; doc < reader.maxDoc(); doc += 1 + random().nextInt(3)) {
      if (random().nextBoolean()) {
        int found = values.advance(doc);
        assertTrue("from " + doc + " to " + found, found >= doc);
        doc = found;
      } else if (values.advanceExact(doc)) {
        values.binaryValue();
      }
      if (doc >= reader.maxDoc()) {
        return;
      }
    }
  }

  private static void readSegment(LeafReader reader) throws IOException {
    PlaidSegment segment = PlaidSegment.of(reader, FIELD);
    assertNotNull(segment.entry());
    for (int doc = 0; doc < reader.maxDoc(); doc++) {
      segment.ordinal(doc);
    }
    for (int ordinal = 0; ordinal < segment.documents(); ordinal++) {
      int n = segment.tokenCount(ordinal);
      float[] tokens = new float[n * DIMENSION];
      segment.tokens(ordinal, 0, n, tokens);
      if (segment.imported(ordinal) != null) {
        segment.codes().importedCodes(ordinal, 0, n, new int[n], new byte[n * DIMENSION]);
      }
      segment.document(ordinal);
    }
  }

  private static void search(LeafReader reader) throws IOException {
    IndexSearcher searcher = new IndexSearcher(reader);
    for (int k : new int[] {1, 10}) {
      float[][] query = unit(random(), 3, DIMENSION);
      searcher.search(new LateInteractionQuery(FIELD, query, k), k);
    }
  }

  private static void damage(PlaidDocValuesFormat format, boolean sparse) throws IOException {
    damage(format, sparse, null);
  }

  private static void damage(PlaidDocValuesFormat format, boolean sparse, PlaidFolder imported)
      throws IOException {
    Directory directory = index(format, sparse, imported);
    for (String extension : new String[] {".veq", ".vec"}) {
      String file = file(directory, extension);
      byte[] bytes = read(directory, file);
      // Damage to headers is noticed when they are read, by Lucene's own means
      String codec = extension.equals(".veq") ? "PlaidData" : "PlaidVectors";
      int header = CodecUtil.indexHeaderLength(codec, "Plaid1_0");
      for (int i = header; i < bytes.length; i += 1 + random().nextInt(5)) {
        byte[] damaged = bytes.clone();
        int bit = random().nextInt(9);
        damaged[i] ^= (byte) (bit == 8 ? 0xff : 1 << bit);
        String what = file + ", byte " + i + ", bit " + bit;
        boolean refused = readDamaged(directory, file, damaged, what);
        // The footer, without its checksum, is looked at whenever a file is opened
        boolean footer =
            i >= bytes.length - CodecUtil.footerLength() && i < bytes.length - Long.BYTES;
        assertTrue(what, refused || footer == false);
      }
      // Larger damage, as by a page that was not written
      for (int i = 0; i < 100; i++) {
        byte[] damaged = bytes.clone();
        int from = header + random().nextInt(bytes.length - header);
        int to = Math.min(bytes.length, from + 1 + random().nextInt(200));
        byte fill = (byte) (random().nextInt(3) - 1);
        for (int j = from; j < to; j++) {
          damaged[j] = fill == 1 ? (byte) random().nextInt(256) : fill;
        }
        readDamaged(directory, file, damaged, file + ", from " + from + " to " + to);
      }
      write(directory, file, bytes);
    }
    // Nothing is wrong with what is not damaged
    try (DirectoryReader reader = DirectoryReader.open(directory)) {
      LeafReader leaf = reader.leaves().get(0).reader();
      readForward(leaf);
      readAnywhere(leaf);
      readSegment(leaf);
      search(leaf);
    }
  }

  private static PlaidDocValuesFormat.Builder trained() {
    return PlaidDocValuesFormat.builder().trainingThreshold(1).tokensPerCell(4);
  }

  public void testTrained() throws IOException {
    damage(trained().build(), false);
  }

  public void testTrainedWithEscapesAndLengths() throws IOException {
    damage(trained().raw(RawTokens.FLOAT16).build(), true);
  }

  public void testTrainedWithoutRawTokens() throws IOException {
    damage(trained().bits(2).build(), true);
  }

  public void testImported() throws IOException {
    boolean binary = random().nextBoolean();
    int bits = binary ? 1 : 4;
    Path folder = createTempDir();
    RandomDirectories.write(random(), folder, DIMENSION, bits, binary, 4);
    try (PlaidFolder imported = PlaidFolder.open(folder)) {
      damage(trained().bits(bits).build(), random().nextBoolean(), imported);
    }
  }

  public void testFlat() throws IOException {
    damage(PlaidDocValuesFormat.builder().build(), random().nextBoolean());
  }
}
