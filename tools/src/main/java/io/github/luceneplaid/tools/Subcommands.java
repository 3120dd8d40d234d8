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

import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;

/**
 * The commands that can follow {@code plaid}. To read all options of all commands would take longer
 * than most commands run. So options are read only for commands that the command line names. The
 * others have only a name and a description.
 */
final class Subcommands {
  private static final String COMPLETION = "generate-completion";

  /** In the order of the help. */
  private static final List<Class<?>> COMMANDS =
      List.of(
          DemoCommand.class,
          EncodeCommand.class,
          IndexCommand.class,
          AddCommand.class,
          UpdateCommand.class,
          DeleteCommand.class,
          MergeCommand.class,
          SearchCommand.class,
          ExplainCommand.class,
          ServeCommand.class,
          RecallCommand.class,
          InfoCommand.class,
          ImportCommand.class,
          ExportCommand.class,
          ConvertCommand.class,
          CheckCommand.class,
          FitProjectionCommand.class,
          CompletionCommand.class);

  private Subcommands() {}

  /**
   * Adds all commands.
   *
   * @param args the words after {@code plaid}; each may be a command, because only the parser can
   *     tell which one is
   */
  static void addTo(CommandLine plaid, String... args) {
    Collection<String> words = Arrays.asList(args);
    boolean all = words.contains(COMPLETION);
    for (Class<?> type : COMMANDS) {
      Command command = type.getAnnotation(Command.class);
      plaid.addSubcommand(
          command.name(), all || words.contains(command.name()) ? type : outline(command));
    }
  }

  private static CommandSpec outline(Command command) {
    CommandSpec spec = CommandSpec.create().name(command.name());
    spec.usageMessage().description(command.description());
    return spec;
  }
}
