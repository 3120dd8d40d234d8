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

import io.github.luceneplaid.plaid.ivf.CellLayout;
import io.github.luceneplaid.plaid.segment.PlaidFieldEntry;
import io.github.luceneplaid.plaid.segment.PlaidSegment;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.util.BitUtil;

/**
 * Checks what the format of tokens says of its bytes, beyond {@link SegmentCheck} and what is
 * checked when a segment is opened:
 *
 * <ul>
 *   <li>the last addresses are the numbers of tokens and half blocks
 *   <li>escaped documents have no ordinal, and there are as many as the meta file says
 *   <li>rows of tokens that never were encoded have the length of tokens that can be coded: 1 if no
 *       lengths are stored
 *   <li>codes, see {@link BlockCheck}
 *   <li>regions are finite, and list the documents of their tokens, see {@link RegionCheck}
 *   <li>cells have a finite scale, 0 only if all components are 0, and components of -127 to 127
 *       with a root mean square of up to 16
 * </ul>
 */
final class DeepCheck {
  /** The largest difference of the square of a length to 1. */
  private static final double UNIT = 1e-3;

  /** What rounding to 16-bit floats may add to it. */
  private static final double ROUNDING = 2e-3;

  /** The root mean square of the components of a cell is at most this. */
  private static final int MOST_RMS = 16;

  private static final double LEAST_SQUARES = 0x1p-20;

  private final PlaidSegment segment;
  private final PlaidFieldEntry entry;
  private final int dimension;
  private final List<String> problems = new ArrayList<>();

  DeepCheck(PlaidSegment segment) {
    this.segment = segment;
    this.entry = segment.entry();
    this.dimension = segment.dimension();
  }

  /**
   * Runs all checks.
   *
   * @return what is wrong, one sentence each; empty if nothing is
   */
  List<String> run() throws IOException {
    try {
      checkAddresses();
      checkEscaped();
      if (segment.rows() != null && segment.tokensTimesEncoded() == 0) {
        checkRows();
      }
      if (segment.hasCodes()) {
        BlockCheck blocks = new BlockCheck(segment, problems);
        for (int ordinal = 0; ordinal < segment.documents(); ordinal++) {
          blocks.check(ordinal);
        }
        checkRegions();
        checkCells();
        if (segment.centroidsAreRegions() == false && problems.isEmpty()) {
          new RegionCheck(segment, problems).run();
        }
      }
    } catch (CorruptIndexException e) {
      problems.add(e.getMessage());
    }
    return problems;
  }

  private void expect(String what, long found, long expected) {
    if (found != expected) {
      problems.add(what + ": found " + found + ", expected " + expected);
    }
  }

  private void checkAddresses() throws IOException {
    int end = segment.documents();
    expect("first token of ordinal 0", segment.firstToken(0), 0);
    expect("first half block of ordinal 0", segment.firstHalf(0), 0);
    expect("end of tokens", segment.firstToken(end), entry.addresses().tokens());
    expect("end of half blocks", segment.firstHalf(end), entry.addresses().halves());
    for (int ordinal = 1; ordinal < end; ordinal++) {
      if (segment.document(ordinal) <= segment.document(ordinal - 1)) {
        problems.add(
            "document of ordinal "
                + ordinal
                + ": found "
                + segment.document(ordinal)
                + ", expected more than "
                + segment.document(ordinal - 1));
      }
    }
  }

  private void checkEscaped() throws IOException {
    BinaryDocValues escaped = segment.escaped();
    int documents = 0;
    for (int doc = escaped.nextDoc();
        doc != DocIdSetIterator.NO_MORE_DOCS;
        doc = escaped.nextDoc(), documents++) {
      if (segment.ordinal(doc) >= 0 && segment.document(segment.ordinal(doc)) == doc) {
        problems.add("document " + doc + ": found tokens and a value that is kept as it is");
      }
    }
    expect("escaped documents", documents, segment.escapedDocuments());
  }

  private void checkRows() throws IOException {
    float[] row = new float[dimension];
    for (int ordinal = 0; ordinal < segment.documents(); ordinal++) {
      // Rows beside imported codes are what these decode to
      boolean decoded = segment.isTrained() && segment.imported(ordinal) != null;
      for (int token = 0; token < segment.tokenCount(ordinal) && decoded == false; token++) {
        segment.tokens(ordinal, token, 1, row);
        double squares = 0;
        for (float x : row) {
          squares += (double) x * x;
        }
        boolean fits =
            segment.isUnitLength()
                ? Math.abs(squares - 1) <= UNIT + ROUNDING
                : squares >= LEAST_SQUARES * (1 - ROUNDING);
        if (fits == false) {
          problems.add(
              "token "
                  + token
                  + " of ordinal "
                  + ordinal
                  + ": found length "
                  + Math.sqrt(squares)
                  + ", expected "
                  + (segment.isUnitLength() ? "1" : "at least " + Math.sqrt(LEAST_SQUARES)));
          break;
        }
      }
    }
  }

  private void checkRegions() throws IOException {
    float[] regions = segment.regions();
    for (int i = 0; i < regions.length; i++) {
      if (Float.isFinite(regions[i]) == false) {
        problems.add(
            "region " + i / dimension + ": found " + regions[i] + ", expected a finite number");
        return;
      }
    }
  }

  private void checkCells() throws IOException {
    byte[] cell = new byte[CellLayout.recordBytes(dimension)];
    for (int i = 0; i < entry.codes().cells(); i++) {
      segment.readCells(i, 1, cell);
      float scale = (float) BitUtil.VH_LE_FLOAT.get(cell, 0);
      long squares = 0;
      boolean extreme = false;
      for (int j = CellLayout.COMPONENTS; j < cell.length; j++) {
        squares += cell[j] * cell[j];
        extreme |= cell[j] == Byte.MIN_VALUE;
      }
      if (Float.isFinite(scale) == false || (scale == 0) != (squares == 0) || scale < 0) {
        problems.add("scale of cell " + i + ": found " + scale + ", expected a positive number");
      }
      if (extreme || squares > (long) MOST_RMS * MOST_RMS * dimension) {
        problems.add(
            "components of cell "
                + i
                + ": found a sum of squares of "
                + squares
                + ", expected up to "
                + (MOST_RMS * MOST_RMS * dimension)
                + ", and no component -128");
      }
    }
  }
}
