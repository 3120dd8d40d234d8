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
package io.github.luceneplaid.tests;

import io.github.luceneplaid.testframework.Processes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.lucene.tests.util.LuceneTestCase;

/** Programs on the class path of the tests that run in processes of their own. */
final class JavaProcess {

  /** JVM options of programs that end soon. */
  static final List<String> SHORT = List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");

  /** A limit that no program of a nightly run reaches, even if it runs long on purpose. */
  private static final long MINUTES = 90;

  private JavaProcess() {}

  /**
   * The command that runs a program, quick to start.
   *
   * @param main name of the class
   * @param heap an option like {@code -Xmx64m}
   */
  static List<String> command(String main, String heap, String... arguments) {
    List<String> options = new ArrayList<>(SHORT);
    options.add(heap);
    return command(options, System.getProperty("java.class.path"), main, arguments);
  }

  /** The command that runs a program with some options of the JVM. */
  static List<String> command(
      List<String> options, String classPath, String main, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Processes.java());
    command.addAll(options);
    command.add("--enable-native-access=ALL-UNNAMED");
    command.add("-cp");
    command.add(classPath);
    command.add(main);
    command.addAll(Arrays.asList(arguments));
    return command;
  }

  /**
   * Runs a program to its end.
   *
   * @return the lines that it prints
   * @throws AssertionError with its error output, if it fails
   */
  static List<String> run(List<String> command) throws IOException, InterruptedException {
    Path errors = LuceneTestCase.createTempFile();
    Path printed = LuceneTestCase.createTempFile();
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(printed.toFile())
            .redirectError(errors.toFile())
            .start();
    int exit = Processes.await(process, MINUTES);
    String output = new String(Files.readAllBytes(printed), StandardCharsets.UTF_8);
    if (exit != 0) {
      String error = new String(Files.readAllBytes(errors), StandardCharsets.UTF_8);
      throw new AssertionError(command + " ended with " + exit + ":\n" + output + error);
    }
    return output.lines().toList();
  }
}
