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
import java.util.List;
import java.util.Map;

/** Which commands are read before one of them runs. */
public class TestSubcommands extends CommandTestCase {
  /** Options of commands that are not named are not read, but their names and descriptions are. */
  public void testNotNamed() throws IOException {
    assertEquals(List.of(), read("--help"));
    assertEquals(List.of("search"), read("--color", "never", "search", "folder", "word"));
    assertEquals(List.of("index", "search"), read("search", "folder", "index"));
    assertEquals(TestPlaid.COMMANDS, read("generate-completion"));
    String outlined = Plaid.commandLine(Console.of(null, out, err)).getUsageMessage();
    String full =
        Plaid.commandLine(Console.of(null, out, err), "generate-completion").getUsageMessage();
    assertEquals(full, outlined);
  }

  /** A word that starts with @ is no file of more words. */
  public void testAt() throws IOException {
    Path words = Files.writeString(createTempDir().resolve("words"), "--help");
    assertFails(1, "@" + words, "info", "@" + words);
  }

  /** The commands that have options of their own, of those a command line could call. */
  private List<String> read(String... args) {
    return Plaid.commandLine(Console.of(null, out, err), args).getSubcommands().entrySet().stream()
        .filter(
            command ->
                command.getValue().getCommandSpec().options().stream()
                    .anyMatch(option -> option.inherited() == false))
        .map(Map.Entry::getKey)
        .toList();
  }
}
