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

import io.github.luceneplaid.plaid.codebook.BlockDecoder;
import io.github.luceneplaid.plaid.codebook.CodeBlock;
import io.github.luceneplaid.plaid.codebook.Codebook;
import io.github.luceneplaid.plaid.codebook.CodebookBlocks;
import io.github.luceneplaid.plaid.codebook.PlaidBlockCodec;
import java.io.IOException;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.store.RandomAccessInput;
import org.apache.lucene.util.BitUtil;

/**
 * Reads and decodes the codes of a segment's tokens. An instance belongs to one thread, like its
 * segment.
 *
 * @lucene.internal
 */
public final class CodeReader {

  /** Tokens that are decoded at a time. */
  private static final int CHUNK = CodeBlock.LANES * 4;

  private final PlaidSegment segment;
  private final RandomAccessInput codes;
  private final int dimension;
  private final int bits;
  private final int blockBytes;
  private final int stride;

  // Created when tokens are first decoded.
  private BlockDecoder decoder;
  private byte[] scratch;

  CodeReader(PlaidSegment segment, PlaidFieldEntry entry, IndexInput data) throws IOException {
    this.segment = segment;
    this.dimension = entry.dimension();
    this.bits = entry.options().bits();
    this.blockBytes = CodeBlock.bytes(bits, dimension);
    this.stride = entry.codeStride();
    this.codes = data.randomAccessSlice(entry.codes().codesOffset(), entry.codeBytes());
  }

  /** Bytes of a block of codes in a segment. */
  public static int stride(int blockBytes, boolean unitLength) {
    return blockBytes + (unitLength ? 0 : CodeBlock.LANES * Float.BYTES);
  }

  /** The centroid of a document's first token. */
  int firstCentroid(int ordinal) throws IOException {
    return Short.toUnsignedInt(codes.readShort(segment.firstHalf(ordinal) * (stride / 2)));
  }

  /**
   * Decodes tokens {@code [from, from + n)} of a document. The tokens have their length, and stay
   * rotated.
   *
   * @param into receives n rows of the dimension
   */
  public void decodeRotated(int ordinal, int from, int n, float[] into) throws IOException {
    decode(ordinal, from, n, into, true);
  }

  /**
   * Decodes tokens {@code [from, from + n)} of a document, with their length.
   *
   * @param into receives n rows of the dimension
   */
  public void decode(int ordinal, int from, int n, float[] into) throws IOException {
    decode(ordinal, from, n, into, false);
  }

  private void decode(int ordinal, int from, int n, float[] into, boolean rotated)
      throws IOException {
    long first = segment.firstHalf(ordinal);
    long end = segment.firstHalf(ordinal + 1);
    if (decoder == null) {
      decoder = new BlockDecoder(segment.codebooks(), bits);
      scratch = new byte[CHUNK / CodeBlock.LANES * stride];
    }
    for (int done = 0; done < n; ) {
      int token = from + done;
      int lane = token % CodeBlock.LANES;
      long half = first + 2L * (token / CodeBlock.LANES);
      int size = Math.min(n - done, CHUNK - lane);
      int blocks = (lane + size + CodeBlock.LANES - 1) / CodeBlock.LANES;
      readBlocks(half, (int) Math.min(2L * blocks, end - half), scratch);
      for (int b = 0; b < blocks; b++) {
        int lanes = Math.min(CodeBlock.LANES - lane, n - done);
        if (rotated) {
          decoder.decodeRotated(scratch, b * stride, lane, lanes, into, done * dimension);
        } else {
          decoder.decode(scratch, b * stride, lane, lanes, into, done * dimension);
        }
        scale(scratch, b * stride, lane, lanes, into, done * dimension);
        done += lanes;
        lane = 0;
      }
    }
  }

