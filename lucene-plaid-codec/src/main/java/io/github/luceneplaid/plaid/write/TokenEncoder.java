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

package io.github.luceneplaid.plaid.write;

import io.github.luceneplaid.plaid.codebook.AbortCheck;
import io.github.luceneplaid.plaid.codebook.CentroidRouter;
import io.github.luceneplaid.plaid.codebook.CodeBlock;
import io.github.luceneplaid.plaid.codebook.CodebookBlocks;
import io.github.luceneplaid.plaid.codebook.PlaidBlockCodec;
import io.github.luceneplaid.plaid.codebook.ResidualQuantizer;
import io.github.luceneplaid.plaid.segment.CodeReader;
import io.github.luceneplaid.plaid.segment.HalfBlock;
import io.github.luceneplaid.plaid.segment.ImportedDocValues;
import io.github.luceneplaid.plaid.segment.PlaidSegment;
import io.github.luceneplaid.plaid.segment.TokenAddresses;
import java.io.IOException;
import java.util.Arrays;
import org.apache.lucene.store.IndexOutput;
import org.apache.lucene.util.BitUtil;

/** Writes the blocks of codes of documents, by encoding their tokens or by copying their codes. */
final class TokenEncoder {

  /** Blocks that are encoded or copied at a time. */
  private static final int BLOCKS = 4;

  private static final int CHUNK = BLOCKS * CodeBlock.LANES;

  private final TokenNormalizer normalizer;
  private final AbortCheck abort;
  private final int dimension;
  private final boolean unitLength;

  /** Centroids of all codebooks. Tokens are encoded with those of trained codebooks only. */
  private final float[] centroids;

  private final int firstOwn;
  private final CentroidRouter router;
  private final ResidualQuantizer quantizer;
  private final int stride;
  private final byte[] blocks;
  private final byte[] copied;
  private final float[] lengths = new float[CHUNK];
  private final int[] nearest = new int[CHUNK];
  private final byte[] residuals;
  private PlaidBlockCodec imported;

  private final float[] known;
  private int nextKnown;

  /**
   * Sole constructor.
   *
   * @param codebooks codebooks of the segment
   * @param unitLength whether the segment stores no lengths
   * @param known all tokens that will be encoded, in order, normalized; they are not normalized
   *     again. Null if they are not at hand
   * @param abort asked for each chunk of tokens, because a document may have millions of them
   */
  TokenEncoder(
      TokenNormalizer normalizer,
      CodebookBlocks codebooks,
      int bits,
      boolean unitLength,
      float[] known,
      AbortCheck abort)
      throws IOException {
    this.normalizer = normalizer;
    this.abort = abort;
    this.dimension = normalizer.dimension();
    this.unitLength = unitLength;
    this.known = known;
    this.centroids = codebooks.rows();
    this.firstOwn = codebooks.importedCentroids();
    this.router = router(codebooks, abort);
    this.quantizer = new ResidualQuantizer(dimension, bits);
    this.stride = CodeReader.stride(quantizer.blockBytes(), unitLength);
    this.blocks = new byte[BLOCKS * stride];
    this.copied = new byte[BLOCKS * CodeReader.stride(quantizer.blockBytes(), false)];
    this.residuals = new byte[CHUNK * ((dimension * bits + 7) / 8)];
  }

  /** Finds centroids of trained codebooks; null if there are none. */
  private static CentroidRouter router(CodebookBlocks codebooks, AbortCheck abort)
      throws IOException {
    int first = codebooks.importedCentroids();
    int count = codebooks.centroidCount();
    int dimension = codebooks.dimension();
    if (first == count) {
      return null;
    }
    float[] centroids = codebooks.rows();
    float[] own =
        first == 0
            ? centroids
            : Arrays.copyOfRange(centroids, first * dimension, count * dimension);
    return new CentroidRouter(own, count - first, dimension, abort);
  }

  ResidualQuantizer quantizer() {
    return quantizer;
  }

  int stride() {
    return stride;
  }

  /** Receives the tokens of a document before they are encoded. */
  interface RawSink {
    /** Takes n rows. */
    void rows(float[] tokens, int n) throws IOException;
  }

  private void normalize(float[] tokens, int n) {
    if (unitLength == false) {
      normalizer.lengths(tokens, n, lengths);
    }
    if (known == null) {
      normalizer.normalize(tokens, n);
    } else {
      System.arraycopy(known, nextKnown * dimension, tokens, 0, n * dimension);
      nextKnown += n;
    }
  }

