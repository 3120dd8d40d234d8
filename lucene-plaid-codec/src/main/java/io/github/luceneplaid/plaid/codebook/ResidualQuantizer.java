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

/**
 * Encodes and decodes tokens. A rotated token x of unit length is stored as the id of a centroid a
 * and a coarse form of its residual r = x − a.
 *
 * <p>Each component of r has a weight w<sub>j</sub>, one of the {@link ResidualTables#weights} or,
 * for 8 bits, −127 to 127. With T = {@link ResidualTables#unit}, the direction of r is v = w / (T
 * √dim), about of unit length, and x is close to a + s v. Encoding chooses
 *
 * <ul>
 *   <li>the weight nearest to T √dim r<sub>j</sub> / |r|. While |w| &gt; {@link #maxWeightLength},
 *       which is rare, a component with the largest weight moves one level toward zero;
 *   <li>the <b>scale</b> s = |r|² / (r·v), which makes the error a + s v − x orthogonal to r. Least
 *       squares would shorten every residual. It would reduce the similarities of tokens far from
 *       their centroids more than others, and recall would drop. The scale is at most twice that of
 *       least squares;
 *   <li>the <b>factor</b> 1 / (x·(a + s v)), so that factor · (a + s v) has similarity 1 with x.
 * </ul>
 *
 * <p>Decoding gives factor · (a + s v). Its length is 1 / cos of the angle between x and the
 * decoded token, a little more than 1. On Cranfield, decoded tokens of this length rank documents
 * as well as tokens of length 1, and better at 1 bit (recall@10 .904 instead of .892 with 1,024
 * centroids). No length has to be computed.
 *
 * <p>{@link CodeBlock} states the layout of the codes of 16 tokens. {@link QueryRounding} rounds
 * queries to integers.
 *
 * <p>The order of all arithmetic is fixed and does not depend on the kernels, so all machines
 * decode the same numbers. An instance keeps scratch memory and belongs to one thread.
 *
 * @lucene.internal
 */
public final class ResidualQuantizer {

  /** Residuals of at most this length have scale 0, and their direction does not matter. */
  private static final float NO_RESIDUAL = 1e-12f;

  private final VectorKernels kernels = VectorKernels.get();
  private final int dim;
  private final int bits;

  /** T √dim */
  private final float weightUnit;

  private final int maxSquaredLength;

  // Created when a token is first encoded or decoded. Instances that only round queries do not need
  // it
  private LevelTable table;
  private short[] tile;

  // State of the token that is being encoded, from step to step
  private final float[] residual;
  private final byte[] levels;
  private float squaredResidual;
  private float centroidProduct;
  private float residualProduct;
  private float tokenProduct;
  private int squaredWeights;

  /**
   * Makes a quantiser.
   *
   * @param dim components of a token, 1 to {@value Rotation#MAX_DIMENSION}
   * @param bits of a component: 1, 2, 3, 4 or 8
   * @throws IllegalArgumentException if an argument has another value
   */
  public ResidualQuantizer(int dim, int bits) {
    if (dim < 1 || dim > Rotation.MAX_DIMENSION) {
      throw new IllegalArgumentException(
          "dim=" + dim + ", must be in [1, " + Rotation.MAX_DIMENSION + "]");
    }
    this.dim = dim;
    this.bits = bits;
    weightUnit = (float) (ResidualTables.unit(bits) * Math.sqrt(dim));
    int rms = rmsLimit(bits);
    maxSquaredLength = rms * rms * dim;
    residual = new float[dim];
    // Whole bytes are packed, so the last byte may need more levels, which are 0
    levels = new byte[(dim + 7) & ~7];
  }

  /** Limit of the root mean square of weights, a power of two a little above their unit. */
  private static int rmsLimit(int bits) {
    return bits == 8 ? 32 : 16;
  }

  /**
   * Returns the number of bytes of a block.
   *
   * @return 64 and the bytes of 16 codes
   */
  public int blockBytes() {
    return CodeBlock.bytes(bits, dim);
  }

  /**
   * Returns the number of bits of a component.
   *
   * @return 1, 2, 3, 4 or 8
   */
  int bits() {
    return bits;
  }

  /**
   * Returns the largest length of a token's weights.
   *
   * @return 16 √dim up to 4 bits, 32 √dim for 8 bits
   */
  public double maxWeightLength() {
    return Math.sqrt(maxSquaredLength);
  }

