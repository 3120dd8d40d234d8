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

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Absolute paths without dots. */
final class AbsolutePath {
  private AbsolutePath() {}

  /**
   * The absolute path of the file that the system finds by a path. Links in it stay, unless {@code
   * ..} follows: this is the folder above the one that the link leads to.
   */
  static Path of(Path path) {
    Path absolute = path.toAbsolutePath();
    Path result = absolute.getRoot();
    for (Path name : absolute) {
      switch (name.toString()) {
        case ".", "" -> {}
        case ".." -> result = parent(result);
        default -> result = result.resolve(name);
      }
    }
    return result;
  }

  private static Path parent(Path folder) {
    Path real = folder;
    if (Files.isSymbolicLink(folder)) {
      try {
        real = folder.toRealPath();
      } catch (
          @SuppressWarnings("unused")
          IOException e) {
        // It leads nowhere, so nothing is found by this path
      }
    }
    return real.getParent() == null ? real : real.getParent();
  }
}
