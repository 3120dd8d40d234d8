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

package io.github.luceneplaid.plaid.search;

import io.github.luceneplaid.plaid.PlaidSegment;
import java.io.IOException;
import org.apache.lucene.util.ArrayUtil;
import org.apache.lucene.util.BitUtil;
import org.apache.lucene.util.Bits;

/**
 * Adds up the scores of leaves for the documents in their posting lists: for each query token the
 * score of the best leaf that has the document, less the score of the worst leaf that was probed,
 * which stands for all leaves that were not.
 *
 * <p>A document takes one int: a fixed-point sum, and in its low byte the last query token that
 * added to it. The leaves of a token come best first, so that only the first one to meet a document
 * adds.
 */
final class Accumulator {

  private static final int TOKEN_BITS = 8;
  private static final int TOKEN_MASK = (1 << TOKEN_BITS) - 1;
  private static final int SUM_BITS = Integer.SIZE - 1 - TOKEN_BITS;
  private static final int HISTOGRAM_BITS = 11;

  private final PlaidSegment segment;
  private final int width;
  private final int[] sums;
  private int[] touched = new int[1024];
  private int size;
  private byte[] postings = new byte[1024];
  private final double unit;
  private int stepBits;

  /**
   * Sole constructor.
   *
   * @param largestSum no document's sum is larger
   */
  Accumulator(PlaidSegment segment, double largestSum) {
    this.segment = segment;
    this.width = segment.postingWidth();
    this.sums = new int[segment.documents()];
    this.unit = largestSum > 0 ? ((1 << SUM_BITS) - 1) / largestSum : 0;
  }

  /**
   * Adds a leaf.
   *
   * @param token the query token
   * @param gain what the leaf adds, at least 0
   * @param start first posting
   * @param length number of postings
   */
  void add(int token, float gain, long start, int length) throws IOException {
    // An int is read of each posting, which the last one may not have
    postings = ArrayUtil.growNoCopy(postings, length * width + Integer.BYTES);
    segment.readPostings(start, length, postings);
    touched = ArrayUtil.grow(touched, size + length);
    // Tokens take turns with the marks: one that is as far off as there are marks comes too late to
    // matter, and 0 marks a document that was never met.
    int mark = 1 + token % TOKEN_MASK;
    int add = (int) (gain * unit) << TOKEN_BITS;
    int mask = -1 >>> ((Integer.BYTES - width) * Byte.SIZE);
    if (width == Short.BYTES) {
      for (int i = 0; i < length; i++) {
        int ordinal = Short.toUnsignedInt((short) BitUtil.VH_LE_SHORT.get(postings, i << 1));
        add(ordinal, mark, add);
      }
    } else {
      for (int i = 0; i < length; i++) {
        add((int) BitUtil.VH_LE_INT.get(postings, i * width) & mask, mark, add);
      }
    }
  }

  private void add(int ordinal, int mark, int add) throws IOException {
    if (ordinal < 0 || ordinal >= sums.length) {
      throw segment.corrupt("a posting has ordinal " + ordinal);
    }
    int before = sums[ordinal];
    touched[size] = ordinal;
    size += before == 0 ? 1 : 0;
    int gained = (before & TOKEN_MASK) == mark ? 0 : add;
    sums[ordinal] = ((before & ~TOKEN_MASK) + gained) | mark;
  }

  /**
   * Chooses the documents with the highest sums.
   *
   * @param n how many at most
   * @param accepted documents that may be chosen, null for all
   * @param docs receives the documents
   * @param scores receives their sums
   * @return how many
   */
  int best(int n, Bits accepted, int[] docs, float[] scores) throws IOException {
    if (accepted != null) {
      int kept = 0;
      for (int i = 0; i < size; i++) {
        touched[kept] = touched[i];
        kept += accepted.get(segment.document(touched[i])) ? 1 : 0;
      }
      size = kept;
    }
    int least = size <= n ? 0 : threshold(n);
    int found = 0;
    // Those above the threshold's step first: of those within it only some may fit
    for (int pass = 0; pass < 2; pass++) {
      for (int i = 0; i < size && found < n; i++) {
        int sum = sums[touched[i]] >>> TOKEN_BITS;
        int step = sum >>> stepBits;
        if (pass == 0 ? step > least : step == least) {
          docs[found] = segment.document(touched[i]);
          scores[found++] = unit == 0 ? 0 : (float) (sum / unit);
        }
      }
    }
    return found;
  }

  /** The step of the n-th highest sum. */
  private int threshold(int n) {
    int max = 0;
    for (int i = 0; i < size; i++) {
      max = Math.max(max, sums[touched[i]] >>> TOKEN_BITS);
    }
    stepBits = Math.max(0, Integer.SIZE - Integer.numberOfLeadingZeros(max) - HISTOGRAM_BITS);
    int[] histogram = new int[1 << HISTOGRAM_BITS];
    for (int i = 0; i < size; i++) {
      histogram[sums[touched[i]] >>> TOKEN_BITS >>> stepBits]++;
    }
    int step = histogram.length;
    for (int above = 0; above < n; above += histogram[step]) {
      step--;
    }
    return step;
  }
}