  /**
   * Encodes a token into a lane of a block. The other lanes do not change.
   *
   * @param token rotated, of unit length
   * @param offset index of its first component
   * @param centroids [centroids][dim], rotated
   * @param centroidId row of the token's centroid, 0 to 65535
   * @param block receives the code
   * @param blockOffset index of the block's first byte
   * @param lane 0 to 15
   */
  public void encode(
      float[] token,
      int offset,
      float[] centroids,
      int centroidId,
      byte[] block,
      int blockOffset,
      int lane) {
    Objects.checkIndex(lane, CodeBlock.LANES);
    Objects.checkIndex(centroidId, Codebook.MAX_CENTROIDS);
    int centroid = Objects.checkFromIndexSize(centroidId * dim, dim, centroids.length);
    if (table == null) {
      table = new LevelTable(bits);
    }
    subtract(token, offset, centroids, centroid);
    float length = (float) Math.sqrt(squaredResidual);
    boolean present = length > NO_RESIDUAL;
    chooseLevels(token, offset, present ? weightUnit / length : 0);
    if (squaredWeights > maxSquaredLength) {
      shorten(token, offset);
    }
    int scale = present ? scale() : 0;
    int at = blockOffset + lane;
    CodeBlock.setCentroidId(block, blockOffset, lane, centroidId);
    block[at + CodeBlock.SCALES] = (byte) scale;
    block[at + CodeBlock.FACTORS] = (byte) factor(scale);
    pack(block, at + CodeBlock.CODES);
  }

  /** Sets the residual, its squared length, and the product of token and centroid. */
  private void subtract(float[] token, int offset, float[] centroids, int centroid) {
    float s0 = 0, s1 = 0, p0 = 0, p1 = 0;
    int j = 0;
    for (; j <= dim - 2; j += 2) {
      float x0 = token[offset + j];
      float x1 = token[offset + j + 1];
      float a0 = centroids[centroid + j];
      float a1 = centroids[centroid + j + 1];
      float r0 = x0 - a0;
      float r1 = x1 - a1;
      residual[j] = r0;
      residual[j + 1] = r1;
      s0 += r0 * r0;
      s1 += r1 * r1;
      p0 += x0 * a0;
      p1 += x1 * a1;
    }
    if (j < dim) {
      float r = token[offset + j] - centroids[centroid + j];
      residual[j] = r;
      s0 += r * r;
      p0 += token[offset + j] * centroids[centroid + j];
    }
    squaredResidual = s0 + s1;
    centroidProduct = p0 + p1;
  }

  /**
   * Sets the levels nearest to residual · unit, the squared length of their weights, and the
   * products of the weights with residual and token.
   */
  private void chooseLevels(float[] token, int offset, float unit) {
    float stepsPerUnit = unit * table.stepsPerWeight;
    float origin = table.origin;
    float r0 = 0, r1 = 0, t0 = 0, t1 = 0;
    int squares = 0;
    int j = 0;
    for (; j <= dim - 2; j += 2) {
      int step0 = LevelTable.step(residual[j] * stepsPerUnit + origin);
      int step1 = LevelTable.step(residual[j + 1] * stepsPerUnit + origin);
      levels[j] = table.levels[step0];
      levels[j + 1] = table.levels[step1];
      int w0 = table.weights[step0];
      int w1 = table.weights[step1];
      r0 += residual[j] * w0;
      r1 += residual[j + 1] * w1;
      t0 += token[offset + j] * w0;
      t1 += token[offset + j + 1] * w1;
      squares += w0 * w0 + w1 * w1;
    }
    if (j < dim) {
      int step = LevelTable.step(residual[j] * stepsPerUnit + origin);
      levels[j] = table.levels[step];
      int w = table.weights[step];
      r0 += residual[j] * w;
      t0 += token[offset + j] * w;
      squares += w * w;
    }
    residualProduct = r0 + r1;
    tokenProduct = t0 + t1;
    squaredWeights = squares;
  }

  /**
   * Moves the largest weights one level toward zero until the length is small enough for the
   * kernels. Of equal weights, that of the smallest component of the residual comes first.
   */
  private void shorten(float[] token, int offset) {
    while (squaredWeights > maxSquaredLength) {
      int victim = 0;
      int largest = -1;
      for (int j = 0; j < dim; j++) {
        int magnitude = Math.abs(table.weight(levels[j]));
        if (magnitude > largest
            || (magnitude == largest && Math.abs(residual[j]) < Math.abs(residual[victim]))) {
          largest = magnitude;
          victim = j;
        }
      }
      int before = table.weight(levels[victim]);
      levels[victim] = (byte) (levels[victim] - Integer.signum(before));
      int after = table.weight(levels[victim]);
      residualProduct += residual[victim] * (after - before);
      tokenProduct += token[offset + victim] * (after - before);
      squaredWeights += after * after - before * before;
    }
  }

