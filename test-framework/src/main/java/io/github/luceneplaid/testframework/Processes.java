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

import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * Runs processes for tests with a time limit. Their output goes to files, because a read of a pipe
 * has no time limit.
 *
 * @lucene.internal
 */
public final class Processes {

  /** A limit far above the time of any program that ends, even on a busy machine. */
  public static final long MINUTES = 15;

  private Processes() {}

  /** The program of the JVM that runs this one. */
  public static String java() {
    return Path.of(System.getProperty("java.home"), "bin", "java").toString();
  }

  /**
   * Waits for the end of a process, and kills it after the limit.
   *
   * @return its exit code
   * @throws AssertionError if it did not end in time
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
