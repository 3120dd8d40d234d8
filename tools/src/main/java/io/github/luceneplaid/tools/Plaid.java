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
import java.util.Arrays;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import java.util.logging.Level;
import java.util.logging.Logger;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/**
 * The {@code plaid} command.
 *
 * <p>It exits with 0 on success, with 1 if something failed, including a check, and with 2 if it
 * was called wrongly.
 *
 * @lucene.experimental
 */
@Command(
    name = "plaid",
    description = "Late-interaction search in Apache Lucene.",
    synopsisSubcommandLabel = "COMMAND",
    mixinStandardHelpOptions = true,
    versionProvider = Plaid.Version.class)
public final class Plaid implements Runnable {
  /** Kept here, because a logger without references is collected and loses its level. */
  private static final Logger LUCENE_LOGGER = Logger.getLogger("org.apache.lucene");

  private static final Map<String, String> EXIT_CODES =
      Collections.unmodifiableMap(
          new TreeMap<>(
              Map.of(
                  "0", "All went well.",
                  "1", "Something failed, or an index that was checked is damaged.",
                  "2", "The command was called wrongly.")));

  private final Console console;
  private boolean stackTraces;

  @Spec private CommandSpec spec;

  private Plaid(Console console) {
    this.console = console;
  }

  @Option(
      names = "--stacktrace",
      scope = ScopeType.INHERIT,
      description = "Show where an error comes from.")
  void setStackTraces(boolean stackTraces) {
    this.stackTraces = stackTraces;
  }

  @Option(
      names = "--color",
      scope = ScopeType.INHERIT,
      paramLabel = "WHEN",
      description = "always, never or auto: if standard output is a terminal (default).")
  void setColours(When when) {
    if (when != When.auto) {
      console.setColours(when == When.always);
    }
  }

  /** Choices of {@code --color}, as they are typed. */
  enum When {
    auto,
    always,
    never
  }

  /**
   * Runs the command and ends the process.
   *
   * @param args what follows {@code plaid}
   */
  public static void main(String[] args) {
    LUCENE_LOGGER.setLevel(Level.WARNING);
    System.exit(run(Console.system(), args));
  }

  /** Runs the command; returns the exit code. */
  static int run(Console console, String... args) {
    CommandLine command = commandLine(console, args);
    Plaid plaid = command.getCommand();
    int code;
    try {
      code = command.execute(args);
    } catch (OutOfMemoryError | StackOverflowError | LinkageError e) {
      code = plaid.failed(e);
    }
    IOException failure = console.failure();
    if (failure != null) {
      console.note("standard output: " + failure.getMessage() + "; what was printed is not all");
      code = code == CommandLine.ExitCode.OK ? CommandLine.ExitCode.SOFTWARE : code;
    }
    return code;
  }

  /** The parser of a command line. */
  static CommandLine commandLine(Console console, String... args) {
    Plaid plaid = new Plaid(console);
    CommandLine command = new CommandLine(plaid);
    Subcommands.addTo(command, args);
    documentExitCodes(command);
    command.setOut(console.out());
    command.setErr(console.err());
    command.setCaseInsensitiveEnumValuesAllowed(true);
    // A word that starts with @ is text, or the name of a folder
    command.setExpandAtFiles(false);
    command.setExecutionStrategy(
        parsed -> {
          checkPaths(parsed);
          return new CommandLine.RunLast().execute(parsed);
        });
    command.setExecutionExceptionHandler((e, line, parsed) -> plaid.failed(e));
    command.setParameterExceptionHandler((e, given) -> plaid.misused(e));
    return command;
  }

  /** Refuses empty paths. Each would be the current folder, but is rather an unset variable. */
  private static void checkPaths(ParseResult parsed) {
    for (ParseResult part = parsed; part != null; part = part.subcommand()) {
      for (ArgSpec arg : part.commandSpec().args()) {
        boolean isPath = Arrays.asList(arg.auxiliaryTypes()).contains(Path.class);
        if (isPath && arg.originalStringValues().contains("")) {
          String name = arg instanceof OptionSpec option ? option.longestName() : arg.paramLabel();
          throw new ParameterException(
              part.commandSpec().commandLine(), name + ": expected a path, found nothing");
        }
      }
    }
  }

  private static void documentExitCodes(CommandLine command) {
    command
        .getCommandSpec()
        .usageMessage()
        .exitCodeListHeading("%nExit codes:%n")
        .exitCodeList(EXIT_CODES);
    command.getSubcommands().values().forEach(Plaid::documentExitCodes);
  }

  Console console() {
    return console;
  }

  /** Whether to show where errors come from. */
  boolean stackTraces() {
    return stackTraces;
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "Missing command");
  }

  private int misused(ParameterException e) {
    String name = e.getCommandLine().getCommandSpec().qualifiedName();
    console
        .err()
        .println(
            name
                + ": "
                + Console.oneLine(firstLine(e.getMessage()))
                + " (see "
                + name
                + " --help)");
    return CommandLine.ExitCode.USAGE;
  }

  private static String firstLine(String message) {
    return message.lines().findFirst().orElse("");
  }

  private int failed(Throwable e) {
    if (stackTraces) {
      console.trace(e);
    } else if (TemporaryFolder.isProcessEnding() == false) {
      console.note(Problem.message(e));
    }
    return e instanceof UserException user && user.isUsage()
        ? CommandLine.ExitCode.USAGE
        : CommandLine.ExitCode.SOFTWARE;
  }

  /** Tells the version that is in the jar's manifest. */
  static final class Version implements CommandLine.IVersionProvider {
    @Override
    public String[] getVersion() throws IOException {
      String version = Plaid.class.getPackage().getImplementationVersion();
      return new String[] {"plaid " + (version == null ? "(development)" : version)};
    }
  }
}
