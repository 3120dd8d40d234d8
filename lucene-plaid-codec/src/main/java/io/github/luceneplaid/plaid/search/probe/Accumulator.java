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

package io.github.luceneplaid.plaid.search.probe;

import io.github.luceneplaid.plaid.search.request.TimeLimit;
import io.github.luceneplaid.plaid.segment.PlaidSegment;
import java.io.IOException;
import org.apache.lucene.util.ArrayUtil;
import org.apache.lucene.util.BitUtil;
import org.apache.lucene.util.Bits;

/**
 * Adds up the scores of cells for the documents in their posting lists. For each query token a
 * document gets the score of the best cell that has it, less a floor. The floor is the score of the
 * worst cell that was walked, which stands for all other cells.
 *
 * <p>A document takes one int: a fixed-point sum, and in its low byte the last query token that
 * added to it. The cells of a token come best first, so that only the first one to meet a document
 * adds.
 */
public final class Accumulator {

  /** Postings read at once: a cell may have more of them than an array can hold. */
  private static final int POSTINGS_AT_A_TIME = 1 << 20;

  private static final int TOKEN_BITS = 8;
  private static final int TOKEN_MASK = (1 << TOKEN_BITS) - 1;

  /** Marks of query tokens, from 1 on; 0 is for documents that were never met. */
  private static final int MARKS = TOKEN_MASK - 1;

  /** The mark of documents that were last met before the marks were reused. */
  private static final int MET_BEFORE = TOKEN_MASK;

  private static final int SUM_BITS = Integer.SIZE - 1 - TOKEN_BITS;
  private static final int HISTOGRAM_BITS = 11;
  private static final int STEP_SHIFT = TOKEN_BITS + SUM_BITS - HISTOGRAM_BITS;

  private final TimeLimit time;
  private final PlaidSegment segment;
  private final int width;

  /** Ordinal of the first document that has a sum. */
  private final int first;

  private final int[] sums;
  private final int atATime;

  /** How many times all marks have been used. */
  private int turn;

  /** The documents met so far, counted from the first, and room for one more. */
  private int[] touched = {};

  private int size;
  private byte[] postings = {};
  private float base;
  private double largestSum;
  private double unit;

  /**
   * Adds up scores for a range of documents.
   *
   * @param from the first one
   * @param to one behind the last one
   * @param time when to give up
   */
  public Accumulator(PlaidSegment segment, int from, int to, TimeLimit time) {
    this(segment, from, to, time, POSTINGS_AT_A_TIME);
  }

  /** As above, with another number of postings that are read at once. */
  public Accumulator(PlaidSegment segment, int from, int to, TimeLimit time, int atATime) {
    this.atATime = atATime;
    this.time = time;
    this.segment = segment;
    this.width = segment.postingWidth();
    this.first = from;
    this.sums = new int[to - from];
  }

  /** Whether the sums are those of the first documents of the segment. */
  public boolean isFirst() {
    return first == 0;
  }

  /**
   * Prepares for more query tokens. Sums of earlier query tokens are scaled down, so that the sums
   * of all of them fit.
   *
   * @param floor the part of the score that all documents get from these query tokens
   * @param largest the most that a document can get above the floor
   * @param postings how many will be added
   */
  public void expect(float floor, double largest, long postings) {
    base += floor;
    largestSum += largest;
    double before = unit;
    unit = largestSum > 0 ? ((1 << SUM_BITS) - 1) / largestSum : 0;
    if (before > 0 && before != unit) {
      for (int i = 0; i < size; i++) {
        int sum = sums[touched[i]];
        int scaled = (int) ((sum >>> TOKEN_BITS) * (unit / before));
        sums[touched[i]] = (scaled << TOKEN_BITS) | (sum & TOKEN_MASK);
      }
    }
    int room = (int) Math.min(sums.length, size + postings) + 1;
    if (touched.length < room) {
      touched = ArrayUtil.growExact(touched, room);
    }
  }

  /**
   * Adds cells of a query token.
   *
   * @param token the query token, not lower than those before
   * @param lists posting lists that need not be read any more
   * @param order cells, best first
   * @param gains the amount that each cell adds, at least 0
   */
  public void add(int token, CellProbe cells, FetchedPostings lists, int[] order, float[] gains)
      throws IOException {
    int mark = mark(token);
    int sinceLook = 0;
    for (int i = 0; i < order.length; i++) {
      int length = cells.length(order[i]);
      sinceLook += length;
      if (sinceLook > TimeLimit.ELEMENTS) {
        sinceLook = 0;
        if (time.isOver()) {
          return;
        }
      }
      int place = lists.place(order[i]);
      if (place < 0) {
        readAndAdd(cells, order[i], mark, gain(gains[i]));
      } else {
        add(lists.bytes(), place, length, mark, gain(gains[i]));
      }
    }
  }

  /**
   * Returns the mark of a query token. When all marks are used, they start anew, and all documents
   * met so far get {@link #MET_BEFORE}.
   */
  private int mark(int token) {
    if (token / MARKS != turn) {
      turn = token / MARKS;
      for (int i = 0; i < size; i++) {
        sums[touched[i]] |= MET_BEFORE;
      }
    }
    return 1 + token % MARKS;
  }

