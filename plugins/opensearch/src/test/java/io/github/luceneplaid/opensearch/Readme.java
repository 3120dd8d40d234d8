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
package io.github.luceneplaid.opensearch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;

/** The README, whose commands are run. */
final class Readme {

  static final Pattern COMMAND =
      Pattern.compile(
          "^curl -X(\\w+) '?localhost:9200(/[^ ']+)'? -H '[^']*' [-a-z]+ '([^']*)'$",
          Pattern.MULTILINE);

  private static final String TEXT_IN = "(?s)(.*\n)(## Text in\n.*?\n)(## .*)";

  private Readme() {}

  private static String text() throws IOException {
    return Files.readString(Path.of("README.md"));
  }

  /** All but the part on the second plugin. */
  static String withoutTextIn() throws IOException {
    return text().replaceFirst(TEXT_IN, "$1$3");
  }

  /** The part on the second plugin. */
  static String textIn() throws IOException {
    return text().replaceFirst(TEXT_IN, "$2");
  }
}