  /** Returns the byte of the scale |r|² / (r·v), limited to twice the scale (r·v) / |v|². */
  private int scale() {
    float unbiased = squaredResidual / residualProduct;
    float leastSquares = residualProduct / squaredWeights;
    return CodeBlock.byteOfScale(Math.min(unbiased, 2 * leastSquares) * weightUnit);
  }

  /** Returns the byte of the factor that makes the similarity with the token itself 1. */
  private int factor(int scale) {
    float similarity = centroidProduct + CodeBlock.scale(scale) / weightUnit * tokenProduct;
    return CodeBlock.byteOfFactor(1 / Math.max(0.5f, similarity));
  }

  private void pack(byte[] block, int at) {
    switch (bits) {
      case 1 -> pack1(0, block, at);
      case 2 -> pack2(block, at);
      case 3 -> {
        pack2(block, at);
        pack1(2, block, at + CodeBlock.LANES * ((dim + 3) / 4));
      }
      case 4 -> {
        for (int j = 0; j < dim; j += 2, at += CodeBlock.LANES) {
          block[at] = (byte) (levels[j] | levels[j + 1] << 4);
        }
      }
      default -> {
        for (int j = 0; j < dim; j++, at += CodeBlock.LANES) {
          block[at] = levels[j];
        }
      }
    }
  }

  /** Packs the two low bits of each level. */
  private void pack2(byte[] block, int at) {
    for (int j = 0; j < dim; j += 4, at += CodeBlock.LANES) {
      int low = (levels[j] & 3) | (levels[j + 1] & 3) << 2;
      int high = (levels[j + 2] & 3) | (levels[j + 3] & 3) << 2;
      block[at] = (byte) (low | high << 4);
    }
  }

  /** Packs one bit of each level. */
  private void pack1(int bit, byte[] block, int at) {
    for (int j = 0; j < dim; j += 8, at += CodeBlock.LANES) {
      int packed = 0;
      for (int i = 7; i >= 0; i--) {
        packed = packed << 1 | (levels[j + i] >>> bit & 1);
      }
      block[at] = (byte) packed;
    }
  }

  /**
   * Decodes lanes of a block.
   *
   * @param block holds the block
   * @param blockOffset index of its first byte
   * @param centroids [centroids][dim], rotated
   * @param firstLane 0 to 15
   * @param lanes number of lanes from there
   * @param out receives [lanes][dim] tokens, rotated
   * @param outOffset index of the first component of the first one
   * @throws IndexOutOfBoundsException if a centroid does not exist, or an array is too short
   */
  void decode(
      byte[] block,
      int blockOffset,
      float[] centroids,
      int firstLane,
      int lanes,
      float[] out,
      int outOffset) {
    Objects.checkFromIndexSize(firstLane, lanes, CodeBlock.LANES);
    if (tile == null) {
      tile = new short[dim * VectorKernels.TILE_LANES];
    }
    kernels.decodeBlock(block, blockOffset + CodeBlock.CODES, bits, dim, tile, 0);
    for (int lane = firstLane; lane < firstLane + lanes; lane++, outOffset += dim) {
      int centroid = CodeBlock.centroidId(block, blockOffset, lane) * dim;
      float step = CodeBlock.scale(block[blockOffset + CodeBlock.SCALES + lane]) / weightUnit;
      float factor = CodeBlock.factor(block[blockOffset + CodeBlock.FACTORS + lane]);
      for (int j = 0; j < dim; j++) {
        int weight = tile[j * VectorKernels.TILE_LANES + lane];
        out[outOffset + j] = (centroids[centroid + j] + step * weight) * factor;
      }
    }
  }

  /**
   * Rounds query tokens to integers. Their products with weights fit 16 bits. The similarity of
   * query token q and a coded token is
   *
   * <pre>(centroid · q + scale · queryScale · Σ weight · integer) · factor</pre>
   *
   * @param queries [nq][dim], rotated, of any length
   * @param nq number of query tokens
   * @param ints receives [nq][dim] integers
   * @param queryScale receives [nq] scales: {@code ints · queryScale} is about q / (T √dim)
   */
  public void quantizeQuery(float[] queries, int nq, short[] ints, float[] queryScale) {
    QueryRounding.round(queries, nq, dim, maxWeightLength(), 1 / weightUnit, ints, queryScale);
  }
}
