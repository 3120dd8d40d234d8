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
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.store.DataOutput;
import org.apache.lucene.store.IndexInput;

/**
 * Which leaves and which postings belong to which anchor.
 *
 * <ul>
 *   <li><b>[int32]</b> × (anchors + 1): first leaf of each anchor, and the number of leaves
 *   <li><b>[int64]</b> × (anchors + 1): first posting of each anchor, and the number of postings
 * </ul>
 *
 * @lucene.internal
 */
public final class LeafDirectory {

  private final int[] firstLeaf;
  private final long[] firstPosting;

  LeafDirectory(int anchors) {
    this.firstLeaf = new int[anchors + 1];
    this.firstPosting = new long[anchors + 1];
  }

  void startAnchor(int anchor, long posting) {
    firstPosting[anchor] = posting;
  }

  void endAnchor(int anchor, int leaves) {
    firstLeaf[anchor + 1] = firstLeaf[anchor] + leaves;
  }

  void finish(long postings) {
    firstPosting[anchors()] = postings;
  }

  /** Number of anchors. */
  public int anchors() {
    return firstLeaf.length - 1;
  }

  /** Number of leaves. */
  public int leaves() {
    return firstLeaf[anchors()];
  }

  /** Number of postings. */
  public long postings() {
    return firstPosting[anchors()];
  }

  /** First leaf of an anchor; {@code firstLeaf(anchor + 1)} is one behind its last. */
  public int firstLeaf(int anchor) {
    return firstLeaf[anchor];
  }

  /** First posting of an anchor; {@code firstPosting(anchor + 1)} is one behind its last. */
  public long firstPosting(int anchor) {
    return firstPosting[anchor];
  }

  /** Bytes of a directory. */
  public static long bytes(int anchors) {
    return (anchors + 1L) * (Integer.BYTES + Long.BYTES);
  }

  /** Writes the directory. */
  public void write(DataOutput out) throws IOException {
    for (int first : firstLeaf) {
      out.writeInt(first);
    }
    for (long first : firstPosting) {
      out.writeLong(first);
    }
  }

  /**
   * Reads a directory.
   *
   * @param in stands on its first byte
   * @param anchors number of anchors
   * @param leaves number of leaves it must state
   * @param postings number of postings it must state
   */
  public static LeafDirectory read(IndexInput in, int anchors, int leaves, long postings)
      throws IOException {
    LeafDirectory directory = new LeafDirectory(anchors);
    in.readInts(directory.firstLeaf, 0, anchors + 1);
    in.readLongs(directory.firstPosting, 0, anchors + 1);
    check(in, directory.firstLeaf[0] == 0 && directory.leaves() == leaves, "leaves");
    check(in, directory.firstPosting[0] == 0 && directory.postings() == postings, "postings");
    for (int anchor = 0; anchor < anchors; anchor++) {
      check(in, directory.firstLeaf[anchor] <= directory.firstLeaf[anchor + 1], "leaves");
      check(in, directory.firstPosting[anchor] <= directory.firstPosting[anchor + 1], "postings");
    }
    return directory;
  }

  private static void check(IndexInput in, boolean valid, String what) throws IOException {
    if (valid == false) {
      throw new CorruptIndexException(
          "the " + what + " of the anchors do not add up to those of the segment", in);
    }
  }
}
