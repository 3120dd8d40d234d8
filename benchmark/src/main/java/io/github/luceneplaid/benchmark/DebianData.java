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

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Descriptions of Debian packages, as {@code apt} fetches them: documents are long descriptions,
 * queries the one-line synopses of some of these.
 */
final class DebianData {
  private static final int DOCUMENTS = 50_000;
  private static final int QUERY_STEP = 100;

  private final TextEncoding encoding;

  DebianData(TextEncoding encoding) {
    this.encoding = encoding;
  }

  void make(DataFolder data) throws IOException {
    Path documents = data.textsPath();
    Path queries = data.queryTextsPath();
    if (Files.notExists(documents) || Files.notExists(queries)) {
      Files.createDirectories(data.path());
      writeTexts(descriptions(data.path().resolve("lists")), documents, queries);
    }
    encoding.encode(queries, data.queriesPath(), true);
    encoding.encode(documents, data.documentsPath(), false);
  }

  /** Fetches the lists of packages and reads their descriptions. */
  private static List<DebianDescriptions.Description> descriptions(Path lists) throws IOException {
    Files.createDirectories(lists.resolve("partial"));
    run("apt-get", "-o", "Acquire::Languages=en", "-o", "Dir::State::lists=" + lists, "update");
    List<Path> files;
    try (Stream<Path> all = Files.list(lists)) {
      files = all.filter(file -> file.toString().endsWith("Translation-en.lz4")).sorted().toList();
    }
    if (files.isEmpty()) {
      throw new IOException(lists + ": apt-get fetched no descriptions");
    }
    DebianDescriptions descriptions = new DebianDescriptions();
    for (Path file : files) {
      Process process =
          new ProcessBuilder("/usr/lib/apt/apt-helper", "cat-file", file.toString())
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      try (BufferedReader reader =
          new BufferedReader(
              new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
        for (String line = reader.readLine(); line != null; line = reader.readLine()) {
          descriptions.line(line);
        }
      }
    }
    return descriptions.distinct();
  }

  private static void run(String... command) throws IOException {
    try {
      int code =
          new ProcessBuilder(command)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start()
              .waitFor();
      if (code != 0) {
        throw new IOException(String.join(" ", command) + " failed");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }

  /** Writes an even selection of all descriptions. */
  static void writeTexts(List<DebianDescriptions.Description> all, Path documents, Path queries)
      throws IOException {
    List<DebianDescriptions.Description> kept = new ArrayList<>();
    int count = Math.min(DOCUMENTS, all.size());
    for (long i = 0; i < count; i++) {
      kept.add(all.get((int) (i * all.size() / count)));
    }
    List<TextLine> texts = new ArrayList<>();
    List<TextLine> synopses = new ArrayList<>();
    for (int i = 0; i < kept.size(); i++) {
      texts.add(new TextLine(kept.get(i).name(), kept.get(i).text()));
      if (i % QUERY_STEP == 0) {
        synopses.add(new TextLine(kept.get(i).name(), kept.get(i).synopsis()));
      }
    }
    TextLine.write(documents, texts);
    TextLine.write(queries, synopses);
  }
}
