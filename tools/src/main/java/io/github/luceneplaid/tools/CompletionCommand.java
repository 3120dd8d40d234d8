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

import java.io.PrintWriter;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code plaid generate-completion}: picocli's script. */
@Command(
    name = "generate-completion",
    description = {
      "Prints a script that lets bash and zsh complete commands, options and values:",
      "source <(plaid generate-completion)"
    },
    mixinStandardHelpOptions = true)
final class CompletionCommand implements Callable<Integer> {
  @ParentCommand private Plaid plaid;
  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    PrintWriter out = plaid.console().out();
    // No println: shells do not know the line ends of other systems
    out.print(script() + "\n");
    out.flush();
    return 0;
  }

  /**
   * Returns picocli's script. Its names have numbers in them, and shells read only ASCII digits.
   */
  private String script() {
    Locale before = Locale.getDefault(Locale.Category.FORMAT);
    Locale.setDefault(Locale.Category.FORMAT, Locale.ROOT);
    try {
      return AutoComplete.bash(spec.root().name(), spec.root().commandLine());
    } finally {
      Locale.setDefault(Locale.Category.FORMAT, before);
    }
  }
}
