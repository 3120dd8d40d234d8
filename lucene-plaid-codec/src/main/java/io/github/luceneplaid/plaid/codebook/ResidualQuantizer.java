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
import java.util.Arrays;
import java.util.Objects;

/**
 * Codes of tokens: a rotated token x of unit length is stored as the id of an anchor a and a coarse
 * form of its residual r = x − a.
 *
 * <p>Each component of r has a weight w<sub>j</sub>, one of the {@link ResidualTables#weights} or,
 * for 8 bits, −127 to 127. With T = {@link ResidualTables#unit}, the direction of r is v = w / (T
 * √dim), about of unit length, and x is close to a + s v. Encoding chooses
 *
 * <ul>
 *   <li>the weight nearest to T √dim r<sub>j</sub> / |r|. While |w| &gt; {@link #maxWeightLength},
 *       which is rare, one of the components with the largest weight goes a level toward zero;
 *   <li>the <b>scale</b> s = |r|² / (r·v), which makes the error a + s v − x orthogonal to r. Least
 *       squares would shorten every residual, and so the similarities of tokens far from their
 *       anchors more than those of others, which costs recall. Not more than twice the scale of
 *       least squares, though;
 *   <li>the <b>factor</b> 1 / (x·(a + s v)), so that factor · (a + s v) has similarity 1 with x.
 * </ul>
 *
 * <p>Decoding gives (a + s v) / |a + s v|, or the first unit vector if that length is below 1e-12.
 * The integer kernels do without this length and use the factor, see {@link #quantizeQuery}.
 *
 * <h2>Block of 16 tokens</h2>
 *
 * A token has a lane, 0 to 15.
 *
 * <ul>
 *   <li><b>[uint16]</b> × 16, little-endian: anchor ids, of the segment's anchors one after another
 *   <li><b>[uint8]</b> × 16: scales, round(128 s) up to 255
 *   <li><b>[uint8]</b> × 16: factors, round(256 (factor − 0.75)), 0 to 255
 *   <li>{@link ResidualTables#codeBytes} bytes: codes as in {@link VectorKernels#decodeBlock},
 *       unused bits 0
 * </ul>
 *
 * All arithmetic is in an order of its own, not in one of the kernels, so all machines decode the
 * same numbers. An instance has scratch memory and belongs to one thread.
 *
 * @lucene.internal
 */
public final class ResidualQuantizer {

  /** Tokens in a block. */
  public static final int LANES = VectorKernels.BLOCK_LANES;

  private static final int SCALES = 2 * LANES;
  private static final int FACTORS = 3 * LANES;

  /** Where the codes are in a block. */
  public static final int CODES = 4 * LANES;

  private static final float SCALE_UNIT = 1 / 128f;
  private static final float FACTOR_UNIT = 1 / 256f;
  private static final float FACTOR_MIN = 0.75f;

  /** Residuals this short have scale 0, and their direction does not matter. */
  private static final float NO_RESIDUAL = 1e-12f;

  private final VectorKernels kernels = VectorKernels.get();
  private final int dim;
  private final int bits;
  private final int codeBytes;

  /** T √dim */
  private final float weightUnit;

  private final int maxSquaredLength;
  private final LevelTable table;

  private final float[] residual;
  private final byte[] levels;
  private final short[] tile;

  /**
   * Makes a quantiser.
   *
   * @param dim components of a token, 1 to {@value Rotation#MAX_DIMENSION}
   * @param bits of a component: 1, 2, 3, 4 or 8
   * @throws IllegalArgumentException if an argument is none of these
   */
  public ResidualQuantizer(int dim, int bits) {
    if (dim < 1 || dim > Rotation.MAX_DIMENSION) {
      throw new IllegalArgumentException(
          "dim=" + dim + ", must be in [1, " + Rotation.MAX_DIMENSION + "]");
    }
    this.dim = dim;
    this.bits = bits;
    codeBytes = ResidualTables.codeBytes(bits, dim);
    weightUnit = (float) (ResidualTables.unit(bits) * Math.sqrt(dim));
    int rms = rmsLimit(bits);
    maxSquaredLength = rms * rms * dim;
    table = new LevelTable(bits);
    residual = new float[dim];
    levels = new byte[dim];
    tile = new short[dim * VectorKernels.TILE_LANES];
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
    return CODES + codeBytes;
  }

