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

import static io.github.luceneplaid.plaid.TokenDocuments.addSegment;
import static io.github.luceneplaid.plaid.TokenDocuments.config;
import static io.github.luceneplaid.plaid.TokenDocuments.document;
import static io.github.luceneplaid.plaid.TokenDocuments.valuesById;

import java.io.IOException;
import java.util.NavigableMap;
import org.apache.lucene.codecs.CodecUtil;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.store.ByteBuffersDirectory;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FilterDirectory;
import org.apache.lucene.store.FilterIndexOutput;
import org.apache.lucene.store.IOContext;
import org.apache.lucene.store.IndexOutput;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.util.BytesRef;

/**
 * A writer that is wrong about what it writes: each byte of the meta file in turn, with a checksum
 * that is right. A flush or a merge then either fails, and leaves what was there before it, or its
 * segment can be opened.
 */
public class TestPlaidReadBack extends LuceneTestCase {

  private static final int DIMENSION = 8;

  /** Writes one byte of the meta file of new segments as another one. */
  private static final class WrongBytes extends FilterDirectory {
    private final long position;
    private final byte difference;
    private boolean written;

    WrongBytes(Directory directory, long position, byte difference) {
      super(directory);
      this.position = position;
      this.difference = difference;
    }

    @Override
    public IndexOutput createOutput(String name, IOContext context) throws IOException {
      IndexOutput out = super.createOutput(name, context);
      return name.endsWith(".vem") ? new WrongOutput(out) : out;
    }

    private final class WrongOutput extends FilterIndexOutput {
      WrongOutput(IndexOutput out) {
        super("wrong " + out, out.getName(), out);
      }

      @Override
      public void writeByte(byte b) throws IOException {
        boolean wrong = getFilePointer() == position;
        written |= wrong;
        super.writeByte(wrong ? (byte) (b ^ difference) : b);
      }

      @Override
      public void writeBytes(byte[] bytes, int offset, int length) throws IOException {
        for (int i = 0; i < length; i++) {
          writeByte(bytes[offset + i]);
        }
      }
    }
  }

  private static Directory copy(Directory directory) throws IOException {
    Directory copy = new ByteBuffersDirectory();
    for (String file : directory.listAll()) {
      if (file.equals(IndexWriter.WRITE_LOCK_NAME) == false) {
        copy.copyFrom(directory, file, file, IOContext.DEFAULT);
      }
    }
    return copy;
  }

  /** Two segments, with documents without tokens and odd ones if they are to be sparse. */
  private static Directory sources(PlaidDocValuesFormat format, boolean sparse) throws IOException {
    Directory directory = new ByteBuffersDirectory();
    try (IndexWriter writer = new IndexWriter(directory, config(format))) {
      addSegment(writer, random(), 0, 4, DIMENSION);
      addSegment(writer, random(), 10, 4, DIMENSION);
      if (sparse) {
        writer.addDocument(document(20));
        writer.addDocument(document(21, new BytesRef("odd")));
      }
    }
    return directory;
  }

  private interface Change {
    void apply(IndexWriter writer) throws IOException;
  }

  /** Returns whether the change failed. */
  private static boolean fails(Directory directory, PlaidDocValuesFormat format, Change change)
      throws IOException {
    try (IndexWriter writer =
        new IndexWriter(directory, config(format).setUseCompoundFile(false))) {
      change.apply(writer);
      return false;
    } catch (CorruptIndexException e) {
      assertTrue(e.toString(), e.toString().contains("_Plaid1_0.ve"));
      return true;
    } catch (IOException e) {
      // Of another codec or version, for the bytes that say so
      assertTrue(e.toString(), e.getClass().getSimpleName().startsWith("IndexFormatToo"));
      return true;
    }
  }

  private static void check(PlaidDocValuesFormat format, boolean sparse, Change change)
      throws IOException {
    Directory sources = sources(format, sparse);
    NavigableMap<Integer, BytesRef> before = valuesById(sources);
    int failures = 0;
    boolean inside = true;
    int end = CodecUtil.indexHeaderLength("PlaidMeta", "Plaid1_0");
    for (long position = 0; inside; position++) {
      Directory directory = copy(sources);
      byte difference = (byte) (random().nextBoolean() ? 1 << random().nextInt(8) : 255);
      WrongBytes wrong = new WrongBytes(directory, position, difference);
      boolean failed = fails(wrong, format, change);
      inside = wrong.written;
      assertTrue("byte " + position, failed || position >= end);
      failures += failed ? 1 : 0;
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        if (failed) {
          assertEquals(before, valuesById(reader));
        } else {
          assertFalse(reader.leaves().isEmpty());
        }
      } catch (Throwable e) {
        throw new AssertionError("byte " + position + " was written wrong by " + difference, e);
      }
    }
    // What is not noticed is what no number next to it contradicts, such as a seed
    assertTrue(failures + " failures", failures > end + 30);
  }

  private static PlaidDocValuesFormat trained() {
    return PlaidDocValuesFormat.builder().trainingThreshold(1).bits(2).tokensPerCell(8).build();
  }

  public void testMergesOfTrainedSegments() throws IOException {
    check(trained(), random().nextBoolean(), writer -> writer.forceMerge(1));
  }

  public void testMergesOfFlatSegments() throws IOException {
    PlaidDocValuesFormat format = PlaidDocValuesFormat.builder().build();
    check(format, random().nextBoolean(), writer -> writer.forceMerge(1));
  }

  public void testFlushes() throws IOException {
    check(trained(), false, writer -> addSegment(writer, random(), 30, 4, DIMENSION));
  }
}
