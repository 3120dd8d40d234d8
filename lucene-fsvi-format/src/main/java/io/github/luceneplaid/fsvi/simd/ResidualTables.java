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
package io.github.luceneplaid.fsvi.simd;

import java.util.Objects;

/**
 * Constants of the residual code: the weights of level numbers, and the size of codes.
 *
 * <p>Weights are the Lloyd-Max levels of the normal distribution N(0, 1), times {@link #unit} and
 * rounded. For 8 bits there are no level numbers: a code byte is the weight itself, −127 to 127.
 *
 * @lucene.experimental
 */
public final class ResidualTables {

  private static final byte[] BITS_1 = {-12, 12};
  private static final byte[] BITS_2 = {-23, -7, 7, 23};
  private static final byte[] BITS_3 = {-32, -20, -11, -4, 4, 11, 20, 32};
  private static final byte[] BITS_4 = {
    -41, -31, -24, -19, -14, -10, -6, -2, 2, 6, 10, 14, 19, 24, 31, 41
  };

  private ResidualTables() {}

  /**
   * Returns the weights by level number, ascending.
   *
   * @param bits 1, 2, 3 or 4
   * @return a new array of 2^bits weights
   * @throws IllegalArgumentException if bits has another value
   */
  public static byte[] weights(int bits) {
    return switch (bits) {
      case 1 -> BITS_1.clone();
      case 2 -> BITS_2.clone();
      case 3 -> BITS_3.clone();
      case 4 -> BITS_4.clone();
      default -> throw new IllegalArgumentException("no table of weights for bits=" + bits);
    };
  }

  /**
   * Returns the weight of one standard deviation.
   *
   * @param bits 1, 2, 3, 4 or 8
   * @return 15 up to 4 bits, 30 for 8 bits
   * @throws IllegalArgumentException if bits has another value
   */
  public static int unit(int bits) {
    return checkBits(bits) == 8 ? 30 : 15;
  }

  /**
   * Returns the number of bytes of the codes of a block of 16 tokens.
   *
   * @param bits 1, 2, 3, 4 or 8
   * @param dim number of dimensions, ≥ 1
   * @return the length of a section, or for 3 bits of two sections, see {@link
   *     VectorKernels#decodeBlock}
   * @throws IllegalArgumentException if bits has another value or dim &lt; 1
   * @throws ArithmeticException if the length does not fit an int
   */
  public static int codeBytes(int bits, int dim) {
    checkBits(bits);
    if (dim < 1) {
      throw new IllegalArgumentException("dim=" + dim + ", must be positive");
    }
    return bits == 3 ? Math.addExact(section(2, dim), section(1, dim)) : section(bits, dim);
  }

  /** Returns the bytes of a section. Its bits are a power of two. */
  static int section(int bits, int dim) {
    return Math.toIntExact(VectorKernels.BLOCK_LANES * (((long) dim * bits + 7) / 8));
  }

  static int checkBits(int bits) {
    if ((bits < 1 || bits > 4) && bits != 8) {
      throw new IllegalArgumentException("bits=" + bits + ", must be 1, 2, 3, 4 or 8");
    }
    return bits;
  }

  /** Checks the arguments of {@link VectorKernels#decodeBlock}. */
  static void checkBlock(
      byte[] codes, int codesOffset, int bits, int dim, short[] tile, int tileOffset) {
    Objects.checkFromIndexSize(codesOffset, codeBytes(bits, dim), codes.length);
    if (tileOffset != 0 && tileOffset != VectorKernels.BLOCK_LANES) {
      throw new IllegalArgumentException("tileOffset=" + tileOffset + ", must be 0 or 16");
    }
    Objects.checkFromIndexSize(0, Math.multiplyExact(dim, VectorKernels.TILE_LANES), tile.length);
  }

  /** Checks the arguments of {@link VectorKernels#decodeBlock} with weights of the caller's own. */
  static void checkBlock(
      byte[] codes,
      int codesOffset,
      byte[] weights,
      int bits,
      int dim,
      short[] tile,
      int tileOffset) {
    checkBlock(codes, codesOffset, bits, dim, tile, tileOffset);
    if (bits == 3) {
      throw new IllegalArgumentException("bits=3, must be 1, 2, 4 or 8");
    }
    Objects.checkFromIndexSize(0, 1 << bits, weights.length);
  }
}
