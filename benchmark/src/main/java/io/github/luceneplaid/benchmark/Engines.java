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

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** How engines are started. */
final class Engines {
  static final String PLAID = "plaid";
  static final String NEXT_PLAID = "next-plaid";

  /** Single vectors, in this project's formats and in Lucene's. */
  static final String LUCENE_VECTORS = "lucene-vectors";

  /** Single vectors, with numpy and FAISS. */
  static final String VECTORS = "vectors";

  private static final List<String> JAVA =
      List.of(PLAID, "lucene-bm25", "lucene-muvera", "lucene-pooled", "lucene-all", LUCENE_VECTORS);

  /** One thread each, whatever library they compute with. */
  private static final Map<String, String> ONE_THREAD =
      Map.of(
          "RAYON_NUM_THREADS", "1",
          "OPENBLAS_NUM_THREADS", "1",
          "OMP_NUM_THREADS", "1",
          "MKL_NUM_THREADS", "1");

  private final Path cache;

  Engines(Path cache) {
    this.cache = cache;
  }

  /** Whether an engine can be started; those in other languages have to be set up before. */
  boolean available(String engine) {
    return JAVA.contains(engine) || Files.isExecutable(peer(engine));
  }

  private Path peer(String engine) {
    return cache.resolve("bin").resolve(engine + "-server");
  }

  EngineProcess start(String engine) throws IOException {
    Path log = cache.resolve("logs").resolve(engine + ".log");
    return new EngineProcess(command(engine), ONE_THREAD, log);
  }

  List<String> command(String engine) {
    if (JAVA.contains(engine) == false) {
      return List.of(peer(engine).toString());
    }
    List<String> command = new ArrayList<>(java());
    command.add(EngineServer.class.getName());
    command.add(engine);
    return command;
  }

  /** The virtual machine that all engines in Java run in. */
  static List<String> java() {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(javaOptions());
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    return command;
  }

  static List<String> javaOptions() {
    return List.of(
        "-Xms1g",
        "-Xmx3g",
        "-XX:+UseSerialGC",
        "--add-modules=jdk.incubator.vector",
        "--enable-native-access=ALL-UNNAMED");
  }
}
