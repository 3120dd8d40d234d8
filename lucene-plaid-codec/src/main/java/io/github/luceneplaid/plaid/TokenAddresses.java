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

import java.io.IOException;
import org.apache.lucene.codecs.lucene90.IndexedDISI;
import org.apache.lucene.codecs.lucene95.OrdToDocDISIReaderConfiguration;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.index.DocsWithFieldSet;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.store.IndexOutput;
import org.apache.lucene.util.LongValues;
import org.apache.lucene.util.packed.DirectMonotonicReader;
import org.apache.lucene.util.packed.DirectMonotonicWriter;
import org.apache.lucene.util.packed.PackedInts;
import org.apache.lucene.util.packed.PackedLongValues;

/**
 * Which documents have tokens, and where: maps documents to ordinals (their rank among those that
 * have tokens), and ordinals to their first token and first block.
 *
 * @param maxDoc number of documents of the segment
 * @param documents number of ordinals
 * @param tokens number of tokens
 * @param halves number of half blocks of {@link HalfBlock#LANES} tokens; each document starts a new
 *     one
 * @param ordToDoc documents of the ordinals
 * @param tokenStarts where {@code documents + 1} first tokens are
 * @param halfStarts where {@code documents + 1} first half blocks are
 */
record TokenAddresses(
    int maxDoc,
    int documents,
    long tokens,
    long halves,
    OrdToDocDISIReaderConfiguration ordToDoc,
    Monotonic tokenStarts,
    Monotonic halfStarts) {

  /** Tokens of a block. */
  static final int BLOCK = 16;

  private static final int BLOCK_SHIFT = 12;

  /** The number of blocks that a document of so many tokens takes. */
  static int blocksOf(int tokens) {
    return (tokens + BLOCK - 1) / BLOCK;
  }

  /** A rising sequence of longs in the data file. */
  record Monotonic(DirectMonotonicReader.Meta meta, long offset, long length) {

    private static Monotonic read(IndexInput in, long values) throws IOException {
      DirectMonotonicReader.Meta meta = DirectMonotonicReader.loadMeta(in, values, BLOCK_SHIFT);
      return new Monotonic(meta, in.readVLong(), in.readVLong());
    }

    LongValues open(IndexInput data) throws IOException {
      return DirectMonotonicReader.getInstance(meta, data.randomAccessSlice(offset, length));
    }
  }

  /** Reads what {@link Builder#write} has written. */
  static TokenAddresses read(IndexInput meta, int maxDoc) throws IOException {
    int documents = meta.readVInt();
    if (documents < 1 || documents > maxDoc) {
      throw new CorruptIndexException(
          "documents: found " + documents + ", expected 1 to " + maxDoc, meta);
    }
    long tokens = meta.readVLong();
    long halves = meta.readVLong();
    if (tokens < documents || halves < documents || halves > tokens) {
      throw new CorruptIndexException(
          documents + " documents cannot have " + tokens + " tokens in " + halves + " half blocks",
          meta);
    }
    OrdToDocDISIReaderConfiguration ordToDoc =
        OrdToDocDISIReaderConfiguration.fromStoredMeta(meta, documents);
    Monotonic tokenStarts = Monotonic.read(meta, documents + 1L);
    Monotonic halfStarts = Monotonic.read(meta, documents + 1L);
    return new TokenAddresses(maxDoc, documents, tokens, halves, ordToDoc, tokenStarts, halfStarts);
  }

  boolean isDense() {
    return ordToDoc.isDense();
  }

  /**
   * Iterates over the documents that have tokens, in their order and so in that of the ordinals.
   */
  DocIdSetIterator iterator(IndexInput data) throws IOException {
    return isDense() ? DocIdSetIterator.all(documents) : disi(data);
  }

  IndexedDISI disi(IndexInput data) throws IOException {
    return ordToDoc.getIndexedDISI(data);
  }

  /** Collects the documents of a segment that is being written. */
  static final class Builder {
    private final DocsWithFieldSet docs = new DocsWithFieldSet();
    private final PackedLongValues.Builder counts =
        PackedLongValues.packedBuilder(PackedInts.COMPACT);
    private int documents;
    private long tokens;
    private long halves;

    /** Adds a document, in order. */
    void add(int doc, int tokenCount) {
      docs.add(doc);
      counts.add(tokenCount);
      documents++;
      tokens += tokenCount;
      halves += HalfBlock.count(tokenCount);
    }

    /** The number of tokens of each document; to be called once all are added. */
    PackedLongValues counts() {
      return counts.build();
    }

    /**
     * Writes the addresses.
     *
     * @return how many bytes the data file grew
     */
    long write(IndexOutput meta, IndexOutput data, int maxDoc, PackedLongValues counts)
        throws IOException {
      long start = data.getFilePointer();
      meta.writeVInt(documents);
      meta.writeVLong(tokens);
      meta.writeVLong(halves);
      OrdToDocDISIReaderConfiguration.writeStoredMeta(
          BLOCK_SHIFT, meta, data, documents, maxDoc, docs);
      writeStarts(meta, data, counts, false);
      writeStarts(meta, data, counts, true);
      return data.getFilePointer() - start;
    }

    private void writeStarts(
        IndexOutput meta, IndexOutput data, PackedLongValues counts, boolean inHalves)
        throws IOException {
      long offset = data.getFilePointer();
      DirectMonotonicWriter writer =
          DirectMonotonicWriter.getInstance(meta, data, documents + 1L, BLOCK_SHIFT);
      long next = 0;
      writer.add(next);
      for (PackedLongValues.Iterator it = counts.iterator(); it.hasNext(); ) {
        int count = Math.toIntExact(it.next());
        next += inHalves ? HalfBlock.count(count) : count;
        writer.add(next);
      }
      writer.finish();
      meta.writeVLong(offset);
      meta.writeVLong(data.getFilePointer() - offset);
    }
  }
}
