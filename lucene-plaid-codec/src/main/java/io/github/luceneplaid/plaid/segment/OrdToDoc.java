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
import java.io.IOException;
import java.util.List;
import org.apache.lucene.codecs.lucene90.IndexedDISI;
import org.apache.lucene.codecs.lucene95.OrdToDocDISIReaderConfiguration;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.util.LongValues;

/**
 * The documents of ordinals, in the layout of {@link
 * OrdToDocDISIReaderConfiguration#writeStoredMeta}. That class does not expose the offsets that it
 * reads. This class checks them.
 *
 * @param docsOffset {@link IndexedDISI} of the documents, in the data file; {@link #ALL} if all
 *     documents have tokens
 * @param docsLength bytes of {@code docsOffset}
 * @param jumpTableEntries entries of its jump table
 * @param denseRankPower its dense rank power
 * @param documents the document of each ordinal; null if all have tokens
 */
record OrdToDoc(
    long docsOffset,
    long docsLength,
    int jumpTableEntries,
    byte denseRankPower,
    TokenAddresses.Monotonic documents) {

  /** The offset that stands for all documents. */
  private static final long ALL = -1;

  OrdToDoc {
    if (docsOffset == ALL) {
      Limits.check("bytes of documents", docsLength, 0, 0);
    } else {
      Limits.check("offset of documents", docsOffset, 0, Long.MAX_VALUE);
      long jumpTable = Math.max(0L, jumpTableEntries) * 2 * Integer.BYTES;
      Limits.check("bytes of documents", docsLength, jumpTable, Long.MAX_VALUE);
      byte power = IndexedDISI.DEFAULT_DENSE_RANK_POWER;
      Limits.check("dense rank power", denseRankPower, power, power);
    }
  }

  static OrdToDoc read(IndexInput meta, int documents) throws IOException {
    long docsOffset = meta.readLong();
    long docsLength = meta.readLong();
    short jumpTableEntries = meta.readShort();
    byte denseRankPower = meta.readByte();
    TokenAddresses.Monotonic ordToDoc = null;
    if (docsOffset != ALL) {
      long offset = meta.readLong();
      Limits.check(
          "block shift", meta.readVInt(), TokenAddresses.BLOCK_SHIFT, TokenAddresses.BLOCK_SHIFT);
      ordToDoc = TokenAddresses.Monotonic.readAt(offset, meta, documents);
    }
    return new OrdToDoc(docsOffset, docsLength, jumpTableEntries, denseRankPower, ordToDoc);
  }

  /** Whether the ordinal of each document is its number. */
  boolean isDense() {
    return docsOffset == ALL;
  }

  IndexedDISI disi(IndexInput data, int documents) throws IOException {
    return new IndexedDISI(
        data, docsOffset, docsLength, jumpTableEntries, denseRankPower, documents);
  }

  DocIdSetIterator iterator(IndexInput data, int documents) throws IOException {
    return isDense() ? DocIdSetIterator.all(documents) : disi(data, documents);
  }

  /** Returns the document of each ordinal; null if the ordinal of each document is its number. */
  LongValues open(IndexInput data) throws IOException {
    return isDense() ? null : documents.open(data);
  }

  List<FilePart> parts() {
    return isDense()
        ? List.of()
        : List.of(
            new FilePart("documents", docsOffset, docsLength),
            documents.part("documents of ordinals"));
  }
}
