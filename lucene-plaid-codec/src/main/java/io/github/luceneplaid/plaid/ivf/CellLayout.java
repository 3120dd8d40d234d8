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

package io.github.luceneplaid.plaid.ivf;

/**
 * The record of a cell in the vector file. The cells of a region follow one another, in the order
 * of regions.
 *
 * <ul>
 *   <li><b>[float32]</b> scale, finite and at least 0, and 0 if all components are 0
 *   <li><b>[int32]</b> first posting of the cell, counted from the first posting of its region
 *   <li><b>[int8]</b> × d: components, -127 to 127, which are multiplied with the scale. Their root
 *       mean square is at most 16
 * </ul>
 *
 * <p>The vector of a cell, like its components, is rotated. That of a cell that was found by
 * clustering is the sum of its decoded tokens without their lengths, brought to length 1. If the
 * centroids are the cells, as in an imported segment, it is the centroid. Components are those of
 * the vector times 15 √d / length, rounded, and limited to ±127. The scale is the one with the
 * least error. So scaled components are as long as the vector or a little shorter: by up to 0.06 %
 * if no component is ±127.
 *
 * @lucene.internal
 */
public final class CellLayout {

  /** Offset of the first posting in a record. The scale is at offset 0. */
  public static final int START = Float.BYTES;

  /** Offset of the components in a record. */
  public static final int COMPONENTS = START + Integer.BYTES;

  /**
   * Root mean square of components. It is that of the weights of codes of up to four bits. So a
   * query that was rounded for such codes does not overflow 16-bit sums with cells.
   */
  static final int RMS = 15;

  static final int MAX_RMS = 16;

  private CellLayout() {}

  /** Returns the bytes of a record. */
  public static int recordBytes(int dimension) {
    return COMPONENTS + dimension;
  }

  /** Returns the bytes of a number of cells. */
  public static long bytes(int cells, int dimension) {
    return (long) cells * recordBytes(dimension);
  }
}
