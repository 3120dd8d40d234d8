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
package io.github.luceneplaid.testframework;

import java.util.concurrent.TimeUnit;

/**
 * Processes that tests start: none keeps a test waiting for ever. What they print goes to files, as
 * a read of a pipe has no limit.
 *
 * @lucene.internal
 */
public final class Processes {

  /** Far more than a program takes that ends at all, on a machine that does much else. */
  public static final long MINUTES = 15;

  private Processes() {}

  /**
   * Waits for the end of a process, and ends it if that does not come.
   *
   * @return its exit code
   * @throws AssertionError if it was not at its end in time
   */
  public static int await(Process process, long minutes) throws InterruptedException {
    if (process.waitFor(minutes, TimeUnit.MINUTES) == false) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
      throw new AssertionError(
          "after " + minutes + " minutes there is no end of " + process.info().commandLine());
    }
    return process.exitValue();
  }
}
