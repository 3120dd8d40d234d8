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
package io.github.luceneplaid.fsvi;

import java.util.ArrayList;
import java.util.List;

/**
 * A range of ordinals of vectors that one task scans.
 *
 * @param from the first ordinal
 * @param to end of the range, exclusive; it may be larger than the number of vectors
 */
record OrdRange(int from, int to) {

  /** All vectors of a segment. */
  static final OrdRange ALL = new OrdRange(0, Integer.MAX_VALUE);

  /** Smallest number of bytes that a task scans, in half a millisecond at the speed of memory. */
  static final long TASK_BYTES = 1 << 22;

  /** Largest number of ranges of a segment. More tasks would not make its scan faster. */
  static final int MAX_RANGES = 64;

  // Each task scores many rows until it has hits of its own and can drop others
  private static final long ROWS_PER_HIT = 100;

  OrdRange {
    assert from >= 0 && from < to;
  }

  /**
   * Splits a segment into ranges of about equal size. The result does not depend on the number of
   * threads.
   *
   * @param size number of vectors
   * @param rowBytes number of bytes that a scan reads for each vector
   * @param hits number of hits to find
   */
  static List<OrdRange> split(int size, long rowBytes, int hits) {
    long most = Math.clamp(size / (ROWS_PER_HIT * hits), 1, MAX_RANGES);
    int parts = (int) Math.clamp(size * rowBytes / TASK_BYTES, 1, most);
    if (parts == 1) {
      return List.of(ALL);
    }
    List<OrdRange> ranges = new ArrayList<>();
    for (int part = 0; part < parts; part++) {
      int from = (int) ((long) size * part / parts);
      int to = (int) ((long) size * (part + 1) / parts);
      ranges.add(new OrdRange(from, to));
    }
    return ranges;
  }
}
