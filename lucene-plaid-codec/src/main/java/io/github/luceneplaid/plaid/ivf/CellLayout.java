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
 * How cells lie in the vector file: one record after the other, those of a region together.
 *
 * <ul>
 *   <li><b>[float32]</b> scale
 *   <li><b>[int32]</b> where the postings of the cell start, counted from the first posting of its
 *       region
 *   <li><b>[int8]</b> × d: components, to be multiplied with the scale
 * </ul>
 *
 * <p>A cell that was found by clustering is the sum of its tokens, brought to length 1; where
 * centroids are the cells, it is the centroid.
 *
 * @lucene.internal
 */
public final class CellLayout {

  /** Where the start of postings is in a record; the scale is at its beginning. */
  public static final int START = Float.BYTES;

  /** Where the components are in a record. */
  public static final int COMPONENTS = START + Integer.BYTES;

  /**
   * Cells are as long as codes of up to four bits, so that a query that was rounded for them cannot
   * overflow the 16-bit sums of a cell either.
   */
  static final int RMS = 15;

  static final int MAX_RMS = 16;

  private CellLayout() {}

  /** Bytes of a record. */
  public static int recordBytes(int dimension) {
    return COMPONENTS + dimension;
  }

  /** Bytes of so many cells. */
  public static long bytes(int cells, int dimension) {
    return (long) cells * recordBytes(dimension);
  }
}
