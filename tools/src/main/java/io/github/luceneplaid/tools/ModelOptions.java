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

import io.github.luceneplaid.encoder.TextEncoder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.apache.lucene.index.DirectoryReader;
import picocli.CommandLine.Option;

/** Options of commands that search an index with the model of its tokens. */
final class ModelOptions {
  @Option(
      names = "--model",
      paramLabel = "DIR",
      description = "The model the index was written with, unless it is the built-in one.")
  private Path model;

  @Option(
      names = "--any-model",
      description = "Take the model although the index was written with another.")
  private boolean any;

  /** Refuses these options for tokens. */
  void checkNoneFor(Path tokens) {
    if (model != null || any) {
      throw UserException.usage("--model and --any-model: " + tokens + " is encoded already");
    }
  }

  /**
   * Opens the model. Refuses a model other than that of the index, and takes a note if the index
   * does not name its model.
   */
  TextEncoder open(Console console, Path folder, DirectoryReader reader) throws IOException {
    check(console::note, folder, reader);
    return TextEncoder.open(model);
  }

  /** As {@link #open}, for texts that are to be added; refuses if no model is known. */
  TextEncoder openToAdd(Console console, Path folder, DirectoryReader reader) throws IOException {
    if (any == false && IndexSettings.of(reader).data().containsKey(IndexBuilder.MODEL) == false) {
      throw new UserException(
          folder
              + ": holds tokens that were imported or came from files of arrays, so it is not known"
              + " what model to encode texts by (--any-model takes the one of --model, else the"
              + " built-in one)");
    }
    return open(console, folder, reader);
  }

  /** Refuses an index of another model; takes a note if its model is not known. */
  void check(Notes notes, Path folder, DirectoryReader reader) throws IOException {
    if (any) {
      return;
    }
    Map<String, String> data = reader.getIndexCommit().getUserData();
    String written = data.get(IndexBuilder.MODEL);
    if (written == null) {
      notes.add(folder + " does not say what model its tokens are of");
      return;
    }
    String fingerprint = data.get(IndexBuilder.FINGERPRINT);
    boolean builtIn = written.equals(TextEncoder.BUILT_IN_NAME);
    boolean same =
        (model == null || builtIn)
            ? model == null && builtIn
            : fingerprint == null || fingerprint.equals(TextEncoder.fingerprint(model));
    if (same == false) {
      String found = model == null ? "" : ", not of " + model;
      String wanted = builtIn ? "leave --model out" : "name it by --model";
      throw UserException.usage(
          folder
              + ": its tokens are of the model "
              + written
              + found
              + "; "
              + wanted
              + " (--any-model takes it all the same)");
    }
  }
}
