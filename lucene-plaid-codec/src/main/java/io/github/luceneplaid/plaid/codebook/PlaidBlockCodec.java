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
package io.github.luceneplaid.plaid.codebook;

import io.github.luceneplaid.fsvi.simd.VectorKernels;
import io.github.luceneplaid.fsvi.slab.SlabEncoding;

/**
 * Converts codes of an imported codebook between three forms: residual bytes in the layout of
 * PLAID's files, lanes of blocks, and tokens of floats. An instance keeps scratch memory and
 * belongs to one thread.
 *
 * <h2>Block of 16 tokens</h2>
 *
 * The layout is that of {@link ResidualQuantizer}, so blocks of both have the same size. Two parts
 * differ:
 *
 * <ul>
 *   <li>scales and factors are the low and the high bytes of <b>[float16]</b> × 16: 1 / max(|c +
 *       w|, 10<sup>-12</sup>), at most 65504, rounded, or 1 for signs. They are used to find
 *       candidates only. Decoded tokens do not depend on them;
 *   <li>level numbers are bucket numbers, those of 8 bits unsigned.
 * </ul>
 *
 * A group of these codes is a byte of the residuals in PLAID's files with its bits in reverse
 * order.
 *
 * @lucene.internal
 */
public final class PlaidBlockCodec {

  /** Least divisor of a token. */
  private static final float MIN_NORM = 1e-12f;

  /** Each byte with its bits in reverse order. */
  private static final byte[] REVERSED = new byte[1 << Byte.SIZE];

  static {
    for (int i = 0; i < REVERSED.length; i++) {
      REVERSED[i] = (byte) (Integer.reverse(i) >>> (Integer.SIZE - Byte.SIZE));
    }
  }

  private final Codebook codebook;
  private final PlaidQuantizer buckets;
  private final float[] centroids;
  private final int firstCentroid;
  private final int dimension;
  private final int perByte;
  private final int mask;
  private final int width;

  /** The weight of each component of a byte, [components of a byte][256]. */
  private final float[][] byteWeights;

  /**
   * Sole constructor.
   *
   * @param codebook an imported one
   */
  public PlaidBlockCodec(Codebook codebook) {
    this.codebook = codebook;
    this.buckets = codebook.buckets();
    this.centroids = codebook.arrayOfRows();
    this.firstCentroid = codebook.firstOfRows();
    this.dimension = codebook.dimension();
    this.perByte = 8 / buckets.bits();
    this.mask = (1 << buckets.bits()) - 1;
    this.width = (dimension + perByte - 1) / perByte;
    this.byteWeights = new float[perByte][1 << Byte.SIZE];
    for (int b = 0; b < 1 << Byte.SIZE; b++) {
      int levels = reverse((byte) b) & 0xFF;
      for (int j = 0; j < perByte; j++, levels >>>= buckets.bits()) {
        byteWeights[j][b] = buckets.weight(levels & mask);
      }
    }
  }

  /** Returns the imported codebook. */
  public Codebook codebook() {
    return codebook;
  }

  /** Returns the number of residual bytes of a token. */
  public int width() {
    return width;
  }

  /**
   * Writes a token to a lane of a block. The other lanes do not change.
   *
   * @param packed holds its residual bytes
   * @param from index of the first one
   * @param centroid of the token
   * @param centroidId the centroid's row among the centroids of the segment
   * @param block receives the code
   * @param offset index of the block's first byte
   * @param lane 0 to 15
   */
  public void pack(
      byte[] packed, int from, int centroid, int centroidId, byte[] block, int offset, int lane) {
    int group = offset + CodeBlock.CODES + lane;
    for (int i = from; i < from + width; i++, group += CodeBlock.LANES) {
      block[group] = reverse(packed[i]);
    }
    CodeBlock.setCentroidId(block, offset, lane, centroidId);
    float inverse = inverseNorm(packed, from, centroid);
    // Quick scores of a very short token are too low, but finite
    short half = Float.floatToFloat16(Math.min(inverse, SlabEncoding.MAX_FLOAT16));
    block[offset + CodeBlock.SCALES + lane] = (byte) half;
    block[offset + CodeBlock.FACTORS + lane] = (byte) (half >>> 8);
  }

  /** Computes the norm in floats, because only 11 bits of it are stored. */
  private float inverseNorm(byte[] packed, int from, int centroid) {
    if (buckets.areSigns()) {
      return 1;
    }
    float squares = 0;
    for (int j = 0; j < perByte; j++) {
      squares +=
          squares(
              packed, from, centroids, firstCentroid + centroid * dimension + j, byteWeights[j]);
    }
    return 1 / Math.max((float) Math.sqrt(squares), MIN_NORM);
  }

