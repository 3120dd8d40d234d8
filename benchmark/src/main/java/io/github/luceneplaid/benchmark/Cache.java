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
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * All files that runs keep.
 *
 * @param folder holds {@code bin} (engines in other languages), {@code data}, {@code models},
 *     {@code indexes}, {@code results} and {@code logs}
 */
record Cache(Path folder) {
  Path data(String name) throws IOException {
    return Files.createDirectories(folder.resolve("data")).resolve(fileName(name));
  }

  Path models() {
    return folder.resolve("models");
  }

  Path indexes() {
    return folder.resolve("indexes");
  }

  Path results() {
    return folder.resolve("results");
  }

  Path results(String dataName) {
    return results().resolve(fileName(dataName));
  }

  private static String fileName(String name) {
    return name.replace(':', '-');
  }
}
