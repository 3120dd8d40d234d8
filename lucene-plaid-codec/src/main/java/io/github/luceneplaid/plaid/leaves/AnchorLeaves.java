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

import io.github.luceneplaid.plaid.codebook.AbortCheck;
import java.io.IOException;
import java.util.Arrays;
import org.apache.lucene.store.IndexOutput;

/**
 * Makes each anchor the one leaf of its region, as an index of PLAID is searched: what a segment
 * begins with whose tokens came with their anchors. No token has to be decoded for it. Memory is
 * bounded by {@link #GROUP_POSTINGS} and the number of anchors (unless a single one has more):
 * anchors are taken in groups, and each group walks through the anchors of all tokens once.
 *
 * @lucene.internal
 */
public final class AnchorLeaves {

  /** Postings that are grouped by anchor at a time: 4 bytes each. */
  private static final int GROUP_POSTINGS = 1 << 22;

  private final float[] anchors;
  private final int count;
  private final int dimension;
  private final AbortCheck abort;
  private final int groupPostings;

  /** Tokens that can be walked through any number of times, in document order. */
  public interface Tokens {
    /** Shows all tokens. */
    void forEach(Visitor visitor) throws IOException;
  }

  /** Receives tokens. */
  public interface Visitor {
    /**
     * Takes tokens of a document.
     *
     * @param ordinal of the document
     * @param anchors of tokens {@code 0} to {@code n - 1}
     */
    void tokens(int ordinal, int[] anchors, int n);
  }

  /**
   * Takes the anchors of a segment.
   *
   * @param anchors row by row
   * @param count number of anchors
   * @param dimension of an anchor
   * @param abort asked now and then whether to go on
   */
  public AnchorLeaves(float[] anchors, int count, int dimension, AbortCheck abort) {
    this(anchors, count, dimension, abort, GROUP_POSTINGS);
  }

  AnchorLeaves(float[] anchors, int count, int dimension, AbortCheck abort, int groupPostings) {
    this.groupPostings = groupPostings;
    this.anchors = anchors;
    this.count = count;
    this.dimension = dimension;
    this.abort = abort;
  }

  /**
   * Writes leaves and postings.
   *
   * @param leavesOut receives the blocks of leaves
   * @param postingsOut receives the posting lists
   * @param postingWidth bytes of a posting, 2 to 4
   */
  public LeafDirectory write(
      Tokens tokens, IndexOutput leavesOut, IndexOutput postingsOut, int postingWidth)
      throws IOException {
    int[] counts = count(tokens);
    LeafBlocks blocks = new LeafBlocks(leavesOut, dimension);
    PostingWriter postings = new PostingWriter(postingsOut, postingWidth);
    LeafDirectory directory = new LeafDirectory(count);
    for (int from = 0; from < count; ) {
      abort.check();
      int to = from;
      int size = 0;
      while (to < count && (to == from || size + counts[to] <= groupPostings)) {
        size += counts[to++];
      }
      int[] ordinals = group(tokens, counts, from, to, size);
      int start = 0;
      for (int anchor = from; anchor < to; anchor++) {
        directory.startRegion(anchor, postings.count());
        int end = start + counts[anchor];
        if (start < end) {
          blocks.add(anchors, anchor * dimension, 0);
        }
        directory.endRegion(anchor, start < end ? 1 : 0);
        while (start < end) {
          postings.write(ordinals[start++]);
        }
      }
      from = to;
    }
    directory.finish(postings.count());
    blocks.finish();
    return directory;
  }

  /** The number of documents that have tokens of each anchor. */
  private int[] count(Tokens tokens) throws IOException {
    int[] counts = new int[count];
    int[] last = new int[count];
    Arrays.fill(last, -1);
    tokens.forEach(
        (ordinal, ids, n) -> {
          for (int i = 0; i < n; i++) {
            int anchor = ids[i];
            counts[anchor] += last[anchor] == ordinal ? 0 : 1;
            last[anchor] = ordinal;
          }
        });
    return counts;
  }

  /** The documents of a range of anchors, rising for each. */
  private static int[] group(Tokens tokens, int[] counts, int from, int to, int size)
      throws IOException {
    int[] ordinals = new int[size];
    int[] next = new int[to - from];
    for (int i = 1; i < next.length; i++) {
      next[i] = next[i - 1] + counts[from + i - 1];
    }
    int[] last = new int[to - from];
    Arrays.fill(last, -1);
    tokens.forEach(
        (ordinal, ids, n) -> {
          for (int i = 0; i < n; i++) {
            int anchor = ids[i] - from;
            if (anchor >= 0 && anchor < last.length && last[anchor] != ordinal) {
              last[anchor] = ordinal;
              ordinals[next[anchor]++] = ordinal;
            }
          }
        });
    return ordinals;
  }
}
