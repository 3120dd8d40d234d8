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
package io.github.luceneplaid.tools;

import io.github.luceneplaid.fsvi.simd.VectorKernels;
import io.github.luceneplaid.plaid.codebook.CodeBlock;
import io.github.luceneplaid.plaid.codebook.Codebook;
import io.github.luceneplaid.plaid.codebook.PlaidBlockCodec;
import io.github.luceneplaid.plaid.codebook.ResidualQuantizer;
import io.github.luceneplaid.plaid.segment.PlaidSegment;
import java.io.IOException;
import java.util.List;

/**
 * Checks the bytes of the codes of documents. Those that no search depends on are checked, too:
 *
 * <ul>
 *   <li>lanes after the last token repeat it
 *   <li>bits that belong to no dimension are 0, no weight of 8 bits is -128, and the weights of a
 *       token are short enough for sums of 16 bits
 *   <li>lengths are those of tokens that can be coded, or 0 of decoded zeros, and 1 where codes are
 *       imported
 *   <li>tokens of a document are coded against one imported codebook, or against trained ones
 *   <li>scale and factor of an imported code are the norm of the token
 * </ul>
 */
final class BlockCheck {
  private static final int LANES = CodeBlock.LANES;

  /** Tokens of a half block. */
  private static final int HALF = LANES / 2;

  /** Least length of a token that can be coded, less a rounding error. */
  private static final float LEAST_LENGTH = 0x1p-10f * (1 - 1e-6f);

  /** Components of coded tokens are smaller. */
  private static final float MOST_COMPONENT = 65520f;

  private final PlaidSegment segment;
  private final int dimension;
  private final int bits;
  private final int stride;
  private final int coded;
  private final short[] tile;
  private final long mostSquares;
  private final List<String> problems;
  private byte[] blocks = new byte[0];
  private PlaidBlockCodec imported;

  /**
   * For one segment with codes.
   *
   * @param problems receives what is wrong
   */
  BlockCheck(PlaidSegment segment, List<String> problems) {
    this.segment = segment;
    this.dimension = segment.dimension();
    this.bits = segment.bits();
    this.stride = segment.codes().stride();
    this.coded = CodeBlock.bytes(bits, dimension);
    this.tile = new short[dimension * VectorKernels.TILE_LANES];
    double longest = new ResidualQuantizer(dimension, bits).maxWeightLength();
    this.mostSquares = Math.round(longest * longest);
    this.problems = problems;
  }

  /** Checks the codes of a document. */
  void check(int ordinal) throws IOException {
    int n = segment.tokenCount(ordinal);
    long first = segment.firstHalf(ordinal);
    int halves = (int) (segment.firstHalf(ordinal + 1) - first);
    int bytes = (halves + 1) / 2 * stride;
    blocks = blocks.length < bytes ? new byte[bytes] : blocks;
    segment.codes().readBlocks(first, halves, blocks);
    Codebook codebook = segment.imported(ordinal);
    for (int token = 0; token < n; token++) {
      int block = token / LANES * stride;
      int lane = token % LANES;
      String wrong = codebook == null ? ownCode(block, lane) : importedCode(codebook, block, lane);
      if (wrong == null && segment.isUnitLength() == false) {
        wrong = length(block, lane, codebook != null);
      }
      if (wrong != null) {
        problems.add("code of token " + token + " of ordinal " + ordinal + ": found " + wrong);
        return;
      }
    }
    checkPadding(ordinal, n, halves);
  }

  private int centroid(int block, int lane) {
    return CodeBlock.centroidId(blocks, block, lane);
  }

  private String ownCode(int block, int lane) throws IOException {
    int least = segment.codebooks().importedCentroids();
    if (centroid(block, lane) < least) {
      return "centroid " + centroid(block, lane) + ", expected at least " + least;
    }
    int at = block + CodeBlock.CODES + lane;
    if (bits == 8) {
      return weights(at, block, lane);
    }
    // Codes of 3 bits have a section for the low bits and one for the high bit
    int low = bits == 3 ? 2 : bits;
    int bytes = (dimension * low + 7) / 8;
    String wrong = unusedBits(blocks[at + (bytes - 1) * LANES], dimension * low);
    if (wrong == null && bits == 3) {
      int highBytes = (dimension + 7) / 8;
      wrong = unusedBits(blocks[at + (bytes + highBytes - 1) * LANES], dimension);
    }
    return wrong == null ? weightLength(block, lane) : wrong;
  }

