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

import io.github.luceneplaid.plaid.codebook.CodebookBlocks;
import io.github.luceneplaid.plaid.ivf.CellLayout;
import io.github.luceneplaid.plaid.ivf.CellTable;
import io.github.luceneplaid.plaid.segment.PlaidSegment;
import java.io.IOException;
import java.util.List;
import org.apache.lucene.util.BitUtil;

/**
 * Checks the cells of a segment:
 *
 * <ul>
 *   <li>the scale is finite and at least 0, and 0 if all components are 0
 *   <li>components are -127 to 127, and their root mean square is at most 16
 *   <li>scaled components have length 1, less what rounding takes away. If all codes are of one
 *       imported codebook, they may be those of the centroid instead. The files do not say whether
 *       the cells of such a segment are its centroids or were found by clustering
 * </ul>
 */
final class CellCheck {
  private static final int MOST_RMS = 16;
  private static final int MOST_COMPONENT = 127;

  /** The root mean square of components before they are rounded. */
  private static final int RMS = 15;

  /** What rounding changes of a component. */
  private static final double HALF = 0.5;

  /** The least cosine of a vector and its rounded components, if none of these is limited. */
  private static final double LEAST_COSINE = Math.sqrt(1 - HALF * HALF / (RMS * RMS));

  /** What floats may be off, relative to their magnitude. */
  private static final double FLOATS = 1e-4;

  /** What another machine may have rotated otherwise, in units of components. */
  private static final double ROTATION = 1e-2;

  private final PlaidSegment segment;
  private final int dimension;
  private final List<String> problems;
  private final byte[] components;

  /** The centroids, if they may be the cells; otherwise null. */
  private final float[] centroids;

  /** The scale of the current cell. */
  private float scale;

  /** The sum of the squares of the components of the current cell. */
  private int squares;

  /** The largest magnitude of a component of the current cell. */
  private int largest;

  /**
   * For one segment with cells.
   *
   * @param problems receives what is wrong
   */
  CellCheck(PlaidSegment segment, List<String> problems) throws IOException {
    this.segment = segment;
    this.dimension = segment.dimension();
    this.problems = problems;
    this.components = new byte[dimension];
    CodebookBlocks codebooks = segment.codebooks();
    this.centroids =
        segment.centroidsAreRegions() && segment.hasImported() ? codebooks.centroids() : null;
  }

  /** Checks all cells. */
  void run() throws IOException {
    CellTable table = segment.cellTable();
    for (int region = 0; region < table.regions(); region++) {
      int end = table.firstCell(region + 1);
      boolean isOnly = end - table.firstCell(region) == 1;
      for (int cell = table.firstCell(region); cell < end; cell++) {
        read(cell);
        checkNumbers(cell);
        boolean isCentroid = centroids != null && isOnly && isCentroid(region);
        if (isCentroid == false && isOfLength1() == false) {
          String other = centroids != null && isOnly ? ", or those of the centroid" : "";
          problems.add(
              "scaled components of cell "
                  + cell
                  + ": found length "
                  + scale * Math.sqrt(squares)
                  + ", expected 1"
                  + other);
        }
      }
    }
  }

  private void read(int cell) throws IOException {
    byte[] bytes = new byte[CellLayout.recordBytes(dimension)];
    segment.readCells(cell, 1, bytes);
    scale = (float) BitUtil.VH_LE_FLOAT.get(bytes, 0);
    System.arraycopy(bytes, CellLayout.COMPONENTS, components, 0, dimension);
    squares = 0;
    largest = 0;
    for (byte component : components) {
      squares += component * component;
      largest = Math.max(largest, Math.abs(component));
    }
  }

  private void checkNumbers(int cell) {
    if (Float.isFinite(scale) == false || scale < 0) {
      problems.add("scale of cell " + cell + ": found " + scale + ", expected a positive number");
    } else if (squares == 0 && scale > 0) {
      problems.add(
          "scale of cell " + cell + " with no components: found " + scale + ", expected 0");
    }
    if (largest > MOST_COMPONENT || squares > MOST_RMS * MOST_RMS * dimension) {
      problems.add(
          "components of cell "
              + cell
              + ": found a sum of squares of "
              + squares
              + ", expected up to "
              + MOST_RMS * MOST_RMS * dimension
              + ", and no component -128");
    }
  }

  /**
   * Whether the cell can be a vector of length 1. If tokens add up to 0, their cell is 0. The scale
   * is the one with the least error, so scaled components are shorter than the vector by the cosine
   * of the angle between the two. A limited component was any number above the limit.
   */
  private boolean isOfLength1() {
    if (squares == 0) {
      return true;
    }
    double least =
        largest < MOST_COMPONENT
            ? LEAST_COSINE
            : (Math.sqrt((double) squares / dimension) - HALF) / RMS;
    double length = scale * Math.sqrt(squares);
    return length >= least - FLOATS && length <= 1 + FLOATS;
  }

  /** Whether the cell is the centroid of its region. */
  private boolean isCentroid(int region) {
    int row = region * dimension;
    double length = 0;
    double product = 0;
    for (int j = 0; j < dimension; j++) {
      length += (double) centroids[row + j] * centroids[row + j];
      product += (double) centroids[row + j] * components[j];
    }
    double factor = length == 0 ? 0 : RMS * Math.sqrt(dimension / length);
    for (int j = 0; j < dimension; j++) {
      double exact = Math.clamp(factor * centroids[row + j], -MOST_COMPONENT, MOST_COMPONENT);
      if (Math.abs(components[j] - exact) > HALF + ROTATION) {
        return false;
      }
    }
    double expected = squares == 0 ? 0 : product / squares;
    return Math.abs(scale - expected) <= FLOATS * expected + Float.MIN_VALUE;
  }
}