  private int gain(float gain) {
    return (int) (gain * unit) << TOKEN_BITS;
  }

  /** Adds a cell whose list has not been fetched. */
  private void readAndAdd(CellProbe cells, int cell, int mark, int gain) throws IOException {
    int length = cells.length(cell);
    // Each posting is read as an int, which may reach beyond the last one
    int room = Math.min(length, atATime) * width + Integer.BYTES;
    postings = ArrayUtil.growNoCopy(postings, room);
    for (int from = 0; from < length && time.isOver() == false; ) {
      int n = Math.min(length - from, atATime);
      segment.readPostings(cells.start(cell) + from, n, postings, 0);
      add(postings, 0, n, mark, gain);
      from += n;
    }
  }

  private void add(byte[] postings, int from, int length, int mark, int add) throws IOException {
    if (width == Short.BYTES) {
      addShorts(postings, from, length, mark, add);
    } else {
      addInts(postings, from, length, mark, add);
    }
  }

  // The step of these loops is no constant, so that the compiler does not unroll them. Lists are
  // short, and the code before and after an unrolled loop took a third of the time.

  private void addShorts(byte[] postings, int from, int length, int mark, int add)
      throws IOException {
    int[] sums = this.sums;
    int[] touched = this.touched;
    int first = this.first;
    int size = this.size;
    int width = this.width;
    int end = from + length * width;
    for (int p = from; p < end; p += width) {
      int ordinal = Short.toUnsignedInt((short) BitUtil.VH_LE_SHORT.get(postings, p));
      int at = ordinal - first;
      if (at < 0 || at >= sums.length) {
        check(ordinal);
        continue;
      }
      int before = sums[at];
      touched[size] = at;
      size += ifFirst(before);
      sums[at] = raised(before, mark, add);
    }
    this.size = size;
  }

  private void addInts(byte[] postings, int from, int length, int mark, int add)
      throws IOException {
    int[] sums = this.sums;
    int[] touched = this.touched;
    int first = this.first;
    int size = this.size;
    int width = this.width;
    int mask = -1 >>> ((Integer.BYTES - width) * Byte.SIZE);
    int end = from + length * width;
    for (int p = from; p < end; p += width) {
      int ordinal = (int) BitUtil.VH_LE_INT.get(postings, p) & mask;
      int at = ordinal - first;
      if (at < 0 || at >= sums.length) {
        check(ordinal);
        continue;
      }
      int before = sums[at];
      touched[size] = at;
      size += ifFirst(before);
      sums[at] = raised(before, mark, add);
    }
    this.size = size;
  }

  // No branches below: whether a document was met before is hard to predict.

  /** 1 if a document is met for the first time, else 0. */
  private static int ifFirst(int before) {
    return (before - 1) >>> 31;
  }

  /** The sum after a query token has met the document. Only its first meeting counts. */
  private static int raised(int before, int mark, int add) {
    int another = (before & TOKEN_MASK) ^ mark;
    return ((before & ~TOKEN_MASK) + (add & (-another >> 31))) | mark;
  }

  /** Reports an ordinal that is out of range as corruption. */
  private void check(int ordinal) throws IOException {
    if (ordinal < 0 || ordinal >= segment.documents()) {
      throw segment.corrupt("a posting has ordinal " + ordinal);
    }
  }

  /**
   * Chooses the documents with the highest sums.
   *
   * @param n how many at most
   * @param accepted documents that may be chosen, null for all
   * @param docs receives the documents
   * @param scores receives their scores: the floor plus the sums
   * @return how many; 0 if time is out before all have been looked at
   */
  public int best(int n, Bits accepted, int[] docs, float[] scores) throws IOException {
    if (accepted != null) {
      int kept = 0;
      for (int i = 0; i < size; i++) {
        if (i % TimeLimit.DOCUMENTS == TimeLimit.DOCUMENTS - 1 && time.isOver()) {
          return 0;
        }
        touched[kept] = touched[i];
        kept += accepted.get(segment.document(first + touched[i])) ? 1 : 0;
      }
      size = kept;
    }
    int least = size <= n ? 0 : threshold(n);
    int found = 0;
    // There may be room for some documents of the threshold's step only: the first ones
    int within = 0;
    for (int i = 0; i < size; i++) {
      int document = touched[i];
      int step = step(document);
      if (step > least) {
        take(document, found++, docs, scores);
      } else if (step == least) {
        touched[within++] = document;
      }
    }
    for (int i = 0; i < within && found < n; i++) {
      take(touched[i], found++, docs, scores);
    }
    return found;
  }

  private int step(int document) {
    return sums[document] >>> STEP_SHIFT;
  }

  private void take(int document, int at, int[] docs, float[] scores) throws IOException {
    docs[at] = segment.document(first + document);
    scores[at] = base + (unit == 0 ? 0 : (float) ((sums[document] >>> TOKEN_BITS) / unit));
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
