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
package io.github.luceneplaid.benchmark;

import java.util.Arrays;

/**
 * Measures how fast one thread reads memory. It sums an array much larger than all caches, in parts
 * small enough for the loop to be compiled. The best of many passes counts.
 */
final class MemoryBandwidth {
  private static final int LONGS = 1 << 25;

  /** Size of the array. */
  static final long BYTES = (long) LONGS * Long.BYTES;

  private static final int PART = 1 << 16;
  private static final int PASSES = 5;

  private final long[] memory = new long[LONGS];
  private double best;

  /** Takes the sums, so that the compiler cannot drop them. */
  private long sink;

  MemoryBandwidth() {
    // Otherwise all pages would share one page of zeros.
    Arrays.setAll(memory, i -> i);
  }

  /** Measures once more. */
  void round() {
    for (int pass = 0; pass < PASSES; pass++) {
      long start = CpuClock.thread();
      for (int i = 0; i < LONGS; i += PART) {
        sink += sum(memory, i);
      }
      best = Math.max(best, (double) BYTES / (CpuClock.thread() - start));
    }
  }

  /** Uses several independent sums. */
  private static long sum(long[] memory, int from) {
    long s0 = 0;
    long s1 = 0;
    long s2 = 0;
    long s3 = 0;
    for (int i = from; i < from + PART; i += 4) {
      s0 += memory[i];
      s1 += memory[i + 1];
      s2 += memory[i + 2];
      s3 += memory[i + 3];
    }
    return s0 + s1 + s2 + s3;
  }

  /** The best of all rounds, in 10⁹ bytes a second of CPU time; NaN if a compiler cheated. */
  double gigabytesPerSecond() {
    return sink == 0 ? Double.NaN : best;
  }
}
