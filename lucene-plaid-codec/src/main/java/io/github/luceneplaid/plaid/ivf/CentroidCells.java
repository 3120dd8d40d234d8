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

import io.github.luceneplaid.plaid.codebook.AbortCheck;
import io.github.luceneplaid.plaid.codebook.CountingSort;
import java.io.IOException;
import java.util.Arrays;
import org.apache.lucene.store.IndexOutput;

/**
 * Writes cells without clustering. Each centroid is the only cell of its region, as in a PLAID
 * index. An imported segment has such cells until it is merged. No token is decoded. Like {@link
 * CellWriter}, this class reads the centroids of all tokens twice. Memory is bounded by a constant
 * and the number of centroids, unless a single centroid has more than {@link #GROUP_POSTINGS}
 * postings.
 *
 * @lucene.internal
 */
public final class CentroidCells {

  /** Postings that are held in memory at a time, with 4 bytes each. */
  private static final int GROUP_POSTINGS = 1 << 22;

  private final float[] centroids;
  private final int count;
  private final int dimension;
  private final AbortCheck abort;
  private final TemporaryFiles files;
  private final int groupPostings;

  /** Tokens in document order. They can be read any number of times. */
  public interface Tokens {
    /** Passes all tokens to a visitor. */
    void forEach(Visitor visitor) throws IOException;
  }

  /** Receives tokens. */
  public interface Visitor {
    /**
     * Receives tokens of a document.
     *
     * @param ordinal ordinal of the document
     * @param centroids centroids of the tokens, at {@code 0} to {@code n - 1}
     */
    void tokens(int ordinal, int[] centroids, int n) throws IOException;
  }

  /**
   * Makes a writer for the centroids of a segment.
   *
   * @param centroids row by row
   * @param count number of centroids
   * @param dimension components of a centroid
   * @param abort checked at intervals
   * @param files temporary files for postings that do not fit in memory
   */
  public CentroidCells(
      float[] centroids, int count, int dimension, AbortCheck abort, TemporaryFiles files) {
    this(centroids, count, dimension, abort, files, GROUP_POSTINGS);
  }

  CentroidCells(
      float[] centroids,
      int count,
      int dimension,
      AbortCheck abort,
      TemporaryFiles files,
      int groupPostings) {
    this.centroids = centroids;
    this.count = count;
    this.dimension = dimension;
    this.abort = abort;
    this.files = files;
    this.groupPostings = groupPostings;
  }

  /** The outputs of cells, postings and the cell table. */
  private record Output(CellRecords records, PostingWriter postings, CellTable directory) {}

  /** Receives the postings of all centroids. Those of a document follow one another. */
  private interface PostingVisitor {
    void posting(int centroid, int ordinal) throws IOException;
  }

  /**
   * Writes cells and postings.
   *
   * @param cellsOut receives the cells
   * @param postingsOut receives the posting lists
   * @param postingWidth bytes of a posting, 2 to 4
   */
  public CellTable write(
      Tokens tokens, IndexOutput cellsOut, IndexOutput postingsOut, int postingWidth)
      throws IOException {
    int[] counts = new int[count];
    forEachPosting(tokens, (centroid, ordinal) -> counts[centroid]++);
    RegionGroups groups = new RegionGroups(counts, groupPostings);
    Output output =
        new Output(
            new CellRecords(cellsOut, dimension),
            new PostingWriter(postingsOut, postingWidth),
            new CellTable(count));
    Group first = new Group(counts, groups, 0);
    if (groups.count() == 1) {
      forEachPosting(tokens, first::add);
      writeGroup(first, output);
    } else {
      writeGroups(tokens, counts, groups, first, output);
    }
    output.directory.finish(output.postings.count());
    return output.directory;
  }

  /** Visits each document once for each of its centroids, in the order of documents. */
  private void forEachPosting(Tokens tokens, PostingVisitor visitor) throws IOException {
    int[] last = new int[count];
    Arrays.fill(last, -1);
    tokens.forEach(
        (ordinal, ids, n) -> {
          for (int i = 0; i < n; i++) {
            int centroid = ids[i];
            if (last[centroid] != ordinal) {
              last[centroid] = ordinal;
              visitor.posting(centroid, ordinal);
            }
          }
        });
  }

  private void writeGroups(
      Tokens tokens, int[] counts, RegionGroups groups, Group first, Output output)
      throws IOException {
    TokenPartitions[] others = new TokenPartitions[1];
    files.through(
        "postings",
        out -> {
          TokenPartitions partitions = new TokenPartitions(out, groups.count() - 1, false);
          forEachPosting(
              tokens,
              (centroid, ordinal) -> {
                int group = groups.of(centroid);
                if (group == 0) {
                  first.add(centroid, ordinal);
                } else {
                  partitions.add(group - 1, centroid, 0, ordinal);
                }
              });
          partitions.finish();
          others[0] = partitions;
        },
        in -> {
          writeGroup(first, output);
          for (int number = 1; number < groups.count(); number++) {
            Group group = new Group(counts, groups, number);
            others[0].forEach(
                in, number - 1, (centroid, slot, ordinal) -> group.add(centroid, ordinal));
            writeGroup(group, output);
          }
          return null;
        });
  }

  /** The documents of a range of centroids. Those of a centroid are rising. */
  private static final class Group {
    private final int from;
    private final int to;

    /** Where the documents of each centroid end so far. */
    private final int[] ends;

    private final int[] ordinals;

    Group(int[] counts, RegionGroups groups, int number) {
      this.from = groups.start(number);
      this.to = groups.start(number + 1);
      this.ends = CountingSort.starts(counts, from, to);
      this.ordinals = new int[ends[to - from]];
    }

    void add(int centroid, int ordinal) {
      ordinals[ends[centroid - from]++] = ordinal;
    }
  }

  private void writeGroup(Group group, Output output) throws IOException {
    abort.check();
    int start = 0;
    for (int centroid = group.from; centroid < group.to; centroid++) {
      output.directory.startRegion(centroid, output.postings.count());
      int end = group.ends[centroid - group.from];
      if (start < end) {
        output.records.add(centroids, centroid * dimension, 0);
      }
      output.directory.endRegion(centroid, start < end ? 1 : 0);
      while (start < end) {
        output.postings.write(group.ordinals[start++]);
      }
    }
  }
}