  /**
   * Returns the sum of the squares of one component of each byte. It uses four sums, which do not
   * wait for each other.
   */
  private float squares(byte[] packed, int from, float[] rows, int first, float[] weights) {
    float sum0 = 0;
    float sum1 = 0;
    float sum2 = 0;
    float sum3 = 0;
    int i = from;
    int at = first;
    for (; i < from + width - 3; i += 4, at += 4 * perByte) {
      float x0 = rows[at] + weights[packed[i] & 0xFF];
      float x1 = rows[at + perByte] + weights[packed[i + 1] & 0xFF];
      float x2 = rows[at + 2 * perByte] + weights[packed[i + 2] & 0xFF];
      float x3 = rows[at + 3 * perByte] + weights[packed[i + 3] & 0xFF];
      sum0 += x0 * x0;
      sum1 += x1 * x1;
      sum2 += x2 * x2;
      sum3 += x3 * x3;
    }
    for (; i < from + width; i++, at += perByte) {
      float x = rows[at] + weights[packed[i] & 0xFF];
      sum0 += x * x;
    }
    return (sum0 + sum1) + (sum2 + sum3);
  }

  /**
   * Copies a token's residual bytes out of a block.
   *
   * @param packed receives them
   * @param to index of the first one
   */
  public void unpack(byte[] block, int offset, int lane, byte[] packed, int to) {
    int group = offset + CodeBlock.CODES + lane;
    for (int i = to; i < to + width; i++, group += CodeBlock.LANES) {
      packed[i] = reverse(block[group]);
    }
  }

  /**
   * Reads the centroid ids and factors of the 16 lanes of a block, for {@link
   * VectorKernels#maxTile}. All scales are 1.
   *
   * @param centroidIds receives the centroid ids
   * @param factors receives the factors
   * @param out index of the first lane in both
   */
  public static void readLanes(
      byte[] block, int offset, int[] centroidIds, float[] factors, int out) {
    for (int lane = 0; lane < CodeBlock.LANES; lane++) {
      centroidIds[out + lane] = CodeBlock.centroidId(block, offset, lane);
      int low = block[offset + CodeBlock.SCALES + lane] & 0xFF;
      int high = block[offset + CodeBlock.FACTORS + lane];
      factors[out + lane] = Float.float16ToFloat((short) (high << 8 | low));
    }
  }

  /**
   * Decodes a lane of a block.
   *
   * @param centroid of the token
   * @param out receives the token, not rotated
   * @param at index of its first component
   */
  public void decode(byte[] block, int offset, int lane, int centroid, float[] out, int at) {
    int group = offset + CodeBlock.CODES + lane;
    double squares = 0;
    for (int j = 0; j < dimension; j += perByte, group += CodeBlock.LANES) {
      squares += add(centroid, j, block[group], out, at);
    }
    normalize(squares, out, at);
  }

  /**
   * Decodes residual bytes.
   *
   * @param packed holds them
   * @param from index of the first one
   * @param centroid of the token
   * @param out receives the token
   * @param at index of its first component
   */
  public void decode(byte[] packed, int from, int centroid, float[] out, int at) {
    double squares = 0;
    for (int j = 0, i = from; j < dimension; j += perByte, i++) {
      squares += add(centroid, j, reverse(packed[i]), out, at);
    }
    normalize(squares, out, at);
  }

  /**
   * Adds the weights of a group to components of the centroid. If there are only signs, the weights
   * are the components.
   *
   * @param first dimension of the group
   * @return the sum of the squares
   */
  private double add(int centroid, int first, byte group, float[] out, int at) {
    int row = firstCentroid + centroid * dimension;
    int levels = group & 0xFF;
    int end = Math.min(dimension, first + perByte);
    double squares = 0;
    for (int j = first; j < end; j++, levels >>>= buckets.bits()) {
      float weight = buckets.weight(levels & mask);
      float x = buckets.areSigns() ? weight : centroids[row + j] + weight;
      out[at + j] = x;
      squares += (double) x * x;
    }
    return squares;
  }

  private void normalize(double squares, float[] out, int at) {
    if (buckets.areSigns() == false) {
      float divisor = Math.max((float) Math.sqrt(squares), MIN_NORM);
      for (int j = at; j < at + dimension; j++) {
        out[j] /= divisor;
      }
    }
  }

  static byte reverse(byte bits) {
    return REVERSED[bits & 0xFF];
  }
}