  private String weights(int at, int block, int lane) {
    for (int j = 0; j < dimension; j++) {
      if (blocks[at + j * LANES] == Byte.MIN_VALUE) {
        return "weight -128 of dimension " + j + ", expected -127 to 127";
      }
    }
    return weightLength(block, lane);
  }

  /** Checks that products of the weights with a rounded query fit into 16 bits. */
  private String weightLength(int block, int lane) {
    if (lane == 0) {
      int codes = block + CodeBlock.CODES;
      VectorKernels.get().decodeBlock(blocks, codes, bits, dimension, tile, 0);
    }
    long squares = 0;
    for (int j = 0; j < dimension; j++) {
      long weight = tile[j * VectorKernels.TILE_LANES + lane];
      squares += weight * weight;
    }
    return squares <= mostSquares
        ? null
        : "weights with a sum of squares of " + squares + ", expected up to " + mostSquares;
  }

  /** Checks the last byte of a section. */
  private static String unusedBits(byte last, int used) {
    int unused = used % 8 == 0 ? 0 : (last & 0xFF) >>> (used % 8);
    return unused == 0 ? null : "bits " + unused + " that belong to no dimension, expected 0";
  }

  private String importedCode(Codebook codebook, int block, int lane) throws IOException {
    int first = segment.codebooks().firstCentroid(codebook.id());
    int centroid = centroid(block, lane) - first;
    if (centroid < 0 || centroid >= codebook.size()) {
      return "centroid "
          + centroid(block, lane)
          + ", expected "
          + first
          + " to "
          + (first + codebook.size() - 1)
          + " as other tokens of the document";
    }
    if (imported == null || imported.codebook().id().equals(codebook.id()) == false) {
      imported = new PlaidBlockCodec(codebook);
    }
    byte[] residuals = new byte[imported.width()];
    imported.unpack(blocks, block, lane, residuals, 0);
    byte[] expected = new byte[coded];
    imported.pack(residuals, 0, centroid, first + centroid, expected, 0, lane);
    for (int at = 2 * LANES + lane; at < CodeBlock.CODES; at += LANES) {
      if (blocks[block + at] != expected[at]) {
        return "byte "
            + blocks[block + at]
            + " of the norm, expected "
            + expected[at]
            + " as the decoded token has";
      }
    }
    return null;
  }

  private String length(int block, int lane, boolean isImported) {
    float length = segment.codes().length(blocks, block, lane);
    if (isImported) {
      return length == 1 ? null : "length " + length + ", expected 1 as codes are imported";
    }
    double most = MOST_COMPONENT * Math.sqrt(dimension);
    // An imported code may decode to zeros, which are then encoded with other bits
    return length == 0 || (length >= LEAST_LENGTH && length <= most)
        ? null
        : "length " + length + ", expected 0 or " + 0x1p-10f + " to " + most;
  }

  /** Checks the lanes that have no token. A half block has 8 lanes, which were expanded to 16. */
  private void checkPadding(int ordinal, int n, int halves) {
    int block = (n - 1) / LANES * stride;
    int last = (n - 1) % LANES;
    int lanes = halves % 2 == 0 ? LANES : HALF;
    for (int lane = last + 1; lane < lanes; lane++) {
      if (isRepeated(block, last, lane) == false) {
        problems.add(
            "lane "
                + lane
                + " of the last block of ordinal "
                + ordinal
                + ": found another code, expected that of the last token, lane "
                + last);
        return;
      }
    }
  }

  private boolean isRepeated(int block, int last, int lane) {
    boolean same = centroid(block, last) == centroid(block, lane);
    for (int at = block + 2 * LANES; at < block + coded; at += LANES) {
      same &= blocks[at + last] == blocks[at + lane];
    }
    if (segment.isUnitLength() == false) {
      float length = segment.codes().length(blocks, block, last);
      same &= Float.compare(length, segment.codes().length(blocks, block, lane)) == 0;
    }
    return same;
  }
}
