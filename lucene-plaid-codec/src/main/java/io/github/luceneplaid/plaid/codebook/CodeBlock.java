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

import io.github.luceneplaid.fsvi.simd.ResidualTables;
import io.github.luceneplaid.fsvi.simd.VectorKernels;
import java.util.Objects;
import org.apache.lucene.util.BitUtil;

/**
 * The codes of 16 tokens, side by side. Each token has a lane, 0 to 15.
 *
 * <ul>
 *   <li><b>[uint16]</b> × 16, little-endian: centroid ids, which count through all centroids of the
 *       segment
 *   <li><b>[uint8]</b> × 16: scales, round(128 s) up to 255
 *   <li><b>[uint8]</b> × 16: factors, round(256 (factor − 0.75)), 0 to 255
 *   <li>{@link ResidualTables#codeBytes} bytes: codes as in {@link VectorKernels#decodeBlock},
 *       unused bits 0. The weights of a token have a length of at most 16 √d, or 32 √d with 8 bits,
 *       and no weight is -128
 * </ul>
 *
 * <p>A token with centroid a and weights w is decoded as factor · (a + s w / (T √d)), where T is
 * {@link ResidualTables#unit}, see {@link ResidualQuantizer}.
 *
 * @lucene.internal
 */
public final class CodeBlock {

  /** Tokens in a block. */
  public static final int LANES = VectorKernels.BLOCK_LANES;

  static final int SCALES = 2 * LANES;
  static final int FACTORS = 3 * LANES;

  /** Offset of the codes in a block. */
  public static final int CODES = 4 * LANES;

  private static final float SCALE_UNIT = 1 / 128f;
  private static final float FACTOR_UNIT = 1 / 256f;
  private static final float FACTOR_MIN = 0.75f;

  private CodeBlock() {}

  /**
   * Returns the number of bytes of a block.
   *
   * @param bits of a component: 1, 2, 3, 4 or 8
   * @param dim components of a token
   * @return 64 and the bytes of 16 codes
   */
  public static int bytes(int bits, int dim) {
    return CODES + ResidualTables.codeBytes(bits, dim);
  }

  /** Returns the scale of a byte. */
  static float scale(int value) {
    return (value & 0xFF) * SCALE_UNIT;
  }

  /** Returns the byte that is nearest to a scale. */
  static int byteOfScale(float scale) {
    return Math.clamp(Math.round(scale / SCALE_UNIT), 0, 255);
  }

  /** Returns the factor of a byte. */
  static float factor(int value) {
    return FACTOR_MIN + (value & 0xFF) * FACTOR_UNIT;
  }

  /** Returns the byte that is nearest to a factor. */
  static int byteOfFactor(float factor) {
    return Math.clamp(Math.round((factor - FACTOR_MIN) / FACTOR_UNIT), 0, 255);
  }

  /**
   * Copies the code of a lane to another lane of the same block.
   *
   * @param block holds the block
   * @param blockOffset index of its first byte
   * @param blockBytes bytes of the block
   * @param from lane, 0 to 15
   * @param to lane, 0 to 15
   */
  public static void repeatLane(byte[] block, int blockOffset, int blockBytes, int from, int to) {
    Objects.checkIndex(from, LANES);
    Objects.checkIndex(to, LANES);
    setCentroidId(block, blockOffset, to, centroidId(block, blockOffset, from));
    for (int at = blockOffset + SCALES; at < blockOffset + blockBytes; at += LANES) {
      block[at + to] = block[at + from];
    }
  }

  /**
   * Returns the centroid id of a lane.
   *
   * @param block holds the block
   * @param blockOffset index of its first byte
   * @param lane 0 to 15
   * @return 0 to 65535
   */
  public static int centroidId(byte[] block, int blockOffset, int lane) {
    return Short.toUnsignedInt((short) BitUtil.VH_LE_SHORT.get(block, blockOffset + 2 * lane));
  }

  /**
   * Sets the centroid id of a lane. The ids change when codes are copied to another segment.
   *
   * @param block holds the block
   * @param blockOffset index of its first byte
   * @param lane 0 to 15
   * @param centroidId 0 to 65535
   */
  public static void setCentroidId(byte[] block, int blockOffset, int lane, int centroidId) {
    int at = blockOffset + 2 * lane;
    block[at] = (byte) centroidId;
    block[at + 1] = (byte) (centroidId >>> 8);
  }

  /**
   * Reads the centroid ids, scales and factors of the 16 lanes of a block, for {@link
   * VectorKernels#maxTile}.
   *
   * @param block holds the block
   * @param blockOffset index of its first byte
   * @param centroidIds receives the centroid ids
   * @param scales receives the scales s
   * @param factors receives the factors
   * @param outOffset index of the first lane in these three
   */
  public static void readLanes(
      byte[] block,
      int blockOffset,
      int[] centroidIds,
      float[] scales,
      float[] factors,
      int outOffset) {
    for (int lane = 0; lane < LANES; lane++) {
      centroidIds[outOffset + lane] = centroidId(block, blockOffset, lane);
      int at = blockOffset + lane;
      scales[outOffset + lane] = scale(block[at + SCALES]);
      factors[outOffset + lane] = factor(block[at + FACTORS]);
    }
  }
}