  /**
   * Returns the number of bits of a component.
   *
   * @return 1, 2, 3, 4 or 8
   */
  public int bits() {
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
   * Codes a token into a lane of a block; the other lanes keep what they have.
   *
   * @param token rotated, of unit length
   * @param offset index of its first component
   * @param anchors [anchors][dim], rotated
   * @param anchorId row of the token's anchor, 0 to 65535
   * @param block receives the code
   * @param blockOffset index of the block's first byte
   * @param lane 0 to 15
   */
  public void encode(
      float[] token,
      int offset,
      float[] anchors,
      int anchorId,
      byte[] block,
      int blockOffset,
      int lane) {
    Objects.checkIndex(lane, LANES);
    Objects.checkIndex(anchorId, Codebook.MAX_ANCHORS);
    int anchor = Objects.checkFromIndexSize(anchorId * dim, dim, anchors.length);
    float squared = subtract(token, offset, anchors, anchor);
    float length = (float) Math.sqrt(squared);
    boolean present = length > NO_RESIDUAL;
    int squaredWeights = chooseLevels(present ? weightUnit / length : 0);
    if (squaredWeights > maxSquaredLength) {
      shorten(squaredWeights);
    }
    int scale = present ? scale(squared) : 0;
    int at = blockOffset + lane;
    setAnchorId(block, blockOffset, lane, anchorId);
    block[at + SCALES] = (byte) scale;
    block[at + FACTORS] = (byte) factor(token, offset, anchors, anchor, scale);
    pack(block, at + CODES);
  }

  /** Sets the residual and returns its squared length. */
  private float subtract(float[] token, int offset, float[] anchors, int anchor) {
    for (int j = 0; j < dim; j++) {
      residual[j] = token[offset + j] - anchors[anchor + j];
    }
    float s0 = 0, s1 = 0, s2 = 0, s3 = 0;
    int j = 0;
    for (; j <= dim - 4; j += 4) {
      s0 += residual[j] * residual[j];
      s1 += residual[j + 1] * residual[j + 1];
      s2 += residual[j + 2] * residual[j + 2];
      s3 += residual[j + 3] * residual[j + 3];
    }
    for (; j < dim; j++) {
      s0 += residual[j] * residual[j];
    }
    return (s0 + s1) + (s2 + s3);
  }

  /** Sets the levels nearest to residual · unit and returns the squared length of the weights. */
  private int chooseLevels(float unit) {
    float unitOfTable = unit * table.stepsPerWeight;
    int squared = 0;
    for (int j = 0; j < dim; j++) {
      int step = (int) (residual[j] * unitOfTable + table.origin);
      step = Math.max(0, Math.min(LevelTable.STEPS - 1, step));
      levels[j] = table.levels[step];
      squared += table.squares[step];
    }
    return squared;
  }

  /**
   * Takes largest weights a level toward zero until the length suits the kernels; among equal ones
   * that of the shortest component of the residual first.
   */
  private void shorten(int squaredWeights) {
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
      levels[victim] = (byte) (levels[victim] - Integer.signum(table.weight(levels[victim])));
      int smaller = table.weight(levels[victim]);
      squaredWeights += smaller * smaller - largest * largest;
    }
  }

  /** The byte of the scale |r|² / (r·v), within twice the scale (r·v) / |v|². */
  private int scale(float squaredResidual) {
    float r0 = 0, r1 = 0;
    int squaredWeights = 0;
    for (int j = 0; j < dim; j++) {
      int weight = table.weight(levels[j]);
      if ((j & 1) == 0) {
        r0 += residual[j] * weight;
      } else {
        r1 += residual[j] * weight;
      }
      squaredWeights += weight * weight;
    }
    float product = r0 + r1;
    float unbiased = squaredResidual / product;
    float leastSquares = product / squaredWeights;
    float scale = Math.min(unbiased, 2 * leastSquares) * weightUnit;
    return Math.max(0, Math.min(255, Math.round(scale / SCALE_UNIT)));
  }

