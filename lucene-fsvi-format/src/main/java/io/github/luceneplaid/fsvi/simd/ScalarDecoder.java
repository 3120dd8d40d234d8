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

import static io.github.luceneplaid.fsvi.simd.CodedKernels.BLOCK_LANES;
import static io.github.luceneplaid.fsvi.simd.CodedKernels.TILE_LANES;

/** Decodes blocks of codes in plain Java, see {@link CodedKernels#decodeBlock}. */
final class ScalarDecoder {

  private static final byte[][] WEIGHTS = {
    null,
    ResidualTables.weights(1),
    ResidualTables.weights(2),
    ResidualTables.weights(3),
    ResidualTables.weights(4)
  };

  private ScalarDecoder() {}

  static void decode(
      byte[] codes, int codesOffset, int bits, int dim, short[] tile, int tileOffset) {
    switch (bits) {
      case 8 -> {
        for (int j = 0; j < dim; j++) {
          for (int lane = 0; lane < BLOCK_LANES; lane++) {
            tile[tileOffset + j * TILE_LANES + lane] = codes[codesOffset + j * BLOCK_LANES + lane];
          }
        }
      }
      case 3 -> decode3(codes, codesOffset, dim, tile, tileOffset);
      default -> decode(codes, codesOffset, WEIGHTS[bits], bits, dim, tile, tileOffset);
    }
  }

  /** Decodes the only section of codes of 1, 2, 4 or 8 bits. */
  static void decode(
      byte[] codes,
      int codesOffset,
      byte[] weights,
      int bits,
      int dim,
      short[] tile,
      int tileOffset) {
    int perByte = 8 / bits;
    int mask = (1 << bits) - 1;
    for (int j = 0; j < dim; j++) {
      int group = codesOffset + j / perByte * BLOCK_LANES;
      int shift = j % perByte * bits;
      int row = tileOffset + j * TILE_LANES;
      for (int lane = 0; lane < BLOCK_LANES; lane++) {
        tile[row + lane] = weights[(codes[group + lane] >>> shift) & mask];
      }
    }
  }

  private static void decode3(
      byte[] codes, int codesOffset, int dim, short[] tile, int tileOffset) {
    byte[] weights = WEIGHTS[3];
    int highSection = codesOffset + ResidualTables.section(2, dim);
    for (int j = 0; j < dim; j++) {
      int lowGroup = codesOffset + j / 4 * BLOCK_LANES;
      int highGroup = highSection + j / 8 * BLOCK_LANES;
      int row = tileOffset + j * TILE_LANES;
      for (int lane = 0; lane < BLOCK_LANES; lane++) {
        int low = (codes[lowGroup + lane] >>> (j % 4 * 2)) & 3;
        int high = (codes[highGroup + lane] >>> (j % 8)) & 1;
        tile[row + lane] = weights[high << 2 | low];
      }
    }
  }
}
