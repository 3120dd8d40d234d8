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
import org.apache.lucene.codecs.lucene90.IndexedDISI;
import org.apache.lucene.codecs.lucene95.OrdToDocDISIReaderConfiguration;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.store.IndexOutput;
import org.apache.lucene.util.packed.DirectMonotonicWriter;

/**
 * Writes the documents that have a vector, in the format of {@link
 * OrdToDocDISIReaderConfiguration#writeStoredMeta}. Lucene's method needs a set of these documents
 * in memory. This class iterates over them, so its memory does not grow with their number.
 */
final class VectorDocsWriter {

  static final int BLOCK_SHIFT = 16;
  static final byte RANK_POWER = IndexedDISI.DEFAULT_DENSE_RANK_POWER;

  /** Offset that says that no document has a vector. */
  static final long NO_DOCS = -2;

  /** Offset that says that all documents have a vector. */
  static final long ALL_DOCS = -1;

  private final IndexOutput meta;
  private final IndexOutput data;

  VectorDocsWriter(IndexOutput meta, IndexOutput data) {
    this.meta = meta;
    this.data = data;
  }

  /**
   * Writes the documents.
   *
   * @param source opens cursors over size vectors
   * @param size number of vectors
   * @param maxDoc number of documents of the segment
   */
  void write(RowCursor.Source source, int size, int maxDoc) throws IOException {
    if (size == 0 || size == maxDoc) {
      meta.writeLong(size == 0 ? NO_DOCS : ALL_DOCS);
      meta.writeLong(0);
      meta.writeShort((short) -1);
      meta.writeByte((byte) -1);
      return;
    }
    long start = data.getFilePointer();
    short jumps = IndexedDISI.writeBitSet(new Docs(source.open(), size), data, RANK_POWER);
    meta.writeLong(start);
    meta.writeLong(data.getFilePointer() - start);
    meta.writeShort(jumps);
    meta.writeByte(RANK_POWER);
    writeNumbers(source, size);
  }

  private void writeNumbers(RowCursor.Source source, int size) throws IOException {
    long start = data.getFilePointer();
    meta.writeLong(start);
    meta.writeVInt(BLOCK_SHIFT);
    DirectMonotonicWriter numbers =
        DirectMonotonicWriter.getInstance(meta, data, size, BLOCK_SHIFT);
    RowCursor rows = source.open();
    for (int doc = rows.nextDoc(); doc != DocIdSetIterator.NO_MORE_DOCS; doc = rows.nextDoc()) {
      numbers.add(doc);
    }
    numbers.finish();
    meta.writeLong(data.getFilePointer() - start);
  }

  /** The documents of a cursor. */
  private static final class Docs extends DocIdSetIterator {

    private final RowCursor rows;
    private final int size;
    private int doc = -1;

    Docs(RowCursor rows, int size) {
      this.rows = rows;
      this.size = size;
    }

    @Override
    public int docID() {
      return doc;
    }

    @Override
    public int nextDoc() throws IOException {
      doc = rows.nextDoc();
      return doc;
    }

    @Override
    public int advance(int target) throws IOException {
      return slowAdvance(target);
    }

    @Override
    public long cost() {
      return size;
    }
  }
}
