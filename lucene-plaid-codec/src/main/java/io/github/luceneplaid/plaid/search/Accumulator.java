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

  /** A leaf has no more postings than its segment has documents, but all leaves may. */
  private static final int POSTINGS_AT_A_TIME = 1 << 20;

  private static final int TOKEN_BITS = 8;
  private static final int TOKEN_MASK = (1 << TOKEN_BITS) - 1;
  private static final int SUM_BITS = Integer.SIZE - 1 - TOKEN_BITS;
  private static final int HISTOGRAM_BITS = 11;
  private static final int STEP_SHIFT = TOKEN_BITS + SUM_BITS - HISTOGRAM_BITS;

  private final TimeLimit time;
  private final PlaidSegment segment;
  private final int width;
  private final int[] sums;

  /** The documents met so far, and room for one more. */
  private final int[] touched;

  private int size;
  private byte[] postings = {};
  private final double unit;

  /**
   * Sole constructor.
   *
   * @param largestSum no document's sum is larger
   * @param postings how many will be added
   * @param time when to give up
   */
  Accumulator(PlaidSegment segment, double largestSum, long postings, TimeLimit time) {
    this.time = time;
    this.segment = segment;
    this.width = segment.postingWidth();
    this.sums = new int[segment.documents()];
    this.touched = new int[(int) Math.min(segment.documents(), postings) + 1];
    this.unit = largestSum > 0 ? ((1 << SUM_BITS) - 1) / largestSum : 0;
  }

  /**
   * Adds leaves of a query token.
   *
   * @param token the query token
   * @param order leaves, best first
   * @param gains what each of them adds, at least 0
   */
  void add(int token, LeafProbe leaves, int[] order, float[] gains) throws IOException {
    // Tokens take turns with the marks: one that is as far off as there are marks comes too late to
    // matter, and 0 marks a document that was never met.
    int mark = 1 + token % TOKEN_MASK;
    int sinceLook = 0;
    for (int from = 0; from < order.length; ) {
      int to = read(leaves, order, from);
      for (int at = 0; from < to; from++) {
        int length = leaves.length(order[from]);
        sinceLook += length;
        if (sinceLook > TimeLimit.ELEMENTS) {
          sinceLook = 0;
          if (time.isOver()) {
            return;
          }
        }
        add(at, length, mark, (int) (gains[from] * unit) << TOKEN_BITS);
        at += length;
      }
    }
  }

  /**
   * Fetches lists before the first of them is added: one after the other, memory would be waited
   * for. All of them, but for those that would take more than a bound of memory.
   *
   * @param from index of the first one in the order
   * @return one behind the last one
   */
  private int read(LeafProbe leaves, int[] order, int from) throws IOException {
    int to = from;
    long length = 0;
    while (to < order.length
        && (to == from || length + leaves.length(order[to]) <= POSTINGS_AT_A_TIME)) {
      length += leaves.length(order[to++]);
    }
    // An int is read of each posting, which the last one may not have
    int size = Math.toIntExact(length * width + Integer.BYTES);
    postings = ArrayUtil.growNoCopy(postings, size);
    int at = 0;
    for (int i = from; i < to; i++) {
      int leaf = order[i];
      segment.readPostings(leaves.start(leaf), leaves.length(leaf), postings, at);
      at += leaves.length(leaf) * width;
    }
    return to;
  }

  private void add(int from, int length, int mark, int add) throws IOException {
    int[] sums = this.sums;
    int[] touched = this.touched;
    int size = this.size;
    for (int i = from; i < from + length; i++) {
      int ordinal = ordinal(i);
      if (ordinal < 0 || ordinal >= sums.length) {
        throw segment.corrupt("a posting has ordinal " + ordinal);
      }
      int before = sums[ordinal];
      touched[size] = ordinal;
      size += before == 0 ? 1 : 0;
      int gained = (before & TOKEN_MASK) == mark ? 0 : add;
      sums[ordinal] = ((before & ~TOKEN_MASK) + gained) | mark;
    }
    this.size = size;
  }

  private int ordinal(int posting) {
    return width == Short.BYTES
        ? Short.toUnsignedInt((short) BitUtil.VH_LE_SHORT.get(postings, posting << 1))
        : (int) BitUtil.VH_LE_INT.get(postings, posting * width)
            & -1 >>> ((Integer.BYTES - width) * Byte.SIZE);
  }

  /**
   * Chooses the documents with the highest sums.
   *
   * @param n how many at most
   * @param accepted documents that may be chosen, null for all
   * @param docs receives the documents
   * @param scores receives their sums
   * @return how many; 0 if time is out before all have been looked at
   */
  int best(int n, Bits accepted, int[] docs, float[] scores) throws IOException {
    if (accepted != null) {
      int kept = 0;
      for (int i = 0; i < size; i++) {
        if (i % TimeLimit.DOCUMENTS == TimeLimit.DOCUMENTS - 1 && time.isOver()) {
          return 0;
        }
        touched[kept] = touched[i];
        kept += accepted.get(segment.document(touched[i])) ? 1 : 0;
      }
      size = kept;
    }
    int least = size <= n ? 0 : threshold(n);
    int found = 0;
    // Of those within the threshold's step only some may fit: the first ones
    int within = 0;
    for (int i = 0; i < size; i++) {
      int ordinal = touched[i];
      int step = step(ordinal);
      if (step > least) {
        take(ordinal, found++, docs, scores);
      } else if (step == least) {
        touched[within++] = ordinal;
      }
    }
    for (int i = 0; i < within && found < n; i++) {
      take(touched[i], found++, docs, scores);
    }
    return found;
  }

  private int step(int ordinal) {
    return sums[ordinal] >>> STEP_SHIFT;
  }

  private void take(int ordinal, int at, int[] docs, float[] scores) throws IOException {
    docs[at] = segment.document(ordinal);
    scores[at] = unit == 0 ? 0 : (float) ((sums[ordinal] >>> TOKEN_BITS) / unit);
  }

  /** The step of the n-th highest sum. */
  private int threshold(int n) {
    int[] histogram = new int[1 << HISTOGRAM_BITS];
    for (int i = 0; i < size; i++) {
      histogram[step(touched[i])]++;
    }
    int step = histogram.length;
    for (int above = 0; above < n; above += histogram[step]) {
      step--;
    }
    return step;
  }
}
