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

import io.github.luceneplaid.plaid.exchange.PlaidExport;
import io.github.luceneplaid.testframework.Processes;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;

/**
 * A command that is terminated or killed leaves the former files, and nothing that hinders the next
 * command.
 */
public class TestInterruptions extends ChangeTestCase {
  /** The number of checks of a process, one every hundredth of a second: five minutes in total. */
  private static final int PATIENCE = 30_000;

  private static final int LINES = 30_000;

  /** The attempts to end a command, which may finish before. */
  private static final int ROUNDS = 5;

  /** The exit code of a process that a signal has ended. */
  private static final int ENDED = 143;

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  public void testTemporaryFolder() throws IOException {
    Path path = Files.createDirectories(folder.resolve("t/sub")).getParent();
    Files.writeString(path.resolve("sub/file"), "x");
    try (TemporaryFolder temporary = new TemporaryFolder(path)) {
      temporary.end();
      assertFalse(Files.exists(path));
      expectThrows(InterruptedIOException.class, temporary::keep);
    }
    // A folder that is about to be moved to its place is no longer deleted
    Files.createDirectory(path);
    try (TemporaryFolder temporary = new TemporaryFolder(path)) {
      temporary.keep();
      temporary.end();
      assertTrue(Files.exists(path));
    }
    assertFalse(Files.exists(path));
    // A folder that cannot be made is not deleted either
    expectThrows(
        NoSuchFileException.class,
        () -> TemporaryFolder.make(() -> Files.createDirectory(path.resolve("in/none"))));
    try (TemporaryFolder temporary = TemporaryFolder.make(() -> Files.createDirectory(path))) {
      temporary.end();
      assertFalse(Files.exists(path));
    }
    assertFalse(TemporaryFolder.isProcessEnding());
  }

  /** If the process ends while an export is written, the target stays as it was. */
  public void testExport() throws IOException {
    run(with("index", write("a", "red cat\nblue river\n"), "-o", index));
    Path exports = Files.createDirectory(folder.resolve("exports"));
    Path target = exports.resolve("target");
    run("export", index, target);
    List<String> before = names(target);
    try (Directory directory = FSDirectory.open(index);
        DirectoryReader reader = DirectoryReader.open(directory)) {
      List<String> told = new ArrayList<>();
      PlaidExport.Companion companion =
          new PlaidExport.Companion() {
            private TemporaryFolder temporary;

            @Override
            public void started(Path written) {
              assertEquals(List.of(), told);
              told.add(written.getFileName().toString());
              temporary = new TemporaryFolder(written);
            }

            @Override
            public void complete(Path written, int[] documents) {
              told.add("complete");
              assertTrue(Files.exists(written.resolve("centroids.npy")));
              temporary.end();
            }

            @Override
            public void placing() throws IOException {
              fail("there is nothing to place");
            }
          };
      PlaidExport.Options options = PlaidExport.Options.ofDefaults().replacing();
      expectThrows(
          IOException.class,
          () -> PlaidExport.to(reader, IndexBuilder.TOKENS, target, options, companion));
      assertEquals(List.of("target.0.tmp", "complete"), told);
    }
    assertEquals(List.of("target"), names(exports));
    assertEquals(before, names(target));
    run("export", index, target, "--force");
    assertEquals(List.of("target"), names(exports));
  }

  /** Starts a command in a JVM of its own. */
  private Process start(Path errors, Object... args) throws IOException {
    return start(Plaid.class, errors, args);
  }

  private Process start(Class<?> program, Path errors, Object... args) throws IOException {
    Path temporary = Files.createDirectories(folder.resolve("tmp"));
    List<String> command = new ArrayList<>();
    command.add(Processes.java());
    command.add("--enable-native-access=ALL-UNNAMED");
    command.add("-Xmx512m");
    command.add("-Djava.io.tmpdir=" + temporary);
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(program.getName());
    Arrays.stream(args).map(Object::toString).forEach(command::add);
    return new ProcessBuilder(command)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .redirectError(errors.toFile())
        .start();
  }

  /** Waits until a command has begun to write; false if it was too fast. */
  private static boolean await(Process process, Path errors, Path place, List<String> before)
      throws Exception {
    for (int i = 0; i < PATIENCE && process.isAlive(); i++) {
      if (Files.exists(place) && before.containsAll(names(place)) == false) {
        return true;
      }
      TimeUnit.MILLISECONDS.sleep(10);
    }
    assertEquals(Files.readString(errors), 0, process.exitValue());
    return false;
  }

  /** A command that ends as soon as a file appears in an empty folder. */
  static final class EndedAtOnce {
    private EndedAtOnce() {}

