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
package io.github.luceneplaid.plaid.codebook;

import java.util.Arrays;

/**
 * Rounds query tokens to integers.
 *
 * @lucene.internal
 */
public final class QueryRounding {

  private QueryRounding() {}

  /**
   * Rounds query tokens to integers. Their products with integer weights fit 16 bits.
   *
   * @param queries [nq][dim], of any length
   * @param nq number of query tokens
   * @param dim components of a token
   * @param maxWeightLength largest length of a token's integer weights
   * @param weight value of a unit of these weights
   * @param ints receives [nq][dim] integers
   * @param queryScale receives [nq] scales: {@code ints · queryScale} is about weight · q
   */
  public static void round(
      float[] queries,
      int nq,
      int dim,
      double maxWeightLength,
      double weight,
      short[] ints,
      float[] queryScale) {
    double limit = Short.MAX_VALUE / maxWeightLength;
    // Rounding adds 1/12 to the expected square of each integer, with some deviation. A margin of
    // two deviations costs almost nothing, and few queries then have to be shortened
    double deviation = 2 * limit / Math.sqrt(12);
    double target = Math.sqrt(Math.max(0, limit * limit - dim / 12.0 - 2 * deviation));
    for (int q = 0; q < nq; q++) {
      int offset = q * dim;
      double squared = 0;
      for (int j = 0; j < dim; j++) {
        squared += (double) queries[offset + j] * queries[offset + j];
      }
      if (squared == 0) {
        Arrays.fill(ints, offset, offset + dim, (short) 0);
        queryScale[q] = 0;
      } else {
        double unit = target / Math.sqrt(squared);
        round(queries, offset, dim, unit, (int) (limit * limit), ints);
        queryScale[q] = (float) (weight / unit);
      }
    }
  }

  /**
   * Rounds query · unit to integers of limited length. If they are too long, those that were
   * rounded up the most are rounded down.
   */
  private static void round(
      float[] queries, int offset, int dim, double unit, int maxSquared, short[] ints) {
    int squared = 0;
    for (int j = offset; j < offset + dim; j++) {
      int value = (int) Math.rint(queries[j] * unit);
      ints[j] = (short) value;
      squared += value * value;
    }
    while (squared > maxSquared) {
      int victim = offset;
      double mostAdded = Double.NEGATIVE_INFINITY;
      for (int j = offset; j < offset + dim; j++) {
        double added = Math.abs(ints[j]) - Math.abs(queries[j] * unit);
        if (ints[j] != 0 && added > mostAdded) {
          mostAdded = added;
          victim = j;
        }
      }
      squared -= 2 * Math.abs(ints[victim]) - 1;
      ints[victim] = (short) (ints[victim] - Integer.signum(ints[victim]));
    }
  }
}
