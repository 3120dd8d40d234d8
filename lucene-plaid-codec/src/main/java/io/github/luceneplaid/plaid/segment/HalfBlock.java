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

import io.github.luceneplaid.plaid.codebook.CodeBlock;
import org.apache.lucene.util.BitUtil;

/**
 * A block of 8 coded tokens. A segment stores it as the last block of a document if at most 8 lanes
 * of that block have tokens. Each part of the block is cut to its first half: the centroid ids, the
 * scales, the factors, each group of codes, and the lengths. In the expanded block, tokens 8 to 15
 * repeat tokens 0 to 7. This changes no maximum.
 *
 * @lucene.internal
 */
public final class HalfBlock {

  /** Tokens of a half block. */
  static final int LANES = 8;

  private static final int CENTROIDS = CodeBlock.LANES * Short.BYTES;
  private static final int LENGTHS = CodeBlock.LANES * Float.BYTES;

  private HalfBlock() {}

  /** Returns the number of half blocks of a document with this number of tokens. */
  public static int count(int tokens) {
    return (tokens + LANES - 1) / LANES;
  }

  /**
   * Cuts a block to its first half, in place.
   *
   * @param block holds the block; its first half receives the half block
   * @param offset index of its first byte
   * @param coded bytes of the block without lengths
   * @param stride bytes of the block
   */
  public static void cut(byte[] block, int offset, int coded, int stride) {
    int to = offset + CENTROIDS / 2;
    for (int from = offset + CENTROIDS; from < offset + coded; from += 16, to += 8) {
      move(block, from, to);
    }
    for (int from = offset + coded; from < offset + coded + (stride - coded) / 2; from += 8) {
      move(block, from, to);
      to += 8;
    }
  }

  /**
   * Undoes {@link #cut}. Lanes 8 to 15 become copies of lanes 0 to 7.
   *
   * @param block holds the half block in its first half
   * @param offset index of its first byte
   * @param coded bytes of the whole block without lengths
   * @param stride bytes of the whole block
   */
  static void expand(byte[] block, int offset, int coded, int stride) {
    // From the end, because each part is read at a lower index than it is written to
    int from = offset + stride / 2;
    if (stride > coded) {
      from -= LENGTHS / 2;
      System.arraycopy(block, from, block, offset + coded, LENGTHS / 2);
      System.arraycopy(block, from, block, offset + coded + LENGTHS / 2, LENGTHS / 2);
    }
    for (int to = offset + coded - 16; to >= offset + CENTROIDS; to -= 16) {
      from -= 8;
      long half = (long) BitUtil.VH_LE_LONG.get(block, from);
      BitUtil.VH_LE_LONG.set(block, to, half);
      BitUtil.VH_LE_LONG.set(block, to + 8, half);
    }
    System.arraycopy(block, offset, block, offset + CENTROIDS / 2, CENTROIDS / 2);
  }

  private static void move(byte[] block, int from, int to) {
    BitUtil.VH_LE_LONG.set(block, to, (long) BitUtil.VH_LE_LONG.get(block, from));
  }
}
