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
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A folder for output, made with those above it; if the output fails, they go again. */
final class OutputFolder implements Closeable {
  /** The folders that were made, the innermost first. */
  private final List<Path> made = new ArrayList<>();

  /**
   * Makes a folder if it does not exist.
   *
   * @throws UserException if it is a file
   */
  OutputFolder(Path folder) throws IOException {
    check(folder);
    Path missing = AbsolutePath.of(folder);
    while (missing != null && Files.notExists(missing)) {
      made.add(missing);
      missing = missing.getParent();
    }
    Files.createDirectories(folder);
  }

  /** Refuses a file, and a link that leads nowhere. */
  static void check(Path folder) {
    boolean isThere = Files.exists(folder, LinkOption.NOFOLLOW_LINKS);
    if (isThere && Files.isDirectory(folder) == false) {
      String found = Files.exists(folder) ? "a file" : "a link that leads nowhere";
      throw new UserException(folder + ": expected a folder, found " + found);
    }
  }

  /** The output is complete. */
  void finish() {
    made.clear();
  }

  /** Deletes folders that were made and are empty, unless the output is complete. */
  @Override
  public void close() throws IOException {
    try {
      for (Path folder : made) {
        Files.deleteIfExists(folder);
      }
    } catch (
        @SuppressWarnings("unused")
        DirectoryNotEmptyException e) {
      // Somebody else writes there
    }
  }
}
