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

package io.github.luceneplaid.plaid;

import io.github.luceneplaid.plaid.codebook.Codebook;
import java.util.ArrayList;
import java.util.List;

/**
 * Which codebook blocks a trained segment will have, in the order of their anchors.
 *
 * @param codebooks the blocks
 * @param copies whether the codes of the sources are copied; false: everything is encoded
 */
record CodebookPlan(List<Codebook> codebooks, boolean copies) {

  /** Blocks of a segment: above it, a merge trains one new codebook and encodes all tokens. */
  static final int MAX_BLOCKS = 16;

  /** Anchors of all blocks of a segment: their ids are 16 bits. */
  static final int MAX_ANCHORS = 1 << Short.SIZE;

  private static final int MAX_TRAINED_ANCHORS = 1 << 14;

  /** The number of anchors that suits so many tokens: their root, up to the next power of two. */
  static int idealAnchors(long tokens) {
    int root = (int) Math.ceil(Math.sqrt((double) tokens));
    int anchors = root <= 1 ? 1 : Integer.highestOneBit(root - 1) << 1;
    return Math.min(anchors, MAX_TRAINED_ANCHORS);
  }

  /** Whether a segment can have all the codebooks of the codes it is made of. */
  static boolean canCopy(FieldSurvey survey) {
    int anchors = survey.codebooks().stream().mapToInt(Codebook::size).sum();
    return survey.codedTokens() > 0
        && survey.codebooks().size() <= MAX_BLOCKS
        && anchors <= MAX_ANCHORS;
  }

  /**
   * Whether there are enough anchors to search so many tokens by: not if they grew 16 times over.
   */
  static boolean suffices(int anchors, long tokens) {
    return anchors * 4L >= idealAnchors(tokens);
  }

  /** Whether there can be one more block, of so many anchors. */
  boolean hasRoom(int anchors) {
    return codebooks.size() < MAX_BLOCKS && anchorCount() + anchors <= MAX_ANCHORS;
  }

  /** The anchors of all blocks, row after row. */
  float[] anchors(int dimension) {
    float[] anchors = new float[Math.multiplyExact(anchorCount(), dimension)];
    int at = 0;
    for (Codebook codebook : codebooks) {
      System.arraycopy(codebook.anchors(), 0, anchors, at, codebook.anchors().length);
      at += codebook.anchors().length;
    }
    return anchors;
  }

  int anchorCount() {
    return codebooks.stream().mapToInt(Codebook::size).sum();
  }

  /** What is added to an anchor id of each block of a segment to make it one of this plan. */
  int[] shifts(List<Codebook> blocks) {
    int[] shifts = new int[blocks.size()];
    int first = 0;
    for (int i = 0; i < shifts.length; i++) {
      shifts[i] = firstAnchor(blocks.get(i)) - first;
      first += blocks.get(i).size();
    }
    return shifts;
  }

  private int firstAnchor(Codebook block) {
    int first = 0;
    for (Codebook codebook : codebooks) {
      if (codebook.id().equals(block.id())) {
        return first;
      }
      first += codebook.size();
    }
    throw new AssertionError("codebook " + block.id() + " is not in the plan");
  }

  /** This plan with one more block behind the others. */
  CodebookPlan with(Codebook codebook) {
    List<Codebook> all = new ArrayList<>(codebooks);
    all.add(codebook);
    return new CodebookPlan(all, copies);
  }
}
