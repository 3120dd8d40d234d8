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

import io.github.luceneplaid.plaid.codebook.AbortCheck;
import io.github.luceneplaid.plaid.codebook.BlockDecoder;
import io.github.luceneplaid.plaid.codebook.CodeBlock;
import java.io.IOException;
import org.apache.lucene.store.RandomAccessInput;
import org.apache.lucene.util.BitUtil;
import org.apache.lucene.util.packed.PackedLongValues;

/**
 * The coded tokens of a segment that is being written. They are read before they are part of the
 * segment.
 *
 * @param blocks blocks of 16 coded tokens, in document order; each document starts a new block
 * @param stride bytes of a block
 * @param counts tokens of each document
 * @param decoder decoder of blocks
 * @param centroids centroids of the segment, row by row
 * @param centroidCount number of centroids
 * @param regions <b>[uint16]</b> × 16, the regions of the tokens of each block; null if the
 *     centroids are the regions
 * @param regionCount number of regions
 * @lucene.internal
 */
public record CodedTokens(
    RandomAccessInput blocks,
    int stride,
    PackedLongValues counts,
    BlockDecoder decoder,
    float[] centroids,
    int centroidCount,
    RandomAccessInput regions,
    int regionCount) {

  /** Blocks between two abort checks, less one. */
  private static final int ABORT_MASK = (1 << 12) - 1;

  /** Receives tokens one by one. */
  interface Visitor {
    /**
     * Receives a token.
     *
     * @param region its region
     * @param slot its block times 16, and its lane
     * @param ordinal the ordinal of its document
     */
    void token(int region, long slot, int ordinal) throws IOException;
  }

  /**
   * Visits all tokens in document order, without decoding them.
   *
   * @param abort checked at intervals
   */
  void forEach(Visitor visitor, AbortCheck abort) throws IOException {
    byte[] ids = new byte[CodeBlock.LANES * Short.BYTES];
    long block = 0;
    int ordinal = 0;
    for (PackedLongValues.Iterator it = counts.iterator(); it.hasNext(); ordinal++) {
      long n = it.next();
      for (long from = 0; from < n; from += CodeBlock.LANES, block++) {
        if ((block & ABORT_MASK) == 0) {
          abort.check();
        }
        if (regions == null) {
          blocks.readBytes(block * stride, ids, 0, ids.length);
        } else {
          regions.readBytes(block * ids.length, ids, 0, ids.length);
        }
        int lanes = (int) Math.min(CodeBlock.LANES, n - from);
        for (int lane = 0; lane < lanes; lane++) {
          int region = Short.toUnsignedInt((short) BitUtil.VH_LE_SHORT.get(ids, lane << 1));
          visitor.token(region, block * CodeBlock.LANES + lane, ordinal);
        }
      }
    }
  }

  /**
   * Decodes the first tokens of a block.
   *
   * @param scratch working space for a block
   * @param into receives the rotated tokens, of length 1
   * @param ids receives their centroids
   */
  void decodeBlock(long block, byte[] scratch, int lanes, float[] into, int[] ids)
      throws IOException {
    blocks.readBytes(block * stride, scratch, 0, stride);
    decoder.decodeRotated(scratch, 0, 0, lanes, into, 0);
    for (int lane = 0; lane < lanes; lane++) {
      ids[lane] = CodeBlock.centroidId(scratch, 0, lane);
    }
  }

  /** Returns the same tokens in other regions. */
  public CodedTokens in(RandomAccessInput regionsOfBlocks, int count) {
    return new CodedTokens(
        blocks, stride, counts, decoder, centroids, centroidCount, regionsOfBlocks, count);
  }

  /**
   * Decodes tokens at equal distances.
   *
   * @param total number of tokens
   * @param size number of tokens to decode, at most {@code total}
   * @param abort checked at intervals
   * @return rows of rotated tokens, of length 1
   */
  public float[] sample(long total, int size, AbortCheck abort) throws IOException {
    int dimension = centroids.length / centroidCount;
    float[] rows = new float[size * dimension];
    byte[] scratch = new byte[stride];
    long[] seen = {0};
    int[] taken = {0};
    forEach(
        (region, slot, ordinal) -> {
          if (taken[0] < size && seen[0]++ == taken[0] * total / size) {
            decode(slot, scratch, rows, taken[0]++ * dimension);
          }
        },
        abort);
    assert taken[0] == size : taken[0] + " of " + size;
    return rows;
  }

  /**
   * Decodes one token.
   *
   * @param scratch working space for a block
   * @param into receives the rotated token, of length 1
   */
  void decode(long slot, byte[] scratch, float[] into, int offset) throws IOException {
    blocks.readBytes(slot / CodeBlock.LANES * stride, scratch, 0, stride);
    decoder.decodeRotated(scratch, 0, (int) (slot % CodeBlock.LANES), 1, into, offset);
  }
}
