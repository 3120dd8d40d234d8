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

import java.io.IOException;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.store.DataOutput;
import org.apache.lucene.store.IndexInput;

/**
 * The cells and the postings of each region.
 *
 * <ul>
 *   <li><b>[int32]</b> × (regions + 1): first cell of each region, followed by the number of cells
 *   <li><b>[int64]</b> × (regions + 1): first posting of each region, followed by the number of
 *       postings
 * </ul>
 *
 * @lucene.internal
 */
public final class CellTable {

  private final int[] firstCell;
  private final long[] firstPosting;

  CellTable(int regions) {
    this.firstCell = new int[regions + 1];
    this.firstPosting = new long[regions + 1];
  }

  void startRegion(int region, long posting) {
    firstPosting[region] = posting;
  }

  void endRegion(int region, int cells) {
    firstCell[region + 1] = firstCell[region] + cells;
  }

  void finish(long postings) {
    firstPosting[regions()] = postings;
  }

  /** Number of regions. */
  public int regions() {
    return firstCell.length - 1;
  }

  /** Number of cells. */
  public int cells() {
    return firstCell[regions()];
  }

  /** Number of postings. */
  public long postings() {
    return firstPosting[regions()];
  }

  /** Returns the first cell of a region. {@code firstCell(region + 1)} is the end of its cells. */
  public int firstCell(int region) {
    return firstCell[region];
  }

  /**
   * Returns the first posting of a region. {@code firstPosting(region + 1)} is the end of its
   * postings.
   */
  public long firstPosting(int region) {
    return firstPosting[region];
  }

  /** Returns the bytes of a table. */
  public static long bytes(int regions) {
    return (regions + 1L) * (Integer.BYTES + Long.BYTES);
  }

  /** Writes the table. */
  public void write(DataOutput out) throws IOException {
    for (int first : firstCell) {
      out.writeInt(first);
    }
    for (long first : firstPosting) {
      out.writeLong(first);
    }
  }

  /**
   * Reads a table.
   *
   * @param in input at the first byte of the table
   * @param regions number of regions
   * @param cells expected number of cells
   * @param postings expected number of postings
   */
  public static CellTable read(IndexInput in, int regions, int cells, long postings)
      throws IOException {
    CellTable table = new CellTable(regions);
    in.readInts(table.firstCell, 0, regions + 1);
    in.readLongs(table.firstPosting, 0, regions + 1);
    check(in, table.firstCell[0] == 0 && table.cells() == cells, "cells");
    check(in, table.firstPosting[0] == 0 && table.postings() == postings, "postings");
    for (int region = 0; region < regions; region++) {
      check(in, table.firstCell[region] <= table.firstCell[region + 1], "cells");
      check(in, table.firstPosting[region] <= table.firstPosting[region + 1], "postings");
    }
    return table;
  }

  private static void check(IndexInput in, boolean valid, String what) throws IOException {
    if (valid == false) {
      throw new CorruptIndexException(
          "the " + what + " of the regions do not add up to those of the segment", in);
    }
  }
}
