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
package io.github.luceneplaid.benchmark;

import io.github.luceneplaid.fsvi.simd.VectorKernels;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.lucene.util.Version;

/**
 * The place, time and settings of a run.
 *
 * @param id when it started
 * @param command its arguments
 * @param processor model of the CPU
 * @param features of the CPU that matter here
 * @param cores that this machine has
 * @param memoryMb of this machine
 * @param system kernel and C library
 * @param java virtual machine
 * @param javaOptions of the engines in Java
 * @param lucene version
 * @param kernels of this project
 * @param commit of this project, with {@code +} if there were changes
 * @param load of the machine in the last minute of the run: the mean number of threads that run or
 *     could run; null until the run has ended
 */
record RunInfo(
    String id,
    String command,
    String processor,
    String features,
    int cores,
    long memoryMb,
    String system,
    String java,
    String javaOptions,
    String lucene,
    String kernels,
    String commit,
    Double load) {

  private static final List<String> PLACES = List.of("--cache", "--shared", "--report");

  private static final List<String> FEATURES =
      List.of(
          "avx2",
          "fma",
          "f16c",
          "avx512f",
          "avx512bw",
          "avx512vl",
          "avx512_vnni",
          "avx512_bf16",
          "avx_vnni");

  static RunInfo of(List<String> arguments, Path home) throws IOException {
    String flags = " " + cpu("flags") + " ";
    return new RunInfo(
        Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(),
        command(arguments),
        cpu("model name"),
        FEATURES.stream()
            .filter(f -> flags.contains(" " + f + " "))
            .collect(Collectors.joining(" ")),
        Runtime.getRuntime().availableProcessors(),
        installedMb(),
        output(home, "uname", "-sr") + ", " + output(home, "getconf", "GNU_LIBC_VERSION"),
        ManagementFactory.getRuntimeMXBean().getVmName()
            + " "
            + Runtime.version()
            + " ("
            + System.getProperty("java.vendor")
            + ")",
        String.join(" ", Engines.javaOptions()),
        Version.LATEST.toString(),
        VectorKernels.get().name(),
        output(home, "git", "rev-parse", "--short", "HEAD")
            + (output(home, "git", "status", "--porcelain").isEmpty() ? "" : "+"),
        null);
  }

  /** Returns the same with the load of now. */
  RunInfo ended() {
    double now = ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
    return new RunInfo(
        id,
        command,
        processor,
        features,
        cores,
        memoryMb,
        system,
        java,
        javaOptions,
        lucene,
        kernels,
        commit,
        now < 0 ? null : now);
  }

  /** Without the options that name places on one machine only. */
  private static String command(List<String> arguments) {
    StringBuilder command = new StringBuilder("benchmark/run.sh");
    for (int i = 0; i < arguments.size(); i++) {
      String argument = arguments.get(i);
      if (PLACES.contains(argument)) {
        i++;
      } else if (PLACES.stream().noneMatch(place -> argument.startsWith(place + "="))) {
        command.append(' ').append(argument);
      }
    }
    return command.toString();
  }

  private static String cpu(String key) {
    try (Stream<String> lines = Files.lines(Path.of("/proc/cpuinfo"))) {
      return lines
          .filter(line -> line.startsWith(key))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst()
          .orElse("unknown");
    } catch (IOException e) {
      // Not Linux.
      return System.getProperty("os.arch");
    }
  }

  private static long installedMb() {
    return ManagementFactory.getPlatformMXBean(com.sun.management.OperatingSystemMXBean.class)
            .getTotalMemorySize()
        >> 20;
  }

  /** The output of a command, empty if it cannot be run. */
  private static String output(Path folder, String... command) {
    try {
      Process process =
          new ProcessBuilder(command)
              .directory(folder.toFile())
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    } catch (IOException e) {
      return "";
    }
  }
}
