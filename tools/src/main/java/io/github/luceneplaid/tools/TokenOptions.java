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
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Options of commands that take documents as tokens. */
final class TokenOptions {
  @Option(
      names = "--doclens",
      paramLabel = "FILE",
      description = "Tokens per document, for .npy of 2 axes (default: doclens.json beside it).")
  private Path lengths;

  @Option(
      names = "--ids",
      paramLabel = "FILE",
      description =
          "Ids of the documents, for .npy or .npz (default: names of arrays in an .npz file,"
              + " ids.json beside it, else 0, 1, ...).")
  private Path ids;

  /** Refuses options for tokens if the input is text. */
  void checkNoneForTexts() {
    if (lengths != null || ids != null) {
      throw UserException.usage("--doclens and --ids go with tokens, not with texts");
    }
  }

  /**
   * Opens a file of tokens, see {@link TokenInput#documents}.
   *
   * @throws UserException if it has no texts
   */
  TokenInput open(Path file, Ids given, Notes notes) throws IOException {
    TokenInput texts = TokenInput.documents(file, lengths, ids, given, notes);
    if (texts.size() == 0) {
      texts.close();
      throw new UserException(file + ": found tokens of no texts, expected at least one");
    }
    return texts;
  }
}
