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

import java.io.IOException;
import java.util.Arrays;
import org.apache.lucene.store.IndexOutput;
import org.apache.lucene.util.BitUtil;

/** Writes leaves, see {@link CellLayout}. */
final class CellRecords {

  private final IndexOutput out;
  private final int dimension;
  private final byte[] leafRecord;
  private final int[] weights;

  CellRecords(IndexOutput out, int dimension) {
    this.out = out;
    this.dimension = dimension;
    this.leafRecord = new byte[CellLayout.recordBytes(dimension)];
    this.weights = new int[dimension];
  }

  /**
   * Adds a leaf.
   *
   * @param leaf array that holds it
   * @param offset where in the array
   * @param postingStart where its postings start, counted from the first posting of its region
   */
  void add(float[] leaf, int offset, int postingStart) throws IOException {
    BitUtil.VH_LE_FLOAT.set(leafRecord, 0, quantize(leaf, offset));
    BitUtil.VH_LE_INT.set(leafRecord, CellLayout.START, postingStart);
    for (int j = 0; j < dimension; j++) {
      leafRecord[CellLayout.COMPONENTS + j] = (byte) weights[j];
    }
    out.writeBytes(leafRecord, leafRecord.length);
  }

  /** Rounds a leaf to weights and returns the scale that brings them closest to it. */
  private float quantize(float[] leaf, int offset) {
    double squares = 0;
    for (int j = 0; j < dimension; j++) {
      squares += (double) leaf[offset + j] * leaf[offset + j];
    }
    if (squares == 0) {
      Arrays.fill(weights, 0);
      return 0;
    }
    double bound = (double) CellLayout.MAX_RMS * CellLayout.MAX_RMS * dimension;
    double factor = CellLayout.RMS * Math.sqrt(dimension / squares);
    while (true) {
      double length = 0;
      double projection = 0;
      for (int j = 0; j < dimension; j++) {
        long weight = Math.clamp(Math.round(factor * leaf[offset + j]), -127, 127);
        weights[j] = (int) weight;
        length += weight * weight;
        projection += weight * (double) leaf[offset + j];
      }
      if (length <= bound) {
        return length == 0 ? 0 : (float) (projection / length);
      }
      factor *= 0.98;
    }
  }
}
