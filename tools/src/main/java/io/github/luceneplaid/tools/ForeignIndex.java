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

/** Recognises indexes of other programs, which hold no texts, and says how to import them. */
final class ForeignIndex {
  private ForeignIndex() {}

  /**
   * Refuses a folder whose texts are to be indexed, if it is an index of another program.
   *
   * @throws UserException that says how to import it
   */
  static void refuse(Path folder) {
    refuseStanford(folder);
    if (Files.exists(folder.resolve("metadata.json"))
        && Files.exists(folder.resolve("centroids.npy"))) {
      throw new UserException(
          folder
              + ": a PLAID directory of next-plaid or fast-plaid, not texts; plaid import "
              + folder
              + " INDEX takes it, codes and all");
    }
  }

  /**
   * Refuses an index of Stanford's ColBERT, whose files are PyTorch's and not read here.
   *
   * @throws UserException that says how to import it
   */
  static void refuseStanford(Path folder) {
    boolean described =
        Files.exists(folder.resolve("plan.json")) || Files.exists(folder.resolve("metadata.json"));
    boolean found =
        described
            && (Files.exists(folder.resolve("centroids.pt"))
                || Files.exists(folder.resolve("ivf.pid.pt")));
    if (found) {
      throw new UserException(
          folder
              + ": an index of Stanford's ColBERT, whose PyTorch files neither plaid index nor"
              + " plaid import reads; either save the documents' token vectors by"
              + " numpy.savez('tokens.npz', *arrays) for plaid index tokens.npz, or index the"
              + " texts by plaid index --model, or with next-plaid or fast-plaid for plaid import");
    }
  }
}
