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
package io.github.luceneplaid.tools;

import java.io.Closeable;
import java.time.Duration;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** A progress bar on standard error. It appears once a task is known to take long. */
final class Progress implements Closeable {
  /** A task that is less than half done after this time will take more than two seconds. */
  private static final long DELAY_NANOS = 1_000_000_000L;

  private final String task;
  private final String unit;
  private final long total;
  private final boolean shown;
  private final long start = System.nanoTime();
  private long done;
  private ProgressBar bar;

  Progress(String task, String unit, long total, boolean shown) {
    this.task = task;
    this.unit = unit;
    this.total = total;
    this.shown = shown;
  }

  void step(long n) {
    stepTo(done + n);
  }

  void stepTo(long n) {
    done = n;
    if (bar != null) {
      bar.stepTo(done);
    } else if (shown && done < total / 2 && System.nanoTime() - start > DELAY_NANOS) {
      show();
      bar.stepTo(done);
    }
  }

  private void show() {
    bar =
        new ProgressBarBuilder()
            .setTaskName(task)
            .setUnit(unit, 1)
            .setInitialMax(total)
            .setStyle(ProgressBarStyle.ASCII)
            .startsFrom(done, Duration.ofNanos(System.nanoTime() - start))
            .setConsumer(new DisappearingBar())
            .build();
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
    }
  }

  /** Leaves the line empty at the end. */
  private static final class DisappearingBar extends ConsoleProgressBarConsumer {
    DisappearingBar() {
      super(System.err);
    }

    @Override
    public void close() {
      System.err.print("\r" + " ".repeat(getMaxRenderedLength()) + "\r");
      System.err.flush();
    }
  }
}