  /** The byte of the factor that makes the similarity with the token itself 1. */
  private int factor(float[] token, int offset, float[] anchors, int anchor, int scale) {
    float step = scale * SCALE_UNIT / weightUnit;
    float s0 = 0, s1 = 0;
    for (int j = 0; j < dim; j++) {
      float decoded = anchors[anchor + j] + step * table.weight(levels[j]);
      if ((j & 1) == 0) {
        s0 += token[offset + j] * decoded;
      } else {
        s1 += token[offset + j] * decoded;
      }
    }
    float similarity = Math.max(0.5f, s0 + s1);
    return Math.max(0, Math.min(255, Math.round((1 / similarity - FACTOR_MIN) / FACTOR_UNIT)));
  }

  private void pack(byte[] block, int at) {
    switch (bits) {
      case 8 -> {
        for (int j = 0; j < dim; j++) {
          block[at + j * LANES] = levels[j];
        }
      }
      case 3 -> {
        packSection(2, 0, block, at);
        packSection(1, 2, block, at + LANES * ((dim + 3) / 4));
      }
      default -> packSection(bits, 0, block, at);
    }
  }

  /** Packs this many bits of each level, from a given bit on. */
  private void packSection(int width, int fromBit, byte[] block, int at) {
    int perByte = 8 / width;
    int mask = (1 << width) - 1;
    for (int j = 0; j < dim; j += perByte, at += LANES) {
      int packed = 0;
      int end = Math.min(dim, j + perByte);
      for (int i = end - 1; i >= j; i--) {
        packed = packed << width | (levels[i] >>> fromBit & mask);
      }
      block[at] = (byte) packed;
    }
  }

  /**
   * Copies the code of a lane to another lane of the same block.
   *
   * @param block holds the block
   * @param blockOffset index of its first byte
   * @param from lane, 0 to 15
   * @param to lane, 0 to 15
   */
  public void repeatLane(byte[] block, int blockOffset, int from, int to) {
    Objects.checkIndex(from, LANES);
    Objects.checkIndex(to, LANES);
    setAnchorId(block, blockOffset, to, anchorId(block, blockOffset, from));
    for (int at = blockOffset + SCALES; at < blockOffset + blockBytes(); at += LANES) {
      block[at + to] = block[at + from];
    }
  }

  /**
   * Returns the anchor id of a lane.
   *
   * @param block holds the block
   * @param blockOffset index of its first byte
   * @param lane 0 to 15
   * @return 0 to 65535
   */
  public static int anchorId(byte[] block, int blockOffset, int lane) {
    int at = blockOffset + 2 * lane;
    return (block[at] & 0xFF) | (block[at + 1] & 0xFF) << 8;
  }

  /**
   * Sets the anchor id of a lane, for anchors that have moved to another row.
   *
   * @param block holds the block
   * @param blockOffset index of its first byte
   * @param lane 0 to 15
   * @param anchorId 0 to 65535
   */
  public static void setAnchorId(byte[] block, int blockOffset, int lane, int anchorId) {
    int at = blockOffset + 2 * lane;
    block[at] = (byte) anchorId;
    block[at + 1] = (byte) (anchorId >>> 8);
  }

  /**
   * Reads what {@link VectorKernels#maxTile} wants to know of the 16 lanes of a block.
   *
   * @param block holds the block
   * @param blockOffset index of its first byte
   * @param anchorIds receives the anchor ids
   * @param scales receives the scales s
   * @param factors receives the factors
   * @param outOffset index of the first lane in these three
   */
  public static void readLanes(
      byte[] block,
      int blockOffset,
      int[] anchorIds,
      float[] scales,
      float[] factors,
      int outOffset) {
    for (int lane = 0; lane < LANES; lane++) {
      anchorIds[outOffset + lane] = anchorId(block, blockOffset, lane);
      int at = blockOffset + lane;
      scales[outOffset + lane] = (block[at + SCALES] & 0xFF) * SCALE_UNIT;
      factors[outOffset + lane] = FACTOR_MIN + (block[at + FACTORS] & 0xFF) * FACTOR_UNIT;
    }
  }

