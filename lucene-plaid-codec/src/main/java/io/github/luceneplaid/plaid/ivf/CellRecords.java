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

import java.io.IOException;
import java.util.Arrays;
import org.apache.lucene.store.IndexOutput;
import org.apache.lucene.util.BitUtil;

/** Writes records of cells in the layout of {@link CellLayout}. */
final class CellRecords {

  private final IndexOutput out;
  private final int dimension;
  private final byte[] cellRecord;
  private final int[] weights;

  CellRecords(IndexOutput out, int dimension) {
    this.out = out;
    this.dimension = dimension;
    this.cellRecord = new byte[CellLayout.recordBytes(dimension)];
    this.weights = new int[dimension];
  }

  /**
   * Adds a cell.
   *
   * @param cell array that holds the vector of the cell
   * @param offset index of its first component
   * @param postingStart its first posting, counted from the first posting of its region
   */
  void add(float[] cell, int offset, int postingStart) throws IOException {
    BitUtil.VH_LE_FLOAT.set(cellRecord, 0, quantize(cell, offset));
    BitUtil.VH_LE_INT.set(cellRecord, CellLayout.START, postingStart);
    for (int j = 0; j < dimension; j++) {
      cellRecord[CellLayout.COMPONENTS + j] = (byte) weights[j];
    }
    out.writeBytes(cellRecord, cellRecord.length);
  }

  /** Rounds a vector to integer weights, and returns the scale with the least error. */
  private float quantize(float[] cell, int offset) {
    double squares = 0;
    for (int j = 0; j < dimension; j++) {
      squares += (double) cell[offset + j] * cell[offset + j];
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
        long weight = Math.clamp(Math.round(factor * cell[offset + j]), -127, 127);
        weights[j] = (int) weight;
        length += weight * weight;
        projection += weight * (double) cell[offset + j];
      }
      if (length <= bound) {
        return length == 0 ? 0 : (float) (projection / length);
      }
      factor *= 0.98;
    }
  }
}
