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

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Expands codes to weights, 16 tokens at a time. Loops are unrolled, so that shifts are constant.
 */
final class PanamaDecoder {

  private static final boolean WIDE = PanamaKernels.BITS >= 256;

  private static final ByteVector WEIGHTS_1 = table(1);
  private static final ByteVector WEIGHTS_2 = table(2);
  private static final ByteVector WEIGHTS_3 = table(3);
  private static final ByteVector WEIGHTS_4 = table(4);

  private PanamaDecoder() {}

  private static ByteVector table(int bits) {
    return table(ResidualTables.weights(bits), bits);
  }

  private static ByteVector table(byte[] weights, int bits) {
    byte[] bytes = new byte[16];
    System.arraycopy(weights, 0, bytes, 0, 1 << bits);
    return ByteVector.fromArray(ByteVector.SPECIES_128, bytes, 0);
  }

  static void decode(byte[] codes, int offset, int bits, int dim, short[] tile, int tileOffset) {
    switch (bits) {
      case 1 -> decode1(codes, offset, WEIGHTS_1, dim, tile, tileOffset);
      case 2 -> decode2(codes, offset, WEIGHTS_2, dim, tile, tileOffset);
      case 3 -> decode3(codes, offset, dim, tile, tileOffset);
      case 4 -> decode4(codes, offset, WEIGHTS_4, dim, tile, tileOffset);
      default -> decode8(codes, offset, dim, tile, tileOffset);
    }
  }

  static void decode(
      byte[] codes, int offset, byte[] weights, int bits, int dim, short[] tile, int tileOffset) {
    switch (bits) {
      case 1 -> decode1(codes, offset, table(weights, 1), dim, tile, tileOffset);
      case 2 -> decode2(codes, offset, table(weights, 2), dim, tile, tileOffset);
      case 4 -> decode4(codes, offset, table(weights, 4), dim, tile, tileOffset);
      // The table does not fit a vector
      default -> ScalarDecoder.decode(codes, offset, weights, bits, dim, tile, tileOffset);
    }
  }

  private static void decode8(byte[] codes, int offset, int dim, short[] tile, int row) {
    for (int j = 0; j < dim; j++, offset += 16, row += 32) {
      store(group(codes, offset), tile, row);
    }
  }

  private static void decode4(
      byte[] codes, int offset, ByteVector weights, int dim, short[] tile, int row) {
    int groups = dim / 2;
    for (int i = 0; i < groups; i++, offset += 16, row += 64) {
      ByteVector group = group(codes, offset);
      store(group.and((byte) 15).selectFrom(weights), tile, row);
      store(bits(group, 4, 15).selectFrom(weights), tile, row + 32);
    }
    if (dim % 2 != 0) {
      store(group(codes, offset).and((byte) 15).selectFrom(weights), tile, row);
    }
  }

  private static void decode2(
      byte[] codes, int offset, ByteVector weights, int dim, short[] tile, int row) {
    int groups = dim / 4;
    for (int i = 0; i < groups; i++, offset += 16, row += 128) {
      ByteVector group = group(codes, offset);
      store(group.and((byte) 3).selectFrom(weights), tile, row);
      store(bits(group, 2, 3).selectFrom(weights), tile, row + 32);
      store(bits(group, 4, 3).selectFrom(weights), tile, row + 64);
      store(bits(group, 6, 3).selectFrom(weights), tile, row + 96);
    }
    for (int k = 0; k < dim % 4; k++, row += 32) {
      store(bits(group(codes, offset), 2 * k, 3).selectFrom(weights), tile, row);
    }
  }

  private static void decode1(
      byte[] codes, int offset, ByteVector weights, int dim, short[] tile, int row) {
    int groups = dim / 8;
    for (int i = 0; i < groups; i++, offset += 16, row += 256) {
      ByteVector group = group(codes, offset);
      store(group.and((byte) 1).selectFrom(weights), tile, row);
      store(bits(group, 1, 1).selectFrom(weights), tile, row + 32);
      store(bits(group, 2, 1).selectFrom(weights), tile, row + 64);
      store(bits(group, 3, 1).selectFrom(weights), tile, row + 96);
      store(bits(group, 4, 1).selectFrom(weights), tile, row + 128);
      store(bits(group, 5, 1).selectFrom(weights), tile, row + 160);
      store(bits(group, 6, 1).selectFrom(weights), tile, row + 192);
      store(bits(group, 7, 1).selectFrom(weights), tile, row + 224);
    }
    for (int k = 0; k < dim % 8; k++, row += 32) {
      store(bits(group(codes, offset), k, 1).selectFrom(weights), tile, row);
    }
  }

  private static void decode3(byte[] codes, int low, int dim, short[] tile, int row) {
    int high = low + ResidualTables.section(2, dim);
    int groups = dim / 8;
    for (int i = 0; i < groups; i++, low += 32, high += 16, row += 256) {
      ByteVector low0 = group(codes, low);
      ByteVector low1 = group(codes, low + 16);
      // A high bit moves to place 2, where its value is 4; two of them move to the left
      ByteVector top = group(codes, high);
      ByteVector shifted =
          top.reinterpretAsShorts().lanewise(VectorOperators.LSHL, 2).reinterpretAsBytes();
      store3(low0.and((byte) 3), shifted.and((byte) 4), tile, row);
      store3(bits(low0, 2, 3), bits(shifted, 1, 4), tile, row + 32);
      store3(bits(low0, 4, 3), top.and((byte) 4), tile, row + 64);
      store3(bits(low0, 6, 3), bits(top, 1, 4), tile, row + 96);
      store3(low1.and((byte) 3), bits(top, 2, 4), tile, row + 128);
      store3(bits(low1, 2, 3), bits(top, 3, 4), tile, row + 160);
      store3(bits(low1, 4, 3), bits(top, 4, 4), tile, row + 192);
      store3(bits(low1, 6, 3), bits(top, 5, 4), tile, row + 224);
    }
    for (int k = 0; k < dim % 8; k++, row += 32) {
      ByteVector top = bits(group(codes, high), k, 1);
      ByteVector level = bits(group(codes, low + k / 4 * 16), k % 4 * 2, 3);
      store3(level, top.add(top).add(top.add(top)), tile, row);
    }
  }

  private static ByteVector group(byte[] codes, int offset) {
    return ByteVector.fromArray(ByteVector.SPECIES_128, codes, offset);
  }

  /**
   * Shifts as shorts, because there is no instruction for bytes. The mask removes bits of the other
   * byte.
   */
  private static ByteVector bits(ByteVector group, int shift, int mask) {
    return group
        .reinterpretAsShorts()
        .lanewise(VectorOperators.LSHR, shift)
        .reinterpretAsBytes()
        .and((byte) mask);
  }

  private static void store3(ByteVector low, ByteVector high, short[] tile, int row) {
    store(low.or(high).selectFrom(WEIGHTS_3), tile, row);
  }

  private static void store(ByteVector weights, short[] tile, int row) {
    if (WIDE) {
      ((ShortVector) weights.convertShape(VectorOperators.B2S, ShortVector.SPECIES_256, 0))
          .intoArray(tile, row);
    } else {
      ((ShortVector) weights.convertShape(VectorOperators.B2S, ShortVector.SPECIES_128, 0))
          .intoArray(tile, row);
      ((ShortVector) weights.convertShape(VectorOperators.B2S, ShortVector.SPECIES_128, 1))
          .intoArray(tile, row + 8);
    }
  }
}
