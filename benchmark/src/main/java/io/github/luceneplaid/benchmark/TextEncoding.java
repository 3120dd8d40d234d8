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
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Encodes texts with {@code plaid encode} and one model. */
final class TextEncoding {
  private final Path plaid;
  private final Path model;
  private final PrintStream log;

  /**
   * @param plaid the command
   * @param model folder of a model; null for the command's own
   */
  TextEncoding(Path plaid, Path model, PrintStream log) {
    this.plaid = plaid;
    this.model = model;
    this.log = log;
  }

  /** Encodes a file of texts to a folder, unless that is done. */
  void encode(Path texts, Path folder, boolean asQueries) throws IOException {
    if (Files.exists(folder.resolve(Texts.PIECES))) {
      return;
    }
    log.println("Encoding " + texts);
    List<String> command =
        new ArrayList<>(List.of(plaid.toString(), "encode", "--pieces", "--force"));
    // Documents are truncated, so that all engines get the same tokens
    command.add(asQueries ? "--query" : "--truncate");
    if (model != null) {
      command.addAll(List.of("--model", model.toString()));
    }
    command.addAll(List.of("-o", folder.toString(), texts.toString()));
    Commands.run(new ProcessBuilder(command).inheritIO());
  }
}
