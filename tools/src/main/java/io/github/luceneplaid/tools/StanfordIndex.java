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

import java.nio.file.Files;
import java.nio.file.Path;

/** Tells an index of Stanford's ColBERT, whose files are PyTorch's and not read here. */
final class StanfordIndex {
  private StanfordIndex() {}

  /**
   * Refuses a folder that is one.
   *
   * @throws UserException that says which way leads in
   */
  static void refuse(Path folder) {
    boolean found =
        Files.exists(folder.resolve("plan.json"))
            && (Files.exists(folder.resolve("centroids.pt"))
                || Files.exists(folder.resolve("ivf.pid.pt")));
    if (found) {
      throw new UserException(
          folder
              + ": an index of Stanford's ColBERT, whose PyTorch files are not read; index the"
              + " texts by plaid index with --model, or save their token vectors with numpy for"
              + " plaid index, or the collection with next-plaid or fast-plaid for plaid import");
    }
  }
}
