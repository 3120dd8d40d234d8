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

import java.io.IOException;

/** Times the whole process, without the parts that read data. */
final class Stopwatch {
  private final long cpuStart = CpuClock.process();
  private final long wallStart = System.nanoTime();
  private long cpuPaused;
  private long wallPaused;

  /** Something that reads. */
  interface Reading<T> {
    T read() throws IOException;
  }

  /** Does something in this thread without counting its time. */
  <T> T pause(Reading<T> reading) throws IOException {
    long cpu = CpuClock.thread();
    long wall = System.nanoTime();
    try {
      return reading.read();
    } finally {
      cpuPaused += CpuClock.thread() - cpu;
      wallPaused += System.nanoTime() - wall;
    }
  }

  Engine.Work stop() {
    return new Engine.Work(
        (CpuClock.process() - cpuStart - cpuPaused) / 1e9,
        (System.nanoTime() - wallStart - wallPaused) / 1e9);
  }
}
