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

package io.github.luceneplaid.plaid.segment;

import io.github.luceneplaid.fsvi.internal.FilePart;
import io.github.luceneplaid.fsvi.slab.Limits;
import io.github.luceneplaid.plaid.codebook.CodeBlock;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.lucene.codecs.lucene90.IndexedDISI;
import org.apache.lucene.codecs.lucene95.OrdToDocDISIReaderConfiguration;
import org.apache.lucene.index.DocsWithFieldSet;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.store.ByteBuffersDataOutput;
import org.apache.lucene.store.ByteBuffersIndexInput;
import org.apache.lucene.store.ByteBuffersIndexOutput;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.store.IndexOutput;
import org.apache.lucene.util.LongValues;
import org.apache.lucene.util.packed.DirectMonotonicReader;
import org.apache.lucene.util.packed.DirectMonotonicWriter;
import org.apache.lucene.util.packed.PackedInts;
import org.apache.lucene.util.packed.PackedLongValues;

/**
 * The addresses of documents. They map a document to its ordinal, its rank among the documents with
 * tokens. They map an ordinal to its first token and its first half block.
 *
 * @param maxDoc number of documents of the segment
 * @param documents number of ordinals
 * @param tokens number of tokens
 * @param halves number of half blocks of {@link HalfBlock#LANES} tokens; each document starts a new
 *     one
 * @param ordToDoc documents of the ordinals
 * @param tokenStarts sequence of {@code documents + 1} first tokens
 * @param halfStarts sequence of {@code documents + 1} first half blocks
 * @lucene.internal
 */
public record TokenAddresses(
    int maxDoc,
    int documents,
    long tokens,
    long halves,
    OrdToDoc ordToDoc,
    Monotonic tokenStarts,
    Monotonic halfStarts) {

  static final int BLOCK_SHIFT = 12;

  public TokenAddresses {
    Limits.check("documents", documents, 1, maxDoc);
    Limits.check("tokens", tokens, documents, Long.MAX_VALUE);
    long least = Math.max(documents, (tokens - 1) / HalfBlock.LANES + 1);
    Limits.check("half blocks", halves, least, tokens);
    if (ordToDoc.isDense() != (documents == maxDoc)) {
      throw new IllegalArgumentException(
          "documents without a list of them: found " + documents + ", expected " + maxDoc);
    }
  }

  /** Returns the number of blocks of a document with this number of tokens. */
  public static int blocksOf(int tokens) {
    return (tokens + CodeBlock.LANES - 1) / CodeBlock.LANES;
  }

  /** A rising sequence of longs in the data file. */
  record Monotonic(DirectMonotonicReader.Meta meta, long offset, long length) {

    static Monotonic read(IndexInput in, long values) throws IOException {
      DirectMonotonicReader.Meta meta = DirectMonotonicReader.loadMeta(in, values, BLOCK_SHIFT);
      return new Monotonic(meta, in.readVLong(), in.readVLong());
    }

    /** Reads a sequence. Only its length follows its meta data. */
    static Monotonic readAt(long offset, IndexInput in, long values) throws IOException {
      DirectMonotonicReader.Meta meta = DirectMonotonicReader.loadMeta(in, values, BLOCK_SHIFT);
      return new Monotonic(meta, offset, in.readLong());
    }

    LongValues open(IndexInput data) throws IOException {
      return DirectMonotonicReader.getInstance(meta, data.randomAccessSlice(offset, length));
    }

    FilePart part(String what) {
      return new FilePart(what, offset, length);
    }
  }

  /**
   * Reads the addresses that {@link Builder#write} writes.
   *
   * @throws IllegalArgumentException if the addresses are invalid
   */
  static TokenAddresses read(IndexInput meta, int maxDoc) throws IOException {
    int documents = meta.readVInt();
    // Checked before memory is allocated for the addresses
    Limits.check("documents", documents, 1, maxDoc);
    long tokens = meta.readVLong();
    long halves = meta.readVLong();
    OrdToDoc ordToDoc = OrdToDoc.read(meta, documents);
    Monotonic tokenStarts = Monotonic.read(meta, documents + 1L);
    Monotonic halfStarts = Monotonic.read(meta, documents + 1L);
    return new TokenAddresses(maxDoc, documents, tokens, halves, ordToDoc, tokenStarts, halfStarts);
  }

  /** The parts in the data file. */
  List<FilePart> parts() {
    List<FilePart> parts = new ArrayList<>(ordToDoc.parts());
    parts.add(tokenStarts.part("first tokens"));
    parts.add(halfStarts.part("first half blocks"));
    return parts;
  }

  /** Returns the bytes of all parts. */
  public long bytes() {
    long bytes = 0;
    for (FilePart part : parts()) {
      bytes = Math.addExact(bytes, part.length());
    }
    return bytes;
  }

  boolean isDense() {
    return ordToDoc.isDense();
  }

  /** Iterates over the documents that have tokens. Their order is that of the ordinals. */
  DocIdSetIterator iterator(IndexInput data) throws IOException {
    return ordToDoc.iterator(data, documents);
  }

  IndexedDISI disi(IndexInput data) throws IOException {
    return ordToDoc.disi(data, documents);
  }

  /** Collects the documents of a segment that is being written. */
  public static final class Builder {
    private final DocsWithFieldSet docs = new DocsWithFieldSet();
    private final PackedLongValues.Builder counts =
        PackedLongValues.packedBuilder(PackedInts.COMPACT);
    private int documents;
    private long tokens;
    private long halves;

    /** Adds a document. Documents are added in order. */
    public void add(int doc, int tokenCount) {
      docs.add(doc);
      counts.add(tokenCount);
      documents++;
      tokens += tokenCount;
      halves += HalfBlock.count(tokenCount);
    }

    /** Returns the number of tokens of each document. Called after all documents are added. */
    public PackedLongValues counts() {
      return counts.build();
    }

    /**
     * Writes the addresses.
     *
     * @return the addresses as a reader reads them
     */
    public TokenAddresses write(
        IndexOutput out, IndexOutput data, int maxDoc, PackedLongValues counts) throws IOException {
      // Lucene's writers report these numbers only in the bytes that they write
      ByteBuffersDataOutput bytes = new ByteBuffersDataOutput();
      writeTo(new ByteBuffersIndexOutput(bytes, "addresses", "addresses"), data, maxDoc, counts);
      bytes.copyTo(out);
      return read(new ByteBuffersIndexInput(bytes.toDataInput(), "addresses"), maxDoc);
    }

    private void writeTo(IndexOutput meta, IndexOutput data, int maxDoc, PackedLongValues counts)
        throws IOException {
      meta.writeVInt(documents);
      meta.writeVLong(tokens);
      meta.writeVLong(halves);
      OrdToDocDISIReaderConfiguration.writeStoredMeta(
          BLOCK_SHIFT, meta, data, documents, maxDoc, docs);
      writeStarts(meta, data, counts, false);
      writeStarts(meta, data, counts, true);
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
