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

package io.github.luceneplaid.plaid.ivf;

import java.io.IOException;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.store.IndexOutput;
import org.apache.lucene.util.ArrayUtil;
import org.apache.lucene.util.BitUtil;

/**
 * Sorts tokens into partitions through one temporary file. Tokens are added to any partition in any
 * order. They are read partition by partition, in the order in which they were added. Each
 * partition has a buffer. A full buffer is written to the file as a chunk. All chunks have the same
 * size. The last chunk of a partition ends with old bytes of the buffer, which are not read.
 *
 * <p>A token is stored as its region <b>[int16]</b>, its ordinal <b>[int32]</b> and, if slots are
 * kept, its slot <b>[int64]</b>. Buffers take at most {@value #BUFFER_BYTES} bytes. Each chunk and
 * each partition takes a few ints more.
 */
final class TokenPartitions {

  /** Largest number of bytes of all buffers. */
  private static final int BUFFER_BYTES = 1 << 23;

  private static final int MAX_CHUNK_BYTES = 1 << 16;

  private static final int ORDINAL = Short.BYTES;
  private static final int SLOT = ORDINAL + Integer.BYTES;

  private final IndexOutput out;
  private final boolean hasSlots;
  private final int recordBytes;
  private final int chunkBytes;
  private final byte[][] buffers;

  /** Bytes of each partition's last chunk. */
  private final int[] used;

  // The chunks of a partition: the first one, the next one of each chunk, and the last one so far
  private final int[] firstChunk;
  private final int[] lastChunk;
  private int[] nextChunk = new int[0];
  private int chunks;

  /**
   * Makes empty partitions.
   *
   * @param out receives the chunks and nothing else
   * @param hasSlots whether slots are kept
   */
  TokenPartitions(IndexOutput out, int partitions, boolean hasSlots) {
    this(out, partitions, hasSlots, Math.min(MAX_CHUNK_BYTES, BUFFER_BYTES / partitions));
  }

  TokenPartitions(IndexOutput out, int partitions, boolean hasSlots, int mostChunkBytes) {
    assert out.getFilePointer() == 0;
    this.out = out;
    this.hasSlots = hasSlots;
    this.recordBytes = hasSlots ? SLOT + Long.BYTES : SLOT;
    this.chunkBytes = Math.max(1, mostChunkBytes / recordBytes) * recordBytes;
    this.buffers = new byte[partitions][];
    this.used = new int[partitions];
    this.firstChunk = new int[partitions];
    this.lastChunk = new int[partitions];
  }

  /** Adds a token to a partition. */
  void add(int partition, int region, long slot, int ordinal) throws IOException {
    byte[] buffer = buffers[partition];
    if (buffer == null) {
      buffer = new byte[chunkBytes];
      buffers[partition] = buffer;
    } else if (used[partition] == chunkBytes) {
      writeChunk(partition);
    }
    int at = used[partition];
    BitUtil.VH_LE_SHORT.set(buffer, at, (short) region);
    BitUtil.VH_LE_INT.set(buffer, at + ORDINAL, ordinal);
    if (hasSlots) {
      BitUtil.VH_LE_LONG.set(buffer, at + SLOT, slot);
    }
    used[partition] = at + recordBytes;
  }

  private void writeChunk(int partition) throws IOException {
    out.writeBytes(buffers[partition], chunkBytes);
    nextChunk = ArrayUtil.grow(nextChunk, chunks + 1);
    // Chunks are counted from 1, and 0 means no chunk
    int chunk = ++chunks;
    nextChunk[chunk - 1] = 0;
    if (lastChunk[partition] == 0) {
      firstChunk[partition] = chunk;
    } else {
      nextChunk[lastChunk[partition] - 1] = chunk;
    }
    lastChunk[partition] = chunk;
    used[partition] = 0;
  }

  /** Writes the rest of all buffers, and releases the buffers. */
  void finish() throws IOException {
    for (int partition = 0; partition < buffers.length; partition++) {
      if (buffers[partition] != null) {
        int bytes = used[partition];
        writeChunk(partition);
        used[partition] = bytes;
        buffers[partition] = null;
      }
    }
  }

  /**
   * Visits the tokens of a partition. Called after {@link #finish}.
   *
   * @param in the file
   */
  void forEach(IndexInput in, int partition, CodedTokens.Visitor visitor) throws IOException {
    byte[] chunk = new byte[chunkBytes];
    for (int number = firstChunk[partition]; number != 0; number = nextChunk[number - 1]) {
      in.seek((number - 1L) * chunkBytes);
      int bytes = nextChunk[number - 1] == 0 ? used[partition] : chunkBytes;
      in.readBytes(chunk, 0, bytes);
      for (int at = 0; at < bytes; at += recordBytes) {
        int region = Short.toUnsignedInt((short) BitUtil.VH_LE_SHORT.get(chunk, at));
        int ordinal = (int) BitUtil.VH_LE_INT.get(chunk, at + ORDINAL);
        long slot = hasSlots ? (long) BitUtil.VH_LE_LONG.get(chunk, at + SLOT) : 0;
        visitor.token(region, slot, ordinal);
      }
    }
  }
}