    @SuppressWarnings("SystemExitOutsideMain") // a signal has the same effect
    public static void main(String[] args) {
      Thread watch =
          new Thread(
              () -> {
                while (Path.of(args[0]).toFile().list().length == 0) {
                  Thread.onSpinWait();
                }
                System.exit(ENDED);
              });
      watch.setDaemon(true);
      watch.start();
      System.exit(Plaid.run(Console.system(), Arrays.copyOfRange(args, 1, args.length)));
    }
  }

  /**
   * Runs a command that writes a file, and terminates it when it starts to write.
   *
   * @param option which names the file
   */
  private void end(String option, Object... args) throws Exception {
    Path output = Files.createDirectory(folder.resolve("output"));
    Path errors = createTempFile();
    int code = 0;
    for (int i = 0; i < ROUNDS && code != ENDED; i++) {
      Files.deleteIfExists(output.resolve("file"));
      Object[] all = concat(new Object[] {output}, args);
      all = concat(all, option, output.resolve("file"));
      code = Processes.await(start(EndedAtOnce.class, errors, all), Processes.MINUTES);
      assertTrue(Files.readString(errors), code == 0 || code == ENDED);
      // The file may exist already
      List<String> left = names(output);
      assertTrue(left.toString(), List.of("file").containsAll(left));
    }
  }

  public void testExplain() throws Exception {
    run(with("index", write("a", "red cat ".repeat(200)), "-o", index));
    String query = "red cat ".repeat(200);
    end("--html", with("explain", index, "--query", query, "--hit", 1));
  }

  @Nightly
  public void testFitProjection() throws Exception {
    end("--output", "fit-projection", lines("a", 300));
  }

  @Nightly
  public void testRecall() throws Exception {
    run(with("index", lines("a", 300), "-o", index));
    end("--plot", with("recall", index, "--queries", write("q", "red cat\nriver\n")));
  }

  /** Checks that a terminated command prints no error: the user knows that it did not finish. */
  private static void assertSilent(Path errors) throws IOException {
    String said = Files.readString(errors);
    assertFalse(said, said.contains("plaid: "));
  }

  private Path lines(String name, int n) throws IOException {
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < n; i++) {
      lines.append(i % 2 == 0 ? "the red cat\n" : "a blue river\n");
    }
    return write(name, lines.toString());
  }

  @Nightly
  public void testKills() throws Exception {
    run(with("index", lines("a", 10), "-o", index));
    Path more = lines("b", LINES);
    Path errors = createTempFile();
    List<String> files = names(index);
    List<String> before = documents();
    for (int i = 0; i < 6; i++) {
      Process process = start(errors, with(i % 3 == 0 ? "update" : "add", index, more));
      boolean begun = await(process, errors, index, files);
      TimeUnit.MILLISECONDS.sleep(random().nextInt(1000));
      if (i % 2 == 0) {
        process.destroyForcibly();
      } else {
        process.destroy();
      }
      Processes.await(process, Processes.MINUTES);
      if (begun && documents().size() != before.size() + LINES) {
        assertEquals(before, documents());
        assertSilent(errors);
      } else {
        run("delete", index, "--file", more);
      }
      assertEquals(before, documents());
      run("check", index);
    }
    // The next writer deletes the remains
    run(with("add", index, lines("c", 1)));
    run("merge", index);
    run("info", index);
    assertEquals(11, documents().size());
    List<String> segments =
        names(index).stream()
            .map(name -> name.replaceFirst("(?<=.)[_.].*", ""))
            .distinct()
            .toList();
    assertEquals(segments.toString(), 3, segments.size());
  }

  @Nightly
  public void testEncode() throws Exception {
    Path texts = lines("a", LINES);
    Path output = folder.resolve("encoded");
    Path errors = createTempFile();
    Process process = start(errors, with("encode", texts, "-o", output));
    boolean begun = await(process, errors, output, List.of());
    assertTrue("it was too fast to be interrupted", begun);
    TimeUnit.MILLISECONDS.sleep(random().nextInt(500));
    process.destroy();
    assertNotEquals(0, Processes.await(process, Processes.MINUTES));
    assertSilent(errors);
    assertEquals(List.of(), names(output));
  }

  /** The index of a demo that is not kept, and the libraries of the model. */
  @Nightly
  public void testDemo() throws Exception {
    Path texts = lines("a", LINES);
    Path errors = createTempFile();
    Process process = start(errors, with("demo", "--text", texts, "--query", "cat"));
    Path temporary = folder.resolve("tmp");
    boolean begun = false;
    for (int i = 0; i < PATIENCE && process.isAlive() && begun == false; i++) {
      TimeUnit.MILLISECONDS.sleep(10);
      begun = names(temporary).stream().anyMatch(name -> name.startsWith("plaid-demo"));
    }
    assertTrue("it was too fast to be interrupted", begun);
    TimeUnit.MILLISECONDS.sleep(random().nextInt(2000));
    process.destroy();
    assertNotEquals(0, Processes.await(process, Processes.MINUTES));
    assertSilent(errors);
    assertEquals(List.of(), names(temporary));
  }
}