  private void scale(byte[] block, int offset, int lane, int lanes, float[] into, int at) {
    if (segment.isUnitLength()) {
      return;
    }
    for (int i = 0; i < lanes; i++) {
      float length = length(block, offset, lane + i);
      for (int j = 0; j < dimension; j++) {
        into[at + i * dimension + j] *= length;
      }
    }
  }

  /** Returns the length of a token of a block. The segment must store lengths. */
  public float length(byte[] block, int offset, int lane) {
    return (float) BitUtil.VH_LE_FLOAT.get(block, offset + blockBytes + lane * Float.BYTES);
  }

  /** Bytes from one block of codes to the next, as {@link #readBlocks} returns them. */
  public int stride() {
    return stride;
  }

  /**
   * Copies blocks of codes. If the number of half blocks is odd, the last one is expanded to a
   * block: its tokens are repeated.
   *
   * @param half the first half block; its distance from the first half block of the document is
   *     even
   * @param n number of half blocks; odd only if they end with the last one of a document
   * @param into receives the blocks
   * @return the number of blocks
   * @throws org.apache.lucene.index.CorruptIndexException if these blocks do not exist, or name a
   *     centroid that does not exist
   */
  public int readBlocks(long half, int n, byte[] into) throws IOException {
    if (half < 0 || n < 0 || half > segment.addresses().halves() - n) {
      throw segment.corrupt(
          n + " half blocks from " + half + " of " + segment.addresses().halves());
    }
    codes.readBytes(half * (stride / 2), into, 0, n * (stride / 2));
    int blocks = (n + 1) / 2;
    if (n % 2 != 0) {
      HalfBlock.expand(into, (blocks - 1) * stride, blockBytes, stride);
    }
    for (int from = 0; from < blocks * stride; from += stride) {
      checkCentroids(into, from);
    }
    return blocks;
  }

  private void checkCentroids(byte[] blocks, int from) throws IOException {
    CodebookBlocks codebooks = segment.codebooks();
    int least = Integer.MAX_VALUE;
    int largest = 0;
    for (int lane = 0; lane < CodeBlock.LANES; lane++) {
      int centroid = CodeBlock.centroidId(blocks, from, lane);
      least = Math.min(least, centroid);
      largest = Math.max(largest, centroid);
    }
    if (largest >= codebooks.centroidCount()) {
      throw segment.corrupt("centroid " + largest + " of " + codebooks.centroidCount());
    }
    if (least < codebooks.importedCentroids()
        && codebooks.blockOf(least) != codebooks.blockOf(largest)) {
      throw segment.corrupt(
          "centroids " + least + " and " + largest + " of two codebooks in one block");
    }
  }

  /**
   * Reads the codes of a document that is coded against an {@link PlaidSegment#imported} codebook,
   * as PLAID's files have them.
   *
   * @param from the first token
   * @param n number of tokens
   * @param centroids receives the centroids of tokens
   * @param residuals receives their residual bytes, row after row
   */
  public void importedCodes(int ordinal, int from, int n, int[] centroids, byte[] residuals)
      throws IOException {
    Codebook codebook = segment.imported(ordinal);
    int firstCentroid = segment.codebooks().firstCentroid(codebook.id());
    PlaidBlockCodec codec = new PlaidBlockCodec(codebook);
    byte[] block = new byte[stride];
    long first = segment.firstHalf(ordinal);
    long end = segment.firstHalf(ordinal + 1);
    long loaded = -1;
    for (int i = 0; i < n; i++) {
      int lane = (from + i) % CodeBlock.LANES;
      long half = first + 2L * ((from + i) / CodeBlock.LANES);
      if (half != loaded) {
        readBlocks(half, (int) Math.min(2, end - half), block);
        loaded = half;
      }
      centroids[i] = CodeBlock.centroidId(block, 0, lane) - firstCentroid;
      if (centroids[i] < 0 || centroids[i] >= codebook.size()) {
        throw segment.corrupt("ordinal " + ordinal + " has centroids of two codebooks");
      }
      codec.unpack(block, 0, lane, residuals, i * codec.width());
    }
  }
}
