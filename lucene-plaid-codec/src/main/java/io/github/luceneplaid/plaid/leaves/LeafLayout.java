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

package io.github.luceneplaid.plaid.leaves;

/**
 * How leaves lie in the vector file: in blocks of 16, so that a block is scored with its leaves as
 * the lanes of a vector.
 *
 * <ul>
 *   <li><b>[float32]</b> × 16: scale of each leaf
 *   <li><b>[int32]</b> × 16: where the postings of each leaf start, counted from the first posting
 *       of its anchor
 *   <li><b>[int8]</b> × 16 for each dimension: the leaf's component, to be multiplied with its
 *       scale
 * </ul>
 *
 * <p>A leaf that was found by clustering is the sum of its tokens, brought to length 1; where
 * centroids are the leaves, it is the centroid. The leaves of an anchor follow one another; the
 * last block is filled with zeros.
 *
 * @lucene.internal
 */
public final class LeafLayout {

  /** Leaves of a block. */
  public static final int BLOCK = 16;

  /** Where the starts of postings are in a block. */
  public static final int STARTS = BLOCK * Float.BYTES;

  /** Where the components are in a block. */
  public static final int COMPONENTS = STARTS + BLOCK * Integer.BYTES;

  /**
   * Leaves are as long as codes of up to four bits, so that a query that was rounded for them
   * cannot overflow the 16-bit sums of a leaf either.
   */
  static final int RMS = 15;

  static final int MAX_RMS = 16;

  private LeafLayout() {}

  /** Bytes of a block. */
  public static int blockBytes(int dimension) {
    return COMPONENTS + BLOCK * dimension;
  }

  /** Bytes of all blocks of so many leaves. */
  public static long bytes(int leaves, int dimension) {
    return ((long) leaves + BLOCK - 1) / BLOCK * blockBytes(dimension);
  }
}
