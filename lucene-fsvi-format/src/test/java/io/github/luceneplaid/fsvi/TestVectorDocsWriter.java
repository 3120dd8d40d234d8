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
import java.nio.ByteBuffer;
import java.util.List;
import org.apache.lucene.codecs.lucene95.OrdToDocDISIReaderConfiguration;
import org.apache.lucene.index.DocsWithFieldSet;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.store.ByteBuffersDataInput;
import org.apache.lucene.store.ByteBuffersDataOutput;
import org.apache.lucene.store.ByteBuffersIndexInput;
import org.apache.lucene.store.ByteBuffersIndexOutput;
import org.apache.lucene.store.IndexOutput;
import org.apache.lucene.tests.util.LuceneTestCase;

/**
 * Documents are written in the same bytes as Lucene writes them. Damaged numbers are refused before
 * memory is allocated for them.
 */
public class TestVectorDocsWriter extends LuceneTestCase {

  /** Iterates over documents that have no vectors. */
  private static RowCursor rows(DocIdSetIterator docs) {
    return new RowCursor() {
      @Override
      public int nextDoc() throws IOException {
        return docs.nextDoc();
      }

      @Override
      public float[] floats() {
        throw new UnsupportedOperationException();
      }

      @Override
      public byte[] bytes() {
        throw new UnsupportedOperationException();
      }

      @Override
      public StoredVectors stored() {
        return null;
      }

      @Override
      public int storedOrd() {
        throw new UnsupportedOperationException();
      }
    };
  }

  private interface Writes {
    void to(IndexOutput meta, IndexOutput data) throws IOException;
  }

  private static byte[][] written(Writes writes) throws IOException {
    ByteBuffersDataOutput meta = new ByteBuffersDataOutput();
    ByteBuffersDataOutput data = new ByteBuffersDataOutput();
    try (IndexOutput metaOut = new ByteBuffersIndexOutput(meta, "meta", "meta");
        IndexOutput dataOut = new ByteBuffersIndexOutput(data, "data", "data")) {
      dataOut.writeInt(42);
      writes.to(metaOut, dataOut);
    }
    return new byte[][] {meta.toArrayCopy(), data.toArrayCopy()};
  }

  private static void assertBytes(int maxDoc, double share) throws IOException {
    DocsWithFieldSet docs = new DocsWithFieldSet();
    for (int doc = 0; doc < maxDoc; doc++) {
      if (random().nextDouble() < share) {
        docs.add(doc);
      }
    }
    int size = docs.cardinality();
    byte[][] expected =
        written(
            (meta, data) ->
                OrdToDocDISIReaderConfiguration.writeStoredMeta(
                    16, meta, data, size, maxDoc, docs));
    byte[][] actual =
        written(
            (meta, data) ->
                new VectorDocsWriter(meta, data).write(() -> rows(docs.iterator()), size, maxDoc));
    assertArrayEquals("meta", expected[0], actual[0]);
    assertArrayEquals("data", expected[1], actual[1]);
  }

  public void testBytes() throws IOException {
    assertBytes(10, 0);
    assertBytes(10, 1);
    assertBytes(1 + random().nextInt(100), 0.5);
    // All kinds of blocks: few documents, many, and all
    assertBytes(200_000, 0.01);
    assertBytes(70_000 + random().nextInt(200_000), random().nextDouble());
    assertBytes(200_000, 0.99999);
  }

  /** Reads the documents of 50 vectors in 100 documents, with one byte of the meta data changed. */
  private static VectorDocsEntry read(int at, int value) throws IOException {
    DocsWithFieldSet docs = new DocsWithFieldSet();
    for (int doc = 0; doc < 100; doc += 2) {
      docs.add(doc);
    }
    byte[][] written =
        written(
            (meta, data) ->
                new VectorDocsWriter(meta, data).write(() -> rows(docs.iterator()), 50, 100));
    written[0][at] = (byte) value;
    ByteBuffersDataInput bytes = new ByteBuffersDataInput(List.of(ByteBuffer.wrap(written[0])));
    return VectorDocsEntry.read(new ByteBuffersIndexInput(bytes, "meta"), 50);
  }

  private static void assertRefused(String message, int at, int value) {
    IllegalArgumentException e =
        expectThrows(IllegalArgumentException.class, () -> read(at, value));
    assertEquals(message, e.getMessage());
  }

  /** Offset and length of the set, jumps, rank power, offset of the numbers, block shift. */
  public void testDamage() throws IOException {
    int jumps = 2 * Long.BYTES;
    int power = jumps + Short.BYTES;
    int shift = power + 1 + Long.BYTES;
    assertEquals(9, read(power, 9).rankPower());
    assertEquals(50, read(shift, 16).size());
    assertRefused("dense rank power: found 8, expected 9", power, 8);
    for (int bit = 0; bit < 7; bit++) {
      int damaged = 16 ^ 1 << bit;
      assertRefused("block shift: found " + damaged + ", expected 16", shift, damaged);
    }
    // The high byte of the jumps, and that of the length
    IllegalArgumentException e =
        expectThrows(IllegalArgumentException.class, () -> read(jumps + 1, 0x7F));
    assertTrue(e.getMessage(), e.getMessage().startsWith("bytes of documents: found "));
    e = expectThrows(IllegalArgumentException.class, () -> read(jumps - 1, 0x80));
    assertTrue(e.getMessage(), e.getMessage().startsWith("bytes of documents: found -"));
  }
}
