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
 * Ordinals of vectors that one task scans.
 *
 * @param from the first one
 * @param to behind the last one; may be larger than the number of vectors
 */
record OrdRange(int from, int to) {

  /** All vectors of a segment. */
  static final OrdRange ALL = new OrdRange(0, Integer.MAX_VALUE);

  /** Bytes that a task scans at least: half a millisecond, at the speed of memory. */
  static final long TASK_BYTES = 1 << 22;

  /** More tasks than this do not get a segment done earlier. */
  static final int MAX_RANGES = 64;

  // A task finds hits of its own before it can pass over what is worse.
  private static final long ROWS_PER_HIT = 100;

  OrdRange {
    assert from >= 0 && from < to;
  }

  /**
   * Splits a segment into ranges of about equal size. How does not depend on the threads there are.
   *
   * @param size number of vectors
   * @param rowBytes that are read of each vector
   * @param hits that are looked for
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
