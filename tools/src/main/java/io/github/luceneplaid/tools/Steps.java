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

/** The progress of a task whose total is known only while it runs. */
final class Steps implements Closeable {
  private final Console console;
  private final String task;
  private Progress progress;

  Steps(Console console, String task) {
    this.console = console;
    this.task = task;
  }

  /**
   * Reports progress.
   *
   * @param done documents so far
   * @param all how many there are
   */
  void to(long done, long all) {
    if (progress == null) {
      progress = console.progress(task, " documents", all);
    }
    progress.stepTo(done);
  }

  @Override
  public void close() {
    if (progress != null) {
      progress.close();
    }
  }
}
