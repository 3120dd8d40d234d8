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

/**
 * A version of OpenSearch, and the plugin for it.
 *
 * @param version of the server
 * @param server folder with its jars
 * @param plugin the package of the plugin
 */
record OpenSearchRelease(String version, Path server, Path plugin) {

  private static final String OLDER = System.getProperty("plaid.older");

  /** The version that the plugin is built for. */
  static OpenSearchRelease current() {
    return new OpenSearchRelease(
        System.getProperty("plaid.version"),
        Path.of(System.getProperty("plaid.server")),
        Path.of(System.getProperty("plaid.plugin")));
  }

  /** Whether there is an {@link #older} version. */
  static boolean hasOlder() {
    return OLDER != null;
  }

  /** The version in the folder that {@code plaid.older} names, as .ci/versions leaves it. */
  static OpenSearchRelease older() throws IOException {
    Path folder = Path.of(OLDER);
    return new OpenSearchRelease(
        Files.readString(folder.resolve("version")).strip(),
        folder.resolve("server"),
        folder.resolve("plugin.zip"));
  }
}
