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

import io.github.luceneplaid.fsvi.slab.SlabEncoding;
import io.github.luceneplaid.plaid.segment.PlaidSegment;
import java.io.IOException;
import java.util.List;

/**
 * Checks the rows of tokens of a segment:
 *
 * <ul>
 *   <li>rows beside imported codes are what these decode to, but for rounding: a merge copies rows,
 *       so 32-bit floats may have been 16-bit floats before, and sums of floats differ in their
 *       last bits from processor to processor
 *   <li>other rows, if they never were encoded, have the length of tokens that can be coded: 1 if
 *       no lengths are stored
 * </ul>
 */
final class RowCheck {
  /** Tokens that are read at a time. */
  private static final int CHUNK = 64;

  /** The largest difference of the square of a length to 1. */
  private static final double UNIT = 1e-3;

  /** What rounding to 16-bit floats may add to it. */
  private static final double ROUNDING = 2e-3;

  private static final double LEAST_SQUARES = 0x1p-20;

  /** What rounding to 16-bit floats may change of a component, relative to its magnitude. */
  private static final double FLOAT16 = 0x1p-10;

  /** What rounding may change of small components. */
  private static final double LEAST_DIFFERENCE = 1e-6;

  private final PlaidSegment segment;
  private final int dimension;
  private final List<String> problems;
  private final float[] rows;
  private final float[] decoded;

  /**
   * For one segment with rows.
   *
   * @param problems receives what is wrong
   */
  RowCheck(PlaidSegment segment, List<String> problems) {
    this.segment = segment;
    this.dimension = segment.dimension();
    this.problems = problems;
    this.rows = new float[CHUNK * dimension];
    this.decoded = new float[CHUNK * dimension];
  }

  /** Checks the rows of all documents. */
  void run() throws IOException {
    for (int ordinal = 0; ordinal < segment.documents(); ordinal++) {
      boolean isImported = segment.isTrained() && segment.imported(ordinal) != null;
      if (isImported || segment.tokensTimesEncoded() == 0) {
        check(ordinal, isImported);
      }
    }
  }

  private void check(int ordinal, boolean isImported) throws IOException {
    int tokens = segment.tokenCount(ordinal);
    for (int from = 0; from < tokens; from += CHUNK) {
      int n = Math.min(CHUNK, tokens - from);
      segment.tokens(ordinal, from, n, rows);
      if (isImported) {
        segment.codes().decode(ordinal, from, n, decoded);
      }
      for (int i = 0; i < n; i++) {
        String wrong = isImported ? difference(i) : length(i);
        if (wrong != null) {
          problems.add("token " + (from + i) + " of ordinal " + ordinal + ": found " + wrong);
          return;
        }
      }
    }
  }

  /** Returns how a row differs from the decoded token; null if it does not. */
  private String difference(int token) {
    for (int i = token * dimension; i < (token + 1) * dimension; i++) {
      if (differs(rows[i], decoded[i])) {
        return "component "
            + i % dimension
            + " "
            + rows[i]
            + " in its row, expected "
            + decoded[i]
            + " as its imported code says";
      }
    }
    return null;
  }

  private static boolean differs(float found, float decoded) {
    float most = SlabEncoding.MAX_FLOAT16;
    float limited = Math.clamp(decoded, -most, most);
    double tolerance = LEAST_DIFFERENCE + Math.abs(decoded) * FLOAT16;
    return (Math.abs(found - decoded) <= tolerance || Math.abs(found - limited) <= tolerance)
        == false;
  }

  /** Returns the length of a row if it is wrong; otherwise null. */
  private String length(int token) {
    double squares = 0;
    for (int i = token * dimension; i < (token + 1) * dimension; i++) {
      squares += (double) rows[i] * rows[i];
    }
    boolean fits =
        segment.isUnitLength()
            ? Math.abs(squares - 1) <= UNIT + ROUNDING
            : squares >= LEAST_SQUARES * (1 - ROUNDING);
    return fits
        ? null
        : "length "
            + Math.sqrt(squares)
            + ", expected "
            + (segment.isUnitLength() ? "1" : "at least " + Math.sqrt(LEAST_SQUARES));
  }
}
