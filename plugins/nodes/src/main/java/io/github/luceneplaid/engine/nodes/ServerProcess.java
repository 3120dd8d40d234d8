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

package io.github.luceneplaid.engine.nodes;

import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A server in a process of its own, with a log file. It ends with the test, at the latest with the
 * JVM of the test. A copy of the log is kept in {@code target/server-logs}, because the folders of
 * a test are deleted.
 */
public final class ServerProcess implements Closeable {

  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final Path KEPT_LOGS = Path.of("target", "server-logs");
  private static final List<String> AS_NOBODY =
      List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups");

  private final Process process;
  private final Path log;
  private final Thread hook;

  private ServerProcess(Process process, Path log) {
    this.process = process;
    this.log = log;
    this.hook = new Thread(process::destroyForcibly);
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /**
   * Starts a server.
   *
   * @param command program and arguments
   * @param environment variables to set beside those of this process
   * @param log file that gets all output
   * @param refusesRoot whether the server does not run as root: it gets an unprivileged user if
   *     this process has a privileged one, and its folders need {@link #openToAll}
   */
  public static ServerProcess start(
      List<String> command, Map<String, String> environment, Path log, boolean refusesRoot)
      throws IOException {
    List<String> all = new ArrayList<>();
    if (refusesRoot && isRoot()) {
      all.addAll(AS_NOBODY);
    }
    all.addAll(command);
    ProcessBuilder builder = new ProcessBuilder(all).redirectErrorStream(true);
    builder.environment().putAll(environment);
    builder.directory(log.toAbsolutePath().getParent().toFile());
    builder.redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    return new ServerProcess(builder.start(), log);
  }

  /** Lets any user read, write and enter all that is below a folder, and enter the folder. */
  public static void openToAll(Path folder) throws IOException {
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path path, BasicFileAttributes attributes)
              throws IOException {
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxrwxrwx"));
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path path, BasicFileAttributes attributes)
              throws IOException {
            if (attributes.isRegularFile()) {
              Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-rw-rw-"));
            }
            return FileVisitResult.CONTINUE;
          }
        });
  }

  private static boolean isRoot() {
    return "root".equals(System.getProperty("user.name"));
  }

  /** What the process reads; closing it ends its input. */
  public OutputStream input() {
    return process.getOutputStream();
  }

  /** Id of the process; signals go to no other. */
  public long pid() {
    return process.pid();
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  /** CPU time that all threads of the process have used. */
  public Duration cpu() {
    return process.toHandle().info().totalCpuDuration().orElse(Duration.ZERO);
  }

  /** All output so far. */
  public String output() throws IOException {
    return new String(Files.readAllBytes(log), StandardCharsets.UTF_8);
  }

  /** Waits until the process has ended by itself. */
  public int await() throws IOException {
    waitFor(PATIENCE.multipliedBy(2));
    if (process.isAlive()) {
      throw new IOException("process " + process.pid() + " does not end; see " + log);
    }
    return process.exitValue();
  }

  /** Ends the process at once, by SIGKILL, as a crash would. */
  public void kill() throws IOException {
    process.destroyForcibly();
    waitFor(PATIENCE);
    forget();
  }

  /** Ends the process as an operator would, by SIGTERM, or by SIGKILL if that has no effect. */
  @Override
  public void close() throws IOException {
    process.destroy();
    waitFor(PATIENCE);
    if (process.isAlive()) {
      kill();
    }
    forget();
  }

  /** Where the log stays when the process has ended. */
  Path keptLog() {
    return KEPT_LOGS.resolve(process.pid() + "-" + log.getFileName());
  }

  private void forget() throws IOException {
    Files.createDirectories(KEPT_LOGS);
    Files.copy(log, keptLog(), StandardCopyOption.REPLACE_EXISTING);
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // This JVM is ending, and the hook runs
      process.destroyForcibly();
    }
  }

  private void waitFor(Duration time) throws IOException {
    try {
      process.waitFor(time.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while waiting for process " + process.pid(), e);
    }
  }
}