  /**
   * Decodes lanes of a block.
   *
   * @param block holds the block
   * @param blockOffset index of its first byte
   * @param anchors [anchors][dim], rotated
   * @param firstLane 0 to 15
   * @param lanes number of lanes from there
   * @param out receives [lanes][dim] tokens, rotated, of unit length
   * @param outOffset index of the first component of the first one
   * @throws IndexOutOfBoundsException if, among others, there is no such anchor
   */
  public void decode(
      byte[] block,
      int blockOffset,
      float[] anchors,
      int firstLane,
      int lanes,
      float[] out,
      int outOffset) {
    Objects.checkFromIndexSize(firstLane, lanes, LANES);
    kernels.decodeBlock(block, blockOffset + CODES, bits, dim, tile, 0);
    for (int lane = firstLane; lane < firstLane + lanes; lane++, outOffset += dim) {
      int anchor = anchorId(block, blockOffset, lane) * dim;
      float scale = (block[blockOffset + SCALES + lane] & 0xFF) * SCALE_UNIT;
      float step = scale / weightUnit;
      for (int j = 0; j < dim; j++) {
        int weight = tile[j * VectorKernels.TILE_LANES + lane];
        out[outOffset + j] = anchors[anchor + j] + step * weight;
      }
      normalize(out, outOffset);
    }
  }

  private void normalize(float[] v, int offset) {
    double s0 = 0, s1 = 0, s2 = 0, s3 = 0;
    int j = offset;
    int end = offset + dim;
    for (; j <= end - 4; j += 4) {
      s0 += (double) v[j] * v[j];
      s1 += (double) v[j + 1] * v[j + 1];
      s2 += (double) v[j + 2] * v[j + 2];
      s3 += (double) v[j + 3] * v[j + 3];
    }
    for (; j < end; j++) {
      s0 += (double) v[j] * v[j];
    }
    double length = Math.sqrt((s0 + s1) + (s2 + s3));
    if (length < 1e-12) {
      Arrays.fill(v, offset, end, 0);
      v[offset] = 1;
    } else {
      float factor = (float) (1 / length);
      for (int i = offset; i < end; i++) {
        v[i] *= factor;
      }
    }
  }

  /**
   * Turns query tokens into integers so short that their products with weights fit 16 bits. With
   * these, the similarity of query token q and a coded token is
   *
   * <pre>(anchor · q + scale · queryScale · Σ weight · integer) · factor</pre>
   *
   * @param queries [nq][dim], rotated, of any length
   * @param nq number of query tokens
   * @param ints receives [nq][dim] integers
   * @param queryScale receives [nq] scales: {@code ints · queryScale} is about q / (T √dim)
   */
  public void quantizeQuery(float[] queries, int nq, short[] ints, float[] queryScale) {
    double limit = Short.MAX_VALUE / maxWeightLength();
    // Rounding adds 1/12 to the expected square of each integer.
    double target = Math.sqrt(limit * limit - dim / 12.0);
    for (int q = 0; q < nq; q++) {
      int offset = q * dim;
      double squared = 0;
      for (int j = 0; j < dim; j++) {
        squared += (double) queries[offset + j] * queries[offset + j];
      }
      if (squared == 0) {
        Arrays.fill(ints, offset, offset + dim, (short) 0);
        queryScale[q] = 0;
      } else {
        double unit = target / Math.sqrt(squared);
        round(queries, offset, unit, (int) (limit * limit), ints);
        queryScale[q] = (float) (1 / (unit * weightUnit));
      }
    }
  }

  /** Rounds query · unit to integers of limited length, those rounded up most go down instead. */
  private void round(float[] queries, int offset, double unit, int maxSquared, short[] ints) {
    int squared = 0;
    for (int j = offset; j < offset + dim; j++) {
      int value = (int) Math.rint(queries[j] * unit);
      ints[j] = (short) value;
      squared += value * value;
    }
    while (squared > maxSquared) {
      int victim = offset;
      double mostAdded = Double.NEGATIVE_INFINITY;
      for (int j = offset; j < offset + dim; j++) {
        double added = Math.abs(ints[j]) - Math.abs(queries[j] * unit);
        if (ints[j] != 0 && added > mostAdded) {
          mostAdded = added;
          victim = j;
        }
      }
      squared -= 2 * Math.abs(ints[victim]) - 1;
      ints[victim] = (short) (ints[victim] - Integer.signum(ints[victim]));
    }
  }
}
