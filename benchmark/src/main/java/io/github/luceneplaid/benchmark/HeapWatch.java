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

import java.io.Closeable;
import java.lang.management.ManagementFactory;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The largest heap in use while it is open, over that when it was opened. It is measured after a
 * full garbage collection every other second. Collections of the young generation alone would count
 * dead objects in the old one.
 */
final class HeapWatch implements Closeable {
  private static final long INTERVAL_MILLIS = 2_000;

  private final long before = used();
  private final AtomicLong peak = new AtomicLong();
  private final Thread thread = new Thread(this::watch, "heap watch");

  HeapWatch() {
    thread.setDaemon(true);
    thread.start();
  }

  private static long used() {
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  private void watch() {
    try {
      while (true) {
        Thread.sleep(INTERVAL_MILLIS);
        peak.accumulateAndGet(used() - before, Math::max);
      }
    } catch (InterruptedException e) {
      // Closed.
    }
  }

  /** The peak in MB; 0 if it was open for a shorter time than one measurement takes. */
  double peak() {
    return peak.get() / 1e6;
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
