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

import io.github.luceneplaid.fsvi.internal.FilePart;
import io.github.luceneplaid.fsvi.slab.Limits;
import java.io.IOException;
import java.util.List;
import org.apache.lucene.codecs.lucene90.IndexedDISI;
import org.apache.lucene.codecs.lucene95.OrdToDocDISIReaderConfiguration;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.util.Accountable;
import org.apache.lucene.util.RamUsageEstimator;
import org.apache.lucene.util.packed.DirectMonotonicReader;

/**
 * Documents of the vectors in the meta file, as {@link VectorDocsWriter} writes them. {@link
 * OrdToDocDISIReaderConfiguration} reads the same layout, but does not expose the offsets that it
 * reads. This class checks them.
 *
 * @param size number of vectors
 * @param setOffset {@link IndexedDISI} of the documents, or {@link VectorDocsWriter#NO_DOCS}, or
 *     {@link VectorDocsWriter#ALL_DOCS}
 * @param setLength number of bytes of the set
 * @param jumps number of entries of its jump table
 * @param rankPower its dense rank power
 * @param numbersOffset numbers of the documents
 * @param numbersLength number of bytes of the numbers
 * @param numbers meta data of the numbers, or null if no or all documents have a vector
 */
record VectorDocsEntry(
    int size,
    long setOffset,
    long setLength,
    short jumps,
    byte rankPower,
    long numbersOffset,
    long numbersLength,
    DirectMonotonicReader.Meta numbers)
    implements Accountable {

  private static final long SHALLOW_BYTES =
      RamUsageEstimator.shallowSizeOfInstance(VectorDocsEntry.class);
  private static final long META_BYTES =
      RamUsageEstimator.shallowSizeOfInstance(DirectMonotonicReader.Meta.class);

  VectorDocsEntry {
    Limits.check("offset of documents", setOffset, VectorDocsWriter.NO_DOCS, Long.MAX_VALUE);
    if (setOffset < 0) {
      Limits.check("bytes of documents", setLength, 0, 0);
    } else {
      long jumpTable = Math.max(0L, jumps) * 2 * Integer.BYTES;
      Limits.check("bytes of documents", setLength, jumpTable, Long.MAX_VALUE);
      byte power = VectorDocsWriter.RANK_POWER;
      Limits.check("dense rank power", rankPower, power, power);
    }
  }

  static VectorDocsEntry read(IndexInput meta, int size) throws IOException {
    long setOffset = meta.readLong();
    long setLength = meta.readLong();
    short jumps = meta.readShort();
    byte rankPower = meta.readByte();
    long numbersOffset = 0;
    long numbersLength = 0;
    DirectMonotonicReader.Meta numbers = null;
    if (setOffset >= 0) {
      numbersOffset = meta.readLong();
      int blockShift = meta.readVInt();
      // Checked before memory is allocated: small blocks would be many
      int expected = VectorDocsWriter.BLOCK_SHIFT;
      Limits.check("block shift", blockShift, expected, expected);
      numbers = DirectMonotonicReader.loadMeta(meta, size, blockShift);
      numbersLength = meta.readLong();
    }
    return new VectorDocsEntry(
        size, setOffset, setLength, jumps, rankPower, numbersOffset, numbersLength, numbers);
  }

  /** Returns whether no document has a vector. */
  boolean isEmpty() {
    return setOffset == VectorDocsWriter.NO_DOCS;
  }

  /** Returns whether all documents have a vector. */
  boolean isDense() {
    return setOffset == VectorDocsWriter.ALL_DOCS;
  }

  /** Opens the set of documents. There is one if some documents have a vector and others not. */
  IndexedDISI openSet(IndexInput data) throws IOException {
    return new IndexedDISI(data, setOffset, setLength, jumps, rankPower, size);
  }

  /** Opens the numbers of documents. They exist if the set exists. */
  DirectMonotonicReader openNumbers(IndexInput data) throws IOException {
    return DirectMonotonicReader.getInstance(
        numbers, data.randomAccessSlice(numbersOffset, numbersLength));
  }

  List<FilePart> parts() {
    return setOffset < 0
        ? List.of()
        : List.of(
            new FilePart("set of documents", setOffset, setLength),
            new FilePart("numbers of documents", numbersOffset, numbersLength));
  }

  @Override
  public long ramBytesUsed() {
    return SHALLOW_BYTES + (numbers == null ? 0 : numbersBytes());
  }

  /** Bytes of the meta data of numbers: two longs, a float and a byte for each block. */
  private long numbersBytes() {
    long blocks = ((size - 1L) >> VectorDocsWriter.BLOCK_SHIFT) + 1;
    return META_BYTES
        + 2 * arrayBytes(blocks * Long.BYTES)
        + arrayBytes(blocks * Float.BYTES)
        + arrayBytes(blocks);
  }

  private static long arrayBytes(long elements) {
    return RamUsageEstimator.alignObjectSize(RamUsageEstimator.NUM_BYTES_ARRAY_HEADER + elements);
  }
}
