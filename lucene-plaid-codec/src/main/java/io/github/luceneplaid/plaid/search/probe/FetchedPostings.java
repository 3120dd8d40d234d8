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

import io.github.luceneplaid.plaid.segment.PlaidSegment;
import java.io.IOException;
import java.util.Arrays;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.util.FixedBitSet;

/**
 * The posting lists of all walked cells, each once, in the order of the file. The lists of a region
 * lie side by side, and some query token walks most of them. So a few long reads take the place of
 * many short ones.
 */
public final class FetchedPostings {

  /** The largest gap between two lists that is read along, to save starting another read. */
  private static final int GAP = 256;

  /** The most bytes that are held. */
  public static final int MOST = 1 << 23;

  private final byte[] bytes;
  private final int[] places;

  private FetchedPostings(byte[] bytes, int[] places) {
    this.bytes = bytes;
    this.places = places;
  }

  /**
   * Fetches the lists of the cells to walk, as many as fit.
   *
   * @param cells all that have been scored
   * @param walks of each query token
   */
  public static FetchedPostings of(PlaidSegment segment, CellProbe cells, CellProbe.Walk[] walks)
      throws IOException {
    return of(segment, cells, walks, MOST);
  }

  /** As above, with another limit on the bytes that are held. */
  public static FetchedPostings of(
      PlaidSegment segment, CellProbe cells, CellProbe.Walk[] walks, int most) throws IOException {
    FixedBitSet walked = new FixedBitSet(cells.size());
    for (CellProbe.Walk walk : walks) {
      for (int cell : walk.order()) {
        walked.set(cell);
      }
    }
    return new Runs(segment, cells, walked, most).fetch();
  }

  /** Runs of lists with small gaps between them; each run is one read. */
  private static final class Runs {
    private final PlaidSegment segment;
    private final CellProbe cells;
    private final FixedBitSet walked;
    private final int width;
    private final int[] places;
    private final long[] starts;
    private final int[] lengths;
    private int count;
    private int size;

    Runs(PlaidSegment segment, CellProbe cells, FixedBitSet walked, int most) {
      this.segment = segment;
      this.cells = cells;
      this.walked = walked;
      this.width = segment.postingWidth();
      this.places = new int[walked.length()];
      this.starts = new long[walked.length()];
      this.lengths = new int[walked.length()];
      Arrays.fill(places, -1);
      for (int cell = next(0); cell < places.length; ) {
        cell = add(cell, most);
      }
    }

    private int next(int from) {
      return from < walked.length() ? walked.nextSetBit(from) : DocIdSetIterator.NO_MORE_DOCS;
    }

    /** Adds the run that starts with a cell, and returns the next one. */
    private int add(int cell, int most) {
      long start = cells.start(cell);
      long end = start;
      int next = cell;
      while (next < places.length && (cells.start(next) - end) * width <= GAP) {
        long after = cells.start(next) + cells.length(next);
        if (size + (after - start) * width > most) {
          break;
        }
        places[next] = (int) (size + (cells.start(next) - start) * width);
        end = after;
        next = next(next + 1);
      }
      starts[count] = start;
      lengths[count++] = (int) (end - start);
      size += (int) (end - start) * width;
      return next == cell ? next(cell + 1) : next;
    }

    FetchedPostings fetch() throws IOException {
      // Each posting is read as an int, which may reach beyond the last one
      byte[] bytes = new byte[size + Integer.BYTES];
      int at = 0;
      for (int run = 0; run < count; run++) {
        segment.readPostings(starts[run], lengths[run], bytes, at);
        at += lengths[run] * width;
      }
      return new FetchedPostings(bytes, places);
    }
  }

  /** The bytes of the lists, and one more int after them. */
  public byte[] bytes() {
    return bytes;
  }

  /** Where the list of a cell starts, -1 if it has not been fetched. */
  public int place(int cell) {
    return places[cell];
  }
}
