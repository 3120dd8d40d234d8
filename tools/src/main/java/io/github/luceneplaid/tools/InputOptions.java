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
import java.nio.charset.Charset;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.UnsupportedCharsetException;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Option;

/** Options of commands that read text. */
final class InputOptions {
  @Option(
      names = "--encoding",
      paramLabel = "NAME",
      description =
          "Encoding of texts without a byte-order mark, such as windows-1252 (default: UTF-8).")
  private String encoding;

  /** Refuses these options for tokens. */
  void checkNoneFor(Path tokens) {
    if (encoding != null) {
      throw UserException.usage("--encoding: " + tokens + " has tokens, no text");
    }
  }

  TextDecoder decoder() {
    return decoder(null);
  }

  /**
   * Returns the decoder of files.
   *
   * @param other the encoding if the user names none; null for UTF-8
   */
  TextDecoder decoder(String other) {
    String name = encoding == null ? other : encoding;
    if (name == null) {
      return new TextDecoder(null);
    }
    try {
      return new TextDecoder(Charset.forName(name));
    } catch (@SuppressWarnings("unused")
        IllegalCharsetNameException
        | UnsupportedCharsetException e) {
      throw UserException.usage("--encoding " + name + ": no encoding that is known here");
    }
  }

  /** The encoding that the user names; null if none. */
  String encoding() {
    return encoding;
  }

  /**
   * Keeps the encoding that the user names, if any, so that files are read by it later, too.
   *
   * @param read files and folders
   * @return whether the settings change
   */
  boolean keepEncoding(List<Path> read, IndexSettings settings) throws IOException {
    return encoding != null && settings.setEncoding(read, encoding);
  }

  /** Reads passages as {@link TextFiles#read(List, String)} does. */
  List<Passage> read(List<Path> paths, String option, Console console) throws IOException {
    return TextFiles.read(paths, option, decoder(), console::note);
  }
}
