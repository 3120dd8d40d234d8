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

/** Runs other programs. */
final class Commands {
  private Commands() {}

  /**
   * Runs a program to its end.
   *
   * @throws IOException if it fails
   */
  static void run(ProcessBuilder command) throws IOException {
    Process process = command.start();
    try {
      if (process.waitFor() != 0) {
        throw new IOException(String.join(" ", command.command()) + " failed");
      }
    } catch (InterruptedException e) {
      process.destroy();
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }
}