  /** Encodes the tokens of a document. */
  void encode(TokenCursor doc, float[] scratch, RawSink raw, IndexOutput out) throws IOException {
    for (int from = 0; from < doc.tokenCount(); from += CHUNK) {
      abort.check();
      int n = Math.min(CHUNK, doc.tokenCount() - from);
      doc.tokens(from, n, scratch);
      raw.rows(scratch, n);
      normalize(scratch, n);
      router.nearest(scratch, 0, n, nearest);
      int written = TokenAddresses.blocksOf(n);
      Arrays.fill(blocks, (byte) 0);
      for (int i = 0; i < n; i++) {
        int block = i / CodeBlock.LANES * stride;
        int lane = i % CodeBlock.LANES;
        int centroid = firstOwn + nearest[i];
        quantizer.encode(scratch, i * dimension, centroids, centroid, blocks, block, lane);
        setLength(block, lane, lengths[i]);
      }
      repeatLast(n, lengths[n - 1]);
      out.writeBytes(blocks, written * stride);
    }
  }

  /** Sets the length of a token of {@link #blocks}, where lengths are stored. */
  private void setLength(int block, int lane, float length) {
    if (unitLength == false) {
      int at = block + quantizer.blockBytes() + lane * Float.BYTES;
      BitUtil.VH_LE_FLOAT.set(blocks, at, length);
    }
  }

  /** Fills up the last of the blocks of n tokens by repeating the last token. */
  private void repeatLast(int n, float length) {
    int last = (n - 1) % CodeBlock.LANES;
    int block = (n - 1) / CodeBlock.LANES * stride;
    for (int lane = last + 1; lane < CodeBlock.LANES; lane++) {
      CodeBlock.repeatLane(blocks, block, quantizer.blockBytes(), last, lane);
      setLength(block, lane, length);
    }
  }

  /**
   * Copies the imported codes of a document that is not in a segment yet.
   *
   * @param firstCentroid the first centroid of their codebook
   * @param cut whether the last block is stored as a half block if half of it suffices
   */
  void copyImported(ImportedDocValues doc, int firstCentroid, boolean cut, IndexOutput out)
      throws IOException {
    if (imported == null || imported.codebook().id().equals(doc.codebook().id()) == false) {
      imported = new PlaidBlockCodec(doc.codebook());
    }
    int width = imported.width();
    for (int from = 0; from < doc.tokenCount(); from += CHUNK) {
      abort.check();
      int n = Math.min(CHUNK, doc.tokenCount() - from);
      doc.centroids(from, n, nearest);
      doc.residuals(from, n, residuals);
      int written = TokenAddresses.blocksOf(n);
      for (int i = 0; i < n; i++) {
        int block = i / CodeBlock.LANES * stride;
        int lane = i % CodeBlock.LANES;
        int centroid = firstCentroid + nearest[i];
        imported.pack(residuals, i * width, nearest[i], centroid, blocks, block, lane);
        setLength(block, lane, 1f);
      }
      repeatLast(n, 1f);
      int halves = cut ? HalfBlock.count(n) : 2 * written;
      if (halves % 2 != 0) {
        HalfBlock.cut(blocks, (written - 1) * stride, quantizer.blockBytes(), stride);
      }
      out.writeBytes(blocks, halves * (stride / 2));
    }
  }

  /**
   * Copies the codes of a document.
   *
   * @param shifts number to add to the centroid ids, for each codebook block of the source
   */
  void copy(PlaidSegment source, int ordinal, int[] shifts, IndexOutput out) throws IOException {
    int sourceStride = source.codes().stride();
    long end = source.firstHalf(ordinal + 1);
    for (long half = source.firstHalf(ordinal); half < end; half += 2 * BLOCKS) {
      abort.check();
      int n = source.codes().readBlocks(half, (int) Math.min(2 * BLOCKS, end - half), copied);
      for (int b = 0; b < n; b++) {
        shiftCentroids(source.codebooks(), copied, b * sourceStride, shifts);
        System.arraycopy(
            copied, b * sourceStride, blocks, b * stride, Math.min(stride, sourceStride));
        for (int lane = 0; lane < CodeBlock.LANES && sourceStride < stride; lane++) {
          setLength(b * stride, lane, 1f);
        }
      }
      out.writeBytes(blocks, n * stride);
    }
  }

  private static void shiftCentroids(
      CodebookBlocks source, byte[] block, int offset, int[] shifts) {
    for (int lane = 0; lane < CodeBlock.LANES; lane++) {
      int centroid = CodeBlock.centroidId(block, offset, lane);
      int shift = shifts[source.blockOf(centroid)];
      assert shift != Integer.MIN_VALUE;
      CodeBlock.setCentroidId(block, offset, lane, centroid + shift);
    }
  }
}
